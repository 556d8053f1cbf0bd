import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Whatever a dashboard, an alert rule, a page of the plugin or the documentation reads of the database exists. */

const root = join(__dirname, '../../..');
const migrations = readdirSync(join(root, 'migrations'))
  .filter((name) => name.endsWith('.sql'))
  .map((name) => readFileSync(join(root, 'migrations', name), 'utf8'))
  .join('\n');

const namesOf = (pattern: RegExp, text: string): Set<string> =>
  new Set([...text.matchAll(pattern)].map(([, name = '']) => name));

const views = namesOf(/create (?:or replace )?view grafana\.([a-z0-9_]+)/g, migrations);
const relations = namesOf(/create (?:or replace )?(?:view|table) (?:if not exists )?([a-z0-9_]+)\s/g, migrations);

function filesOf(path: string, ending: RegExp): string[] {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true })
    .map((name) => join(path, String(name)))
    .filter((file) => ending.test(file) && !/node_modules|[/\\]dist[/\\]/.test(file));
}

const readers = [
  ...filesOf(join(root, 'provisioning'), /\.(ya?ml|json)$/),
  ...filesOf(join(root, 'plugin'), /\.(tsx?|mjs|md)$/),
  ...filesOf(join(root, 'docs'), /\.md$/),
  join(root, 'README.md'),
];

test('every view of schema grafana that something names exists', () => {
  const named = readers.flatMap((file) =>
    [...namesOf(/\bgrafana\.([a-z][a-z0-9]*(?:_[a-z0-9]+)*)\b(?!\.|:|-|\/)/g, readFileSync(file, 'utf8'))].map(
      (view) => ({
        file: relative(root, file),
        view,
      }),
    ),
  );
  expect(new Set(named.map(({ view }) => view)).size).toBeGreaterThan(8);
  expect(named.filter(({ view }) => !views.has(view) && !NO_VIEWS.has(view))).toEqual([]);
});

/** Follow `grafana.` without being a view: hosts and files. */
const NO_VIEWS = new Set(['com', 'env', 'org', 'net', 'ini']);

test('every view that is published is read by something or described in the documentation', () => {
  const all = readers.map((file) => readFileSync(file, 'utf8')).join('\n');
  expect([...views].filter((view) => !new RegExp(`\\bgrafana\\.${view}\\b`).test(all))).toEqual([]);
});

test('every table and view of the two walks exists', () => {
  const walks = ['life-of-an-edge.md', 'life-of-a-capture.md', 'troubleshooting.md'].map((page) => ({
    page,
    // the documents mark a table or view of schema public so: table `edges`, view `device_states`
    named: [...namesOf(/\b(?:tables?|views?) `([a-z0-9_]+)`/g, readFileSync(join(root, 'docs', page), 'utf8'))],
  }));
  for (const { page, named } of walks) {
    expect({ page, missing: named.filter((name) => !relations.has(name)) }).toEqual({ page, missing: [] });
  }
  expect(walks.flatMap(({ named }) => named).length).toBeGreaterThan(10);
});

/** Pictures are taken of the running product; as soon as there is one, all have to be there. */
const hasImages = existsSync(join(root, 'docs/images')) && readdirSync(join(root, 'docs/images')).length > 0;
const isImage = (path: string) => path.includes('images/');

test('every file that the documentation names exists', () => {
  const missing = readers
    .filter((file) => /docs[/\\][^/\\]+\.md$|README\.md$/.test(file) && !file.includes('plugin'))
    .flatMap((file) => {
      const text = readFileSync(file, 'utf8');
      const inCode = namesOf(
        /`((?:collector|migrations|plugin|provisioning|docs)\/[\w./-]+\.(?:ts|tsx|sql|ya?ml|md|mjs|json))`/g,
        text,
      );
      const links = namesOf(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g, text);
      return [
        ...[...inCode].filter((path) => !existsSync(join(root, path))),
        ...[...links].filter((path) => !existsSync(join(file, '..', path)) && (hasImages || !isImage(path))),
      ].map((path) => `${relative(root, file)}: ${path}`);
    });
  expect(missing).toEqual([]);
});

/** As GitHub makes it of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const anchorsOf = (text: string): Set<string> =>
  new Set([...[...namesOf(/^#{1,6} (.+)$/gm, text)].map(anchorOf), ...namesOf(/<a id="([^"]+)">/g, text)]);

test('every link to a part of a page finds it', () => {
  const pages = readers.filter((file) => /docs[/\\][^/\\]+\.md$|README\.md$/.test(file) && !file.includes('plugin'));
  const broken = pages.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/\]\(((?!https?:)[^)#\s]*)#([^)\s]+)\)/g)]
      .filter(([, path = '', anchor = '']) => {
        const target = path === '' ? file : join(file, '..', path);
        return !existsSync(target) || !anchorsOf(readFileSync(target, 'utf8')).has(anchor);
      })
      .map(([link]) => `${relative(root, file)}: ${link}`),
  );
  expect(broken).toEqual([]);
});

test('every alert rule has its section in the runbooks, and every section its rule', () => {
  const rules = readFileSync(join(root, 'provisioning/alerting/plantgraph.yaml'), 'utf8');
  const runbooks = readFileSync(join(root, 'docs/runbooks.md'), 'utf8');
  const uids = [...namesOf(/- uid: (plantgraph-[a-z-]+)/g, rules)].sort();
  expect(uids.length).toBeGreaterThan(4);
  expect([...namesOf(/^## (plantgraph-[a-z-]+)$/gm, runbooks)].sort()).toEqual(uids);
  expect([...namesOf(/runbooks\.md#([a-z-]+)/g, rules)].sort()).toEqual(uids);
});
