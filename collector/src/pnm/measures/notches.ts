import { median } from '../../lib/statistics.js';
import { frequencyHz, type SubcarrierAxis } from '../formats/header.js';
import { RXMER_NOT_MEASURED } from '../formats/rxmer.js';
import { bandsOver, clockHarmonicHz } from './bands.js';
import { neighbourNoiseDb, runningMedianDb } from './baseline.js';

export type MerSeries = SubcarrierAxis & { readonly quarterDb: Uint8Array };

/** A run of low MER inside of the channel: ingress, mostly. */
export interface Notch {
  readonly startHz: number;
  readonly stopHz: number;
  readonly centerHz: number;
  readonly widthHz: number;
  /** Deepest point under a straight line between the neighbours. */
  readonly depthDb: number;
  /** Services of the air that hold the range. */
  readonly bands: readonly string[];
  /** The multiple of 125 MHz inside of a narrow run: the home, not the plant. */
  readonly clockHarmonicHz: number | undefined;
}

const MHZ = 1e6;
const SMOOTH_HZ = 0.4 * MHZ;
const NARROW_BASE_HZ = 6 * MHZ;
/** Wide enough that a notch of an LTE carrier does not pull it down. */
const WIDE_BASE_HZ = 60 * MHZ;
const SLOPE_BLOCKS = 40;
const MIN_DEPTH_DB = 2;
const MIN_WIDTH_HZ = 0.2 * MHZ;
/** The wide baseline sees the channel's own shape as well: shallow or narrow runs against it are no notches. */
const MIN_WIDE_WIDTH_HZ = 2 * MHZ;
const WIDE_SMOOTH_HZ = 1.5 * MHZ;
/** Only where to look: the line through the neighbours decides. */
const WIDE_CANDIDATE_DB = 1.5;
const MERGE_HZ = 0.5 * MHZ;
const NEIGHBOUR_HZ = 2 * MHZ;
const GUARD_HZ = 0.4 * MHZ;
const MAX_CLOCK_WIDTH_HZ = 0.8 * MHZ;

interface Run {
  readonly from: number;
  readonly to: number;
}

/** Notches of one capture, ascending. Runs at a channel edge are roll-off and no notch. */
export function findNotches(series: MerSeries): Notch[] {
  const { quarterDb, spacingHz } = series;
  if (spacingHz === 0) return [];
  const cells = (widthHz: number) => Math.max(1, Math.round(widthHz / spacingHz));
  const smoothed = (widthHz: number) => runningMedianDb(quarterDb, cells(widthHz));
  const smooth = smoothed(SMOOTH_HZ);
  const smoother = smoothed(WIDE_SMOOTH_HZ);
  const low = (curve: Float32Array, base: Float32Array, byDb: number) =>
    Uint8Array.from(curve, (db, i) => (db < base[i]! - byDb ? 1 : 0));
  const merge = cells(MERGE_HZ);
  const narrowRuns = runsOf(low(smooth, smoothed(NARROW_BASE_HZ), MIN_DEPTH_DB), cells(MIN_WIDTH_HZ), merge);
  const wideBase = wideBaseline(quarterDb, cells(WIDE_BASE_HZ));
  const wideRuns = runsOf(low(smoother, wideBase, WIDE_CANDIDATE_DB), cells(MIN_WIDE_WIDTH_HZ), merge);
  return merged([...narrowRuns, ...wideRuns], merge).flatMap((run) => {
    const wide = run.to - run.from + 1 >= cells(MIN_WIDE_WIDTH_HZ);
    return measured(series, wide ? smoother : smooth, run, cells) ?? [];
  });
}

/** Running median around the channel's tilt, which a window of 60 MHz would take for a shape. */
function wideBaseline(quarterDb: Uint8Array, window: number): Float32Array {
  const slope = robustSlope(quarterDb);
  const middle = quarterDb.length / 2;
  const level = quarterDb.map((quarter, i) =>
    quarter === RXMER_NOT_MEASURED
      ? quarter
      : Math.min(RXMER_NOT_MEASURED - 1, Math.max(0, quarter - Math.round(slope * (i - middle)))),
  );
  return runningMedianDb(level, window).map((db, i) => db + (slope * (i - middle)) / 4);
}

/** Median of the slopes between block medians (Theil–Sen), in quarter dB a subcarrier: a few notches do not bend it. */
function robustSlope(quarterDb: Uint8Array): number {
  const size = Math.max(1, Math.floor(quarterDb.length / SLOPE_BLOCKS));
  const blocks = Array.from({ length: Math.floor(quarterDb.length / size) }, (_, block) =>
    median(
      Array.from(quarterDb.subarray(block * size, (block + 1) * size), (q) => (q === RXMER_NOT_MEASURED ? NaN : q)),
    ),
  );
  const slopes: number[] = [];
  for (let a = 0; a < blocks.length; a++) {
    for (let b = a + 1; b < blocks.length; b++) slopes.push((blocks[b]! - blocks[a]!) / ((b - a) * size));
  }
  const slope = median(slopes);
  return Number.isNaN(slope) ? 0 : slope;
}

/** Runs of ones, short gaps closed, then those too short left out. */
function runsOf(flags: Uint8Array, minLength: number, mergeGap: number): Run[] {
  const runs: Run[] = [];
  for (let i = 0; i < flags.length; i++) {
    if (flags[i] === 0) continue;
    let to = i;
    while (flags[to + 1] === 1) to++;
    runs.push({ from: i, to });
    i = to;
  }
  return merged(
    runs.filter((run) => run.to - run.from + 1 >= minLength),
    mergeGap,
  );
}

