import fc from 'fast-check';
import { encodeMessage, TAG, type Varbind } from '../ber.js';
import { AnswerView, readAnswer } from './answer.js';
import { BlockBuilder, BlockError, ResultBlock, type BlockHead } from './block.js';
import { rowsOfBlock } from './block-rows.js';
import { encodeOid } from './names.js';
import { decodeWireline, encodeWireline, WirelineError, wirelineNumber, wirelineValue } from './wireline.js';

const PORT_COLUMN = [1, 3, 6, 1, 2, 1, 17, 4, 3, 1, 2];
const RECEIVED_MS = 1_795_174_178_900;

const HEAD: BlockHead = {
  type: 'walk',
  id: 'abc',
  host: '127.0.0.1',
  port: 161,
  roots: [PORT_COLUMN],
  ranges: [],
  outcome: 'complete',
  detail: '',
  flags: 0,
  errorStatus: 0,
  startedAtMs: RECEIVED_MS - 5,
  durationMs: 5,
  sysUpTimeMs: undefined,
  sentCount: 1,
  resentCount: 0,
};

/** A block as a walk builds it from one answer. */
function blockOf(head: Partial<BlockHead>, varbinds: readonly Varbind[]): Uint8Array {
  const whole = { ...HEAD, ...head };
  const octets = encodeMessage({
    version: '2c',
    community: 'public',
    pdu: { type: 'response', requestId: 1, errorStatus: 0, errorIndex: 0, varbinds },
  });
  const view = new AnswerView();
  if (!readAnswer(octets, view)) throw new Error('not an answer');
  const builder = new BlockBuilder();
  const start = view.count > 0 ? view.nameStart(0) : 0;
  varbinds.forEach(({ oid }, i) => {
    const root = whole.roots.findIndex((one) => one.every((id, at) => oid[at] === id));
    builder.add(view.nameStart(i) - start, view.nameEnd(i) - view.nameStart(i), root);
  });
  builder.append(octets, start, octets.length);
  builder.endSegment(octets.length - start, RECEIVED_MS, 777);
  return builder.build(whole);
}

const words = (...values: (number | bigint | string)[]): Buffer =>
  Buffer.concat(
    values.map((value) => {
      const word = Buffer.alloc(8);
      if (typeof value === 'string') word.write(value);
      else word.writeBigInt64LE(BigInt(value));
      return word;
    }),
  );

test('writes the documented example octet for octet', () => {
  const block = blockOf({}, [{ oid: [...PORT_COLUMN, 0, 29, 0, 47, 2, 98], tag: TAG.integer, value: 211 }]);
  const expected = Buffer.concat([
    Buffer.from([0, 8, 8, 0, 0, 0, 0, 0]),
    words(0, 3, 'abc', 1, 11, ...PORT_COLUMN),
    words(96, 1_795_174_178, 0, 2, 6, 0, 29, 0, 47, 2, 98, 8, 211),
  ]);
  const written = Buffer.from(encodeWireline(new ResultBlock(block)));
  expect(written.toString('hex')).toBe(expected.toString('hex'));
});

test('a thousand such records make a block of 104,136 octets', () => {
  const varbinds = Array.from({ length: 1_000 }, (_, i) => ({
    oid: [...PORT_COLUMN, 0, 29, 0, 47, i >> 8, i & 255],
    tag: TAG.integer,
    value: i,
  }));
  expect(encodeWireline(new ResultBlock(blockOf({}, varbinds))).length).toBe(104_136);
});

test.each([
  ['INTEGER', TAG.integer, -5, words(-5)],
  ['Counter32', TAG.counter32, 2 ** 32 - 1, words(2 ** 32 - 1)],
  ['Gauge32', TAG.gauge32, 7, words(7)],
  ['TimeTicks', TAG.timeTicks, 9, words(9)],
  ['Counter64, high word first', TAG.counter64, (3n << 32n) | 5n, words(3, 5)],
  ['OBJECT IDENTIFIER', TAG.oid, [1, 3, 6, 1, 4], words(1, 3, 6, 1, 4)],
  ['IpAddress', TAG.ipAddress, Uint8Array.of(10, 0, 0, 1), Buffer.of(10, 0, 0, 1)],
  ['OCTET STRING', TAG.octets, Uint8Array.of(1, 2, 3), Buffer.of(1, 2, 3)],
] as const)('%s stands as Net-SNMP holds it', (_name, tag, value, memory) => {
  const block = blockOf({}, [{ oid: [...PORT_COLUMN, 1], tag, value }]);
  const decoded = decodeWireline(encodeWireline(new ResultBlock(block)));
  expect(decoded.records).toHaveLength(1);
  const record = decoded.records[0]!;
  expect(record).toMatchObject({ type: tag, index: [1], rootIndex: 0, timeSec: 1_795_174_178 });
  expect(Buffer.from(record.value).equals(memory)).toBe(true);
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  expect(wirelineNumber(decoded, record)).toBe(isNumber ? BigInt(value) : undefined);
});

test('with ranges, the root index counts pairs of root and range', () => {
  const other = [...PORT_COLUMN.slice(0, -1), 3];
  const ranges = [
    { start: [1], stop: [4] },
    { start: [5], stop: [9] },
  ];
  const varbinds = [PORT_COLUMN, other].flatMap((root) =>
    [2, 7].map((index) => ({ oid: [...root, index], tag: TAG.integer, value: index })),
  );
  const decoded = decodeWireline(
    encodeWireline(new ResultBlock(blockOf({ roots: [PORT_COLUMN, other], ranges }, varbinds))),
  );
  expect(decoded.roots).toEqual([PORT_COLUMN, other]);
  expect(decoded.records.map(({ rootIndex }) => rootIndex)).toEqual([0, 1, 2, 3]);
});

