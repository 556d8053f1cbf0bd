import { PlantgraphError } from '../../lib/errors.js';
import type { WalkOutcome } from '../reader.js';
import { decodeOid, encodeIndex, encodeRoot, type IndexRange } from './names.js';
import { readIndex } from './answer.js';

/**
 * The result of one request as one block of octets, version 1, little-endian: it crosses threads without a copy and a
 * wire as it is. Names and values stay as they came (BER contents), once copied out of their datagrams.
 *
 * | at | size | content                                    | at | size | content                                        |
 * | -- | ---- | ------------------------------------------ | -- | ---- | ---------------------------------------------- |
 * | 0  | 4    | `PGSB`                                     | 64 | 8    | request id: offset, octets (UTF-8)             |
 * | 4  | 2    | version, 1                                 | 72 | 8    | host: offset, octets (UTF-8)                   |
 * | 6  | 2    | octets of this header, 120                 | 80 | 8    | detail: offset, octets (UTF-8)                 |
 * | 8  | 4    | octets of the block                        | 88 | 4    | roots' offset: each u32 octets, OID            |
 * | 12 | 1    | 0 get, 1 walk                              | 92 | 4    | ranges' offset: u32 octets, start, u32, stop   |
 * | 13 | 1    | outcome, index into OUTCOMES               | 96 | 4    | segments' offset                               |
 * | 14 | 1    | flags                                      | 100| 4    | entries' offset                                |
 * | 15 | 1    | error-status of the agent                  | 104| 8    | data: offset, octets                           |
 * | 16 | 8    | started, Unix ms (f64)                     | 112| 4    | UDP port                                       |
 * | 24 | 8    | duration, ms (f64)                         | 116| 4    | 0                                              |
 * | 32 | 8    | sysUpTime of the first answer, ms, or NaN  |    |      | segment (24): f64 received, Unix ms; u32 first |
 * | 40 | 8    | datagrams sent, of these repeats           |    |      | entry, entries, sysUpTime ticks, 1 if known    |
 * | 48 | 8    | roots, ranges                              |    |      | entry (8): u32 offset of the name in data,     |
 * | 56 | 8    | segments (one an answer), entries          |    |      | u16 root, u16 octets of the name; value TLV    |
 *
 * The value's tag, length and contents follow the name. The block ends with `PGSE`.
 */
export const BLOCK_VERSION = 1;
const MAGIC = 0x42534750;
const END_MAGIC = 0x45534750;
const HEADER_OCTETS = 120;
const SEGMENT_OCTETS = 24;
const ENTRY_OCTETS = 8;

export const OUTCOMES: readonly WalkOutcome[] = [
  'complete',
  'endOfMib',
  'nonIncreasing',
  'tooBig',
  'timeout',
  'deadline',
  'errorStatus',
  'authFailure',
  'cancelled',
];

/** restarted: sysUpTime went back since the request before; restartedInside: while this one was read. */
export const BLOCK_FLAG = { restarted: 1, restartedInside: 2, otherAddress: 4 } as const;

export interface BlockHead {
  readonly type: 'get' | 'walk';
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly roots: readonly (readonly number[])[];
  readonly ranges: readonly IndexRange[];
  readonly outcome: WalkOutcome;
  readonly detail: string;
  readonly flags: number;
  readonly errorStatus: number;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly sysUpTimeMs: number | undefined;
  readonly sentCount: number;
  readonly resentCount: number;
}

/** Room that walks collect in, used again: fresh memory for each costs more than filling it. */
interface Scratch {
  readonly data: Uint8Array<ArrayBuffer>;
  /** Over the same memory. */
  readonly view: DataView;
  readonly entries: Uint32Array<ArrayBuffer>;
  readonly segments: Float64Array<ArrayBuffer>;
}
const spare: Scratch[] = [];
const MAX_SPARE = 512;
const MAX_SPARE_OCTETS = 256 * 1024;
const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

