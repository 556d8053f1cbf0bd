import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '../src/lib/secret.js';
import { createAgents } from '../src/simulator/agent.js';
import { readRecordedNetwork } from '../src/simulator/recorded.js';
import { KNOWN_TABLES } from '../src/snmp/catalogue.js';
import type { SnmpCredential } from '../src/snmp/credential.js';
import { createEngineReader } from '../src/snmp/engine-reader.js';
import { createLocalEngine } from '../src/snmp/engine/client.js';
import { createSnmpCounters } from '../src/snmp/guard.js';
import { formatRecording, parseOid } from '../src/snmp/recording.js';
import { instancesOf } from '../src/snmp/rows.js';
import { createSnmpReader } from '../src/snmp/session.js';
import type { TaggedWalk } from '../src/snmp/walk.js';
import { findSnmpd, startSnmpd, type RunningAgent } from './snmp-agent.js';

const CONFIGURATION = `
rocommunity reader
rocommunity6 reader
createUser operator SHA-256 "authentic-pass" AES "private-pass"
createUser long SHA-512 "authentic-pass" AES "private-pass"
createUser aes192 SHA-224 "authentic-pass" AES-192 "private-pass"
createUser aes192c SHA "authentic-pass" AES-192-C "private-pass"
createUser aes256 SHA-384 "authentic-pass" AES-256 "private-pass"
createUser aes256c MD5 "authentic-pass" AES-256-C "private-pass"
createUser plain SHA "authentic-pass"
createUser old MD5 "authentic-pass"
rouser operator priv
rouser long priv
rouser plain auth
rouser aes192 priv
rouser aes192c priv
rouser aes256 priv
rouser aes256c priv
rouser old auth
sysName bench-agent
`;
const SYS_NAME = '1.3.6.1.2.1.1.5.0';
const OR_ID = '1.3.6.1.2.1.1.9.1.2';
const OR_DESCR = '1.3.6.1.2.1.1.9.1.3';
/** Changes from one second to the next. */
const STABLE_TABLES = [
  ['1.3.6.1.2.1.1.9.1.2', '1.3.6.1.2.1.1.9.1.3', '1.3.6.1.2.1.1.9.1.4'],
  ['1.3.6.1.2.1.2.2.1.1', '1.3.6.1.2.1.2.2.1.2', '1.3.6.1.2.1.2.2.1.5', '1.3.6.1.2.1.2.2.1.6', '1.3.6.1.2.1.2.2.1.22'],
  ['1.3.6.1.2.1.31.1.1.1.1', '1.3.6.1.2.1.31.1.1.1.15'],
  ['1.3.6.1.2.1.4.20.1.1', '1.3.6.1.2.1.4.20.1.2', '1.3.6.1.2.1.4.20.1.3'],
  ['1.3.6.1.2.1.4.34.1.3', '1.3.6.1.2.1.4.34.1.4'],
  ['1.3.6.1.6.3.10.2.1'],
];

const v3 = (user: string, protocol: 'sha' | 'sha256' | 'sha512' | 'md5', isPrivate: boolean): SnmpCredential => ({
  version: '3',
  user,
  auth: { protocol, password: new Secret('authentic-pass') },
  ...(isPrivate ? { priv: { protocol: 'aes' as const, password: new Secret('private-pass') } } : {}),
});
const V2C: SnmpCredential = { version: '2c', community: new Secret('reader') };

const snmpd = findSnmpd();
if (!snmpd) console.warn('snmp-engine.test: skipped, Debian package snmpd is not installed');

/** The agent's seconds since its start go on between two readings. */
const ENGINE_TIME = '1.3.6.1.6.3.10.2.1.3.0';

const textOf = (columns: readonly string[], walk: TaggedWalk) =>
  formatRecording(instancesOf(columns.map(parseOid), walk.rows).filter(({ oid }) => oid.join('.') !== ENGINE_TIME));

