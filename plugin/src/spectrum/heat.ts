import type { Domain } from './color-scale';
import { type Columns, fillColumns, type Range, type Series } from './series';

/** One row of a heat map, between two positions of its vertical axis. */
export interface HeatRow extends Series {
  readonly key: string;
  readonly from: number;
  readonly to: number;
  /** Written right of the row, with a sign of its own so that colour is not alone. */
  readonly note?: { readonly text: string; readonly isBad: boolean };
  /** Lines of the readout. */
  readonly details: readonly string[];
  /** Taken off each value before it is coloured, e.g. the required MER of the row. */
  readonly reference?: number;
}

/**
 * Colours rows into pixels, one line a row, one pixel a column: the lowest value of each, since a notch must not vanish
 * among its neighbours. Not measured stays transparent.
 */
export function paintHeat(
  rows: readonly HeatRow[],
  {
    range,
    columns,
    lookup,
    domain,
    pixels,
  }: { range: Range; columns: Columns; lookup: Uint32Array; domain: Domain; pixels: Uint32Array },
): void {
  const width = columns.low.length;
  const last = lookup.length - 1;
  const perValue = lookup.length / (domain.high - domain.low);
  for (let row = 0; row < rows.length; row++) {
    const one = rows[row] as HeatRow;
    fillColumns(one, range, columns);
    const zero = domain.low + (one.reference ?? 0);
    for (let x = 0; x < width; x++) {
      const value = columns.low[x] as number;
      pixels[row * width + x] = Number.isNaN(value)
        ? 0
        : (lookup[Math.min(last, Math.max(0, Math.floor((value - zero) * perValue)))] as number);
    }
  }
}

/** A capture stands from its time to the next one, at most this many times the usual distance; then a gap is shown. */
const LONGEST_STAY = 2;

/** Where captures of one channel lie on a time axis, whatever their order. */
export function timeSpans(timesMs: readonly number[]): { from: number; to: number }[] {
  const sorted = [...timesMs].sort((a, b) => a - b);
  const steps = sorted
    .slice(1)
    .map((time, i) => time - (sorted[i] as number))
    .filter((step) => step > 0)
    .sort((a, b) => a - b);
  const usualMs = steps[Math.floor(steps.length / 2)] ?? 60_000;
  return timesMs.map((time) => {
    const next = sorted.find((other) => other > time) ?? Infinity;
    return { from: time, to: Math.min(next, time + LONGEST_STAY * usualMs) };
  });
}

const TIME_STEPS_MS = [
  1,
  5,
  15,
  30,
  60,
  300,
  900,
  1800,
  3600,
  3 * 3600,
  6 * 3600,
  12 * 3600,
  86_400,
  7 * 86_400,
  30 * 86_400,
].map((seconds) => seconds * 1000);

/** Round times between two, about `count` of them; `offsetMs` is that of the time zone, so that days begin at midnight. */
export function timeTicks(fromMs: number, toMs: number, count: number, offsetMs = 0): number[] {
  const rough = (toMs - fromMs) / Math.max(1, count);
  const step = TIME_STEPS_MS.find((one) => one >= rough) ?? (TIME_STEPS_MS.at(-1) as number);
  const first = Math.ceil((fromMs + offsetMs) / step) * step - offsetMs;
  const length = Math.max(0, Math.min(200, Math.floor((toMs - first) / step) + 1));
  return Array.from({ length }, (_, i) => first + i * step);
}