const align8 = (at: number): number => (at + 7) & ~7;
const FIRST_DATA = 4_096;
const FIRST_ENTRIES = 256;

/** Of a segment while it is collected: its four fields, and 1 if sysUpTime is known. */
const SEGMENT_FIELDS = 5;
const FIRST_SEGMENTS = 16;

function newScratch(): Scratch {
  const data = new Uint8Array(FIRST_DATA);
  return {
    data,
    view: new DataView(data.buffer),
    entries: new Uint32Array(FIRST_ENTRIES * 2),
    segments: new Float64Array(FIRST_SEGMENTS * SEGMENT_FIELDS),
  };
}

/** Memory as it is found: all of it must be written. */
const rawOctets = (length: number): Uint8Array<ArrayBuffer> => {
  const { buffer } = Buffer.allocUnsafeSlow(length);
  return new Uint8Array(buffer);
};

/** Of an answer before its variables. */
const MOST_HEAD_OCTETS = 256;
const written = new Uint8Array(MOST_HEAD_OCTETS);

/** Second word of an entry: root and length of the name. */
export const entryWord = (root: number, nameOctets: number): number => root | (nameOctets << 16);

/** Collects answers; each varbind area is copied once. */
export class BlockBuilder {
  entryCount = 0;
  dataOctets = 0;
  #segmentCount = 0;
  #segmentFirst = 0;
  /** What was collected so far, and behind `dataOctets` the area of the answer at hand. */
  data: Uint8Array<ArrayBuffer>;
  view: DataView;
  /** Two words an entry; replaced when it grows. */
  entries: Uint32Array<ArrayBuffer>;
  #segments: Float64Array<ArrayBuffer>;

  constructor() {
    const { data, view, entries, segments } = spare.pop() ?? newScratch();
    this.data = data;
    this.view = view;
    this.entries = entries;
    this.#segments = segments;
  }

  /** Puts the varbind area of an answer behind the data. It stays there once `endSegment` says how much is taken. */
  append(datagram: Uint8Array, start: number, end: number): void {
    const octets = end - start;
    if (this.dataOctets + octets > this.data.length) {
      const larger = rawOctets(Math.max(this.data.length * 2, this.dataOctets + octets));
      larger.set(this.data.subarray(0, this.dataOctets));
      this.data = larger;
      this.view = new DataView(larger.buffer);
    }
    const { data, dataOctets } = this;
    const at = dataOctets - start;
    if (at < 0 || start > MOST_HEAD_OCTETS || at + datagram.length > data.length) {
      data.set(new Uint8Array(datagram.buffer, datagram.byteOffset + start, octets), dataOctets);
      return;
    }
    // a view of the area costs more than to copy what is before it as well, and to mend what that wrote over
    for (let i = 0; i < start; i++) written[i] = data[at + i] as number;
    data.set(datagram, at);
    for (let i = 0; i < start; i++) data[at + i] = written[i] as number;
  }

  /** Makes room for so many more entries. */
  reserve(count: number): Uint32Array<ArrayBuffer> {
    const wanted = (this.entryCount + count) * 2;
    if (wanted > this.entries.length) {
      const larger = new Uint32Array(Math.max(this.entries.length * 2, wanted));
      larger.set(this.entries.subarray(0, this.entryCount * 2));
      this.entries = larger;
    }
    return this.entries;
  }

  /** Says which varbind of the area is taken. `nameStart` counts from its start. */
  add(nameStart: number, nameOctets: number, root: number): void {
    const entries = this.reserve(1);
    entries[this.entryCount * 2] = this.dataOctets + nameStart;
    entries[this.entryCount * 2 + 1] = entryWord(root, nameOctets);
    this.entryCount++;
  }

