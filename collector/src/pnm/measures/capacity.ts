import { countQuarterDb, highestBits } from './rxmer.js';
import { RXMER_NOT_MEASURED } from '../formats/rxmer.js';

/** What a channel could carry at most, by the requirement table and by Shannon. */
export interface Capacity {
  /** Subcarriers by the most bits a symbol whose requirement they meet; 0 meets none. */
  readonly subcarriersByBits: ReadonlyMap<number, number>;
  readonly meanBits: number | undefined;
  /** A bound, one to three bits above what is usable: show it, decide by the table. */
  readonly shannonMeanBits: number | undefined;
  /** An estimate: cyclic prefix and code rate are assumed, not in the file. */
  readonly estimatedRateBps: number | undefined;
}

export interface CapacityOptions {
  /** 2.5 µs is the commonest of the plant's choices (0.9375 … 5 µs). */
  readonly cyclicPrefixUs?: number;
  /** 8/9 of the long codeword. */
  readonly codeRate?: number;
}

const SHANNON_BITS = Float64Array.from({ length: RXMER_NOT_MEASURED }, (_, quarter) => {
  return Math.log2(1 + 10 ** (quarter / 40));
});

export function capacityOf(quarterDb: Uint8Array, spacingHz: number, options: CapacityOptions = {}): Capacity {
  const counts = countQuarterDb(quarterDb);
  const subcarriersByBits = new Map<number, number>();
  let measured = 0;
  let bitsSum = 0;
  let shannonSum = 0;
  for (let quarter = 0; quarter < RXMER_NOT_MEASURED; quarter++) {
    const times = counts[quarter]!;
    if (times === 0) continue;
    const bits = highestBits(quarter / 4);
    measured += times;
    bitsSum += times * bits;
    shannonSum += times * SHANNON_BITS[quarter]!;
    subcarriersByBits.set(bits, (subcarriersByBits.get(bits) ?? 0) + times);
  }
  if (measured === 0) {
    return { subcarriersByBits, meanBits: undefined, shannonMeanBits: undefined, estimatedRateBps: undefined };
  }
  const symbolUs = spacingHz === 0 ? undefined : 1e6 / spacingHz + (options.cyclicPrefixUs ?? 2.5);
  return {
    subcarriersByBits,
    meanBits: bitsSum / measured,
    shannonMeanBits: shannonSum / measured,
    estimatedRateBps: symbolUs === undefined ? undefined : (bitsSum / symbolUs) * 1e6 * (options.codeRate ?? 8 / 9),
  };
}
