import type { InterfaceFact } from './facts.js';

export interface InterfaceReading {
  readonly fact: InterfaceFact;
  readonly inBps: number | null;
  readonly outBps: number | null;
}

/** The counters of the read before. */
export interface LastCounters {
  readonly inOctets: number | null;
  readonly outOctets: number | null;
  readonly at: Date;
}

/** Beyond this a 32-bit counter may have gone round more than once. */
const MAX_GAP_MS = 15 * 60_000;

/**
 * Rates between two reads. Unknown (null) rather than wrong: after a restart of the device, after a long gap, and
 * when a counter went back without having wrapped (RFC 2863, 3.1.6: discontinuities).
 */
export function interfaceRates(
  fact: InterfaceFact,
  at: Date,
  last: LastCounters | undefined,
  sysUpTimeMs: number | null,
): { inBps: number | null; outBps: number | null } {
  const elapsedMs = last === undefined ? 0 : at.getTime() - last.at.getTime();
  const restarted = sysUpTimeMs !== null && sysUpTimeMs < elapsedMs;
  if (last === undefined || elapsedMs <= 0 || elapsedMs > MAX_GAP_MS || restarted) return { inBps: null, outBps: null };
  const rate = (now: number | null, before: number | null): number | null => {
    if (now === null || before === null) return null;
    let octets = now - before;
    if (octets < 0 && fact.counterBits === 32) octets += 2 ** 32;
    if (octets < 0) return null;
    const bps = (octets * 8_000) / elapsedMs;
    // Twice the line's speed is no traffic but a counter that was reset.
    return fact.speedBps !== null && fact.speedBps > 0 && bps > 2 * fact.speedBps ? null : bps;
  };
  return { inBps: rate(fact.inOctets, last.inOctets), outBps: rate(fact.outOctets, last.outOctets) };
}
