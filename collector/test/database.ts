import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { createPool } from '../src/db/pool.js';

/** The servers that the run has started (`database-setup.mjs`). */
export type TestEdition = 'plain' | 'timescale';
export const editions: readonly TestEdition[] = ['plain', 'timescale'];

const TEMPLATE = 'plantgraph_template';

function serverUrl(edition: TestEdition): string | undefined {
  return process.env[`PLANTGRAPH_TEST_${edition.toUpperCase()}_URL`];
}

async function asAdmin(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

export interface TestDatabase {
  /** Of the superuser. */
  readonly pool: pg.Pool;
  readonly url: string;
  /** A pool of its own as a login that is a member of the role; ended with the database. */
  poolAs(role: 'plantgraph_owner' | 'plantgraph_writer' | 'grafana_reader'): pg.Pool;
}

/**
 * A database of this file's own, copied from the migrated template (or empty). Use inside `describeDatabase`.
 * Every pool is ended afterwards, which hangs when a test kept a client: that is the point.
 */
export function useDatabase(edition: TestEdition, options: { readonly empty?: boolean } = {}): TestDatabase {
  const name = `plantgraph_test_${randomUUID().replaceAll('-', '')}`;
  const admin = serverUrl(edition) ?? '';
  let url = '';
  let pool: pg.Pool | undefined;
  const others: pg.Pool[] = [];

  beforeAll(async () => {
    await asAdmin(admin, async (client) => {
      const { rows } = await client.query<{ ok: boolean }>('select true as ok from pg_database where datname = $1', [
        TEMPLATE,
      ]);
      if (rows.length === 0) throw new Error('no template database: run jest with jest.database.config.js');
      await client.query(`create database ${name} template ${options.empty ? 'template0' : TEMPLATE}`);
    });
    url = Object.assign(new URL(admin), { pathname: name }).href;
    pool = createPool(url, { maxConnections: 6, onError: () => undefined });
  }, 60_000);

  afterAll(async () => {
    await Promise.all([pool, ...others].map((one) => one?.end()));
    // TimescaleDB's own workers may be connected.
    await asAdmin(admin, async (client) => void (await client.query(`drop database if exists ${name} with (force)`)));
  }, 60_000);

  return {
    get pool() {
      if (!pool) throw new Error('the database exists inside tests only');
      return pool;
    },
    get url() {
      return url;
    },
    poolAs(role) {
      const asRole = `${url}?options=${encodeURIComponent(`-c role=${role}`)}`;
      const one = createPool(asRole, { maxConnections: 2, onError: () => undefined });
      others.push(one);
      return one;
    },
  };
}

/** Runs the block once on each edition; where one is missing, its tests are counted as skipped. */
export function describeDatabase(title: string, block: (edition: TestEdition) => void): void {
  for (const edition of editions) {
    if (serverUrl(edition) !== undefined) describe(`${title} (${edition})`, () => block(edition));
    else describe.skip(`${title} (${edition})`, () => block(edition));
  }
}
