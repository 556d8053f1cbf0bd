import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { Secret } from '../lib/secret.js';
import { decodeMessage, encodeMessage, TAG, type Message, type PlainPdu, type Varbind } from './ber.js';
import type { SnmpCredential, SnmpTarget } from './credential.js';
import { createSnmpCounters, type SnmpCounter, type SnmpCounters } from './guard.js';
import { readMessageHead } from './message-head.js';
import { compareOids, parseOid } from './recording.js';
import { createLocalEngine, type EngineClient } from './engine/client.js';
import { createEngineReader } from './engine-reader.js';
import { createSnmpReader, type LiveReader } from './session.js';

const ROOT = '1.3.6.1.2.1.2.2.1.2';
const UPTIME: Varbind = { oid: parseOid('1.3.6.1.2.1.1.3.0'), tag: TAG.timeTicks, value: 12_345 };
const END: Varbind = { oid: parseOid('1.3.6.1.2.1.2.2.1.3.1'), tag: TAG.integer, value: 6 };
const row = (...index: number[]): Varbind => ({
  oid: [...parseOid(ROOT), ...index],
  tag: TAG.integer,
  value: index[0] ?? 0,
});

type Request = Message & { pdu: { requestId: number } };
/** Answers a datagram with any number of datagrams. */
type Behaviour = (datagram: Buffer, count: number, from: RemoteInfo) => Buffer[];

const open: (Socket | LiveReader | EngineClient)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((part) => part.close()));
});

