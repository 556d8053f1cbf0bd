import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { parseDocument } from 'yaml';
import type { Static } from '@sinclair/typebox';
import { AlertingFile, DashboardModel, DashboardsFile, DatasourcesFile, PluginsFile } from './schema.js';

/** Something that Grafana would ignore silently or stop at. */
export interface Problem {
  readonly file: string;
  readonly message: string;
}

/** One SQL text of the files, with how its result is used. */
export interface SqlUse {
  readonly file: string;
  readonly where: string;
  readonly sql: string;
  readonly use: 'alert' | 'panel' | 'variable' | 'annotation';
  readonly format: 'table' | 'time_series';
  /** Variables of the dashboard it stands in. */
  readonly variables: readonly { readonly name: string; readonly multi: boolean }[];
}

export interface Provisioning {
  readonly datasources: Static<typeof DatasourcesFile>[];
  readonly alerting: { file: string; content: Static<typeof AlertingFile> }[];
  readonly dashboards: { file: string; content: Static<typeof DashboardModel> }[];
  readonly problems: Problem[];
}

const ajv = new Ajv({ allErrors: true, strict: false });
const validators = {
  datasources: ajv.compile(DatasourcesFile),
  plugins: ajv.compile(PluginsFile),
  dashboards: ajv.compile(DashboardsFile),
  alerting: ajv.compile(AlertingFile),
  dashboard: ajv.compile(DashboardModel),
};

const filesIn = (folder: string, endings: RegExp) => {
  try {
    return readdirSync(folder)
      .filter((name) => endings.test(name))
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
};

/** Reads a provisioning folder and holds every file against its strict schema. */
export function readProvisioning(root: string): Provisioning {
  const problems: Problem[] = [];
  const report = (path: string, message: string) => problems.push({ file: relative(root, path) || path, message });

  function read<T>(path: string, check: ValidateFunction): T | undefined {
    const document = parseDocument(readFileSync(path, 'utf8'));
    if (document.errors.length > 0) {
      document.errors.forEach((error) => report(path, error.message.split('\n')[0] ?? 'cannot be parsed'));
      return undefined;
    }
    const content: unknown = document.toJS();
    if (check(content)) return content as T;
    for (const error of check.errors ?? []) {
      const extra = error.params['additionalProperty'];
      const place = error.instancePath.slice(1).replaceAll('/', '.');
      report(
        path,
        `${place === '' ? 'the file' : place} ${typeof extra === 'string' ? `has the unknown key "${extra}"` : (error.message ?? 'is not valid')}`,
      );
    }
    return undefined;
  }

  const all = <T>(folder: string, check: ValidateFunction, endings = /\.ya?ml$/) =>
    filesIn(join(root, folder), endings).flatMap((path) => {
      const content = read<T>(path, check);
      return content === undefined ? [] : [{ file: relative(root, path), content }];
    });

  all<Static<typeof PluginsFile>>('plugins', validators.plugins);
  all<Static<typeof DashboardsFile>>('dashboards', validators.dashboards);
  for (const path of filesIn(join(root, 'delete'), /\.ya?ml$/)) {
    read(path, /datasource/.test(path) ? validators.datasources : validators.alerting);
  }
  const dashboards = readdirSync(join(root, 'dashboards'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) =>
      all<Static<typeof DashboardModel>>(join('dashboards', entry.name), validators.dashboard, /\.json$/),
    );
  return {
    datasources: all<Static<typeof DatasourcesFile>>('datasources', validators.datasources).map(
      ({ content }) => content,
    ),
    alerting: all<Static<typeof AlertingFile>>('alerting', validators.alerting),
    dashboards,
    problems,
  };
}
