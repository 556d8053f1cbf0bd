import { PlantgraphError } from '../../lib/errors.js';
import type { CellValue } from '../rows.js';
import { readCounter64, readInteger, readUnsigned, readIndex } from './answer.js';
import type { ResultBlock } from './block.js';
import { decodeOid, encodeIndex, encodeOid } from './names.js';

/**
 * The record of snmp-stream, which other collectors read: one contiguous block, everything in words of the sender.
 *
 * header: byte order (0 little, 1 big), octets of a word, octets of a sub-identifier, 13 zero octets, request id (word
 * with its octets, padded), number of roots, each root (word with its sub-identifiers, then these). Then records: octets
 * of the record without this word, time_t seconds, root index, ASN.1 type in the word's first octet, index (word with its
 * sub-identifiers, then these), value (word with its octets, then these as Net-SNMP holds them in memory, padded).
 */
export interface WirelineBlock {
  readonly byteOrder: 'little' | 'big';
  readonly wordOctets: 4 | 8;
  /** Of a sub-identifier in memory. */
  readonly idOctets: 4 | 8;
  readonly requestId: Uint8Array;
  readonly roots: readonly (readonly number[])[];
  readonly records: readonly WirelineRecord[];
}

export interface WirelineRecord {
  readonly timeSec: number;
  /** Counts pairs of root and index range, root by root; of roots when no ranges were asked. */
  readonly rootIndex: number;
  readonly type: number;
  readonly index: readonly number[];
  /** As in the memory of the sender: see `wirelineNumber`. */
  readonly value: Uint8Array;
}

/** The octets are no wireline block; `offset` is where the bad field starts. */
export class WirelineError extends PlantgraphError {
  readonly code = 'SNMP_WIRELINE_INVALID';
  readonly retryable = false;
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(`${message} (byte ${offset})`);
    this.offset = offset;
  }
}

const HEADER_OCTETS = 16;
const WORD = 8;
const INTEGER = 0x02;
const OID = 0x06;
const COUNTER32 = 0x41;
const GAUGE32 = 0x42;
const TIME_TICKS = 0x43;
const COUNTER64 = 0x46;
const MAX_SUB_IDENTIFIERS = 128;

const padded = (octets: number): number => (octets + WORD - 1) & ~(WORD - 1);

/** Little-endian words of 8 octets, as a 64-bit host of that order writes them. */
class WordWriter {
  #bytes = Buffer.alloc(4_096);
  #at = 0;

  word(value: number | bigint): void {
    this.#room(WORD);
    this.#bytes.writeBigInt64LE(BigInt.asIntN(64, BigInt(value)), this.#at);
    this.#at += WORD;
  }

  octets(contents: Uint8Array): void {
    const length = padded(contents.length);
    this.#room(length);
    this.#bytes.set(contents, this.#at);
    this.#at += length;
  }

  /** Keeps a word free for the octets that follow it; the returned function fills it in. */
  sized(): () => void {
    const at = this.#at;
    this.word(0);
    return () => this.#bytes.writeBigInt64LE(BigInt(this.#at - at - WORD), at);
  }

