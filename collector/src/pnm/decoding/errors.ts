import { PlantgraphError } from '../../lib/errors.js';

export type DecodeErrorCode =
  | 'PNM_DECODE_CRASHED' // the thread ended in the middle of the file
  | 'PNM_DECODE_TIMEOUT' // it was ended after its time
  | 'PNM_DECODE_BUSY' // more files wait than may
  | 'PNM_DECODE_STOPPED'; // the collector is stopping

/** The decoder ended, not the file's reader: the file may be good. */
export class DecodeError extends PlantgraphError {
  readonly code: DecodeErrorCode;
  readonly retryable = true;

  constructor(code: DecodeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** True when the file may be to blame: after some tries it is set apart. */
  get isOfFile(): boolean {
    return this.code === 'PNM_DECODE_CRASHED' || this.code === 'PNM_DECODE_TIMEOUT';
  }
}
