import { compareNames, isUnder, readUnsigned, type AnswerView } from './answer.js';
import { Exchange, type Failure } from './exchange.js';
import type { End } from './job.js';
import { decodeOid, encodeOid, isSoundName } from './names.js';
import type { ReadPdu } from './request.js';
import type { WalkJob } from './walk-job.js';

const SYS_UP_TIME = encodeOid([1, 3, 6, 1, 2, 1, 1, 3]);
const SYS_UP_TIME_0 = encodeOid([1, 3, 6, 1, 2, 1, 1, 3, 0]);
const UPTIME_NAME = { name: SYS_UP_TIME, nameLength: SYS_UP_TIME.length };
const TIME_TICKS = 0x43;
const NO_SUCH_OBJECT = 0x80;
const NO_SUCH_INSTANCE = 0x81;
const END_OF_MIB_VIEW = 0x82;
const NAME_ROOM = 64;
const VARBIND_OCTETS = 40;
const MESSAGE_OCTETS = 80;

/** The cursor of one column in one index range. */
export class Column {
  readonly encoded: Uint8Array;
  readonly root: number;
  readonly start: Uint8Array | undefined;
  readonly stop: Uint8Array | undefined;
  /** The last name, which the next request asks after; the buffer may be longer. */
  name: Uint8Array;
  nameLength: number;
  isDone = false;
  /** Where the last name stands in the answer being read, −1 for in `name`. */
  at = -1;
  end = -1;

  constructor(
    encoded: Uint8Array,
    root: number,
    start: Uint8Array | undefined,
    stop: Uint8Array | undefined,
    first: Uint8Array,
  ) {
    this.encoded = encoded;
    this.root = root;
    this.start = start;
    this.stop = stop;
    this.name = new Uint8Array(Math.max(NAME_ROOM, first.length));
    this.name.set(first);
    this.nameLength = first.length;
  }

  /** Copies the last name out of the answer. */
  keep(octets: Uint8Array): void {
    if (this.at < 0) return;
    const length = this.end - this.at;
    if (length > this.name.length) this.name = new Uint8Array(2 * length);
    for (let i = 0; i < length; i++) this.name[i] = octets[this.at + i] as number;
    this.nameLength = length;
    this.at = -1;
  }

  isPast(octets: Uint8Array, start: number, end: number): boolean {
    const { stop } = this;
    if (!stop || compareNames(octets, start, end, stop, 0, stop.length) <= 0) return false;
    return !(end - start > stop.length && isUnder(octets, start, end, stop));
  }

  isBefore(octets: Uint8Array, start: number, end: number): boolean {
    const { start: first } = this;
    return first !== undefined && compareNames(octets, start, end, first, 0, first.length) < 0;
  }
}

