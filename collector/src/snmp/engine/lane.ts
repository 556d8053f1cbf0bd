import { entryWord, type BlockBuilder } from './block.js';
import { compareNames, FIELDS, isUnder, readUnsigned, type AnswerView } from './answer.js';
import type { RequestSize } from './device.js';
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
/** Tags of exceptions have the highest bit. */
const FIRST_EXCEPTION = 0x80;
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
  /** Of no range: every name under the root belongs to it. */
  readonly isWhole: boolean;
  /** Where the last name stands in what its walk has collected, −1 for nowhere: `name` has it all the same. */
  at = -1;
  end = -1;
  /** Rows of the answer being read. */
  taken = 0;

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
    this.isWhole = start === undefined && stop === undefined;
    this.name = new Uint8Array(Math.max(NAME_ROOM, first.length));
    this.name.set(first);
    this.nameLength = first.length;
  }

  /** Copies the last name out of the answer; it stays there as well when the walk keeps that part of it. */
  keep({ data, dataOctets }: BlockBuilder): void {
    if (this.at < 0) return;
    const length = this.end - this.at;
    if (length > this.name.length) this.name = new Uint8Array(2 * length);
    for (let i = 0; i < length; i++) this.name[i] = data[this.at + i] as number;
    this.nameLength = length;
    if (this.end > dataOctets) this.at = -1;
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
  /** Columns of the request in flight, in order. They are the same ones until one ends or the size changes. */
  #asked: Column[] = [];
  #asksUptime = false;
  #askedSize: RequestSize | undefined;
  readonly #request: {
    type: 'getBulk' | 'getNext';
    requestId: number;
    nonRepeaters: number;
    maxRepetitions: number;
    names: readonly { readonly name: Uint8Array; readonly nameLength: number }[];
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
    const columns = this.#columns;
    for (let i = 0; i < columns.length; i++) if (!(columns[i] as Column).isDone) return false;
    return true;
  }

  get expectedOctets(): number {
    const { repetitions, columns, single } = this.#job.size;
    return MESSAGE_OCTETS + VARBIND_OCTETS * (single ? 1 : 1 + repetitions * Math.min(columns, this.#columns.length));
  }

  pdu(id: number): ReadPdu {
    const { size, asksUptime } = this.#job;
    if (size !== this.#askedSize || (this.#asksUptime && !asksUptime)) this.#choose(size, asksUptime);
    this.#request.requestId = id;
    return this.#request;
  }

  #choose(size: RequestSize, asksUptime: boolean): void {
    const most = size.single ? 1 : size.columns;
    const asked = this.#columns.filter((column) => !column.isDone).slice(0, most);
    const isNext = size.single || this.security.version === 0;
    this.#asked = asked;
    this.#askedSize = size;
    this.#asksUptime = asksUptime && !size.single;
    const request = this.#request;
    request.type = isNext ? 'getNext' : 'getBulk';
    request.nonRepeaters = this.#asksUptime && !isNext ? 1 : 0;
    request.maxRepetitions = isNext ? 0 : size.repetitions;
    request.names = this.#asksUptime ? [UPTIME_NAME, ...asked] : asked;
  }

  /** The next request must leave it out. */
  #endColumn(column: Column): void {
    column.isDone = true;
    this.#askedSize = undefined;
  }

  /** v1 says noSuchName of the first name that has no successor: that column has ended. False when it says it of none. */
  endColumnAt(errorIndex: number): boolean {
    const at = errorIndex - (this.#asksUptime ? 2 : 1);
    const isOnly = this.#asked.length === 1 && !(this.#asksUptime && at < 0);
    const ended = isOnly ? this.#asked[0] : this.#asked[at];
    if (!ended) return false;
    this.#endColumn(ended);
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
      job.takeUptime(ticks);
    }
    const end = this.#takeVarbinds(octets, view, first, nowMs, ticks);
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
    const { count, offsets } = view;
    if (count <= first) return undefined;
    const asked = this.#asked;
    const job = this.#job;
    const { builder } = job;
    const areaStart = view.nameStart(first);
    builder.append(octets, areaStart, view.valueEnd(count - 1));
    const { view: data } = builder;
    const entries = builder.reserve(count);
    const shift = builder.dataOctets - areaStart;
    // rows are counted one by one only where the cap is near
    const isNearCap = job.rowsLeft <= count;
    let to = builder.entryCount * 2;
    let areaEnd = areaStart;
    let end: End | undefined;
    for (let i = first, turn = 0; i < count; i++) {
      const column = asked[turn] as Column;
      if (++turn === asked.length) turn = 0;
      if (column.isDone) continue;
      const field = i * FIELDS;
      const nameStart = offsets[field] as number;
      const nameEnd = offsets[field + 1] as number;
      const tag = offsets[field + 2] as number;
      const at = nameStart + shift;
      const isPlain =
        column.at >= 0 &&
        tag < FIRST_EXCEPTION &&
        followsName(data, column.at, column.end, at, nameEnd + shift, column.encoded.length);
      if (!isPlain) {
        end = this.#check(column, octets, tag, nameStart, nameEnd);
        if (end) break;
      } else if (!column.isWhole && column.isPast(octets, nameStart, nameEnd)) {
        this.#endColumn(column);
      }
      if (column.isDone) continue;
      column.at = at;
      column.end = nameEnd + shift;
      if (!column.isWhole && column.isBefore(octets, nameStart, nameEnd)) continue;
      entries[to] = at;
      entries[to + 1] = entryWord(column.root, nameEnd - nameStart);
      to += 2;
      areaEnd = offsets[field + 4] as number;
      if (!isNearCap) column.taken++;
      else if (!job.countRows(column.root, 1)) break; // the cap is met before the next request
    }
    builder.entryCount = to >> 1;
    builder.endSegment(areaEnd - areaStart, job.wallMs(nowMs), ticks);
    for (let i = 0; i < asked.length; i++) {
      const column = asked[i] as Column;
      if (column.taken > 0) job.countRows(column.root, column.taken);
      column.taken = 0;
      column.keep(builder);
    }
    return end;
  }

  /** In this order: the end of the MIB, exceptions, the end of the column, the order of names, the end of the range. */
  #check(column: Column, octets: Uint8Array, tag: number, start: number, end: number): End | undefined {
    if (tag === END_OF_MIB_VIEW) {
      this.#job.noteEndOfMib();
      this.#endColumn(column);
      return undefined;
    }
    if (tag === NO_SUCH_OBJECT || tag === NO_SUCH_INSTANCE) {
      const oid = decodeOid(octets, start, end)?.join('.') ?? 'a name that is no OID';
      return { outcome: 'errorStatus', detail: `the agent answered a walk with noSuchObject at ${oid}` };
    }
    if (!isUnder(octets, start, end, column.encoded)) {
      this.#endColumn(column);
      return undefined;
    }
    if (!isSoundName(octets, start, end)) {
      return { outcome: 'errorStatus', detail: 'the agent answered with a name that is no OID' };
    }
    const order =
      column.at < 0
        ? compareNames(octets, start, end, column.name, 0, column.nameLength)
        : compareNames(octets, start, end, this.#job.builder.data, column.at, column.end);
    if (order <= 0) {
      const oid = decodeOid(octets, start, end)?.join('.') ?? '';
      return { outcome: 'nonIncreasing', detail: `the agent answered ${oid} after a name that does not precede it` };
    }
    if (column.isPast(octets, start, end)) this.#endColumn(column);
    return undefined;
  }
}

