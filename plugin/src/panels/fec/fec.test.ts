import { createDataFrame, FieldType } from '@grafana/data';
import fc from 'fast-check';
import { bucketsOf, countText, coveredBy, intervalMsOf, ratioText, summaryOf } from './buckets';
import { readCounters } from './frames';

interface Row {
  time: number;
  profile: string;
  total: number | null;
  corrected?: number;
  uncorrectable?: number;
}

const frame = (rows: Row[]) =>
  createDataFrame({
    fields: [
      { name: 'time', type: FieldType.time, values: rows.map(({ time }) => time) },
      { name: 'profile_id', type: FieldType.string, values: rows.map(({ profile }) => profile) },
      { name: 'total_codewords', type: FieldType.number, values: rows.map(({ total }) => total) },
      { name: 'corrected_codewords', type: FieldType.number, values: rows.map(({ corrected }) => corrected ?? 0) },
      {
        name: 'uncorrectable_codewords',
        type: FieldType.number,
        values: rows.map(({ uncorrectable }) => uncorrectable ?? 0),
      },
    ],
  });

const profilesOf = (rows: Row[]) => {
  const result = readCounters([frame(rows)]);
  if (result.kind !== 'counters') throw new Error(result.message);
  return result.profiles;
};

test('reads profiles in order, the pointer last, each in order of time, the same second once', () => {
  const profiles = profilesOf([
    { time: 2000, profile: '255', total: 1 },
    { time: 2000, profile: '3', total: 5 },
    { time: 1000, profile: '3', total: 4 },
    { time: 1000, profile: '3', total: 4 },
    { time: 1000, profile: '0', total: null },
    { time: 1000, profile: '0', total: 0 },
  ]);
  expect(profiles.map(({ profileId, timesMs }) => [profileId, [...timesMs]])).toEqual([
    ['0', [1000]],
    ['3', [1000, 2000]],
    ['255', [2000]],
  ]);
});

test('codewords are summed into whole intervals, and time without any stays apart from time without errors', () => {
  const rows = [0, 1, 2, 3, 8, 9].map((second) => ({
    time: second * 1000,
    profile: '0',
    total: 100,
    uncorrectable: second === 9 ? 5 : 0,
  }));
  const [profile] = profilesOf(rows);
  if (!profile) throw new Error('no profile');
  expect(intervalMsOf([profile])).toBe(1000);
  const range = coveredBy([profile], 1000);
  const buckets = bucketsOf(profile, range, 1000, 5);
  expect(buckets.stepMs).toBe(2000);
  expect([...buckets.total]).toEqual([200, 200, 0, 0, 200]);
  expect([...buckets.intervals]).toEqual([2, 2, 0, 0, 2]);
  expect([...buckets.uncorrectable]).toEqual([0, 0, 0, 0, 5]);
});

test('whatever the bucket, no codeword is lost or counted twice', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: 1000 }), { minLength: 2, maxLength: 100 }),
      fc.integer({ min: 1, max: 300 }),
      (seconds, most) => {
        const [profile] = profilesOf(
          seconds.map((second) => ({ time: second * 1000, profile: '0', total: second + 1 })),
        );
        if (!profile) throw new Error('no profile');
        const intervalMs = intervalMsOf([profile]) ?? 1000;
        const { total } = bucketsOf(profile, coveredBy([profile], intervalMs), intervalMs, most);
        expect(total.length).toBeLessThanOrEqual(most);
        expect(total.reduce((sum, value) => sum + value, 0)).toBe(summaryOf(profile).total);
      },
    ),
  );
});

test('no error among n codewords only says that there are fewer than three in n', () => {
  const [clean] = profilesOf([{ time: 0, profile: '0', total: 24_000_000 }]);
  expect(clean && summaryOf(clean)).toMatchObject({ uncorrectable: 0, bound: 1.25e-7, erroredIntervals: 0 });
  const [idle] = profilesOf([{ time: 0, profile: '0', total: 0 }]);
  expect(idle && summaryOf(idle).bound).toBeUndefined();
});

test.each([
  [0, '0'],
  [0.25, '25 %'],
  [0.0123, '1.2 %'],
  [3.14e-7, '3.1·10⁻⁷'],
])('ratio %p is %s', (ratio, text) => expect(ratioText(ratio)).toBe(text));

test.each([
  [999, '999'],
  [24_243, '24.2 k'],
  [24_000_000, '24.0 M'],
])('count %p is %s', (count, text) => expect(countText(count)).toBe(text));

test.each([
  ['no frames', [], 'empty'],
  ['no counts', [frame([{ time: 1, profile: '0', total: null }])], 'empty'],
  ['another query', [createDataFrame({ fields: [{ name: 'x', values: [1] }] })], 'problem'],
])('%s is a result that explains itself', (_name, frames, kind) => {
  expect(readCounters(frames)).toMatchObject({ kind, message: expect.stringMatching(/./) });
});
