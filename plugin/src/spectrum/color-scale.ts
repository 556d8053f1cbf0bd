/**
 * Colours for heat maps. Each scale runs from what is well, near the background, to what is bad, far from it, and its
 * lightness only ever falls or only ever rises: it reads the same with every kind of colour vision and printed in grey.
 */
export interface ColorScale {
  /** Hex colours at even distances over the values, from the lowest value to the highest. */
  readonly stops: readonly string[];
  /** Where the scale breaks from one hue to the other; as many stops lie below as above. */
  readonly breakAt?: number;
}

export type ScaleName = 'level' | 'headroom';

/** Low is bad: blues for the high values, yellow or brown for the low ones; `headroom` breaks into orange below zero. */
export function colorScale(name: ScaleName, isDark: boolean): ColorScale {
  if (name === 'headroom') {
    return isDark
      ? { stops: ['#fff3c4', '#f6c65b', '#e08a2e', '#4b83b3', '#27527f', '#10243e'], breakAt: 0 }
      : { stops: ['#43090f', '#86280f', '#c2571a', '#7fabc9', '#b9d3e2', '#eaf2f6'], breakAt: 0 };
  }
  return isDark
    ? { stops: ['#fff3a8', '#d8b84f', '#958f7b', '#52738f', '#1f4a78', '#10243e'] }
    : { stops: ['#3a0a12', '#74351f', '#927a5d', '#8aa9bb', '#b9d3e2', '#eaf2f6'] };
}

export interface Domain {
  readonly low: number;
  readonly high: number;
}

const STEPS = 256;

/** Colours of evenly spaced values of a domain, as pixels of an ImageData (ABGR in memory order RGBA). */
export function lookupOf(scale: ColorScale, domain: Domain): Uint32Array {
  const lookup = new Uint32Array(STEPS);
  const bytes = new Uint8ClampedArray(lookup.buffer);
  for (let i = 0; i < STEPS; i++) {
    const value = domain.low + ((i + 0.5) / STEPS) * (domain.high - domain.low);
    const [red, green, blue] = colorAt(scale, domain, value);
    bytes.set([red, green, blue, 255], 4 * i);
  }
  return lookup;
}

/** The colour of one value: red, green, blue. Values outside the domain have the colour of its end. */
export function colorAt(
  { stops, breakAt }: ColorScale,
  { low, high }: Domain,
  value: number,
): [number, number, number] {
  const share = (from: number, to: number) => (to > from ? Math.min(1, Math.max(0, (value - from) / (to - from))) : 0);
  if (breakAt === undefined) return mixed(stops, share(low, high));
  const half = stops.length / 2;
  if (value < breakAt) return mixed(stops.slice(0, half), share(Math.min(low, breakAt), breakAt));
  return mixed(stops.slice(half), share(breakAt, Math.max(high, breakAt)));
}

function mixed(stops: readonly string[], share: number): [number, number, number] {
  const at = share * (stops.length - 1);
  const lower = Math.min(stops.length - 2, Math.floor(at));
  const [a, b] = [channels(stops[lower] ?? '#000000'), channels(stops[lower + 1] ?? '#000000')];
  const mix = (index: 0 | 1 | 2) => Math.round(a[index] + (b[index] - a[index]) * (at - lower));
  return [mix(0), mix(1), mix(2)];
}

function channels(hex: string): [number, number, number] {
  const number = Number.parseInt(hex.slice(1), 16);
  return [(number >> 16) & 255, (number >> 8) & 255, number & 255];
}

/** The scale as a CSS gradient from low to high. */
export function gradientOf(scale: ColorScale, domain: Domain): string {
  const count = 24;
  const parts = Array.from({ length: count + 1 }, (_, i) => {
    const value = domain.low + (i / count) * (domain.high - domain.low);
    return `rgb(${colorAt(scale, domain, value).join(',')}) ${((i / count) * 100).toFixed(1)}%`;
  });
  return `linear-gradient(to right, ${parts.join(', ')})`;
}

/** The part of the values that a scale should spread over: nearly all of them, in whole units, never less than `minSpan`. */
export function domainOf(rows: readonly { readonly values: Float32Array }[], minSpan: number): Domain {
  const seen: number[] = [];
  const total = rows.reduce((sum, { values }) => sum + values.length, 0);
  const stride = Math.max(1, Math.floor(total / 20_000));
  let at = 0;
  for (const { values } of rows) {
    for (; at < values.length; at += stride) {
      const value = values[at] as number;
      if (!Number.isNaN(value)) seen.push(value);
    }
    at -= values.length;
  }
  if (seen.length === 0) return { low: 0, high: minSpan };
  seen.sort((a, b) => a - b);
  const quantile = (share: number) => seen[Math.min(seen.length - 1, Math.floor(share * seen.length))] as number;
  const [low, high] = [Math.floor(quantile(0.003)), Math.ceil(quantile(0.995))];
  const lacking = Math.max(0, minSpan - (high - low));
  return { low: low - Math.ceil(lacking / 2), high: high + Math.floor(lacking / 2) };
}
