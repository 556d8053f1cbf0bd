import type { WalkOutcome } from '../reader.js';
import { BLOCK_FLAG, BlockBuilder } from './block.js';
import type { Device } from './device.js';
import type { Exchange, Failure, Security } from './exchange.js';
import type { EngineRequest } from './task.js';

/** What a job needs of the engine. */
export interface JobContext {
  readonly device: Device;
  readonly security: Security;
  ask(exchange: Exchange): void;
  abandon(exchange: Exchange): void;
  expire(exchange: Exchange, nowMs: number): void;
  done(block: Uint8Array<ArrayBuffer>): void;
}

export interface End {
  readonly outcome: WalkOutcome;
  readonly detail?: string;
  readonly errorStatus?: number;
}

const OUTCOME_OF: Record<Failure['kind'], WalkOutcome> = {
  timeout: 'timeout',
  socket: 'timeout',
  auth: 'authFailure',
  cancelled: 'cancelled',
};

/** error-status of RFC 3416, 3. */
export const TOO_BIG = 1;
export const NO_SUCH_NAME = 2;
export const GENERAL_ERROR = 5;
const NO_ACCESS = 6;
const AUTHORIZATION_ERROR = 16;

export function endOfErrorStatus(status: number, oid: readonly number[] | undefined): End {
  const where = oid === undefined ? '' : ` at ${oid.join('.')}`;
  const outcome = status === NO_ACCESS || status === AUTHORIZATION_ERROR ? 'authFailure' : 'errorStatus';
  return { outcome, detail: `the agent answered with error-status ${status}${where}`, errorStatus: status };
}

/** Names in one request: so many of the longest that can be fit a datagram. */
export const MAX_NAMES = 90;

/** One request of a caller, from its first datagram to its block. */
export abstract class Job {
  readonly request: EngineRequest;
  readonly context: JobContext;
  readonly builder = new BlockBuilder();
  isDone = false;
  sentCount = 0;
  resentCount = 0;
  firstUptimeTicks: number | undefined;
  readonly startedMs = performance.now();
  readonly #startedAtMs = Date.now();
  #flags = 0;
  #lastUptime = -1;
  #deadline: NodeJS.Timeout | undefined;

  constructor(request: EngineRequest, context: JobContext) {
    this.request = request;
    this.context = context;
    this.#deadline = setTimeout(() => {
      this.end({ outcome: 'deadline', detail: `the walk took more than ${request.limits.timeMs} ms` });
    }, request.limits.timeMs);
  }

  abstract start(): void;
  /** Takes back what is in flight. */
  protected abstract abandon(): void;

  /** Our clock on the wall at this reading of the monotonic one. */
  wallMs(nowMs: number): number {
    return this.#startedAtMs + (nowMs - this.startedMs);
  }

  noteSent(isRepeat: boolean): void {
    this.sentCount++;
    if (isRepeat) this.resentCount++;
  }

  noteUptime(ticks: number): void {
    this.firstUptimeTicks ??= ticks;
    const wentBack = this.context.device.noteUptime(ticks);
    if (wentBack) this.#flags |= this.#lastUptime < 0 ? BLOCK_FLAG.restarted : BLOCK_FLAG.restartedInside;
    this.#lastUptime = ticks;
  }

  fail(failure: Failure): void {
    this.end({ outcome: OUTCOME_OF[failure.kind], detail: failure.detail });
  }

  cancel(detail: string): void {
    this.end({ outcome: 'cancelled', detail });
  }

  /** The block goes to the caller; what is in flight is taken back. Later calls do nothing. */
  end({ outcome, detail = '', errorStatus = 0 }: End): void {
    if (this.isDone) return;
    this.isDone = true;
    clearTimeout(this.#deadline);
    this.abandon();
    const { type, id, host, port, oids, ranges, config } = this.request;
    if (config.anyAddressUntilMs > Date.now()) this.#flags |= BLOCK_FLAG.otherAddress;
    const block = this.builder.build({
      type,
      id,
      host,
      port,
      roots: oids,
      ranges,
      outcome,
      detail,
      errorStatus,
      flags: this.#flags,
      startedAtMs: this.#startedAtMs,
      durationMs: performance.now() - this.startedMs,
      sysUpTimeMs: this.firstUptimeTicks === undefined ? undefined : this.firstUptimeTicks * 10,
      sentCount: this.sentCount,
      resentCount: this.resentCount,
    });
    this.context.done(block);
  }
}
