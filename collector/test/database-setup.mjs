// Starts the database servers once for the whole run. Jest loads this file without its own transform of imports,
// so the TypeScript behind it is bundled first.
import { build } from 'esbuild';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export default async function setup() {
  const collector = fileURLToPath(new URL('..', import.meta.url));
  const outfile = join(collector, '.cache', 'test', `servers-${process.pid}.mjs`);
  await build({
    entryPoints: [join(collector, 'test', 'servers.ts')],
    outfile,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
  const { startServers } = await import(pathToFileURL(outfile).href);
  const servers = await startServers(join(collector, '..', '.cache', 'timescale'), (text) => console.warn(text));
  Object.assign(process.env, servers.environment);
  globalThis.plantgraphServers = { stop: servers.stop, outfile };
}
