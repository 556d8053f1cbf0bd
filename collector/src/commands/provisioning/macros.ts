/** What Grafana would put in place of macros and variables, so that the SQL of a file can be run without Grafana. */
export interface MacroContext {
  readonly from: Date;
  readonly to: Date;
  /** Values of dashboard variables by name; a list is a multi-value variable. */
  readonly variables: Readonly<Record<string, string | readonly string[]>>;
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

const INTERVALS: Readonly<Record<string, string>> = { s: 'seconds', m: 'minutes', h: 'hours', d: 'days' };

/** The interval of `'5m'` or `$__interval` in SQL. */
function intervalSql(text: string): string {
  const [, value, unit = ''] = /^'?(\d+)([smhd])'?$/.exec(text.trim()) ?? [];
  return value === undefined ? `'1 minute'::interval` : `'${value} ${INTERVALS[unit]}'::interval`;
}

const bucket = (column: string, interval: string) =>
  `date_bin(${intervalSql(interval)}, ${column.trim()}, '2000-01-01'::timestamptz)`;

/** Expands the macros of Grafana's PostgreSQL data source (12.4) and `${name:format}` variables. Throws on an unknown one. */
export function expandMacros(sql: string, { from, to, variables }: MacroContext): string {
  const [start, end] = [quoted(from.toISOString()), quoted(to.toISOString())];
  const expanded = sql
    .replace(/\$__timeFilter\(([^()]+)\)/g, (_all, column: string) => `${column.trim()} BETWEEN ${start} AND ${end}`)
    .replace(/\$__timeFrom\(\)/g, start)
    .replace(/\$__timeTo\(\)/g, end)
    .replace(
      /\$__timeGroupAlias\(([^,()]+),([^,()]+)[^()]*\)/g,
      (_all, column: string, interval: string) => `${bucket(column, interval)} AS "time"`,
    )
    .replace(/\$__timeGroup\(([^,()]+),([^,()]+)[^()]*\)/g, (_all, column: string, interval: string) =>
      bucket(column, interval),
    )
    .replace(/\$__time\(([^()]+)\)/g, (_all, column: string) => `${column.trim()} AS "time"`)
    .replace(/\$__interval_ms/g, '60000')
    .replace(/\$__interval/g, `'1m'`)
    .replace(/\$\{(\w+)(?::(\w+))?\}/g, (_all, name: string, format: string | undefined) => {
      const value = variables[name];
      if (value === undefined) throw new RangeError(`no variable "${name}" in this dashboard`);
      const values = typeof value === 'string' ? [value] : value;
      if (format === 'sqlstring' || format === 'singlequote') return values.map(quoted).join(',');
      if (format !== undefined && format !== 'raw')
        throw new RangeError(`format "${format}" of variable "${name}" is not safe in SQL; use :sqlstring`);
      throw new RangeError(`variable "${name}" stands unquoted in SQL; write \${${name}:sqlstring}`);
    });
  const left = /\$__\w+|\$\w+/.exec(expanded.replace(/\$\d+/g, ''));
  if (left) throw new RangeError(`unknown macro or variable ${left[0]}`);
  return expanded;
}
