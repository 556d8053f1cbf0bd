import type { LocalizedKeys } from './usm-keys.js';

const MAX_BOOTS = 2_147_483_647;
const WINDOW_SEC = 150;

/** What is persisted of an engine: enough to ask it without discovery after a restart of ours. */
export interface KnownEngine {
  readonly engineId: Uint8Array;
  readonly boots: number;
  readonly time: number;
  /** Unix time at which `time` was right. */
  readonly atMs: number;
}

/** The manager's notion of one engine's boots and time (RFC 3414, 2.3 and 3.2 step 7b). */
export class EngineClock {
  readonly engineId: Uint8Array;
  boots: number;
  /** An authenticated message has confirmed boots and time; before, they are what the discovery's plain Report said. */
  isConfirmed = false;
  /** Of those who speak with the engine; forgotten with it. */
  readonly keys: LocalizedKeys[] = [];
  #time: number;
  #atMs: number;
  #latestReceived: number;

  constructor(engineId: Uint8Array, boots: number, time: number, nowMs: number) {
    this.engineId = engineId;
    this.boots = boots;
    this.#time = time;
    this.#atMs = nowMs;
    this.#latestReceived = 0;
  }

  /** The engine's time now, counted on by our monotonic clock. */
  timeAt(nowMs: number): number {
    return Math.min(MAX_BOOTS, this.#time + Math.max(0, Math.floor((nowMs - this.#atMs) / 1000)));
  }

  /** Takes boots and time of an authenticated message; false when it is outside the window and must be dropped. */
  admit(boots: number, time: number, nowMs: number): boolean {
    if (!this.isConfirmed) {
      // what was known until now was unauthenticated, or of a time before our restart: the first proof replaces it
      this.isConfirmed = true;
      this.boots = boots;
      this.#latestReceived = -1;
    }
    if (boots > this.boots || (boots === this.boots && time > this.#latestReceived)) {
      this.boots = boots;
      this.#latestReceived = time;
      this.#time = time;
      this.#atMs = nowMs;
    }
    if (this.boots === MAX_BOOTS || boots < this.boots) return false;
    return time >= this.timeAt(nowMs) - WINDOW_SEC;
  }
}
