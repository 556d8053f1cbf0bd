import fc from 'fast-check';
import { RttEstimator } from './rtt.js';

const bounds = { initialMs: 1_000, floorMs: 100, ceilingMs: 5_000 };

test('starts as told, follows the device, doubles with each repeat', () => {
  const rtt = new RttEstimator(bounds);
  expect([0, 1, 2, 3].map((attempt) => rtt.timeoutMs(attempt))).toEqual([1_000, 2_000, 4_000, 5_000]);
  rtt.sample(200);
  expect(rtt.timeoutMs(0)).toBe(600);
  for (let i = 0; i < 60; i++) rtt.sample(200);
  expect(rtt.timeoutMs(0)).toBeCloseTo(200, 1);
  rtt.sample(1_000);
  expect(rtt.timeoutMs(0)).toBeGreaterThan(1_000);
});

test('a fast device keeps the floor, and a clock that steps back changes nothing', () => {
  const rtt = new RttEstimator(bounds);
  rtt.sample(1);
  rtt.sample(-50);
  rtt.sample(NaN);
  expect(rtt.timeoutMs(0)).toBe(100);
});

test('is within its bounds whatever it samples', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true })), fc.nat(20), (samples, attempt) => {
      const rtt = new RttEstimator(bounds);
      samples.forEach((sample) => rtt.sample(sample));
      expect(rtt.timeoutMs(attempt)).toBeGreaterThanOrEqual(bounds.floorMs);
      expect(rtt.timeoutMs(attempt)).toBeLessThanOrEqual(bounds.ceilingMs);
    }),
  );
});
