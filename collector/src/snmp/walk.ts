import type { Walk, WalkLimits, WalkOutcome } from './reader.js';
import { compareOids, parseOid } from './recording.js';
import { RowsBuilder, type CellValue, type TaggedRows } from './rows.js';

/** One variable of an answer, its value copied out of the datagram; an exception (80, 81, 82) has the value null. */
export interface Varbind {
  readonly oid: string;
  readonly tag: number;
  readonly value: CellValue;
}

/** What one request came to. No rejection: each is a way for a walk to end or to go on. */
export type Exchange =
  | {
      readonly kind: 'answer';
      /** The non-repeater, when one was asked. */
      readonly first: Varbind | undefined;
      /** Per requested OID, in order; fewer or shorter than asked when the agent cut its answer. */
      readonly columns: readonly (readonly Varbind[])[];
    }
  | { readonly kind: 'errorStatus'; readonly status: number; readonly oid: string | undefined }
  | { readonly kind: 'timeout' | 'cancelled' | 'auth' | 'badAnswer' | 'socket'; readonly detail: string };

/** What a walk needs of the network. */
export interface WalkTransport {
  /** GETBULK; `firstOid` becomes the one non-repeater. */
  bulk(request: {
    readonly oids: readonly string[];
    readonly firstOid: string | undefined;
    readonly repetitions: number;
    readonly signal: AbortSignal;
  }): Promise<Exchange>;
  /** GETNEXT of one OID, answered in `columns[0]`. */
  next(oid: string, signal: AbortSignal): Promise<Exchange>;
  /** Datagrams sent so far, repeats included. */
  readonly sentCount: number;
}

/** How much is asked at once; shrinks when the agent cannot. */
export interface RequestSize {
  readonly repetitions: number;
  /** Columns in one request. */
  readonly columns: number;
  /** GETBULK is given up: one GETNEXT at a time. */
  readonly single: boolean;
}

export interface WalkTask {
  readonly columns: readonly string[];
  readonly limits: WalkLimits;
  readonly size: RequestSize;
  /** The agent has answered something before: silence may then mean that the answer would not fit. */
  readonly hasAnswered: boolean;
  readonly signal: AbortSignal | undefined;
  readonly now: () => Date;
}

export interface TaggedWalk extends Walk {
  readonly rows: TaggedRows;
}

const SYS_UP_TIME = '1.3.6.1.2.1.1.3';
const TIME_TICKS = 67;
const NO_SUCH_OBJECT = 128;
const NO_SUCH_INSTANCE = 129;
const END_OF_MIB_VIEW = 130;
const TOO_BIG = 1;
const NO_ACCESS = 6;
const AUTHORIZATION_ERROR = 16;
const MAX_SUB_IDENTIFIERS = 128;

interface Cursor {
  readonly column: number;
  readonly prefix: string;
  oid: string;
  lastIndex: readonly number[] | undefined;
  isDone: boolean;
}

interface End {
  readonly outcome: WalkOutcome;
  readonly detail?: string;
}

/**
 * Reads several columns of one table with a cursor per column (RFC 3416, 4.2.3: the agent may cut its answer anywhere).
 * Resolves always, with whatever rows came and the reason why it ended.
 */
export async function walkTable(
  transport: WalkTransport,
  task: WalkTask,
): Promise<{ readonly walk: TaggedWalk; readonly size: RequestSize }> {
  const startedAt = task.now();
  const startedMs = performance.now();
  const sentBefore = transport.sentCount;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), task.limits.timeMs);
  const signal = task.signal ? AbortSignal.any([task.signal, deadline.signal]) : deadline.signal;
  const state = new WalkState(transport, task, signal);
  let end: End;
  try {
    end = await state.run();
  } finally {
    clearTimeout(timer);
  }
  const walk: TaggedWalk = {
    outcome: end.outcome,
    ...(end.detail === undefined ? {} : { detail: end.detail }),
    rows: state.rows.build(),
    startedAt,
    durationMs: performance.now() - startedMs,
    sysUpTimeMs: state.sysUpTimeMs,
    pduCount: transport.sentCount - sentBefore,
  };
  return { walk, size: state.size };
}

class WalkState {
  readonly rows: RowsBuilder;
  size: RequestSize;
  sysUpTimeMs: number | undefined;
  readonly #transport: WalkTransport;
  readonly #task: WalkTask;
  readonly #signal: AbortSignal;
  readonly #cursors: Cursor[];
  readonly #sentBefore: number;
  #hasAnswered: boolean;
  #silences = 0;
  #sawEndOfMib = false;
  #uptimeAsked = false;

