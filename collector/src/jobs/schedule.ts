import { createHash } from 'node:crypto';

/** A failing job is tried at least this often, so that a device that returns is seen within minutes. */
const MAX_BACK_OFF_MS = 300_000;
/** New jobs start within this time: soon, yet not all at once. */
const FIRST_SPREAD_MS = 10_000;

/** A number that is the same for a key on every machine and after every restart, below `below`. */
export function stablePhaseMs(key: string, below: number): number {
  return createHash('sha256').update(key).digest().readUInt32BE(0) % below;
}

/** The next time after `now` at which a job of this interval and phase is due. Whole periods lost are not made up for. */
export function nextRun(now: Date, intervalMs: number, phaseMs: number): Date {
  const since = now.getTime() - phaseMs;
  return new Date((Math.floor(since / intervalMs) + 1) * intervalMs + phaseMs);
}

/** When a job that never ran runs first. */
export const firstRun = (now: Date, key: string, intervalMs: number): Date =>
  new Date(now.getTime() + stablePhaseMs(key, Math.min(intervalMs, FIRST_SPREAD_MS)));

/** When a periodic job that has failed `failures` times in a row is tried again: later each time, up to a limit. */
export function retryRun(now: Date, intervalMs: number, phaseMs: number, failures: number): Date {
  if (failures <= 1) return nextRun(now, intervalMs, phaseMs);
  const waitMs = Math.min(intervalMs * 2 ** Math.min(failures - 1, 10), Math.max(intervalMs, MAX_BACK_OFF_MS));
  // Devices that failed together (a router between us and a site) must not return together.
  return new Date(now.getTime() + waitMs + (phaseMs % Math.max(1, Math.round(waitMs / 10))));
}
