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
  /** sysUpTime of the agent then, when it is known. */
  readonly sampledUptimeMs?: number | undefined;
  readonly counterDiscontinuityMs?: number | undefined;
}

/** Beyond this a 32-bit counter may have gone round more than once. */
const MAX_GAP_MS = 15 * 60_000;
/** An agent whose clock runs so far from ours counts something else. */
const CLOCK_RATIO_MAX = 1.5;

/**
 * Rates between two reads. Unknown (null) rather than wrong: after a restart of the device, after counters began anew
 * (RFC 2863, 3.1.6), after a long gap, and when a counter went back without having wrapped. Divided by the time that the
 * agent's own clock says lay between the two readings, because a poll that waits for an answer samples late.
 */
export function interfaceRates(
  fact: InterfaceFact,
  at: Date,
  last: LastCounters | undefined,
  sysUpTimeMs: number | null,
): { inBps: number | null; outBps: number | null } {
  const unknown = { inBps: null, outBps: null };
  const wallMs = last === undefined ? 0 : at.getTime() - last.at.getTime();
  const restarted = sysUpTimeMs !== null && sysUpTimeMs < wallMs;
  if (last === undefined || wallMs <= 0 || wallMs > MAX_GAP_MS || restarted) return unknown;
  const agentMs = betweenMs(fact.sampledUptimeMs, last.sampledUptimeMs);
  if (agentMs !== undefined && agentMs <= 0) return unknown;
  const [now, before] = [fact.counterDiscontinuityMs, last.counterDiscontinuityMs];
  if (now !== undefined && before !== undefined && now !== before) return unknown;
  const isPlausible = agentMs !== undefined && agentMs < wallMs * CLOCK_RATIO_MAX && wallMs < agentMs * CLOCK_RATIO_MAX;
  const elapsedMs = isPlausible ? agentMs : wallMs;
  return {
    inBps: rateOf(fact, fact.inOctets, last.inOctets, elapsedMs),
    outBps: rateOf(fact, fact.outOctets, last.outOctets, elapsedMs),
  };
}

const betweenMs = (now: number | undefined, before: number | undefined): number | undefined =>
  now === undefined || before === undefined ? undefined : now - before;

function rateOf(fact: InterfaceFact, now: number | null, before: number | null, elapsedMs: number): number | null {
  if (now === null || before === null) return null;
  let octets = now - before;
  if (octets < 0 && fact.counterBits === 32) octets += 2 ** 32;
  if (octets < 0) return null;
  const bps = (octets * 8_000) / elapsedMs;
  // Twice the line's speed is no traffic but a counter that was reset.
  return fact.speedBps !== null && fact.speedBps > 0 && bps > 2 * fact.speedBps ? null : bps;
}
