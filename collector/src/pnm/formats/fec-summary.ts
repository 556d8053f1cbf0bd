import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { PnmFormatError } from './errors.js';
import {
  checkCaptureTime,
  macBytesOf,
  readCaptureTime,
  readMac,
  readPrefix,
  readTrailing,
  writePrefix,
  type DecodeOptions,
  type Encodable,
  type PnmHeader,
  type PnmWarning,
} from './header.js';
import { uint32Of, wireOfUint32 } from './words.js';

/**
 * Downstream OFDM codeword counters of 10 minutes or 24 hours: PNN8, PNM8 (DOCS-PNM-MIB). The versioned layout has no
 * capture time and a time stamp in each set; the unversioned one has a start, an end and three arrays a profile.
 */
export interface FecSummary extends PnmHeader {
  readonly kind: 'ds_ofdm_fec_summary';
  /** 1 other, 2 ten minutes by the second, 3 a day by the minute. */
  readonly summaryType: number;
  /** Unversioned layout only. */
  readonly testStartSec: number | undefined;
  readonly testEndSec: number | undefined;
  readonly profiles: readonly FecProfile[];
}

export interface FecProfile {
  /** 255 is the next-codeword pointer. */
  readonly profileId: number;
  readonly setCount: number;
  /** Versioned: sets of time stamp, total, corrected, uncorrectable (u32). Unversioned: three arrays in that order. */
  readonly setBytes: Uint8Array;
}

/** Counters of one profile, per interval and not cumulative. */
export interface FecCounters {
  /** Interpolated between start and end where the layout has no time stamps. */
  readonly timestampSec: Uint32Array;
  readonly total: Uint32Array;
  readonly corrected: Uint32Array;
  readonly uncorrectable: Uint32Array;
}

export const FEC_SUMMARY_TYPE = 0x08;
export const NCP_PROFILE_ID = 255;
export const SET_BYTES = 16;
const COLUMN_SET_BYTES = 12;

/** Seconds between two sets; undefined for a summary type without a stated cadence. */
export const fecIntervalSec = (summaryType: number): number | undefined =>
  summaryType === 2 ? 1 : summaryType === 3 ? 60 : undefined;

export function decodeFecSummary(file: Uint8Array, options: DecodeOptions = {}): FecSummary {
  const reader = new ByteReader(file, options.onField);
  const warnings: PnmWarning[] = [];
  const prefix = readPrefix(reader, FEC_SUMMARY_TYPE, [1]);
  const versioned = prefix.family === 'PNN';
  const deviceTimeSec = versioned ? undefined : readCaptureTime(reader, warnings, options);
  const channelId = reader.u8('channelId');
  const modemMac = readMac(reader, warnings, 'cmMac');
  const testStartSec = versioned ? undefined : reader.u32('testStartTime');
  const testEndSec = versioned ? undefined : reader.u32('testEndTime');
  const typeAt = reader.offset;
  const summaryType = reader.u8('summaryType');
  if (summaryType < 1 || summaryType > 3) {
    warnings.push({ code: 'PNM_VALUE_UNKNOWN', offset: typeAt, message: `summary type ${summaryType}` });
  }
  const profilesAt = reader.offset;
  const profileCount = reader.u8('numProfiles');
  if (profileCount === 0) warnings.push({ code: 'PNM_EMPTY', offset: profilesAt, message: 'no profile' });
  const profiles: FecProfile[] = [];
  const seen = new Set<number>();
  for (let i = 0; i < profileCount; i++) {
    const profileAt = reader.offset;
    const profile = versioned ? readRows(reader) : readColumns(reader);
    if (seen.has(profile.profileId)) {
      warnings.push({ code: 'PNM_DUPLICATE', offset: profileAt, message: `profile ${profile.profileId} again` });
    }
    if (profile.setCount === 0) {
      warnings.push({ code: 'PNM_EMPTY', offset: profileAt, message: `profile ${profile.profileId} has no set` });
    }
    seen.add(profile.profileId);
    if (versioned) checkRows(profile, summaryType, profileAt + 3, warnings);
    else checkColumns(profile, profileAt + 3, warnings);
    profiles.push(profile);
  }
  const first = profiles[0];
  if (versioned && first !== undefined && first.setCount > 0) {
    checkCaptureTime(uint32At(first.setBytes, 0), profilesAt + 4, warnings, options);
  }
  const trailing = readTrailing(reader, warnings);
  return {
    kind: 'ds_ofdm_fec_summary',
    family: prefix.family,
    version: prefix.version,
    deviceTimeSec,
    channelId,
    modemMac,
    summaryType,
    testStartSec,
    testEndSec,
    profiles,
    trailing,
    warnings,
  };
}

function readRows(reader: ByteReader): FecProfile {
  const profileId = reader.u8('profileId');
  const setCount = reader.u16('numSets');
  return { profileId, setCount, setBytes: reader.bytes(setCount * SET_BYTES, 'codewordSets') };
}

