import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const START_TIMEOUT_MS = 30_000;

/** A preview of our own, unless GRAFANA_URL names one that runs. In a process of its own: it is made of ES modules. */
export default async function setUp(): Promise<(() => void) | undefined> {
  if (process.env['GRAFANA_URL'] !== undefined) return undefined;
  const server = spawn(process.execPath, [join(__dirname, 'serve-fixture.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await Promise.race([
    once(server.stdout, 'data', { signal: AbortSignal.timeout(START_TIMEOUT_MS) }),
    once(server, 'exit').then(([code]) => {
      throw new Error(`the preview ended with code ${code}`);
    }),
  ])) as [Buffer];
  process.env['PREVIEW_URL'] = line.toString().trim();
  return () => server.stdin.end();
}
