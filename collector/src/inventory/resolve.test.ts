import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../config/errors.js';
import { parseConfig } from '../config/load.js';
import { resolveInventory } from './resolve.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plantgraph-resolve-'));
  writeFileSync(join(folder, 'secret'), 'a-secret-word', { mode: 0o600 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HEAD = `
sites: [{ id: hq }]
credentials:
  v2: { version: '2c', community: 'file:secret' }
  v3: { version: '3', user: u, auth: { protocol: sha, password: 'file:secret' } }
profiles:
  gentle: { minGapMs: 50, maxPacketsPerSec: 10 }
`;
const parse = (device: string) => parseConfig(`${HEAD}devices:\n  - { ${device} }\n`, join(folder, 'plantgraph.yaml'));
const resolve = async (device: string) => {
  const [found] = await resolveInventory(parse(device), {
    openReader: () => {
      throw new Error('nothing is asked');
    },
    known: [],
    signal: new AbortController().signal,
  });
  return found;
};

test('the pace of a profile, a pinned engine and an exception for other addresses reach the target', async () => {
  const device = await resolve(
    'id: a, address: 10.0.0.1, site: hq, credential: v3, profile: gentle, engineId: "0x80001F8880AABB", otherAddressUntil: 2027-01-31',
  );
  expect(device?.target).toMatchObject({
    host: '10.0.0.1',
    minGapMs: 50,
    maxPacketsPerSec: 10,
    engineId: '80001f8880aabb',
    anyAddressUntilMs: Date.UTC(2027, 0, 31),
    credential: { version: '3', user: 'u' },
  });
});

test('without them the device is asked as fast as it answers, from its own address, whatever its engine', async () => {
  const device = await resolve('id: a, address: 10.0.0.1, site: hq, credential: v2');
  expect(device?.target).toMatchObject({ minGapMs: 0, maxPacketsPerSec: 0 });
  expect(device?.target.engineId).toBeUndefined();
  expect(device?.target.anyAddressUntilMs).toBeUndefined();
});

test.each([
  ['an engine id of a device without SNMPv3', 'engineId: 80001f8880aabb', 'SNMPv3'],
  ['an engine id that is none', 'engineId: xyz', 'hex'],
  ['a day that is none', 'otherAddressUntil: 2027-02-41', 'day'],
  ['an exception without an end', 'otherAddressUntil: always', '2027-01-31'],
])('%s is a problem of the file', (_name, keys, words) => {
  let problem: unknown;
  try {
    parse(`id: a, address: 10.0.0.1, site: hq, credential: v2, ${keys}`);
  } catch (error) {
    problem = error;
  }
  expect(problem).toBeInstanceOf(ConfigError);
  expect(String((problem as ConfigError).problems.map(({ message }) => message))).toContain(words);
});
