import { createSocket } from 'node:dgram';
import fc from 'fast-check';
import { encodeMessage, TAG, type Pdu } from '../snmp/ber.js';
import { parseOid, parseRecording, type Instance } from '../snmp/recording.js';
import { createAgents, type Agents, type AgentSpec } from './agent.js';
import { sortInstances, staticView } from './mib-view.js';
import type { Misbehaviour } from './misbehaviour.js';
import { answerDatagram, MAX_RESPONSE_BYTES } from './responder.js';
import { createTestClient, nothing, type TestClient } from './test-client.js';

const SYSTEM = parseRecording(
  [
    '1.3.6.1.2.1.1.1.0|4|a switch',
    '1.3.6.1.2.1.1.3.0|67|4200',
    '1.3.6.1.2.1.1.5.0|4|sw1',
    '1.3.6.1.2.1.31.1.1.1.6.1|70|18446744073709551615',
  ].join('\n'),
);
const names: Instance[] = Array.from({ length: 300 }, (_, row) => ({
  oid: parseOid(`1.3.6.1.2.1.31.1.1.1.1.${row + 1}`),
  tag: TAG.octets,
  value: Buffer.from(`GigabitEthernet0/${row + 1}`),
}));
const whole = sortInstances([...SYSTEM, ...names]);
const vlan20 = parseRecording('1.3.6.1.2.1.17.4.3.1.2.0.1.2.3.4.5|2|7');

const sw1 = (misbehaviour?: Misbehaviour): AgentSpec => ({
  name: 'sw1',
  address: '127.30.0.1',
  port: 0,
  readCommunity: 'public',
  writeCommunity: 'private',
  view: (context) => (context === '' ? staticView(whole) : context === '20' ? staticView(vlan20) : undefined),
  ...(misbehaviour ? { misbehaviour } : {}),
});

let agents: Agents;
let client: TestClient;
const cleanups: (() => unknown)[] = [];

async function serve(spec: AgentSpec, version: '1' | '2c' = '2c') {
  agents = createAgents([spec]);
  await agents.start();
  client = createTestClient(agents.endpoint(spec.name), { version });
  cleanups.push(agents.stop, client.close);
}

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const oidsOf = (pdu: Pdu | undefined) => pdu?.varbinds.map(({ oid }) => oid.join('.'));

