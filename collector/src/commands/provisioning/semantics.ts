import type { Static } from '@sinclair/typebox';
import type { Problem, Provisioning, SqlUse } from './files.js';
import type { AlertingFile, DashboardModel } from './schema.js';

type Rule = NonNullable<Static<typeof AlertingFile>['groups']>[number]['rules'][number];
type Dashboard = { file: string; content: Static<typeof DashboardModel> };

const EXPRESSION = '__expr__';
const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/** Milliseconds of a Prometheus duration such as `1m30s`. */
export function durationMs(text: string): number {
  return [...text.matchAll(/(\d+)(ms|[smhdwy])/g)].reduce(
    (sum, [, value, unit = '']) => sum + Number(value) * (UNITS[unit] ?? NaN),
    0,
  );
}

/** What no schema can see: references between the files, and the traps of Grafana's own expansion. */
export function semanticProblems({ datasources, alerting, dashboards }: Provisioning): Problem[] {
  const problems: Problem[] = [];
  const sources = new Set(datasources.flatMap((file) => file.datasources ?? []).map(({ uid }) => uid));
  const defaults = datasources.flatMap((file) => file.datasources ?? []).filter(({ isDefault }) => isDefault === true);
  if (defaults.length > 0)
    problems.push({
      file: 'datasources',
      message: `${defaults[0]?.name} claims to be the default data source; leave that to the owner of Grafana`,
    });

  const ruleUids = new Map<string, string>();
  for (const { file, content } of alerting) {
    const report = (message: string) => problems.push({ file, message });
    for (const group of content.groups ?? []) {
      const intervalMs = durationMs(group.interval);
      if (intervalMs === 0 || intervalMs % 10_000 !== 0)
        report(`group ${group.name}: interval ${group.interval} is no multiple of 10 s`);
      for (const rule of group.rules) {
        if (ruleUids.has(rule.uid)) report(`rule ${rule.uid} stands in ${ruleUids.get(rule.uid)} too`);
        ruleUids.set(rule.uid, file);
        ruleProblems(rule, sources, dashboards).forEach((message) => report(`rule ${rule.uid}: ${message}`));
      }
    }
  }

  const dashboardUids = new Set<string>();
  for (const { file, content } of dashboards) {
    const report = (message: string) => problems.push({ file, message });
    if (dashboardUids.has(content.uid)) report(`uid ${content.uid} stands twice`);
    dashboardUids.add(content.uid);
    const ids = new Set<number>();
    for (const panel of content.panels) {
      if (ids.has(panel.id)) report(`panel id ${panel.id} stands twice`);
      ids.add(panel.id);
      for (const target of panel.targets ?? []) {
        const uid = target.datasource?.uid;
        if (uid !== undefined && !sources.has(uid))
          report(`panel "${panel.title}" asks the data source ${uid}, which no file defines`);
      }
    }
  }
  return problems;
}

function ruleProblems(rule: Rule, sources: ReadonlySet<string>, dashboards: readonly Dashboard[]): string[] {
  const problems: string[] = [];
  const before = new Set<string>();
  for (const query of rule.data) {
    if (before.has(query.refId)) problems.push(`refId ${query.refId} stands twice`);
    if (query.datasourceUid === EXPRESSION) {
      const expression = query.model['expression'];
      if (typeof expression === 'string' && !before.has(expression))
        problems.push(`expression of ${query.refId} names ${expression}, which does not stand before it`);
      const hysteresis = conditionsOf(query.model).some((condition) => 'unloadEvaluator' in condition);
      if (hysteresis && query.refId !== rule.condition)
        problems.push(`hysteresis stands on ${query.refId}, not on the condition ${rule.condition}`);
    } else {
      if (!sources.has(query.datasourceUid)) problems.push(`data source ${query.datasourceUid} is defined in no file`);
      if (!query.relativeTimeRange) problems.push(`query ${query.refId} has no relativeTimeRange`);
    }
    if (query.model['refId'] !== query.refId)
      problems.push(`model of ${query.refId} carries the refId ${String(query.model['refId'])}`);
    before.add(query.refId);
  }
  if (!before.has(rule.condition)) problems.push(`condition ${rule.condition} is no refId of its data`);

  for (const [name, value] of Object.entries(rule.labels ?? {})) {
    if (/(^|[^$])\$(?!\$)/.test(value.replaceAll('$$', '')))
      problems.push(`label ${name} has a single "$", which Grafana expands away; write "$$"`);
  }
  for (const [name, value] of Object.entries(rule.annotations ?? {})) {
    if (value.includes('$$')) problems.push(`annotation ${name} has "$$"; a single "$" is right there`);
  }
  if (!['page', 'ticket', 'info'].includes(rule.labels?.['severity'] ?? ''))
    problems.push('label severity must be page, ticket or info');
  if (rule.annotations?.['summary'] === undefined) problems.push('has no summary annotation');
  if (rule.dashboardUid !== undefined) {
    const dashboard = dashboards.find(({ content }) => content.uid === rule.dashboardUid);
    if (!dashboard) problems.push(`dashboard ${rule.dashboardUid} does not exist`);
    else if (!dashboard.content.panels.some(({ id }) => id === rule.panelId))
      problems.push(`dashboard ${rule.dashboardUid} has no panel ${String(rule.panelId)}`);
  }
  return problems;
}

/** The conditions of a threshold or classic expression. */
export function conditionsOf(model: Readonly<Record<string, unknown>>): Record<string, unknown>[] {
  const { conditions } = model;
  return Array.isArray(conditions)
    ? conditions.filter((condition) => condition !== null && typeof condition === 'object')
    : [];
}

/** Every SQL of rules, panels, variables and annotations. */
export function sqlUses({ alerting, dashboards }: Provisioning): SqlUse[] {
  const rules = alerting.flatMap(({ file, content }) =>
    (content.groups ?? []).flatMap((group) =>
      group.rules.flatMap((rule) =>
        rule.data.flatMap((query): SqlUse[] => {
          const sql = query.model['rawSql'];
          if (typeof sql !== 'string') return [];
          return [{ file, where: `rule ${rule.uid}`, sql, use: 'alert', format: 'table', variables: [] }];
        }),
      ),
    ),
  );
  return [...rules, ...dashboards.flatMap(dashboardSql)];
}

function dashboardSql({ file, content }: Dashboard): SqlUse[] {
  const variables = content.templating.list.map(({ name, multi }) => ({ name, multi: multi === true }));
  const use = (
    where: string,
    sql: string | undefined,
    kind: SqlUse['use'],
    format: SqlUse['format'] = 'table',
  ): SqlUse[] => (sql === undefined ? [] : [{ file, where, sql, use: kind, format, variables }]);
  return [
    ...content.panels.flatMap((panel) =>
      (panel.targets ?? []).flatMap((target) =>
        use(`panel "${panel.title}" ${target.refId}`, target.rawSql, 'panel', target.format),
      ),
    ),
    ...content.templating.list.flatMap((variable) =>
      use(`variable ${variable.name}`, variable.query?.rawSql, 'variable'),
    ),
    ...content.annotations.list.flatMap((annotation) =>
      use(`annotation "${annotation.name}"`, annotation.target?.rawSql, 'annotation'),
    ),
  ];
}
