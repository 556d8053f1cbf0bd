import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { readCcapHeader, writeCcapHeader, type CcapHeader } from './ccap-header.js';
import { PnmFormatError } from './errors.js';
import { BYTES_PER_COMPLEX } from './fixed-point.js';
import {
  MAX_FILE_BYTES,
  readDeclared,
  readSpacingHz,
  type DecodeOptions,
  type Encodable,
  type PnmHeader,
  type PnmWarning,
} from './header.js';

export type CcapCaptureKind =
  | 'ccap_ds_symbol_capture'
  | 'ccap_us_active_quiet_probe'
  | 'ccap_us_impulse_noise'
  | 'ccap_us_histogram'
  | 'ccap_us_spectrum_capture';

/**
 * CCAP files of which none was ever seen. The unversioned layouts are those of DOCS-PNM-MIB 2015; of the versioned ones
 * only the common header is known, the rest is kept as it came. Either way the file says PNM_LAYOUT_UNCONFIRMED.
 */
export interface CcapCapture extends PnmHeader, CcapHeader {
  readonly kind: CcapCaptureKind;
  /** Everything behind the common header up to the declared end; up to the file's end where no length is known. */
  readonly payload: Uint8Array;
  readonly content: CcapContent | undefined;
}

export type CcapContent = CcapSymbols | CcapProbe | CcapImpulseNoise | CcapHistogram | CcapSpectrum;

export interface CcapSymbols {
  readonly content: 'symbols';
  readonly zeroSubcarrierHz: number;
  readonly plcTimestamp: Uint8Array;
  readonly spacingHz: number;
  readonly firstActiveSubcarrier: number;
  readonly lastActiveSubcarrier: number;
  readonly triggerGroupId: number;
  readonly transactionId: number;
  /** Pairs re, im of big-endian 16-bit s3.12. */
  readonly sampleBytes: Uint8Array;
}

export interface CcapProbe {
  readonly content: 'probe';
  readonly zeroSubcarrierHz: number;
  readonly spacingHz: number;
  readonly exclusionBytes: Uint8Array;
  /** Complex pairs whose number format is not published. */
  readonly sampleBytes: Uint8Array;
}

export interface CcapImpulseNoise {
  readonly content: 'impulseNoise';
  readonly startTrigger: number;
  readonly endTrigger: number;
  readonly eventCount: number;
  /** Events of time, duration and power (s5.26). */
  readonly eventBytes: Uint8Array;
}

export interface CcapHistogram {
  readonly content: 'histogram';
  readonly countStartSec: number;
  readonly countEndSec: number;
  readonly dwellBytes: Uint8Array;
  readonly hitBytes: Uint8Array;
}

/** Bins are 2 or 4 octets by the configured output format, which the file does not name: never drawn from the file alone. */
export interface CcapSpectrum {
  readonly content: 'spectrum';
  readonly centerHz: number;
  readonly spanHz: number;
  readonly binCount: number;
  readonly binBytes: Uint8Array;
}

interface Layout {
  readonly kind: CcapCaptureKind;
  readonly typeByte: number;
  readonly read: (reader: ByteReader, warnings: PnmWarning[]) => CcapContent;
}

const MAX_HISTOGRAM_BYTES = 4096 * 4;

const LAYOUTS: readonly Layout[] = [
  { kind: 'ccap_ds_symbol_capture', typeByte: 0x65, read: readSymbols },
  { kind: 'ccap_us_active_quiet_probe', typeByte: 0x66, read: readProbe },
  { kind: 'ccap_us_impulse_noise', typeByte: 0x67, read: readImpulseNoise },
  { kind: 'ccap_us_histogram', typeByte: 0x68, read: readHistogram },
  { kind: 'ccap_us_spectrum_capture', typeByte: 0x6a, read: readSpectrum },
];

export const CCAP_CAPTURE_TYPES: readonly number[] = LAYOUTS.map((layout) => layout.typeByte);

