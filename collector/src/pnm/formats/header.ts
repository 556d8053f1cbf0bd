import { isGroupMac, isZeroMac, macFromBytes, macToBytes, type Mac } from '../../lib/mac.js';
import type { ByteReader, OnField } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { PnmFormatError } from './errors.js';

/** `PNN`: versioned (CM-OSSI I11 on). `PNM`: the older layout without version bytes. Decided per file, never per model. */
export type PnmFamily = 'PNN' | 'PNM';

export interface PnmVersion {
  readonly major: number;
  readonly minor: number;
}

export type PnmWarningCode =
  | 'PNM_CAPTURE_TIME_IMPLAUSIBLE' // time since boot, zero, or the future: no date
  | 'PNM_MAC_UNUSABLE' // null or group address: attributes nothing
  | 'PNM_TRAILING_BYTES'
  | 'PNM_SPACING_UNUSUAL'
  | 'PNM_AXIS_OUT_OF_FFT'
  | 'PNM_COUNT_MISMATCH'
  | 'PNM_VALUE_UNKNOWN'
  | 'PNM_TIME_GAP'
  | 'PNM_COUNTER_IMPLAUSIBLE'
  | 'PNM_SAMPLES_TRUNCATED'
  | 'PNM_AXIS_UNUSABLE'
  | 'PNM_DUPLICATE'
  | 'PNM_EMPTY'
  | 'PNM_LAYOUT_UNCONFIRMED'; // no file of this layout was ever seen

/** An anomaly that did not keep us from reading the file. `offset` is where the odd field starts. */
export interface PnmWarning {
  readonly code: PnmWarningCode;
  readonly offset: number;
  readonly message: string;
}

/** What every decoded PNM file has. Arrays of a decoded file are views into its bytes: slice() what outlives them. */
export interface PnmHeader {
  /** Undefined for SNMP data, which has no magic. */
  readonly family: PnmFamily | undefined;
  /** Undefined in the unversioned family. */
  readonly version: PnmVersion | undefined;
  /** The modem's own clock in whole seconds; modems without time of day count from boot. */
  readonly deviceTimeSec: number | undefined;
  readonly channelId: number | undefined;
  readonly modemMac: Mac | undefined;
  /** Bytes after the declared end, kept: vendors add fields, and two files may have been joined. */
  readonly trailing: Uint8Array;
  readonly warnings: readonly PnmWarning[];
}

/** The centre of subcarrier i of the array is zeroSubcarrierHz + spacingHz · (firstActiveSubcarrier + i). */
export interface SubcarrierAxis {
  readonly zeroSubcarrierHz: number;
  readonly firstActiveSubcarrier: number;
  /** 0 where the file has no usable axis. */
  readonly spacingHz: number;
}

/** Centre frequency of the array's value i. */
export const frequencyHz = (axis: SubcarrierAxis, i: number): number =>
  axis.zeroSubcarrierHz + axis.spacingHz * (axis.firstActiveSubcarrier + i);

/** What an encoder takes: warnings follow from the bytes, the kind from the encoder. */
export type Encodable<T extends PnmHeader> = Omit<T, 'warnings' | 'trailing' | 'kind'> & {
  readonly trailing?: Uint8Array;
};

export interface DecodeOptions {
  /** Our clock; capture times later than a day after it are implausible. Without it only the far past is. */
  readonly nowSec?: number;
  readonly onField?: OnField;
}

/** Larger than any capture that a modem can make; spectrum and symbol captures set the practical limit. */
export const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** The largest FFT of an OFDM channel (25 kHz spacing). */
export const MAX_SUBCARRIERS = 8192;

/** 2013-01-01: DOCSIS 3.1 was not published before. Earlier stamps count from boot. */
const EARLIEST_PLAUSIBLE_SEC = 1_356_998_400;
const DAY_SEC = 86_400;
const NO_CLOCK_LATEST_SEC = 4_102_444_800;

const MAGIC_P = 0x50;
const MAGIC_N = 0x4e;
const MAGIC_M = 0x4d;

export interface Magic {
  readonly family: PnmFamily;
  readonly typeByte: number;
}

/** The family and type byte that the first four bytes name; undefined when they are no PNM magic. */
export function magicOf(file: Uint8Array): Magic | undefined {
  const typeByte = file[3];
  if (typeByte === undefined || file[0] !== MAGIC_P || file[1] !== MAGIC_N) return undefined;
  if (file[2] === MAGIC_N) return { family: 'PNN', typeByte };
  if (file[2] === MAGIC_M) return { family: 'PNM', typeByte };
  return undefined;
}

export interface Prefix {
  readonly family: PnmFamily;
  readonly version: PnmVersion | undefined;
}

/** Reads magic and version, and refuses a file of another type or of a major version whose layout is unknown. */
export function readPrefix(reader: ByteReader, typeByte: number, majors: readonly number[]): Prefix {
  const magic = magicOf(reader.bytes(4, 'magic'));
  if (magic?.typeByte !== typeByte) {
    throw new PnmFormatError('PNM_UNKNOWN_TYPE', 0, `not a PNM file of type 0x${typeByte.toString(16)}`);
  }
  if (magic.family === 'PNM') return { family: 'PNM', version: undefined };
  const versionAt = reader.offset;
  const version = { major: reader.u8('majorVersion'), minor: reader.u8('minorVersion') };
  if (!majors.includes(version.major)) {
    throw new PnmFormatError('PNM_UNSUPPORTED_VERSION', versionAt, `major version ${version.major} is not known`);
  }
  return { family: 'PNN', version };
}

