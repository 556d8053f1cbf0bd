import { expandMacros, interpolate, toFrame, toSeries } from './sql.mjs';

const range = { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2026-01-01T01:00:00Z') };

test.each([
  ['a list', 'x IN (${site:sqlstring})', { site: ['hq', "o'hare"] }, "x IN ('hq','o''hare')"],
  ['one', 'x = ${mac:sqlstring}', { mac: '00:10' }, "x = '00:10'"],
  ['an empty list', 'x IN (${site:sqlstring})', { site: [] }, 'x IN (NULL)'],
  ['a bare one inside quotes', "x = '$mac'", { mac: "a'b" }, "x = 'a''b'"],
  ['an unknown one', 'x = $nobody', {}, 'x = $nobody'],
  ['a macro is none', '$__timeFilter(time)', { __timeFilter: 'x' }, '$__timeFilter(time)'],
])('interpolates %s', (_name, sql, variables, expected) => {
  expect(interpolate(sql, variables as Record<string, string | string[]>)).toBe(expected);
});

test.each([
  ['$__timeFilter(e.at)', "e.at BETWEEN '2026-01-01T00:00:00.000Z' AND '2026-01-01T01:00:00.000Z'"],
  ['$__timeFrom()', "'2026-01-01T00:00:00.000Z'"],
  ["$__timeGroup(time, '5m')", 'to_timestamp(floor(extract(epoch from time) / 300) * 300)'],
  ['$__interval $__interval_ms', '60s 60000'],
])('expands %s', (sql, expected) => {
  expect(expandMacros(sql, range)).toBe(expected);
});

test('types of columns follow PostgreSQL, also when the first value is null', () => {
  const { schema, data } = toFrame('A', {
    fields: [
      { name: 'id', dataTypeID: 25 },
      { name: 'load', dataTypeID: 701 },
      { name: 'count', dataTypeID: 20 },
      { name: 'at', dataTypeID: 1184 },
      { name: 'evidence', dataTypeID: 3802 },
    ],
    rows: [{ id: 'a', load: null, count: '7', at: range.from, evidence: [{ device: 'x' }] }],
  });
  expect(schema.fields.map(({ type }) => type)).toEqual(['string', 'number', 'number', 'time', 'other']);
  expect(data.values.map(([first]) => first)).toEqual(['a', null, 7, range.from.getTime(), [{ device: 'x' }]]);
});

test('no rows are a frame without fields', () => {
  expect(toFrame('nodes', { rows: [] })).toEqual({ schema: { refId: 'nodes', fields: [] }, data: { values: [] } });
});

test('a metric column becomes series', () => {
  const rows = [
    { time: range.from, metric: 'added', value: 1 },
    { time: range.from, metric: 'removed', value: 2 },
    { time: range.to, metric: 'added', value: 3 },
  ];
  expect(toSeries('A', { rows }).map(({ schema, data }) => [schema.fields[1]?.name, data.values[1]])).toEqual([
    ['added', [1, 3]],
    ['removed', [2]],
  ]);
});
