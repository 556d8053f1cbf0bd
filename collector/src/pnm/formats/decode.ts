import { decodeConstellation, CONSTELLATION_TYPE, type Constellation } from './constellation.js';
import { PnmFormatError } from './errors.js';
import { magicOf, MAX_FILE_BYTES, type DecodeOptions } from './header.js';
import { decodeRxMer, RXMER_TYPE, type RxMer } from './rxmer.js';

/** Any decoded PNM file; `kind` tells which. */
export type PnmFile = RxMer | Constellation;
export type PnmKind = PnmFile['kind'];

type Decode = (file: Uint8Array, options: DecodeOptions) => PnmFile;

const DECODERS: ReadonlyMap<number, Decode> = new Map<number, Decode>([
  [CONSTELLATION_TYPE, decodeConstellation],
  [RXMER_TYPE, decodeRxMer],
]);

/** Decodes any PNM file by its first four bytes. Throws PnmFormatError and nothing else. */
export function decodePnm(file: Uint8Array, options: DecodeOptions = {}): PnmFile {
  if (file.length > MAX_FILE_BYTES) {
    throw new PnmFormatError('PNM_TOO_LARGE', 0, `${file.length} bytes are more than ${MAX_FILE_BYTES}`);
  }
  if (file.length < 4) throw new PnmFormatError('PNM_TRUNCATED', 0, `magic needs 4 bytes, ${file.length} left`);
  const magic = magicOf(file);
  const decode = magic === undefined ? undefined : DECODERS.get(magic.typeByte);
  if (decode === undefined) throw new PnmFormatError('PNM_UNKNOWN_TYPE', 0, 'not a PNM file of a known type');
  return decode(file, options);
}
