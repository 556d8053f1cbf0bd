/** Something with one time at which it is due. */
export interface Timed {
  /** Tick at which it is due, −1 for never. */
  dueTick: number;
  /** Tick under which it stands in the wheel, so that it is not put there twice. */
  wheelTick: number;
  onDue(nowMs: number): void;
}

const BUCKETS = 512;

/**
 * Timers of many requests in flight. Most are answered before they are due: arming costs an addition to a list and
 * disarming an assignment, and what is stale falls out when its bucket comes round.
 */
export class TimerWheel {
  readonly tickMs: number;
  readonly #buckets: Timed[][] = Array.from({ length: BUCKETS }, () => []);
  #tick: number;

  constructor(nowMs: number, tickMs = 10) {
    this.tickMs = tickMs;
    this.#tick = Math.floor(nowMs / tickMs);
  }

  /** Never early: due at the first tick after the time. */
  arm(timed: Timed, atMs: number): void {
    const tick = Math.max(this.#tick + 1, Math.ceil(atMs / this.tickMs));
    timed.dueTick = tick;
    if (timed.wheelTick === tick) return;
    timed.wheelTick = tick;
    (this.#buckets[tick % BUCKETS] as Timed[]).push(timed);
  }

  disarm(timed: Timed): void {
    timed.dueTick = -1;
  }

  /** Calls what has become due. */
  advance(nowMs: number): void {
    const until = Math.floor(nowMs / this.tickMs);
    // after a long pause of the process each bucket is looked at once
    if (until - this.#tick > BUCKETS) this.#tick = until - BUCKETS;
    while (this.#tick < until) {
      this.#tick++;
      const at = this.#tick % BUCKETS;
      const bucket = this.#buckets[at] as Timed[];
      if (bucket.length === 0) continue;
      this.#buckets[at] = [];
      for (const timed of bucket) this.#visit(timed, at, nowMs);
    }
  }

  #visit(timed: Timed, at: number, nowMs: number): void {
    if (timed.dueTick < 0 || timed.dueTick % BUCKETS !== at) {
      // armed for another tick, which has its own entry
      if (timed.wheelTick >= 0 && timed.wheelTick % BUCKETS === at) timed.wheelTick = -1;
      return;
    }
    if (timed.dueTick > this.#tick) {
      (this.#buckets[at] as Timed[]).push(timed);
      return;
    }
    timed.dueTick = -1;
    timed.wheelTick = -1;
    timed.onDue(nowMs);
  }
}
