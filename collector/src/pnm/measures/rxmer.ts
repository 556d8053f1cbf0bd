import { frequencyHz, type SubcarrierAxis } from '../formats/header.js';
import { RXMER_NOT_MEASURED } from '../formats/rxmer.js';

/** Required average MER in dB by bits a symbol: defaults of docsPnmCmDsOfdmReqMerQam* (DOCS-PNM-MIB); writable there. */
export const REQUIRED_MER_DB: ReadonlyMap<number, number> = new Map([
  [4, 15],
  [6, 21],
  [7, 24],
  [8, 27],
  [9, 30.5],
  [10, 34],
  [11, 37],
  [12, 41],
  [13, 46],
  [14, 52],
]);

/** Required MER of a QAM order in points, e.g. 4096; undefined where the MIB names none. */
export const requiredMerDb = (qamOrder: number): number | undefined => REQUIRED_MER_DB.get(Math.log2(qamOrder));

/** The default of docsPnmCmDsOfdmRxMerPercentile. */
export const DEFAULT_PERCENTILE = 2;

/** Numbers of one RxMER array; undefined when no subcarrier was measured. */
export interface RxMerSummary {
  readonly count: number;
  readonly measuredCount: number;
  readonly meanMerDb: number | undefined;
  /** Population standard deviation of the decibels. */
  readonly stdDevMerDb: number | undefined;
  readonly minMerDb: number | undefined;
  readonly maxMerDb: number | undefined;
  readonly medianMerDb: number | undefined;
  readonly percentile: number;
  readonly percentileMerDb: number | undefined;
}

/** Below this, making and adding up four tables costs more than it saves. */
const FOUR_TABLES_FROM = 2048;

/** How many subcarriers have each octet. Long arrays use four tables: equal neighbours would wait for each other. */
export function countQuarterDb(quarterDb: Uint8Array): Uint32Array {
  const { length } = quarterDb;
  if (length < FOUR_TABLES_FROM) {
    const counts = new Uint32Array(256);
    for (let i = 0; i < length; i++) counts[quarterDb[i] as number]!++;
    return counts;
  }
  const counts = new Uint32Array(4 * 256);
  const whole = length & ~3;
  for (let i = 0; i < whole; i += 4) {
    counts[quarterDb[i] as number]!++;
    counts[256 + (quarterDb[i + 1] as number)]!++;
    counts[512 + (quarterDb[i + 2] as number)]!++;
    counts[768 + (quarterDb[i + 3] as number)]!++;
  }
  for (let i = whole; i < length; i++) counts[quarterDb[i] as number]!++;
  for (let value = 0; value < 256; value++) {
    counts[value]! += counts[256 + value]! + counts[512 + value]! + counts[768 + value]!;
  }
  return counts.subarray(0, 256);
}

/** Mean, spread, extremes and a percentile of the measured subcarriers (docsPnmCmDsOfdmRxMerMean, StdDev, ThrVal). */
export function summarizeRxMer(quarterDb: Uint8Array, percentile: number = DEFAULT_PERCENTILE): RxMerSummary {
  const counts = countQuarterDb(quarterDb);
  const count = quarterDb.length;
  const measuredCount = count - counts[RXMER_NOT_MEASURED]!;
  if (measuredCount === 0) {
    return {
      count,
      measuredCount,
      meanMerDb: undefined,
      stdDevMerDb: undefined,
      minMerDb: undefined,
      maxMerDb: undefined,
      medianMerDb: undefined,
      percentile,
      percentileMerDb: undefined,
    };
  }
  const percentileRank = mibRank(measuredCount, percentile);
  const lowerRank = (measuredCount + 1) >> 1;
  const upperRank = (measuredCount >> 1) + 1;
  let seen = 0;
  let sum = 0;
  let squares = 0;
  let min = RXMER_NOT_MEASURED;
  let max = 0;
  let percentileQuarter = 0;
  let lowerMedian = 0;
  let upperMedian = 0;
  for (let value = 0; seen < measuredCount; value++) {
    const times = counts[value]!;
    if (times === 0) continue;
    if (seen === 0) min = value;
    const before = seen;
    seen += times;
    if (before < percentileRank && percentileRank <= seen) percentileQuarter = value;
    if (before < lowerRank && lowerRank <= seen) lowerMedian = value;
    if (before < upperRank && upperRank <= seen) upperMedian = value;
    max = value;
    sum += times * value;
    squares += times * value * value;
  }
  const mean = sum / measuredCount;
  const variance = Math.max(0, (squares - sum * mean) / measuredCount);
  return {
    count,
    measuredCount,
    meanMerDb: mean / 4,
    stdDevMerDb: Math.sqrt(variance) / 4,
    minMerDb: min / 4,
    maxMerDb: max / 4,
    medianMerDb: (lowerMedian + upperMedian) / 8,
    percentile,
    percentileMerDb: percentileQuarter / 4,
  };
}

/** The MIB's rule for a percentile: ascending, 1-based index floor(N·p/100) but at least 1, no interpolation. */
export const mibRank = (count: number, percentile: number): number =>
  Math.max(1, Math.floor((count * percentile) / 100));

/** The highest frequency with exactly this MER (docsPnmCmDsOfdmRxMerThrHighestFreq). */
export function highestFrequencyHz(axis: SubcarrierAxis, quarterDb: Uint8Array, merDb: number): number | undefined {
  const i = quarterDb.lastIndexOf(merDb * 4);
  return i === -1 ? undefined : frequencyHz(axis, i);
}

/** What is left above the requirement; undefined when either is unknown. */
export const headroomDb = (merDb: number | undefined, requiredDb: number | undefined): number | undefined =>
  merDb === undefined || requiredDb === undefined ? undefined : merDb - requiredDb;

/** The most bits a symbol whose requirement a MER meets; 0 when it meets none. */
export function highestBits(merDb: number): number {
  let best = 0;
  for (const [bits, required] of REQUIRED_MER_DB) if (merDb >= required) best = bits;
  return best;
}