  constructor(transport: WalkTransport, task: WalkTask, signal: AbortSignal) {
    this.#transport = transport;
    this.#task = task;
    this.#signal = signal;
    this.#sentBefore = transport.sentCount;
    this.#hasAnswered = task.hasAnswered;
    this.rows = new RowsBuilder(task.columns.length);
    this.size = task.size;
    this.#cursors = task.columns.map((root, column) => {
      const oid = parseOid(root).join('.');
      return { column, prefix: `${oid}.`, oid, lastIndex: undefined, isDone: false };
    });
  }

  async run(): Promise<End> {
    for (;;) {
      const active = this.#cursors.filter((cursor) => !cursor.isDone);
      if (active.length === 0) return { outcome: this.#sawEndOfMib ? 'endOfMib' : 'complete' };
      const cap = this.#capMet();
      if (cap) return cap;
      const asked = active.slice(0, this.size.single ? 1 : this.size.columns);
      const end = this.#take(asked, await this.#ask(asked));
      if (end) return end;
    }
  }

  #ask(asked: readonly Cursor[]): Promise<Exchange> {
    if (this.size.single) return this.#transport.next((asked[0] as Cursor).oid, this.#signal);
    return this.#transport.bulk({
      oids: asked.map((cursor) => cursor.oid),
      firstOid: this.#uptimeAsked ? undefined : SYS_UP_TIME,
      repetitions: this.size.repetitions,
      signal: this.#signal,
    });
  }

  #take(asked: readonly Cursor[], exchange: Exchange): End | undefined {
    switch (exchange.kind) {
      case 'answer':
        return this.#takeAnswer(asked, exchange);
      case 'errorStatus':
        return this.#takeErrorStatus(exchange);
      case 'timeout':
        // Some agents do not answer at all when the result would not fit: one smaller try, not one after another.
        if (this.#hasAnswered && this.#silences++ === 0 && this.#shrink(2)) return undefined;
        return { outcome: 'timeout', detail: exchange.detail };
      case 'cancelled':
        return this.#capMet() ?? { outcome: 'cancelled', detail: exchange.detail };
      case 'auth':
        return { outcome: 'authFailure', detail: exchange.detail };
      case 'socket':
        return { outcome: 'timeout', detail: exchange.detail };
      case 'badAnswer':
        return { outcome: 'errorStatus', detail: exchange.detail };
    }
  }

  #takeErrorStatus({ status, oid }: { status: number; oid: string | undefined }): End | undefined {
    if (status === TOO_BIG) {
      if (this.#shrink()) return undefined;
      return { outcome: 'tooBig', detail: 'the agent says tooBig for a single variable' };
    }
    const where = oid === undefined ? '' : ` at ${oid}`;
    const outcome = status === NO_ACCESS || status === AUTHORIZATION_ERROR ? 'authFailure' : 'errorStatus';
    return { outcome, detail: `the agent answered with error-status ${status}${where}` };
  }

  #takeAnswer(asked: readonly Cursor[], answer: Exchange & { kind: 'answer' }): End | undefined {
    this.#hasAnswered = true;
    this.#silences = 0;
    if (answer.first && !this.#uptimeAsked) {
      this.#uptimeAsked = true;
      const { oid, tag, value } = answer.first;
      if (oid === `${SYS_UP_TIME}.0` && tag === TIME_TICKS) this.sysUpTimeMs = (value as number) * 10;
    }
    let moved = false;
    for (const [at, cursor] of asked.entries()) {
      const varbinds = answer.columns[at] ?? [];
      if (varbinds.length > 0) moved = true;
      const end = this.#takeColumn(cursor, varbinds);
      if (end) return end;
    }
    // An empty list means that one repetition does not fit, not that the table ends (RFC 3416, 4.2.3).
    if (moved || this.#shrink()) return undefined;
    return { outcome: 'tooBig', detail: 'the agent answers with no variable even to a single one' };
  }

  #takeColumn(cursor: Cursor, varbinds: readonly Varbind[]): End | undefined {
    for (const { oid, tag, value } of varbinds) {
      if (tag === END_OF_MIB_VIEW) {
        this.#sawEndOfMib = true;
        cursor.isDone = true;
        return undefined;
      }
      if (tag === NO_SUCH_OBJECT || tag === NO_SUCH_INSTANCE) {
        return { outcome: 'errorStatus', detail: `the agent answered a walk with noSuchObject at ${oid}` };
      }
      if (!oid.startsWith(cursor.prefix)) {
        cursor.isDone = true;
        return undefined;
      }
      const index = oid.slice(cursor.prefix.length).split('.').map(Number);
      if (index.length > MAX_SUB_IDENTIFIERS || index.some((id) => !Number.isInteger(id))) {
        return { outcome: 'errorStatus', detail: 'the agent answered with a name that is no OID' };
      }
      if (cursor.lastIndex && compareOids(index, cursor.lastIndex) <= 0) {
        return { outcome: 'nonIncreasing', detail: `the agent answered ${oid} after ${cursor.oid}` };
      }
      cursor.lastIndex = index;
      cursor.oid = oid;
      this.rows.add(cursor.column, index, tag, value);
      if (this.rows.length > this.#task.limits.rows) return this.#capMet();
    }
    return undefined;
  }

  #capMet(): End | undefined {
    const { limits, signal } = this.#task;
    if (signal?.aborted) return { outcome: 'cancelled', detail: 'the walk was given up by its caller' };
    if (this.#signal.aborted) return { outcome: 'deadline', detail: `the walk took more than ${limits.timeMs} ms` };
    const full =
      this.rows.length > limits.rows
        ? `${limits.rows} rows`
        : this.rows.bytes > limits.bytes
          ? `${limits.bytes} bytes`
          : this.#transport.sentCount - this.#sentBefore >= limits.pdus
            ? `${limits.pdus} requests`
            : undefined;
    return full === undefined ? undefined : { outcome: 'deadline', detail: `the table is larger than ${full}` };
  }

  /** Asks for less: repetitions first, then columns, then one GETNEXT at a time. False when there is no less. */
  #shrink(halvings = 1): boolean {
    const { repetitions, columns, single } = this.size;
    if (single) return false;
    if (repetitions > 1) this.size = { repetitions: Math.max(1, repetitions >> halvings), columns, single };
    else if (columns > 1) this.size = { repetitions, columns: columns >> 1, single };
    else this.size = { repetitions: 1, columns: 1, single: true };
    return true;
  }
}