export function decodeCcapCapture(file: Uint8Array, options: DecodeOptions = {}): CcapCapture {
  const layout = LAYOUTS.find((candidate) => candidate.typeByte === file[3]);
  if (layout === undefined) throw new PnmFormatError('PNM_UNKNOWN_TYPE', 0, 'not a CCAP file of a known type');
  const reader = new ByteReader(file, options.onField);
  const warnings: PnmWarning[] = [];
  const header = readCcapHeader(reader, layout.typeByte, warnings, options);
  const unconfirmed =
    header.family === 'PNM' ? 'no file of this type was ever seen' : 'kept, not read: no published layout';
  warnings.push({ code: 'PNM_LAYOUT_UNCONFIRMED', offset: reader.offset, message: unconfirmed });
  const start = reader.offset;
  const content = header.family === 'PNM' ? layout.read(reader, warnings) : undefined;
  const end = content === undefined ? file.length : reader.offset;
  if (end < file.length) {
    const message = `${file.length - end} bytes after the declared end`;
    warnings.push({ code: 'PNM_TRAILING_BYTES', offset: end, message });
  }
  return {
    ...header,
    kind: layout.kind,
    channelId: undefined,
    modemMac: undefined,
    payload: file.subarray(start, end),
    content,
    trailing: file.subarray(end),
    warnings,
  };
}

function readSymbols(reader: ByteReader, warnings: PnmWarning[]): CcapSymbols {
  return {
    content: 'symbols',
    zeroSubcarrierHz: reader.u32('subcarrierZeroFrequency'),
    plcTimestamp: reader.bytes(8, 'plcExtendedTimestamp'),
    spacingHz: readSpacingHz(reader, warnings),
    firstActiveSubcarrier: reader.u16('firstActiveSubcarrierIndex'),
    lastActiveSubcarrier: reader.u16('lastActiveSubcarrierIndex'),
    triggerGroupId: reader.u16('triggerGroupId'),
    transactionId: reader.u8('transactionId'),
    sampleBytes: readDeclared(reader, 'captureData', BYTES_PER_COMPLEX, MAX_FILE_BYTES),
  };
}

function readProbe(reader: ByteReader, warnings: PnmWarning[]): CcapProbe {
  const zeroSubcarrierHz = reader.u32('subcarrierZeroFrequency');
  const spacingHz = readSpacingHz(reader, warnings);
  const exclusionBytes = reader.bytes(reader.u32('exclusionListLength'), 'exclusionList'); // may be empty
  const sampleBytes = readDeclared(reader, 'captureData', BYTES_PER_COMPLEX, MAX_FILE_BYTES);
  return { content: 'probe', zeroSubcarrierHz, spacingHz, exclusionBytes, sampleBytes };
}

function readImpulseNoise(reader: ByteReader): CcapImpulseNoise {
  const startTrigger = reader.u32('startTriggerTime');
  const endTrigger = reader.u32('endTriggerTime');
  const eventCount = reader.u32('numberOfEvents');
  const eventBytes = reader.bytes(reader.u32('eventDataLength'), 'eventData'); // no event is a result
  return { content: 'impulseNoise', startTrigger, endTrigger, eventCount, eventBytes };
}

function readHistogram(reader: ByteReader): CcapHistogram {
  return {
    content: 'histogram',
    countStartSec: reader.u32('countStartTime'),
    countEndSec: reader.u32('countEndTime'),
    dwellBytes: readDeclared(reader, 'dwellCounts', 4, MAX_HISTOGRAM_BYTES),
    hitBytes: readDeclared(reader, 'hitCounts', 4, MAX_HISTOGRAM_BYTES),
  };
}

function readSpectrum(reader: ByteReader): CcapSpectrum {
  return {
    content: 'spectrum',
    centerHz: reader.u32('centerFrequency'),
    spanHz: reader.u32('frequencySpan'),
    binCount: reader.u16('numberOfBins'),
    binBytes: readDeclared(reader, 'binAmplitudeData', 1, MAX_FILE_BYTES),
  };
}

/** Writes header and payload; `content` is in the payload already. */
export function encodeCcapCapture(
  kind: CcapCaptureKind,
  capture: Omit<Encodable<CcapCapture>, 'content' | 'ccapId' | 'channelId' | 'modemMac'>,
): Uint8Array {
  const layout = LAYOUTS.find((candidate) => candidate.kind === kind);
  if (layout === undefined) throw new RangeError(`no layout of ${kind}`);
  const writer = new ByteWriter();
  writeCcapHeader(writer, layout.typeByte, capture);
  return writer
    .bytes(capture.payload)
    .bytes(capture.trailing ?? [])
    .finish();
}
