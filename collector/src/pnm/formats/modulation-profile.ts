import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { PnmFormatError } from './errors.js';
import {
  checkAxis,
  macBytesOf,
  MAX_SUBCARRIERS,
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
  type SubcarrierAxis,
} from './header.js';

/** Downstream OFDM modulation profiles of a channel as runs of subcarriers: PNN10. */
export interface ModulationProfiles extends PnmHeader, SubcarrierAxis {
  readonly kind: 'ds_ofdm_modulation_profile';
  /** As the header declares; the block's length rules. */
  readonly declaredProfileCount: number;
  readonly profiles: readonly ModulationProfile[];
}

/** One profile; `modulationRuns` reads its checked bytes. */
export interface ModulationProfile {
  readonly profileId: number;
  readonly runCount: number;
  readonly subcarrierCount: number;
  readonly runBytes: Uint8Array;
}

/** A run of subcarriers of one modulation, or alternating main, skip, main … */
export interface ModulationRun {
  readonly mainCode: number;
  readonly skipCode: number | undefined;
  readonly subcarrierCount: number;
}

export const MODULATION_PROFILE_TYPE = 0x0a;
const RANGE_SCHEME = 0;
const ALTERNATING_SCHEME = 1;
const RANGE_BYTES = 4;
const ALTERNATING_BYTES = 5;
const MAX_PROFILES = 255;
const MAX_BLOCK_BYTES = MAX_PROFILES * (3 + 0xffff);

/** Codes that carry no data. Codes 2…14 equal the bits of a symbol. */
export const MODULATION_CODE = { zeroBit: 0, continuousPilot: 1, exclusion: 16, plc: 20 } as const;
export const KNOWN_CODES_WITHOUT_DATA: ReadonlySet<number> = new Set(Object.values(MODULATION_CODE));
/** 1 where the code is published; 3, 5 and 15 are reserved. */
const KNOWN_CODES = new Uint8Array(256);
for (const code of [0, 1, 2, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 20]) KNOWN_CODES[code] = 1;

/** Bits a symbol of a data code; undefined for pilots, PLC, exclusions and reserved codes. */
export const bitsOfModulationCode = (code: number): number | undefined =>
  code >= 2 && code <= 14 && KNOWN_CODES[code] === 1 ? code : undefined;

export function decodeModulationProfiles(file: Uint8Array, options: DecodeOptions = {}): ModulationProfiles {
  const reader = new ByteReader(file, options.onField);
  const warnings: PnmWarning[] = [];
  const prefix = readPrefix(reader, MODULATION_PROFILE_TYPE, [1]);
  if (prefix.family === 'PNM') {
    const message = 'no unversioned modulation profile was ever seen';
    warnings.push({ code: 'PNM_LAYOUT_UNCONFIRMED', offset: 0, message });
  }
  const deviceTimeSec = readCaptureTime(reader, warnings, options);
  const channelId = reader.u8('channelId');
  const modemMac = readMac(reader, warnings, 'cmMac');
  const profilesAt = reader.offset;
  const declaredProfileCount = reader.u8('numProfiles');
  const zeroSubcarrierHz = reader.u32('subcarrierZeroFrequency');
  const axisAt = reader.offset;
  const firstActiveSubcarrier = reader.u16('firstActiveSubcarrierIndex');
  const spacingHz = readSpacingHz(reader, warnings);
  const blockAt = reader.offset + 4;
  const block = readDeclared(reader, 'modulationProfileData', 1, MAX_BLOCK_BYTES);
  const profiles = readProfiles(block, blockAt, warnings);
  if (profiles.length !== declaredProfileCount) {
    const message = `${declaredProfileCount} profiles declared, ${profiles.length} present`;
    warnings.push({ code: 'PNM_COUNT_MISMATCH', offset: profilesAt, message });
  }
  const axis = { zeroSubcarrierHz, firstActiveSubcarrier, spacingHz };
  checkAxis(axis, profiles[0]?.subcarrierCount ?? 0, 'downstream', axisAt, warnings);
  const trailing = readTrailing(reader, warnings);
  return {
    kind: 'ds_ofdm_modulation_profile',
    family: prefix.family,
    version: prefix.version,
    deviceTimeSec,
    channelId,
    modemMac,
    declaredProfileCount,
    zeroSubcarrierHz,
    firstActiveSubcarrier,
    spacingHz,
    profiles,
    trailing,
    warnings,
  };
}

function readProfiles(block: Uint8Array, blockAt: number, warnings: PnmWarning[]): ModulationProfile[] {
  const profiles: ModulationProfile[] = [];
  const seen = new Set<number>();
  let at = 0;
  while (at < block.length) {
    if (profiles.length === MAX_PROFILES) {
      throw new PnmFormatError('PNM_INVALID_FIELD', blockAt + at, `more than ${MAX_PROFILES} profiles`);
    }
    if (block.length - at < 3) {
      throw new PnmFormatError('PNM_TRUNCATED', blockAt + at, 'profile header needs 3 bytes of the block');
    }
    const profileId = block[at]!;
    const length = (block[at + 1]! << 8) | block[at + 2]!;
    if (length > block.length - at - 3) {
      throw new PnmFormatError('PNM_INVALID_FIELD', blockAt + at + 1, `schemeLength ${length} passes the block's end`);
    }
    const runBytes = block.subarray(at + 3, at + 3 + length);
    const profile = readProfile(profileId, runBytes, blockAt + at + 3, warnings);
    if (seen.has(profileId)) {
      warnings.push({ code: 'PNM_DUPLICATE', offset: blockAt + at, message: `profile ${profileId} again` });
    }
    if (profiles[0] !== undefined && profiles[0].subcarrierCount !== profile.subcarrierCount) {
      const message = `profile ${profileId} has ${profile.subcarrierCount} subcarriers, the first ${profiles[0].subcarrierCount}`;
      warnings.push({ code: 'PNM_COUNT_MISMATCH', offset: blockAt + at, message });
    }
    seen.add(profileId);
    profiles.push(profile);
    at += 3 + length;
  }
  return profiles;
}

