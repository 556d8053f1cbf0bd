import type { EngineCredential } from './task.js';

const REFUSALS_TO_HOLD = 3;
const HOLD_MS = 300_000;
const MAX_CREDENTIALS = 16;

/**
 * Credentials that a device has refused in so many words, one after another. They are left alone for a while: trying them
 * again with each table of each poll locks users out and fills the device's log.
 */
export class Refusals {
  readonly #byCredential = new Map<string, { count: number; untilMs: number }>();
  /** Of what nearly every device has: each answer asks, and a map's size is a call. */
  #isEmpty = true;

  note(credential: EngineCredential, nowMs: number): void {
    const key = keyOf(credential);
    const count = (this.#byCredential.get(key)?.count ?? 0) + 1;
    this.#byCredential.delete(key);
    this.#isEmpty = false;
    this.#byCredential.set(key, { count, untilMs: count >= REFUSALS_TO_HOLD ? nowMs + HOLD_MS : 0 });
    if (this.#byCredential.size > MAX_CREDENTIALS) {
      this.#byCredential.delete(this.#byCredential.keys().next().value as string);
    }
  }

  /** After an answer; without a credential all are forgotten. */
  clear(credential?: EngineCredential): void {
    if (this.#isEmpty) return;
    if (credential) this.#byCredential.delete(keyOf(credential));
    else this.#byCredential.clear();
    this.#isEmpty = this.#byCredential.size === 0;
  }

  /** Seconds until it may be tried once more; 0 for now. */
  waitSec(credential: EngineCredential, nowMs: number): number {
    if (this.#isEmpty) return 0;
    const untilMs = this.#byCredential.get(keyOf(credential))?.untilMs ?? 0;
    return Math.max(0, Math.ceil((untilMs - nowMs) / 1_000));
  }
}

/** Everything that a person may change about it, so that a corrected one is tried at once. */
const keyOf = (credential: EngineCredential): string => JSON.stringify(credential);
