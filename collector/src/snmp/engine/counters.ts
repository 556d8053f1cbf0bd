import { createSnmpCounters, type SnmpCounters } from '../guard.js';

/**
 * The guard's counters and the engine's own: resent (of `sent`), window (authenticated, but outside the time window),
 * context (of another context or engine), otherAddress (taken by a device's exception), refused (not asked because the
 * device has been silent), noSlot (every id was in use).
 */
export interface EngineCounters extends SnmpCounters {
  resent: number;
  window: number;
  context: number;
  otherAddress: number;
  refused: number;
  noSlot: number;
}

export const createEngineCounters = (): EngineCounters => ({
  ...createSnmpCounters(),
  resent: 0,
  window: 0,
  context: 0,
  otherAddress: 0,
  refused: 0,
  noSlot: 0,
});
