import { fft, hann, nextPowerOfTwo } from '../../lib/fft.js';
import { fitLine, median } from '../../lib/statistics.js';
import { frequencyHz } from '../formats/header.js';
import { merDbOf } from '../formats/rxmer.js';
import { cableLength, DEFAULT_VELOCITY_FACTOR, type CableLength } from './cable.js';
import type { MerSeries, Notch } from './notches.js';

const MHZ = 1e6;
const EDGE_HZ = 1 * MHZ;

/** Medians of the outer megahertz against the channel's. Healthy captures lie within −6 … +2 dB. */
export interface RollOff {
  readonly lowerEdgeDb: number | undefined;
  readonly upperEdgeDb: number | undefined;
  readonly beyondNatural: boolean;
}

const NATURAL_ROLL_OFF_DB = -6;

export function rollOff(series: MerSeries): RollOff {
  const merDb = merDbOf(series.quarterDb);
  const cells = Math.max(1, Math.round(EDGE_HZ / Math.max(1, series.spacingHz)));
  const middle = median(merDb);
  const against = (part: Float32Array): number | undefined => {
    const db = median(part) - middle;
    return Number.isNaN(db) ? undefined : db;
  };
  const lowerEdgeDb = against(merDb.subarray(0, cells));
  const upperEdgeDb = against(merDb.subarray(Math.max(0, merDb.length - cells)));
  const beyondNatural = Math.min(lowerEdgeDb ?? 0, upperEdgeDb ?? 0) < NATURAL_ROLL_OFF_DB;
  return { lowerEdgeDb, upperEdgeDb, beyondNatural };
}

/** Least-squares slope of MER over the channel. */
export interface Tilt {
  readonly dbPerMhz: number;
  readonly acrossChannelDb: number;
}

export function tilt(series: MerSeries): Tilt | undefined {
  const merDb = merDbOf(series.quarterDb);
  const line = fitLine(megahertz(series, merDb.length), merDb);
  if (line === undefined) return undefined;
  return { dbPerMhz: line.slope, acrossChannelDb: (line.slope * merDb.length * series.spacingHz) / MHZ };
}

const megahertz = (series: MerSeries, count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => frequencyHz(series, i) / MHZ);

/** A ripple over the channel: two reflections with a length of cable between them. */
export interface StandingWave {
  readonly periodHz: number;
  readonly amplitudeDb: number;
  readonly delayNs: number;
  readonly cavity: CableLength;
  /** Peak over median of the ripple spectrum; healthy captures reach 5. */
  readonly peakToMedian: number;
}

export interface StandingWaveOptions {
  readonly velocityFactor?: number;
  /** Left out, so that their edges are no ripple. */
  readonly notches?: readonly Notch[];
}

const MIN_PERIOD_HZ = 0.5 * MHZ;
const MAX_PERIOD_HZ = 20 * MHZ;
const MIN_PEAK_TO_MEDIAN = 8;
const ZERO_PADDING = 4;

/** The strongest ripple of 0.5 … 20 MHz in the residual of a decibel curve, when it stands out. */
export function standingWave(series: MerSeries, options: StandingWaveOptions = {}): StandingWave | undefined {
  const found = strongestRipple(series, options);
  return found !== undefined && found.peakToMedian > MIN_PEAK_TO_MEDIAN ? found : undefined;
}

/** As `standingWave`, whether or not it stands out. */
export function strongestRipple(series: MerSeries, options: StandingWaveOptions = {}): StandingWave | undefined {
  const merDb = merDbOf(series.quarterDb);
  const inNotch = (hz: number) =>
    (options.notches ?? []).some((notch) => hz >= notch.startHz - EDGE_HZ / 2 && hz <= notch.stopHz + EDGE_HZ / 2);
  for (let i = 0; i < merDb.length; i++) if (inNotch(frequencyHz(series, i))) merDb[i] = NaN;
  return rippleOf(merDb, series.spacingHz, options.velocityFactor ?? DEFAULT_VELOCITY_FACTOR);
}

/** The strongest ripple of any decibel curve; NaN is left out. */
export function rippleOf(
  curveDb: ArrayLike<number>,
  spacingHz: number,
  velocityFactor: number,
): StandingWave | undefined {
  const count = curveDb.length;
  const index = Float64Array.from({ length: count }, (_, i) => i);
  const line = fitLine(index, curveDb);
  if (line === undefined || spacingHz === 0 || count * spacingHz < 2 * MAX_PERIOD_HZ) return undefined;
  const size = nextPowerOfTwo(count * ZERO_PADDING);
  const window = hann(count);
  const padded = new Float64Array(2 * size);
  let gain = 0;
  for (let i = 0; i < count; i++) {
    const db = curveDb[i] as number;
    if (Number.isNaN(db)) continue;
    padded[2 * i] = (db - line.intercept - line.slope * i) * window[i]!;
    gain += window[i]!;
  }
  const spectrum = fft(padded);
  const amplitude = (bin: number) => Math.hypot(spectrum[2 * bin]!, spectrum[2 * bin + 1]!);
  const first = Math.ceil((size * spacingHz) / MAX_PERIOD_HZ);
  const last = Math.min(size / 2 - 1, Math.floor((size * spacingHz) / MIN_PERIOD_HZ));
  const range = Float64Array.from({ length: last - first + 1 }, (_, i) => amplitude(first + i));
  let peak = 0;
  for (let i = 1; i < range.length; i++) if (range[i]! > range[peak]!) peak = i;
  const middle = median(range);
  if (middle === 0) return undefined;
  const bin = first + peak + vertex(range[peak - 1], range[peak]!, range[peak + 1]);
  const periodHz = (size * spacingHz) / bin;
  const delayNs = 1e9 / periodHz;
  return {
    periodHz,
    amplitudeDb: (2 * range[peak]!) / gain,
    delayNs,
    cavity: cableLength(delayNs, 0.5e9 / (count * spacingHz), velocityFactor),
    peakToMedian: range[peak]! / middle,
  };
}

/** Offset of the parabola's top through three neighbours, −½ … ½. */
export function vertex(before: number | undefined, here: number, after: number | undefined): number {
  if (before === undefined || after === undefined) return 0;
  const curvature = before - 2 * here + after;
  return curvature === 0 ? 0 : Math.max(-0.5, Math.min(0.5, (0.5 * (before - after)) / curvature));
}
