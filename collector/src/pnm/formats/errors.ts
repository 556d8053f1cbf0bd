import { PlantgraphError } from '../../lib/errors.js';

export type PnmFormatErrorCode =
  | 'PNM_TRUNCATED' // the file ends before the field it promises
  | 'PNM_UNKNOWN_TYPE' // the magic or type byte is not one we know
  | 'PNM_UNSUPPORTED_VERSION' // a major version whose layout nobody has published
  | 'PNM_INVALID_FIELD' // the field is there but its value cannot be right
  | 'PNM_TOO_LARGE'; // longer than any PNM file can be

/** The bytes are not a valid PNM file. `offset` is where the bad field starts. */
export class PnmFormatError extends PlantgraphError {
  readonly code: PnmFormatErrorCode;
  readonly offset: number;
  readonly retryable = false;

  constructor(code: PnmFormatErrorCode, offset: number, message: string) {
    super(`${message} (byte ${offset})`);
    this.code = code;
    this.offset = offset;
  }
}
