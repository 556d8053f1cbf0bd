import { Secret } from '../lib/secret.js';
import { decodeMessage, TAG } from './ber.js';
import type { SnmpTarget } from './credential.js';
import { compareOids, parseOid } from './recording.js';
import { agent, closeAfterEach, drops, honest, readerOf, respond, ROOT, row, UPTIME, WAYS } from './test-agents.js';

closeAfterEach();

describe.each(WAYS)('through %s', (way) => {
  const reader = (port: number, change: Partial<SnmpTarget> = {}) => readerOf(way, port, change);

  test('walks a table over several datagrams and reads sysUpTime on the way', async () => {
    const port = await agent((datagram) => [honest(datagram, 25)]);
    const { snmp, counters } = reader(port, { timeoutMs: 5_000 });
    const walk = await snmp.walk([ROOT]);
    expect(walk).toMatchObject({ outcome: 'complete', sysUpTimeMs: 123_450, pduCount: 3 });
    expect(Array.from({ length: walk.rows.length }, (_, i) => walk.rows.number(0, i))).toEqual(
      Array.from({ length: 25 }, (_, i) => i + 1),
    );
    expect(drops(counters)).toEqual([]);
  });

  test('loses no row when every other request is lost: the step is repeated, not the walk', async () => {
    const { snmp, counters } = reader(
      await agent((datagram, count) => (count % 2 === 0 ? [] : [honest(datagram, 30)])),
    );
    const walk = await snmp.walk([ROOT]);
    expect(walk.outcome).toBe('complete');
    expect(walk.rows.length).toBe(30);
    expect(walk.pduCount).toBe(counters.sent);
    expect(counters.sent).toBe(8);
  });

  test('a datagram answered twice counts once', async () => {
    const { snmp, counters } = reader(await agent((datagram) => [honest(datagram, 25), honest(datagram, 25)]), {
      timeoutMs: 1_000,
    });
    const walk = await snmp.walk([ROOT]);
    expect(walk.rows.length).toBe(25);
    expect(drops(counters)).toEqual(['late']);
  });

  test('asks for less after tooBig, and remembers it', async () => {
    const asked: number[] = [];
    const port = await agent((datagram) => {
      const { pdu } = decodeMessage(datagram);
      if (pdu.type !== 'getBulk') return [honest(datagram, 6)];
      asked.push(pdu.maxRepetitions);
      return pdu.maxRepetitions > 2 ? [respond(datagram, [], { errorStatus: 1 })] : [honest(datagram, 6)];
    });
    const { snmp } = reader(port, { timeoutMs: 5_000 });
    expect(await snmp.walk([ROOT])).toMatchObject({ outcome: 'complete', rows: { length: 6 } });
    expect(asked).toEqual([10, 5, 2, 2, 2, 2]);
    await snmp.walk([ROOT]);
    expect(asked[6]).toBe(4);
  });

  test('an agent that answers only single GETNEXTs is read to the end', async () => {
    const port = await agent((datagram) =>
      decodeMessage(datagram).pdu.type === 'getBulk'
        ? [respond(datagram, [], { errorStatus: 1 })]
        : [honest(datagram, 4)],
    );
    expect(await reader(port, { timeoutMs: 5_000 }).snmp.walk([ROOT])).toMatchObject({
      outcome: 'complete',
      rows: { length: 4 },
    });
  });

  test('an agent that keeps silent when its answer would be large is asked for less', async () => {
    const port = await agent((datagram) => {
      const { pdu } = decodeMessage(datagram);
      if (pdu.type === 'get') return [respond(datagram, [UPTIME])];
      return pdu.type === 'getBulk' && pdu.maxRepetitions > 3 ? [] : [honest(datagram, 6)];
    });
    const { snmp } = reader(port);
    await snmp.get(['1.3.6.1.2.1.1.3.0']);
    expect(await snmp.walk([ROOT])).toMatchObject({ outcome: 'complete', rows: { length: 6 } });
  });

  test('answers cut in the middle of a row lose nothing', async () => {
    const second = '1.3.6.1.2.1.2.2.1.3';
    const instances = [1, 2, 3, 4, 5].flatMap((i) => [row(i), { ...row(i), oid: [...parseOid(second), i] }]);
    const sorted = [UPTIME, ...instances].sort((a, b) => compareOids(a.oid, b.oid));
    const port = await agent((datagram) => [honest(datagram, sorted, 3)]);
    const walk = await reader(port, { timeoutMs: 5_000 }).snmp.walk([ROOT, second]);
    expect(walk.outcome).toBe('endOfMib');
    expect(walk.rows.length).toBe(5);
    for (let i = 0; i < 5; i++) expect([walk.rows.number(0, i), walk.rows.number(1, i)]).toEqual([i + 1, i + 1]);
  });

  test('a caller may give up, and closing gives up for all', async () => {
    const { snmp } = reader(await agent(() => []), { timeoutMs: 30_000 });
    const controller = new AbortController();
    const walking = snmp.walk([ROOT], { signal: controller.signal });
    const waiting = snmp.get(['1.3.6.1.2.1.1.3.0']);
    controller.abort();
    expect((await walking).outcome).toBe('cancelled');
    snmp.close();
    await expect(waiting).rejects.toMatchObject({ code: 'SNMP_CANCELLED' });
    expect((await snmp.walk([ROOT])).outcome).toBe('cancelled');
  });

  test('a walk ends at its wall deadline however slow the agent is', async () => {
    const { snmp } = reader(await agent(() => []), { timeoutMs: 30_000 });
    expect(await snmp.walk([ROOT], { limits: { timeMs: 50 } })).toMatchObject({ outcome: 'deadline' });
  });

  test('a VLAN is asked with its own community, also of the answers', async () => {
    const communities: string[] = [];
    const { snmp, counters } = reader(
      await agent((datagram) => {
        communities.push(decodeMessage(datagram).community);
        return [honest(datagram, 1)];
      }),
    );
    await snmp.walk([ROOT], { vlan: 20 });
    await snmp.walk([ROOT]);
    expect(communities).toEqual(['s3cret@20', 's3cret']);
    expect(drops(counters)).toEqual([]);
  });

  test('GET: absent objects are absent, broken ones do not hide the others, tooBig is split', async () => {
    const port = await agent((datagram) => {
      const { pdu } = decodeMessage(datagram);
      if (pdu.varbinds.length > 3) return [respond(datagram, [], { errorStatus: 1 })];
      const broken = pdu.varbinds.findIndex(({ oid }) => oid.at(-1) === 2);
      if (broken >= 0) return [respond(datagram, [...pdu.varbinds], { errorStatus: 5, errorIndex: broken + 1 })];
      return [
        respond(
          datagram,
          pdu.varbinds.map(({ oid }) =>
            oid.at(-1) === 3
              ? { oid, tag: TAG.noSuchInstance, value: null }
              : { oid, tag: TAG.integer, value: oid.at(-1) ?? 0 },
          ),
        ),
      ];
    });
    const names = [1, 2, 3, 4, 5].map((i) => `${ROOT}.${i}`);
    const scalars = await reader(port, { timeoutMs: 5_000 }).snmp.get(names);
    expect(names.map((name) => scalars.number(name))).toEqual([1, undefined, undefined, 4, 5]);
  });

  test('GET refuses an answer for another object', async () => {
    const port = await agent((datagram) => [respond(datagram, [row(9)])]);
    await expect(reader(port, { timeoutMs: 5_000 }).snmp.get([`${ROOT}.1`])).rejects.toMatchObject({
      code: 'SNMP_ERROR_STATUS',
    });
  });

  test('a SET is sent once', async () => {
    const { snmp, counters } = reader(await agent(() => []), {
      credential: { version: '2c', community: new Secret('s3cret'), writeCommunity: new Secret('w') },
    });
    await expect(snmp.set([{ oid: `${ROOT}.1`, type: 'integer', value: 1 }])).rejects.toMatchObject({
      code: 'SNMP_TIMEOUT',
    });
    expect(counters.sent).toBe(1);
  });
});
