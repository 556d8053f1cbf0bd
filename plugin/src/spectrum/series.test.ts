import { bytesOfBase64, int16OfBase64, wordsOfBase64 } from './base64';
import { columnsFor, covers, extentOf, fillColumns, rangeOf, valueAt, type Range, type Series } from './series';
import { roundTicks } from './ticks';

const series = (values: number[], start = 1000, step = 10): Series => ({
  label: '',
  color: '',
  start,
  step,
  values: Float32Array.from(values),
});

const columnsOf = (one: Series, range: Range, width: number) => {
  const columns = columnsFor(width);
  columns.low.fill(7); // what the picture before left behind
  fillColumns(one, range, columns);
  return { low: [...columns.low], high: [...columns.high] };
};

test('spans all channels by half a subcarrier beyond the outer centres', () => {
  expect(rangeOf([series([1, 2, 3]), series([1], 2000)])).toEqual({ from: 995, to: 2005 });
  expect(rangeOf([series([])])).toBeUndefined();
});

test('a dip of one subcarrier is kept when many share a pixel, a gap stays a gap', () => {
  const values = Array<number>(1000).fill(40);
  values[500] = 20;
  values.fill(NaN, 800, 900);
  const { low, high } = columnsOf(series(values), { from: 995, to: 10_995 }, 10);
  expect(low).toEqual([40, 40, 40, 40, 40, 20, 40, 40, NaN, 40]);
  expect(high).toEqual([40, 40, 40, 40, 40, 40, 40, 40, NaN, 40]);
});

test('a subcarrier wider than a pixel fills its pixels', () => {
  const { low } = columnsOf(series([10, NaN, 30]), { from: 995, to: 1025 }, 6);
  expect(low).toEqual([10, 10, NaN, NaN, 30, 30]);
});

test('looks only at what is shown', () => {
  const shown = series([10, 20, 30, NaN]);
  expect(extentOf([shown], { from: 1005, to: 1025 })).toEqual([20, 30]);
  expect(extentOf([series([NaN])], { from: 0, to: 1e9 })).toBeUndefined();
  expect(valueAt(shown, 1011)).toBe(20);
  expect(valueAt(shown, 1030)).toBeUndefined();
  expect(covers(shown, 1030)).toBe(true);
  expect(valueAt(shown, 5000)).toBeUndefined();
  expect(covers(shown, 5000)).toBe(false);
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
  expect(int16OfBase64('AAH//w==')).toEqual(Int16Array.of(1, -1));
  expect(int16OfBase64('AAH/')).toBeUndefined();
  expect(wordsOfBase64('gAAAAAAAAAI=')).toEqual(Uint32Array.of(2 ** 31, 2));
  expect(wordsOfBase64('')).toBeUndefined();
});
