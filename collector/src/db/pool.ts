import pg from 'pg';
import { DatabaseError } from './errors.js';

export interface PoolOptions {
  /** Connections at most; a caller beyond it waits `connectTimeoutMs`. */
  readonly maxConnections?: number;
  readonly connectTimeoutMs?: number;
  /** The client gives up on an answer after this (a frozen server sends none). */
  readonly queryTimeoutMs?: number;
  /** The server ends a statement after this. Shorter than the client's, so that the server says why. */
  readonly statementTimeoutMs?: number;
  readonly applicationName?: string;
  /** A connection lost while idle or in use. Its query fails on its own; this is for the log and a counter. */
  readonly onError: (error: Error) => void;
}

/** Connections with a deadline on every wait. Opens nothing until the first query. */
export function createPool(url: string, options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    query_timeout: options.queryTimeoutMs ?? 35_000,
    statement_timeout: options.statementTimeoutMs ?? 30_000,
    idle_in_transaction_session_timeout: 60_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    // Compiling the map's views costs more than running them.
    options: '-c jit=off',
    application_name: options.applicationName ?? 'plantgraph',
  });
  // Without these a server's restart ends our process (brianc/node-postgres#2635 idle, #2439 checked out).
  pool.on('error', options.onError);
  pool.on('connect', (client) => client.on('error', options.onError));
  return pool;
}

/** Runs `work` in one transaction on one connection. A connection that cannot roll back is thrown away. */
export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((rollbackError: Error) => {
      broken = rollbackError;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Waits until the server answers a query. Throws DATABASE_UNREACHABLE after the deadline, with the last reason. */
export async function waitUntilReachable(
  pool: pg.Pool,
  deadlineMs: number,
  sleep: (ms: number) => Promise<void> = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
): Promise<void> {
  const until = performance.now() + deadlineMs;
  for (;;) {
    try {
      await pool.query('select 1');
      return;
    } catch (error) {
      if (performance.now() >= until) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new DatabaseError('DATABASE_UNREACHABLE', `the database does not answer: ${reason}`, { cause: error });
      }
      await sleep(100);
    }
  }
}
