// @ts-check
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, extname, join, normalize, sep } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expandMacros, interpolate, toFrame, toSeries } from './sql.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const pluginFolder = join(here, '..', 'dist');
const hostFolder = join(here, 'dist');
const dashboardsFolder = join(here, '..', '..', 'provisioning', 'dashboards');
const require = createRequire(import.meta.url);

const APP_ID = 'plantgraph-network-app';
const MAX_BODY_BYTES = 1_000_000;
const PROXY_TIMEOUT_MS = 60_000;

/**
 * @typedef {import('./sql.mjs').QueryAnswer} QueryAnswer
 * @typedef {object} PreviewOptions
 * @property {number} [port] 0: any free one
 * @property {string} [host]
 * @property {string} apiUrl address of the collector
 * @property {string} token its bearer token; it never reaches the browser
 * @property {(sql: string) => Promise<QueryAnswer | Record<string, unknown>[]>} [queryDatabase] runs one query as
 *   `grafana_reader`; hand over the answer of `pg` (rows and fields), so that types are right
 * @property {(error: unknown, context: string) => void} [onError]
 * @typedef {{ path: string, method?: string, url: string, headers?: { name: string, content: string }[] }} Route
 * @typedef {{ url: string, port: number, stop: () => Promise<void> }} Preview
 */

const TYPES = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.map': 'application/json',
  '.md': 'text/markdown',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Every plugin.json's own folder is the root of its id, as in Grafana (pkg/plugins/pluginassets). */
function pluginRoots() {
  const roots = new Map();
  const panels = join(pluginFolder, 'panels');
  const folders = [pluginFolder, ...(existsSync(panels) ? readdirSync(panels).map((name) => join(panels, name)) : [])];
  for (const folder of folders) {
    const file = join(folder, 'plugin.json');
    if (existsSync(file)) roots.set(JSON.parse(readFileSync(file, 'utf8')).id, folder);
  }
  return roots;
}

/** The same dashboards that Grafana is provisioned with. */
function loadDashboards() {
  const dashboards = new Map();
  if (!existsSync(dashboardsFolder)) return dashboards;
  for (const entry of readdirSync(dashboardsFolder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!entry.endsWith('.json')) continue;
    const dashboard = JSON.parse(readFileSync(join(dashboardsFolder, entry), 'utf8'));
    dashboards.set(dashboard.uid, dashboard);
  }
  return dashboards;
}

class HttpError extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** @param {import('node:http').IncomingMessage} request */
async function readBody(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > MAX_BODY_BYTES) throw new HttpError(413, 'the request is too large');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** @param {import('node:http').IncomingMessage} request */
async function readJson(request) {
  try {
    return JSON.parse((await readBody(request)).toString('utf8') || '{}');
  } catch (error) {
    if (error instanceof HttpError) throw error;
    throw new HttpError(400, 'the request is no JSON');
  }
}

