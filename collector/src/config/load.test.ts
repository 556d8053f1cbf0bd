import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from './errors.js';
import { parseConfig } from './load.js';
import { nearest } from './nearest.js';
import { credentialOf } from './secrets.js';

const folder = mkdtempSync(join(tmpdir(), 'plantgraph-config-'));
writeFileSync(join(folder, 'core'), 'topsecret\n', { mode: 0o600 });
writeFileSync(join(folder, 'open'), 'topsecret\n');
chmodSync(join(folder, 'open'), 0o644);

const file = join(folder, 'plantgraph.yaml');
const problemsOf = (text: string): string[] => {
  try {
    parseConfig(text, file);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ line, column, path, message }) => `${line}:${column} ${path} ${message}`);
  }
};

const good = `sites: [{ id: hq }]
credentials:
  core: { version: "2c", community: file:core }
devices:
  - { id: core-1, address: 10.0.0.1, site: hq, credential: core }
`;

test('fills in every default', () => {
  const { config } = parseConfig(good, file);
  expect(config.api).toEqual({ host: '127.0.0.1', port: 8080, requestsPerMinute: 100 });
  expect(config.devices[0]).toMatchObject({ port: 161, role: 'switch', profile: 'default', anchor: false });
  expect(config.profiles['default']).toMatchObject({ tablesSec: 60, forwardingSec: 300 });
  expect(config.pnm.writeAllowed).toBe(false);
});

test('reads credentials by reference and shows them nowhere', () => {
  const { config, baseDir } = parseConfig(good, file);
  const credential = credentialOf(config, 'core', baseDir);
  expect(credential.version === '2c' && credential.community.reveal()).toBe('topsecret');
  expect(JSON.stringify({ config, credential })).not.toContain('topsecret');
});

test.each([
  ['a typo in a key', 'api: { prot: 1 }', ['1:8 api.prot unknown key; did you mean "port"?']],
  ['a value out of range', 'api: { port: 70000 }', ['1:14 api.port must be <= 65535']],
  [
    'several at once',
    'tftp: { port: 0 }\nretention: { rawDays: 0 }',
    ['1:15 tftp.port must be >= 1', '2:23 retention.rawDays must be >= 1'],
  ],
  ['bad YAML', 'api: {', ['1:7  Flow map in block collection must be sufficiently indented and end with a }']],
  [
    'a secret in clear',
    'credentials: { core: { version: "2c", community: public } }',
    ['1:50 credentials.core.community must be: file:PATH or env:NAME'],
  ],
  [
    'a secret file that all can read',
    'credentials: { core: { version: "2c", community: file:open } }',
    [
      `1:50 credentials.core.community secret file ${join(folder, 'open')} can be read by everybody; run: chmod 600 ${join(folder, 'open')}`,
    ],
  ],
  [
    'an unknown version',
    'credentials: { core: { version: 2 } }',
    ['1:22 credentials.core version must be "1", "2c" or "3" (in quotes)'],
  ],
  [
    'what its version misses',
    'credentials: { core: { version: "2c" } }',
    ['1:22 credentials.core "community" is missing'],
  ],
  [
    'an unknown reference',
    good.replace('credential: core', 'credential: cor'),
    ['5:60 devices.0.credential no credential "cor"; did you mean "core"?'],
  ],
  ['no address', good.replace('address: 10.0.0.1, ', ''), ['5:5 devices.0 give either address or prefix']],
  [
    'a wide prefix',
    good.replace('address: 10.0.0.1', 'prefix: 10.0.0.0/8'),
    ['5:27 devices.0.prefix "10.0.0.0/8" is no prefix like 10.1.2.0/24 of at most 1,024 addresses'],
  ],
])('points at %s', (_name, text, expected) => {
  expect(problemsOf(text)).toEqual(expected);
});

test('finds the nearest key only when one is near', () => {
  expect(nearest('credentails', ['credentials', 'sites'])).toBe('credentials');
  expect(nearest('zzz', ['credentials', 'sites'])).toBeUndefined();
});
