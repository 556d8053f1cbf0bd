// @ts-check
/**
 * What Grafana's PostgreSQL data source does to a query and its answer, as far as our dashboards use it: variables,
 * macros, rows to data frames. (Grafana: docs of the PostgreSQL data source, query editor macros; design, D1.)
 */

/** @param {string} text */
const quoted = (text) => `'${text.replaceAll("'", "''")}'`;

const VARIABLE = /\$\{(\w+)(?::(\w+))?\}|\$(?!__)(\w+)/g;

/**
 * `${name}` and `$name` as the data source writes them: several values, and every one with `:sqlstring`, in quotes.
 * @param {string} sql
 * @param {Record<string, string | string[]>} variables
 */
export function interpolate(sql, variables) {
  return sql.replace(VARIABLE, (whole, braced, format, bare) => {
    const value = variables[braced ?? bare];
    if (value === undefined) return whole;
    const values = Array.isArray(value) ? value : [value];
    // A list without values would be no SQL; NULL matches nothing.
    if (values.length === 0) return 'NULL';
    return format === 'sqlstring' || Array.isArray(value) ? values.map(quoted).join(',') : value.replaceAll("'", "''");
  });
}

const UNIT_SECONDS = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 };

/** @param {string} text */
function secondsOf(text) {
  const [, count, unit] = /^'?(\d+)(s|m|h|d|w)'?$/.exec(text.trim()) ?? [];
  return unit === undefined ? 60 : Number(count) * UNIT_SECONDS[/** @type {keyof typeof UNIT_SECONDS} */ (unit)];
}

/**
 * @param {string} sql
 * @param {{ from: Date, to: Date, intervalMs?: number }} range
 */
export function expandMacros(sql, { from, to, intervalMs = 60_000 }) {
  const time = (/** @type {Date} */ date) => quoted(date.toISOString());
  const interval = `${Math.max(1, Math.round(intervalMs / 1000))}s`;
  return sql
    .replace(/\$__interval_ms\b/g, String(intervalMs))
    .replace(/\$__interval\b/g, interval)
    .replace(/\$__timeFilter\(([^()]*)\)/g, (_, column) => `${column} BETWEEN ${time(from)} AND ${time(to)}`)
    .replace(/\$__timeFrom\(\)/g, time(from))
    .replace(/\$__timeTo\(\)/g, time(to))
    .replace(/\$__timeGroup(?:Alias)?\(([^(),]*),\s*([^(),]*)(?:,[^()]*)?\)/g, (_, column, step) => {
      const seconds = secondsOf(step);
      return `to_timestamp(floor(extract(epoch from ${column}) / ${seconds}) * ${seconds})`;
    })
    .replace(/\$__time\(([^()]*)\)/g, (_, column) => `${column} AS "time"`);
}

/** PostgreSQL's type numbers (pg_type.oid) to the kinds of a data frame's fields. */
const KIND_BY_OID = new Map([
  [16, 'boolean'],
  ...[20, 21, 23, 26, 700, 701, 1700].map((oid) => /** @type {const} */ ([oid, 'number'])),
  ...[1082, 1114, 1184].map((oid) => /** @type {const} */ ([oid, 'time'])),
  ...[114, 3802].map((oid) => /** @type {const} */ ([oid, 'other'])),
]);

/** @param {unknown} value */
function kindOf(value) {
  if (value instanceof Date) return 'time';
  if (typeof value === 'number' || typeof value === 'boolean') return typeof value;
  return typeof value === 'object' && value !== null ? 'other' : 'string';
}

/** @param {string} kind @param {unknown} value */
function cell(kind, value) {
  if (value === null || value === undefined) return null;
  if (kind === 'number') return Number(value);
  if (kind === 'time') return value instanceof Date ? value.getTime() : Date.parse(String(value));
  return kind === 'other' || kind === 'boolean' ? value : String(value);
}

/**
 * @typedef {{ rows: Record<string, unknown>[], fields?: { name: string, dataTypeID: number }[] }} QueryAnswer
 * @typedef {{ schema: { refId: string, name?: string, fields: { name: string, type: string }[] }, data: { values: unknown[][] } }} FrameJson
 */

/**
 * Rows to one frame; no rows to a frame without fields, as the data source does.
 * @param {string} refId
 * @param {QueryAnswer} answer
 * @returns {FrameJson}
 */
export function toFrame(refId, { rows, fields }) {
  if (rows.length === 0) return { schema: { refId, fields: [] }, data: { values: [] } };
  const names = fields?.map(({ name }) => name) ?? Object.keys(rows[0] ?? {});
  const kinds = names.map((name, index) => {
    const oid = fields?.[index]?.dataTypeID;
    return oid === undefined
      ? kindOf(rows.map((row) => row[name]).find((value) => value !== null && value !== undefined))
      : (KIND_BY_OID.get(oid) ?? 'string');
  });
  return {
    schema: { refId, fields: names.map((name, index) => ({ name, type: kinds[index] ?? 'string' })) },
    data: { values: names.map((name, index) => rows.map((row) => cell(kinds[index] ?? 'string', row[name]))) },
  };
}

/**
 * `time_series`: one frame for each name in the `metric` column (or for each other column without one).
 * @param {string} refId
 * @param {QueryAnswer} answer
 * @returns {FrameJson[]}
 */
export function toSeries(refId, answer) {
  const { schema, data } = toFrame(refId, answer);
  const time = schema.fields.findIndex(({ type, name }) => type === 'time' && name === 'time');
  const metric = schema.fields.findIndex(({ type, name }) => type === 'string' && name === 'metric');
  if (time < 0) return [{ schema, data }];
  const times = /** @type {number[]} */ (data.values[time]);
  const valueColumns = schema.fields.flatMap(({ type }, index) => (type === 'number' ? [index] : []));
  const series = new Map();
  times.forEach((at, row) => {
    for (const column of valueColumns) {
      const own = schema.fields[column]?.name ?? 'value';
      const name = metric < 0 ? own : String(data.values[metric]?.[row]);
      const points = series.get(name) ?? series.set(name, { times: [], values: [] }).get(name);
      points.times.push(at);
      points.values.push(data.values[column]?.[row]);
    }
  });
  return [...series].map(([name, points]) => ({
    schema: {
      refId,
      fields: [
        { name: 'time', type: 'time' },
        { name, type: 'number' },
      ],
    },
    data: { values: [points.times, points.values] },
  }));
}
