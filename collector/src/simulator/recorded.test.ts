import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createAgents } from './agent.js';
import { addressAfter, readRecordedNetwork } from './recorded.js';
import { createTestClient, nothing } from './test-client.js';

const run = promisify(execFile);
let folder: string;
const cleanups: (() => unknown)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recorded-'));
  cleanups.push(() => rm(folder, { recursive: true }));
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const SW1 = Array.from({ length: 120 }, (_, row) => `1.3.6.1.2.1.2.2.1.2.${row + 1}|4|Port ${row + 1}\n`).join('');

async function serveFolder(firstAddress: string) {
  await writeFile(join(folder, 'sw1.snmprec'), SW1);
  await writeFile(join(folder, 'sw1@20.snmprec'), '1.3.6.1.2.1.17.4.3.1.2.0.1.2.3.4.5|2|7\n');
  await writeFile(join(folder, 'sw2.snmprec'), '1.3.6.1.2.1.1.5.0|4|sw2\n1.3.6.1.2.1.17.1.1.0|4x|0011\n');
  await writeFile(join(folder, 'sw2.lost'), '1.3.6.1.2.1.17\n');
  await writeFile(join(folder, 'truth.json'), '{}');
  const network = await readRecordedNetwork(folder, { port: 0, firstAddress });
  const agents = createAgents(network.agents);
  await agents.start();
  cleanups.push(agents.stop);
  const clientOf = (name: string) => {
    const client = createTestClient(agents.endpoint(name));
    cleanups.push(client.close);
    return client;
  };
  return { network, agents, clientOf };
}

test('serves each device on its own address, with its contexts and its lost subtrees', async () => {
  const { network, clientOf } = await serveFolder('127.30.2.254');
  expect([...network.addresses]).toEqual([
    ['sw1', '127.30.2.254'],
    ['sw2', '127.30.2.255'],
  ]);
  expect(await clientOf('sw1').walk('1.3.6.1.2.1.2.2.1.2')).toHaveLength(120);
  const next = { type: 'getNext' as const, varbinds: [nothing('1.3.6.1.2.1.17')] };
  const answer = await clientOf('sw1').request(next, { community: 'public@20' });
  expect(answer?.varbinds[0]?.value).toBe(7);
  const sw2 = clientOf('sw2');
  expect((await sw2.get('1.3.6.1.2.1.1.5.0'))[0]?.value).toEqual(Buffer.from('sw2'));
  expect(await sw2.request(next, { timeoutMs: 200 })).toBeUndefined();
});

test.each([
  ['no recording in it', '', '', 'has no *.snmprec files'],
  ['a broken line', 'a.snmprec', 'nonsense', 'a.snmprec: line 1'],
])('refuses a folder with %s', async (_name, file, text, message) => {
  if (file !== '') await writeFile(join(folder, file), text);
  await expect(readRecordedNetwork(folder, { port: 0 })).rejects.toThrow(message);
  await expect(readRecordedNetwork(join(folder, 'none'), { port: 0 })).rejects.toThrow('cannot read the folder');
});

test('addresses carry over', () => {
  expect(addressAfter('127.40.0.255', 1)).toBe('127.40.1.0');
});

const SNMPBULKWALK = '/usr/bin/snmpbulkwalk';
const withNetSnmp = existsSync(SNMPBULKWALK) ? test : test.skip;
if (!existsSync(SNMPBULKWALK)) console.warn('skipped: Debian package snmp is not installed (snmpbulkwalk)');

withNetSnmp.each(['1', '2c'])("Net-SNMP's own manager reads it, version %s", async (version) => {
  const { agents } = await serveFolder('127.30.3.1');
  const { address, port } = agents.endpoint('sw1');
  const command = version === '1' ? '/usr/bin/snmpwalk' : SNMPBULKWALK;
  const { stdout } = await run(command, [
    `-v${version}`,
    '-cpublic',
    '-On',
    '-Cc',
    `${address}:${port}`,
    '1.3.6.1.2.1.2',
  ]);
  expect(stdout.match(/STRING: /g)).toHaveLength(120); // the last line says that the MIB has ended
  expect(stdout).toContain('.1.3.6.1.2.1.2.2.1.2.120 = STRING: "Port 120"');
});
