import fc from 'fast-check';
import { firstRun, nextRun, retryRun, stablePhaseMs } from './schedule.js';

const at = (ms: number) => new Date(Date.UTC(2026, 0, 1) + ms);

test('a phase is the same for ever and spreads over the interval', () => {
  expect(stablePhaseMs('poll:core-1:tables', 60_000)).toBe(stablePhaseMs('poll:core-1:tables', 60_000));
  const phases = Array.from({ length: 600 }, (_, i) => stablePhaseMs(`poll:switch-${i}:tables`, 60_000));
  const busiest = Math.max(
    ...Array.from({ length: 60 }, (_, s) => phases.filter((phase) => Math.floor(phase / 1000) === s).length),
  );
  expect(busiest).toBeLessThan(30); // 10 a second on average
});

test('the next run is in the future, within one interval, at the phase', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 10 ** 12 }),
      fc.integer({ min: 1000, max: 86_400_000 }),
      fc.nat(),
      (nowMs, intervalMs, seed) => {
        const phaseMs = seed % intervalMs;
        const next = nextRun(new Date(nowMs), intervalMs, phaseMs).getTime();
        expect(next).toBeGreaterThan(nowMs);
        expect(next - nowMs).toBeLessThanOrEqual(intervalMs);
        expect((next - phaseMs) % intervalMs).toBe(0);
      },
    ),
  );
});

test('a first run comes soon even when the interval is long', () => {
  expect(firstRun(at(0), 'poll:core-1:forwarding', 300_000).getTime() - at(0).getTime()).toBeLessThan(10_000);
});

test.each([
  [1, 0, 60_000],
  [2, 120_000, 132_000],
  [3, 240_000, 264_000],
  [50, 300_000, 330_000],
])('failure %i is tried again after %i to %i ms', (failures, least, most) => {
  const waitMs = retryRun(at(12_345), 60_000, 7_000, failures).getTime() - at(12_345).getTime();
  expect(waitMs).toBeGreaterThanOrEqual(least);
  expect(waitMs).toBeLessThanOrEqual(most);
});
