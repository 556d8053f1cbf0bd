import { decodeMessage, encodeMessage, TAG, type Varbind } from '../ber.js';
import { Secret } from '../../lib/secret.js';
import type { SnmpCredential } from '../credential.js';
import { compareOids, parseOid } from '../recording.js';
import { createSnmpReader } from '../session.js';
import {
  agent,
  closeAfterEach,
  drops,
  engineOf,
  honest,
  opened,
  respond,
  ROOT,
  run,
  targetOf,
  UPTIME,
} from '../test-agents.js';

closeAfterEach();

const V1 = { version: '1', community: 's3cret' } as const;
const COLUMNS = [2, 3].map((column) => parseOid(`1.3.6.1.2.1.2.2.1.${column}`));
const cells = (column: readonly number[], count: number): Varbind[] =>
  Array.from({ length: count }, (_, i) => ({ oid: [...column, i + 1], tag: TAG.integer, value: i + 1 }));
const NO_SUCH_NAME = 2;

/** A v1 agent: GETNEXT only, and noSuchName of the first name that has no successor (RFC 1157, 4.1.3). */
function v1Agent(table: readonly Varbind[], misindexed?: number) {
  const sorted = [...table].sort((a, b) => compareOids(a.oid, b.oid));
  const asked: string[] = [];
  const port = agent((datagram) => {
    const { pdu, version } = decodeMessage(datagram);
    asked.push(`${version} ${pdu.type} ${pdu.varbinds.length}`);
    if (pdu.type !== 'getNext' && pdu.type !== 'get') return [];
    const answers = pdu.varbinds.map(({ oid }) =>
      pdu.type === 'get'
        ? sorted.find((one) => compareOids(one.oid, oid) === 0)
        : sorted.find((one) => compareOids(one.oid, oid) > 0),
    );
    const missing = answers.indexOf(undefined);
    if (missing >= 0) {
      const errorIndex = misindexed ?? missing + 1;
      return [respond(datagram, pdu.varbinds, { errorStatus: NO_SUCH_NAME, errorIndex })];
    }
    return [respond(datagram, answers as Varbind[])];
  });
  return { port, asked };
}

test('a table is read by GETNEXT, its columns together, until each has ended', async () => {
  const { port, asked } = v1Agent([UPTIME, ...cells(COLUMNS[0] ?? [], 4), ...cells(COLUMNS[1] ?? [], 3)]);
  const { engine, counters } = engineOf();
  const { walk, rows } = await run(engine, { port: await port, oids: COLUMNS, credential: V1 });
  expect(walk.outcome).toBe('endOfMib');
  expect(rows).toEqual([1, 2, 3, 4]);
  expect([0, 1, 2, 3].map((at) => walk.rows.number(1, at))).toEqual([1, 2, 3, undefined]);
  expect(walk.sysUpTimeMs).toBe(123_450);
  expect(asked[0]).toBe('1 getNext 3');
  expect(new Set(asked.map((one) => one.split(' ')[1]))).toEqual(new Set(['getNext']));
  expect(drops(counters)).toEqual([]);
});

test.each([0, 1, 99])('an error-index of %i, which points nowhere, loses nothing and ends', async (errorIndex) => {
  const { port } = v1Agent([...cells(COLUMNS[1] ?? [], 3)], errorIndex);
  const { engine } = engineOf();
  const { rows, head } = await run(engine, { port: await port, oids: [COLUMNS[1] ?? []], credential: V1 });
  expect(rows).toEqual([1, 2, 3]);
  expect(head.outcome).not.toBe('complete');
});

test('a GET leaves out what is not there', async () => {
  const { port } = v1Agent([UPTIME, ...cells(COLUMNS[0] ?? [], 3)]);
  const { engine } = engineOf();
  const oids = [UPTIME.oid, [...(COLUMNS[0] ?? []), 9], [...(COLUMNS[0] ?? []), 2]];
  const { block, head } = await run(engine, { port: await port, type: 'get', oids, credential: V1 });
  expect({ outcome: head.outcome, count: block.entryCount }).toEqual({ outcome: 'complete', count: 2 });
});

test('an answer of v2c is dropped, and the real one after it is taken', async () => {
  const port = await agent((datagram) => [
    encodeMessage({ ...decodeMessage(honest(datagram, 4)), version: '2c' }),
    honest(datagram, 3),
  ]);
  const { engine, counters } = engineOf();
  expect((await run(engine, { port, credential: V1 })).rows).toEqual([1, 2, 3]);
  expect(drops(counters)).toEqual(['version']);
});

test('the reader speaks it too, GET included', async () => {
  const { port, asked } = v1Agent([UPTIME, ...cells(COLUMNS[0] ?? [], 3)]);
  const credential: SnmpCredential = { version: '1', community: new Secret('s3cret') };
  const reader = opened(createSnmpReader(targetOf(await port, { credential, timeoutMs: 2_000 })));
  expect((await reader.walk([ROOT])).rows.length).toBe(3);
  const scalars = await reader.get(['1.3.6.1.2.1.1.3.0', `${ROOT}.9`]);
  expect(scalars.number('1.3.6.1.2.1.1.3.0')).toBe(12_345);
  expect(scalars.has(`${ROOT}.9`)).toBe(false);
  expect(asked.every((one) => one.startsWith('1 '))).toBe(true);
});