function merged(runs: readonly Run[], gap: number): Run[] {
  const sorted = [...runs].sort((a, b) => a.from - b.from);
  const out: Run[] = [];
  for (const run of sorted) {
    const last = out.at(-1);
    if (last !== undefined && run.from - last.to <= gap) {
      out[out.length - 1] = { from: last.from, to: Math.max(last.to, run.to) };
    } else out.push(run);
  }
  return out;
}

/** Holds a run against the line through its neighbours, which no notch width can pull down. */
function measured(
  series: MerSeries,
  smooth: Float32Array,
  run: Run,
  cells: (widthHz: number) => number,
): Notch | undefined {
  const guard = cells(GUARD_HZ);
  const neighbour = cells(NEIGHBOUR_HZ);
  const left = smooth.subarray(Math.max(0, run.from - guard - neighbour), Math.max(0, run.from - guard));
  const right = smooth.subarray(run.to + 1 + guard, run.to + 1 + guard + neighbour);
  const enough = Math.max(1, neighbour / 4);
  if (left.length < enough || right.length < enough) return undefined; // reaches the channel's edge
  const leftDb = median(left);
  const rightDb = median(right);
  if (Number.isNaN(leftDb) || Number.isNaN(rightDb)) return undefined;
  const leftAt = run.from - guard - left.length / 2;
  const rightAt = run.to + guard + right.length / 2;
  const lineDb = (i: number) => leftDb + ((rightDb - leftDb) * (i - leftAt)) / (rightAt - leftAt);
  let depthDb = 0;
  let from: number | undefined;
  let to = run.to;
  for (let i = Math.max(0, run.from - guard); i <= Math.min(smooth.length - 1, run.to + guard); i++) {
    const under = lineDb(i) - smooth[i]!;
    if (!(under > MIN_DEPTH_DB)) continue;
    from ??= i;
    to = i;
    if (under > depthDb) depthDb = under;
  }
  if (from === undefined || to - from + 1 < cells(MIN_WIDTH_HZ)) return undefined;
  const { spacingHz } = series;
  const startHz = frequencyHz(series, from) - spacingHz / 2;
  const stopHz = frequencyHz(series, to) + spacingHz / 2;
  const widthHz = stopHz - startHz;
  return {
    startHz,
    stopHz,
    centerHz: (startHz + stopHz) / 2,
    widthHz,
    depthDb,
    bands: bandsOver(startHz, stopHz),
    clockHarmonicHz: widthHz <= MAX_CLOCK_WIDTH_HZ ? clockHarmonicHz(startHz, stopHz, spacingHz) : undefined,
  };
}

/** One to three subcarriers far below their surroundings. */
export interface Spur {
  readonly frequencyHz: number;
  readonly depthDb: number;
  readonly subcarrierCount: number;
  /** Set: the home's Ethernet clock, not the plant. */
  readonly clockHarmonicHz: number | undefined;
}

const SPUR_SIGMAS = 6;
const MAX_SPUR_SUBCARRIERS = 3;

/** Candidates of one capture; only what returns in most captures is a spur (`persistentSpurs`). */
export function findSpurs(series: MerSeries): Spur[] {
  const { quarterDb, spacingHz } = series;
  const noiseDb = neighbourNoiseDb(quarterDb);
  if (spacingHz === 0 || noiseDb === undefined) return [];
  const base = runningMedianDb(quarterDb, Math.round(NARROW_BASE_HZ / spacingHz));
  const limit = -SPUR_SIGMAS * Math.max(noiseDb, 0.25);
  const under = (i: number): number => {
    const quarter = quarterDb[i];
    return quarter === undefined || quarter === RXMER_NOT_MEASURED ? 0 : quarter / 4 - base[i]!;
  };
  const spurs: Spur[] = [];
  for (let i = 0; i < quarterDb.length; i++) {
    if (!(under(i) < limit)) continue;
    let to = i;
    let deepest = i;
    while (under(to + 1) < limit) {
      to++;
      if (under(to) < under(deepest)) deepest = to;
    }
    const subcarrierCount = to - i + 1;
    if (subcarrierCount <= MAX_SPUR_SUBCARRIERS) {
      const hz = frequencyHz(series, deepest);
      spurs.push({
        frequencyHz: hz,
        depthDb: -under(deepest),
        subcarrierCount,
        clockHarmonicHz: clockHarmonicHz(hz, hz, spacingHz),
      });
    }
    i = to;
  }
  return spurs;
}

const PERSISTENT_RATIO = 0.75;
const MIN_CAPTURES = 4;

/** Spurs that return within a subcarrier in three of four captures of one channel; the deepest sight of each. */
export function persistentSpurs(captures: readonly MerSeries[]): Spur[] {
  if (captures.length < MIN_CAPTURES) return [];
  const seen = captures.map(findSpurs);
  const spacingHz = captures[0]!.spacingHz;
  const out: Spur[] = [];
  for (const spur of seen.flat().sort((a, b) => b.depthDb - a.depthDb)) {
    const near = (other: Spur) => Math.abs(other.frequencyHz - spur.frequencyHz) <= spacingHz;
    if (out.some(near)) continue;
    const times = seen.filter((spurs) => spurs.some(near)).length;
    if (times >= PERSISTENT_RATIO * captures.length) out.push(spur);
  }
  return out.sort((a, b) => a.frequencyHz - b.frequencyHz);
}
