import { RXMER_NOT_MEASURED } from '../formats/rxmer.js';

/**
 * Running median over a window of subcarriers, in dB; not measured ones count nothing. A table of counts moves along:
 * each step costs a few additions, however wide the window is.
 */
export function runningMedianDb(quarterDb: Uint8Array, windowCount: number): Float32Array {
  const half = Math.max(0, Math.floor(windowCount / 2));
  const counts = new Int32Array(256);
  const medianDb = new Float32Array(quarterDb.length);
  let total = 0;
  let below = 0; // values under `middle`
  let middle = 0;
  const change = (i: number, by: number): void => {
    const quarter = quarterDb[i];
    if (quarter === undefined || quarter === RXMER_NOT_MEASURED) return;
    counts[quarter]! += by;
    total += by;
    if (quarter < middle) below += by;
  };
  for (let i = 0; i < Math.min(half, quarterDb.length); i++) change(i, 1);
  for (let i = 0; i < quarterDb.length; i++) {
    change(i + half, 1);
    if (i > half) change(i - half - 1, -1);
    if (total === 0) {
      medianDb[i] = NaN;
      continue;
    }
    const rank = (total - 1) >> 1;
    while (below > rank) below -= counts[--middle]!;
    while (below + counts[middle]! <= rank) below += counts[middle++]!;
    medianDb[i] = middle / 4;
  }
  return medianDb;
}

/** σ of one subcarrier by first differences, which no slow shape enters; undefined of fewer than two neighbours. */
export function neighbourNoiseDb(quarterDb: Uint8Array): number | undefined {
  let squares = 0;
  let sum = 0;
  let n = 0;
  for (let i = 1; i < quarterDb.length; i++) {
    const before = quarterDb[i - 1]!;
    const here = quarterDb[i]!;
    if (before === RXMER_NOT_MEASURED || here === RXMER_NOT_MEASURED) continue;
    const step = here - before;
    squares += step * step;
    sum += step;
    n++;
  }
  if (n < 2) return undefined;
  return Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2) / 2) / 4;
}
