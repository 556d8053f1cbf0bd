import fc from 'fast-check';
import { echoPeaks, groupDelayNs, impulseResponse, magnitudeDb, metresPerNs, type Coefficients } from './channel';

const SPACING_HZ = 50_000;

/** A main path at `bulkNs` and reflections behind it. */
function channelWith(
  count: number,
  bulkNs: number,
  echoes: readonly { delayNs: number; levelDb: number }[],
): Coefficients {
  const values = new Float32Array(2 * count);
  for (const { delayNs, levelDb } of [{ delayNs: 0, levelDb: 0 }, ...echoes]) {
    for (let k = 0; k < count; k++) {
      const phase = -2 * Math.PI * k * SPACING_HZ * (bulkNs + delayNs) * 1e-9;
      values[2 * k]! += 10 ** (levelDb / 20) * Math.cos(phase);
      values[2 * k + 1]! += 10 ** (levelDb / 20) * Math.sin(phase);
    }
  }
  return { spacingHz: SPACING_HZ, values };
}

test('a reflection is found at its delay and level, whatever the delay of the receiver', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -2000, max: 2000, noNaN: true }),
      fc.double({ min: 80, max: 1500, noNaN: true }),
      fc.double({ min: -35, max: -10, noNaN: true }),
      (bulkNs, delayNs, levelDb) => {
        const response = impulseResponse(channelWith(1900, bulkNs, [{ delayNs, levelDb }]), 3000);
        if (!response) throw new Error('no response');
        const [echo] = echoPeaks(response, 4);
        expect(Math.abs((echo?.delayNs ?? 0) - delayNs)).toBeLessThan(response.resolutionNs);
        expect(Math.abs((echo?.levelDb ?? 0) - levelDb)).toBeLessThan(1);
      },
    ),
    { numRuns: 25 },
  );
});

test('a clean channel has no reflections, is flat and its delay is level', () => {
  const clean = channelWith(1900, 480, []);
  const response = impulseResponse(clean, 3000);
  expect(response && echoPeaks(response, 4)).toEqual([]);
  expect(Math.max(...magnitudeDb(clean).map(Math.abs))).toBeLessThan(1e-4);
  expect(Math.max(...groupDelayNs(clean).map(Math.abs))).toBeLessThan(0.5);
});

test('neither an excluded band nor a missing pilot looks like a reflection', () => {
  const channel = channelWith(3000, 300, [{ delayNs: 500, levelDb: -30 }]);
  channel.values.fill(0, 2 * 1900, 2 * 2000);
  for (let k = 50; k < 1900; k += 128) channel.values.fill(0, 2 * k, 2 * k + 4);
  const response = impulseResponse(channel, 3000);
  const echoes = response ? echoPeaks(response, 9) : [];
  expect(echoes.map(({ delayNs }) => Math.round(delayNs / 50) * 50)).toEqual([500]);
});

test('what was not measured is no value, and too little of a channel gives no response', () => {
  const channel = channelWith(200, 0, []);
  channel.values.fill(0, 20, 22);
  expect([...magnitudeDb(channel).subarray(9, 12)].map(Number.isNaN)).toEqual([false, true, false]);
  expect([...groupDelayNs(channel).subarray(8, 12)].map(Number.isNaN)).toEqual([false, true, true, false]);
  expect(impulseResponse(channelWith(20, 0, []), 3000)).toBeUndefined();
  expect(impulseResponse({ spacingHz: 25_000, values: new Float32Array(400) }, 3000)).toBeUndefined();
});

test('148 ns at 0.87 are 19.3 m', () => {
  expect(148 * metresPerNs(0.87)).toBeCloseTo(19.3, 1);
});
