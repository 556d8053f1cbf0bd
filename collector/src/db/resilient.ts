import type pg from 'pg';

/** SQLSTATE classes that blame the data of a row: 22 data exception, 23 integrity constraint. */
const isRowsFault = (error: unknown): boolean => /^2[23]/.test((error as { code?: string } | null)?.code ?? '');

/**
 * Writes rows in one statement, and when one of them is refused, in halves until only that one is left out. In a
 * transaction of the caller's. A statement of 1,000 rows with one bad value would otherwise lose all of them
 * (operations, D5). Other failures are thrown.
 */
export async function writeResiliently<T>(
  client: pg.ClientBase,
  rows: readonly T[],
  write: (rows: readonly T[]) => Promise<unknown>,
  onRefused: (row: T, error: unknown) => void,
): Promise<void> {
  if (rows.length === 0) return;
  await client.query('savepoint rows');
  try {
    await write(rows);
    await client.query('release savepoint rows');
  } catch (error) {
    if (!isRowsFault(error)) throw error;
    await client.query('rollback to savepoint rows; release savepoint rows');
    if (rows.length === 1) {
      onRefused(rows[0] as T, error);
      return;
    }
    const middle = rows.length >> 1;
    await writeResiliently(client, rows.slice(0, middle), write, onRefused);
    await writeResiliently(client, rows.slice(middle), write, onRefused);
  }
}