/** Checks every run and adds them up; unknown codes are kept and told once a profile. */
function readProfile(
  profileId: number,
  runBytes: Uint8Array,
  offset: number,
  warnings: PnmWarning[],
): ModulationProfile {
  let runCount = 0;
  let subcarrierCount = 0;
  let unknownCodes = 0;
  let firstUnknownAt = 0;
  let at = 0;
  while (at < runBytes.length) {
    const scheme = runBytes[at]!;
    if (scheme > ALTERNATING_SCHEME) {
      throw new PnmFormatError('PNM_INVALID_FIELD', offset + at, `scheme ${scheme} is neither range nor alternating`);
    }
    const length = scheme === RANGE_SCHEME ? RANGE_BYTES : ALTERNATING_BYTES;
    if (length > runBytes.length - at) {
      throw new PnmFormatError('PNM_TRUNCATED', offset + at, `scheme needs ${length} bytes of its profile`);
    }
    for (let code = at + 1; code < at + length - 2; code++) {
      if (KNOWN_CODES[runBytes[code]!] === 0 && unknownCodes++ === 0) firstUnknownAt = code;
    }
    subcarrierCount += (runBytes[at + length - 2]! << 8) | runBytes[at + length - 1]!;
    if (subcarrierCount > MAX_SUBCARRIERS) {
      const message = `profile ${profileId} passes ${MAX_SUBCARRIERS} subcarriers`;
      throw new PnmFormatError('PNM_INVALID_FIELD', offset + at + length - 2, message);
    }
    runCount++;
    at += length;
  }
  if (unknownCodes > 0) {
    const message = `profile ${profileId}: ${unknownCodes} unknown modulation codes, the first ${runBytes[firstUnknownAt]!}`;
    warnings.push({ code: 'PNM_VALUE_UNKNOWN', offset: offset + firstUnknownAt, message });
  }
  return { profileId, runCount, subcarrierCount, runBytes };
}

/** The runs of a decoded profile in subcarrier order. */
export function modulationRuns(profile: ModulationProfile): ModulationRun[] {
  const { runBytes } = profile;
  const runs: ModulationRun[] = [];
  let at = 0;
  while (at < runBytes.length) {
    const alternating = runBytes[at] === ALTERNATING_SCHEME;
    const end = at + (alternating ? ALTERNATING_BYTES : RANGE_BYTES);
    runs.push({
      mainCode: runBytes[at + 1]!,
      skipCode: alternating ? runBytes[at + 2]! : undefined,
      subcarrierCount: (runBytes[end - 2]! << 8) | runBytes[end - 1]!,
    });
    at = end;
  }
  return runs;
}

/** The mirror of `modulationRuns`. */
export function modulationProfileOf(profileId: number, runs: readonly ModulationRun[]): ModulationProfile {
  const writer = new ByteWriter();
  let subcarrierCount = 0;
  for (const run of runs) {
    if (run.skipCode === undefined) writer.u8(RANGE_SCHEME).u8(run.mainCode);
    else writer.u8(ALTERNATING_SCHEME).u8(run.mainCode).u8(run.skipCode);
    writer.u16(run.subcarrierCount);
    subcarrierCount += run.subcarrierCount;
  }
  return { profileId, runCount: runs.length, subcarrierCount, runBytes: writer.finish() };
}

/** The code of each subcarrier; an alternating run starts with its main code. */
export function modulationCodes(profile: ModulationProfile): Uint8Array {
  const codes = new Uint8Array(profile.subcarrierCount);
  let at = 0;
  for (const { mainCode, skipCode, subcarrierCount } of modulationRuns(profile)) {
    codes.fill(mainCode, at, at + subcarrierCount);
    if (skipCode !== undefined) for (let i = at + 1; i < at + subcarrierCount; i += 2) codes[i] = skipCode;
    at += subcarrierCount;
  }
  return codes;
}

export function encodeModulationProfiles(profiles: Encodable<ModulationProfiles>): Uint8Array {
  const block = new ByteWriter();
  for (const { profileId, runBytes } of profiles.profiles) block.u8(profileId).u16(runBytes.length).bytes(runBytes);
  const blockBytes = block.finish();
  const writer = new ByteWriter();
  writePrefix(writer, MODULATION_PROFILE_TYPE, profiles);
  return writer
    .u32(profiles.deviceTimeSec ?? 0)
    .u8(profiles.channelId ?? 0)
    .bytes(macBytesOf(profiles.modemMac))
    .u8(profiles.declaredProfileCount)
    .u32(profiles.zeroSubcarrierHz)
    .u16(profiles.firstActiveSubcarrier)
    .u8(profiles.spacingHz / 1000)
    .u32(blockBytes.length)
    .bytes(blockBytes)
    .bytes(profiles.trailing ?? [])
    .finish();
}
