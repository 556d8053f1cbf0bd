import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The whole product on its simulated network, in a process of its own. */
export interface Demo {
  readonly url: string;
  /** Asks the API as the owner of the collector. */
  ask<T>(path: string): Promise<T>;
  stop(): Promise<void>;
}

const START_MS = 240_000;
const STOP_MS = 30_000;
const ROOT = join(__dirname, '..', '..');

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts `plantgraph demo` on free ports and an empty data directory; resolves when its preview answers. */
export async function startDemo(): Promise<Demo> {
  const dataDir = await mkdtemp(join(tmpdir(), 'plantgraph-demo-'));
  const [port, apiPort, tftpPort, snmpPort] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const given = {
    port,
    'api-port': apiPort,
    'tftp-port': tftpPort,
    'snmp-port': snmpPort,
    'data-dir': dataDir,
    incidents: 'none',
  };
  const args = Object.entries(given).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(process.execPath, [join(ROOT, 'collector', 'bin', 'plantgraph.js'), 'demo', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const output: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));

  const url = `http://127.0.0.1:${port}`;
  const until = Date.now() + START_MS;
  for (;;) {
    if (await answers(url)) break;
    if (child.exitCode !== null || Date.now() > until) throw new Error(`the demo did not start\n${output.join('')}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const token = (await readFile(join(dataDir, 'token'), 'utf8')).trim();
  return {
    url,
    async ask<T>(path: string) {
      const response = await fetch(`http://127.0.0.1:${apiPort}/api/v1${path}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as T;
    },
    async stop() {
      child.kill('SIGINT');
      const limit = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      const code = await ended;
      clearTimeout(limit);
      await rm(dataDir, { recursive: true, force: true });
      if (code !== 0) throw new Error(`the demo ended with code ${code}\n${output.join('')}`);
    },
  };
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
