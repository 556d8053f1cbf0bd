/** Values on an even frequency grid; NaN where nothing was measured. */
export interface SpectrumSeries {
  readonly label: string;
  readonly color: string;
  readonly firstFrequencyHz: number;
  readonly spacingHz: number;
  readonly values: Float32Array;
}

/** A level across a range of frequencies, e.g. the required MER of a channel. */
export interface SpectrumLevel {
  readonly label: string;
  readonly color: string;
  readonly value: number;
  readonly fromHz: number;
  readonly toHz: number;
  readonly dash: readonly number[];
}

export interface FrequencyRange {
  readonly fromHz: number;
  readonly toHz: number;
}

/** The span that all series cover, half a subcarrier beyond the outer centres; undefined without any. */
export function rangeOf(series: readonly SpectrumSeries[]): FrequencyRange | undefined {
  const filled = series.filter(({ values }) => values.length > 0);
  if (filled.length === 0) return undefined;
  return {
    fromHz: Math.min(...filled.map(({ firstFrequencyHz, spacingHz }) => firstFrequencyHz - spacingHz / 2)),
    toHz: Math.max(
      ...filled.map(({ firstFrequencyHz, spacingHz, values }) => firstFrequencyHz + (values.length - 0.5) * spacingHz),
    ),
  };
}

/** Lowest and highest measured value inside a range; undefined when nothing was measured there. */
export function extentOf(series: readonly SpectrumSeries[], range: FrequencyRange): [number, number] | undefined {
  let [low, high] = [Infinity, -Infinity];
  for (const { values, firstFrequencyHz, spacingHz } of series) {
    const from = Math.max(0, Math.ceil((range.fromHz - firstFrequencyHz) / spacingHz));
    const to = Math.min(values.length - 1, Math.floor((range.toHz - firstFrequencyHz) / spacingHz));
    for (let i = from; i <= to; i++) {
      const value = values[i] as number;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : undefined;
}

/**
 * Per pixel column the lowest and highest value that falls into it, NaN where none was measured: a notch one
 * subcarrier wide stays visible at any zoom, and an excluded band stays a gap.
 */
export function columnsOf(
  { values, firstFrequencyHz, spacingHz }: Pick<SpectrumSeries, 'values' | 'firstFrequencyHz' | 'spacingHz'>,
  range: FrequencyRange,
  width: number,
): { low: Float32Array; high: Float32Array } {
  const low = new Float32Array(width).fill(NaN);
  const high = new Float32Array(width).fill(NaN);
  const perHz = width / (range.toHz - range.fromHz);
  const from = Math.max(0, Math.floor((range.fromHz - firstFrequencyHz) / spacingHz - 1));
  const to = Math.min(values.length - 1, Math.ceil((range.toHz - firstFrequencyHz) / spacingHz + 1));
  for (let i = from; i <= to; i++) {
    const value = values[i] as number;
    if (Number.isNaN(value)) continue;
    const centre = firstFrequencyHz + i * spacingHz - range.fromHz;
    const first = Math.max(0, Math.floor((centre - spacingHz / 2) * perHz));
    const last = Math.min(width - 1, Math.floor((centre + spacingHz / 2) * perHz - 1e-6));
    for (let x = first; x <= Math.max(first, last) && x < width; x++) {
      if (!(low[x]! <= value)) low[x] = value;
      if (!(high[x]! >= value)) high[x] = value;
    }
  }
  return { low, high };
}

/** The value nearest to a frequency; undefined outside the series or where nothing was measured. */
export function valueAt(
  { values, firstFrequencyHz, spacingHz }: SpectrumSeries,
  frequencyHz: number,
): number | undefined {
  const value = values[Math.round((frequencyHz - firstFrequencyHz) / spacingHz)];
  return value === undefined || Number.isNaN(value) ? undefined : value;
}