/** @param {import('node:http').ServerResponse} response @param {number} status @param {unknown} body */
function sendJson(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

/** @param {import('node:http').ServerResponse} response @param {string} root @param {string} path */
function sendFile(response, root, path) {
  const file = normalize(join(root, path));
  if (!file.startsWith(root + sep) || !existsSync(file) || !statSync(file).isFile())
    throw new HttpError(404, 'no such file');
  const type = TYPES[/** @type {keyof typeof TYPES} */ (extname(file))] ?? 'application/octet-stream';
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache' });
  createReadStream(file).pipe(response);
}

/**
 * Only pages of this machine may call: another site could otherwise reach us through its visitor's browser.
 * @param {import('node:http').IncomingMessage} request @param {string} host
 */
function checkCaller({ headers, method }, host) {
  const name = (headers.host ?? '').replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  if (!['localhost', '127.0.0.1', '::1', host].includes(name)) throw new HttpError(403, 'this host name is not served');
  if (method === 'GET' || method === 'HEAD') return;
  const origin = headers.origin;
  if (origin !== undefined && new URL(origin).host !== headers.host)
    throw new HttpError(403, 'another site may not do this');
}

const user = {
  id: 1,
  uid: 'preview',
  login: 'preview',
  name: 'Preview',
  orgId: 1,
  orgName: 'Main Org.',
  orgRole: 'Editor',
};

/** @param {unknown} data */
const bootScript = (data) =>
  `window.grafanaBootData=${JSON.stringify(data).replaceAll('<', '\\u003c')};window.__grafana_public_path__='/public/';`;

/** @param {Map<string, string>} roots */
function page(roots) {
  const boot = {
    settings: {
      buildInfo: { version: '12.4.10', commit: 'preview', env: 'production', edition: 'Open Source' },
      appUrl: '/',
      appSubUrl: '',
      featureToggles: {},
      panels: {},
      apps: {},
    },
    user: {
      ...user,
      isSignedIn: true,
      theme: 'dark',
      timezone: 'browser',
      locale: 'en-US',
      language: 'en-US',
      permissions: {},
    },
    navTree: [],
    plugins: [...roots.keys()],
  };
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Plantgraph preview</title>
    <link rel="icon" href="/public/plugins/${APP_ID}/img/logo.svg" />
    <link rel="stylesheet" href="/preview/host/main.css" />
    <style>
      body {
        margin: 0;
      }
    </style>
    <script>${bootScript(boot)}</script>
    <script src="/preview/systemjs/system.min.js"></script>
    <script src="/preview/systemjs/extras/amd.min.js"></script>
    <script src="/preview/systemjs/extras/named-register.min.js"></script>
  </head>
  <body>
    <div id="root"></div>
    <script type="module" src="/preview/host/main.js"></script>
  </body>
</html>
`;
}

/** Where files of packages lie, wherever npm hoisted them. */
const packageFolder = (/** @type {string} */ name) => dirname(require.resolve(`${name}/package.json`));

/**
 * The first route whose method and path fit, with the rest of the path appended only behind `/*`
 * (Grafana: pkg/api/plugin_proxy.go).
 * @param {Route[]} routes @param {string} method @param {string} path
 */
export function matchRoute(routes, method, path) {
  for (const route of routes) {
    if (route.method && route.method !== '*' && route.method !== method) continue;
    if (route.path === path) return { route, rest: '' };
    const prefix = route.path.endsWith('/*') ? route.path.slice(0, -1) : undefined;
    if (prefix !== undefined && path.startsWith(prefix)) return { route, rest: path.slice(prefix.length) };
  }
  return undefined;
}

/** @param {string} template @param {{ jsonData: Record<string, string>, secureJsonData: Record<string, string> }} settings */
const render = (template, { jsonData, secureJsonData }) =>
  template.replace(
    /\{\{\s*\.(JsonData|SecureJsonData)\.(\w+)\s*\}\}/g,
    (_, where, key) => (where === 'JsonData' ? jsonData : secureJsonData)[key] ?? '<no value>',
  );

/**
 * Serves the built plugin as Grafana would, on a page of its own.
 * @param {PreviewOptions} options
 * @returns {Promise<Preview>}
 */
export async function startPreview({
  port = 3000,
  host = '127.0.0.1',
  apiUrl,
  token,
  queryDatabase,
  onError = () => undefined,
}) {
  if (!existsSync(join(pluginFolder, 'plugin.json')))
    throw new Error('plugin/dist is missing: run npm run build -w plugin');
  if (!existsSync(join(hostFolder, 'main.js')))
    throw new Error('plugin/preview/dist is missing: run node plugin/preview/build.mjs');
  const roots = pluginRoots();
  const dashboards = loadDashboards();
  const appJson = JSON.parse(readFileSync(join(pluginFolder, 'plugin.json'), 'utf8'));
  const icons = join(packageFolder('@grafana/ui'), 'dist', 'public', 'img', 'icons');
  const systemjs = join(packageFolder('systemjs'), 'dist');
  const settings = { jsonData: { apiUrl }, secureJsonData: { apiKey: token } };

  /** @param {string} sql @returns {Promise<QueryAnswer>} */
  async function query(sql) {
    if (!queryDatabase) throw new HttpError(503, 'this preview was started without a database');
    const answer = await queryDatabase(sql);
    return Array.isArray(answer) ? { rows: answer } : answer;
  }

  /** Runs what a dashboard holds, never a text from the browser. @param {any} asked */
  async function runPanel({ dashboard: uid, panel: panelId, variables = {}, from, to, intervalMs }) {
    const dashboard = dashboards.get(uid);
    const panel = dashboard?.panels.find((/** @type {any} */ { id }) => id === panelId);
    if (!panel) throw new HttpError(404, 'there is no such panel');
    const range = { from: new Date(from), to: new Date(to), intervalMs };
    const results = await Promise.all(
      (panel.targets ?? []).map(async (/** @type {any} */ { refId, format, rawSql }) => {
        try {
          const answer = await query(expandMacros(interpolate(rawSql, variables), range));
          return { frames: format === 'time_series' ? toSeries(refId, answer) : [toFrame(refId, answer)] };
        } catch (error) {
          onError(error, `${uid} panel ${panelId} ${refId}`);
          return { error: error instanceof Error ? error.message : 'the query failed', frames: [] };
        }
      }),
    );
    return { results };
  }

  /** @param {any} asked */
  async function runVariable({ dashboard: uid, name, variables = {}, from, to }) {
    const variable = dashboards.get(uid)?.templating?.list.find((/** @type {any} */ { name: own }) => own === name);
    if (!variable) throw new HttpError(404, 'there is no such variable');
    const sql = typeof variable.query === 'string' ? variable.query : variable.query.rawSql;
    const range = { from: new Date(from), to: new Date(to) };
    const { rows } = await query(expandMacros(interpolate(sql, variables), range));
    return {
      options: rows.map((row) => {
        const [first] = Object.values(row);
        const value = String(row['__value'] ?? first);
        return { value, text: String(row['__text'] ?? value) };
      }),
    };
  }

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response @param {URL} url */
  async function proxy(request, response, url) {
    const path = url.pathname.slice(`/api/plugin-proxy/${APP_ID}/`.length);
    const found = matchRoute(appJson.routes ?? [], request.method ?? 'GET', path);
    if (!found) throw new HttpError(404, 'plugin proxy route not found');
    const { route, rest } = found;
    const target = render(route.url, settings).replace(/\/$/, '') + (rest ? `/${rest}` : '') + url.search;
    /** @type {Record<string, string>} */
    const headers = { 'x-grafana-context': JSON.stringify(user), accept: request.headers.accept ?? '*/*' };
    if (request.headers['content-type']) headers['content-type'] = request.headers['content-type'];
    for (const { name, content } of route.headers ?? []) headers[name.toLowerCase()] = render(content, settings);
    const hasBody = request.method !== 'GET' && request.method !== 'HEAD';
    const body = hasBody ? await readBody(request) : undefined;
    const closed = new AbortController();
    response.once('close', () => closed.abort());
    let answer;
    try {
      answer = await fetch(target, {
        method: request.method ?? 'GET',
        headers,
        ...(body && body.length > 0 ? { body: new Uint8Array(body) } : {}),
        signal: AbortSignal.any([closed.signal, AbortSignal.timeout(PROXY_TIMEOUT_MS)]),
      });
    } catch (error) {
      onError(error, `proxy ${path}`);
      throw new HttpError(502, 'the collector did not answer');
    }
    response.writeHead(answer.status, {
      'content-type': answer.headers.get('content-type') ?? 'application/json',
      'cache-control': 'no-store',
    });
    if (!answer.body) return response.end();
    const stream = Readable.fromWeb(/** @type {import('node:stream/web').ReadableStream} */ (answer.body));
    stream.on('error', (error) => {
      onError(error, `proxy ${path}`);
      response.destroy();
    });
    return stream.pipe(response);
  }

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async function handle(request, response) {
    checkCaller(request, host);
    const url = new URL(request.url ?? '/', 'http://preview');
    const path = decodeURIComponent(url.pathname);
    const isGet = request.method === 'GET' || request.method === 'HEAD';

    if (path.startsWith(`/api/plugin-proxy/${APP_ID}/`)) return proxy(request, response, url);
    if (path === '/api/ds/query' && request.method === 'POST')
      return sendJson(response, 200, await runPanel(await readJson(request)));
    if (path === '/api/preview/variable' && request.method === 'POST') {
      return sendJson(response, 200, await runVariable(await readJson(request)));
    }
    if (path === `/api/plugins/${APP_ID}/settings`) {
      if (request.method === 'POST') {
        const given = await readJson(request);
        Object.assign(settings.jsonData, given.jsonData ?? {});
        Object.assign(settings.secureJsonData, given.secureJsonData ?? {});
      }
      return sendJson(response, 200, {
        id: APP_ID,
        type: 'app',
        name: appJson.name,
        info: appJson.info,
        includes: appJson.includes,
        enabled: true,
        pinned: true,
        jsonData: settings.jsonData,
        secureJsonFields: { apiKey: settings.secureJsonData.apiKey !== '' },
      });
    }
    if (!isGet) throw new HttpError(405, 'not here');
    if (path === '/api/preview/dashboards') return sendJson(response, 200, [...dashboards.values()]);
    if (path.startsWith('/api/')) throw new HttpError(404, 'not part of the preview');

    const asset = /^\/public\/plugins\/([^/]+)\/(.+)$/.exec(path);
    if (asset) {
      const root = roots.get(asset[1] ?? '');
      if (!root) throw new HttpError(404, 'no such plugin');
      return sendFile(response, root, asset[2] ?? '');
    }
    // The package of Grafana's components lacks this one.
    if (path === '/public/build/img/icons/unicons/spinner.svg') {
      return sendFile(response, join(here, 'host', 'icons'), 'spinner.svg');
    }
    for (const [prefix, root] of [
      ['/public/build/img/icons/', icons],
      ['/preview/systemjs/', systemjs],
      ['/preview/host/', hostFolder],
    ]) {
      if (prefix !== undefined && root !== undefined && path.startsWith(prefix))
        return sendFile(response, root, path.slice(prefix.length));
    }
    if (path.startsWith('/public/') || path.startsWith('/preview/')) throw new HttpError(404, 'no such file');
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
    });
    return response.end(page(roots));
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error) => {
      const status = error instanceof HttpError ? error.status : 500;
      if (status === 500) onError(error, request.url ?? '');
      if (response.headersSent) response.destroy();
      else sendJson(response, status, { message: status === 500 ? 'the preview failed' : error.message });
    });
  });
  server.requestTimeout = 30_000;
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(undefined));
  });
  server.on('error', (error) => onError(error, 'listening'));
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    port: address.port,
    stop: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
