#!/usr/bin/env node
// The committed launcher: npm links it at `npm ci`, before anything is built. In a checkout it builds the
// collector when sources are newer than the last build, so that `npx plantgraph` always runs what is on disk.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const main = join(root, 'dist', 'main.js');

function isStale() {
  const source = join(root, 'src');
  if (!existsSync(source)) return false;
  if (!existsSync(main)) return true;
  const builtAtMs = statSync(main).mtimeMs;
  return readdirSync(source, { recursive: true })
    .map(String)
    .some(
      (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && statSync(join(source, name)).mtimeMs > builtAtMs,
    );
}

if (isStale()) {
  const { buildCollector } = await import('./build.js');
  await buildCollector();
}
const { run } = await import(main);
process.exitCode = await run(process.argv);
