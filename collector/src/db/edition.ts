import type pg from 'pg';

/** `plain`: no extension. `apache`: TimescaleDB without its community features. `timescale`: all of it. */
export type Edition = 'plain' | 'apache' | 'timescale';

type Queryable = Pick<pg.ClientBase, 'query'>;

/**
 * The edition that this session's database runs on. The functions of TimescaleDB exist in the catalogue of every
 * edition, so only the licence setting tells (dependencies, section 5.2), and only where the extension is created.
 */
export async function editionOf(db: Queryable): Promise<Edition> {
  const { rows } = await db.query<{ license: string | null; created: boolean }>(
    `select current_setting('timescaledb.license', true) as license,
            exists (select from pg_extension where extname = 'timescaledb') as created`,
  );
  const [row] = rows;
  if (row === undefined || !row.created || !row.license) return 'plain';
  return row.license === 'timescale' ? 'timescale' : 'apache';
}

/** One sentence about the database for the log, `/version` and people. */
export async function describeDatabase(db: Queryable): Promise<{ edition: Edition; text: string }> {
  const edition = await editionOf(db);
  const { rows } = await db.query<{ server: string; timescale: string | null }>(
    `select current_setting('server_version') as server,
            (select extversion from pg_extension where extname = 'timescaledb') as timescale`,
  );
  const server = rows[0]?.server ?? 'unknown';
  const words: Record<Edition, string> = {
    plain: `PostgreSQL ${server} without TimescaleDB`,
    apache: `PostgreSQL ${server} with TimescaleDB ${rows[0]?.timescale ?? ''} (Apache edition)`,
    timescale: `PostgreSQL ${server} with TimescaleDB ${rows[0]?.timescale ?? ''}`,
  };
  return { edition, text: words[edition] };
}