const until = async <T>(look: () => T, isRight: (value: T) => boolean): Promise<T> => {
  const endsAt = Date.now() + 5000;
  for (let value = look(); ; value = look()) {
    if (isRight(value)) return value;
    if (Date.now() > endsAt) throw new Error(`not in 5 s: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
};

test('answers GET with values and exceptions', async () => {
  await serve(sw1());
  const answer = await client.get('1.3.6.1.2.1.1.5.0', '1.3.6.1.2.1.1.5.1', '1.3.9.9', '1.3.6.1.2.1.31.1.1.1.6.1');
  expect(answer.map(({ tag }) => tag)).toEqual([TAG.octets, TAG.noSuchInstance, TAG.noSuchObject, TAG.counter64]);
  expect(answer[3]?.value).toBe(2n ** 64n - 1n);
});

test('walks a table that takes several datagrams, none over 1472 octets', async () => {
  await serve(sw1());
  const rows = await client.walk('1.3.6.1.2.1.31.1.1.1.1', 100);
  expect(rows.map(({ oid }) => oid.at(-1))).toEqual(names.map((_, row) => row + 1));
  expect(Math.max(...client.raw.map(({ length }) => length))).toBeLessThanOrEqual(MAX_RESPONSE_BYTES);
  expect(client.raw.length).toBeGreaterThan(5);
});

test('GETBULK gives non-repeaters once, then row by row, then endOfMibView', async () => {
  await serve(sw1());
  const answer = await client.request({
    type: 'getBulk',
    nonRepeaters: 1,
    maxRepetitions: 2,
    varbinds: ['1.3.6.1.2.1.1.3', '1.3.6.1.2.1.1', '1.3.6.1.2.1.31.1.1.1.6'].map(nothing),
  });
  expect(oidsOf(answer)).toEqual([
    '1.3.6.1.2.1.1.3.0',
    '1.3.6.1.2.1.1.1.0',
    '1.3.6.1.2.1.31.1.1.1.6.1',
    '1.3.6.1.2.1.1.3.0',
    '1.3.6.1.2.1.31.1.1.1.6.1',
  ]);
  expect(answer?.varbinds.at(-1)?.tag).toBe(TAG.endOfMibView);
});

test('serves a VLAN context under community@vlan and is silent for one it does not have', async () => {
  await serve(sw1());
  const ask = (community: string, timeoutMs = 300) =>
    client.request({ type: 'getNext', varbinds: [nothing('1.3.6.1.2.1.17')] }, { community, timeoutMs });
  expect(oidsOf(await ask('public@20', 5000))).toEqual(['1.3.6.1.2.1.17.4.3.1.2.0.1.2.3.4.5']);
  expect(await ask('public@21')).toBeUndefined();
  expect(await ask('wrong')).toBeUndefined();
  expect(agents.counters()).toMatchObject({ received: 3, answered: 1, context: 1, community: 1 });
});

test('speaks v1: noSuchName, and no Counter64', async () => {
  await serve(sw1(), '1');
  const missing = await client.request({ type: 'get', varbinds: [nothing('1.3.6.1.2.1.1.5.0'), nothing('1.3.9.9')] });
  expect(missing).toMatchObject({ errorStatus: 2, errorIndex: 2 });
  const after = await client.request({ type: 'getNext', varbinds: [nothing('1.3.6.1.2.1.31.1.1.1.6')] });
  expect(after).toMatchObject({ errorStatus: 2, errorIndex: 1 });
});

test('refuses a SET without the write community, and one where nothing is writable', async () => {
  await serve(sw1());
  const name = { oid: parseOid('1.3.6.1.2.1.1.5.0'), tag: TAG.octets, value: Buffer.from('x') };
  expect(await client.request({ type: 'set', varbinds: [name] })).toMatchObject({ errorStatus: 6, errorIndex: 1 });
  expect(await client.set(name)).toBe(17);
});

test('asks a moving value at each answer', async () => {
  let ticks = 0;
  const uptime = { ...(SYSTEM[1] as Instance), read: () => ++ticks };
  await serve({ ...sw1(), view: () => staticView([uptime]) });
  expect((await client.get('1.3.6.1.2.1.1.3.0'))[0]?.value).toBe(1);
  expect((await client.get('1.3.6.1.2.1.1.3.0'))[0]?.value).toBe(2);
});

describe('misbehaves on request:', () => {
  const ask = (timeoutMs = 300) =>
    client.request({ type: 'get', varbinds: [nothing('1.3.6.1.2.1.1.5.0')] }, { timeoutMs });

  test.each<[string, Misbehaviour]>([
    ['silent', { silent: true }],
    ['late', { delayMs: 60_000 }],
    ['cut off', { cutOffAtBytes: 20 }],
    ['all lost', { lossRatio: 1 }],
    ['lost subtree', { lostSubtrees: [parseOid('1.3.6.1.2.1.1')] }],
  ])('%s', async (_name, misbehaviour) => {
    await serve(sw1(misbehaviour));
    expect(await ask()).toBeUndefined();
    agents.misbehave('sw1', undefined);
    expect(await ask(2000)).toBeDefined();
  });

  test('wrong community', async () => {
    await serve(sw1({ wrongCommunity: true }));
    await ask();
    expect(Buffer.from(client.raw[0] as Uint8Array).includes('publicx')).toBe(true);
  });

  test('tooBig above a number of varbinds', async () => {
    await serve(sw1({ tooBigAbove: 10 }));
    const bulk = (maxRepetitions: number) =>
      client.request({ type: 'getBulk', maxRepetitions, varbinds: [nothing('1.3.6.1.2.1.31')] });
    expect(await bulk(11)).toMatchObject({ errorStatus: 1, varbinds: [] });
    expect((await bulk(10))?.varbinds).toHaveLength(10);
  });

  test('a GET over the size limit is tooBig', async () => {
    await serve(sw1({ maxResponseBytes: 100 }));
    const answer = await client.request({
      type: 'get',
      varbinds: names.slice(0, 9).map(({ oid }) => nothing(oid.join('.'))),
    });
    expect(answer).toMatchObject({ errorStatus: 1, varbinds: [] });
  });

  test.each(['repeat', 'cycle'] as const)('not increasing: %s', async (nonIncreasing) => {
    await serve(sw1({ nonIncreasing }));
    const seen = new Set<string>();
    let cursor = '1.3.6.1.2.1';
    for (let i = 0; i < 10 && !seen.has(cursor); i++) {
      seen.add(cursor);
      const answer = await client.request({ type: 'getNext', varbinds: [nothing(cursor)] });
      cursor = oidsOf(answer)?.[0] ?? '';
    }
    expect(seen.has(cursor)).toBe(true);
  });

  test('GETBULK stops before a subtree in which the device hangs', async () => {
    await serve(sw1({ lostSubtrees: [parseOid('1.3.6.1.2.1.31.1.1.1.1.100')] }));
    expect(
      await client.request({ type: 'getBulk', maxRepetitions: 50, varbinds: [nothing('1.3.6.1.2.1.31.1.1.1.1.90')] }),
    ).toMatchObject({ varbinds: { length: 9 } });
  });
});

test('loses the same datagrams with the same seed', async () => {
  const patterns: string[] = [];
  for (let round = 0; round < 2; round++) {
    await serve(sw1({ lossRatio: 0.3, seed: 7 }));
    let pattern = '';
    for (let i = 0; i < 40; i++) {
      const before = agents.counters();
      void client.request({ type: 'get', varbinds: [] }, { timeoutMs: 1 });
      const after = await until(
        () => agents.counters(),
        ({ lost, answered }) => lost + answered > before.lost + before.answered,
      );
      pattern += after.lost > before.lost ? 'l' : '.';
    }
    patterns.push(pattern);
  }
  expect(patterns[0]).toMatch(/l.*\..*l/);
  expect(patterns[0]).toBe(patterns[1]);
});

test('a thousand agents in one process all answer', async () => {
  const view = staticView(SYSTEM);
  agents = createAgents(
    Array.from({ length: 1000 }, (_, at) => ({
      name: `agent-${at}`,
      address: `127.31.${at >> 8}.${at & 255}`,
      port: 0,
      readCommunity: 'public',
      view: () => view,
    })),
  );
  await agents.start();
  cleanups.push(agents.stop);
  const socket = createSocket('udp4');
  cleanups.push(() => socket.close());
  const answered = new Set<string>();
  socket.on('message', (_datagram, from) => answered.add(from.address));
  await new Promise<void>((resolve) => socket.bind(0, resolve));
  const request = encodeMessage({
    version: '2c',
    community: 'public',
    pdu: { type: 'get', requestId: 1, errorStatus: 0, errorIndex: 0, varbinds: [nothing('1.3.6.1.2.1.1.5.0')] },
  });
  for (let from = 0; from < 1000; from += 50) {
    for (let at = from; at < from + 50; at++) {
      const { address, port } = agents.endpoint(`agent-${at}`);
      socket.send(request, port, address);
    }
    await until(
      () => answered.size,
      (size) => size === from + 50,
    );
  }
});

test('any datagram is answered or passed over, never thrown at', () => {
  const request = encodeMessage({
    version: '2c',
    community: 'public',
    pdu: { type: 'getBulk', requestId: 1, nonRepeaters: 0, maxRepetitions: 3, varbinds: [nothing('1.3.6')] },
  });
  const changes = fc.array(fc.tuple(fc.nat(request.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 5 });
  fc.assert(
    fc.property(changes, (edits) => {
      const datagram = Buffer.from(request);
      for (const [at, octet] of edits) datagram[at] = octet;
      answerDatagram(datagram, sw1(), {});
    }),
    { numRuns: 2000 },
  );
});

test('says what to do when an address cannot be opened', async () => {
  const other = createSocket('udp4');
  cleanups.push(() => other.close());
  await new Promise<void>((resolve) => other.bind(0, '127.30.0.9', resolve));
  const taken = { ...sw1(), address: '127.30.0.9', port: other.address().port };
  await serve(sw1());
  const second = createAgents([{ ...sw1(), name: 'first' }, taken]);
  await expect(second.start()).rejects.toThrow('choose another port');
  await expect(createAgents([{ ...sw1(), address: '192.0.2.1' }]).start()).rejects.toThrow('no such address');
});
