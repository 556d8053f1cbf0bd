import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../src/db/embedded.js';
import { TEST_SETTINGS, type TestServer } from './postgres.js';

/** Debian trixie's server with TimescaleDB, and every library that it loads beyond the C library's own. */
const PACKAGES = `postgresql-17 postgresql-17-timescaledb postgresql-client-17 libpq5 libicu76 libssl3t64 libxml2
  libxslt1.1 liblz4-1 libzstd1 libpam0g libldap2 libsasl2-2 libgssapi-krb5-2 libkrb5-3 libkrb5support0 libk5crypto3
  libcom-err2 libkeyutils1 libsystemd0 libc6 libgcc-s1 libstdc++6 zlib1g liblzma5 libuuid1 libcap2 libaudit1
  libcap-ng0 libreadline8t64 libtinfo6 libxxhash0`.split(/\s+/);
const PROGRAMS = ['postgres', 'initdb', 'pg_ctl', 'psql', 'pg_dump', 'pg_restore', 'pg_isready'];
const MODULES = 'usr/lib/postgresql/17/lib';
/** JIT needs LLVM (130 MB): without its module the server does not try. */
const UNWANTED = [
  'usr/share/doc',
  'usr/share/man',
  'usr/share/locale',
  'usr/share/postgresql/17/man',
  `${MODULES}/llvmjit.so`,
  `${MODULES}/llvmjit_types.bc`,
  `${MODULES}/bitcode`,
];
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const BIN = 'usr/lib/postgresql/17/bin';
const LIB = 'usr/lib/x86_64-linux-gnu';

/** Why there is no TimescaleDB here; its suites are skipped with this sentence. */
export class TimescaleMissing extends Error {}

function run(command: string, args: readonly string[], cwd?: string): void {
  const { status, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout: 300_000,
    env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status === 0) return;
  throw new TimescaleMissing(`${command} failed: ${error?.message ?? stderr.trim().split('\n').slice(-2).join(' ')}`);
}

const exists = (program: string) => spawnSync('which', [program]).status === 0;

/** An apt of our own, whose lists and caches are in `folder`; the system's stay as they are. */
function aptOptions(folder: string): string[] {
  const at = (name: string) => join(folder, 'apt', name);
  mkdirSync(at('lists/partial'), { recursive: true });
  mkdirSync(at('cache/archives/partial'), { recursive: true });
  writeFileSync(at('status'), '');
  writeFileSync(at('sources'), `deb [signed-by=${KEYRING}] http://deb.debian.org/debian trixie main\n`);
  const options = {
    'Dir::Etc::sourcelist': at('sources'),
    'Dir::Etc::sourceparts': '-',
    'Dir::State::Lists': at('lists'),
    'Dir::State::status': at('status'),
    'Dir::Cache': at('cache'),
    'APT::Sandbox::User': 'root',
    'Acquire::Retries': '2',
    'Acquire::http::Timeout': '20',
  };
  return Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

/**
 * Unpacks the packages below `cache` unless they are there, and makes the programs use their own libraries, so that
 * they run on an older Debian without a chroot. The folder cannot be moved afterwards: the interpreter's path is absolute.
 */
export function unpackTimescale(cache: string): string {
  const recipe = createHash('sha256')
    .update([...PACKAGES, ...UNWANTED].join())
    .digest('hex')
    .slice(0, 8);
  const root = join(cache, `trixie-${recipe}`);
  if (existsSync(join(root, 'complete'))) return join(root, BIN);
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new TimescaleMissing('only on Linux x64');
  if (!exists('patchelf') && process.getuid?.() === 0 && exists('apt-get')) {
    run('apt-get', ['install', '-qq', '-y', '--no-install-recommends', 'patchelf']);
  }
  for (const tool of ['apt-get', 'dpkg-deb', 'patchelf']) {
    if (!exists(tool)) throw new TimescaleMissing(`${tool} is not installed`);
  }
  if (!existsSync(KEYRING)) throw new TimescaleMissing(`${KEYRING} is missing`);
  rmSync(root, { recursive: true, force: true });
  const debs = join(root, 'debs');
  mkdirSync(debs, { recursive: true });
  const apt = aptOptions(root);
  run('apt-get', [...apt, '-qq', 'update']);
  run('apt-get', [...apt, '-qq', 'download', ...PACKAGES], debs);
  for (const deb of readdirSync(debs)) run('dpkg-deb', ['-x', join(debs, deb), root]);
  for (const name of [...UNWANTED, 'debs', 'apt']) rmSync(join(root, name), { recursive: true, force: true });
  for (const program of PROGRAMS) {
    const interpreter = join(root, LIB, 'ld-linux-x86-64.so.2');
    const flags = ['--set-interpreter', interpreter, '--force-rpath', '--set-rpath', join(root, LIB)];
    run('patchelf', [...flags, join(root, BIN, program)]);
  }
  writeFileSync(join(root, 'complete.new'), PACKAGES.join('\n'));
  renameSync(join(root, 'complete.new'), join(root, 'complete'));
  return join(root, BIN);
}

/** Real TimescaleDB (Apache edition). Throws TimescaleMissing where it cannot be had. */
export async function startTimescale(cache: string): Promise<TestServer> {
  const binDir = unpackTimescale(cache);
  const dataDir = mkdtempSync(join(tmpdir(), 'plantgraph-timescale-'));
  chmodSync(dataDir, 0o755); // else root's server user could not reach it
  const database = startEmbedded({
    dataDir,
    binDir,
    settings: {
      ...TEST_SETTINGS,
      shared_preload_libraries: 'timescaledb',
      'timescaledb.telemetry_level': 'off',
      // A background worker connected to the template would stop every copy of it.
      'timescaledb.bgw_launcher_poll_time': '3600000',
    },
  });
  await database.start();
  return {
    url: database.url,
    stop: async () => {
      await database.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
