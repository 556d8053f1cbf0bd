import { decodeMessage } from '../ber.js';
import {
  agent,
  closeAfterEach,
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
} from '../test-agents.js';
import { parseOid, compareOids } from '../recording.js';
import { TAG } from '../ber.js';

closeAfterEach();

const TOO_BIG = { errorStatus: 1 };

/** What each GETBULK asked: repetitions × columns, without the non-repeater; GETNEXT is 0. */
function watched(answer: (datagram: Buffer, repetitions: number, columns: number) => readonly Buffer[]) {
  const asked: string[] = [];
  const port = agent((datagram) => {
    const { pdu } = decodeMessage(datagram);
    const [repetitions, columns] =
      pdu.type === 'getBulk' ? [pdu.maxRepetitions, pdu.varbinds.length - pdu.nonRepeaters] : [0, pdu.varbinds.length];
    asked.push(`${repetitions}x${columns}`);
    return answer(datagram, repetitions, columns);
  });
  return { asked, port };
}

const COLUMNS = [2, 3, 4].map((column) => parseOid(`1.3.6.1.2.1.2.2.1.${column}`));
const TABLE = [
  UPTIME,
  ...COLUMNS.flatMap((column) =>
    Array.from({ length: 12 }, (_, i) => ({ oid: [...column, i + 1], tag: TAG.integer, value: i + 1 })),
  ),
].sort((a, b) => compareOids(a.oid, b.oid));

test('tooBig: fewer repetitions, then fewer columns, then one GETNEXT at a time', async () => {
  const { asked, port } = watched((datagram, repetitions) =>
    repetitions > 0 ? [respond(datagram, [], TOO_BIG)] : [honest(datagram, TABLE)],
  );
  const { engine } = engineOf();
  const { head, walk } = await run(engine, { port: await port, oids: COLUMNS });
  expect(head.outcome).toBe('endOfMib');
  expect(walk.rows.length).toBe(12);
  expect(asked.slice(0, 6)).toEqual(['10x3', '5x3', '2x3', '1x3', '1x1', '0x1']);
});

test('an empty list is not the end of the table but less to ask', async () => {
  const { asked, port } = watched((datagram, repetitions, columns) =>
    repetitions * columns > 4 ? [respond(datagram, [])] : [honest(datagram, TABLE)],
  );
  const { engine } = engineOf();
  const { head, walk } = await run(engine, { port: await port, oids: COLUMNS });
  expect({ outcome: head.outcome, rows: walk.rows.length }).toEqual({ outcome: 'endOfMib', rows: 12 });
  expect(asked.slice(0, 4)).toEqual(['10x3', '5x3', '2x3', '1x3']);
});

test('only the agent clock and nothing else is an empty list too', async () => {
  const { port } = watched((datagram, repetitions) => [
    repetitions > 1 ? respond(datagram, [UPTIME]) : honest(datagram, 8),
  ]);
  const { engine } = engineOf();
  expect((await run(engine, { port: await port })).rows).toHaveLength(8);
});

test('silence after an answer may be a size: less is asked once, and the limit is remembered', async () => {
  const { asked, port } = watched((datagram, repetitions) =>
    repetitions > 3
      ? []
      : [decodeMessage(datagram).pdu.type === 'get' ? respond(datagram, [UPTIME]) : honest(datagram, 6)],
  );
  const { engine } = engineOf();
  const config = { timeoutMs: 400, retries: 0 };
  await run(engine, { port: await port, type: 'get', oids: [UPTIME.oid], config });
  expect((await run(engine, { port: await port, config })).rows).toHaveLength(6);
  await run(engine, { port: await port, config });
  expect(asked).toEqual(['0x1', '10x1', '2x1', '2x1', '2x1', '2x1', '4x1', '1x1', ...Array<string>(6).fill('1x1')]);
});

test('an agent that took too much once is asked for more again, within the same walk', async () => {
  let isFirst = true;
  const { asked, port } = watched((datagram) => {
    const answer = isFirst ? respond(datagram, [], TOO_BIG) : honest(datagram, 200);
    isFirst = false;
    return [answer];
  });
  const { engine } = engineOf();
  expect((await run(engine, { port: await port, config: { maxRepetitions: 16 } })).rows).toHaveLength(200);
  const sizes = asked.map((one) => Number(one.split('x')[0]));
  expect(sizes.slice(0, 10)).toEqual([16, ...Array<number>(8).fill(8), 12]);
  expect(Math.max(...sizes.slice(1))).toBeLessThan(16); // what failed is not asked again
});

