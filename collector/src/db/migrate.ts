import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { editionOf, type Edition } from './edition.js';
import { DatabaseError } from './errors.js';

/** One file of `migrations/`. Comment lines at its head choose how it runs:
 * `-- no-transaction` (one statement), `-- only: apache,timescale` (editions), `-- role: login` (as the user who
 * migrates rather than as plantgraph_owner). */
export interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
  readonly inTransaction: boolean;
  readonly editions: readonly Edition[] | undefined;
  readonly asLogin: boolean;
}

export interface AppliedMigration {
  readonly name: string;
  readonly durationMs: number;
  /** False when the file is not for this edition: it is recorded, so that its text cannot change unnoticed. */
  readonly ran: boolean;
}

export interface MigrationResult {
  readonly edition: Edition;
  readonly applied: readonly AppliedMigration[];
  /** Files that were in the database before. */
  readonly present: number;
}

const NAME = /^\d{4}_[a-z0-9_]+\.sql$/;
const EDITIONS: readonly Edition[] = ['plain', 'apache', 'timescale'];
/** Any number that nobody else uses: 'plantgr' in octets. */
const LOCK = '31648317837996914';

/** The folder `migrations` of the nearest directory above this file, the same from `src` and from `dist`. */
export function migrationsDir(from: string = dirname(fileURLToPath(import.meta.url))): string {
  for (let directory = from; ; directory = dirname(directory)) {
    const candidate = join(directory, 'migrations');
    if (existsSync(candidate) && readdirSync(candidate).some((name) => NAME.test(name))) return candidate;
    if (dirname(directory) === directory) {
      throw new DatabaseError('DATABASE_MIGRATION_FAILED', `no folder migrations above ${from}`);
    }
  }
}

/** Reads a file's text and the orders at its head. */
export function parseMigration(name: string, sql: string): Migration {
  const head = sql.split('\n').filter((line) => line.startsWith('--'));
  const orders = new Map(
    head.map((line) => {
      const [key = '', value = ''] = line.slice(2).split(':');
      return [key.trim(), value.trim()] as const;
    }),
  );
  const only = orders.get('only');
  const editions = only?.split(',').map((word) => word.trim() as Edition);
  const unknown = editions?.find((edition) => !EDITIONS.includes(edition));
  if (unknown !== undefined) throw new DatabaseError('DATABASE_MIGRATION_FAILED', `${name}: no edition "${unknown}"`);
  return {
    name,
    sql,
    sha256: createHash('sha256').update(sql).digest('hex'),
    inTransaction: !orders.has('no-transaction'),
    editions,
    asLogin: orders.get('role') === 'login',
  };
}

export function readMigrations(directory: string): Migration[] {
  const names = readdirSync(directory).filter((name) => NAME.test(name));
  return names.sort().map((name) => parseMigration(name, readFileSync(join(directory, name), 'utf8')));
}

/**
 * Brings the database to what the files say: in their order, each once, two collectors at a time excluded.
 * Refuses an applied file whose text has changed, and a database that knows more than the files.
 */
export async function migrate(
  pool: pg.Pool,
  options: { readonly directory?: string; readonly onApplied?: (migration: AppliedMigration) => void } = {},
): Promise<MigrationResult> {
  const migrations = readMigrations(options.directory ?? migrationsDir());
  const client = await pool.connect();
  let failed: Error | undefined;
  try {
    // Waiting for another collector's migration may take as long as that takes.
    await client.query('set statement_timeout = 0; set lock_timeout = 0');
    await lock(client);
    await createRecord(client);
    const known = await readRecord(client);
    refuseForeign(migrations, known);
    const applied: AppliedMigration[] = [];
    for (const migration of migrations) {
      if (known.has(migration.name)) continue;
      const one = await apply(client, migration);
      applied.push(one);
      options.onApplied?.(one);
    }
    return { edition: await editionOf(client), applied, present: known.size };
  } catch (error) {
    failed = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    // The session holds the lock and changed settings: end it rather than give it back.
    client.release(failed ?? true);
  }
}

/** Polls for the lock: a session that waits inside `pg_advisory_lock` would run into the pool's query timeout. */
async function lock(client: pg.PoolClient): Promise<void> {
  const until = performance.now() + 600_000;
  for (;;) {
    const { rows } = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1) as got', [LOCK]);
    if (rows[0]?.got) return;
    if (performance.now() > until) {
      throw new DatabaseError('DATABASE_MIGRATION_FAILED', 'another collector has been migrating for ten minutes');
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function createRecord(client: pg.PoolClient): Promise<void> {
  await client.query(`create table if not exists public.plantgraph_migrations (
    name text primary key,
    sha256 text not null,
    edition text not null,
    ran boolean not null,
    duration_ms integer not null,
    applied_at timestamptz not null default now()
  )`);
}

async function readRecord(client: pg.PoolClient): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; sha256: string }>(
    'select name, sha256 from public.plantgraph_migrations',
  );
  return new Map(rows.map(({ name, sha256 }) => [name, sha256]));
}

function refuseForeign(migrations: readonly Migration[], known: ReadonlyMap<string, string>): void {
  const files = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const [name, sha256] of known) {
    const file = files.get(name);
    if (file === undefined) {
      throw new DatabaseError(
        'DATABASE_NEWER',
        `the database has ${name}, which this release does not know; run the newer release or restore a backup`,
      );
    }
    if (file.sha256 !== sha256) {
      throw new DatabaseError(
        'DATABASE_MIGRATION_CHANGED',
        `${name} was changed after it had been applied; restore the file and write a new migration`,
      );
    }
  }
}

async function apply(client: pg.PoolClient, migration: Migration): Promise<AppliedMigration> {
  const startedAt = performance.now();
  const ran = migration.editions?.includes(await editionOf(client)) ?? true;
  try {
    if (migration.inTransaction) await client.query('begin');
    if (ran) {
      if (!migration.asLogin) await client.query('set role plantgraph_owner');
      await client.query(migration.sql);
      await client.query('reset role');
    }
    const durationMs = Math.round(performance.now() - startedAt);
    await client.query(
      `insert into public.plantgraph_migrations (name, sha256, edition, ran, duration_ms) values ($1, $2, $3, $4, $5)`,
      [migration.name, migration.sha256, await editionOf(client), ran, durationMs],
    );
    if (migration.inTransaction) await client.query('commit');
    return { name: migration.name, durationMs, ran };
  } catch (error) {
    await client.query('rollback').catch(() => undefined); // the session is given up anyway
    const reason = error instanceof Error ? error.message : String(error);
    throw new DatabaseError('DATABASE_MIGRATION_FAILED', `${migration.name}: ${reason}`, { cause: error });
  }
}
