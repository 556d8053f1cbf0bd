const isNaN = Number.isNaN; // looked up once: these loops run over every value of a capture

/** Numbers of a set of values; population standard deviation. `n` 0: the others are undefined. */
export interface Statistics {
  readonly n: number;
  readonly mean: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly stdDev: number | undefined;
}

export const NO_VALUES: Statistics = { n: 0, mean: undefined, min: undefined, max: undefined, stdDev: undefined };

/** Statistics from sums; `shift` was subtracted from every value before summing, which keeps small spreads exact. */
export function statisticsOfSums(
  n: number,
  sum: number,
  squares: number,
  min: number,
  max: number,
  shift = 0,
): Statistics {
  if (n === 0) return NO_VALUES;
  const mean = sum / n;
  return { n, mean: mean + shift, min, max, stdDev: Math.sqrt(Math.max(0, squares / n - mean * mean)) };
}

/** Statistics of the values that are numbers; NaN is "not measured". */
export function statisticsOf(values: ArrayLike<number>): Statistics {
  let n = 0;
  let sum = 0;
  let squares = 0;
  let min = Infinity;
  let max = -Infinity;
  let shift = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (isNaN(value)) continue;
    if (n++ === 0) shift = value;
    const apart = value - shift;
    sum += apart;
    squares += apart * apart;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return statisticsOfSums(n, sum, squares, min, max, shift);
}

/** The middle of the values that are numbers (mean of the two middle ones); NaN of none. */
export function median(values: ArrayLike<number>): number {
  const measured = new Float64Array(values.length);
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!isNaN(value)) measured[count++] = value;
  }
  if (count === 0) return NaN;
  const sorted = measured.subarray(0, count).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export interface Line {
  readonly intercept: number;
  readonly slope: number;
}

/** Ordinary least squares of y against x, NaN in y left out; undefined of fewer than two distinct x. */
export function fitLine(x: ArrayLike<number>, y: ArrayLike<number>): Line | undefined {
  let n = 0;
  let sumX = 0;
  let sumY = 0;
  for (let i = 0; i < y.length; i++) {
    if (isNaN(y[i])) continue;
    n++;
    sumX += x[i] as number;
    sumY += y[i] as number;
  }
  if (n < 2) return undefined;
  const meanX = sumX / n;
  const meanY = sumY / n;
  let xx = 0;
  let xy = 0;
  for (let i = 0; i < y.length; i++) {
    if (isNaN(y[i])) continue;
    const dx = (x[i] as number) - meanX;
    xx += dx * dx;
    xy += dx * ((y[i] as number) - meanY);
  }
  if (xx === 0) return undefined;
  const slope = xy / xx;
  return { slope, intercept: meanY - slope * meanX };
}
