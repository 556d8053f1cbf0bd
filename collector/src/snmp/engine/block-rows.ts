import type { CellValue, TaggedRows } from '../rows.js';
import { compareNames, readCounter64, readIndex, readInteger, readUnsigned } from './answer.js';
import type { ResultBlock } from './block.js';
import { decodeOid, encodeOid } from './names.js';

const INTEGER = 2;
const OCTETS = 4;
const OID = 6;
const IP_ADDRESS = 64;
const COUNTER32 = 65;
const GAUGE32 = 66;
const TIME_TICKS = 67;
const OPAQUE = 68;
const COUNTER64 = 70;

/** The value of one entry, in the types of a recording. */
export function valueOfEntry(block: ResultBlock, entry: number): CellValue {
  const start = block.valueStart(entry);
  const end = block.valueEnd(entry);
  switch (block.tag(entry)) {
    case INTEGER:
      return readInteger(block.bytes, start, end);
    case COUNTER32:
    case GAUGE32:
    case TIME_TICKS:
      return readUnsigned(block.bytes, start, end);
    case COUNTER64:
      return readCounter64(block.bytes, start, end);
    case OCTETS:
    case IP_ADDRESS:
    case OPAQUE:
      return block.bytes.slice(start, end);
    case OID:
      return start === end ? [] : (decodeOid(block.bytes, start, end) ?? null);
    default:
      return null;
  }
}

/** The entries of each root as they arrived. */
function columnsOf(block: ResultBlock): Int32Array[] {
  const counts = new Int32Array(block.head.roots.length);
  const { entryCount } = block;
  for (let entry = 0; entry < entryCount; entry++) (counts[block.root(entry)] as number)++;
  const columns = Array.from(counts, (count) => new Int32Array(count));
  counts.fill(0);
  for (let entry = 0; entry < entryCount; entry++) {
    const root = block.root(entry);
    (columns[root] as Int32Array)[(counts[root] as number)++] = entry;
  }
  return columns;
}

/** Puts the entries of each root in index order; lanes of several ranges deliver them interleaved. */
function sortColumns(block: ResultBlock, columns: readonly Int32Array[]): void {
  const { bytes } = block;
  const compare = (a: number, b: number) =>
    compareNames(bytes, block.nameStart(a), block.nameEnd(a), bytes, block.nameStart(b), block.nameEnd(b));
  for (const column of columns) {
    const isSorted = column.every((entry, at) => at === 0 || compare(column[at - 1] as number, entry) < 0);
    if (!isSorted) column.sort(compare);
  }
}

/**
 * The cells of a table without holes whose columns came in index order, as most are: the n-th entries of all columns have
 * one index, and it is greater than that of the row before. Undefined when it is not so.
 */
function cellsOfWhole(
  block: ResultBlock,
  columns: readonly Int32Array[],
  skip: readonly number[],
): Int32Array | undefined {
  const [first] = columns;
  if (!first || columns.some((column) => column.length !== first.length)) return undefined;
  const width = columns.length;
  const { bytes } = block;
  const cells = new Int32Array(first.length * width);
  let beforeStart = 0;
  let beforeEnd = -1;
  for (let row = 0, to = 0; row < first.length; row++) {
    const entry = first[row] as number;
    const start = block.nameStart(entry) + (skip[0] as number);
    const end = block.nameEnd(entry);
    if (beforeEnd >= 0 && !isGreater(bytes, start, end, beforeStart, beforeEnd)) return undefined;
    cells[to++] = entry;
    for (let column = 1; column < width; column++) {
      const other = (columns[column] as Int32Array)[row] as number;
      const otherStart = block.nameStart(other) + (skip[column] as number);
      if (block.nameEnd(other) - otherStart !== end - start) return undefined;
      for (let at = start, otherAt = otherStart; at < end; at++, otherAt++) {
        if (bytes[at] !== bytes[otherAt]) return undefined;
      }
      cells[to++] = other;
    }
    beforeStart = start;
    beforeEnd = end;
  }
  return cells;
}

/** Whether the first index is greater than the second: mostly a single octet decides. */
function isGreater(bytes: Uint8Array, start: number, end: number, beforeStart: number, beforeEnd: number): boolean {
  const shared = Math.min(end - start, beforeEnd - beforeStart);
  let i = 0;
  while (i < shared && bytes[start + i] === bytes[beforeStart + i]) i++;
  if (i < shared && (i === 0 || (bytes[start + i - 1] as number) < 0x80)) {
    const [after, before] = [bytes[start + i] as number, bytes[beforeStart + i] as number];
    if (after < 0x80 && before < 0x80) return after > before;
  }
  return compareNames(bytes, start, end, bytes, beforeStart, beforeEnd) > 0;
}

