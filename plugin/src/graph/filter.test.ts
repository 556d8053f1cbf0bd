import { choicesOf, filterGraph } from './filter';
import { edge, graph, node } from './testing';

const plant = graph(
  [
    node('core', { site: 'hq', role: 'core' }),
    node('access', { site: 'hq', role: 'access' }),
    node('branch', { site: 'branch 2', role: 'access' }),
    node('nowhere'),
    node('h1', { kind: 'host', site: 'hq' }),
    node('h2', { kind: 'host', site: 'branch 2' }),
    node('unplaced', { kind: 'host', site: 'hq' }),
  ],
  [
    edge('core', 'access', { confidence: 0.97 }),
    edge('core', 'branch', { confidence: 0.6 }),
    edge('access', 'h1', { confidence: 0.7 }),
    edge('branch', 'h2', { confidence: 0.4 }),
    edge('core', 'nowhere'),
  ],
);

test.each([
  ['nothing chosen', {}, 'core access branch nowhere h1 h2 unplaced', 5],
  [
    'a minimum confidence drops links and the hosts that lose theirs',
    { minConfidence: 0.65 },
    'core access branch nowhere h1 unplaced',
    3,
  ],
  ['a site', { sites: ['hq'] }, 'core access h1 unplaced', 2],
  ['two sites', { sites: ['hq', 'branch 2'] }, 'core access branch h1 h2 unplaced', 4],
  ['a role keeps the hosts that hang there', { roles: ['access'] }, 'access branch h1 h2', 2],
  ['site and role', { sites: ['hq'], roles: ['access'] }, 'access h1', 1],
  ['what nobody has', { sites: ['moon'] }, '', 0],
])('%s', (_name, given, ids, edges) => {
  const { graph: left, hiddenNodes } = filterGraph(plant, { sites: [], roles: [], minConfidence: 0, ...given });
  expect(left.nodes.map(({ id }) => id).join(' ')).toBe(ids);
  expect(left.edges).toHaveLength(edges);
  expect(hiddenNodes).toBe(plant.nodes.length - left.nodes.length);
});

test('links without a rating pass every minimum', () => {
  const { graph: left } = filterGraph(plant, { sites: [], roles: [], minConfidence: 1 });
  expect(left.edges.map(({ id }) => id)).toEqual(['core-nowhere']);
});

test('choices are sorted as people count', () => {
  expect(choicesOf([node('a', { site: 'hub 10' }), node('b', { site: 'hub 2' }), node('c')], 'site')).toEqual([
    'hub 2',
    'hub 10',
  ]);
});