  /** Keeps so many octets of the area, at which the entries that were added point. */
  endSegment(octets: number, receivedAtMs: number, ticks: number | undefined): void {
    if (this.entryCount === this.#segmentFirst) return;
    this.dataOctets += octets;
    const at = this.#segmentCount * SEGMENT_FIELDS;
    if (at === this.#segments.length) {
      const larger = new Float64Array(this.#segments.length * 2);
      larger.set(this.#segments);
      this.#segments = larger;
    }
    const segments = this.#segments;
    segments[at] = receivedAtMs;
    segments[at + 1] = this.#segmentFirst;
    segments[at + 2] = this.entryCount - this.#segmentFirst;
    segments[at + 3] = ticks ?? 0;
    segments[at + 4] = ticks === undefined ? 0 : 1;
    this.#segmentCount++;
    this.#segmentFirst = this.entryCount;
  }

  /** The block; the builder is of no use afterwards. */
  build(head: BlockHead): Uint8Array<ArrayBuffer> {
    const texts = [head.id, head.host, head.detail].map((text) => Buffer.from(text, 'utf8'));
    const roots = head.roots.map((root) => encodeRoot(root));
    const ranges = head.ranges.flatMap(({ start, stop }) => [encodeIndex(start), encodeIndex(stop)]);
    const listOctets = (list: readonly Uint8Array[]) => list.reduce((sum, one) => sum + 4 + one.length, 0);
    const segmentCount = this.#segmentCount;
    const textAt = HEADER_OCTETS;
    const rootsAt = textAt + texts.reduce((sum, text) => sum + text.length, 0);
    const rangesAt = rootsAt + listOctets(roots);
    const segmentsAt = align8(rangesAt + listOctets(ranges));
    const entriesAt = segmentsAt + segmentCount * SEGMENT_OCTETS;
    const dataAt = entriesAt + this.entryCount * ENTRY_OCTETS;
    const total = align8(dataAt + this.dataOctets) + 8;

    const bytes = rawOctets(total);
    bytes.fill(0, 0, segmentsAt);
    bytes.fill(0, dataAt + this.dataOctets);
    const view = new DataView(bytes.buffer);
    const words: [number, number][] = [
      [0, MAGIC],
      [8, total],
      [40, head.sentCount],
      [44, head.resentCount],
      [48, roots.length],
      [52, head.ranges.length],
      [56, segmentCount],
      [60, this.entryCount],
      [88, rootsAt],
      [92, rangesAt],
      [96, segmentsAt],
      [100, entriesAt],
      [104, dataAt],
      [108, this.dataOctets],
      [112, head.port],
      [total - 8, END_MAGIC],
    ];
    for (const [at, value] of words) view.setUint32(at, value, true);
    view.setUint16(4, BLOCK_VERSION, true);
    view.setUint16(6, HEADER_OCTETS, true);
    bytes[12] = head.type === 'walk' ? 1 : 0;
    bytes[13] = OUTCOMES.indexOf(head.outcome);
    bytes[14] = head.flags;
    bytes[15] = head.errorStatus & 0xff;
    view.setFloat64(16, head.startedAtMs, true);
    view.setFloat64(24, head.durationMs, true);
    view.setFloat64(32, head.sysUpTimeMs ?? NaN, true);
    let at = textAt;
    texts.forEach((text, i) => {
      view.setUint32(64 + 8 * i, at, true);
      view.setUint32(68 + 8 * i, text.length, true);
      bytes.set(text, at);
      at += text.length;
    });
    for (const one of [...roots, ...ranges]) {
      view.setUint32(at, one.length, true);
      bytes.set(one, at + 4);
      at += 4 + one.length;
    }
    this.#writeSegments(view, segmentsAt);
    this.#writeEntries(view, entriesAt);
    bytes.set(this.data.subarray(0, this.dataOctets), dataAt);
    if (spare.length < MAX_SPARE && this.data.length <= MAX_SPARE_OCTETS) {
      spare.push({ data: this.data, view: this.view, entries: this.entries, segments: this.#segments });
    }
    return bytes;
  }

  #writeEntries(view: DataView, start: number): void {
    const words = this.entryCount * 2;
    if (isLittleEndian) {
      new Uint32Array(view.buffer, start, words).set(this.entries.subarray(0, words));
      return;
    }
    for (let i = 0; i < words; i++) view.setUint32(start + 4 * i, this.entries[i] as number, true);
  }

  #writeSegments(view: DataView, start: number): void {
    const end = this.#segmentCount * SEGMENT_FIELDS;
    for (let i = 0, at = start; i < end; i += SEGMENT_FIELDS, at += SEGMENT_OCTETS) {
      view.setFloat64(at, this.#segments[i] as number, true);
      for (let field = 1; field < SEGMENT_FIELDS; field++) {
        view.setUint32(at + 4 + 4 * field, this.#segments[i + field] as number, true);
      }
    }
  }
}

/** The octets are no result block, or one of another version. */
export class BlockError extends PlantgraphError {
  readonly code = 'SNMP_BLOCK_INVALID';
  readonly retryable = false;
}

/** A block as offsets; values are read when they are asked for. Everything is checked against the block's bounds first. */
export class ResultBlock {
  readonly bytes: Uint8Array;
  readonly head: BlockHead;
  readonly entryCount: number;
  readonly segmentCount: number;
  readonly #view: DataView;
  /** Two words an entry. */
  readonly #entries: Uint32Array;
  readonly #segmentsAt: number;
  readonly #dataAt: number;
  readonly #dataEnd: number;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    const view = (this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    if (bytes.length < HEADER_OCTETS + 8 || view.getUint32(0, true) !== MAGIC)
      throw new BlockError('not a result block');
    const version = view.getUint16(4, true);
    if (version !== BLOCK_VERSION) throw new BlockError(`result block of version ${version}, not ${BLOCK_VERSION}`);
    const total = view.getUint32(8, true);
    if (total > bytes.length || total < HEADER_OCTETS + 8 || view.getUint32(total - 8, true) !== END_MAGIC) {
      throw new BlockError('result block is cut off');
    }
    const word = (at: number) => view.getUint32(at, true);
    this.segmentCount = word(56);
    this.entryCount = word(60);
    this.#segmentsAt = word(96);
    const entriesAt = word(100);
    this.#dataAt = word(104);
    this.#dataEnd = this.#dataAt + word(108);
    const fits =
      this.#segmentsAt + this.segmentCount * SEGMENT_OCTETS <= total &&
      entriesAt + this.entryCount * ENTRY_OCTETS <= total &&
      this.#dataEnd <= total;
    const outcome = OUTCOMES[bytes[13] as number];
    if (!fits || outcome === undefined || (bytes[12] as number) > 1) throw new BlockError('result block is damaged');
    this.#entries = wordsAt(view, entriesAt, this.entryCount * 2);
    this.head = this.#readHead(outcome, total);
    this.#checkEntries();
  }

  root(entry: number): number {
    return (this.#entries[entry * 2 + 1] as number) & 0xffff;
  }

  /** Where the name stands in `bytes`. */
  nameStart(entry: number): number {
    return this.#dataAt + (this.#entries[entry * 2] as number);
  }

  nameEnd(entry: number): number {
    return this.nameStart(entry) + ((this.#entries[entry * 2 + 1] as number) >>> 16);
  }

  tag(entry: number): number {
    return this.bytes[this.nameEnd(entry)] as number;
  }

  valueStart(entry: number): number {
    const at = this.nameEnd(entry) + 1;
    const first = this.bytes[at] as number;
    return first < 0x80 ? at + 1 : at + 1 + (first & 0x7f);
  }

  valueEnd(entry: number): number {
    const at = this.nameEnd(entry) + 1;
    const first = this.bytes[at] as number;
    if (first < 0x80) return at + 1 + first;
    let length = 0;
    const end = at + 1 + (first & 0x7f);
    for (let i = at + 1; i < end; i++) length = length * 256 + (this.bytes[i] as number);
    return end + length;
  }

  segment(at: number): {
    receivedAtMs: number;
    firstEntry: number;
    entryCount: number;
    uptimeTicks: number | undefined;
  } {
    const start = this.#segmentsAt + at * SEGMENT_OCTETS;
    const word = (offset: number) => this.#view.getUint32(start + offset, true);
    return {
      receivedAtMs: this.#view.getFloat64(start, true),
      firstEntry: word(8),
      entryCount: word(12),
      uptimeTicks: word(20) === 1 ? word(16) : undefined,
    };
  }

  #readHead(outcome: WalkOutcome, total: number): BlockHead {
    const view = this.#view;
    const text = (at: number) => {
      const [start, length] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
      if (start + length > total) throw new BlockError('result block is damaged');
      return Buffer.from(this.bytes.subarray(start, start + length)).toString('utf8');
    };
    const list = (start: number, count: number): [number, number][] => {
      const found: [number, number][] = [];
      for (let i = 0, at = start; i < count; i++) {
        if (at + 4 > total) throw new BlockError('result block is damaged');
        const end = at + 4 + view.getUint32(at, true);
        if (end > total) throw new BlockError('result block is damaged');
        found.push([at + 4, end]);
        at = end;
      }
      return found;
    };
    const roots = list(view.getUint32(88, true), view.getUint32(48, true)).map(([from, to]) =>
      decodeOid(this.bytes, from, to),
    );
    const bounds = list(view.getUint32(92, true), 2 * view.getUint32(52, true)).map(([from, to]) =>
      readIndex(this.bytes, from, to),
    );
    if (roots.includes(undefined) || bounds.includes(undefined)) throw new BlockError('result block is damaged');
    const ranges: IndexRange[] = [];
    for (let i = 0; i < bounds.length; i += 2)
      ranges.push({ start: bounds[i] as number[], stop: bounds[i + 1] as number[] });
    const sysUpTimeMs = view.getFloat64(32, true);
    return {
      type: this.bytes[12] === 1 ? 'walk' : 'get',
      id: text(64),
      host: text(72),
      detail: text(80),
      port: view.getUint32(112, true),
      roots: roots as number[][],
      ranges,
      outcome,
      flags: this.bytes[14] as number,
      errorStatus: this.bytes[15] as number,
      startedAtMs: view.getFloat64(16, true),
      durationMs: view.getFloat64(24, true),
      sysUpTimeMs: Number.isNaN(sysUpTimeMs) ? undefined : sysUpTimeMs,
      sentCount: view.getUint32(40, true),
      resentCount: view.getUint32(44, true),
    };
  }

  #checkEntries(): void {
    const rootCount = this.head.roots.length;
    const { bytes } = this;
    const end = this.#dataEnd;
    for (let entry = 0; entry < this.entryCount; entry++) {
      const valueAt = this.nameEnd(entry) + 2;
      const isShort = valueAt <= end && (bytes[valueAt - 1] as number) < 0x80;
      const valueEnd = isShort ? valueAt + (bytes[valueAt - 1] as number) : this.valueEnd(entry);
      if (this.root(entry) < rootCount && valueAt <= end && valueEnd <= end) continue;
      throw new BlockError(`entry ${entry} of the result block is damaged`);
    }
    for (let at = 0; at < this.segmentCount; at++) {
      const { firstEntry, entryCount } = this.segment(at);
      if (firstEntry + entryCount > this.entryCount) throw new BlockError('result block is damaged');
    }
  }
}

/** Words of a block in place where the runtime allows it, otherwise a copy. */
function wordsAt(view: DataView, start: number, count: number): Uint32Array {
  const offset = view.byteOffset + start;
  if (isLittleEndian && offset % 4 === 0) return new Uint32Array(view.buffer, offset, count);
  return Uint32Array.from({ length: count }, (_, i) => view.getUint32(start + 4 * i, true));
}
