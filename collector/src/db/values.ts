const LONE_SURROGATE = /\p{Surrogate}/gu;

/** Text that PostgreSQL stores whatever it holds: without NUL (22021), lone surrogates as U+FFFD. */
export const storableText = (text: string): string => text.replaceAll('\0', '').replace(LONE_SURROGATE, '\ufffd');

/** JSON that jsonb accepts whatever the strings in it hold (22P05 for NUL, 22P02 for a lone surrogate). */
export const storableJson = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'string' ? storableText(inner) : inner));

/** One column of many rows, for `unnest`. Strings are made storable, so that no row can cost the others. */
export const columnOf = <T>(rows: readonly T[], value: (row: T) => unknown): unknown[] =>
  rows.map((row) => {
    const cell = value(row);
    return typeof cell === 'string' ? storableText(cell) : cell;
  });
