import { readFile } from 'node:fs/promises';
import { prepareCapture, type DecodeContext } from './prepare.js';
import type { DecodedCapture } from './series.js';

/** Reads and decodes a file. Throws PnmFormatError for what is no PNM file, DecodeError where the decoder itself ended. */
export interface Decoder {
  decode(path: string, context: DecodeContext): Promise<DecodedCapture>;
}

/** Decodes where it is called: for commands and tests. The collector has threads for it (`decode-pool.ts`). */
export const inlineDecoder: Decoder = {
  decode: async (path, context) => prepareCapture(await readFile(path), context),
};
