import { Secret } from '../../lib/secret.js';
import { createSnmpCounters } from '../guard.js';
import type { PrivProtocol, SnmpCredential } from '../credential.js';
import { createEngineReader, engineCredentialOf } from '../engine-reader.js';
import { createSnmpReader } from '../session.js';
import {
  agent,
  closeAfterEach,
  drops,
  engineOf,
  opened,
  ROOT,
  row,
  successors,
  targetOf,
  UPTIME,
} from '../test-agents.js';
import { UsmAgent, type Tampering } from '../test-usm-agent.js';
import { ResultBlock } from './block.js';
import { createLocalEngine } from './client.js';
import type { EngineOptions } from './engine.js';
import { DEFAULT_ENGINE_CONFIG, type EngineCredential } from './task.js';
import { hasCipher } from './usm-keys.js';

closeAfterEach();

type V3 = SnmpCredential & { version: '3' };
const PASSWORD = 'authentic-pass';
const userOf = (privacy: NonNullable<V3['priv']>['protocol'] | undefined = 'aes', authentication = 'sha256'): V3 => ({
  version: '3',
  user: 'operator',
  auth: {
    protocol: authentication as NonNullable<V3['auth']>['protocol'],
    password: new Secret(PASSWORD),
  },
  ...(privacy === undefined ? {} : { priv: { protocol: privacy, password: new Secret('private-pass') } }),
});
const keysOf = (credential: V3) => engineCredentialOf(credential) as EngineCredential & { version: '3' };

/** An agent with ten rows, a reader of it and what they count. */
async function lab(
  options: {
    credential?: V3;
    change?: () => Tampering;
    engineId?: string;
    engine?: EngineOptions;
    timeoutMs?: number;
  } = {},
) {
  const credential = options.credential ?? userOf();
  const usm = new UsmAgent(keysOf(credential));
  const port = await agent(
    usm.behaviour(({ pdu }) => [{ varbinds: successors(pdu, 10), change: options.change?.() ?? {} }]),
  );
  const { engine, counters } = engineOf(options.engine);
  const change = {
    credential,
    timeoutMs: options.timeoutMs ?? 150,
    ...(options.engineId === undefined ? {} : { engineId: options.engineId }),
  };
  const reader = opened(createEngineReader(targetOf(port, change), { engine }));
  return { usm, port, engine, counters, reader, walk: () => reader.walk([ROOT]) };
}

describe('first contact', () => {
  test('takes one discovery, and none when the engine is known from before', async () => {
    const { usm, port, engine, walk } = await lab({ timeoutMs: 2_000 });
    expect(await walk()).toMatchObject({ outcome: 'complete', rows: { length: 10 } });
    expect(usm.seen.discovery).toBe(1);
    // as after a restart of ours: another engine with what the first one knew
    const known = await engine.knownEngines();
    expect(Object.keys(known)).toEqual([`127.0.0.1|${port}`]);
    const next = engineOf({ engines: structuredClone(known) });
    const reader = opened(
      createEngineReader(targetOf(port, { credential: userOf(), timeoutMs: 2_000 }), { engine: next.engine }),
    );
    const before = { ...usm.seen };
    expect((await reader.walk([ROOT])).outcome).toBe('complete');
    expect(usm.seen).toMatchObject({ discovery: before.discovery, reports: before.reports });
  });

  test('many requests at once wait for one discovery', async () => {
    const { usm, walk, counters } = await lab({ timeoutMs: 2_000 });
    const walks = await Promise.all(Array.from({ length: 20 }, walk));
    expect(new Set(walks.map(({ outcome }) => outcome))).toEqual(new Set(['complete']));
    expect(usm.seen.discovery).toBe(1);
    expect(drops(counters)).toEqual([]);
  });

  test.each([
    ['its own engine id', '80001F888001020304', 'complete'],
    ['another engine id', '80001f8880ffffffff', 'authFailure'],
  ])('a device that is pinned to %s', async (_name, engineId, outcome) => {
    const { walk, usm } = await lab({ engineId, timeoutMs: 2_000 });
    const first = await walk();
    expect(first.outcome).toBe(outcome);
    if (outcome !== 'complete') {
      expect(first.detail).toContain(engineId);
      expect(usm.seen.data).toBe(0); // nothing that the credential could be learned from
    }
  });

  test('an engine that is known from before but is not the pinned one is discovered anew', async () => {
    const { usm, port } = await lab();
    const engines = {
      [`127.0.0.1|${port}`]: {
        engineId: Buffer.from('80001f8880ffffffff', 'hex'),
        boots: 1,
        time: 1,
        atMs: Date.now(),
      },
    };
    const { engine } = engineOf({ engines });
    const target = targetOf(port, { credential: userOf(), engineId: usm.engineId.toString('hex'), timeoutMs: 2_000 });
    const reader = opened(createEngineReader(target, { engine }));
    expect((await reader.walk([ROOT])).outcome).toBe('complete');
  });
});

