import type { PnmFormatErrorCode } from '../formats/errors.js';
import type { DecodeContext } from './prepare.js';
import type { DecodedCapture } from './series.js';

/** To a decoding thread. */
export interface DecodeTask {
  readonly number: number;
  readonly path: string;
  readonly context: DecodeContext;
}

/** From a decoding thread, one for each task. */
export type DecodeAnswer =
  | { readonly number: number; readonly outcome: 'decoded'; readonly capture: DecodedCapture }
  | {
      readonly number: number;
      readonly outcome: 'refused';
      readonly code: PnmFormatErrorCode;
      readonly offset: number;
      readonly message: string;
    }
  | {
      readonly number: number;
      readonly outcome: 'unread';
      readonly code: string | undefined;
      readonly message: string;
    };