function readColumns(reader: ByteReader): FecProfile {
  const profileId = reader.u8('profileId');
  const lengthAt = reader.offset;
  const length = reader.u16('codewordDataLength');
  if (length % COLUMN_SET_BYTES !== 0) {
    throw new PnmFormatError('PNM_INVALID_FIELD', lengthAt, `codewordDataLength ${length} is not a multiple of 12`);
  }
  return { profileId, setCount: length / COLUMN_SET_BYTES, setBytes: reader.bytes(length, 'codewordData') };
}

const uint32At = (bytes: Uint8Array, at: number): number =>
  bytes[at]! * 0x1000000 + ((bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!);

/** One warning a profile and kind, at the first set that shows it. */
function checkRows(profile: FecProfile, summaryType: number, offset: number, warnings: PnmWarning[]): void {
  const interval = fecIntervalSec(summaryType);
  const view = new DataView(profile.setBytes.buffer, profile.setBytes.byteOffset, profile.setBytes.byteLength);
  let gaps = 0;
  let firstGap = 0;
  let overfull = 0;
  let firstOverfull = 0;
  let before = 0;
  for (let set = 0, at = 0; set < profile.setCount; set++, at += SET_BYTES) {
    const timestamp = view.getUint32(at);
    if (set > 0 && interval !== undefined && timestamp - before !== interval && gaps++ === 0) firstGap = at;
    before = timestamp;
    const bad = view.getUint32(at + 8) + view.getUint32(at + 12) > view.getUint32(at + 4);
    if (bad && overfull++ === 0) firstOverfull = at;
  }
  if (gaps > 0) {
    const message = `profile ${profile.profileId}: ${gaps} steps are not ${interval} s`;
    warnings.push({ code: 'PNM_TIME_GAP', offset: offset + firstGap, message });
  }
  if (overfull > 0) warnings.push(overfullWarning(profile, overfull, offset + firstOverfull));
}

function checkColumns(profile: FecProfile, offset: number, warnings: PnmWarning[]): void {
  const values = uint32Of(profile.setBytes);
  const sets = profile.setCount;
  let overfull = 0;
  let firstOverfull = 0;
  for (let set = 0; set < sets; set++) {
    const bad = values[sets + set]! + values[2 * sets + set]! > values[set]!;
    if (bad && overfull++ === 0) firstOverfull = set;
  }
  if (overfull > 0) warnings.push(overfullWarning(profile, overfull, offset + firstOverfull * 4));
}

const overfullWarning = (profile: FecProfile, sets: number, offset: number): PnmWarning => ({
  code: 'PNM_COUNTER_IMPLAUSIBLE',
  offset,
  message: `profile ${profile.profileId}: ${sets} sets with more corrected and uncorrectable codewords than codewords`,
});

/** The counters of a profile as columns. */
export function fecCounters(summary: FecSummary, profile: FecProfile): FecCounters {
  const values = uint32Of(profile.setBytes);
  const sets = profile.setCount;
  if (summary.family === 'PNN') {
    const column = (offset: number) => Uint32Array.from({ length: sets }, (_, set) => values[set * 4 + offset]!);
    return { timestampSec: column(0), total: column(1), corrected: column(2), uncorrectable: column(3) };
  }
  const start = summary.testStartSec ?? 0;
  const stepSec = sets > 1 ? ((summary.testEndSec ?? start) - start) / sets : 0;
  return {
    timestampSec: Uint32Array.from({ length: sets }, (_, set) => Math.round(start + set * stepSec)),
    total: values.slice(0, sets),
    corrected: values.slice(sets, 2 * sets),
    uncorrectable: values.slice(2 * sets),
  };
}

/** The mirror of `fecCounters`. */
export function fecProfileOf(family: FecSummary['family'], profileId: number, counters: FecCounters): FecProfile {
  const setCount = counters.total.length;
  const { timestampSec, total, corrected, uncorrectable } = counters;
  const words =
    family === 'PNN'
      ? Array.from({ length: setCount }, (_, i) => [
          timestampSec[i]!,
          total[i]!,
          corrected[i]!,
          uncorrectable[i]!,
        ]).flat()
      : [...total, ...corrected, ...uncorrectable];
  return { profileId, setCount, setBytes: wireOfUint32(words) };
}

/** The capture's time by the modem's clock: the first time stamp where the header has none. */
export function fecStartSec(summary: FecSummary): number | undefined {
  const first = summary.profiles[0];
  if (summary.family !== 'PNN') return summary.deviceTimeSec;
  return first === undefined || first.setCount === 0 ? undefined : uint32At(first.setBytes, 0);
}

export function encodeFecSummary(summary: Encodable<FecSummary>): Uint8Array {
  const writer = new ByteWriter();
  const versioned = summary.family === 'PNN';
  writePrefix(writer, FEC_SUMMARY_TYPE, summary);
  if (!versioned) writer.u32(summary.deviceTimeSec ?? 0);
  writer.u8(summary.channelId ?? 0).bytes(macBytesOf(summary.modemMac));
  if (!versioned) writer.u32(summary.testStartSec ?? 0).u32(summary.testEndSec ?? 0);
  writer.u8(summary.summaryType).u8(summary.profiles.length);
  for (const { profileId, setCount, setBytes } of summary.profiles) {
    writer
      .u8(profileId)
      .u16(versioned ? setCount : setBytes.length)
      .bytes(setBytes);
  }
  return writer.bytes(summary.trailing ?? []).finish();
}
