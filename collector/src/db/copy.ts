import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { storableJson, storableText } from './values.js';

/** Types that the encoder knows, by their PostgreSQL names. `jsonb` takes a value to serialise. */
export type CopyType = 'int2' | 'int4' | 'int8' | 'float8' | 'bool' | 'text' | 'bytea' | 'timestamptz' | 'jsonb';

export type CopyValue = number | bigint | boolean | string | Uint8Array | Date | object | null;

export interface CopyColumn {
  readonly name: string;
  readonly type: CopyType;
}

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
const HEADER = Buffer.concat([SIGNATURE, Buffer.alloc(8)]);
const TRAILER = Buffer.from([0xff, 0xff]);
const NULL = Buffer.from([0xff, 0xff, 0xff, 0xff]);
/** PostgreSQL counts from 2000-01-01 UTC. */
const EPOCH_MS = Date.UTC(2000, 0, 1);
const ROWS_A_CHUNK = 1_000;

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

function encodeValue(type: CopyType, value: NonNullable<CopyValue>): Buffer {
  switch (type) {
    case 'int2': {
      const bytes = Buffer.allocUnsafe(2);
      bytes.writeInt16BE(Number(value));
      return bytes;
    }
    case 'int4': {
      const bytes = Buffer.allocUnsafe(4);
      bytes.writeInt32BE(Number(value));
      return bytes;
    }
    case 'int8': {
      const bytes = Buffer.allocUnsafe(8);
      bytes.writeBigInt64BE(BigInt(value as bigint));
      return bytes;
    }
    case 'float8': {
      const bytes = Buffer.allocUnsafe(8);
      bytes.writeDoubleBE(Number(value));
      return bytes;
    }
    case 'bool':
      return Buffer.from([value === true ? 1 : 0]);
    case 'timestamptz': {
      const bytes = Buffer.allocUnsafe(8);
      bytes.writeBigInt64BE(BigInt((value as Date).getTime() - EPOCH_MS) * 1_000n);
      return bytes;
    }
    case 'text':
      return Buffer.from(storableText(String(value)), 'utf8');
    case 'bytea':
      return Buffer.from(value as Uint8Array);
    case 'jsonb':
      return Buffer.concat([Buffer.of(1), Buffer.from(storableJson(value), 'utf8')]);
  }
}

/** One row in the binary COPY format (PostgreSQL manual, COPY, "Binary Format"). */
export function encodeRow(columns: readonly CopyColumn[], row: readonly CopyValue[]): Buffer {
  const count = Buffer.allocUnsafe(2);
  count.writeInt16BE(columns.length);
  const parts: Buffer[] = [count];
  columns.forEach(({ type }, position) => {
    const value = row[position];
    if (value === null || value === undefined) {
      parts.push(NULL);
      return;
    }
    const bytes = encodeValue(type, value);
    const length = Buffer.allocUnsafe(4);
    length.writeInt32BE(bytes.length);
    parts.push(length, bytes);
  });
  return Buffer.concat(parts);
}

function* encodeAll(columns: readonly CopyColumn[], rows: Iterable<readonly CopyValue[]>): Generator<Buffer> {
  let chunk: Buffer[] = [HEADER];
  for (const row of rows) {
    chunk.push(encodeRow(columns, row));
    if (chunk.length < ROWS_A_CHUNK) continue;
    yield Buffer.concat(chunk);
    chunk = [];
  }
  yield Buffer.concat([...chunk, TRAILER]);
}

/** Writes rows into a table in one COPY, and with it in one statement: all of them or, on a rejection, none. */
export async function copyRows(
  client: pg.ClientBase,
  table: string,
  columns: readonly CopyColumn[],
  rows: Iterable<readonly CopyValue[]>,
): Promise<void> {
  const names = columns.map(({ name }) => quoted(name)).join(', ');
  const target = table.split('.').map(quoted).join('.');
  const sink = client.query(copyFrom(`copy ${target} (${names}) from stdin binary`));
  await pipeline(Readable.from(encodeAll(columns, rows), { objectMode: true }), sink);
}
