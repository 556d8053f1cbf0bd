import type { DataFrame } from '@grafana/data';
import { numberOf, textOf, timeOf } from './cells';

/** The cells of one frame by column name; a column that is not there answers undefined. */
export interface Rows {
  readonly length: number;
  has(column: string): boolean;
  text(column: string, row: number): string | undefined;
  number(column: string, row: number): number | undefined;
  timeMs(column: string, row: number): number | undefined;
}

/** What a panel is told when there is nothing to draw. `empty` is a right answer without rows, `problem` a wrong one. */
export type NoRows = { kind: 'empty'; message: string } | { kind: 'problem'; message: string };

export interface WantedRows {
  /** The columns without which nothing can be drawn; the first one tells the frame from others. */
  readonly columns: readonly [string, ...string[]];
  /** The view that has them. */
  readonly view: string;
  /** Shown when the query has no rows. */
  readonly empty: string;
}

/** The first frame with the wanted columns. Names are matched without case, the first field of a name wins. */
export function findRows(
  frames: readonly DataFrame[],
  { columns, view, empty }: WantedRows,
): { kind: 'rows'; rows: Rows } | NoRows {
  const filled = frames.filter((frame) => frame.fields.length > 0);
  if (filled.length === 0) return { kind: 'empty', message: empty };
  const readers = filled.map(rowsOf);
  const found = readers.find((rows) => rows.has(columns[0]));
  if (!found) {
    return {
      kind: 'problem',
      message: `The query must return the columns ${columns.join(', ')}: select * from ${view}.`,
    };
  }
  const missing = columns.filter((column) => !found.has(column));
  if (missing.length > 0)
    return { kind: 'problem', message: `The query has no column ${missing.join(', ')}: select * from ${view}.` };
  return { kind: 'rows', rows: found };
}

/** Every frame that has all of the columns: what a panel draws on top of its own data, when a query brings it. */
export const rowsWith = (frames: readonly DataFrame[], columns: readonly string[]): Rows[] =>
  frames.map(rowsOf).filter((rows) => columns.every((column) => rows.has(column)));

function rowsOf(frame: DataFrame): Rows {
  const values = new Map<string, ArrayLike<unknown>>();
  for (const field of frame.fields) {
    const name = field.name.toLowerCase();
    if (!values.has(name)) values.set(name, field.values);
  }
  const cell = (column: string, row: number): unknown => values.get(column)?.[row];
  return {
    length: frame.length,
    has: (column) => values.has(column),
    text: (column, row) => textOf(cell(column, row)),
    number: (column, row) => numberOf(cell(column, row)),
    timeMs: (column, row) => timeOf(cell(column, row)),
  };
}
