import * as emotionCss from '@emotion/css';
import * as grafanaData from '@grafana/data';
import * as grafanaRuntime from '@grafana/runtime';
import * as grafanaUi from '@grafana/ui';
import * as i18next from 'i18next';
import * as lodash from 'lodash';
import * as moment from 'moment';
import * as React from 'react';
import * as ReactDom from 'react-dom';
import * as reactJsxRuntime from 'react/jsx-runtime';
import * as reactRouter from 'react-router';
import * as rxjs from 'rxjs';
import * as rxjsOperators from 'rxjs/operators';

/** The part of SystemJS (with its AMD and named-register extras, loaded by script tags) that is used here. */
interface SystemJs {
  constructor: { prototype: SystemPrototype };
  import(url: string): Promise<unknown>;
  set(id: string, module: object): void;
  addImportMap(map: { imports: Record<string, string> }): void;
}

interface SystemPrototype {
  import(...given: unknown[]): Promise<unknown>;
  shouldFetch(url: string): boolean;
}

declare global {
  interface Window {
    System: SystemJs;
  }
}

/** What Grafana shares with plugins (public/app/features/plugins/loader/sharedDependencies.ts), as far as ours uses it. */
const shared: Record<string, object> = {
  '@emotion/css': emotionCss,
  '@grafana/data': grafanaData,
  '@grafana/runtime': grafanaRuntime,
  '@grafana/ui': grafanaUi,
  i18next,
  lodash,
  moment,
  react: React,
  'react-dom': ReactDom,
  'react/jsx-runtime': reactJsxRuntime,
  'react-router': reactRouter,
  rxjs,
  'rxjs/operators': rxjsOperators,
};

/** After every setter: `System.set` copies namespaces, and would not see what is set later. */
export function registerShared(): void {
  const system = window.System;
  const prototype = system.constructor.prototype;
  const load = prototype.import;
  prototype.import = async function (...given) {
    const module = (await load.apply(this, given)) as { __useDefault?: boolean; default?: unknown };
    return module.__useDefault ? module.default : module;
  };
  prototype.shouldFetch = () => false;
  const imports: Record<string, string> = {};
  for (const [name, module] of Object.entries(shared)) {
    imports[name] = `package:${name}`;
    // A CommonJS package is its default export; a plugin asks for the package itself.
    const { default: whole, ...named } = module as { default?: object };
    system.set(
      `package:${name}`,
      whole && Object.keys(named).length <= 1 ? { ...whole, default: whole } : { ...module },
    );
  }
  system.addImportMap({ imports });
}

const loaded = new Map<string, Promise<unknown>>();

/** The `plugin` that a built module.js exports, loaded once. */
export function loadPlugin<T>(id: string): Promise<T> {
  const known = loaded.get(id);
  if (known) return known as Promise<T>;
  const loading = window.System.import(new URL(`/public/plugins/${id}/module.js`, window.location.href).href).then(
    (module) => (module as { plugin: unknown }).plugin,
  );
  loaded.set(id, loading);
  return loading as Promise<T>;
}
