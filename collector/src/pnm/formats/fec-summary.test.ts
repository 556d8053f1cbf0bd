import { decodeFecSummary, encodeFecSummary, fecCounters, fecProfileOf, fecStartSec } from './fec-summary.js';
import { parseMac } from '../../lib/mac.js';

const START_SEC = 1_700_000_000;
const columns = (steps: readonly number[]) => ({
  timestampSec: Uint32Array.from(steps, (step) => START_SEC + step),
  total: Uint32Array.from(steps, () => 100),
  corrected: Uint32Array.from(steps, (_, i) => i),
  uncorrectable: Uint32Array.from(steps, () => 0),
});

const summary = (family: 'PNN' | 'PNM', steps: readonly number[]) => ({
  family,
  version: family === 'PNN' ? { major: 1, minor: 0 } : undefined,
  deviceTimeSec: START_SEC,
  channelId: 34,
  modemMac: parseMac('00:1d:b3:c5:09:60'),
  summaryType: 2,
  testStartSec: START_SEC,
  testEndSec: START_SEC + steps.length,
  profiles: [255, 0].map((id) => fecProfileOf(family, id, columns(steps))),
});

test.each(['PNN', 'PNM'] as const)('%s: rows or columns, the counters are the same', (family) => {
  const decoded = decodeFecSummary(encodeFecSummary(summary(family, [0, 1, 2, 3])));
  expect(decoded.warnings).toEqual([]);
  expect(decoded.profiles.map((profile) => [profile.profileId, profile.setCount])).toEqual([
    [255, 4],
    [0, 4],
  ]);
  expect(fecCounters(decoded, decoded.profiles[1]!)).toEqual(columns([0, 1, 2, 3]));
  expect(fecStartSec(decoded)).toBe(START_SEC);
});

test('says once a profile where the time stamps jump', () => {
  const { warnings } = decodeFecSummary(encodeFecSummary(summary('PNN', [0, 1, 3, 5])));
  expect(warnings.map(({ code, offset }) => [code, offset])).toEqual([
    ['PNM_TIME_GAP', 18 + 2 * 16],
    ['PNM_TIME_GAP', 18 + 4 * 16 + 3 + 2 * 16],
  ]);
});

test('says where more codewords failed than there were', () => {
  const file = summary('PNM', [0, 1]);
  const bad = { ...columns([0, 1]), uncorrectable: Uint32Array.of(0, 100) };
  const { warnings } = decodeFecSummary(encodeFecSummary({ ...file, profiles: [fecProfileOf('PNM', 0, bad)] }));
  expect(warnings).toEqual([expect.objectContaining({ code: 'PNM_COUNTER_IMPLAUSIBLE' })]);
});

test('keeps what has no profile or no set, and says so', () => {
  const empty = decodeFecSummary(encodeFecSummary({ ...summary('PNN', []), profiles: [] }));
  expect(empty.warnings).toEqual([expect.objectContaining({ code: 'PNM_EMPTY' })]);
  expect(fecStartSec(empty)).toBeUndefined();
  expect(decodeFecSummary(encodeFecSummary(summary('PNN', []))).warnings).toHaveLength(2);
});
