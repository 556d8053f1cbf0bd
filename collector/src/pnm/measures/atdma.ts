import { fft } from '../../lib/fft.js';
import type { AtdmaPreEq } from '../formats/atdma-preeq.js';
import { cableLength, DEFAULT_VELOCITY_FACTOR, type CableLength } from './cable.js';

/**
 * Key metrics of a DOCSIS 3.0 pre-equaliser (CableLabs CM-GL-PNMP). Energies are in the modem's own scale; ratios that
 * divide by nothing are undefined.
 */
export interface AtdmaMetrics {
  readonly mainTapEnergy: number;
  readonly preMainTapEnergy: number;
  readonly postMainTapEnergy: number;
  readonly totalTapEnergy: number;
  /** 2ⁿ − 1 nearest to the root of the total energy. */
  readonly mainTapNominalAmplitude: number;
  readonly mainTapNominalEnergy: number;
  /** MTC; above 2 dB the equaliser is near its limit. */
  readonly mainTapCompressionDb: number | undefined;
  readonly mainTapRatioDb: number | undefined;
  /** NMTTER: energy outside of the main tap over all. */
  readonly nonMainTapToTotalDb: number | undefined;
  readonly preMainToTotalDb: number | undefined;
  readonly postMainToTotalDb: number | undefined;
  /** PPESR: before over after the main tap. High with much before it: group delay; low: a micro-reflection. */
  readonly prePostEnergySymmetryDb: number | undefined;
  /** PPTSR: the tap before over the tap after the main tap. */
  readonly prePostTapSymmetryDb: number | undefined;
  readonly microReflection: MicroReflection | undefined;
  /** In-channel frequency response at 32 points from the lower band edge; undefined where a point has no magnitude. */
  readonly responseDb: readonly (number | undefined)[];
  readonly responsePeakToPeakDb: number | undefined;
  readonly verdict: 'act' | 'watch' | 'good' | 'unknown';
}

/** The largest tap behind the main one. Finer than whole taps is false precision. */
export interface MicroReflection {
  readonly tapOffset: number;
  /** Against the energy of all taps. */
  readonly levelDb: number;
  readonly distance: CableLength;
}

export interface AtdmaOptions {
  /** Symbols a second: 5.12 M in a 6.4 MHz channel, 2.56 M in 3.2 MHz. */
  readonly symbolRateHz?: number;
  readonly velocityFactor?: number;
}

const DEFAULT_SYMBOL_RATE_HZ = 5_120_000;
const RESPONSE_POINTS = 32;
const NOMINAL_AMPLITUDES = [511, 1023, 2047, 4095, 8191, 16383, 32767];
/** Thresholds of plants with 64-QAM. */
const ACT = { nonMainDb: -27, microReflectionDb: -18 };
const WATCH = { nonMainDb: -30, microReflectionDb: -25 };

const ratioDb = (above: number, below: number): number | undefined =>
  above > 0 && below > 0 ? 10 * Math.log10(above / below) : undefined;

export function atdmaMetrics(preEq: AtdmaPreEq, options: AtdmaOptions = {}): AtdmaMetrics {
  const { taps } = preEq;
  const main = preEq.mainTapLocation - 1;
  const energy = Float64Array.from({ length: taps.length / 2 }, (_, k) => taps[2 * k]! ** 2 + taps[2 * k + 1]! ** 2);
  const sum = (from: number, to: number) => energy.subarray(from, to).reduce((total, value) => total + value, 0);
  const mainEnergy = energy[main] ?? 0;
  const pre = sum(0, main);
  const post = sum(main + 1, energy.length);
  const total = mainEnergy + pre + post;
  const root = Math.sqrt(total);
  const nominal = NOMINAL_AMPLITUDES.reduce((best, next) =>
    Math.abs(next - root) < Math.abs(best - root) ? next : best,
  );
  const nonMainTapToTotalDb = ratioDb(pre + post, total);
  const microReflection = microReflectionOf(energy, total, main, preEq.tapsPerSymbol, options);
  const responseDb = channelResponseDb(taps, nominal);
  const known = responseDb.filter((db) => db !== undefined);
  return {
    mainTapEnergy: mainEnergy,
    preMainTapEnergy: pre,
    postMainTapEnergy: post,
    totalTapEnergy: total,
    mainTapNominalAmplitude: nominal,
    mainTapNominalEnergy: nominal ** 2,
    mainTapCompressionDb: ratioDb(total, mainEnergy),
    mainTapRatioDb: ratioDb(mainEnergy, pre + post),
    nonMainTapToTotalDb,
    preMainToTotalDb: ratioDb(pre, total),
    postMainToTotalDb: ratioDb(post, total),
    prePostEnergySymmetryDb: ratioDb(pre, post),
    prePostTapSymmetryDb: ratioDb(energy[main - 1] ?? 0, energy[main + 1] ?? 0),
    microReflection,
    responseDb,
    responsePeakToPeakDb: known.length === 0 ? undefined : Math.max(...known) - Math.min(...known),
    verdict: total === 0 ? 'unknown' : verdictOf(nonMainTapToTotalDb, microReflection?.levelDb),
  };
}

function verdictOf(nonMainDb: number | undefined, microReflectionDb: number | undefined): AtdmaMetrics['verdict'] {
  const beyond = (limit: typeof ACT) =>
    (nonMainDb ?? -Infinity) > limit.nonMainDb || (microReflectionDb ?? -Infinity) > limit.microReflectionDb;
  return beyond(ACT) ? 'act' : beyond(WATCH) ? 'watch' : 'good';
}

function microReflectionOf(
  energy: Float64Array,
  total: number,
  main: number,
  tapsPerSymbol: number,
  options: AtdmaOptions,
): MicroReflection | undefined {
  let largest = main + 1;
  for (let k = main + 2; k < energy.length; k++) if (energy[k]! > energy[largest]!) largest = k;
  const levelDb = ratioDb(energy[largest] ?? 0, total);
  if (levelDb === undefined) return undefined;
  const tapNs = 1e9 / ((options.symbolRateHz ?? DEFAULT_SYMBOL_RATE_HZ) * Math.max(1, tapsPerSymbol));
  const tapOffset = largest - main;
  const velocityFactor = options.velocityFactor ?? DEFAULT_VELOCITY_FACTOR;
  return { tapOffset, levelDb, distance: cableLength(tapOffset * tapNs, tapNs / 2, velocityFactor) };
}

function channelResponseDb(taps: Int16Array, nominal: number): (number | undefined)[] {
  const padded = new Float64Array(2 * RESPONSE_POINTS);
  for (let i = 0; i < Math.min(taps.length, padded.length); i++) padded[i] = taps[i]! / nominal;
  const spectrum = fft(padded);
  return Array.from({ length: RESPONSE_POINTS }, (_, i) => {
    const bin = (i + RESPONSE_POINTS / 2) % RESPONSE_POINTS;
    const power = spectrum[2 * bin]! ** 2 + spectrum[2 * bin + 1]! ** 2;
    return power === 0 ? undefined : 10 * Math.log10(power);
  });
}
