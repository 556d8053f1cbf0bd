import type { TableRows } from './reader.js';
import { compareOids, type Instance } from './recording.js';

/** One value as it came, copied out of its datagram. */
export type CellValue = Instance['value'];

/** Rows that also know each cell's BER tag: what a recording needs and a correlator does not. */
export interface TaggedRows extends TableRows {
  /** Undefined when the cell is absent. */
  tag(column: number, row: number): number | undefined;
  value(column: number, row: number): CellValue | undefined;
}

const INDEX_BYTES = 8;

/** Collects the cells of several columns into rows, merged on the index and sorted by it. */
export class RowsBuilder {
  readonly #rowOf = new Map<string, number>();
  readonly #indexes: (readonly number[])[] = [];
  readonly #tags: (number | undefined)[][];
  readonly #values: (CellValue | undefined)[][];
  #bytes = 0;

  constructor(columns: number) {
    this.#tags = Array.from({ length: columns }, () => []);
    this.#values = Array.from({ length: columns }, () => []);
  }

  get length(): number {
    return this.#indexes.length;
  }

  /** About what the cells occupy. */
  get bytes(): number {
    return this.#bytes;
  }

  add(column: number, index: readonly number[], tag: number, value: CellValue): void {
    const key = index.join('.');
    let row = this.#rowOf.get(key);
    if (row === undefined) {
      row = this.#indexes.length;
      this.#rowOf.set(key, row);
      this.#indexes.push(index);
      this.#bytes += index.length * INDEX_BYTES;
    }
    (this.#tags[column] as (number | undefined)[])[row] = tag;
    (this.#values[column] as (CellValue | undefined)[])[row] = value;
    this.#bytes += value instanceof Uint8Array ? value.length : INDEX_BYTES;
  }

  build(): TaggedRows {
    const indexes = this.#indexes;
    const order = indexes.map((_, row) => row);
    order.sort((a, b) => compareOids(indexes[a] as number[], indexes[b] as number[]));
    const value = (column: number, row: number) => this.#values[column]?.[order[row] as number];
    return {
      length: order.length,
      index: (row) => indexes[order[row] as number] ?? [],
      tag: (column, row) => this.#tags[column]?.[order[row] as number],
      value,
      bytes: (column, row) => bytesOf(value(column, row)),
      number: (column, row) => numberOf(value(column, row)),
      bigint: (column, row) => bigintOf(value(column, row)),
      oid: (column, row) => oidOf(value(column, row)),
    };
  }
}

export const bytesOf = (value: CellValue | undefined): Uint8Array | undefined =>
  value instanceof Uint8Array ? value : undefined;

export const numberOf = (value: CellValue | undefined): number | undefined =>
  typeof value === 'bigint' ? Number(value) : typeof value === 'number' ? value : undefined;

export const bigintOf = (value: CellValue | undefined): bigint | undefined =>
  typeof value === 'number' ? BigInt(value) : typeof value === 'bigint' ? value : undefined;

export const oidOf = (value: CellValue | undefined): readonly number[] | undefined =>
  Array.isArray(value) ? (value as readonly number[]) : undefined;

/** The rows as instances of a recording: each cell with its whole OID. */
export function instancesOf(columns: readonly (readonly number[])[], rows: TaggedRows): Instance[] {
  const instances: Instance[] = [];
  columns.forEach((root, column) => {
    for (let row = 0; row < rows.length; row++) {
      const tag = rows.tag(column, row);
      const value = rows.value(column, row);
      if (tag !== undefined && value !== undefined) instances.push({ oid: [...root, ...rows.index(row)], tag, value });
    }
  });
  return instances;
}