/** Octets of each root's name, behind which an entry's index begins. */
const rootLengths = (block: ResultBlock): number[] => block.head.roots.map((root) => encodeOid(root).length);

/**
 * Rows over a block: cells of the columns are joined by their index and read from the block when asked for. `rowOf[column
 * * length + row]` is the cell's entry, −1 for none.
 */
export function rowsOfBlock(block: ResultBlock): TaggedRows {
  const columns = columnsOf(block);
  const skip = rootLengths(block);
  const width = columns.length;
  const whole = cellsOfWhole(block, columns, skip);
  if (whole) return new BlockRows(block, whole, skip, whole.length / width, width);
  sortColumns(block, columns);
  const { bytes } = block;
  const most = columns.reduce((sum, column) => sum + column.length, 0);
  const cells = new Int32Array(most * width);
  const heads = new Int32Array(width);
  let length = 0;
  for (;;) {
    // the least index among the columns' heads
    let least = -1;
    let leastStart = 0;
    let leastEnd = 0;
    const rowAt = length * width;
    for (let at = 0; at < width; at++) {
      cells[rowAt + at] = -1;
      const entry = (columns[at] as Int32Array)[heads[at] as number];
      if (entry === undefined) continue;
      const start = block.nameStart(entry) + (skip[at] as number);
      const end = block.nameEnd(entry);
      const order = least < 0 ? -1 : compareNames(bytes, start, end, bytes, leastStart, leastEnd);
      if (order > 0) continue;
      if (order < 0) {
        for (let other = least; other >= 0 && other < at; other++) cells[rowAt + other] = -1;
        least = at;
        leastStart = start;
        leastEnd = end;
      }
      cells[rowAt + at] = entry;
    }
    if (least < 0) break;
    for (let at = least; at < width; at++) if (cells[rowAt + at] !== -1) (heads[at] as number)++;
    length++;
  }
  return new BlockRows(block, cells.slice(0, length * width), skip, length, width);
}

class BlockRows implements TaggedRows {
  readonly length: number;
  readonly #block: ResultBlock;
  readonly #cells: Int32Array;
  readonly #skip: readonly number[];
  readonly #width: number;

  constructor(block: ResultBlock, cells: Int32Array, skip: readonly number[], length: number, width: number) {
    this.#block = block;
    this.#cells = cells;
    this.#skip = skip;
    this.length = length;
    this.#width = width;
  }

  index(row: number): readonly number[] {
    for (let column = 0; column < this.#width; column++) {
      const entry = this.#entry(column, row);
      if (entry < 0) continue;
      const start = this.#block.nameStart(entry) + (this.#skip[column] as number);
      return readIndex(this.#block.bytes, start, this.#block.nameEnd(entry)) ?? [];
    }
    return [];
  }

  tag(column: number, row: number): number | undefined {
    const entry = this.#entry(column, row);
    return entry < 0 ? undefined : this.#block.tag(entry);
  }

  value(column: number, row: number): CellValue | undefined {
    const entry = this.#entry(column, row);
    return entry < 0 ? undefined : valueOfEntry(this.#block, entry);
  }

  /** A view of the block, which no one writes to. */
  bytes(column: number, row: number): Uint8Array | undefined {
    const entry = this.#entry(column, row);
    if (entry < 0) return undefined;
    const tag = this.#block.tag(entry);
    if (tag !== OCTETS && tag !== IP_ADDRESS && tag !== OPAQUE) return undefined;
    return this.#block.bytes.subarray(this.#block.valueStart(entry), this.#block.valueEnd(entry));
  }

  number(column: number, row: number): number | undefined {
    const entry = this.#entry(column, row);
    if (entry < 0) return undefined;
    const start = this.#block.valueStart(entry);
    const end = this.#block.valueEnd(entry);
    switch (this.#block.tag(entry)) {
      case INTEGER:
        return readInteger(this.#block.bytes, start, end);
      case COUNTER32:
      case GAUGE32:
      case TIME_TICKS:
        return readUnsigned(this.#block.bytes, start, end);
      case COUNTER64:
        return Number(readCounter64(this.#block.bytes, start, end));
      default:
        return undefined;
    }
  }

  bigint(column: number, row: number): bigint | undefined {
    const value = this.tag(column, row) === COUNTER64 ? this.value(column, row) : this.number(column, row);
    return typeof value === 'bigint' ? value : typeof value === 'number' ? BigInt(value) : undefined;
  }

  oid(column: number, row: number): readonly number[] | undefined {
    if (this.tag(column, row) !== OID) return undefined;
    const value = this.value(column, row);
    return Array.isArray(value) ? (value as readonly number[]) : undefined;
  }

  #entry(column: number, row: number): number {
    if (row < 0 || row >= this.length || column < 0 || column >= this.#width) return -1;
    return this.#cells[row * this.#width + column] as number;
  }
}
