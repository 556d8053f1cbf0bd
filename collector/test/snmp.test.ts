import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildProgram } from '../src/commands/program.js';
import { Secret } from '../src/lib/secret.js';
import type { SnmpCredential } from '../src/snmp/credential.js';
import { createSnmpCounters } from '../src/snmp/guard.js';
import { probeDevice } from '../src/snmp/probe.js';
import { parseRecording } from '../src/snmp/recording.js';
import { createSnmpReader, type LiveReader } from '../src/snmp/session.js';
import { findSnmpd, startSnmpd, type RunningAgent } from './snmp-agent.js';

const SYS_DESCR = '1.3.6.1.2.1.1.1.0';
const SYS_NAME = '1.3.6.1.2.1.1.5.0';
const SYS_LOCATION = '1.3.6.1.2.1.1.6.0';
const IF_INDEX = '1.3.6.1.2.1.2.2.1.1';
const IF_DESCR = '1.3.6.1.2.1.2.2.1.2';
const IF_PHYS_ADDRESS = '1.3.6.1.2.1.2.2.1.6';
const IF_HC_IN_OCTETS = '1.3.6.1.2.1.31.1.1.1.6';
const OR_ID = '1.3.6.1.2.1.1.9.1.2';
const OR_DESCR = '1.3.6.1.2.1.1.9.1.3';

const CONFIGURATION = `
rwcommunity reader
rwcommunity writer
rwcommunity6 reader
createUser operator SHA-256 "authentic-pass" AES "private-pass"
createUser plain SHA "authentic-pass"
rwuser operator priv
rouser plain auth
sysName bench-agent
`;

const community = (name: string): SnmpCredential => ({ version: '2c', community: new Secret(name) });
const operator: SnmpCredential = {
  version: '3',
  user: 'operator',
  auth: { protocol: 'sha256', password: new Secret('authentic-pass') },
  priv: { protocol: 'aes', password: new Secret('private-pass') },
};

const snmpd = findSnmpd();
if (!snmpd) console.warn('snmp.test: skipped, Debian package snmpd is not installed');