export function writePrefix(
  writer: ByteWriter,
  typeByte: number,
  prefix: { readonly family: PnmFamily | undefined; readonly version: PnmVersion | undefined },
): void {
  const versioned = prefix.family === 'PNN';
  writer.bytes([MAGIC_P, MAGIC_N, versioned ? MAGIC_N : MAGIC_M, typeByte]);
  if (versioned) writer.u8(prefix.version?.major ?? 1).u8(prefix.version?.minor ?? 0);
}

/** Seconds since 1970 by the modem's clock, with a warning when they are no date. */
export function readCaptureTime(
  reader: ByteReader,
  warnings: PnmWarning[],
  options: DecodeOptions,
  field = 'captureTime',
): number {
  const offset = reader.offset;
  const seconds = reader.u32(field);
  checkCaptureTime(seconds, offset, warnings, options);
  return seconds;
}

export function checkCaptureTime(
  seconds: number,
  offset: number,
  warnings: PnmWarning[],
  options: DecodeOptions,
): void {
  if (isCaptureTimePlausible(seconds, options)) return;
  warnings.push({ code: 'PNM_CAPTURE_TIME_IMPLAUSIBLE', offset, message: `capture time ${seconds} is no date` });
}

/** False for time since boot, zero and the future. */
export function isCaptureTimePlausible(seconds: number, options: DecodeOptions = {}): boolean {
  const latest = options.nowSec === undefined ? NO_CLOCK_LATEST_SEC : options.nowSec + DAY_SEC;
  return seconds >= EARLIEST_PLAUSIBLE_SEC && seconds <= latest;
}

export function readMac(reader: ByteReader, warnings: PnmWarning[], field: string): Mac {
  const offset = reader.offset;
  const mac = macFromBytes(reader.bytes(6, field));
  if (isZeroMac(mac) || isGroupMac(mac)) {
    warnings.push({ code: 'PNM_MAC_UNUSABLE', offset, message: `${field} ${mac} belongs to no modem` });
  }
  return mac;
}

/** Null address for a file that is encoded without one. */
const NO_MAC = new Uint8Array(6);
export const macBytesOf = (mac: Mac | undefined): Uint8Array => (mac === undefined ? NO_MAC : macToBytes(mac));

/** Spacing in whole kHz on the wire. Anything but 25 and 50 is odd; 0 leaves the file without an axis. */
export function readSpacingHz(reader: ByteReader, warnings: PnmWarning[]): number {
  const offset = reader.offset;
  const spacingKhz = reader.u8('subcarrierSpacing');
  if (spacingKhz === 0) {
    warnings.push({ code: 'PNM_AXIS_UNUSABLE', offset, message: 'subcarrier spacing 0: no frequency axis' });
  } else if (spacingKhz !== 25 && spacingKhz !== 50) {
    warnings.push({ code: 'PNM_SPACING_UNUSUAL', offset, message: `subcarrier spacing ${spacingKhz} kHz` });
  }
  return spacingKhz * 1000;
}

/** Channel width over spacing: 204.8 MHz downstream, 102.4 MHz upstream (PHY 3.1, FFT 8192/4096 and 4096/2048). */
const FFT_WIDTH_HZ = { downstream: 204_800_000, upstream: 102_400_000 } as const;

export function checkAxis(
  axis: SubcarrierAxis,
  count: number,
  direction: keyof typeof FFT_WIDTH_HZ,
  offset: number,
  warnings: PnmWarning[],
): void {
  if (axis.spacingHz === 0) return;
  const fftSize = FFT_WIDTH_HZ[direction] / axis.spacingHz;
  if (axis.firstActiveSubcarrier + count <= fftSize) return;
  warnings.push({
    code: 'PNM_AXIS_OUT_OF_FFT',
    offset,
    message: `subcarriers ${axis.firstActiveSubcarrier}…${axis.firstActiveSubcarrier + count - 1} pass the ${fftSize} of the FFT`,
  });
}

/** A declared length in bytes, checked before anything is made of it, and the bytes it declares. */
export function readDeclared(reader: ByteReader, field: string, elementBytes: number, maxBytes: number): Uint8Array {
  const offset = reader.offset;
  const length = reader.u32(`${field}Length`);
  if (length === 0 || length > maxBytes || length % elementBytes !== 0) {
    throw new PnmFormatError(
      'PNM_INVALID_FIELD',
      offset,
      `${field}Length ${length} is not a multiple of ${elementBytes} within 1…${maxBytes}`,
    );
  }
  return reader.bytes(length, field);
}

/** Everything after the declared end. */
export function readTrailing(reader: ByteReader, warnings: PnmWarning[]): Uint8Array {
  const offset = reader.offset;
  const trailing = reader.bytes(reader.remaining, 'trailing');
  if (trailing.length > 0) {
    const message = `${trailing.length} bytes after the declared end`;
    warnings.push({ code: 'PNM_TRAILING_BYTES', offset, message });
  }
  return trailing;
}
