import { createSocket } from 'node:dgram';
import { existsSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ConfigError, formatProblem } from '../config/errors.js';
import { loadConfig, type Loaded } from '../config/load.js';
import { mustResolveSecret } from '../config/secrets.js';
import { describeDatabase } from '../db/edition.js';
import { createPool } from '../db/pool.js';
import { codeOf } from '../lib/errors.js';
import { resolveInventory } from '../inventory/resolve.js';
import { createSnmpReader } from '../snmp/session.js';

/** One finding: what was looked at, how it is, what to do. */
export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  readonly fix: string | null;
}

const MIN_FREE_BYTES = 2 * 1024 ** 3;
const SYS_NAME = '1.3.6.1.2.1.1.5.0';
const PARALLEL = 16;

const ok = (check: string, detail: string): Finding => ({ check, state: 'ok', detail, fix: null });
const bad = (state: 'warn' | 'fail', check: string, detail: string, fix: string): Finding => ({
  check,
  state,
  detail,
  fix,
});

/** Looks at everything that a collector with this configuration needs, one finding each. Changes nothing. */
export async function examine(file: string): Promise<Finding[]> {
  let loaded: Loaded;
  try {
    loaded = loadConfig(file);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) => bad('fail', 'configuration', formatProblem(problem), 'correct the file'));
  }
  const { config } = loaded;
  return [
    ok('configuration', `${config.devices.length} entries on ${config.sites.length} sites`),
    ...(await database(loaded)),
    storage(loaded),
    ...(await tftp(loaded)),
    ...(await devices(loaded)),
  ];
}

async function database({ config, baseDir }: Loaded): Promise<Finding[]> {
  if (config.database.url === undefined) return [ok('database', 'an embedded PostgreSQL in the data directory')];
  const pool = createPool(mustResolveSecret(config.database.url, baseDir).reveal(), {
    maxConnections: 1,
    onError: () => undefined,
  });
  try {
    const { text } = await describeDatabase(pool);
    const { rows } = await pool.query<{ skew: number }>(
      'select extract(epoch from clock_timestamp() - $1::timestamptz)::float8 as skew',
      [new Date()],
    );
    const skew = Math.abs(rows[0]?.skew ?? 0);
    return [
      ok('database', text),
      skew > 5
        ? bad('warn', 'clock', `${skew.toFixed(0)} s apart from the database`, 'synchronise both by NTP')
        : ok('clock', 'agrees with the database'),
    ];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [bad('fail', 'database', reason, 'check host, port and password in the secret that database.url names')];
  } finally {
    await pool.end();
  }
}

function storage({ config, baseDir }: Loaded): Finding {
  let folder = resolve(baseDir, config.dataDir);
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const free = `${((bavail * bsize) / 1024 ** 3).toFixed(1)} GB free`;
  return bavail * bsize < MIN_FREE_BYTES
    ? bad('warn', 'storage', free, 'make room, or set dataDir elsewhere')
    : ok('storage', free);
}

async function tftp({ config }: Loaded): Promise<Finding[]> {
  if (!config.devices.some(({ role }) => role === 'cmts')) return [];
  const { port, listen, advertise } = config.tftp;
  const findings = await Promise.all(
    listen.map(async (address) => {
      const code = await tryUdp(address, port);
      const name = `TFTP ${address}:${port}`;
      if (code === undefined) return ok(name, 'free');
      if (code === 'EACCES')
        return bad(
          'fail',
          name,
          'needs more rights',
          'sysctl net.ipv4.ip_unprivileged_port_start=69, or give the capability CAP_NET_BIND_SERVICE',
        );
      if (code === 'EADDRINUSE')
        return bad('warn', name, 'taken', 'the collector itself runs, or another TFTP server: stop that one');
      return bad('fail', name, code, 'name an address of this host under tftp.listen');
    }),
  );
  const named = advertise ?? listen.find((address) => address !== '0.0.0.0' && address !== '::');
  const target =
    named === undefined
      ? bad(
          'fail',
          'TFTP address',
          'modems cannot be told where to upload',
          'set tftp.advertise to the address of this host as they reach it',
        )
      : ok('TFTP address', named);
  const allowed = config.pnm.writeAllowed
    ? []
    : [
        bad(
          'warn',
          'measuring',
          'nothing may be written to modems',
          'set pnm.writeAllowed: true when you want measurements',
        ),
      ];
  return [...findings, target, ...allowed];
}

const tryUdp = (address: string, port: number) =>
  new Promise<string | undefined>((done) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      done(error.code ?? 'unknown');
    });
    socket.bind(port, address, () => socket.close(() => done(undefined)));
  });

async function devices(loaded: Loaded): Promise<Finding[]> {
  const signal = new AbortController().signal;
  const resolved = await resolveInventory(loaded, {
    openReader: (target) => createSnmpReader(target),
    known: [],
    signal,
  });
  const left = [...resolved];
  const findings = new Map<string, Finding>();
  const ask = async (): Promise<void> => {
    for (let device = left.shift(); device; device = left.shift()) {
      const reader = createSnmpReader(device.target);
      const startedAt = performance.now();
      try {
        await reader.get([SYS_NAME]);
        findings.set(
          device.id,
          ok(`device ${device.id}`, `answers in ${Math.round(performance.now() - startedAt)} ms`),
        );
      } catch (error) {
        const fix =
          codeOf(error) === 'SNMP_TIMEOUT'
            ? 'check address, community or privacy password, and access lists'
            : 'check user, passwords and view';
        findings.set(device.id, bad('fail', `device ${device.id}`, `${device.address}: ${codeOf(error)}`, fix));
      } finally {
        reader.close();
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, ask));
  return resolved.flatMap(({ id }) => findings.get(id) ?? []);
}
