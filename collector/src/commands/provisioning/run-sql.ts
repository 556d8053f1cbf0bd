import type { Problem, SqlUse } from './files.js';
import { expandMacros } from './macros.js';

/** What a query returned: column names with PostgreSQL's type OIDs, and rows by position. */
export interface SqlResult {
  readonly columns: readonly { readonly name: string; readonly typeOid: number }[];
  readonly rows: readonly (readonly unknown[])[];
}

export type RunSql = (sql: string) => Promise<SqlResult>;

const NUMERIC = new Set([20, 21, 23, 700, 701, 1700]);
const TIMES = new Set([1082, 1114, 1184]);
const STRUCTURED = new Set([16, 114, 3802]);

/** Runs every SQL of the files as Grafana would and checks the shape that its use needs (grafana-plugin reference, section 6). */
export async function sqlProblems(uses: readonly SqlUse[], run: RunSql, at: Date): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const use of uses) {
    try {
      const variables = Object.fromEntries(use.variables.map(({ name, multi }) => [name, multi ? ['a', 'b'] : 'a']));
      const sql = expandMacros(use.sql, { from: new Date(at.getTime() - 6 * 3_600_000), to: at, variables });
      shapeProblems(use, await run(sql)).forEach((message) =>
        problems.push({ file: use.file, message: `${use.where}: ${message}` }),
      );
    } catch (error) {
      problems.push({
        file: use.file,
        message: `${use.where}: ${error instanceof Error ? error.message : String(error)}`,
      });
    }
  }
  return problems;
}

function shapeProblems(use: SqlUse, { columns, rows }: SqlResult): string[] {
  const names = columns.map(({ name }) => name);
  if (use.use === 'alert') return alertShape(columns, rows);
  if (use.use === 'annotation') {
    return ['time', 'text']
      .filter((name) => !names.includes(name))
      .map((name) => `an annotation needs the column ${name}`);
  }
  if (use.use === 'variable') return columns.length === 0 ? ['a variable needs a column'] : [];
  if (use.format === 'time_series') {
    const time = columns.find(({ name }) => name === 'time');
    if (!time || !TIMES.has(time.typeOid)) return ['a time series needs a column "time" of a time type'];
    return columns.some(({ typeOid }) => NUMERIC.has(typeOid)) ? [] : ['a time series needs a numeric column'];
  }
  return [];
}

/** One numeric column, every other a string, labels unique, no NULL value: one alert instance a row. */
function alertShape(columns: SqlResult['columns'], rows: SqlResult['rows']): string[] {
  const problems: string[] = [];
  const numeric = columns.flatMap(({ typeOid }, index) => (NUMERIC.has(typeOid) ? [index] : []));
  if (numeric.length !== 1) problems.push(`alerting needs exactly one numeric column, there are ${numeric.length}`);
  columns
    .filter(({ typeOid }) => TIMES.has(typeOid) || STRUCTURED.has(typeOid))
    .forEach(({ name }) => problems.push(`column ${name} must be text in an alert rule`));
  const seen = new Set<string>();
  for (const row of rows) {
    const value = row[numeric[0] ?? 0];
    if (value === null) problems.push('a value is NULL, which would look healthy');
    const labels = JSON.stringify(row.filter((_cell, index) => !numeric.includes(index)));
    if (seen.has(labels)) problems.push(`two rows carry the labels ${labels}`);
    seen.add(labels);
  }
  return problems;
}
