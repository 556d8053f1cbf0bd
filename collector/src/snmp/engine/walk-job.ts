import type { AnswerView } from './answer.js';
import { decodeOid, encodeIndex, encodeRoot, beforeStart, type IndexRange } from './names.js';
import type { RequestSize } from './device.js';
import {
  endOfErrorStatus,
  GENERAL_ERROR,
  Job,
  MAX_NAMES,
  NO_SUCH_NAME,
  TOO_BIG,
  type End,
  type JobContext,
} from './job.js';
import { Column, Lane } from './lane.js';
import type { EngineRequest } from './task.js';

/** A walk: columns in groups, each group once per index range, several of these lanes at a time. */
export class WalkJob extends Job {
  size: RequestSize;
  /** sysUpTime.0 is the non-repeater of each request, until an answer has none. */
  asksUptime = true;
  #hasUptime = false;
  #silences = 0;
  /** Most repetitions that this walk may ask; sinks below what the agent could not answer. */
  #most: number;
  /** Answers since the size last changed. */
  #fitting = 0;
  #sawEndOfMib = false;
  #openLanes: Lane[] = [];
  readonly #rowsOfColumn: number[];
  /** Of the longest column. */
  #mostRows = 0;
  readonly #sizeKey: string;

  constructor(request: EngineRequest, context: JobContext) {
    super(request, context);
    const { oids, config } = request;
    this.#sizeKey = oids.map((oid) => oid.join('.')).join(' ');
    this.#rowsOfColumn = oids.map(() => 0);
    const columns = Math.max(1, Math.min(oids.length, config.columnsPerRequest, MAX_NAMES));
    const fitting = Math.floor(config.maxResponseVarbinds / columns);
    const isV1 = context.security.version === 0;
    const repetitions = isV1 ? 1 : Math.max(1, Math.min(config.maxRepetitions, fitting));
    this.#most = repetitions;
    const learned = context.device.sizeOf(this.#sizeKey);
    this.size = {
      // what the agent took last time, doubled: it may have had a bad moment
      repetitions: learned ? Math.min(repetitions, learned.repetitions * 2) : repetitions,
      columns: learned ? Math.min(columns, learned.columns * 2) : columns,
      single: false,
    };
  }

  start(): void {
    const { oids, ranges, config } = this.request;
    const per = Math.max(1, Math.min(config.columnsPerRequest, MAX_NAMES));
    const wanted: (IndexRange | undefined)[] = ranges.length > 0 ? [...ranges] : [undefined];
    for (const range of wanted) {
      for (let first = 0; first < oids.length; first += per) {
        const columns = oids.slice(first, first + per).map((oid, at) => columnOf(oid, first + at, range));
        this.#openLanes.push(new Lane(this, columns));
      }
    }
    if (this.#openLanes.length === 0) return this.end({ outcome: 'complete' });
    for (const lane of [...this.#openLanes]) if (!this.isDone) this.context.ask(lane);
  }

  protected abandon(): void {
    this.context.device.remember(this.#sizeKey, this.size);
    for (const lane of this.#openLanes.splice(0)) this.context.abandon(lane);
  }

  /** Goes on with the lane, or ends it. */
  proceed(lane: Lane): void {
    const cap = this.#capMet();
    if (cap) return this.end(cap);
    if (!lane.isFinished) return this.context.ask(lane);
    const lanes = this.#openLanes;
    lanes.splice(lanes.indexOf(lane), 1);
    if (lanes.length === 0) this.end({ outcome: this.#sawEndOfMib ? 'endOfMib' : 'complete' });
  }

  noteEndOfMib(): void {
    this.#sawEndOfMib = true;
  }

  /** Takes the answer's clock, when it has one where it was asked. */
  takeUptime(ticks: number | undefined): void {
    if (ticks !== undefined) {
      this.#hasUptime = true;
      this.noteUptime(ticks);
    } else if (!this.#hasUptime) {
      this.asksUptime = false;
    }
  }

  /** Rows that each column may still have. */
  get rowsLeft(): number {
    return this.request.limits.rows - this.#mostRows;
  }

  /** Counts rows of a column; false when the table is larger than may be read. */
  countRows(column: number, count: number): boolean {
    const rows = (this.#rowsOfColumn[column] as number) + count;
    this.#rowsOfColumn[column] = rows;
    if (rows > this.#mostRows) this.#mostRows = rows;
    return rows <= this.request.limits.rows;
  }

  noteAnswer(octets: number): void {
    this.#silences = 0;
    const { repetitions } = this.size;
    // over one Ethernet datagram the answer travels in fragments, which weak agents and firewalls drop
    if (octets > MAX_UNFRAGMENTED && repetitions > 1) {
      const fitting = Math.max(1, Math.floor((repetitions * TARGET_OCTETS) / octets));
      this.size = { ...this.size, repetitions: fitting };
      this.#most = fitting;
      this.#fitting = 0;
    } else if (repetitions < this.#most && ++this.#fitting >= RAISE_AFTER) {
      this.#raise(octets);
    }
  }

  /** The agent had a bad moment, or this part of the table is small: half as much again, as long as it fits a datagram. */
  #raise(octets: number): void {
    const { repetitions } = this.size;
    this.#fitting = 0;
    const more = Math.min(this.#most, repetitions + Math.max(1, repetitions >> 1));
    if ((octets * more) / repetitions <= TARGET_OCTETS) this.size = { ...this.size, repetitions: more };
  }

  onErrorStatus(lane: Lane, octets: Uint8Array, view: AnswerView): void {
    if (view.errorStatus === TOO_BIG) {
      if (this.shrink()) return this.proceed(lane);
      return this.end({
        outcome: 'tooBig',
        detail: 'the agent says tooBig for a single variable',
        errorStatus: TOO_BIG,
      });
    }
    if (view.errorStatus === NO_SUCH_NAME && this.context.security.version === 0) {
      // RFC 1157, 4.1.3: the way in which a v1 agent says that there is no more
      this.noteEndOfMib();
      if (lane.endColumnAt(view.errorIndex)) return this.proceed(lane);
      if (this.asksUptime) {
        this.asksUptime = false;
        return this.proceed(lane);
      }
    }
    // Net-SNMP says genErr of nothing in particular when a v3 answer would pass the message size that we gave
    if (view.errorStatus === GENERAL_ERROR && view.errorIndex === 0 && this.shrink()) return this.proceed(lane);
    const at = view.errorIndex - 1;
    const isKnown = at >= 0 && at < view.count;
    const oid = isKnown ? decodeOid(octets, view.nameStart(at), view.nameEnd(at)) : undefined;
    this.end(endOfErrorStatus(view.errorStatus, oid));
  }

  /** Silence may mean that the answer would not fit: one smaller try, not one after another. */
  onSilence(lane: Lane, detail: string): void {
    if (this.context.device.hasAnswered && this.#silences++ === 0 && this.shrink(2)) return this.proceed(lane);
    this.end({ outcome: 'timeout', detail });
  }

  /** Asks for less: repetitions first, then columns, then one GETNEXT at a time. False when there is no less. */
  shrink(halvings = 1): boolean {
    const { repetitions, columns, single } = this.size;
    if (single) return false;
    this.#fitting = 0;
    this.#most = Math.max(1, Math.min(this.#most, repetitions - 1));
    if (repetitions > 1) this.size = { repetitions: Math.max(1, repetitions >> halvings), columns, single };
    else if (columns > 1) this.size = { repetitions, columns: columns >> 1, single };
    else this.size = { repetitions: 1, columns: 1, single: true };
    return true;
  }

  #capMet(): End | undefined {
    const { rows, bytes, pdus } = this.request.limits;
    const full =
      this.#mostRows > rows
        ? `${rows} rows`
        : this.builder.dataOctets > bytes
          ? `${bytes} bytes`
          : this.sentCount >= pdus
            ? `${pdus} requests`
            : undefined;
    return full === undefined ? undefined : { outcome: 'deadline', detail: `the table is larger than ${full}` };
  }
}

const MAX_UNFRAGMENTED = 1_472;
/** Answers in a row that fit before more is asked. */
const RAISE_AFTER = 8;
const TARGET_OCTETS = 1_300;

function columnOf(oid: readonly number[], root: number, range: IndexRange | undefined): Column {
  const encoded = encodeRoot(oid);
  if (!range) return new Column(encoded, root, undefined, undefined, encoded);
  const join = (tail: readonly number[]) => Buffer.concat([encoded, encodeIndex(tail)]);
  return new Column(encoded, root, join(range.start), join(range.stop), join(beforeStart(range.start)));
}
