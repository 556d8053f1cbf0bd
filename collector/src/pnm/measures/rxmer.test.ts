import fc from 'fast-check';
import { countQuarterDb, headroomDb, highestBits, highestFrequencyHz, requiredMerDb, summarizeRxMer } from './rxmer.js';

const axis = { zeroSubcarrierHz: 600_000_000, firstActiveSubcarrier: 100, spacingHz: 50_000 };

test('measures over what was measured only', () => {
  // 40, 41, 42 dB and two subcarriers without a measurement, which are no 63.75 dB
  const summary = summarizeRxMer(Uint8Array.of(160, 0xff, 164, 168, 0xff));
  expect(summary).toMatchObject({
    count: 5,
    measuredCount: 3,
    meanMerDb: 41,
    minMerDb: 40,
    maxMerDb: 42,
    medianMerDb: 41,
  });
  expect(summary.stdDevMerDb).toBeCloseTo(Math.sqrt(2 / 3), 12);
});

test.each([[[]], [[0xff, 0xff]]])('knows nothing of %p', (octets) => {
  expect(summarizeRxMer(Uint8Array.from(octets))).toMatchObject({
    measuredCount: 0,
    meanMerDb: undefined,
    stdDevMerDb: undefined,
    minMerDb: undefined,
    percentileMerDb: undefined,
  });
});

test.each([
  [7480, 2, 149],
  [3677, 2, 73],
  [10, 2, 1],
  [100, 100, 100],
])('of %i values the %i th percentile is number %i', (count, percentile, rank) => {
  const values = Uint8Array.from({ length: count }, (_, i) => (i * 37) % 255);
  const sorted = [...values].sort((a, b) => a - b);
  expect(summarizeRxMer(values, percentile).percentileMerDb).toBe(sorted[rank - 1]! / 4);
});

test('agrees with the textbook on any array', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), (values) => {
      const measured = [...values].filter((value) => value !== 0xff).map((value) => value / 4);
      const summary = summarizeRxMer(values);
      expect(summary.measuredCount).toBe(measured.length);
      expect([...countQuarterDb(values)].reduce((sum, times) => sum + times, 0)).toBe(values.length);
      if (measured.length === 0) return;
      const mean = measured.reduce((sum, db) => sum + db, 0) / measured.length;
      const variance = measured.reduce((sum, db) => sum + (db - mean) ** 2, 0) / measured.length;
      expect(summary.meanMerDb).toBeCloseTo(mean, 9);
      expect(summary.stdDevMerDb).toBeCloseTo(Math.sqrt(variance), 6);
    }),
  );
});

test('finds the highest frequency with a value', () => {
  expect(highestFrequencyHz(axis, Uint8Array.of(160, 120, 160, 161), 40)).toBe(605_100_000);
  expect(highestFrequencyHz(axis, Uint8Array.of(160), 10)).toBeUndefined();
});

test('requirement, headroom and modulation', () => {
  expect(requiredMerDb(4096)).toBe(41);
  expect(requiredMerDb(4)).toBeUndefined();
  expect(headroomDb(43.5, requiredMerDb(4096))).toBe(2.5);
  expect(headroomDb(undefined, 41)).toBeUndefined();
  expect([14.75, 15, 40.75, 41, 63.5].map(highestBits)).toEqual([0, 4, 11, 12, 14]);
});
