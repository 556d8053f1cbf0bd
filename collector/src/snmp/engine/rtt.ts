/** Bounds of a device's timeout. Agents stall while they refresh a table, so the floor is far above the network's delay. */
export interface RttBounds {
  /** Before the first sample. */
  readonly initialMs: number;
  readonly floorMs: number;
  readonly ceilingMs: number;
}

export const DEFAULT_RTT_BOUNDS: RttBounds = { initialMs: 1_000, floorMs: 300, ceilingMs: 10_000 };

/** How long to wait for one device: smoothed round trip and four deviations (RFC 6298, 2). */
export class RttEstimator {
  readonly #bounds: RttBounds;
  /** Negative before the first sample. */
  #smoothedMs = -1;
  #variationMs = 0;

  constructor(bounds: RttBounds = DEFAULT_RTT_BOUNDS) {
    this.#bounds = bounds;
  }

  /** Of an exchange that was sent once: the answer to a repeat could belong to either copy (Karn). */
  sample(roundTripMs: number): void {
    if (!(roundTripMs >= 0)) return; // a clock that stepped back measures nothing
    if (this.#smoothedMs < 0) {
      this.#smoothedMs = roundTripMs;
      this.#variationMs = roundTripMs / 2;
      return;
    }
    this.#variationMs += (Math.abs(this.#smoothedMs - roundTripMs) - this.#variationMs) / 4;
    this.#smoothedMs += (roundTripMs - this.#smoothedMs) / 8;
  }

  /** The wait after the first sending (attempt 0) and each repeat, which doubles it. */
  timeoutMs(attempt: number): number {
    const { initialMs, floorMs, ceilingMs } = this.#bounds;
    const once = this.#smoothedMs < 0 ? initialMs : this.#smoothedMs + 4 * this.#variationMs;
    return Math.min(ceilingMs, Math.max(floorMs, once) * 2 ** attempt);
  }
}
