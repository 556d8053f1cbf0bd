import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RunningAgent {
  readonly port: number;
  /** Ends and starts again on the same port: snmpEngineBoots grows, or the engine id is another when it forgets. */
  restart(options: { forget: boolean }): Promise<void>;
  stop(): Promise<void>;
}

/** Debian's snmpd, when it is installed. */
export function findSnmpd(): string | undefined {
  for (const path of ['/usr/sbin/snmpd', '/usr/local/sbin/snmpd']) {
    try {
      execFileSync(path, ['-v'], { stdio: 'ignore' });
      return path;
    } catch {
      continue; // not there
    }
  }
  return undefined;
}

/** A UDP port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

/** Starts an snmpd of our own on loopback, IPv4 and IPv6, with the given configuration and a folder of its own. */
export async function startSnmpd(path: string, configuration: string): Promise<RunningAgent> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'plantgraph-snmpd-'));
  const file = join(folder, 'agent.conf');
  writeFileSync(file, configuration);
  const persistent = join(folder, 'persistent');
  const start = async (): Promise<ChildProcess> => {
    const child = spawn(path, ['-f', '-Lo', '-C', '-c', file, `udp:127.0.0.1:${port}`, `udp6:[::1]:${port}`], {
      env: { ...process.env, SNMP_PERSISTENT_DIR: persistent, MIBS: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await listening(child);
    return child;
  };
  const end = async () => {
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  };
  let child = await start();
  return {
    port,
    async restart({ forget }) {
      await end();
      if (forget) rmSync(persistent, { recursive: true, force: true });
      child = await start();
    },
    async stop() {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const START_LIMIT_MS = 10_000;

/** snmpd says its version when its sockets are open. */
function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => reject(new Error(`snmpd did not start: ${said}`)), START_LIMIT_MS);
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      if (!said.includes('NET-SNMP version')) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.on('exit', (code) => reject(new Error(`snmpd ended with ${code}: ${said}`)));
  });
}
