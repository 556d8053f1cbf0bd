import { wireOfComplex } from '../src/pnm/formats/fixed-point.js';
import { quarterDbOf } from '../src/pnm/formats/rxmer.js';
import type { MerSeries } from '../src/pnm/measures/notches.js';
import { coefficientsOf, type Coefficients } from '../src/pnm/measures/channel.js';

/** Channels with impairments of known place and size, the same for the same seed. */

const { abs, cos, imul, log, min, sin, sqrt, PI } = Math;

export interface Random {
  /** 0 ≤ x < 1 */
  uniform(): number;
  between(low: number, high: number): number;
  /** Mean 0, σ 1. */
  gauss(): number;
}

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    uniform,
    between: (low, high) => low + (high - low) * uniform(),
    gauss: () => sqrt(-2 * log(1 - uniform())) * cos(2 * PI * uniform()),
  };
}

export interface MadeNotch {
  readonly centerHz: number;
  readonly widthHz: number;
  readonly depthDb: number;
}

export interface MadeMer {
  readonly meanDb?: number;
  /** Of one subcarrier from capture to capture; 0.78 was measured. */
  readonly noiseDb?: number;
  readonly tiltDbPerMhz?: number;
  readonly notches?: readonly MadeNotch[];
  readonly ripple?: { readonly periodHz: number; readonly amplitudeDb: number };
  readonly spursHz?: readonly number[];
  readonly edgeLossDb?: number;
}

export const AXIS = { zeroSubcarrierHz: 827_600_000, firstActiveSubcarrier: 296, spacingHz: 25_000 } as const;
export const SUBCARRIERS = 7600;
export const FIRST_HZ = AXIS.zeroSubcarrierHz + AXIS.firstActiveSubcarrier * AXIS.spacingHz;
export const LAST_HZ = FIRST_HZ + (SUBCARRIERS - 1) * AXIS.spacingHz;
const SPUR_DB = 10;
const EDGE_HZ = 1_500_000;

export function makeMer(random: Random, made: MadeMer): MerSeries {
  const merDb = Float64Array.from({ length: SUBCARRIERS }, (_, i) => {
    const hz = FIRST_HZ + i * AXIS.spacingHz;
    let db = (made.meanDb ?? 42) + (made.noiseDb ?? 0.78) * random.gauss();
    db += ((made.tiltDbPerMhz ?? 0) * (hz - FIRST_HZ)) / 1e6;
    for (const notch of made.notches ?? []) {
      if (abs(hz - notch.centerHz) <= notch.widthHz / 2) db -= notch.depthDb;
    }
    if (made.ripple !== undefined) db += made.ripple.amplitudeDb * sin((2 * PI * hz) / made.ripple.periodHz);
    if (made.spursHz?.some((spur) => abs(hz - spur) < AXIS.spacingHz / 2) === true) db -= SPUR_DB;
    const toEdgeHz = min(hz - FIRST_HZ, LAST_HZ - hz);
    if (toEdgeHz < EDGE_HZ) db -= (made.edgeLossDb ?? 0) * (1 - toEdgeHz / EDGE_HZ);
    return db;
  });
  return { ...AXIS, quarterDb: quarterDbOf(merDb) };
}

export interface MadeEcho {
  readonly delayNs: number;
  readonly levelDb: number;
}

export interface MadeChannel {
  readonly echoes?: readonly MadeEcho[];
  readonly bulkDelayNs?: number;
  /** Of the receiver's estimate. */
  readonly snrDb?: number;
  readonly tiltDbPerMhz?: number;
  readonly dips?: readonly MadeNotch[];
  /** Stubs that take power around one frequency and ring on: their flanks turn the phase far beyond the dip. */
  readonly resonances?: readonly MadeNotch[];
  /** Nothing is sent there: the coefficients are 0. */
  readonly excluded?: readonly Omit<MadeNotch, 'depthDb'>[];
}

/** Coefficients as a receiver would write them: s2.13, clipped and rounded. */
export function makeChannelWire(random: Random, made: MadeChannel): Uint8Array {
  const phases = (made.echoes ?? []).map(() => random.between(0, 2 * PI));
  const noise = 10 ** (-(made.snrDb ?? 45) / 20) / Math.SQRT2;
  const interleaved = new Float64Array(2 * SUBCARRIERS);
  for (let k = 0; k < SUBCARRIERS; k++) {
    const offsetHz = k * AXIS.spacingHz;
    let re = 1;
    let im = 0;
    (made.echoes ?? []).forEach((echo, i) => {
      const gain = 10 ** (echo.levelDb / 20);
      const angle = -2 * PI * offsetHz * echo.delayNs * 1e-9 + phases[i]!;
      re += gain * cos(angle);
      im += gain * sin(angle);
    });
    let gainDb = ((made.tiltDbPerMhz ?? 0) * (offsetHz - (SUBCARRIERS / 2) * AXIS.spacingHz)) / 1e6;
    for (const dip of made.dips ?? []) {
      const apart = (FIRST_HZ + offsetHz - dip.centerHz) / dip.widthHz;
      gainDb -= dip.depthDb * Math.exp(-4 * Math.LN2 * apart * apart);
    }
    for (const { centerHz, widthHz, depthDb } of made.resonances ?? []) {
      const floor = 10 ** (-depthDb / 20);
      const x = (FIRST_HZ + offsetHz - centerHz) / (widthHz / 4 / sqrt(floor));
      const share = (1 - floor) / (1 + x * x);
      [re, im] = [re * (1 - share) - im * share * x, re * share * x + im * (1 - share)];
    }
    if (made.excluded?.some((gap) => abs(FIRST_HZ + offsetHz - gap.centerHz) <= gap.widthHz / 2) === true) continue;
    const gain = 10 ** (gainDb / 20);
    const bulk = -2 * PI * offsetHz * (made.bulkDelayNs ?? 0) * 1e-9;
    const bulkCos = gain * cos(bulk);
    const bulkSin = gain * sin(bulk);
    interleaved[2 * k] = re * bulkCos - im * bulkSin + noise * random.gauss();
    interleaved[2 * k + 1] = re * bulkSin + im * bulkCos + noise * random.gauss();
  }
  return wireOfComplex(interleaved, 's2.13');
}

export const makeChannel = (random: Random, made: MadeChannel): Coefficients =>
  coefficientsOf(makeChannelWire(random, made), 's2.13', {
    firstFrequencyHz: FIRST_HZ,
    spacingHz: AXIS.spacingHz,
    inverse: false,
  });
