import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from './load.js';
import { liveCredentials } from './secrets.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plantgraph-secrets-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string) => writeFileSync(join(folder, name), text, { mode: 0o600 });
const load = (credentials: string) => parseConfig(`credentials:\n${credentials}`, join(folder, 'plantgraph.yaml'));

test('a rotated secret is read again, an unchanged one stays the same object', () => {
  write('read', 'first');
  const { config, baseDir } = load("  lab: { version: '2c', community: 'file:read' }");
  let nowMs = 0;
  const credentials = liveCredentials(config, baseDir, () => nowMs);
  const revealed = () => {
    const credential = credentials.of('lab');
    return credential.version === '3' ? '' : credential.community.reveal();
  };
  const first = credentials.of('lab');
  nowMs += 10_000;
  expect(credentials.of('lab')).toBe(first);
  write('read', 'second-one');
  nowMs += 1_000;
  expect(revealed()).toBe('first'); // looked at a moment ago
  nowMs += 10_000;
  expect(revealed()).toBe('second-one');
  rmSync(join(folder, 'read'));
  nowMs += 10_000;
  expect(revealed()).toBe('second-one');
  write('read', 'the third');
  nowMs += 10_000;
  expect(revealed()).toBe('the third');
});

test('both secrets of a user are watched', () => {
  write('auth', 'authentic-pass');
  write('priv', 'private-pass');
  const { config, baseDir } = load(
    "  core: { version: '3', user: u, auth: { protocol: sha, password: 'file:auth' }, priv: { protocol: aes192r, password: 'file:priv' } }",
  );
  let nowMs = 0;
  const credentials = liveCredentials(config, baseDir, () => nowMs);
  const before = credentials.of('core');
  write('priv', 'private-pass-2');
  nowMs += 10_000;
  const after = credentials.of('core');
  expect(after).not.toBe(before);
  expect(after.version === '3' && after.priv?.password.reveal()).toBe('private-pass-2');
});

test('SNMPv1 is a version, with the keys of v2c', () => {
  write('read', 'first');
  const { config, baseDir } = load("  old: { version: '1', community: 'file:read' }");
  expect(liveCredentials(config, baseDir).of('old').version).toBe('1');
});

test('there is no credential that was not configured', () => {
  const { config, baseDir } = load('  {}');
  expect(() => liveCredentials(config, baseDir).of('lab')).toThrow(RangeError);
});
