import { median } from '../../lib/statistics.js';
import { RXMER_NOT_MEASURED } from '../formats/rxmer.js';

/**
 * Change of a modem against its own past. What one healthy capture does by itself was measured on 265 captures of one
 * hour: a subcarrier moves with σ 0.78 dB, the channel mean with 0.016 dB, the 2nd percentile by one step of 0.25 dB.
 */
export const SUBCARRIER_NOISE_DB = 0.78;
/** Half a decibel stands far above the noise of mean and percentile and keeps an alarm from flapping. */
export const HYSTERESIS_DB = 0.5;
/** A single subcarrier says something only as an average of this many captures. */
const MIN_CAPTURES_PER_SUBCARRIER = 4;

export interface CapturePoint {
  readonly meanMerDb: number | undefined;
  readonly percentileMerDb: number | undefined;
}

export interface Change {
  readonly meanChangeDb: number | undefined;
  readonly percentileChangeDb: number | undefined;
  readonly verdict: 'better' | 'worse' | 'same' | 'unknown';
}

/** Compares a capture with the median of those before it. */
export function changeAgainst(past: readonly CapturePoint[], now: CapturePoint): Change {
  const apart = (pick: (point: CapturePoint) => number | undefined): number | undefined => {
    const before = median(past.map((point) => pick(point) ?? NaN));
    const after = pick(now);
    return after === undefined || Number.isNaN(before) ? undefined : after - before;
  };
  const meanChangeDb = apart((point) => point.meanMerDb);
  const percentileChangeDb = apart((point) => point.percentileMerDb);
  const changes = [meanChangeDb, percentileChangeDb].filter((change) => change !== undefined);
  const verdict =
    changes.length === 0
      ? 'unknown'
      : changes.some((change) => change <= -HYSTERESIS_DB)
        ? 'worse'
        : changes.some((change) => change >= HYSTERESIS_DB)
          ? 'better'
          : 'same';
  return { meanChangeDb, percentileChangeDb, verdict };
}

export interface SubcarrierChange {
  /** After minus before, NaN where either was not measured. */
  readonly changeDb: Float32Array;
  /** Standard deviation that the change of a subcarrier has by chance. */
  readonly noiseDb: number;
}

/** Per subcarrier, of captures of one channel; undefined with too few captures or of different widths. */
export function subcarrierChange(
  before: readonly Uint8Array[],
  after: readonly Uint8Array[],
): SubcarrierChange | undefined {
  const count = before[0]?.length;
  const few = Math.min(before.length, after.length) < MIN_CAPTURES_PER_SUBCARRIER;
  if (few || count === undefined || [...before, ...after].some((capture) => capture.length !== count)) return undefined;
  const meanBefore = meanPerSubcarrierDb(before, count);
  const changeDb = meanPerSubcarrierDb(after, count).map((db, i) => db - meanBefore[i]!);
  return { changeDb, noiseDb: SUBCARRIER_NOISE_DB * Math.sqrt(1 / before.length + 1 / after.length) };
}

/** Mean in dB over captures; NaN where no capture measured the subcarrier. */
export function meanPerSubcarrierDb(captures: readonly Uint8Array[], count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => {
    let sum = 0;
    let measured = 0;
    for (const capture of captures) {
      const quarter = capture[i]!;
      if (quarter === RXMER_NOT_MEASURED) continue;
      sum += quarter;
      measured++;
    }
    return measured === 0 ? NaN : sum / measured / 4;
  });
}
