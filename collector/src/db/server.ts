import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  chownSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseError } from './errors.js';

/** Whom a child process runs as; absent means as ourselves. */
export interface ProcessUser {
  readonly uid: number;
  readonly gid: number;
}

export interface ServerOptions {
  /** Holds `postgres` and `initdb`. */
  readonly binDir: string;
  readonly dataDir: string;
  readonly port: number;
  readonly superuser: string;
  readonly password: string;
  readonly user?: ProcessUser | undefined;
  /** Settings given as `-c name=value`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Where the server's first words go, until its own log collector runs; overwritten at each start. */
  readonly startLog: string;
  readonly startDeadlineMs?: number;
  readonly stopDeadlineMs?: number;
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const UTF8 = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];

/** Makes a cluster where there is none. An interrupted attempt leaves nothing that looks like one. */
export function initialiseCluster(options: ServerOptions): void {
  if (existsSync(join(options.dataDir, 'PG_VERSION'))) return;
  const unfinished = `${options.dataDir}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  const passwordFile = `${options.dataDir}.password`;
  writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o600 });
  if (options.user) {
    chownSync(unfinished, options.user.uid, options.user.gid);
    chownSync(passwordFile, options.user.uid, options.user.gid);
  }
  const { status, stderr, error } = spawnSync(
    join(options.binDir, 'initdb'),
    [
      `--pgdata=${unfinished}`,
      `--username=${options.superuser}`,
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
      ...UTF8,
    ],
    { cwd: '/', encoding: 'utf8', timeout: 120_000, env: serverEnvironment(), ...options.user },
  );
  rmSync(passwordFile, { force: true });
  if (status !== 0) {
    rmSync(unfinished, { recursive: true, force: true });
    const reason = error?.message ?? stderr.trim().split('\n').slice(-3).join(' ');
    throw new DatabaseError('DATABASE_START_FAILED', `cannot make a database in ${options.dataDir}: ${reason}`);
  }
  renameSync(unfinished, options.dataDir);
}

/** The server must not inherit our secrets, nor a PGDATA or PGPORT that means another one. */
const serverEnvironment = (): NodeJS.ProcessEnv => ({ PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' });

/** The postmaster that holds a data directory; undefined when none does, whatever a left-over pid file says. */
export function runningPostmaster(dataDir: string): number | undefined {
  const pid = Number(readLines(join(dataDir, 'postmaster.pid'))[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !isAlive(pid)) return undefined;
  const command = readText(`/proc/${pid}/cmdline`);
  // Where there is no /proc the pid alone must do; there PostgreSQL's own check decides.
  return command === undefined || command.includes(dataDir) ? pid : undefined;
}

/** A PostgreSQL server as a child process, which ends with us even when we are killed. */
export class PostgresServer {
  readonly #options: ServerOptions;
  #server: ChildProcess | undefined;
  #watch: ChildProcess | undefined;

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#server?.pid;
  }

  /** Resolves when the server accepts connections. The cluster must exist. */
  async start(): Promise<void> {
    const { binDir, dataDir, port, settings = {}, startLog, user } = this.#options;
    const pidFile = join(dataDir, 'postmaster.pid');
    // A pid file that outlived its server may name a stranger's process by now; PostgreSQL would refuse to start.
    if (runningPostmaster(dataDir) === undefined) rmSync(pidFile, { force: true });
    mkdirSync(dirname(startLog), { recursive: true });
    const log = openSync(startLog, 'w', 0o600);
    const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', timezone: 'UTC', ...settings };
    const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    // A session of its own: Ctrl-C in the terminal must reach our components before it reaches their database.
    const server = spawn(join(binDir, 'postgres'), ['-D', dataDir, '-p', String(port), ...flags], {
      cwd: '/',
      detached: true,
      stdio: ['ignore', log, log],
      env: serverEnvironment(),
      ...user,
    });
    closeSync(log);
    let ended: string | undefined;
    server.on('error', (error) => (ended = error.message));
    server.on('exit', (code, signal) => {
      ended = `it ended with ${signal ?? `code ${code}`}`;
      this.#watch?.kill('SIGKILL');
    });
    this.#server = server;
    if (server.pid !== undefined) this.#watch = watchOver(server.pid, user);
    const until = performance.now() + (this.#options.startDeadlineMs ?? 60_000);
    while (readLines(pidFile)[7]?.trim() !== 'ready') {
      if (ended === undefined && performance.now() < until) {
        await sleep(25);
        continue;
      }
      const words = readLines(startLog).slice(-3).join(' ');
      await this.stop();
      throw new DatabaseError(
        'DATABASE_START_FAILED',
        `the database in ${dataDir} did not start: ${words || (ended ?? 'deadline')}`,
      );
    }
  }

  /** Ends the server: fast shutdown, then, past the deadline, as hard as it takes (its log makes good on restart). */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server?.pid === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const exited = new Promise<true>((resolve) => server.once('exit', () => resolve(true)));
    for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
      server.kill(signal);
      if (await within(exited, this.#options.stopDeadlineMs ?? 15_000)) return;
    }
  }
}

/** Stops a postmaster that is no child of ours. */
export async function stopPostmaster(pid: number, deadlineMs: number): Promise<boolean> {
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    if (!isAlive(pid)) return true;
    process.kill(pid, signal);
    const until = performance.now() + deadlineMs;
    while (isAlive(pid) && performance.now() < until) await sleep(50);
  }
  return !isAlive(pid);
}

async function within(done: Promise<true>, deadlineMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), deadlineMs)));
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A shell that waits for our end of its pipe to close, as it does however we die, and then stops the server. */
function watchOver(pid: number, user: ProcessUser | undefined): ChildProcess {
  const watch = spawn('/bin/sh', ['-c', 'cat >/dev/null; kill -INT "$1" 2>/dev/null', 'sh', String(pid)], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: serverEnvironment(),
    ...user,
  });
  watch.on('error', () => undefined); // no shell: the next start finds the server by its pid file
  watch.stdin?.on('error', () => undefined);
  watch.unref();
  (watch.stdin as { unref?: () => void } | null)?.unref?.();
  return watch;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie answers too; it holds nothing.
    return !/^\d+ \(.*\) Z/s.test(readText(`/proc/${pid}/stat`) ?? '');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

const readLines = (path: string): string[] => (readText(path) ?? '').trimEnd().split('\n');
