import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { BYTES_PER_COMPLEX } from './fixed-point.js';
import {
  macBytesOf,
  readCaptureTime,
  readDeclared,
  readMac,
  readPrefix,
  readSpacingHz,
  readTrailing,
  writePrefix,
  type DecodeOptions,
  type Encodable,
  type PnmHeader,
  type PnmWarning,
} from './header.js';

/**
 * Downstream constellation display: PNN3, PNM3 (DOCS-PNM-MIB). Soft decisions in the modem's own order of time and
 * frequency; no point has a subcarrier index, so none can be placed on the axis.
 */
export interface Constellation extends PnmHeader {
  readonly kind: 'ds_constellation';
  readonly zeroSubcarrierHz: number;
  readonly spacingHz: number;
  /** The code on the wire; `QAM_ORDER_OF_CODE` has the number of points. */
  readonly modulationCode: number;
  /** As the header declares; the array's length rules. */
  readonly declaredSymbolCount: number;
  /** Pairs re, im of big-endian 16-bit s2.13, normalised to unit average power. */
  readonly pointBytes: Uint8Array;
}

export const CONSTELLATION_TYPE = 0x03;
const MAX_SYMBOLS = 0xffff;
/** Code of "actual modulation order" to points; not the codes of modulation profiles. 1 other and 2 zero-bit have none. */
export const QAM_ORDER_OF_CODE: Readonly<Record<number, number>> = {
  3: 4,
  4: 16,
  5: 64,
  6: 128,
  7: 256,
  8: 512,
  9: 1024,
  10: 2048,
  11: 4096,
  12: 8192,
  13: 16384,
};
const LAST_CODE = 13;

export function decodeConstellation(file: Uint8Array, options: DecodeOptions = {}): Constellation {
  const reader = new ByteReader(file, options.onField);
  const warnings: PnmWarning[] = [];
  const prefix = readPrefix(reader, CONSTELLATION_TYPE, [1]);
  const deviceTimeSec = readCaptureTime(reader, warnings, options);
  const channelId = reader.u8('channelId');
  const modemMac = readMac(reader, warnings, 'cmMac');
  const zeroSubcarrierHz = reader.u32('subcarrierZeroFrequency');
  const codeAt = reader.offset;
  const modulationCode = reader.u16('actualModulationOrder');
  if (modulationCode < 1 || modulationCode > LAST_CODE) {
    warnings.push({ code: 'PNM_VALUE_UNKNOWN', offset: codeAt, message: `modulation order code ${modulationCode}` });
  }
  const symbolsAt = reader.offset;
  const declaredSymbolCount = prefix.family === 'PNN' ? reader.u16('numSampleSymbols') : reader.u8('numSampleSymbols');
  const spacingHz = readSpacingHz(reader, warnings);
  const pointBytes = readDeclared(reader, 'sampleData', BYTES_PER_COMPLEX, MAX_SYMBOLS * BYTES_PER_COMPLEX);
  const count = pointBytes.length / BYTES_PER_COMPLEX;
  if (count !== declaredSymbolCount) {
    warnings.push({
      code: 'PNM_COUNT_MISMATCH',
      offset: symbolsAt,
      message: `${declaredSymbolCount} symbols declared, ${count} present`,
    });
  }
  const trailing = readTrailing(reader, warnings);
  return {
    kind: 'ds_constellation',
    family: prefix.family,
    version: prefix.version,
    deviceTimeSec,
    channelId,
    modemMac,
    zeroSubcarrierHz,
    spacingHz,
    modulationCode,
    declaredSymbolCount,
    pointBytes,
    trailing,
    warnings,
  };
}

export function encodeConstellation(display: Encodable<Constellation>): Uint8Array {
  const writer = new ByteWriter();
  writePrefix(writer, CONSTELLATION_TYPE, display);
  writer
    .u32(display.deviceTimeSec ?? 0)
    .u8(display.channelId ?? 0)
    .bytes(macBytesOf(display.modemMac))
    .u32(display.zeroSubcarrierHz)
    .u16(display.modulationCode);
  if (display.family === 'PNN') writer.u16(display.declaredSymbolCount);
  else writer.u8(display.declaredSymbolCount);
  return writer
    .u8(display.spacingHz / 1000)
    .u32(display.pointBytes.length)
    .bytes(display.pointBytes)
    .bytes(display.trailing ?? [])
    .finish();
}
