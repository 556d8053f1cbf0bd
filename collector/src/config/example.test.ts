import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from './load.js';

test('the worked example in the documentation is right', () => {
  const text = readFileSync(join(__dirname, '../../../docs/plantgraph.example.yaml'), 'utf8');
  const folder = mkdtempSync(join(tmpdir(), 'plantgraph-example-'));
  mkdirSync(join(folder, 'secrets'));
  for (const [, name] of text.matchAll(/file:secrets\/([a-z-]+)/g))
    writeFileSync(join(folder, 'secrets', String(name)), 'secret', { mode: 0o600 });
  const { config } = parseConfig(text, join(folder, 'plantgraph.yaml'));
  expect(config.devices).toHaveLength(6);
});
