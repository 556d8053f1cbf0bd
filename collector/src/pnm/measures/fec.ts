import {
  fecCounters,
  fecIntervalSec,
  NCP_PROFILE_ID,
  type FecCounters,
  type FecSummary,
} from '../formats/fec-summary.js';

/** Codeword errors of one profile over the whole window. Ratios are undefined where no codeword was sent. */
export interface FecRates {
  readonly profileId: number;
  /** The next-codeword pointer: errors there or in profile 0 hit every modem of the channel. */
  readonly isNcp: boolean;
  readonly setCount: number;
  readonly totalCodewords: number;
  /** Vendors disagree on what counts as corrected: only its change on one modem says something. */
  readonly correctedCodewords: number;
  readonly uncorrectableCodewords: number;
  readonly correctedRatio: number | undefined;
  readonly uncorrectableRatio: number | undefined;
  /** With 95 % certainty the true ratio is not above; 3/n when no error was seen among n. */
  readonly uncorrectableBound: number | undefined;
  readonly erroredSets: number;
  readonly erroredSeconds: number | undefined;
  readonly cadenceViolations: number;
  /** `burst`: errors lie in few intervals, as from impulses or a reset; `spread`: as from a low MER. */
  readonly pattern: 'none' | 'burst' | 'spread' | 'unknown';
  readonly verdict: 'clean' | 'errored' | 'tooFew' | 'idle';
}

export interface FecOptions {
  /** Below this many codewords without an error, nothing is said of the ratio. */
  readonly minCodewords?: number;
}

/** A default: with none wrong among these, the ratio is below 3·10⁻⁵ with 95 % certainty. */
export const MIN_CODEWORDS = 100_000;
/** All errors in this share of the intervals, at most, are a burst. */
const BURST_SHARE = 0.02;

export const fecRates = (summary: FecSummary, options: FecOptions = {}): FecRates[] =>
  summary.profiles.map((profile) => {
    const counters = fecCounters(summary, profile);
    return ratesOf(profile.profileId, counters, fecIntervalSec(summary.summaryType), options);
  });

function ratesOf(
  profileId: number,
  counters: FecCounters,
  intervalSec: number | undefined,
  options: FecOptions,
): FecRates {
  const add = (values: Uint32Array) => values.reduce((sum, value) => sum + value, 0);
  const total = add(counters.total);
  const corrected = add(counters.corrected);
  const uncorrectable = add(counters.uncorrectable);
  const setCount = counters.total.length;
  const erroredSets = counters.uncorrectable.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);
  const enough = total >= (options.minCodewords ?? MIN_CODEWORDS);
  return {
    profileId,
    isNcp: profileId === NCP_PROFILE_ID,
    setCount,
    totalCodewords: total,
    correctedCodewords: corrected,
    uncorrectableCodewords: uncorrectable,
    correctedRatio: total === 0 ? undefined : corrected / total,
    uncorrectableRatio: total === 0 ? undefined : uncorrectable / total,
    uncorrectableBound: total === 0 ? undefined : upperBound(uncorrectable, total),
    erroredSets,
    erroredSeconds: intervalSec === undefined ? undefined : erroredSets * intervalSec,
    cadenceViolations: cadenceViolations(counters.timestampSec, intervalSec),
    pattern: patternOf(uncorrectable, erroredSets, setCount),
    verdict: total === 0 ? 'idle' : uncorrectable > 0 ? 'errored' : enough ? 'clean' : 'tooFew',
  };
}

/** Poisson bound: 3 of none, about k + 2√k + 3 of k. */
const upperBound = (errors: number, total: number): number => Math.min(1, (errors + 2 * Math.sqrt(errors) + 3) / total);

function patternOf(errors: number, erroredSets: number, setCount: number): FecRates['pattern'] {
  if (errors === 0) return 'none';
  if (errors < 3 || setCount < 60) return 'unknown';
  return erroredSets <= Math.max(1, BURST_SHARE * setCount) ? 'burst' : 'spread';
}

function cadenceViolations(timestampSec: Uint32Array, intervalSec: number | undefined): number {
  if (intervalSec === undefined) return 0;
  let count = 0;
  for (let i = 1; i < timestampSec.length; i++) if (timestampSec[i]! - timestampSec[i - 1]! !== intervalSec) count++;
  return count;
}