test('a size that the agent refuses is not tried twice in a walk', async () => {
  const { asked, port } = watched((datagram, repetitions) => [
    repetitions > 5 ? respond(datagram, [], TOO_BIG) : honest(datagram, 300),
  ]);
  const { engine } = engineOf();
  expect((await run(engine, { port: await port })).rows).toHaveLength(300);
  const refused = asked.filter((one) => Number(one.split('x')[0]) > 5);
  expect(refused).toHaveLength(new Set(refused).size);
});

test('answers over one Ethernet datagram make the next requests smaller', async () => {
  const text = Buffer.alloc(120, 0x61);
  const table = [UPTIME, ...Array.from({ length: 60 }, (_, i) => ({ ...row(i + 1), tag: TAG.octets, value: text }))];
  const { asked, port } = watched((datagram) => [honest(datagram, table)]);
  const { engine } = engineOf();
  expect((await run(engine, { port: await port, config: { maxRepetitions: 25 } })).rows).toHaveLength(60);
  const sizes = asked.map((one) => Number(one.split('x')[0]));
  expect(sizes[0]).toBe(25);
  for (const size of sizes.slice(1)) expect(size * 140).toBeLessThan(1_472);
});

describe('the caller says', () => {
  test.each([
    ['rows in one request', { maxRepetitions: 4 }, '4x3'],
    ['values in one answer', { maxResponseVarbinds: 9 }, '3x3'],
    ['fewer values than columns, which is one repetition all the same', { maxResponseVarbinds: 2 }, '1x3'],
    ['none, which is one', { maxResponseVarbinds: 0 }, '1x3'],
    ['columns read with one request', { columnsPerRequest: 2 }, '10x2'],
    ['128 repetitions, which take two octets', { maxRepetitions: 128, maxResponseVarbinds: 1_000 }, '128x3'],
  ])('%s', async (_name, config, first) => {
    const { asked, port } = watched((datagram) => [honest(datagram, TABLE, 40)]);
    const { engine } = engineOf();
    const { head, walk } = await run(engine, { port: await port, oids: COLUMNS, config });
    expect({ outcome: head.outcome, rows: walk.rows.length }).toEqual({ outcome: 'endOfMib', rows: 12 });
    expect(asked[0]).toBe(first);
  });

  test('values in one GET', async () => {
    const { asked, port } = watched((datagram) => [
      respond(
        datagram,
        decodeMessage(datagram).pdu.varbinds.map(({ oid }) => ({ oid, tag: TAG.integer, value: 1 })),
      ),
    ]);
    const { engine } = engineOf();
    const oids = Array.from({ length: 7 }, (_, i) => [...parseOid(ROOT), i]);
    const { block } = await run(engine, { port: await port, type: 'get', oids, config: { maxResponseVarbinds: 3 } });
    expect(block.entryCount).toBe(7);
    expect(asked).toEqual(['0x3', '0x3', '0x1']);
  });

  test('how often and how long a step is tried', async () => {
    const { asked, port } = watched(() => []);
    const { engine } = engineOf();
    const { head } = await run(engine, { port: await port, config: { timeoutMs: 20, retries: 3 } });
    await until(() => asked.length === 4); // the last may still be under way
    expect(head).toMatchObject({ outcome: 'timeout', sentCount: 4, resentCount: 3 });
    expect(head.durationMs).toBeGreaterThanOrEqual(79);
  });

  test('a request id, which comes back with everything else that was asked', async () => {
    const port = await agent((datagram) => [respond(datagram, successors(decodeMessage(datagram).pdu, tableOf(30)))]);
    const { engine } = engineOf();
    const ranges = [{ start: [5], stop: [7] }];
    const { head, rows } = await run(engine, { port, id: 'poll-7 · core', ranges });
    expect(rows).toEqual([5, 6, 7]);
    expect(head).toMatchObject({
      type: 'walk',
      id: 'poll-7 · core',
      host: '127.0.0.1',
      port,
      roots: [parseOid(ROOT)],
      ranges,
      outcome: 'complete',
      detail: '',
      errorStatus: 0,
      flags: 0,
      sysUpTimeMs: 123_450,
      sentCount: 1,
      resentCount: 0,
    });
  });
});
