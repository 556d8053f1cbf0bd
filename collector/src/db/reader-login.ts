import { randomBytes } from 'node:crypto';
import type pg from 'pg';

/**
 * Lets `grafana_reader` log in with a new password and gives its URL. For a database of our own: where dashboards'
 * SQL is run, a session of the reader's own is the only safe one (`set role` is undone by the SQL itself).
 */
export async function readerUrl(pool: pg.Pool, ownerUrl: string): Promise<string> {
  const password = randomBytes(24).toString('base64url');
  await pool.query(`alter role grafana_reader login password '${password}'`); // base64url holds no quote
  return Object.assign(new URL(ownerUrl), { username: 'grafana_reader', password }).href;
}
