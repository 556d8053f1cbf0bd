import { decodeMessage, encodeMessage, type Varbind } from '../ber.js';
import type { SnmpCounter } from '../guard.js';
import {
  agent,
  closeAfterEach,
  drops,
  engineOf,
  honest,
  respond,
  ROOT,
  row,
  run,
  successors,
  tableOf,
  until,
  UPTIME,
  type Behaviour,
} from '../test-agents.js';
import { parseOid } from '../recording.js';

closeAfterEach();

/** A long-form length of two octets in front, as many agents write it. */
const tlv = (tag: number, ...parts: Uint8Array[]): Buffer => {
  const contents = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag, 0x82, contents.length >> 8, contents.length & 0xff), contents]);
};

/** An answer whose varbinds are given as octets. */
function rawAnswer(datagram: Buffer, varbinds: readonly Buffer[]): Buffer {
  const { community, pdu } = decodeMessage(datagram) as { community: string; pdu: { requestId: number } };
  const id = Buffer.alloc(4);
  id.writeInt32BE(pdu.requestId);
  return tlv(
    0x30,
    Buffer.of(2, 1, 1),
    tlv(4, Buffer.from(community)),
    tlv(0xa2, tlv(2, id), Buffer.of(2, 1, 0, 2, 1, 0), tlv(0x30, ...varbinds)),
  );
}
const nameOf = (...index: number[]): Buffer => Buffer.from([0x2b, 6, 1, 2, 1, 2, 2, 1, 2, ...index]);
const OTHER_COLUMN = tlv(0x30, tlv(6, Buffer.from([0x2b, 6, 1, 2, 1, 2, 2, 1, 3, 1])), Buffer.of(2, 1, 1));
const CLOCK = tlv(0x30, tlv(6, Buffer.from([0x2b, 6, 1, 2, 1, 1, 3, 0])), Buffer.of(0x43, 1, 5));

describe('values that are written oddly', () => {
  test.each([
    ['a Counter64 in 9 octets', 0x46, '00ffffffffffffffff', 2n ** 64n - 1n],
    ['a Counter64 in 1 octet', 0x46, '07', 7n],
    ['a Counter64 of no octets', 0x46, '', 0n],
    ['a Counter32 without its leading zero', 0x41, 'ffffffff', 4_294_967_295n],
    ['a Counter32 with zeros in front', 0x41, '000000000000000001', 1n],
    ['a negative INTEGER', 0x02, 'fffffffe', -2n],
    ['TimeTicks in 5 octets', 0x43, '0080000000', 2_147_483_648n],
  ])('%s is read', async (_name, tag, hex, value) => {
    const cell = tlv(0x30, tlv(6, nameOf(1)), tlv(tag, Buffer.from(hex, 'hex')));
    const port = await agent((datagram) => [rawAnswer(datagram, [CLOCK, cell, OTHER_COLUMN])]);
    const { engine } = engineOf();
    const { walk } = await run(engine, { port });
    expect(walk).toMatchObject({ outcome: 'complete', rows: { length: 1 } });
    expect(walk.rows.bigint(0, 0)).toBe(value);
  });

  test('long forms of every length are read', async () => {
    const long = (tag: number, contents: Uint8Array) =>
      Buffer.concat([Buffer.of(tag, 0x84, 0, 0, contents.length >> 8, contents.length & 0xff), contents]);
    const cell = long(0x30, Buffer.concat([long(6, nameOf(1)), long(2, Buffer.of(42))]));
    const port = await agent((datagram) => [rawAnswer(datagram, [CLOCK, cell, OTHER_COLUMN])]);
    const { engine } = engineOf();
    expect((await run(engine, { port })).walk.rows.number(0, 0)).toBe(42);
  });
});

