import { fitLine, median } from '../../lib/statistics.js';
import { BYTES_PER_COMPLEX, FIXED_POINT, type FixedPoint } from '../formats/fixed-point.js';
import { int16Of } from '../formats/fixed-point.js';

const { abs, atan2, log10, PI } = Math;

/**
 * Coefficients on their axis. `inverse`: a pre-equaliser, which is the inverse of the channel, so that a suck-out shows
 * as a bump and an echo with the opposite sign.
 */
export interface Coefficients {
  readonly firstFrequencyHz: number;
  readonly spacingHz: number;
  /** re, im, re, im … */
  readonly values: Float64Array;
  readonly inverse: boolean;
}

export function coefficientsOf(
  wire: Uint8Array,
  format: FixedPoint,
  axis: { readonly firstFrequencyHz: number; readonly spacingHz: number; readonly inverse: boolean },
): Coefficients {
  const scale = 1 / FIXED_POINT[format];
  const raw = int16Of(wire.subarray(0, wire.length - (wire.length % BYTES_PER_COMPLEX)));
  return { ...axis, values: Float64Array.from(raw, (value) => value * scale) };
}

/** 20·log10 |H| per subcarrier; NaN where the coefficient is zero. */
export function magnitudeDb({ values }: Coefficients): Float64Array {
  return Float64Array.from({ length: values.length / 2 }, (_, i) => {
    const power = values[2 * i]! ** 2 + values[2 * i + 1]! ** 2;
    return power === 0 ? NaN : 10 * log10(power);
  });
}

/** Group delay between neighbours in ns, NaN beside a zero. First differences: central ones smooth half of it away. */
export function groupDelayNs({ values, spacingHz }: Coefficients): Float64Array {
  const count = Math.max(0, values.length / 2 - 1);
  const scale = -1e9 / (2 * PI * spacingHz);
  return Float64Array.from({ length: count }, (_, k) => {
    const re = values[2 * k]!;
    const im = values[2 * k + 1]!;
    const nextRe = values[2 * k + 2]!;
    const nextIm = values[2 * k + 3]!;
    if ((re === 0 && im === 0) || (nextRe === 0 && nextIm === 0)) return NaN;
    return scale * atan2(nextIm * re - nextRe * im, nextRe * re + nextIm * im);
  });
}

/** Mean, slope and ripple of a curve, as modems report them (docsPnmCmOfdmChEstCoef*, docsPnmCmUsPreEq*). */
export interface CurveShape {
  readonly mean: number;
  readonly slopePerMhz: number;
  readonly ripplePeakToPeak: number;
  /** Of the residual, divided by the number of subcarriers. */
  readonly rippleRms: number;
  readonly median: number;
}

function shapeOf(curve: Float64Array, spacingHz: number, divisor: number): CurveShape | undefined {
  const megahertz = Float64Array.from(curve, (_, i) => (i * spacingHz) / 1e6);
  const line = fitLine(megahertz, curve);
  if (line === undefined) return undefined;
  let sum = 0;
  let n = 0;
  let squares = 0;
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < curve.length; i++) {
    const value = curve[i]!;
    if (Number.isNaN(value)) continue;
    const residual = value - line.intercept - line.slope * megahertz[i]!;
    sum += value;
    n++;
    squares += residual * residual;
    low = Math.min(low, residual);
    high = Math.max(high, residual);
  }
  return {
    mean: sum / n,
    slopePerMhz: line.slope,
    ripplePeakToPeak: high - low,
    rippleRms: Math.sqrt(squares / Math.max(1, divisor - (curve.length - n))),
    median: median(curve),
  };
}

/** Magnitude in dB and dB/MHz; undefined without two coefficients that are not zero. */
export const magnitudeShape = (channel: Coefficients): CurveShape | undefined =>
  shapeOf(magnitudeDb(channel), channel.spacingHz, channel.values.length / 2);

/** Group delay in ns and ns/MHz. Its median is the receiver's bulk delay and no property of the plant. */
export const groupDelayShape = (channel: Coefficients): CurveShape | undefined =>
  channel.spacingHz === 0 ? undefined : shapeOf(groupDelayNs(channel), channel.spacingHz, channel.values.length / 2);

/** A stretch of gain or loss against the straight line through the channel. */
export interface MagnitudeRun {
  readonly kind: 'suckOut' | 'resonantPeak';
  readonly startHz: number;
  readonly stopHz: number;
  readonly widthHz: number;
  readonly extremeDb: number;
}

const MHZ = 1e6;
const RESIDUAL_DB = 3;
const LIMITS = {
  suckOut: { minHz: 2 * MHZ, maxHz: 30 * MHZ },
  resonantPeak: { minHz: 0.2 * MHZ, maxHz: 10 * MHZ },
} as const;
const ROBUST_ROUNDS = 5;

/** Suck-outs and resonant peaks of the channel (of its inverse, for a pre-equaliser). */
export function magnitudeRuns(channel: Coefficients): MagnitudeRun[] {
  const sign = channel.inverse ? -1 : 1;
  const curve = magnitudeDb(channel).map((db) => db * sign);
  const residual = residualOf(curve);
  if (residual === undefined || channel.spacingHz === 0) return [];
  const runs: MagnitudeRun[] = [];
  for (let i = 0; i < residual.length; i++) {
    const kind = residual[i]! < -RESIDUAL_DB ? 'suckOut' : residual[i]! > RESIDUAL_DB ? 'resonantPeak' : undefined;
    if (kind === undefined) continue;
    const way = kind === 'suckOut' ? -1 : 1;
    let to = i;
    let extremeDb = residual[i]!;
    while (residual[to + 1]! * way > RESIDUAL_DB) {
      to++;
      if (residual[to]! * way > extremeDb * way) extremeDb = residual[to]!;
    }
    const startHz = channel.firstFrequencyHz + (i - 0.5) * channel.spacingHz;
    const stopHz = channel.firstFrequencyHz + (to + 0.5) * channel.spacingHz;
    const widthHz = stopHz - startHz;
    if (widthHz >= LIMITS[kind].minHz && widthHz <= LIMITS[kind].maxHz) {
      runs.push({ kind, startHz, stopHz, widthHz, extremeDb });
    }
    i = to;
  }
  return runs;
}

/** Against a line that leaves out what lies far from it, so that the run sought does not bend it. */
function residualOf(curve: Float64Array): Float64Array | undefined {
  const index = Float64Array.from(curve, (_, i) => i);
  let kept = curve;
  let residual: Float64Array | undefined;
  for (let round = 0; round < ROBUST_ROUNDS; round++) {
    const line = fitLine(index, kept);
    if (line === undefined) break;
    residual = curve.map((db, i) => db - line.intercept - line.slope * i);
    const middle = median(residual);
    const apart = median(residual.map((db) => abs(db - middle)));
    const limit = Math.max(0.5, 3 * apart);
    residual = residual.map((db) => db - middle);
    kept = curve.map((db, i) => (abs(residual![i]!) > limit ? NaN : db));
  }
  return residual;
}
