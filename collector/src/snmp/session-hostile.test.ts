import { decodeMessage, encodeMessage, TAG } from './ber.js';
import type { SnmpTarget } from './credential.js';
import type { SnmpCounter } from './guard.js';
import {
  agent,
  closeAfterEach,
  closedPort,
  drops,
  END,
  honest,
  readerOf,
  respond,
  ROOT,
  row,
  UPTIME,
  WAYS,
  type Behaviour,
} from './test-agents.js';

closeAfterEach();

describe.each(WAYS)('through %s', (way) => {
  const reader = (port: number, change: Partial<SnmpTarget> = {}) => readerOf(way, port, change);

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
    const { snmp } = reader(await closedPort());
    expect((await snmp.walk([ROOT])).outcome).toBe('timeout');
    await expect(snmp.get(['1.3.6.1.2.1.1.3.0'])).rejects.toMatchObject({ code: 'SNMP_TIMEOUT', retryable: true });
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
});