describe('names that cannot be', () => {
  test.each([
    ['a sub-identifier over 2^32 − 1', [0x90, 0x80, 0x80, 0x80, 0x00]],
    ['a sub-identifier of ten octets', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
    ['more than 128 sub-identifiers', Array<number>(125).fill(1)],
  ])('%s ends the walk and is no row', async (_name, index) => {
    const cell = tlv(0x30, tlv(6, nameOf(...index)), Buffer.of(2, 1, 1));
    const port = await agent((datagram) => [rawAnswer(datagram, [CLOCK, cell, OTHER_COLUMN])]);
    const { engine } = engineOf();
    const { walk } = await run(engine, { port });
    expect(walk).toMatchObject({ outcome: 'errorStatus', rows: { length: 0 } });
    expect(walk.detail).toContain('no OID');
  });

  test('a name that ends in the middle of a sub-identifier makes the datagram none', async () => {
    const cell = tlv(0x30, tlv(6, nameOf(0x81)), Buffer.of(2, 1, 1));
    const port = await agent((datagram) => [rawAnswer(datagram, [CLOCK, cell]), honest(datagram, 3)]);
    const { engine, counters } = engineOf();
    expect((await run(engine, { port })).rows).toEqual([1, 2, 3]);
    expect(drops(counters)).toEqual(['decode']);
  });
});

test('every truncation of an answer is dropped, and the whole one after it is taken', async () => {
  const port = await agent((datagram) => {
    const whole = honest(datagram, 5);
    return [...Array.from({ length: whole.length }, (_, length) => whole.subarray(0, length)), whole];
  });
  const { engine, counters } = engineOf();
  const { rows } = await run(engine, { port });
  expect(rows).toEqual([1, 2, 3, 4, 5]);
  expect(drops(counters)).toEqual(['decode']);
});

describe('answers of another kind', () => {
  const wrong: [string, Behaviour, SnmpCounter][] = [
    ['a v3 message', () => [tlv(0x30, Buffer.of(2, 1, 3), tlv(0x30, Buffer.of(2, 1, 1)))], 'decode'],
    ['a trap', (datagram) => [respond(datagram, [row(1)], { type: 'trap' })], 'pdu'],
    ['a Report', (datagram) => [respond(datagram, [row(1)], { type: 'report' })], 'pdu'],
    ['another community', (datagram) => [respond(datagram, [row(1)], { community: 's3creT' })], 'community'],
    ['a longer community', (datagram) => [respond(datagram, [row(1)], { community: 's3cret1' })], 'community'],
    ['an id that was never given', (datagram) => [respond(datagram, [row(1)], { requestId: -1 })], 'id'],
    [
      'SNMPv1',
      (datagram) => [encodeMessage({ ...decodeMessage(respond(datagram, [row(1)])), version: '1' })],
      'version',
    ],
  ];
  test.each(wrong)('%s is dropped, and the real one after it is taken', async (_name, behaviour, counter) => {
    const port = await agent((datagram, count, from) => [...behaviour(datagram, count, from), honest(datagram, 4)]);
    const { engine, counters } = engineOf();
    expect((await run(engine, { port })).rows).toEqual([1, 2, 3, 4]);
    expect(drops(counters)).toEqual([counter]);
  });
});

describe('answers at other times', () => {
  test('after the walk was given up', async () => {
    const kept: Buffer[] = [];
    let isOver = false;
    const port = await agent((datagram) => {
      kept.push(honest(datagram, 3));
      return isOver ? [...kept.slice(0, 1), honest(datagram, 5)] : [];
    });
    const { engine, counters } = engineOf();
    const config = { timeoutMs: 20, retries: 0 };
    expect((await run(engine, { port, config })).head.outcome).toBe('timeout');
    isOver = true;
    expect((await run(engine, { port })).rows).toEqual([1, 2, 3, 4, 5]);
    expect(drops(counters)).toEqual(['late']);
  });

  test('the answer to the first copy after the second copy was sent is as good', async () => {
    let first: Buffer | undefined;
    const port = await agent((datagram) => {
      if (first) return [first, honest(datagram, 3)];
      first = honest(datagram, 3);
      return [];
    });
    const { engine, counters } = engineOf();
    const { rows, head } = await run(engine, { port, config: { timeoutMs: 50, retries: 2 } });
    expect(rows).toEqual([1, 2, 3]);
    expect(head).toMatchObject({ sentCount: 2, resentCount: 1 });
    // the second copy of it may arrive after the walk
    await until(() => counters.late === 1);
  });
});

test('more varbinds than were asked are read as far as they go on', async () => {
  const port = await agent((datagram) => [
    respond(datagram, successors(decodeMessage(datagram).pdu, tableOf(5))),
    ...[],
  ]);
  const many = await agent((datagram) => [respond(datagram, tableOf(30))]);
  const { engine } = engineOf();
  expect((await run(engine, { port })).rows).toHaveLength(5);
  const { rows, head } = await run(engine, { port: many, config: { maxRepetitions: 2 } });
  expect({ rows: rows.length, outcome: head.outcome }).toEqual({ rows: 30, outcome: 'complete' });
});

describe('a table without end', () => {
  const endless: Behaviour = (datagram, count) => [
    respond(datagram, [UPTIME, ...Array.from({ length: 10 }, (_, i) => row(count * 10 + i + 1))]),
  ];
  test.each([
    ['rows', { rows: 55 }, 'larger than 55 rows', 56],
    ['octets', { bytes: 600 }, 'larger than 600 bytes', undefined],
    ['requests', { pdus: 4 }, 'larger than 4 requests', 40],
    ['time', { timeMs: 60 }, 'more than 60 ms', undefined],
  ])('is cut at its cap of %s, with what was read', async (_name, limits, words, count) => {
    const port = await agent(endless);
    const { engine } = engineOf();
    const { head, rows } = await run(engine, { port, limits });
    expect(head.outcome).toBe('deadline');
    expect(head.detail).toContain(words);
    expect(rows.length).toBeGreaterThan(0);
    if (count !== undefined) expect(rows).toHaveLength(count);
  });
});

describe('the clock of the agent', () => {
  const withClock =
    (ticks: (count: number) => number): Behaviour =>
    (datagram, count) => {
      const varbinds: Varbind[] = successors(decodeMessage(datagram).pdu, 30);
      return [respond(datagram, [{ ...UPTIME, value: ticks(count) }, ...varbinds.slice(1)])];
    };

  test.each([
    ['goes on', (count: number) => 50_000 + count, [undefined, undefined]],
    ['goes back in the middle of a walk', (count: number) => (count < 2 ? 90_000 : 10 + count), ['inside', undefined]],
    ['went back before the walk', (count: number) => (count < 4 ? 90_000 : 10 + count), [undefined, 'before']],
    ['goes round', (count: number) => (count < 2 ? 2 ** 32 - 10 : count), [undefined, undefined]],
  ])('%s', async (_name, ticks, restarted) => {
    const port = await agent(withClock(ticks));
    const { engine } = engineOf();
    const walks = [await run(engine, { port }), await run(engine, { port })];
    expect(walks.map(({ walk }) => [walk.outcome, walk.restarted])).toEqual(restarted.map((one) => ['complete', one]));
  });

  test('is not asked again of an agent that does not tell it', async () => {
    const asked: number[] = [];
    const port = await agent((datagram) => {
      const { pdu } = decodeMessage(datagram);
      if (pdu.type !== 'getBulk') return [];
      asked.push(pdu.nonRepeaters);
      const varbinds = successors(pdu, 30);
      return [respond(datagram, pdu.nonRepeaters === 0 ? varbinds : [row(0), ...varbinds.slice(1)])];
    });
    const { engine } = engineOf();
    const { head } = await run(engine, { port });
    expect(head.sysUpTimeMs).toBeUndefined();
    expect(asked.slice(0, 2)).toEqual([1, 0]);
  });
});

test.each(['get', 'walk'] as const)('a %s of more and longer names than fit one datagram is split', async (type) => {
  const oids = Array.from({ length: 200 }, (_, i) => [...parseOid(ROOT), i, ...Array<number>(115).fill(2 ** 32 - 1)]);
  const port = await agent((datagram) => {
    const { pdu } = decodeMessage(datagram);
    return [respond(datagram, pdu.type === 'get' ? pdu.varbinds : successors(pdu, 1))];
  });
  const { engine } = engineOf();
  const config = { columnsPerRequest: 1_000, maxResponseVarbinds: 1_000 };
  const { head } = await run(engine, { port, type, oids, config });
  expect(head).toMatchObject({ outcome: 'complete', sentCount: 3 });
});