async function agent(behaviour: Behaviour, source?: { address: string }): Promise<number> {
  const socket = createSocket('udp4');
  const out = source ? createSocket('udp4') : socket;
  open.push(socket);
  if (source) {
    open.push(out);
    out.bind(0, source.address);
    await once(out, 'listening');
  }
  let count = 0;
  socket.on('message', (datagram, from) => {
    for (const answer of behaviour(datagram, count++, from)) out.send(answer, from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket.address().port;
}

const respond = (datagram: Buffer, varbinds: Varbind[], change: Partial<PlainPdu> & { community?: string } = {}) => {
  const { version, community, pdu } = decodeMessage(datagram) as Request;
  const { community: other, ...pduChange } = change;
  return encodeMessage({
    version,
    community: other ?? community,
    pdu: { type: 'response', requestId: pdu.requestId, errorStatus: 0, errorIndex: 0, varbinds, ...pduChange },
  });
};

const tableOf = (count: number): Varbind[] => [UPTIME, ...Array.from({ length: count }, (_, i) => row(i + 1)), END];

/** What an honest agent with this table, or so many rows, answers. */
function honest(datagram: Buffer, instances: number | readonly Varbind[], maxVarbinds = 100): Buffer {
  const { pdu } = decodeMessage(datagram);
  if (pdu.type !== 'getBulk' && pdu.type !== 'getNext') throw new Error(`unexpected ${pdu.type}`);
  const table = typeof instances === 'number' ? tableOf(instances) : instances;
  const after = (oid: readonly number[]): Varbind =>
    table.find((instance) => compareOids(instance.oid, oid) > 0) ?? { oid, tag: TAG.endOfMibView, value: null };
  const nonRepeaters = pdu.type === 'getBulk' ? pdu.nonRepeaters : 0;
  const repetitions = pdu.type === 'getBulk' ? pdu.maxRepetitions : 1;
  const varbinds = pdu.varbinds.slice(0, nonRepeaters).map(({ oid }) => after(oid));
  let cursors = pdu.varbinds.slice(nonRepeaters).map(({ oid }) => oid);
  for (let i = 0; i < repetitions; i++) {
    const next = cursors.map(after);
    varbinds.push(...next);
    cursors = next.map(({ oid }) => oid);
  }
  return respond(datagram, varbinds.slice(0, maxVarbinds));
}

const V2C: SnmpCredential = { version: '2c', community: new Secret('s3cret') };

type Way = 'net-snmp' | 'engine';
const WAYS: Way[] = ['net-snmp', 'engine'];

function readerOf(
  way: Way,
  port: number,
  change: Partial<SnmpTarget> = {},
): { snmp: LiveReader; counters: SnmpCounters } {
  const target = {
    host: '127.0.0.1',
    port,
    credential: V2C,
    timeoutMs: 150,
    retries: 1,
    maxRepetitions: 10,
    ...change,
  };
  if (way === 'net-snmp') {
    const counters = createSnmpCounters();
    const snmp = createSnmpReader(target, { counters, engine: 'none' });
    open.push(snmp);
    return { snmp, counters };
  }
  const counters = createSnmpCounters();
  const engine = createLocalEngine({ counters });
  const snmp = createEngineReader(target, { engine, writer: createSnmpReader(target, { counters }) });
  open.push(engine, snmp);
  return { snmp, counters };
}

/** Non-zero counters besides the normal ones. */
const drops = (counters: SnmpCounters): string[] =>
  (Object.keys(counters) as SnmpCounter[]).filter(
    (name) => !['sent', 'accepted', 'resent'].includes(name) && counters[name] > 0,
  );

describe.each(WAYS)('through %s', (way) => {
  const reader = (port: number, change: Partial<SnmpTarget> = {}) => readerOf(way, port, change);

  test('walks a table over several datagrams and reads sysUpTime on the way', async () => {
    const { snmp, counters } = reader(await agent((datagram) => [honest(datagram, 25)]));
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

  /** Each agent ends the walk in a defined way, and what it sent is counted. */
  const HOSTILE: {
    name: string;
    behaviour: Behaviour;
    outcome: string;
    byEngine?: string;
    counted: SnmpCounter[];
    rows?: number;
  }[] = [
    { name: 'a silent agent', behaviour: () => [], outcome: 'timeout', counted: [] },
    {
      name: 'another community',
      behaviour: (datagram) => [respond(datagram, [UPTIME, row(1), END], { community: 'other' })],
      outcome: 'timeout',
      counted: ['community'],
    },
    {
      name: 'an answer nobody asked for',
      behaviour: (datagram) => [respond(datagram, [UPTIME, END], { requestId: 7 })],
      outcome: 'timeout',
      counted: ['id'],
    },
    {
      name: 'a request in place of an answer',
      behaviour: (datagram) => [respond(datagram, [UPTIME, END], { type: 'set' })],
      outcome: 'timeout',
      counted: ['pdu'],
    },
    {
      name: 'an SNMPv1 answer',
      behaviour: (datagram) => [encodeMessage({ ...decodeMessage(respond(datagram, [UPTIME, END])), version: '1' })],
      outcome: 'timeout',
      counted: ['version'],
    },
    {
      name: 'one octet',
      behaviour: () => [Buffer.of(0)],
      outcome: 'timeout',
      counted: ['decode'],
    },
    {
      name: 'syslog text',
      behaviour: () => [Buffer.from('<34>Oct 11 22:14:15 core-1 su: failed')],
      outcome: 'timeout',
      counted: ['decode'],
    },
    {
      name: 'an answer cut off',
      behaviour: (datagram) => [honest(datagram, 5).subarray(0, -9)],
      outcome: 'timeout',
      counted: ['decode'],
    },
    {
      name: 'one OID for ever',
      behaviour: (datagram) => [respond(datagram, [UPTIME, row(1), row(1)])],
      outcome: 'nonIncreasing',
      counted: [],
      rows: 1,
    },
    {
      name: 'a cycle',
      behaviour: (datagram, count) => [respond(datagram, count === 0 ? [UPTIME, row(1), row(2)] : [row(1), row(2)])],
      outcome: 'nonIncreasing',
      counted: [],
      rows: 2,
    },
    {
      name: 'an endless column',
      behaviour: (datagram, count) => [
        respond(datagram, [...(count === 0 ? [UPTIME] : []), row(count * 2 + 1), row(count * 2 + 2)]),
      ],
      outcome: 'deadline',
      counted: [],
      rows: 101,
    },
    {
      name: 'noSuchObject inside a walk',
      behaviour: (datagram) => [respond(datagram, [UPTIME, row(1), { ...row(2), tag: TAG.noSuchObject, value: null }])],
      outcome: 'errorStatus',
      counted: [],
      rows: 1,
    },
    {
      name: 'the end of the MIB',
      behaviour: (datagram) => [respond(datagram, [UPTIME, row(1), { ...row(1), tag: TAG.endOfMibView, value: null }])],
      outcome: 'endOfMib',
      counted: [],
      rows: 1,
    },
    {
      name: 'tooBig always',
      behaviour: (datagram) => [respond(datagram, [], { errorStatus: 1 })],
      outcome: 'tooBig',
      counted: [],
    },
    {
      name: 'an empty list always',
      behaviour: (datagram) => [respond(datagram, [])],
      outcome: 'errorStatus',
      byEngine: 'tooBig',
      counted: [],
    },
    {
      name: 'genErr with an error-index out of range',
      behaviour: (datagram) => [respond(datagram, [row(1)], { errorStatus: 5, errorIndex: 99 })],
      outcome: 'errorStatus',
      counted: [],
    },
    {
      name: 'authorizationError',
      behaviour: (datagram) => [respond(datagram, [row(1)], { errorStatus: 16, errorIndex: 1 })],
      outcome: 'authFailure',
      counted: [],
    },
  ];

  test.each(HOSTILE)('$name ends in $outcome', async (hostile) => {
    const { behaviour, counted, rows } = hostile;
    const outcome = (way === 'engine' ? hostile.byEngine : undefined) ?? hostile.outcome;
    const { snmp, counters } = reader(await agent(behaviour));
    const walk = await snmp.walk([ROOT], { limits: { rows: 100 } });
    expect(walk.outcome).toBe(outcome);
    expect(walk.rows.length).toBe(rows ?? 0);
    expect(drops(counters)).toEqual(counted);
    if (outcome !== 'endOfMib') expect(walk.detail).toEqual(expect.any(String));
    expect(JSON.stringify(walk)).not.toContain('s3cret');
  });

  test('an answer from another address is dropped and counted', async () => {
    const port = await agent((datagram) => [honest(datagram, 5)], { address: '127.0.0.9' });
    const { snmp, counters } = reader(port);
    expect((await snmp.walk([ROOT])).outcome).toBe('timeout');
    expect(drops(counters)).toEqual(['source']);
  });

  test('a closed port is silence', async () => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    await new Promise<void>((resolve) => socket.close(resolve));
    const { snmp } = reader(port);
    expect((await snmp.walk([ROOT])).outcome).toBe('timeout');
    await expect(snmp.get(['1.3.6.1.2.1.1.3.0'])).rejects.toMatchObject({ code: 'SNMP_TIMEOUT', retryable: true });
  });

  test('asks for less after tooBig, and remembers it', async () => {
    const asked: number[] = [];
    const port = await agent((datagram) => {
      const { pdu } = decodeMessage(datagram);
      if (pdu.type !== 'getBulk') return [honest(datagram, 6)];
      asked.push(pdu.maxRepetitions);
      return pdu.maxRepetitions > 2 ? [respond(datagram, [], { errorStatus: 1 })] : [honest(datagram, 6)];
    });
    const { snmp } = reader(port);
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
    expect(await reader(port).snmp.walk([ROOT])).toMatchObject({ outcome: 'complete', rows: { length: 4 } });
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
    const walk = await reader(port).snmp.walk([ROOT, second]);
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
    const scalars = await reader(port).snmp.get(names);
    expect(names.map((name) => scalars.number(name))).toEqual([1, undefined, undefined, 4, 5]);
  });

  test('GET refuses an answer for another object', async () => {
    const port = await agent((datagram) => [respond(datagram, [row(9)])]);
    await expect(reader(port).snmp.get([`${ROOT}.1`])).rejects.toMatchObject({ code: 'SNMP_ERROR_STATUS' });
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

  test('mutated answers end every walk in an outcome, and nothing else', async () => {
    let seed = 20_261_120;
    const chance = (below: number) => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    const mutate = (datagram: Buffer): Buffer => {
      const changed = Buffer.from(datagram);
      for (let i = chance(4); i >= 0; i--) changed[chance(changed.length)] = chance(256);
      return chance(4) === 0 ? changed.subarray(0, chance(changed.length)) : changed;
    };
    const port = await agent((datagram) => Array.from({ length: 40 }, () => mutate(honest(datagram, 12))));
    const outcomes = new Set<string>();
    for (let i = 0; i < 40; i++) {
      const { snmp } = reader(port, { timeoutMs: 20, retries: 0 });
      outcomes.add((await snmp.walk([ROOT], { limits: { rows: 100, pdus: 50 } })).outcome);
      snmp.close();
    }
    const known = [
      'complete',
      'endOfMib',
      'nonIncreasing',
      'tooBig',
      'timeout',
      'deadline',
      'errorStatus',
      'authFailure',
    ];
    expect([...outcomes].filter((outcome) => !known.includes(outcome))).toEqual([]);
  });

  describe('SNMPv3', () => {
    const tlv = (tag: number, ...parts: Uint8Array[]): Buffer => {
      const contents = Buffer.concat(parts);
      return Buffer.concat([Buffer.of(tag, 0x82, contents.length >> 8, contents.length & 0xff), contents]);
    };
    const int = (value: number) => {
      const octets = Buffer.alloc(4);
      octets.writeInt32BE(value);
      return tlv(0x02, octets);
    };
    const octets = (bytes: Uint8Array) => tlv(0x04, bytes);
    const ENGINE = Buffer.from('80001f888001020304', 'hex');

    /** A v3 message with a plain scoped PDU and whatever security it claims. */
    const plain = (
      id: number,
      flags: number,
      user: string,
      pduTag: number,
      varbind: Varbind,
      digest = Buffer.alloc(0),
    ) =>
      tlv(
        0x30,
        int(3),
        tlv(0x30, int(id), int(1472), octets(Buffer.of(flags)), int(3)),
        octets(
          tlv(
            0x30,
            octets(ENGINE),
            int(1),
            int(100),
            octets(Buffer.from(user)),
            octets(digest),
            octets(Buffer.alloc(0)),
          ),
        ),
        tlv(0x30, octets(ENGINE), octets(Buffer.alloc(0)), tlv(pduTag, int(id), int(0), int(0), listOf(varbind))),
      );
    const listOf = (varbind: Varbind) => {
      const message = encodeMessage({
        version: '2c',
        community: '',
        pdu: { type: 'response', requestId: 0, errorStatus: 0, errorIndex: 0, varbinds: [varbind] },
      });
      // the varbind list is the tail of the message
      return message.subarray(message.indexOf(Buffer.of(0x02, 1, 0, 0x02, 1, 0, 0x02, 1, 0, 0x30)) + 9);
    };
    const usmStats = (kind: number): Varbind => ({
      oid: parseOid(`1.3.6.1.6.3.15.1.1.${kind}.0`),
      tag: TAG.counter32,
      value: 1,
    });
    const headOf = (datagram: Buffer) => {
      const head = readMessageHead(datagram);
      if (head?.version !== 3) throw new Error('not a v3 message');
      return head;
    };
    const credential: SnmpCredential = {
      version: '3',
      user: 'operator',
      auth: { protocol: 'sha256', password: new Secret('authentic-pass') },
      priv: { protocol: 'aes', password: new Secret('private-pass') },
    };

    /** Answers discovery, then each authenticated request as told. */
    const afterDiscovery =
      (then: (id: number) => Buffer): Behaviour =>
      (datagram) => {
        const head = headOf(datagram);
        return [head.engineId.length === 0 ? plain(head.id, 0, '', 0xa8, usmStats(4)) : then(head.id)];
      };

    test.each([
      ['in plain text', 0, 'operator', Buffer.alloc(0), 'level'],
      ['in plain text for nobody', 0, '', Buffer.alloc(0), 'level'],
      ['authenticated but in plain text', 1, 'operator', Buffer.alloc(24), 'level'],
    ] as const)('data %s is no answer to an authPriv request', async (_name, flags, user, digest, counted) => {
      const behaviour = afterDiscovery((id) => plain(id, flags, user, 0xa2, row(777), digest));
      const { snmp, counters } = reader(await agent(behaviour), { credential });
      const walk = await snmp.walk([ROOT]);
      expect(walk).toMatchObject({ outcome: 'timeout', rows: { length: 0 } });
      expect(drops(counters)).toEqual([counted]);
    });

    test('a wrong digest or user is dropped before it can end the request', async () => {
      const forged = (user: string): Behaviour =>
        afterDiscovery((id) => {
          const message = plain(id, 3, user, 0xa2, row(777), Buffer.alloc(24));
          // an encrypted scoped PDU is an OCTET STRING
          const scopedAt = message.lastIndexOf(Buffer.concat([Buffer.of(0x04, 0x82, 0x00, ENGINE.length), ENGINE])) - 4;
          message[scopedAt] = 0x04;
          return message;
        });
      const digest = reader(await agent(forged('operator')), { credential });
      expect((await digest.snmp.walk([ROOT])).outcome).toBe('timeout');
      expect(drops(digest.counters)).toEqual(['digest']);
      const user = reader(await agent(forged('intruder')), { credential });
      expect((await user.snmp.walk([ROOT])).outcome).toBe('timeout');
      expect(drops(user.counters)).toEqual(['user']);
    });

    test.each([1, 3, 5, 6])('the Report usmStats %i says that the credential is refused', async (kind) => {
      const behaviour = afterDiscovery((id) => plain(id, 0, 'operator', 0xa8, usmStats(kind)));
      const walk = await reader(await agent(behaviour), { credential }).snmp.walk([ROOT]);
      expect(walk.outcome).toBe('authFailure');
    });

    test('a Report that holds data is no Report', async () => {
      const behaviour = afterDiscovery((id) => plain(id, 0, 'operator', 0xa8, row(777)));
      const { snmp, counters } = reader(await agent(behaviour), { credential });
      expect((await snmp.walk([ROOT])).outcome).toBe('timeout');
      expect(drops(counters)).toEqual(['level']);
    });

    test('an agent that only ever asks to synchronise ends in a failure', async () => {
      const behaviour = afterDiscovery((id) => plain(id, 0, 'operator', 0xa8, usmStats(2)));
      const { snmp, counters } = reader(await agent(behaviour), { credential });
      expect((await snmp.walk([ROOT])).outcome).toBe('authFailure');
      expect(counters.sent).toBeLessThan(12);
    });

    test('a v2c answer to a v3 request is dropped', async () => {
      const behaviour: Behaviour = (datagram) => [
        encodeMessage({
          version: '2c',
          community: '',
          pdu: { type: 'response', requestId: headOf(datagram).id, errorStatus: 0, errorIndex: 0, varbinds: [row(1)] },
        }),
      ];
      const { snmp, counters } = reader(await agent(behaviour), { credential });
      expect((await snmp.walk([ROOT])).outcome).toBe('timeout');
      expect(drops(counters)).toEqual(['version']);
    });
  });
});
