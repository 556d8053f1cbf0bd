/** Round positions between two values, about `count` of them: steps of 1, 2 or 5 times a power of ten. */
export function roundTicks(from: number, to: number, count: number): number[] {
  const span = to - from;
  if (!(span > 0) || !Number.isFinite(span) || count < 1) return [];
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** A horizontal axis: how its values are written. */
export interface Axis {
  /** Unit of the labels. */
  readonly unit: string;
  /** Values in one unit of the labels: 1e6 for hertz shown as MHz. */
  readonly perUnit: number;
  /** Decimals where a single position is read. */
  readonly decimals: number;
  /** The same position in another measure, e.g. metres beside nanoseconds. */
  readonly also?: { readonly unit: string; readonly perValue: number; readonly decimals: number };
}

export const FREQUENCY_AXIS: Axis = { unit: 'MHz', perUnit: 1e6, decimals: 3 };

/** A position for people: `651.125 MHz`, `148 ns · 19.3 m`. */
export function formatAt(axis: Axis, at: number): string {
  const own = `${(at / axis.perUnit).toFixed(axis.decimals)} ${axis.unit}`;
  return axis.also ? `${own} · ${(at * axis.also.perValue).toFixed(axis.also.decimals)} ${axis.also.unit}` : own;
}

/** A frequency for people: `651.1 MHz`. */
export const formatMhz = (frequencyHz: number, decimals = 1): string => `${(frequencyHz / 1e6).toFixed(decimals)} MHz`;
