// Turns collector/src into collector/dist, file by file. Types are checked by `npm run typecheck`, not here.
import { build } from 'esbuild';
import { readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Builds the collector; resolves when `dist` is complete. */
export async function buildCollector() {
  const source = join(root, 'src');
  const entryPoints = readdirSync(source, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.endsWith('.d.ts'))
    .map((name) => join(source, name));
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  await build({
    entryPoints,
    outbase: source,
    outdir: join(root, 'dist'),
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'linked',
    logLevel: 'warning',
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildCollector();
