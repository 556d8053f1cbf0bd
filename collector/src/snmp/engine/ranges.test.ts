import fc from 'fast-check';
import { decodeMessage, TAG, type Varbind } from '../ber.js';
import { compareOids, parseOid } from '../recording.js';
import { agent, closeAfterEach, engineOf, honest, ROOT, row, run, UPTIME } from '../test-agents.js';
import { instancesOf } from '../rows.js';

closeAfterEach();

test('a range is sought: nothing before it is read, whatever the size of the table', async () => {
  const asked: number[][] = [];
  const port = await agent((datagram) => {
    asked.push([...(decodeMessage(datagram).pdu.varbinds.at(-1)?.oid ?? [])].slice(parseOid(ROOT).length));
    return [honest(datagram, 1_000)];
  });
  const { engine } = engineOf();
  const { rows, head } = await run(engine, { port, ranges: [{ start: [500], stop: [509] }] });
  expect(rows).toEqual([500, 501, 502, 503, 504, 505, 506, 507, 508, 509]);
  expect(head.sentCount).toBeLessThanOrEqual(2);
  expect(asked[0]).toEqual([499, 2 ** 31 - 1]);
});

test('several ranges of one table are read at once, as many as are allowed in flight', async () => {
  const held: { datagram: Buffer; port: number }[] = [];
  let most = 0;
  let release: (() => void) | undefined;
  const all = new Promise<void>((resolve) => (release = resolve));
  const port = await agent((datagram, count) => {
    // the first four are kept until all four are there
    if (count < 4) {
      held.push({ datagram, port: 0 });
      most = Math.max(most, held.length);
      if (held.length === 4) release?.();
      return held.length === 4 ? held.map((one) => honest(one.datagram, 400)) : [];
    }
    return [honest(datagram, 400)];
  });
  const { engine } = engineOf();
  const ranges = [1, 101, 201, 301].map((first) => ({ start: [first], stop: [first + 99] }));
  const { rows, head } = await run(engine, { port, ranges, config: { maxInFlight: 4, retries: 0 } });
  await all;
  expect(most).toBe(4);
  expect(head.outcome).toBe('complete');
  expect(rows).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
});

/** Tables with indexes of one to three parts, the awkward values of BER among them. */
const part = fc.constantFrom(0, 1, 2, 127, 128, 16_383, 16_384, 2 ** 31 - 2, 2 ** 31 - 1);
const index = fc.array(part, { minLength: 1, maxLength: 3 });
const order = (a: readonly number[], b: readonly number[]) => compareOids(a, b);

test('any ranges of any table give exactly the rows inside them', async () => {
  let table: Varbind[] = [];
  const port = await agent((datagram) => [honest(datagram, table)]);
  const { engine } = engineOf();
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(index, { maxLength: 25, selector: (one) => one.join('.') }),
      index,
      index,
      fc.integer({ min: 1, max: 4 }),
      async (indexes, one, other, maxRepetitions) => {
        const [start, stop] = [one, other].sort(order) as [number[], number[]];
        table = [UPTIME, ...indexes.map((of) => ({ ...row(1), oid: [...parseOid(ROOT), ...of] }))].sort((a, b) =>
          compareOids(a.oid, b.oid),
        );
        const { walk } = await run(engine, { port, ranges: [{ start, stop }], config: { maxRepetitions } });
        const isInside = (of: readonly number[]) =>
          order(of, start) >= 0 && (order(of, stop) <= 0 || stop.every((id, at) => of[at] === id));
        const found = instancesOf([parseOid(ROOT)], walk.rows).map(({ oid }) => oid.slice(parseOid(ROOT).length));
        expect(walk.outcome === 'complete' || walk.outcome === 'endOfMib').toBe(true);
        expect(found).toEqual(indexes.filter(isInside).sort(order));
      },
    ),
    { numRuns: 150 },
  );
});

test('a range that lies behind the table is empty and whole', async () => {
  const port = await agent((datagram) => [honest(datagram, 10)]);
  const { engine } = engineOf();
  const { rows, head } = await run(engine, { port, ranges: [{ start: [50], stop: [60] }] });
  expect({ rows, outcome: head.outcome }).toEqual({ rows: [], outcome: 'complete' });
});

test('ranges hold for each of several columns', async () => {
  const second = parseOid('1.3.6.1.2.1.2.2.1.3');
  const table = [
    UPTIME,
    ...Array.from({ length: 20 }, (_, i) => row(i + 1)),
    ...Array.from({ length: 20 }, (_, i) => ({ oid: [...second, i + 1], tag: TAG.integer, value: i })),
  ];
  const port = await agent((datagram) => [honest(datagram, table)]);
  const { engine } = engineOf();
  const ranges = [
    { start: [3], stop: [4] },
    { start: [17], stop: [18] },
  ];
  const { walk, rows } = await run(engine, { port, oids: [parseOid(ROOT), second], ranges });
  expect(rows).toEqual([3, 4, 17, 18]);
  expect([0, 1, 2, 3].map((at) => walk.rows.number(1, at))).toEqual([2, 3, 16, 17]);
});
