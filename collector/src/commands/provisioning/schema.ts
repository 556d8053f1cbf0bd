import { Type, type TProperties } from '@sinclair/typebox';

/** Strict forms of Grafana 12.4's provisioning files: Grafana itself ignores unknown keys without a word. */
const closed = <T extends TProperties>(properties: T) => Type.Object(properties, { additionalProperties: false });
const optional = Type.Optional;
const text = Type.String();
const words = Type.Record(Type.String(), Type.String());
const anything = Type.Record(Type.String(), Type.Unknown());
const uid = Type.String({ pattern: '^[A-Za-z0-9_-]{1,40}$' });
const duration = Type.String({ pattern: '^(\\d+(ms|[smhdwy]))+$|^0$' });
const apiVersion = Type.Literal(1);

export const DatasourcesFile = closed({
  apiVersion,
  prune: optional(Type.Boolean()),
  deleteDatasources: optional(Type.Array(closed({ name: text, orgId: optional(Type.Integer()) }))),
  datasources: optional(
    Type.Array(
      closed({
        name: text,
        uid,
        type: text,
        access: optional(Type.Union([Type.Literal('proxy'), Type.Literal('direct')])),
        url: optional(text),
        user: optional(text),
        database: optional(text),
        orgId: optional(Type.Integer()),
        version: optional(Type.Integer()),
        basicAuth: optional(Type.Boolean()),
        basicAuthUser: optional(text),
        withCredentials: optional(Type.Boolean()),
        isDefault: optional(Type.Boolean()),
        correlations: optional(Type.Array(anything)),
        secureJsonData: optional(words),
        jsonData: optional(anything),
        editable: optional(Type.Boolean()),
      }),
    ),
  ),
});

export const PluginsFile = closed({
  apiVersion,
  apps: Type.Array(
    closed({
      type: text,
      org_id: optional(Type.Integer()),
      org_name: optional(text),
      disabled: optional(Type.Boolean()),
      jsonData: optional(anything),
      secureJsonData: optional(words),
    }),
  ),
});

export const DashboardsFile = closed({
  apiVersion,
  providers: Type.Array(
    closed({
      name: text,
      type: optional(Type.Literal('file')),
      orgId: optional(Type.Integer()),
      folder: optional(text),
      folderUid: optional(uid),
      editable: optional(Type.Boolean()),
      disableDeletion: optional(Type.Boolean()),
      updateIntervalSeconds: optional(Type.Integer()),
      allowUiUpdates: optional(Type.Boolean()),
      options: closed({ path: text, foldersFromFilesStructure: optional(Type.Boolean()) }),
    }),
  ),
});

const Query = closed({
  refId: text,
  datasourceUid: text,
  queryType: optional(text),
  relativeTimeRange: optional(closed({ from: Type.Integer(), to: Type.Integer() })),
  model: anything,
});

const Rule = closed({
  uid,
  title: Type.String({ minLength: 1 }),
  condition: text,
  data: Type.Array(Query, { minItems: 1 }),
  for: optional(duration),
  keepFiringFor: optional(duration),
  missing_series_evals_to_resolve: optional(Type.Integer({ minimum: 1 })),
  noDataState: optional(Type.Unsafe<string>({ type: 'string', enum: ['NoData', 'Alerting', 'OK', 'KeepLast'] })),
  execErrState: optional(Type.Unsafe<string>({ type: 'string', enum: ['Alerting', 'Error', 'OK', 'KeepLast'] })),
  dashboardUid: optional(uid),
  panelId: optional(Type.Integer()),
  annotations: optional(words),
  labels: optional(words),
  isPaused: optional(Type.Boolean()),
  notification_settings: optional(anything),
});

export const AlertingFile = closed({
  apiVersion,
  groups: optional(
    Type.Array(
      closed({
        orgId: optional(Type.Integer()),
        name: text,
        folder: text,
        interval: duration,
        rules: Type.Array(Rule, { minItems: 1 }),
      }),
    ),
  ),
  deleteRules: optional(Type.Array(closed({ orgId: optional(Type.Integer()), uid }))),
});

/** The part of a classic dashboard model that is looked at; the rest is Grafana's. */
const Target = Type.Object({
  refId: text,
  rawSql: optional(text),
  format: optional(Type.Union([Type.Literal('table'), Type.Literal('time_series')])),
  datasource: optional(Type.Object({ uid: text })),
});

export const DashboardModel = Type.Object({
  uid,
  title: Type.String({ minLength: 1 }),
  schemaVersion: Type.Integer({ minimum: 36 }),
  panels: Type.Array(
    Type.Object({
      id: Type.Integer({ minimum: 1 }),
      type: text,
      title: text,
      gridPos: Type.Object({ x: Type.Integer(), y: Type.Integer(), w: Type.Integer(), h: Type.Integer() }),
      targets: optional(Type.Array(Target)),
      fieldConfig: Type.Object({ defaults: anything, overrides: Type.Array(Type.Unknown()) }),
      options: anything,
    }),
  ),
  templating: Type.Object({
    list: Type.Array(
      Type.Object({
        name: text,
        type: text,
        query: optional(Type.Object({ rawSql: text })),
        multi: optional(Type.Boolean()),
      }),
    ),
  }),
  annotations: Type.Object({ list: Type.Array(Type.Object({ name: text, target: optional(Target) })) }),
});