/** One group of columns in one index range: a request at a time, each after the last names of the one before. */
export class Lane extends Exchange {
  readonly #job: WalkJob;
  readonly #columns: readonly Column[];
  /** Columns of the request in flight, in order. */
  #asked: Column[] = [];
  #asksUptime = false;
  readonly #request: {
    type: 'getBulk' | 'getNext';
    requestId: number;
    nonRepeaters: number;
    maxRepetitions: number;
    names: { name: Uint8Array; nameLength: number }[];
  } = {
    type: 'getBulk',
    requestId: 0,
    nonRepeaters: 0,
    maxRepetitions: 0,
    names: [],
  };

  constructor(job: WalkJob, columns: readonly Column[]) {
    const { device, security, expire } = job.context;
    super(device, security, job.request.config, expire);
    this.#job = job;
    this.#columns = columns;
  }

  get isFinished(): boolean {
    for (const column of this.#columns) if (!column.isDone) return false;
    return true;
  }

  get expectedOctets(): number {
    const { repetitions, columns, single } = this.#job.size;
    return MESSAGE_OCTETS + VARBIND_OCTETS * (single ? 1 : 1 + repetitions * Math.min(columns, this.#columns.length));
  }

  pdu(id: number): ReadPdu {
    const { size, asksUptime } = this.#job;
    const most = size.single ? 1 : size.columns;
    const asked = this.#asked;
    asked.length = 0;
    for (const column of this.#columns) if (!column.isDone && asked.length < most) asked.push(column);
    const request = this.#request;
    const isNext = size.single || this.security.version === 0;
    this.#asksUptime = asksUptime && !size.single;
    request.type = isNext ? 'getNext' : 'getBulk';
    request.requestId = id;
    request.nonRepeaters = this.#asksUptime && !isNext ? 1 : 0;
    request.maxRepetitions = isNext ? 0 : size.repetitions;
    request.names.length = 0;
    if (this.#asksUptime) request.names.push(UPTIME_NAME);
    for (const column of asked) request.names.push(column);
    return request;
  }

  /** v1 says noSuchName of the first name that has no successor: that column has ended. False when it says it of none. */
  endColumnAt(errorIndex: number): boolean {
    const at = errorIndex - (this.#asksUptime ? 2 : 1);
    const isOnly = this.#asked.length === 1 && !(this.#asksUptime && at < 0);
    const ended = isOnly ? this.#asked[0] : this.#asked[at];
    if (!ended) return false;
    ended.isDone = true;
    return true;
  }

  onSent(isRepeat: boolean): void {
    this.#job.noteSent(isRepeat);
  }

  onFailure(failure: Failure): void {
    if (this.#job.isDone) return;
    if (failure.kind === 'timeout') this.#job.onSilence(this, failure.detail);
    else this.#job.fail(failure);
  }

  onAnswer(octets: Uint8Array, view: AnswerView, nowMs: number): void {
    const job = this.#job;
    if (job.isDone) return;
    job.noteAnswer(octets.length);
    if (view.errorStatus !== 0) return job.onErrorStatus(this, octets, view);
    const first = this.#asksUptime ? 1 : 0;
    let ticks: number | undefined;
    if (this.#asksUptime && view.count > 0) {
      ticks = uptimeOf(octets, view);
      job.takeUptime(ticks, nowMs);
    }
    const end = this.#takeVarbinds(octets, view, first, nowMs, ticks);
    for (const column of this.#asked) column.keep(octets);
    if (end) return job.end(end);
    // An empty list means that one repetition does not fit, not that the table ends (RFC 3416, 4.2.3).
    if (view.count <= first && !job.shrink()) {
      return job.end({ outcome: 'tooBig', detail: 'the agent answers with no variable even to a single one' });
    }
    job.proceed(this);
  }

  #takeVarbinds(
    octets: Uint8Array,
    view: AnswerView,
    first: number,
    nowMs: number,
    ticks: number | undefined,
  ): End | undefined {
    const asked = this.#asked;
    const { builder } = this.#job;
    const { count } = view;
    if (count <= first) return undefined;
    const areaStart = view.nameStart(first);
    let areaEnd = areaStart;
    let end: End | undefined;
    for (let i = first, turn = 0; i < count; i++) {
      const column = asked[turn] as Column;
      if (++turn === asked.length) turn = 0;
      if (column.isDone) continue;
      const nameStart = view.nameStart(i);
      const nameEnd = view.nameEnd(i);
      end = this.#check(column, octets, view.tag(i), nameStart, nameEnd);
      if (end) break;
      if (column.isDone) continue;
      column.at = nameStart;
      column.end = nameEnd;
      if (column.start !== undefined && column.isBefore(octets, nameStart, nameEnd)) continue;
      builder.add(nameStart - areaStart, nameEnd - nameStart, column.root);
      areaEnd = view.valueEnd(i);
      if (!this.#job.countRow(column.root)) break; // the cap is met before the next request
    }
    builder.endSegment(octets, areaStart, areaEnd, this.#job.wallMs(nowMs), ticks);
    return end;
  }

  /** In this order: the end of the MIB, exceptions, the end of the column, the order of names, the end of the range. */
  #check(column: Column, octets: Uint8Array, tag: number, start: number, end: number): End | undefined {
    if (tag === END_OF_MIB_VIEW) {
      this.#job.noteEndOfMib();
      column.isDone = true;
      return undefined;
    }
    if (tag === NO_SUCH_OBJECT || tag === NO_SUCH_INSTANCE) {
      const oid = decodeOid(octets, start, end)?.join('.') ?? 'a name that is no OID';
      return { outcome: 'errorStatus', detail: `the agent answered a walk with noSuchObject at ${oid}` };
    }
    const follows =
      column.at < 0 ? FIRST : followsName(octets, column.at, column.end, start, end, column.encoded.length);
    if (follows === FOLLOWS)
      return column.stop === undefined ? undefined : this.#checkRange(column, octets, start, end);
    if (!isUnder(octets, start, end, column.encoded)) {
      column.isDone = true;
      return undefined;
    }
    if (!isSoundName(octets, start, end)) {
      return { outcome: 'errorStatus', detail: 'the agent answered with a name that is no OID' };
    }
    const order =
      column.at < 0
        ? compareNames(octets, start, end, column.name, 0, column.nameLength)
        : compareNames(octets, start, end, octets, column.at, column.end);
    if (order <= 0) {
      const oid = decodeOid(octets, start, end)?.join('.') ?? '';
      return { outcome: 'nonIncreasing', detail: `the agent answered ${oid} after a name that does not precede it` };
    }
    return column.stop === undefined ? undefined : this.#checkRange(column, octets, start, end);
  }

  #checkRange(column: Column, octets: Uint8Array, start: number, end: number): undefined {
    if (column.isPast(octets, start, end)) column.isDone = true;
    return undefined;
  }
}

const FOLLOWS = 1;
/** To be looked at in full: the first name of an answer, or an unusual one. */
const FIRST = 0;

/**
 * The common case in one pass over the name: it shares the root with the one before, is greater in a sub-identifier of
 * one or two octets, and has only such sub-identifiers behind it.
 */
function followsName(
  octets: Uint8Array,
  beforeStart: number,
  beforeEnd: number,
  start: number,
  end: number,
  rootLength: number,
): number {
  const shared = Math.min(beforeEnd - beforeStart, end - start);
  let i = 0;
  while (i < shared && octets[beforeStart + i] === octets[start + i]) i++;
  if (i < rootLength || i === shared || end - start > MAX_PLAIN_OCTETS) return FIRST;
  const before = octets[beforeStart + i] as number;
  const after = octets[start + i] as number;
  if (((octets[start + i - 1] as number) & 0x80) !== 0) {
    // the second octet of two
    const isThird = ((octets[start + i - 2] as number) & 0x80) !== 0;
    if (isThird || before >= 0x80 || after >= 0x80) return FIRST;
  } else if ((before & 0x80) !== (after & 0x80)) {
    return FIRST;
  } else if (after >= 0x80) {
    const beforeLow = octets[beforeStart + i + 1] as number;
    const afterLow = octets[start + i + 1] as number;
    if (beforeLow >= 0x80 || afterLow >= 0x80) return FIRST;
  }
  if (after <= before) return FIRST;
  let open = 0;
  for (let at = start + i; at < end; at++) {
    if ((octets[at] as number) < 0x80) open = 0;
    else if (++open > 1) return FIRST;
  }
  return FOLLOWS;
}

/** An OID has at most 128 sub-identifiers. */
const MAX_PLAIN_OCTETS = 128;

/** The agent's clock in the non-repeater; undefined when something else stands there. */
function uptimeOf(octets: Uint8Array, view: AnswerView): number | undefined {
  if (view.tag(0) !== TIME_TICKS) return undefined;
  const start = view.nameStart(0);
  if (view.nameEnd(0) - start !== SYS_UP_TIME_0.length) return undefined;
  for (let i = 0; i < SYS_UP_TIME_0.length; i++) if (octets[start + i] !== SYS_UP_TIME_0[i]) return undefined;
  return readUnsigned(octets, view.valueStart(0), view.valueEnd(0));
}
