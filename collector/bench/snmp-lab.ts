import { execFileSync, fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Measured, Task } from './snmp-manager-worker.js';

/** The bench's own programs and processes; everything ends with `close`. */
export interface Lab {
  responder(options: Partial<ResponderOptions>): Promise<Responder>;
  /** A process of a manager's own, kept over the rounds, so that its code is compiled. */
  manager(flags?: readonly string[]): Promise<Manager>;
  peer(port: number, agents: number, repetitions: number): Promise<Measured>;
  close(): Promise<void>;
}

export interface ResponderOptions {
  readonly rows: number;
  readonly delayUs: number;
  readonly lossPerMille: number;
  readonly silentEvery: number;
}

export interface Responder {
  readonly port: number;
  /** Counters since the last call. */
  stats(): Promise<{ received: number; answered: number; lost: number }>;
  stop(): Promise<void>;
}

export interface Manager {
  run(task: Task): Promise<Measured>;
  stop(): Promise<void>;
}

export const FIRST_ADDRESS = '127.30.0.1';
const RUN_LIMIT_MS = 180_000;
const START_LIMIT_MS = 10_000;
const DEFAULTS: ResponderOptions = { rows: 1_000, delayUs: 0, lossPerMille: 0, silentEvery: 0 };

/** The folder of the sources, from the built bench in `.cache/bench/<name>` as from here. */
const sources = ((): string => {
  const beside = fileURLToPath(new URL('.', import.meta.url));
  return existsSync(join(beside, 'snmp-responder.c'))
    ? beside
    : fileURLToPath(new URL('../../../bench', import.meta.url));
})();

function compile(folder: string, name: string, libraries: readonly string[]): string {
  const out = join(folder, name);
  execFileSync('gcc', ['-O2', '-w', '-o', out, join(sources, `${name}.c`), ...libraries], { stdio: 'inherit' });
  return out;
}

const withLimit = async <T>(work: Promise<T>, limitMs: number, what: string): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took more than ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Compiles the responder and, when Net-SNMP's headers are there, the peer. */
export function openLab(log: (line: string) => void): Lab {
  const folder = mkdtempSync(join(tmpdir(), 'plantgraph-bench-snmp-'));
  const children = new Set<ChildProcess>();
  const responderPath = compile(folder, 'snmp-responder', ['-lcrypto']);
  let peerPath: string | undefined;
  return {
    responder: async (options) => {
      const { rows, delayUs, lossPerMille, silentEvery } = { ...DEFAULTS, ...options };
      const child = spawn(responderPath, ['0', ...[rows, delayUs, lossPerMille, silentEvery].map(String)], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      children.add(child);
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const line = async (): Promise<string> => {
        const { value, done } = await withLimit(lines.next(), START_LIMIT_MS, 'the responder');
        if (done) throw new Error('the responder has ended');
        return value;
      };
      const port = Number((await line()).split(' ')[1]);
      return {
        port,
        stats: async () => {
          child.stdin.write('\n');
          const [received = 0, answered = 0, lost = 0] = (await line()).split(' ').map(Number);
          return { received, answered, lost };
        },
        stop: async () => {
          await end(child);
          children.delete(child);
        },
      };
    },
    manager: async (flags = []) => {
      const child = fork(fileURLToPath(new URL('./snmp-manager-worker.js', import.meta.url)), {
        stdio: 'inherit',
        execArgv: [...process.execArgv, ...flags],
      });
      children.add(child);
      return {
        run: async (task) => {
          const answered = once(child, 'message') as Promise<[Measured & { error?: string }]>;
          child.send(task);
          const [measured] = await withLimit(answered, RUN_LIMIT_MS, `the manager's ${task.kind}`);
          if (measured.error !== undefined) throw new Error(measured.error);
          return measured;
        },
        stop: async () => {
          await end(child);
          children.delete(child);
        },
      };
    },
    peer: async (port, agents, repetitions) => {
      peerPath ??= compile(folder, 'snmp-peer', ['-lnetsnmp']);
      const child = spawn(peerPath, [port, agents, repetitions, FIRST_ADDRESS].map(String), {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, MIBS: '' },
      });
      children.add(child);
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
      await withLimit(once(child, 'close'), RUN_LIMIT_MS, 'the peer');
      children.delete(child);
      const [varbinds = 0, cpuSec = 0, wallSec = 0, failed = 0, exchanges = 0] = said.trim().split(' ').map(Number);
      return { varbinds, cpuSec, wallSec, failed, exchanges, cut: 0, resent: 0, drops: 0, delayMs: 0 };
    },
    close: async () => {
      await Promise.all([...children].map(end));
      rmSync(folder, { recursive: true, force: true });
      log('the bench has ended its processes');
    },
  };
}
