import { bytesOfBase64 } from './base64';
import { columnsOf, extentOf, rangeOf, valueAt, type SpectrumSeries } from './series';
import { roundTicks } from './ticks';

const series = (values: number[], firstFrequencyHz = 1000, spacingHz = 10): SpectrumSeries => ({
  label: '',
  color: '',
  firstFrequencyHz,
  spacingHz,
  values: Float32Array.from(values),
});

test('spans all channels by half a subcarrier beyond the outer centres', () => {
  expect(rangeOf([series([1, 2, 3]), series([1], 2000)])).toEqual({ fromHz: 995, toHz: 2005 });
  expect(rangeOf([series([])])).toBeUndefined();
});

test('a dip of one subcarrier is kept when many share a pixel, a gap stays a gap', () => {
  const values = Array<number>(1000).fill(40);
  values[500] = 20;
  values.fill(NaN, 800, 900);
  const { low, high } = columnsOf(series(values), { fromHz: 995, toHz: 10_995 }, 10);
  expect([...low]).toEqual([40, 40, 40, 40, 40, 20, 40, 40, NaN, 40]);
  expect([...high]).toEqual([40, 40, 40, 40, 40, 40, 40, 40, NaN, 40]);
});

test('a subcarrier wider than a pixel fills its pixels', () => {
  const { low } = columnsOf(series([10, NaN, 30]), { fromHz: 995, toHz: 1025 }, 6);
  expect([...low]).toEqual([10, 10, NaN, NaN, 30, 30]);
});

test('looks only at what is shown', () => {
  const shown = series([10, 20, 30, NaN]);
  expect(extentOf([shown], { fromHz: 1005, toHz: 1025 })).toEqual([20, 30]);
  expect(extentOf([series([NaN])], { fromHz: 0, toHz: 1e9 })).toBeUndefined();
  expect(valueAt(shown, 1011)).toBe(20);
  expect(valueAt(shown, 1030)).toBeUndefined();
  expect(valueAt(shown, 5000)).toBeUndefined();
});

test.each([
  [0, 10, 5, [0, 2, 4, 6, 8, 10]],
  [0.31, 0.72, 4, [0.4, 0.6]],
  [5, 5, 5, []],
  [NaN, 5, 5, []],
])('ticks from %p to %p', (from, to, count, ticks) => {
  expect(roundTicks(from, to, count)).toEqual(ticks);
});

test('reads the base64 of PostgreSQL, with its line breaks', () => {
  expect(bytesOfBase64('AP8\n=')).toEqual(Uint8Array.of(0, 255));
  expect(bytesOfBase64('*')).toBeUndefined();
});
