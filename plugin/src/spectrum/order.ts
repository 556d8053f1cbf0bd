import { columnsFor, fillColumns, type Range, rangeOf, type Series } from './series';

const BINS = 192;

/**
 * An order in which rows (each of one or more series) of like shape stand beside each other, so that an impairment that some of them share is one
 * block. Each row's own level is taken off first; the chain begins at the row with the deepest dips and goes on to the
 * nearest of those left. Equal distances keep the order given.
 */
export function orderByShape(rows: readonly (readonly Series[])[]): number[] {
  const range = rangeOf(rows.flat());
  if (!range || rows.length < 3) return rows.map((_, i) => i);
  const shapes = rows.map((row) => shapeOf(row, range));
  const weights = shapes.map((shape) => shape.reduce((sum, value) => sum + value * value, 0));
  const left = new Set(rows.map((_, i) => i));
  let next = weights.reduce((best, weight, i) => (weight > (weights[best] as number) ? i : best), 0);
  const order: number[] = [];
  for (;;) {
    order.push(next);
    left.delete(next);
    if (left.size === 0) return order;
    const from = shapes[next] as Float32Array;
    let nearest = Infinity;
    for (const candidate of left) {
      const distance = distanceOf(from, shapes[candidate] as Float32Array);
      if (distance < nearest) [nearest, next] = [distance, candidate];
    }
  }
}

/** Dips below the median of each series, in few bins; what was not measured is level. */
function shapeOf(row: readonly Series[], range: Range): Float32Array {
  const shape = new Float32Array(BINS);
  const columns = columnsFor(BINS);
  for (const one of row) {
    fillColumns(one, range, columns);
    const measured = columns.low.filter((value) => !Number.isNaN(value)).sort();
    const median = measured[measured.length >> 1] ?? 0;
    columns.low.forEach((value, bin) => {
      if (!Number.isNaN(value)) shape[bin] = value - median;
    });
  }
  return shape;
}

function distanceOf(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
  return sum;
}
