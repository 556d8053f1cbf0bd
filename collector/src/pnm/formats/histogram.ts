import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import {
  macBytesOf,
  readCaptureTime,
  readDeclared,
  readMac,
  readPrefix,
  readTrailing,
  writePrefix,
  type DecodeOptions,
  type Encodable,
  type PnmHeader,
  type PnmWarning,
} from './header.js';

/** Downstream histogram of the wideband ADC: PNN5, PNM5 (DOCS-PNM-MIB). Bins are two-sided. */
export interface Histogram extends PnmHeader {
  readonly kind: 'ds_histogram';
  /** Versioned layout only; the meaning of its codes is not published. */
  readonly symmetry: number | undefined;
  /** Unversioned layout only: the modem's clock at the first and last count. */
  readonly countStartSec: number | undefined;
  readonly countEndSec: number | undefined;
  /** Big-endian u32: one value, or one a bin. No normaliser in practice. */
  readonly dwellBytes: Uint8Array;
  /** Big-endian u32 hit counts, 255 or 256 bins. */
  readonly hitBytes: Uint8Array;
}

export const HISTOGRAM_TYPE = 0x05;
const MAX_BINS = 4096;
const U32 = 4;

export function decodeHistogram(file: Uint8Array, options: DecodeOptions = {}): Histogram {
  const reader = new ByteReader(file, options.onField);
  const warnings: PnmWarning[] = [];
  const prefix = readPrefix(reader, HISTOGRAM_TYPE, [1]);
  const versioned = prefix.family === 'PNN';
  const deviceTimeSec = readCaptureTime(reader, warnings, options);
  const channelId = versioned ? undefined : reader.u8('channelId');
  const modemMac = readMac(reader, warnings, 'cmMac');
  const symmetry = versioned ? reader.u8('symmetry') : undefined;
  const countStartSec = versioned ? undefined : reader.u32('countStartTime');
  const countEndSec = versioned ? undefined : reader.u32('countEndTime');
  const dwellAt = reader.offset;
  const dwellBytes = readDeclared(reader, 'dwellCounts', U32, MAX_BINS * U32);
  const hitAt = reader.offset;
  const hitBytes = readDeclared(reader, 'hitCounts', U32, MAX_BINS * U32);
  const dwells = dwellBytes.length / U32;
  const bins = hitBytes.length / U32;
  if (bins !== 255 && bins !== 256) {
    warnings.push({ code: 'PNM_COUNT_MISMATCH', offset: hitAt, message: `${bins} bins, neither 255 nor 256` });
  }
  if (dwells !== 1 && dwells !== bins) {
    warnings.push({ code: 'PNM_COUNT_MISMATCH', offset: dwellAt, message: `${dwells} dwell counts for ${bins} bins` });
  }
  const trailing = readTrailing(reader, warnings);
  return {
    kind: 'ds_histogram',
    family: prefix.family,
    version: prefix.version,
    deviceTimeSec,
    channelId,
    modemMac,
    symmetry,
    countStartSec,
    countEndSec,
    dwellBytes,
    hitBytes,
    trailing,
    warnings,
  };
}

export function encodeHistogram(histogram: Encodable<Histogram>): Uint8Array {
  const writer = new ByteWriter();
  writePrefix(writer, HISTOGRAM_TYPE, histogram);
  writer.u32(histogram.deviceTimeSec ?? 0);
  if (histogram.family === 'PNN') writer.bytes(macBytesOf(histogram.modemMac)).u8(histogram.symmetry ?? 0);
  else {
    writer
      .u8(histogram.channelId ?? 0)
      .bytes(macBytesOf(histogram.modemMac))
      .u32(histogram.countStartSec ?? 0)
      .u32(histogram.countEndSec ?? 0);
  }
  return writer
    .u32(histogram.dwellBytes.length)
    .bytes(histogram.dwellBytes)
    .u32(histogram.hitBytes.length)
    .bytes(histogram.hitBytes)
    .bytes(histogram.trailing ?? [])
    .finish();
}
