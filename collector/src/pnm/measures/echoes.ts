import { blackmanHarris, inverseFft, nextPowerOfTwo } from '../../lib/fft.js';
import { median } from '../../lib/statistics.js';
import { cableLength, DEFAULT_VELOCITY_FACTOR, type CableLength } from './cable.js';
import { groupDelayNs, type Coefficients } from './channel.js';
import { vertex } from './shape.js';

const { cos: cosine, sin: sine } = Math;

/** A reflection behind the main path. */
export interface Echo {
  readonly delayNs: number;
  /** Against the main path. */
  readonly levelDb: number;
  /** Between the two reflecting points. */
  readonly distance: CableLength;
}

export interface EchoSearch {
  readonly echoes: readonly Echo[];
  /** Delay of the main path in the receiver's window; belongs to the receiver. */
  readonly bulkDelayNs: number;
  /** One over the bandwidth; the window makes two echoes nearer than about twice this one. */
  readonly resolutionNs: number;
  readonly noiseDb: number;
}

export interface EchoOptions {
  readonly velocityFactor?: number;
  readonly maxDelayNs?: number;
  readonly maxEchoes?: number;
}

/** Weaker ones cannot be told from what receivers estimate in a clean channel. */
const MIN_LEVEL_DB = -45;
const OVER_NOISE_DB = 10;
const MAX_GAP = 8;
const PADDING = 4;
/** Half the main lobe of the window, in resolution cells. */
const MAIN_LOBE_CELLS = 4;
const MIN_COEFFICIENTS = 64;

/** Echoes by inverse transform of the coefficients; undefined with too few of them in one stretch. */
export function findEchoes(channel: Coefficients, options: EchoOptions = {}): EchoSearch | undefined {
  const { spacingHz } = channel;
  const stretch = longestStretch(channel.values);
  const count = stretch.length / 2;
  if (count < MIN_COEFFICIENTS || spacingHz === 0) return undefined;
  const bulkDelayNs = median(groupDelayNs({ ...channel, values: stretch }));
  const response = impulseResponse(stretch, bulkDelayNs, spacingHz);
  const size = response.length;
  const power = (i: number) => response[(i + size) % size]!;
  let main = 0;
  for (let i = 1; i < size; i++) if (power(i) > power(main)) main = i;
  const levelDb = (i: number) => 10 * Math.log10(power(main + i) / power(main));
  const stepNs = 1e9 / (size * spacingHz);
  const resolutionNs = 1e9 / (count * spacingHz);
  const cell = size / count;
  const noiseDb = 10 * Math.log10(median(response) / power(main));
  const limit = Math.max(MIN_LEVEL_DB, noiseDb + OVER_NOISE_DB);
  const first = Math.ceil(MAIN_LOBE_CELLS * cell);
  const last = Math.min(Math.floor(size / 2) - 1, Math.floor((options.maxDelayNs ?? 10_000) / stepNs));
  const echoes: Echo[] = [];
  for (let i = first; i <= last; i++) {
    if (power(main + i) <= power(main + i - 1) || power(main + i) < power(main + i + 1)) continue;
    if (levelDb(i) < limit) continue;
    const delayNs = (i + vertex(levelDb(i - 1), levelDb(i), levelDb(i + 1))) * stepNs;
    const distance = cableLength(delayNs, resolutionNs / 2, options.velocityFactor ?? DEFAULT_VELOCITY_FACTOR);
    echoes.push({ delayNs, levelDb: levelDb(i), distance });
  }
  echoes.sort((a, b) => b.levelDb - a.levelDb);
  return { echoes: echoes.slice(0, options.maxEchoes ?? 16), bulkDelayNs, resolutionNs, noiseDb };
}

/** Power over delay, bulk delay removed so that the main path lies near 0. */
function impulseResponse(values: Float64Array, bulkDelayNs: number, spacingHz: number): Float64Array {
  const count = values.length / 2;
  const size = nextPowerOfTwo(count * PADDING);
  const window = blackmanHarris(count);
  const padded = new Float64Array(2 * size);
  const turn = 2 * Math.PI * spacingHz * bulkDelayNs * 1e-9;
  for (let k = 0; k < count; k++) {
    const cos = cosine(turn * k) * window[k]!;
    const sin = sine(turn * k) * window[k]!;
    padded[2 * k] = values[2 * k]! * cos - values[2 * k + 1]! * sin;
    padded[2 * k + 1] = values[2 * k]! * sin + values[2 * k + 1]! * cos;
  }
  const response = inverseFft(padded);
  return Float64Array.from({ length: size }, (_, i) => response[2 * i]! ** 2 + response[2 * i + 1]! ** 2);
}

/** The longest run of coefficients without a gap of more than a few zeros; short gaps are bridged by a straight line. */
function longestStretch(values: Float64Array): Float64Array {
  const count = values.length / 2;
  const isZero = (k: number) => values[2 * k] === 0 && values[2 * k + 1] === 0;
  let best = { from: 0, to: -1 };
  let from = 0;
  while (from < count) {
    while (from < count && isZero(from)) from++;
    let to = from;
    for (let k = from; k < count && k - to <= MAX_GAP + 1; k++) if (!isZero(k)) to = k;
    if (from < count && to - from > best.to - best.from) best = { from, to };
    from = to + 1;
  }
  const stretch = values.slice(2 * best.from, 2 * (best.to + 1));
  const last = stretch.length / 2 - 1;
  for (let k = 1; k < last; k++) {
    if (stretch[2 * k] !== 0 || stretch[2 * k + 1] !== 0) continue;
    let end = k;
    while (stretch[2 * end] === 0 && stretch[2 * end + 1] === 0) end++;
    for (let gap = k; gap < end; gap++) {
      const share = (gap - k + 1) / (end - k + 1);
      for (const part of [0, 1]) {
        const before = stretch[2 * (k - 1) + part]!;
        stretch[2 * gap + part] = before + (stretch[2 * end + part]! - before) * share;
      }
    }
    k = end;
  }
  return stretch;
}
