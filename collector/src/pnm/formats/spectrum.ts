import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { PnmFormatError } from './errors.js';
import {
  macBytesOf,
  MAX_FILE_BYTES,
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

/** Downstream spectrum analysis: PNN9, PNM9 (DOCS-PNM-MIB). */
export interface Spectrum extends PnmHeader {
  readonly kind: 'ds_spectrum';
  readonly firstSegmentCenterHz: number;
  readonly lastSegmentCenterHz: number;
  readonly segmentSpanHz: number;
  readonly binsPerSegment: number;
  /** Equivalent noise bandwidth in hundredths of a bin: 110 is 1.10 bins. */
  readonly enbwHundredthsBin: number;
  /** 0 other, 1 Hann, 2 Blackman-Harris, 3 rectangular, 4 Hamming, 5 flat top, 6 Gaussian, 7 Chebyshev. */
  readonly windowFunction: number;
  /** Big-endian 16-bit hundredths of dBmV, segments in ascending order. */
  readonly powerBytes: Uint8Array;
}

export const SPECTRUM_TYPE = 0x09;
const LAST_WINDOW = 7;

export function decodeSpectrum(file: Uint8Array, options: DecodeOptions = {}): Spectrum {
  const reader = new ByteReader(file, options.onField);
  const warnings: PnmWarning[] = [];
  const prefix = readPrefix(reader, SPECTRUM_TYPE, [1]);
  if (prefix.family === 'PNM') {
    warnings.push({ code: 'PNM_LAYOUT_UNCONFIRMED', offset: 0, message: 'no unversioned spectrum file was ever seen' });
  }
  const deviceTimeSec = readCaptureTime(reader, warnings, options);
  const channelId = reader.u8('channelId');
  const modemMac = readMac(reader, warnings, 'cmMac');
  const firstSegmentCenterHz = reader.u32('firstSegmentCenterFrequency');
  const lastAt = reader.offset;
  const lastSegmentCenterHz = reader.u32('lastSegmentCenterFrequency');
  const spanAt = reader.offset;
  const segmentSpanHz = reader.u32('segmentFrequencySpan');
  const binsAt = reader.offset;
  const binsPerSegment = reader.u16('numBinsPerSegment');
  const enbwHundredthsBin = reader.u16('equivalentNoiseBandwidth');
  const windowAt = reader.offset;
  const windowFunction = reader.u16('windowFunction');
  if (binsPerSegment === 0) throw new PnmFormatError('PNM_INVALID_FIELD', binsAt, 'no bins in a segment');
  if (segmentSpanHz === 0) throw new PnmFormatError('PNM_INVALID_FIELD', spanAt, 'segment span is 0');
  if (lastSegmentCenterHz < firstSegmentCenterHz) {
    throw new PnmFormatError('PNM_INVALID_FIELD', lastAt, 'the last segment lies below the first');
  }
  if (windowFunction > LAST_WINDOW) {
    warnings.push({ code: 'PNM_VALUE_UNKNOWN', offset: windowAt, message: `window function ${windowFunction}` });
  }
  const lengthAt = reader.offset;
  const powerBytes = readDeclared(reader, 'spectrumData', 2, MAX_FILE_BYTES);
  const segments = (lastSegmentCenterHz - firstSegmentCenterHz) / segmentSpanHz + 1;
  if (!Number.isInteger(segments)) {
    const message = 'the centres are not a whole number of spans apart';
    warnings.push({ code: 'PNM_AXIS_UNUSABLE', offset: lastAt, message });
  }
  const expected = Math.floor(segments) * binsPerSegment;
  const count = powerBytes.length / 2;
  if (count !== expected) {
    const code = count < expected ? 'PNM_SAMPLES_TRUNCATED' : 'PNM_COUNT_MISMATCH';
    warnings.push({ code, offset: lengthAt, message: `${count} bins where the segments make ${expected}` });
  }
  const trailing = readTrailing(reader, warnings);
  return {
    kind: 'ds_spectrum',
    family: prefix.family,
    version: prefix.version,
    deviceTimeSec,
    channelId,
    modemMac,
    firstSegmentCenterHz,
    lastSegmentCenterHz,
    segmentSpanHz,
    binsPerSegment,
    enbwHundredthsBin,
    windowFunction,
    powerBytes,
    trailing,
    warnings,
  };
}

/** Width of a bin; not a whole number of hertz in general. */
export const binWidthHz = (spectrum: Spectrum): number => spectrum.segmentSpanHz / spectrum.binsPerSegment;

/** Centre of bin i of the array: a segment's centre lies between its two middle bins, or on its middle one. */
export function binFrequencyHz(spectrum: Spectrum, i: number): number {
  const segment = Math.floor(i / spectrum.binsPerSegment);
  const bin = i % spectrum.binsPerSegment;
  const startHz = spectrum.firstSegmentCenterHz + segment * spectrum.segmentSpanHz - spectrum.segmentSpanHz / 2;
  return startHz + (bin + 0.5) * binWidthHz(spectrum);
}

export function encodeSpectrum(spectrum: Encodable<Spectrum>): Uint8Array {
  const writer = new ByteWriter();
  writePrefix(writer, SPECTRUM_TYPE, spectrum);
  return writer
    .u32(spectrum.deviceTimeSec ?? 0)
    .u8(spectrum.channelId ?? 0)
    .bytes(macBytesOf(spectrum.modemMac))
    .u32(spectrum.firstSegmentCenterHz)
    .u32(spectrum.lastSegmentCenterHz)
    .u32(spectrum.segmentSpanHz)
    .u16(spectrum.binsPerSegment)
    .u16(spectrum.enbwHundredthsBin)
    .u16(spectrum.windowFunction)
    .u32(spectrum.powerBytes.length)
    .bytes(spectrum.powerBytes)
    .bytes(spectrum.trailing ?? [])
    .finish();
}