(snmpd ? describe : describe.skip)('the engine against snmpd', () => {
  let agent: RunningAgent;
  const counters = createSnmpCounters();
  const engine = createLocalEngine({ counters });
  const targetOf = (credential: SnmpCredential, host = '127.0.0.1', timeoutMs = 2_000) => ({
    host,
    port: agent.port,
    credential,
    timeoutMs,
    retries: 1,
    maxRepetitions: 25,
  });
  const readerOf = (credential: SnmpCredential, host?: string, timeoutMs?: number) =>
    createEngineReader(targetOf(credential, host, timeoutMs), { engine });

  beforeAll(async () => {
    agent = await startSnmpd(snmpd as string, CONFIGURATION);
  });
  afterAll(async () => {
    await engine.close();
    await agent.stop();
  });

  const ways: [string, SnmpCredential, string][] = [
    ['v2c', V2C, '127.0.0.1'],
    ['v2c over IPv6', V2C, '::1'],
    ['v3 authPriv', v3('operator', 'sha256', true), '127.0.0.1'],
    ['v3 authPriv over IPv6', v3('operator', 'sha256', true), '::1'],
    ['v3 SHA-512 AES', v3('long', 'sha512', true), '127.0.0.1'],
    ['v3 SHA authNoPriv', v3('plain', 'sha', false), '127.0.0.1'],
    ['v3 MD5 authNoPriv', v3('old', 'md5', false), '127.0.0.1'],
  ];

  test.each(ways)('%s reads what the library reads', async (_name, credential, host) => {
    const ours = readerOf(credential, host);
    const library = createSnmpReader(targetOf(credential, host), { engine: 'none' });
    for (const columns of STABLE_TABLES) {
      const [mine, theirs] = [await ours.walk(columns), await library.walk(columns)];
      expect({ outcome: mine.outcome, columns }).toEqual({ outcome: theirs.outcome, columns });
      expect(textOf(columns, mine)).toBe(textOf(columns, theirs));
      expect(mine.sysUpTimeMs).toBeGreaterThanOrEqual(0);
    }
    const names = [SYS_NAME, '1.3.6.1.2.1.99.99.0'];
    const [mine, theirs] = [await ours.get(names), await library.get(names)];
    for (const name of names) {
      expect(mine.has(name)).toBe(theirs.has(name));
      expect(mine.bytes(name)).toEqual(theirs.bytes(name));
    }
    library.close();
  });

  test('reads the rows that snmpbulkwalk reads', async () => {
    for (const columns of STABLE_TABLES) {
      const walk = await readerOf(V2C).walk(columns);
      const said = columns.flatMap((column) =>
        execFileSync(
          'snmpbulkwalk',
          ['-v2c', '-c', 'reader', '-m', '', '-M', '', '-On', '-Oq', `127.0.0.1:${agent.port}`, column],
          { encoding: 'utf8' },
        )
          .split('\n')
          .filter((line) => line.startsWith(`.${column}.`)),
      );
      const names = instancesOf(columns.map(parseOid), walk.rows).map(({ oid }) => `.${oid.join('.')}`);
      expect(names).toEqual(said.map((line) => line.split(' ')[0]));
    }
  });

  /** Net-SNMP's plain names are Blumenthal's key extension, those with -C Reeder's. */
  test.each([
    ['aes192', 'sha224', 'aes192b'],
    ['aes192c', 'sha', 'aes192r'],
    ['aes256', 'sha384', 'aes256b'],
    ['aes256c', 'md5', 'aes256r'],
  ] as const)('the user %s with %s and %s', async (user, authentication, privacy) => {
    const credential: SnmpCredential = {
      version: '3',
      user,
      auth: { protocol: authentication, password: new Secret('authentic-pass') },
      priv: { protocol: privacy, password: new Secret('private-pass') },
    };
    expect((await readerOf(credential).walk([OR_DESCR])).outcome).toBe('complete');
    const reader = createSnmpReader(targetOf(credential));
    expect((await reader.get([SYS_NAME])).has(SYS_NAME)).toBe(true);
    reader.close();
  });

  test('index ranges seek, one or several at a time', async () => {
    const reader = readerOf(V2C);
    const whole = await reader.walk([OR_DESCR]);
    const count = whole.rows.length;
    expect(count).toBeGreaterThan(5);
    const some = await reader.walk([OR_DESCR], { ranges: [{ start: [3], stop: [5] }] });
    expect(Array.from({ length: some.rows.length }, (_, row) => some.rows.index(row))).toEqual([[3], [4], [5]]);
    const ranges = [
      { start: [4], stop: [count] },
      { start: [0], stop: [3] },
    ];
    const parts = await reader.walk([OR_ID, OR_DESCR], { ranges });
    expect(textOf([OR_ID, OR_DESCR], parts)).toBe(textOf([OR_ID, OR_DESCR], await reader.walk([OR_ID, OR_DESCR])));
  });

  test('many at once to one v3 agent discover its engine once', async () => {
    const own = createSnmpCounters();
    const fresh = createLocalEngine({ counters: own });
    const reader = createEngineReader(targetOf(v3('operator', 'sha256', true)), { engine: fresh });
    await Promise.all(Array.from({ length: 10 }, () => reader.get([SYS_NAME])));
    await fresh.close();
    expect(own.sent).toBeLessThanOrEqual(12);
  });

  test.each([
    ['an unknown user', v3('nobody', 'sha256', true)],
    ['a wrong protocol', v3('operator', 'sha512', true)],
  ])('%s is an authentication failure', async (_name, credential) => {
    const walk = await readerOf(credential, '127.0.0.1', 500).walk([OR_ID]);
    expect(walk.outcome).toBe('authFailure');
    expect(JSON.stringify(walk)).not.toContain('-pass');
  });

  test.each([
    ['counts its boots', false],
    ['has forgotten its boots and has another engine id', true],
  ])('goes on after a restart of an agent that %s', async (_name, forget) => {
    const reader = readerOf(v3('operator', 'sha256', true), '127.0.0.1', 1_000);
    expect((await reader.get([SYS_NAME])).has(SYS_NAME)).toBe(true);
    await agent.restart({ forget });
    expect((await reader.walk([OR_ID])).outcome).toBe('complete');
    expect((await reader.get([SYS_NAME])).has(SYS_NAME)).toBe(true);
  });

  test('nothing of a real agent was dropped', () => {
    const { sent, accepted, resent } = counters;
    expect({ ...counters, sent: 0, accepted: 0, resent: 0 }).toEqual(createSnmpCounters());
    expect(sent - resent).toBeGreaterThanOrEqual(accepted - 2);
  });
});