  done(): Uint8Array {
    return Uint8Array.from(this.#bytes.subarray(0, this.#at));
  }

  #room(octets: number): void {
    if (this.#at + octets <= this.#bytes.length) return;
    const larger = Buffer.alloc(Math.max(this.#bytes.length * 2, this.#at + octets));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

/** The values of a result block as snmp-stream sends them. Times are those of receipt, in whole seconds. */
export function encodeWireline(block: ResultBlock): Uint8Array {
  const { roots, ranges, id } = block.head;
  const writer = new WordWriter();
  writer.octets(Uint8Array.of(0, WORD, WORD, ...new Uint8Array(HEADER_OCTETS - 3)));
  const requestId = Buffer.from(id, 'utf8');
  writer.word(requestId.length);
  writer.octets(requestId);
  writer.word(roots.length);
  for (const root of roots) writeIds(writer, root);
  const rootOctets = roots.map((root) => encodeOid(root).length);
  const stops = ranges.map(({ stop }) => encodeIndex(stop));
  for (let at = 0; at < block.segmentCount; at++) {
    const { firstEntry, entryCount, receivedAtMs } = block.segment(at);
    for (let entry = firstEntry; entry < firstEntry + entryCount; entry++) {
      const root = block.root(entry);
      const indexAt = block.nameStart(entry) + (rootOctets[root] as number);
      const index = readIndex(block.bytes, indexAt, block.nameEnd(entry)) ?? [];
      const end = writer.sized();
      writer.word(Math.floor(receivedAtMs / 1000));
      writer.word(stops.length === 0 ? root : root * stops.length + rangeOf(index, ranges));
      writer.word(block.tag(entry));
      writeIds(writer, index);
      const value = memoryOf(block, entry);
      writer.word(value.length);
      writer.octets(value);
      end();
    }
  }
  return writer.done();
}

function writeIds(writer: WordWriter, ids: readonly number[]): void {
  writer.word(ids.length);
  for (const id of ids) writer.word(id);
}

/** The range that an index lies in: the first whose stop it does not pass. */
function rangeOf(
  index: readonly number[],
  ranges: readonly { readonly start: readonly number[]; readonly stop: readonly number[] }[],
): number {
  const order = (a: readonly number[], b: readonly number[]) => {
    const shared = Math.min(a.length, b.length);
    for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return (a[i] as number) - (b[i] as number);
    return a.length < b.length ? -1 : 0; // a stop also covers what lies below it
  };
  const found = ranges.findIndex(({ start, stop }) => order(index, start) >= 0 && order(index, stop) <= 0);
  return Math.max(0, found);
}

/** A value as Net-SNMP holds it on a little-endian 64-bit host. */
function memoryOf(block: ResultBlock, entry: number): Uint8Array {
  const { bytes } = block;
  const start = block.valueStart(entry);
  const end = block.valueEnd(entry);
  const words = (...values: (number | bigint)[]): Uint8Array => {
    const memory = Buffer.alloc(values.length * WORD);
    values.forEach((value, at) => memory.writeBigInt64LE(BigInt(value), at * WORD));
    return memory;
  };
  switch (block.tag(entry)) {
    case INTEGER:
      return words(readInteger(bytes, start, end));
    case COUNTER32:
    case GAUGE32:
    case TIME_TICKS:
      return words(readUnsigned(bytes, start, end));
    case COUNTER64: {
      const value = readCounter64(bytes, start, end);
      return words(value >> 32n, value & 0xffffffffn); // high, then low
    }
    case OID:
      return words(...(decodeOid(bytes, start, end) ?? []));
    default:
      return bytes.slice(start, end);
  }
}

/** A cursor over words of either order and size; no read can pass the end. */
class WordReader {
  readonly #view: DataView;
  readonly #isLittle: boolean;
  readonly word: 4 | 8;
  readonly idOctets: 4 | 8;
  at = HEADER_OCTETS;

  constructor(bytes: Uint8Array) {
    if (bytes.length < HEADER_OCTETS) throw new WirelineError(0, 'the header is cut off');
    const [order, word, idOctets] = bytes as unknown as [number, number, number];
    if (order > 1) throw new WirelineError(0, `byte order ${order}`);
    if (word !== 4 && word !== 8) throw new WirelineError(1, `words of ${word} octets`);
    if (idOctets !== 4 && idOctets !== 8) throw new WirelineError(2, `sub-identifiers of ${idOctets} octets`);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#isLittle = order === 0;
    this.word = word;
    this.idOctets = idOctets;
  }

  get isLittle(): boolean {
    return this.#isLittle;
  }

  get isDone(): boolean {
    return this.at >= this.#view.byteLength;
  }

  number(field: string, octets: number = this.word): number {
    const at = this.#take(octets, field);
    if (octets === 4) return this.#view.getUint32(at, this.#isLittle);
    const value = Number(this.#view.getBigInt64(at, this.#isLittle));
    if (!Number.isSafeInteger(value)) throw new WirelineError(at, `${field} is ${value}`);
    return value;
  }

  length(field: string): number {
    const at = this.at;
    const length = this.number(field);
    if (length < 0 || length > this.#view.byteLength) throw new WirelineError(at, `${field} is ${length}`);
    return length;
  }

  /** Octets, and what pads them to a word. */
  octets(length: number, field: string): Uint8Array {
    const padding = (this.word - (length % this.word)) % this.word;
    const at = this.#take(length + padding, field);
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + at, length).slice();
  }

  ids(field: string): number[] {
    const at = this.at;
    const count = this.length(field);
    if (count > MAX_SUB_IDENTIFIERS) throw new WirelineError(at, `${field} has ${count} sub-identifiers`);
    const ids = Array.from({ length: count }, () => this.number(field, this.idOctets));
    const rest = (count * this.idOctets) % this.word;
    if (rest !== 0) this.#take(this.word - rest, field);
    return ids;
  }

  #take(octets: number, field: string): number {
    if (octets > this.#view.byteLength - this.at) throw new WirelineError(this.at, `${field} is cut off`);
    const at = this.at;
    this.at += octets;
    return at;
  }
}

/** Reads a wireline block of any sender. Throws WirelineError. */
export function decodeWireline(bytes: Uint8Array): WirelineBlock {
  const reader = new WordReader(bytes);
  const requestId = reader.octets(reader.length('request id length'), 'request id');
  const rootCount = reader.length('number of roots');
  const roots: number[][] = [];
  for (let root = 0; root < rootCount; root++) roots.push(reader.ids('root'));
  const records: WirelineRecord[] = [];
  while (!reader.isDone) {
    const at = reader.at;
    const size = reader.length('record size');
    const begin = reader.at;
    const timeSec = reader.number('time');
    const rootIndex = reader.length('root index');
    const type = reader.octets(1, 'type')[0] as number;
    const index = reader.ids('index');
    const value = reader.octets(reader.length('value length'), 'value');
    if (reader.at - begin !== size) throw new WirelineError(at, `record of ${reader.at - begin} octets says ${size}`);
    records.push({ timeSec, rootIndex, type, index, value });
  }
  return {
    byteOrder: reader.isLittle ? 'little' : 'big',
    wordOctets: reader.word,
    idOctets: reader.idOctets,
    requestId,
    roots,
    records,
  };
}

/** The integer or counter of a record; undefined for other types. */
export function wirelineNumber(block: WirelineBlock, record: WirelineRecord): bigint | undefined {
  const { value, type } = record;
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const isLittle = block.byteOrder === 'little';
  const word = (at: number): bigint =>
    block.wordOctets === 8 ? view.getBigInt64(at, isLittle) : BigInt(view.getInt32(at, isLittle));
  if (type === COUNTER64) {
    if (value.length !== 2 * block.wordOctets) return undefined;
    return (BigInt.asUintN(32, word(0)) << 32n) | BigInt.asUintN(32, word(block.wordOctets));
  }
  if (value.length !== block.wordOctets) return undefined;
  if (type === INTEGER) return word(0);
  return type === COUNTER32 || type === GAUGE32 || type === TIME_TICKS ? BigInt.asUintN(32, word(0)) : undefined;
}

/** The value of a record in the types of a recording; null where its octets do not fit its type. */
export function wirelineValue(block: WirelineBlock, record: WirelineRecord): CellValue {
  const { value, type } = record;
  switch (type) {
    case INTEGER:
    case COUNTER32:
    case GAUGE32:
    case TIME_TICKS: {
      const number = wirelineNumber(block, record);
      return number === undefined ? null : Number(number);
    }
    case COUNTER64:
      return wirelineNumber(block, record) ?? null;
    case OID: {
      const { idOctets } = block;
      if (value.length % idOctets !== 0) return null;
      const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
      const isLittle = block.byteOrder === 'little';
      return Array.from({ length: value.length / idOctets }, (_, at) =>
        idOctets === 8 ? Number(view.getBigUint64(at * 8, isLittle)) : view.getUint32(at * 4, isLittle),
      );
    }
    default:
      return value;
  }
}
