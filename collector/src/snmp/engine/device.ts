import type { EngineClock } from './engine-clock.js';
import type { Exchange } from './exchange.js';
import { Refusals } from './refusals.js';
import { RttEstimator } from './rtt.js';
import type { EngineConfig } from './task.js';
import type { UdpPort } from './udp-port.js';
import type { Timed } from './wheel.js';

/** How much is asked at once; shrinks when the agent cannot. */
export interface RequestSize {
  readonly repetitions: number;
  readonly columns: number;
  /** GETBULK is given up: one GETNEXT at a time. */
  readonly single: boolean;
}

const REMEMBERED_SIZES = 64;
const FLOOR_MS = 200;
/** So much of the budget may be spent at once. */
const BURST_MS = 100;

/** What is known of one agent across requests, and what waits for it. */
export class Device implements Timed {
  dueTick = -1;
  wheelTick = -1;
  readonly key: string;
  readonly address: string;
  readonly port: number;
  readonly udp: UdpPort;
  readonly rtt: RttEstimator;
  /** Requests that may be in flight; the least of what its callers allow. */
  window = 1;
  inFlight = 0;
  jobCount = 0;
  readonly queue: Exchange[] = [];
  /** It stands in its port's line for room in the receive buffer. */
  isInLine = false;
  nextSendMs = 0;
  /** When all that was sent so far would have been sent at the steady pace of the budget. */
  #paidUntilMs = 0;
  readonly refusals = new Refusals();
  hasAnswered = false;
  /** Steps without any answer, one after another. */
  silentSteps = 0;
  /** Until then it is not asked at all. */
  closedUntilMs = 0;
  closedForMs = 0;
  clock: EngineClock | undefined;
  discovery: Exchange | undefined;
  readonly awaitingEngine: Exchange[] = [];
  #uptimeTicks = -1;
  largestAnswerOctets = 0;
  readonly #sizes = new Map<string, RequestSize>();
  readonly #wake: (device: Device) => void;

  constructor(key: string, address: string, port: number, udp: UdpPort, timeoutMs: number, wake: (d: Device) => void) {
    this.key = key;
    this.address = address;
    this.port = port;
    this.udp = udp;
    this.#wake = wake;
    this.rtt = new RttEstimator({ initialMs: timeoutMs, floorMs: Math.min(FLOOR_MS, timeoutMs), ceilingMs: timeoutMs });
  }

  onDue(): void {
    this.#wake(this);
  }

  /** Notes that a datagram leaves now; the next one waits for the gap and for the budget. */
  pace({ minGapMs, maxPacketsPerSec }: EngineConfig, nowMs: number): void {
    this.nextSendMs = nowMs + minGapMs;
    if (maxPacketsPerSec <= 0) return;
    const eachMs = 1_000 / maxPacketsPerSec;
    this.#paidUntilMs = Math.max(this.#paidUntilMs, nowMs) + eachMs;
    this.nextSendMs = Math.max(this.nextSendMs, this.#paidUntilMs - Math.max(0, BURST_MS - eachMs));
  }

  /** Forgets an engine that is not the one the device is known to be. */
  keepTo(pinnedEngineId: string): void {
    if (pinnedEngineId === '' || !this.clock) return;
    if (Buffer.from(this.clock.engineId).toString('hex') !== pinnedEngineId) this.clock = undefined;
  }

  get isIdle(): boolean {
    return this.jobCount === 0 && this.inFlight === 0;
  }

  sizeOf(key: string): RequestSize | undefined {
    return this.#sizes.get(key);
  }

  remember(key: string, size: RequestSize): void {
    this.#sizes.delete(key);
    this.#sizes.set(key, size);
    if (this.#sizes.size > REMEMBERED_SIZES) this.#sizes.delete(this.#sizes.keys().next().value as string);
  }

  /** Notes the agent's clock; true when it went back further than the time between the two readings allows. */
  noteUptime(ticks: number): boolean {
    const before = this.#uptimeTicks;
    this.#uptimeTicks = ticks;
    if (before < 0) return false;
    const wrapped = before > WRAP_NEAR_TICKS && ticks < WRAP_FAR_TICKS;
    // answers in flight together may overtake one another
    return ticks + OVERTAKEN_TICKS < before && !wrapped;
  }
}

const WRAP_NEAR_TICKS = 2 ** 32 - 360_000_00;
const WRAP_FAR_TICKS = 360_000_00;
const OVERTAKEN_TICKS = 500;
