import type { ChurnAnswer } from '../../../../collector/src/contract.js';

type Subject = 'link' | 'host';

/** One bar: what happened in one window, all sites together. */
export interface Bar {
  readonly startMs: number;
  readonly added: number;
  readonly removed: number;
  readonly moved: number;
  readonly total: number;
}

/** Lengths that people count in; the shortest that draws a range in at most so many bars. */
const LENGTHS_SEC = [60, 300, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400, 604_800];
const MAX_BARS = 120;

export function windowSecFor(fromMs: number, toMs: number): number {
  const rangeSec = Math.max(0, toMs - fromMs) / 1000;
  return LENGTHS_SEC.find((lengthSec) => rangeSec / lengthSec <= MAX_BARS) ?? 604_800;
}

/** Windows of one subject in order of time, sites added up. Windows in which nothing happened have no bar. */
export function barsOf({ windows }: Pick<ChurnAnswer, 'windows'>, subject: Subject): Bar[] {
  const bars = new Map<number, Bar>();
  for (const window of windows) {
    if (window.subject !== subject) continue;
    const startMs = Date.parse(window.time);
    const before = bars.get(startMs);
    bars.set(startMs, {
      startMs,
      added: window.added + (before?.added ?? 0),
      removed: window.removed + (before?.removed ?? 0),
      moved: window.moved + (before?.moved ?? 0),
      total: window.total + (before?.total ?? 0),
    });
  }
  return [...bars.values()].sort((x, y) => x.startMs - y.startMs);
}

/** The next round number that holds the highest bar. */
export function niceMaximum(bars: readonly Bar[]): number {
  const highest = Math.max(1, ...bars.map(({ total }) => total));
  const power = 10 ** Math.floor(Math.log10(highest));
  return ([1, 2, 3, 4, 5, 6, 8, 10].find((step) => step * power >= highest) ?? 10) * power;
}
