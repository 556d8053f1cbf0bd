import { readFileSync } from 'node:fs';
import pg from 'pg';
import { readProvisioning, type Problem } from './files.js';
import { sqlProblems, type RunSql } from './run-sql.js';
import { semanticProblems, sqlUses } from './semantics.js';

/** The whole check of a folder; SQL is run where a database is given. */
export async function checkProvisioning(
  folder: string,
  databaseUrlFile: string | undefined,
): Promise<{ problems: Problem[]; sqlCount: number; sqlRun: boolean }> {
  const provisioning = readProvisioning(folder);
  const problems = [...provisioning.problems, ...semanticProblems(provisioning)];
  const uses = sqlUses(provisioning);
  if (databaseUrlFile === undefined) return { problems, sqlCount: uses.length, sqlRun: false };

  const connectionString = readFileSync(databaseUrlFile, 'utf8').trim();
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5000, query_timeout: 30_000 });
  client.on('error', () => undefined); // a lost connection fails the query that runs
  await client.connect();
  try {
    return {
      problems: [...problems, ...(await sqlProblems(uses, runWith(client), new Date()))],
      sqlCount: uses.length,
      sqlRun: true,
    };
  } finally {
    await client.end();
  }
}

/** Runs SQL on a client, rows by position. */
export const runWith =
  (client: Pick<pg.Client, 'query'>): RunSql =>
  async (text) => {
    const { fields, rows } = await client.query<unknown[]>({ text, rowMode: 'array' });
    return { columns: fields.map(({ name, dataTypeID }) => ({ name, typeOid: dataTypeID })), rows };
  };
