import { parseMac } from '../../lib/mac.js';
import {
  bitsOfModulationCode,
  decodeModulationProfiles,
  encodeModulationProfiles,
  modulationCodes,
  modulationProfileOf,
  modulationRuns,
} from './modulation-profile.js';

const runs = [
  { mainCode: 12, skipCode: undefined, subcarrierCount: 3 },
  { mainCode: 10, skipCode: 1, subcarrierCount: 5 },
];
const sample = {
  family: 'PNN' as const,
  version: { major: 1, minor: 0 },
  deviceTimeSec: 1_700_000_000,
  channelId: 34,
  modemMac: parseMac('00:1d:b3:c5:09:60'),
  declaredProfileCount: 2,
  zeroSubcarrierHz: 631_100_000,
  firstActiveSubcarrier: 356,
  spacingHz: 25_000,
  profiles: [modulationProfileOf(3, runs), modulationProfileOf(0, runs)],
};
const bytes = encodeModulationProfiles(sample);
const patched = (at: number, value: number): Uint8Array => {
  const file = bytes.slice();
  file[at] = value;
  return file;
};

test('reads ranges and alternating runs', () => {
  const { profiles, warnings } = decodeModulationProfiles(bytes);
  expect(warnings).toEqual([]);
  expect(profiles.map((profile) => [profile.profileId, profile.runCount, profile.subcarrierCount])).toEqual([
    [3, 2, 8],
    [0, 2, 8],
  ]);
  expect(modulationRuns(profiles[0]!)).toEqual(runs);
  expect([...modulationCodes(profiles[0]!)]).toEqual([12, 12, 12, 10, 1, 10, 1, 10]);
  expect([0, 1, 2, 3, 12, 14, 15, 20].map(bitsOfModulationCode)).toEqual([
    undefined,
    undefined,
    2,
    undefined,
    12,
    14,
    undefined,
    undefined,
  ]);
});

test.each([
  ['a scheme nobody knows', patched(32, 2), 'PNM_INVALID_FIELD', 32],
  ['a profile beyond the block', patched(31, 200), 'PNM_INVALID_FIELD', 30],
  ['a scheme cut inside', patched(31, 8), 'PNM_TRUNCATED', 36],
  ['a profile header cut', patched(28, 14), 'PNM_TRUNCATED', 41],
  ['more subcarriers than any channel has', patched(34, 0x20), 'PNM_INVALID_FIELD', 34],
])('rejects %s', (_name, file, code, offset) => {
  expect(() => decodeModulationProfiles(file)).toThrow(expect.objectContaining({ code, offset }));
});

test.each([
  ['a reserved code', patched(33, 15), 'PNM_VALUE_UNKNOWN', 33],
  ['another number of profiles', patched(17, 7), 'PNM_COUNT_MISMATCH', 17],
  ['profiles of different width', patched(35, 9), 'PNM_COUNT_MISMATCH', 41],
  ['a profile twice', patched(41, 3), 'PNM_DUPLICATE', 41],
])('accepts %s with a warning', (_name, file, code, offset) => {
  expect(decodeModulationProfiles(file).warnings).toEqual([expect.objectContaining({ code, offset })]);
});

test('a block of nothing but empty profiles is refused, not listed', () => {
  const file = new Uint8Array(29 + 3_000_000);
  file.set(bytes.subarray(0, 25));
  new DataView(file.buffer).setUint32(25, 3_000_000);
  expect(() => decodeModulationProfiles(file)).toThrow(expect.objectContaining({ code: 'PNM_INVALID_FIELD' }));
});