const walks = join(process.env['PLANTGRAPH_SHARED'] ?? join(__dirname, '../../../shared'), 'data/walks');
const networks = existsSync(walks)
  ? readdirSync(walks, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  : [];
if (networks.length === 0) console.warn(`snmp-engine.test: skipped, no recordings in ${walks}`);

/** Every known table of every recorded device reads the same through the engine and through the library. */
(networks.length > 0 ? describe : describe.skip)('the engine against recorded devices', () => {
  test.each(networks.map(({ name }) => name))(
    '%s',
    async (network) => {
      const { agents: specs } = await readRecordedNetwork(join(walks, network), {
        port: 0,
        firstAddress: '127.45.0.1',
      });
      const agents = createAgents(specs);
      await agents.start();
      const engine = createLocalEngine();
      try {
        for (const { name } of specs) {
          const { address, port } = agents.endpoint(name);
          const credential: SnmpCredential = { version: '2c', community: new Secret('public') };
          const target = { host: address, port, credential, timeoutMs: 5_000, retries: 1, maxRepetitions: 25 };
          if (existsSync(join(walks, network, `${name}.lost`))) continue;
          const ours = createEngineReader(target, { engine });
          const library = createSnmpReader(target, { engine: 'none' });
          for (const { name: table, columns } of KNOWN_TABLES) {
            const [mine, theirs] = [await ours.walk(columns), await library.walk(columns)];
            expect({ name, table, outcome: mine.outcome }).toEqual({ name, table, outcome: theirs.outcome });
            expect(textOf(columns, mine)).toBe(textOf(columns, theirs));
          }
          library.close();
        }
      } finally {
        await engine.close();
        await agents.stop();
      }
    },
    120_000,
  );
});