(snmpd ? describe : describe.skip)('against snmpd', () => {
  let agent: RunningAgent;
  const readers: LiveReader[] = [];
  const counters = createSnmpCounters();

  const readerFor = (credential: SnmpCredential, host = '127.0.0.1', timeoutMs = 2_000): LiveReader => {
    const target = { host, port: agent.port, credential, timeoutMs, retries: 1, maxRepetitions: 25 };
    const reader = createSnmpReader(target, { counters });
    readers.push(reader);
    return reader;
  };

  beforeAll(async () => {
    agent = await startSnmpd(snmpd as string, CONFIGURATION);
  });
  afterAll(async () => {
    readers.forEach((reader) => reader.close());
    await agent.stop();
  });

  const ways: [string, SnmpCredential, string][] = [
    ['v2c', community('reader'), '127.0.0.1'],
    ['v2c over IPv6', community('reader'), '::1'],
    ['v3 authPriv', operator, '127.0.0.1'],
    ['v3 authPriv over IPv6', operator, '::1'],
    [
      'v3 authNoPriv',
      { version: '3', user: 'plain', auth: { protocol: 'sha', password: new Secret('authentic-pass') } },
      '127.0.0.1',
    ],
  ];

  test.each(ways)('%s reads scalars and tables', async (_name, credential, host) => {
    const reader = readerFor(credential, host);
    const scalars = await reader.get([SYS_NAME, '1.3.6.1.2.1.99.99.0']);
    expect(Buffer.from(scalars.bytes(SYS_NAME) ?? []).toString()).toBe('bench-agent');
    expect(scalars.has('1.3.6.1.2.1.99.99.0')).toBe(false);

    const walk = await reader.walk([OR_ID, OR_DESCR]);
    expect(walk.outcome).toBe('complete');
    expect(walk.rows.length).toBeGreaterThan(3);
    expect(walk.sysUpTimeMs).toBeGreaterThanOrEqual(0);
    for (let row = 0; row < walk.rows.length; row++) {
      expect(walk.rows.index(row)).toEqual([row + 1]);
      expect(walk.rows.oid(0, row)?.slice(0, 4)).toEqual([1, 3, 6, 1]);
      expect(walk.rows.bytes(1, row)?.length).toBeGreaterThan(0);
    }
  });

  test('merges columns of unlike length and types on the index', async () => {
    const walk = await readerFor(community('reader')).walk([IF_INDEX, IF_DESCR, IF_PHYS_ADDRESS, IF_HC_IN_OCTETS]);
    expect(walk.outcome).toBe('complete');
    const { rows } = walk;
    expect(rows.length).toBeGreaterThan(0);
    for (let row = 0; row < rows.length; row++) {
      expect(rows.number(0, row)).toBe(rows.index(row)[0]);
      expect(typeof rows.bigint(3, row)).toBe('bigint');
      expect(rows.tag(3, row)).toBe(70);
      expect([0, 6]).toContain(rows.bytes(2, row)?.length);
    }
  });

  test('the end of the MIB view is an end of its own', async () => {
    // snmpModules is the last subtree that this agent serves
    const walk = await readerFor(community('reader')).walk(['1.3.6.1.6.3', '1.9']);
    expect(['complete', 'endOfMib']).toContain(walk.outcome);
    expect((await readerFor(community('reader')).walk(['1.9'])).outcome).toBe('endOfMib');
  });

  test('several walks and gets at once all end, one request on the wire at a time', async () => {
    const reader = readerFor(operator);
    const walks = await Promise.all([reader.walk([OR_ID]), reader.walk([IF_DESCR]), reader.get([SYS_DESCR])]);
    expect(walks[0].outcome).toBe('complete');
    expect(walks[1].outcome).toBe('complete');
    expect(walks[2].has(SYS_DESCR)).toBe(true);
  });

  test('SET needs a write credential and says what the agent said', async () => {
    const location = Buffer.from('rack 7');
    await expect(
      readerFor(community('reader')).set([{ oid: SYS_LOCATION, type: 'octets', value: location }]),
    ).rejects.toMatchObject({ code: 'SNMP_NO_WRITE_CREDENTIAL' });
    const writer = readerFor({
      version: '2c',
      community: new Secret('reader'),
      writeCommunity: new Secret('writer'),
    });
    await writer.set([{ oid: SYS_LOCATION, type: 'octets', value: location }]);
    const read = await writer.get([SYS_LOCATION]);
    expect(Buffer.from(read.bytes(SYS_LOCATION) ?? []).toString()).toBe('rack 7');
    await writer.set([{ oid: SYS_LOCATION, type: 'octets', value: new Uint8Array() }]);
    await expect(writer.set([{ oid: SYS_DESCR, type: 'octets', value: location }])).rejects.toMatchObject({
      code: 'SNMP_ERROR_STATUS',
      errorStatus: 17,
      oid: SYS_DESCR,
    });
    await expect(writer.set([{ oid: SYS_LOCATION, type: 'integer', value: 1 }])).rejects.toMatchObject({
      errorStatus: 7,
    });
    await readerFor(operator).set([{ oid: SYS_LOCATION, type: 'octets', value: location }]);
  });

  const wrong = (user: string, auth: string, priv: string): SnmpCredential => ({
    version: '3',
    user,
    auth: { protocol: 'sha256', password: new Secret(auth) },
    priv: { protocol: 'aes', password: new Secret(priv) },
  });
  test.each([
    ['an unknown user', wrong('nobody', 'authentic-pass', 'private-pass')],
    ['a wrong authentication password', wrong('operator', 'another-pass', 'private-pass')],
  ])('%s is an authentication failure, and no secret is in the words', async (_name, credential) => {
    const reader = readerFor(credential, '127.0.0.1', 500);
    const walk = await reader.walk([OR_ID]);
    expect(walk.outcome).toBe('authFailure');
    expect(JSON.stringify(walk)).not.toMatch(/-pass/);
    const error = await reader.get([SYS_NAME]).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'SNMP_AUTH' });
    expect(JSON.stringify(error) + String((error as Error).stack)).not.toMatch(/-pass|Digest/);
  });

  test('a wrong privacy password or community gets no data', async () => {
    const walk = await readerFor(wrong('operator', 'authentic-pass', 'other-private'), '127.0.0.1', 300).walk([OR_ID]);
    expect(['authFailure', 'timeout']).toContain(walk.outcome);
    expect(walk.rows.length).toBe(0);
    expect((await readerFor(community('stranger'), '127.0.0.1', 200).walk([OR_ID])).outcome).toBe('timeout');
  });

  test('a probe tells which tables answer and what they cost', async () => {
    const probe = await probeDevice(readerFor(operator));
    expect(probe).toMatchObject({ failure: null, sysName: 'bench-agent' });
    expect(probe.tables.every(({ outcome }) => outcome === 'complete' || outcome === 'endOfMib')).toBe(true);
    const ifTable = probe.tables.find(({ name }) => name === 'ifTable');
    expect(ifTable?.rows).toBeGreaterThan(0);
    expect(ifTable?.varbinds).toBe((ifTable?.rows ?? 0) * 9);
    expect(probe.packetsPerCycle).toBeGreaterThanOrEqual(2 * probe.tables.length);
  });

  describe('commands', () => {
    let folder: string;
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'plantgraph-snmp-'));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    afterEach(() => jest.restoreAllMocks());

    const plantgraph = async (...args: string[]) => {
      const said = { out: '', err: '', octets: Buffer.alloc(0) };
      jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
        if (typeof text === 'string') said.out += text;
        else said.octets = Buffer.concat([said.octets, text]);
        return true;
      });
      jest.spyOn(process.stderr, 'write').mockImplementation((text) => ((said.err += String(text)), true));
      const code = await buildProgram().run(['node', 'plantgraph', ...args]);
      jest.restoreAllMocks();
      return { code, ...said };
    };
    const device = () => ['127.0.0.1', '--port', String(agent.port), '--community-file', file('community', 'reader\n')];

    test('snmp walk prints instances, and how the walk ended', async () => {
      const { code, out } = await plantgraph('snmp', 'walk', ...device(), SYS_NAME, IF_DESCR, '--output', 'json');
      expect(code).toBe(0);
      const { walks } = JSON.parse(out) as { walks: { outcome: string; instances: { text: string }[] }[] };
      expect(walks.map(({ outcome }) => outcome)).toEqual(['complete', 'complete']);
      expect(walks[0]?.instances).toEqual([
        { oid: SYS_NAME, type: 'OCTETS', value: Buffer.from('bench-agent').toString('hex'), text: 'bench-agent' },
      ]);
      const table = await plantgraph('snmp', 'walk', ...device(), SYS_NAME);
      expect(table.out).toBe(`${SYS_NAME} = OCTETS: "bench-agent"\n`);
    });

    test('snmp walk reads index ranges, and by SNMPv1', async () => {
      const ranged = await plantgraph(
        'snmp',
        'walk',
        ...device(),
        OR_DESCR,
        '--range',
        '2-3',
        '--range',
        '5',
        '--in-flight',
        '2',
      );
      expect(ranged.code).toBe(0);
      expect(ranged.out.split('\n').map((line) => line.split(' ')[0])).toEqual([
        ...[2, 3, 5].map((index) => `${OR_DESCR}.${index}`),
        '',
      ]);
      const [first, newer] = [
        await plantgraph('snmp', 'walk', ...device(), '--v1', OR_DESCR),
        await plantgraph('snmp', 'walk', ...device(), OR_DESCR),
      ];
      expect({ code: first.code, out: first.out }).toEqual({ code: 0, out: newer.out });
      expect((await plantgraph('snmp', 'walk', ...device(), OR_DESCR, '--range', '3-x')).code).toBe(2);
    });

    test.each(['block', 'raw', 'wireline'])('what snmp walk writes as %s, snmp decode reads', async (form) => {
      const oids = [OR_ID, OR_DESCR, IF_DESCR, IF_PHYS_ADDRESS];
      const walked = await plantgraph('snmp', 'walk', ...device(), ...oids, '--output', form);
      expect(walked.code).toBe(0);
      writeFileSync(join(folder, form), walked.octets);
      const decoded = await plantgraph('snmp', 'decode', join(folder, form), '--output', 'snmprec');
      const plain = await plantgraph('snmp', 'walk', ...device(), ...oids, '--output', 'snmprec');
      expect({ code: decoded.code, out: decoded.out }).toEqual({ code: 0, out: plain.out });
      expect(decoded.err).toContain(form === 'wireline' ? 'format wireline' : 'outcome complete');
      const json = await plantgraph('snmp', 'decode', join(folder, form), '--output', 'json');
      expect(JSON.parse(json.out)).toMatchObject({ id: '127.0.0.1', instances: expect.any(Array) });
    });

    test('snmp decode refuses what is damaged or not there', async () => {
      const { octets } = await plantgraph('snmp', 'walk', ...device(), OR_ID, '--output', 'block');
      writeFileSync(join(folder, 'cut'), octets.subarray(0, -20));
      const cut = await plantgraph('snmp', 'decode', join(folder, 'cut'));
      expect({ code: cut.code, err: cut.err }).toEqual({ code: 1, err: expect.stringContaining('SNMP_BLOCK_INVALID') });
      expect((await plantgraph('snmp', 'decode', join(folder, 'nothing'))).code).toBe(2);
      expect((await plantgraph('snmp', 'decode', file('text', 'no record at all'))).err).toContain(
        'SNMP_WIRELINE_INVALID',
      );
    });

    test('a blanked recording does not tell the address in its name either', async () => {
      const out = join(folder, 'blanked');
      const { code, out: said, err } = await plantgraph('record', ...device(), '--out', out, '--blank');
      expect(code).toBe(0);
      expect(readdirSync(out).join()).toMatch(/^device-[0-9a-f]{8}\.snmprec$/);
      expect(said + err).not.toContain('127.0.0.1');
    });

    test('record writes a recording that reads back, blanked on request', async () => {
      const { code, out } = await plantgraph('record', ...device(), '--out', folder, '--name', 'dev');
      expect(code).toBe(0);
      expect(out).toMatch(/^ifTable +\d+ rows/m);
      const text = readFileSync(join(folder, 'dev.snmprec'), 'utf8');
      expect(parseRecording(text).some(({ oid }) => oid.join('.') === SYS_NAME)).toBe(true);
      expect(text).toContain('bench-agent');
      await plantgraph('record', ...device(), '--out', folder, '--name', 'blank', '--blank');
      expect(readFileSync(join(folder, 'blank.snmprec'), 'utf8')).not.toContain('bench-agent');
    });

    test('exit codes tell usage, silence and refusal apart, and no word holds the secret', async () => {
      expect((await plantgraph('snmp', 'walk', '127.0.0.1', SYS_NAME)).code).toBe(2);
      expect((await plantgraph('snmp', 'walk', ...device(), 'sysName')).code).toBe(2);
      const silent = ['127.0.0.1', '--port', String(agent.port), '--timeout-ms', '100', '--retries', '0'];
      const stranger = ['--community-file', file('stranger', 'a-stranger')];
      const walk = await plantgraph('snmp', 'walk', ...silent, SYS_NAME, ...stranger);
      expect(walk.code).toBe(69);
      expect(walk.err).toContain('try: ');
      expect((await plantgraph('record', ...silent, ...stranger, '--out', folder)).code).toBe(69);
      const v3 = ['--v3-user', 'operator', '--auth-password-file', file('auth', 'wrong-password')];
      const refused = await plantgraph('snmp', 'walk', ...silent, ...v3, SYS_NAME);
      expect(refused.code).toBe(1);
      expect(walk.err + refused.err).not.toMatch(/stranger|wrong-password/);
    });
  });

  test.each([
    ['counts its boots', false],
    ['has forgotten its boots and has another engine id', true],
  ])('a v3 session survives a restart of an agent that %s', async (_name, forget) => {
    const reader = readerFor(operator, '127.0.0.1', 1_000);
    expect((await reader.get([SYS_NAME])).has(SYS_NAME)).toBe(true);
    await agent.restart({ forget });
    expect((await reader.walk([OR_ID])).outcome).toBe('complete');
    expect((await reader.get([SYS_NAME])).has(SYS_NAME)).toBe(true);
  });

  test('nothing of a real agent was dropped by the guard', () => {
    expect({ ...counters, sent: 0, accepted: 0, resent: 0 }).toEqual(createSnmpCounters());
  });
});
