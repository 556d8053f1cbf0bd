import pg from 'pg';
import { migrate } from '../src/db/migrate.js';
import { createPool } from '../src/db/pool.js';
import { startPlain, type TestServer } from './postgres.js';
import { startTimescale } from './timescale.js';

/** What the test processes are told about the servers, by environment. */
export interface Servers {
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export const TEMPLATE = 'plantgraph_template';

async function makeTemplate(server: TestServer): Promise<void> {
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  await admin.query(`create database ${TEMPLATE}`);
  const url = new URL(server.url);
  url.pathname = TEMPLATE;
  const pool = createPool(url.href, { onError: () => undefined, queryTimeoutMs: 120_000 });
  await migrate(pool);
  await pool.end();
  // TimescaleDB's scheduler for this database holds a connection, and a database in use cannot be copied.
  const allowed = `alter database ${TEMPLATE} with allow_connections`;
  await admin.query(`${allowed} false`);
  await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [TEMPLATE]);
  await admin.end();
}

/** Starts plain PostgreSQL and, where it can be had, TimescaleDB, each with a migrated template database. */
export async function startServers(cache: string, say: (text: string) => void): Promise<Servers> {
  const environment: Record<string, string> = {};
  const running: TestServer[] = [];
  const stop = async () => {
    await Promise.all(running.splice(0).map((server) => server.stop()));
  };
  try {
    const plain = await startPlain();
    running.push(plain);
    await makeTemplate(plain);
    environment['PLANTGRAPH_TEST_PLAIN_URL'] = plain.url;
    const timescale = await startTimescale(cache).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      environment['PLANTGRAPH_TEST_TIMESCALE_MISSING'] = reason;
      say(`SKIPPED: every database test on TimescaleDB, because ${reason}`);
      return undefined;
    });
    if (timescale) {
      running.push(timescale);
      await makeTemplate(timescale);
      environment['PLANTGRAPH_TEST_TIMESCALE_URL'] = timescale.url;
    }
    return { environment, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
