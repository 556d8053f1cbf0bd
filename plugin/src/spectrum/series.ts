/** Values on an even grid of a horizontal axis (Hz, ns …); NaN where nothing was measured. */
export interface Series {
  readonly label: string;
  readonly color: string;
  /** Position of the first value and the step to the next, in the axis' unit. */
  readonly start: number;
  readonly step: number;
  readonly values: Float32Array;
  /** Drawn thicker and over the others, e.g. what a profile requires. */
  readonly isBold?: boolean;
  /** Drawn as an area from the bottom: counts, taps. */
  readonly isFilled?: boolean;
}

/** A value across a stretch of the axis, e.g. the required MER of a channel. */
export interface Level {
  readonly label: string;
  readonly color: string;
  readonly value: number;
  readonly from: number;
  readonly to: number;
  readonly dash: readonly number[];
}

/** A single point with a name: an echo, a peak. */
export interface Marker {
  readonly at: number;
  readonly value: number;
  readonly label: string;
  readonly color: string;
  /** Half the width of what is not known of `at`. */
  readonly uncertainty?: number;
}

/** A named stretch of the axis: a notch, ingress in a band. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly label: string;
  readonly color: string;
  readonly detail?: string;
}

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The span that all series cover, half a step beyond the outer centres; undefined without any. */
export function rangeOf(series: readonly Pick<Series, 'start' | 'step' | 'values'>[]): Range | undefined {
  let [from, to] = [Infinity, -Infinity];
  for (const { start, step, values } of series) {
    if (values.length === 0) continue;
    from = Math.min(from, start - step / 2);
    to = Math.max(to, start + (values.length - 0.5) * step);
  }
  return from < to ? { from, to } : undefined;
}

/** Lowest and highest measured value inside a range; undefined when nothing was measured there. */
export function extentOf(series: readonly Series[], range: Range): [number, number] | undefined {
  let [low, high] = [Infinity, -Infinity];
  for (const { values, start, step } of series) {
    const from = Math.max(0, Math.ceil((range.from - start) / step));
    const to = Math.min(values.length - 1, Math.floor((range.to - start) / step));
    for (let i = from; i <= to; i++) {
      const value = values[i] as number;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : undefined;
}

/** Lowest and highest value a pixel column; reused from picture to picture. */
export interface Columns {
  readonly low: Float32Array;
  readonly high: Float32Array;
}

export const columnsFor = (width: number): Columns => ({ low: new Float32Array(width), high: new Float32Array(width) });

/**
 * Fills per pixel column the lowest and highest value that falls into it, NaN where none was measured: a notch one
 * subcarrier wide stays visible at any zoom, and an excluded band stays a gap.
 */
export function fillColumns({ values, start, step }: Series, range: Range, { low, high }: Columns): void {
  const width = low.length;
  low.fill(NaN);
  high.fill(NaN);
  const perUnit = width / (range.to - range.from);
  const from = Math.max(0, Math.floor((range.from - start) / step - 1));
  const to = Math.min(values.length - 1, Math.ceil((range.to - start) / step + 1));
  for (let i = from; i <= to; i++) {
    const value = values[i] as number;
    if (Number.isNaN(value)) continue;
    const centre = start + i * step - range.from;
    const first = Math.max(0, Math.floor((centre - step / 2) * perUnit));
    const last = Math.max(first, Math.min(width - 1, Math.floor((centre + step / 2) * perUnit - 1e-6)));
    for (let x = first; x <= last && x < width; x++) {
      if (!(low[x]! <= value)) low[x] = value;
      if (!(high[x]! >= value)) high[x] = value;
    }
  }
}

/** The value nearest to a position; undefined outside the series or where nothing was measured. */
export function valueAt(
  { values, start, step }: Pick<Series, 'values' | 'start' | 'step'>,
  at: number,
): number | undefined {
  const value = values[Math.round((at - start) / step)];
  return value === undefined || Number.isNaN(value) ? undefined : value;
}

/** Whether a position lies on the series' grid, measured or not. */
export const covers = ({ values, start, step }: Pick<Series, 'values' | 'start' | 'step'>, at: number): boolean => {
  const index = Math.round((at - start) / step);
  return index >= 0 && index < values.length;
};