/**
 * The common case in one pass over the name: it shares the root with the one before, is greater in a sub-identifier of
 * one or two octets, and has only such sub-identifiers behind it. False for what must be looked at in full.
 */
function followsName(
  data: DataView,
  beforeStart: number,
  beforeEnd: number,
  start: number,
  end: number,
  rootLength: number,
): boolean {
  const shared = Math.min(beforeEnd - beforeStart, end - start);
  let i = 0;
  while (i + 4 <= shared && data.getInt32(beforeStart + i, true) === data.getInt32(start + i, true)) i += 4;
  while (i < shared && data.getUint8(beforeStart + i) === data.getUint8(start + i)) i++;
  if (i < rootLength || i === shared || end - start > MAX_PLAIN_OCTETS) return false;
  const before = data.getUint8(beforeStart + i);
  const after = data.getUint8(start + i);
  if (data.getUint8(start + i - 1) >= 0x80) {
    // the second octet of two
    if (data.getUint8(start + i - 2) >= 0x80 || before >= 0x80 || after >= 0x80) return false;
  } else if ((before & 0x80) !== (after & 0x80)) {
    return false;
  } else if (after >= 0x80) {
    if (data.getUint8(beforeStart + i + 1) >= 0x80 || data.getUint8(start + i + 1) >= 0x80) return false;
  }
  if (after <= before) return false;
  let isOpen = false;
  for (let at = start + i; at < end; at++) {
    const isMore = data.getUint8(at) >= 0x80;
    if (isMore && isOpen) return false;
    isOpen = isMore;
  }
  return true;
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
