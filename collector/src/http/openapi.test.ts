import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyBaseLogger } from 'fastify';
import type { Counter } from 'prom-client';
import type pg from 'pg';
import { composeCollector, type Collector } from '../compose.js';
import { parseConfig } from '../config/load.js';
import { Secret } from '../lib/secret.js';

/** The collector as `serve` composes it, on a database that answers everything with no rows. Nothing is started. */

const docs = join(__dirname, '../../../docs');
const TOKEN = 'tok-en';
const silence = () => undefined;
const log: FastifyBaseLogger = {
  level: 'silent',
  fatal: silence,
  error: silence,
  warn: silence,
  info: silence,
  debug: silence,
  trace: silence,
  silent: silence,
  child: () => log,
};

let folder: string;
let collector: Collector;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plantgraph-docs-'));
  const query = async () => ({ rows: [], rowCount: 0 });
  const pool = { query, on: silence, connect: async () => ({ query, release: silence, on: silence }) };
  collector = await composeCollector({
    loaded: parseConfig('{}', join(folder, 'plantgraph.yaml')),
    pool: pool as unknown as pg.Pool,
    dataDir: folder,
    token: new Secret(TOKEN),
    log,
    signal: new AbortController().signal,
    say: silence,
  });
  await collector.app.ready();
});

afterAll(async () => {
  await collector?.app.close();
  rmSync(folder, { recursive: true, force: true });
});

test('docs/openapi.json is what the server answers; UPDATE_OPENAPI=1 writes it anew', async () => {
  const file = join(docs, 'openapi.json');
  const response = await collector.app.inject({
    url: '/api/v1/openapi.json',
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  expect(response.statusCode).toBe(200);
  const document: unknown = response.json();
  if (process.env['UPDATE_OPENAPI'] === '1') writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
  expect(existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as unknown) : 'no such file').toEqual(document);
});

test('every operation of the API has a tag, and what it may answer is described', () => {
  const { paths = {} } = collector.app.swagger() as { paths?: Record<string, Record<string, Operation>> };
  const poor = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, { tags, responses, summary }]) => {
        const isDescribed = tags?.length === 1 && Object.keys(responses ?? {}).length > 0;
        return !isDescribed || (path.startsWith('/api/') && !summary);
      })
      .map(([method]) => `${method} ${path}`),
  );
  expect(Object.keys(paths).length).toBeGreaterThan(10);
  expect(poor).toEqual([]);
});

interface Operation {
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly responses?: Readonly<Record<string, unknown>>;
}

/** The cells of every table row of a page whose first cell is a metric. */
const rowsOf = (page: string): string[][] =>
  readFileSync(join(docs, page), 'utf8')
    .split('\n')
    .filter((line) => /^\| `plantgraph_/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );

test('docs/metrics.md lists every metric with its type, labels and help, and no other', () => {
  const metrics = collector.metrics.registry.getMetricsAsArray() as unknown as readonly (Counter & {
    readonly name: string;
    readonly help: string;
    readonly labelNames: readonly string[];
    readonly constructor: { readonly name: string };
  })[];
  const ours = metrics
    .filter(({ name }) => name.startsWith('plantgraph_'))
    .map(({ name, help, labelNames, constructor }) => [
      name,
      constructor.name.toLowerCase(),
      labelNames.filter((label) => label !== 'le').join(', '),
      help,
    ]);
  const documented = rowsOf('metrics.md').map((cells) => cells.slice(0, 4));
  const byName = ([a = '']: readonly string[], [b = '']: readonly string[]) => (a < b ? -1 : 1);
  expect(documented.sort(byName)).toEqual(ours.sort(byName));
});

test('every metric that another page names exists', () => {
  const known = new Set(collector.metrics.registry.getMetricsAsArray().map(({ name }) => name));
  const others = new Set(['plantgraph_owner', 'plantgraph_writer']); // roles of the database
  const unknown = readdirSync(docs)
    .filter((page) => page.endsWith('.md'))
    .flatMap((page) =>
      [...readFileSync(join(docs, page), 'utf8').matchAll(/\bplantgraph_[a-z_]+\b/g)]
        .filter(([name]) => !known.has(name) && !others.has(name))
        .map(([name]) => `${page}: ${name}`),
    );
  expect(unknown).toEqual([]);
});

test('every path of the API that a page names exists', () => {
  const { paths = {} } = collector.app.swagger() as { paths?: Record<string, unknown> };
  const known = Object.keys(paths).map((path) => new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`));
  const pages = readdirSync(docs).filter((page) => page.endsWith('.md'));
  const unknown = [...pages.map((page) => join(docs, page)), join(docs, '../README.md')].flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/\/api\/v1\/[\w/]*\w/g)]
      .filter(([path]) => path !== '/api/v1/openapi' && !known.some((pattern) => pattern.test(path)))
      .map(([path]) => `${page}: ${path}`),
  );
  expect(unknown).toEqual([]);
});
