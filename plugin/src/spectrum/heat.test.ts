import { lookupOf, colorScale } from './color-scale';
import { type HeatRow, paintHeat, timeSpans, timeTicks } from './heat';
import { orderByShape } from './order';
import { columnsFor } from './series';

const row = (values: number[], more: Partial<HeatRow> = {}): HeatRow => ({
  key: '',
  label: '',
  color: '',
  start: 0,
  step: 1,
  values: Float32Array.from(values),
  from: 0,
  to: 1,
  details: [],
  ...more,
});

test('a pixel has the lowest of its values, against the reference of its row, and none where nothing was measured', () => {
  const lookup = Uint32Array.from({ length: 256 }, (_, i) => i + 1);
  const pixels = new Uint32Array(4).fill(99);
  const rows = [row([20, 10, NaN, NaN]), row([20, 15, 10, 30], { reference: 10 })];
  const range = { from: -0.5, to: 3.5 };
  paintHeat(rows, { range, columns: columnsFor(2), lookup, domain: { low: 0, high: 25.6 }, pixels });
  expect([...pixels]).toEqual([101, 0, 51, 1]);
});

test('values beyond the domain have the colours of its ends', () => {
  const lookup = lookupOf(colorScale('level', true), { low: 30, high: 40 });
  const pixels = new Uint32Array(2);
  paintHeat([row([0, 63])], {
    range: { from: -0.5, to: 1.5 },
    columns: columnsFor(2),
    lookup,
    domain: { low: 30, high: 40 },
    pixels,
  });
  expect([...pixels]).toEqual([lookup[0], lookup[255]]);
});

test('a capture stands until the next one, and a missed one leaves a gap', () => {
  expect(timeSpans([100, 200, 300, 900])).toEqual([
    { from: 100, to: 200 },
    { from: 200, to: 300 },
    { from: 300, to: 500 },
    { from: 900, to: 1100 },
  ]);
  expect(timeSpans([5])).toEqual([{ from: 5, to: 120_005 }]);
  expect(timeSpans([200, 100])).toEqual([
    { from: 200, to: 400 },
    { from: 100, to: 200 },
  ]);
});

test.each([
  [0, 3_600_000, 4, 0, [0, 900_000, 1_800_000, 2_700_000, 3_600_000]],
  [10_000, 70_000, 2, 0, [30_000, 60_000]],
  [0, 2 * 86_400_000, 2, 3_600_000, [82_800_000, 169_200_000]],
])('times from %p to %p', (from, to, count, offset, ticks) => {
  expect(timeTicks(from, to, count, offset)).toEqual(ticks);
});

test('rows with the same notch stand beside each other, the deepest first, whatever their level', () => {
  const notched = (at: number, depth: number, level: number) =>
    row(Array.from({ length: 400 }, (_, i) => (Math.abs(i - at) < 12 ? level - depth : level)));
  const rows = [notched(100, 6, 40), notched(300, 9, 38), notched(100, 7, 35), notched(300, 10, 44), notched(0, 0, 40)];
  const order = orderByShape(rows.map((one) => [one]));
  expect(order.slice(0, 2)).toEqual([3, 1]);
  expect(Math.abs(order.indexOf(0) - order.indexOf(2))).toBe(1);
  expect([...order].sort()).toEqual([0, 1, 2, 3, 4]);
});
