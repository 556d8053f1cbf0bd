import type { Range } from '../../spectrum/series';
import type { ProfileCounters } from './frames';

/** Counters summed over even stretches of time. */
export interface Buckets {
  readonly startMs: number;
  readonly stepMs: number;
  readonly total: Float64Array;
  readonly corrected: Float64Array;
  readonly uncorrectable: Float64Array;
  /** Intervals that fell into each: 0 means that nothing is known of that time. */
  readonly intervals: Uint32Array;
}

/** The usual distance between two intervals; undefined with fewer than two. */
export function intervalMsOf(profiles: readonly ProfileCounters[]): number | undefined {
  const steps: number[] = [];
  for (const { timesMs } of profiles)
    for (let i = 1; i < timesMs.length; i++) steps.push((timesMs[i] as number) - (timesMs[i - 1] as number));
  steps.sort((a, b) => a - b);
  return steps[steps.length >> 1];
}

/** The time that all profiles cover, with the last interval whole. */
export function coveredBy(profiles: readonly ProfileCounters[], intervalMs: number): Range {
  let [from, to] = [Infinity, -Infinity];
  for (const { timesMs } of profiles) {
    from = Math.min(from, timesMs[0] ?? Infinity);
    to = Math.max(to, timesMs[timesMs.length - 1] ?? -Infinity);
  }
  return { from, to: to + intervalMs };
}

/** A step is a whole number of intervals, or some steps would count one more than their neighbours. */
export function bucketsOf(profile: ProfileCounters, range: Range, intervalMs: number, most: number): Buckets {
  const stepMs = intervalMs * Math.max(1, Math.ceil((range.to - range.from) / intervalMs / Math.max(1, most)));
  const length = Math.max(1, Math.ceil((range.to - range.from) / stepMs));
  const buckets: Buckets = {
    startMs: range.from,
    stepMs,
    total: new Float64Array(length),
    corrected: new Float64Array(length),
    uncorrectable: new Float64Array(length),
    intervals: new Uint32Array(length),
  };
  const { timesMs, total, corrected, uncorrectable } = profile;
  for (let i = 0; i < timesMs.length; i++) {
    const at = Math.floor(((timesMs[i] as number) - range.from) / stepMs);
    if (at < 0 || at >= length) continue;
    buckets.total[at]! += total[i] as number;
    buckets.corrected[at]! += corrected[i] as number;
    buckets.uncorrectable[at]! += uncorrectable[i] as number;
    buckets.intervals[at]!++;
  }
  return buckets;
}

export interface Summary {
  readonly total: number;
  readonly corrected: number;
  readonly uncorrectable: number;
  readonly erroredIntervals: number;
  readonly intervals: number;
  /** With 95 % certainty the true uncorrectable ratio is not above: 3/n when none was seen among n. */
  readonly bound: number | undefined;
}

export function summaryOf({ total, corrected, uncorrectable }: ProfileCounters): Summary {
  const add = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);
  const [all, errors] = [add(total), add(uncorrectable)];
  return {
    total: all,
    corrected: add(corrected),
    uncorrectable: errors,
    erroredIntervals: uncorrectable.reduce((count, value) => count + (value > 0 ? 1 : 0), 0),
    intervals: total.length,
    bound: all === 0 ? undefined : Math.min(1, (errors + 2 * Math.sqrt(errors) + 3) / all),
  };
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** A small ratio for people: `3.1·10⁻⁷`. */
export function ratioText(ratio: number): string {
  if (ratio === 0) return '0';
  if (ratio >= 0.001) return `${Number((ratio * 100).toPrecision(2))} %`;
  const power = Math.floor(Math.log10(ratio));
  return `${(ratio / 10 ** power).toFixed(1)}·${powerText(power)}`;
}

export const powerText = (power: number): string =>
  `10${power < 0 ? '⁻' : ''}${[...String(Math.abs(power))].map((digit) => SUPERSCRIPTS[Number(digit)]).join('')}`;

/** A count for people: `24.3 M`. */
export function countText(count: number): string {
  for (const [size, unit] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e4, 'k'],
  ] as const)
    if (count >= size) return `${(count / (unit === 'k' ? 1e3 : size)).toPrecision(3)} ${unit}`;
  return String(Math.round(count));
}
