import { wireOfComplex } from '../formats/fixed-point.js';
import { idealLevels, summarizeConstellation } from './constellation.js';

/** A repeatable stand-in for noise: normal by the sum of twelve. */
function noise(seed: number): () => number {
  let state = seed;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  return () => Array.from({ length: 12 }, next).reduce((sum, value) => sum + value, -6);
}

function noisyPoints(qamOrder: number, count: number, merDb: number): Uint8Array {
  const levels = idealLevels(qamOrder)!;
  const gauss = noise(qamOrder);
  const sigma = Math.sqrt(10 ** (-merDb / 10) / 2);
  const values = Array.from(
    { length: 2 * count },
    (_, i) => levels[(i * 7 + (i >> 3)) % levels.length]! + gauss() * sigma,
  );
  return wireOfComplex(values, 's2.13');
}

test.each([
  [4, 20],
  [16, 28],
  [64, 34],
  [256, 38],
  [1024, 42],
  [4096, 46],
  [16384, 52],
])('the slicer finds the MER of %i-QAM at %i dB', (qamOrder, merDb) => {
  const summary = summarizeConstellation(noisyPoints(qamOrder, 8192, merDb), qamOrder);
  expect(Math.abs(summary.merDb! - merDb)).toBeLessThan(0.25);
  expect(summary.evmPercent).toBeCloseTo(100 * 10 ** (-summary.merDb! / 20), 9);
});

test.each([4, 16, 64, 256, 1024, 4096, 16384])('the grid of %i-QAM has unit power', (qamOrder) => {
  const levels = idealLevels(qamOrder)!;
  const axisPower = levels.reduce((sum, level) => sum + level * level, 0) / levels.length;
  expect(levels).toHaveLength(Math.sqrt(qamOrder));
  expect(2 * axisPower).toBeCloseTo(1, 12);
});

test('grids that nobody published give no MER', () => {
  const points = noisyPoints(64, 100, 30);
  expect(idealLevels(128)).toBeUndefined();
  expect(summarizeConstellation(points, 128)).toMatchObject({ count: 100, merDb: undefined });
  expect(summarizeConstellation(points, undefined).merDb).toBeUndefined();
  expect(summarizeConstellation(new Uint8Array(0), 64)).toMatchObject({ count: 0, meanPower: undefined });
});