describe('the agent restarts', () => {
  test('boots that have grown in the middle of a walk cost one exchange and no row', async () => {
    const credential = userOf();
    const usm = new UsmAgent(keysOf(credential));
    let answers = 0;
    const port = await agent(
      usm.behaviour(({ pdu }) => {
        const answer = { varbinds: successors(pdu, 40) };
        if (++answers === 2) {
          usm.boots++;
          usm.time = 5;
        }
        return [answer];
      }),
    );
    const { engine, counters } = engineOf();
    const reader = opened(createEngineReader(targetOf(port, { credential, timeoutMs: 2_000 }), { engine }));
    expect(await reader.walk([ROOT])).toMatchObject({ outcome: 'complete', rows: { length: 40 } });
    expect(usm.seen).toEqual({ discovery: 1, data: 5, reports: 0 });
    expect(drops(counters)).toEqual([]);
  });

  test.each([
    ['with boots counted', 4],
    ['with boots lost under the same engine id', 0],
  ])('between two walks %s', async (_name, boots) => {
    const { usm, walk } = await lab();
    expect((await walk()).outcome).toBe('complete');
    usm.boots = boots;
    usm.time = 3;
    expect(await walk()).toMatchObject({ outcome: 'complete', rows: { length: 10 } });
    expect((await walk()).outcome).toBe('complete');
  });

  test('with another engine id', async () => {
    const { usm, walk } = await lab({ timeoutMs: 2_000 });
    await walk();
    usm.engineId = Buffer.from('80001f8880aabbccdd', 'hex');
    expect((await walk()).outcome).toBe('complete');
    expect(usm.seen.discovery).toBe(2);
  });
});

describe('an answer is not taken when', () => {
  const CASES: [string, Tampering, string][] = [
    ['it is authenticated but in plain text', { level: 1 }, 'level'],
    ['it is in plain text without proof', { level: 0 }, 'level'],
    ['its digest is wrong', { wrongDigest: true }, 'digest'],
    ...[1, 6, 11, 23].map((digestLength): [string, Tampering, string] => [
      `its digest is cut to ${digestLength} octets`,
      { digestLength },
      'digest',
    ]),
    ['its boots are those of an earlier life', { boots: 2 }, 'window'],
    ['its time is more than 150 s old', { time: 840 }, 'window'],
    ['it is of another context', { context: 'vlan-7' }, 'context'],
    ['it is of another context engine', { contextEngineId: Buffer.from('80001f8880ffffffff', 'hex') }, 'context'],
    ['its inner request id is another', { requestId: 7 }, 'id'],
    ['its encrypted data is cut', { cutData: 20 }, 'decode'],
  ];
  test.each(CASES)('%s; the real one after it is', async (_name, change, counter) => {
    const credential = userOf();
    const usm = new UsmAgent(keysOf(credential));
    let isHonest = true;
    const port = await agent(
      usm.behaviour(({ pdu }) => {
        const varbinds = successors(pdu, 10);
        return isHonest ? [{ varbinds }] : [{ varbinds: [row(7), row(777)], change }, { varbinds }];
      }),
    );
    const { engine, counters } = engineOf();
    const reader = opened(createEngineReader(targetOf(port, { credential, timeoutMs: 2_000 }), { engine }));
    await reader.walk([ROOT]);
    isHonest = false;
    const walk = await reader.walk([ROOT]);
    expect(walk).toMatchObject({ outcome: 'complete', rows: { length: 10 } });
    expect(drops(counters)).toEqual([counter]);
  });

  test('its boots are at their end', async () => {
    const { walk, counters } = await lab({ change: () => ({ boots: 2_147_483_647 }) });
    expect((await walk()).outcome).toBe('timeout');
    expect(drops(counters)).toEqual(['window']);
  });

  test('but one that is 149 s behind is', async () => {
    let isHonest = true;
    const { walk, counters } = await lab({ change: () => (isHonest ? {} : { time: 852 }) });
    await walk();
    isHonest = false;
    expect((await walk()).outcome).toBe('complete');
    expect(drops(counters)).toEqual([]);
  });
});

test('each request is asked in its own context, and its answer must be of that context', async () => {
  const { reader, usm } = await lab();
  await Promise.all([reader.walk([ROOT], { vlan: 20 }), reader.walk([ROOT], { vlan: 30 }), reader.walk([ROOT])]);
  expect([...new Set(usm.contexts)].sort()).toEqual(['', 'vlan-20', 'vlan-30']);
});

test('several users of one engine, each with a level of its own, share its clock', async () => {
  const users: V3[] = [userOf(), { ...userOf(undefined, 'sha'), user: 'plain' }, { version: '3', user: 'nobody' }];
  const usm = new UsmAgent(...users.map(keysOf));
  const port = await agent(usm.behaviour(({ pdu }) => [{ varbinds: successors(pdu, 3) }]));
  const { engine, counters } = engineOf();
  for (const credential of users) {
    const reader = createEngineReader(targetOf(port, { credential, timeoutMs: 2_000 }), { engine });
    expect(await reader.walk([ROOT])).toMatchObject({ outcome: 'complete', rows: { length: 3 } });
  }
  expect(usm.seen.discovery).toBe(1);
  expect(drops(counters)).toEqual([]);
});

