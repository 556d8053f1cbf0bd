import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluateAlert, QUIET, type AlertInstance } from './alert-chain.js';
import { readProvisioning } from './files.js';
import { expandMacros } from './macros.js';
import { sqlProblems, type SqlResult } from './run-sql.js';
import { semanticProblems, sqlUses } from './semantics.js';

const shipped = join(__dirname, '../../../../provisioning');

function problemsWith(file: string, from: string | RegExp, to: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'plantgraph-provisioning-'));
  cpSync(shipped, folder, { recursive: true });
  const path = join(folder, file);
  const before = readFileSync(path, 'utf8');
  const after = before.replace(from, () => to);
  expect(after).not.toBe(before);
  writeFileSync(path, after);
  const provisioning = readProvisioning(folder);
  return [...provisioning.problems, ...semanticProblems(provisioning)].map(({ message }) => message);
}

test('the shipped files are right', () => {
  const provisioning = readProvisioning(shipped);
  expect([...provisioning.problems, ...semanticProblems(provisioning)]).toEqual([]);
  expect(sqlUses(provisioning).length).toBeGreaterThan(15);
});

const rules = 'alerting/plantgraph.yaml';
test.each([
  ['a typo that Grafana ignores', rules, 'keepFiringFor', 'keep_firing_for', 'unknown key "keep_firing_for"'],
  ['a uid over 40 characters', rules, 'uid: plantgraph-blind', `uid: ${'x'.repeat(41)}`, 'must match pattern'],
  ['an odd interval', rules, 'interval: 1m', 'interval: 15s', 'no multiple of 10 s'],
  ['a condition that does not exist', rules, 'condition: C', 'condition: B', 'condition B is no refId'],
  [
    'a foreign data source',
    rules,
    'datasourceUid: plantgraph-pg',
    'datasourceUid: other',
    'data source other is defined in no file',
  ],
  ['a single dollar in a label', rules, '$$labels.site', '$labels.site', 'single "$"'],
  ['a double dollar in an annotation', rules, '$values.A.Value', '$$values.A.Value', 'a single "$" is right there'],
  ['a panel that does not exist', rules, 'panelId: 2', 'panelId: 99', 'has no panel 99'],
  ['a rule twice', rules, 'uid: plantgraph-blind', 'uid: plantgraph-link-lost', 'stands in'],
  ['an unknown severity', rules, 'severity: page', 'severity: critical', 'label severity'],
  [
    'a default data source',
    'datasources/plantgraph.yaml',
    'editable: false',
    'isDefault: true',
    'claims to be the default',
  ],
  ['a misspelt key', 'plugins/plantgraph.yaml', 'org_id', 'orgId', 'unknown key "orgId"'],
  ['a panel id twice', 'dashboards/plantgraph/topology.json', '"id": 2,', '"id": 1,', 'panel id 1 stands twice'],
])('finds %s', (_name, file, from, to, message) => {
  expect(problemsWith(file, from, to)).toContainEqual(expect.stringContaining(message));
});

const context = { from: new Date(0), to: new Date(60_000), variables: { site: ['hq', "o'b"], mac: 'aa' } };

test.each([
  [
    'a time filter',
    'x WHERE $__timeFilter(e.time)',
    `x WHERE e.time BETWEEN '1970-01-01T00:00:00.000Z' AND '1970-01-01T00:01:00.000Z'`,
  ],
  ['a bucket', "$__timeGroup(time, '5m')", `date_bin('5 minutes'::interval, time, '2000-01-01'::timestamptz)`],
  ['a multi-value variable', 'IN (${site:sqlstring})', `IN ('hq','o''b')`],
])('expands %s', (_name, sql, expected) => {
  expect(expandMacros(sql, context)).toBe(expected);
});

test.each([
  ['an unquoted variable', '${mac}', 'unquoted'],
  ['an unknown macro', '$__nope(x)', 'unknown macro'],
  ['an unknown variable', '${nope:sqlstring}', 'no variable'],
])('refuses %s', (_name, sql, message) => {
  expect(() => expandMacros(sql, context)).toThrow(message);
});

const alert = { file: 'f', where: 'r', sql: 'x', use: 'alert', format: 'table', variables: [] } as const;
const [text, float, time] = [25, 701, 1184];
const result = (types: number[], ...rows: unknown[][]): SqlResult => ({
  columns: types.map((typeOid, i) => ({ name: `c${i}`, typeOid })),
  rows,
});

test.each([
  ['a good one', result([text, float], ['a', 1], ['b', 2]), []],
  ['two numbers', result([float, float]), ['r: alerting needs exactly one numeric column, there are 2']],
  ['a time column', result([time, float]), ['r: column c0 must be text in an alert rule']],
  ['equal labels', result([text, float], ['a', 1], ['a', 2]), ['r: two rows carry the labels ["a"]']],
  ['a NULL value', result([text, float], ['a', null]), ['r: a value is NULL, which would look healthy']],
])('alert shape: %s', async (_name, rows, expected) => {
  expect((await sqlProblems([alert], async () => rows, new Date(0))).map(({ message }) => message)).toEqual(expected);
});

test('an alert waits, fires, holds inside its hysteresis and keeps firing before it ends', () => {
  const threshold = { evaluator: { type: 'lt', params: [0] }, unloadEvaluator: { type: 'gt', params: [1] } };
  const timing = { forMs: 120_000, keepFiringForMs: 60_000 };
  let instance: AlertInstance = QUIET;
  const states = [2, -1, -1, -1, 0.5, 2, 2, 2, NaN].map((value, minute) => {
    instance = evaluateAlert(instance, value, minute * 60_000, threshold, timing);
    return instance.state;
  });
  expect(states).toEqual([
    'normal',
    'pending',
    'pending',
    'alerting',
    'alerting',
    'recovering',
    'normal',
    'normal',
    'normal',
  ]);
});