test('reads what a big-endian sender wrote, its type in the lowest octet', () => {
  const big = (...values: number[]) => {
    const memory = Buffer.alloc(values.length * 8);
    values.forEach((value, at) => memory.writeBigInt64BE(BigInt(value), at * 8));
    return memory;
  };
  const type = Buffer.from([0x41, 0, 0, 0, 0, 0, 0, 0]);
  const bytes = Buffer.concat([
    Buffer.from([1, 8, 8, ...new Uint8Array(13)]),
    big(0, 1, 2, 1, 3),
    big(56, 100, 0),
    type,
    big(1, 9, 8, 4_000_000_000),
  ]);
  const decoded = decodeWireline(bytes);
  expect(decoded).toMatchObject({ byteOrder: 'big', wordOctets: 8, roots: [[1, 3]] });
  expect(decoded.records[0]).toMatchObject({ timeSec: 100, rootIndex: 0, type: 0x41, index: [9] });
  expect(wirelineNumber(decoded, decoded.records[0]!)).toBe(4_000_000_000n);
});

test('every cut and any octets are refused with an error of its own', () => {
  const whole = encodeWireline(
    new ResultBlock(blockOf({}, [{ oid: [...PORT_COLUMN, 1, 2], tag: TAG.octets, value: Uint8Array.of(1) }])),
  );
  const headerEnd = whole.length - 9 * 8;
  for (let length = 0; length < whole.length; length++) {
    if (length === headerEnd) continue; // a block without records
    expect(() => decodeWireline(whole.subarray(0, length))).toThrow(WirelineError);
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(whole.length - 1), (octets, at) => {
      const changed = Uint8Array.from(whole);
      changed.set(octets.subarray(0, whole.length - at), at);
      try {
        decodeWireline(changed);
      } catch (error) {
        expect(error).toBeInstanceOf(WirelineError);
      }
    }),
  );
});

test('a block says everything about its request, and damage is noticed', () => {
  const bytes = blockOf({ outcome: 'timeout', detail: 'no answer', flags: 2, errorStatus: 5, sysUpTimeMs: 10 }, [
    { oid: [...PORT_COLUMN, 9], tag: TAG.counter64, value: 2n ** 63n },
  ]);
  const block = new ResultBlock(bytes);
  expect(block.head).toMatchObject({
    id: 'abc',
    outcome: 'timeout',
    detail: 'no answer',
    flags: 2,
    errorStatus: 5,
    sysUpTimeMs: 10,
    port: 161,
  });
  expect(block.segment(0)).toEqual({ receivedAtMs: RECEIVED_MS, firstEntry: 0, entryCount: 1, uptimeTicks: 777 });
  expect(rowsOfBlock(block).bigint(0, 0)).toBe(2n ** 63n);
  for (let length = 0; length < bytes.length; length++) {
    expect(() => new ResultBlock(bytes.subarray(0, length))).toThrow(BlockError);
  }
  expect(Buffer.from(bytes).includes('public')).toBe(false);
  expect(encodeOid(PORT_COLUMN)).toHaveLength(10);
});

test('what was encoded is decoded again: request id, roots, indexes, types and values of every kind', () => {
  const subId = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  const octets = fc.uint8Array({ maxLength: 40 });
  const value: fc.Arbitrary<Pick<Varbind, 'tag' | 'value'>> = fc.oneof(
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map((number) => ({ tag: TAG.integer, value: number })),
    fc
      .tuple(fc.constantFrom(TAG.counter32, TAG.gauge32, TAG.timeTicks), subId)
      .map(([tag, number]) => ({ tag, value: number })),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((number) => ({ tag: TAG.counter64, value: number })),
    octets.map((bytes) => ({ tag: TAG.octets, value: bytes })),
    octets.map((bytes) => ({ tag: TAG.opaque, value: bytes })),
    fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => ({ tag: TAG.ipAddress, value: bytes })),
    fc.array(subId, { maxLength: 20 }).map((ids) => ({ tag: TAG.oid, value: [1, 3, ...ids] })),
  );
  const row = fc.tuple(fc.array(subId, { minLength: 1, maxLength: 10 }), value);
  fc.assert(
    fc.property(fc.string({ maxLength: 30 }), fc.array(row, { minLength: 1, maxLength: 12 }), (id, rows) => {
      const varbinds = rows.map(([index, cell]) => ({ oid: [...PORT_COLUMN, ...index], ...cell }));
      const block = decodeWireline(encodeWireline(new ResultBlock(blockOf({ id }, varbinds))));
      expect(Buffer.from(block.requestId).toString('utf8')).toBe(Buffer.from(id).toString('utf8'));
      expect(block).toMatchObject({ byteOrder: 'little', wordOctets: 8, idOctets: 8, roots: [PORT_COLUMN] });
      const read = block.records.map((record) => ({
        oid: [...PORT_COLUMN, ...record.index],
        tag: record.type,
        value: wirelineValue(block, record),
      }));
      expect(read).toEqual(varbinds);
      for (const { timeSec, rootIndex } of block.records) {
        expect([timeSec, rootIndex]).toEqual([Math.floor(RECEIVED_MS / 1_000), 0]);
      }
    }),
    { numRuns: 200 },
  );
});