const PRIVACY: PrivProtocol[] = ['des', 'aes', 'aes192b', 'aes192r', 'aes256b', 'aes256r'];
describe.each(['md5', 'sha', 'sha224', 'sha256', 'sha384', 'sha512'] as const)('%s', (authentication) => {
  test.each(PRIVACY)('with %s, where the runtime has it', async (protocol) => {
    const credential: EngineCredential & { version: '3' } = {
      ...keysOf(userOf(undefined, authentication)),
      priv: { protocol, password: 'private-pass' },
    };
    const usm = new UsmAgent(credential);
    const port = await agent(usm.behaviour(() => [{ varbinds: [UPTIME] }]));
    const engine = opened(createLocalEngine({ counters: createSnmpCounters() }));
    const octets = await engine.run({
      type: 'get',
      id: '',
      host: '127.0.0.1',
      port,
      credential,
      oids: [UPTIME.oid],
      ranges: [],
      limits: { rows: 10, bytes: 1e6, pdus: 10, timeMs: 5_000 },
      config: DEFAULT_ENGINE_CONFIG,
    });
    const { head } = new ResultBlock(octets);
    if (!hasCipher(protocol)) {
      expect(protocol).toBe('des');
      expect(head.detail).toContain('--openssl-legacy-provider');
    }
    expect(head.outcome).toBe(hasCipher(protocol) ? 'complete' : 'authFailure');
    expect(usm.seen.data).toBe(hasCipher(protocol) ? 1 : 0);
  });
});

test('no mutated answer changes a row, whatever was changed in it', async () => {
  let seed = 20_261_120;
  const chance = (below: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const mutate = (datagram: Buffer): Buffer => {
    const changed = Buffer.from(datagram);
    for (let i = chance(4); i >= 0; i--) {
      const at = chance(changed.length);
      changed[at] = (changed[at] as number) ^ (1 + chance(255));
    }
    return chance(4) === 0 ? changed.subarray(0, chance(changed.length)) : changed;
  };
  const credential = userOf();
  const usm = new UsmAgent(keysOf(credential));
  const honest = usm.behaviour(({ pdu }) => [{ varbinds: successors(pdu, 60) }]);
  const port = await agent((datagram, count, from) => {
    const answers = honest(datagram, count, from);
    return [...Array.from({ length: 50 }, () => mutate(answers[0] as Buffer)), ...answers];
  });
  const { engine } = engineOf();
  const reader = opened(createEngineReader(targetOf(port, { credential, timeoutMs: 5_000 }), { engine }));
  for (let i = 0; i < 10; i++) {
    const walk = await reader.walk([ROOT]);
    // a plain Report cannot be proved, so a forged one may end a walk (RFC 3414, 3.2): never with other rows
    if (walk.outcome === 'complete') expect(walk.rows.length).toBe(60);
    for (let at = 0; at < walk.rows.length; at++) expect(walk.rows.number(0, at)).toBe(walk.rows.index(at)[0]);
  }
});

test('a credential that is refused three times is left alone, another one is tried at once', async () => {
  const usm = new UsmAgent(keysOf(userOf()));
  const port = await agent(usm.behaviour(({ pdu }) => [{ varbinds: successors(pdu, 3) }]));
  const { engine, counters } = engineOf();
  const wrong = { ...userOf(), auth: { protocol: 'sha256', password: new Secret('not-this-one') } } as const;
  const bad = createEngineReader(targetOf(port, { credential: wrong, timeoutMs: 2_000 }), { engine });
  for (let i = 0; i < 6; i++) expect((await bad.walk([ROOT])).outcome).toBe('authFailure');
  expect(usm.seen.reports).toBe(3);
  expect(counters.refused).toBe(3);
  const good = createEngineReader(targetOf(port, { credential: userOf(), timeoutMs: 2_000 }), { engine });
  expect((await good.walk([ROOT])).outcome).toBe('complete');
  engine.forget('127.0.0.1', port);
  expect((await bad.walk([ROOT])).detail).toContain('password');
});

test('a password that is rotated takes effect with the next request of the same reader', async () => {
  const usm = new UsmAgent(keysOf({ ...userOf(), auth: { protocol: 'sha256', password: new Secret('the-new-one') } }));
  const port = await agent(usm.behaviour(({ pdu }) => [{ varbinds: successors(pdu, 3) }]));
  const { engine } = engineOf();
  let password = PASSWORD;
  const target = {
    ...targetOf(port, { timeoutMs: 2_000 }),
    get credential(): SnmpCredential {
      return { ...userOf(), auth: { protocol: 'sha256', password: new Secret(password) } };
    },
  };
  const reader = opened(createSnmpReader(target, { engine }));
  expect((await reader.walk([ROOT])).outcome).toBe('authFailure');
  await expect(reader.get(['1.3.6.1.2.1.1.3.0'])).rejects.toMatchObject({ code: 'SNMP_AUTH' });
  password = 'the-new-one';
  expect((await reader.walk([ROOT])).outcome).toBe('complete');
});
