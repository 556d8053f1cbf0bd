import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '../lib/secret.js';
import { createEngineReader, engineCredentialOf } from './engine-reader.js';
import { engineMemory, readKnownEngines, writeKnownEngines } from './engine-memory.js';
import type { SnmpCredential } from './credential.js';
import type { EngineCredential } from './engine/task.js';
import { agent, closeAfterEach, engineOf, opened, ROOT, successors, targetOf, until } from './test-agents.js';
import { UsmAgent } from './test-usm-agent.js';

closeAfterEach();

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plantgraph-engines-'));
  file = join(folder, 'snmp-engines.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const NOW_MS = Date.UTC(2026, 10, 20);
const ENGINE = { engineId: Uint8Array.from([0x80, 0, 0x1f, 0x88, 0x80, 1]), boots: 7, time: 12_345, atMs: NOW_MS };
const fail = (error: unknown) => {
  throw error;
};

test('what is written is read again, by its owner only', async () => {
  await writeKnownEngines(file, { '10.0.0.1|161': ENGINE });
  expect(readKnownEngines(file, NOW_MS + 1)).toEqual({ '10.0.0.1|161': ENGINE });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['snmp-engines.json']);
});

test.each([
  ['no file', undefined],
  ['an empty file', ''],
  ['half a file', '{"version":1,"engines":{"a":{"engineId":"80001f'],
  ['another version', '{"version":2,"engines":{}}'],
  ['null', 'null'],
  ['no engines', '{"version":1}'],
  [
    'an engine without boots',
    '{"version":1,"engines":{"a":{"engineId":"80001f8880","time":1,"at":"2026-11-19T00:00:00Z"}}}',
  ],
  [
    'an id that is none',
    '{"version":1,"engines":{"a":{"engineId":"xy","boots":1,"time":1,"at":"2026-11-19T00:00:00Z"}}}',
  ],
  [
    'an old one',
    '{"version":1,"engines":{"a":{"engineId":"80001f8880","boots":1,"time":1,"at":"2026-09-01T00:00:00Z"}}}',
  ],
  [
    'one of the future',
    '{"version":1,"engines":{"a":{"engineId":"80001f8880","boots":1,"time":1,"at":"2027-09-01T00:00:00Z"}}}',
  ],
])('%s knows nobody', (_name, text) => {
  if (text !== undefined) writeFileSync(file, text);
  expect(readKnownEngines(file, NOW_MS)).toEqual({});
});

test('after a restart of ours a v3 device is read without discovery', async () => {
  const credential: SnmpCredential = {
    version: '3',
    user: 'operator',
    auth: { protocol: 'sha256', password: new Secret('authentic-pass') },
  };
  const usm = new UsmAgent(engineCredentialOf(credential) as EngineCredential & { version: '3' });
  const port = await agent(usm.behaviour(({ pdu }) => [{ varbinds: successors(pdu, 5) }]));
  const read = async (engine: ReturnType<typeof engineOf>['engine']) => {
    const reader = opened(createEngineReader(targetOf(port, { credential, timeoutMs: 5_000 }), { engine }));
    return (await reader.walk([ROOT])).outcome;
  };
  const first = engineOf().engine;
  const memory = engineMemory({ file, engine: first, onError: fail });
  await memory.start();
  expect(await read(first)).toBe('complete');
  await memory.stop();
  await first.close();
  expect(readFileSync(file, 'utf8')).not.toContain('authentic-pass');

  const { engine } = engineOf({ engines: readKnownEngines(file, Date.now()) });
  expect(await read(engine)).toBe('complete');
  expect(usm.seen).toEqual({ discovery: 1, data: 2, reports: 0 });
});

test('it is saved now and then, and a restarted thread that knows nobody does not empty the file', async () => {
  let engines: Record<string, typeof ENGINE> = { a: ENGINE };
  const memory = engineMemory({
    file,
    engine: { knownEngines: () => Promise.resolve(engines) },
    onError: fail,
    everyMs: 1,
  });
  await memory.start();
  await until(() => Object.keys(readKnownEngines(file, NOW_MS + 1)).length === 1);
  engines = {};
  await memory.stop();
  expect(Object.keys(readKnownEngines(file, NOW_MS + 1))).toEqual(['a']);
});

test('a folder that cannot be written is told, once a time, and nothing else', async () => {
  const told: string[] = [];
  const engine = { knownEngines: () => Promise.resolve({ a: ENGINE }) };
  const memory = engineMemory({ file: join(folder, 'gone', 'x'), engine, onError: (_error, what) => told.push(what) });
  await memory.stop();
  expect(told).toEqual(['saving the known SNMPv3 engines']);
});
