import fc from 'fast-check';
import { foldLeaves, type FoldMode, limitNodes } from './aggregation';
import { edge, graph, join, node, star } from './testing';
import type { Graph } from './model';

const none: ReadonlySet<string> = new Set();
const fold = (given: Graph, mode: FoldMode = 'auto', toggled = none) => foldLeaves(given, { mode, toggled });
const ids = (nodes: readonly { id: string }[]) => nodes.map(({ id }) => id).join(' ');

test.each([
  ['many hosts fold', star('sw', 5), 'auto', none, 'sw'],
  ['few stay', star('sw', 2), 'auto', none, 'sw sw-h0 sw-h1'],
  ['few fold when asked to', star('sw', 2), 'always', none, 'sw'],
  ['none fold when asked not to', star('sw', 4), 'never', none, 'sw sw-h0 sw-h1 sw-h2 sw-h3'],
  [
    'an expanded switch shows its hosts',
    join(star('a', 4), star('b', 4)),
    'auto',
    new Set(['b']),
    'a b b-h0 b-h1 b-h2 b-h3',
  ],
  [
    'a host on two switches stays',
    join(star('a', 4), graph([node('b')], [edge('b', 'a-h0')])),
    'always',
    none,
    'a a-h0 b',
  ],
  ['a switch with one link is no leaf', graph([node('a'), node('b')], [edge('a', 'b')]), 'always', none, 'a b'],
  [
    'two hosts that only know each other stay',
    graph([node('x', { kind: 'host' }), node('y', { kind: 'host' })], [edge('x', 'y')]),
    'always',
    none,
    'x y',
  ],
] as const)('%s', (_name, given, mode, expanded, left) => {
  expect(ids(fold(given, mode, expanded).nodes)).toBe(left);
});

test('two cables to one switch are one carrier', () => {
  const given = join(star('sw', 1), graph([], [edge('sw', 'sw-h0', { id: 'second' })]));
  expect(fold(given, 'always')).toMatchObject({ nodes: [{ id: 'sw' }], edges: [] });
});

test('a group says what is in it', () => {
  const given = join(
    star('sw', 2),
    graph(
      [node('m', { kind: 'modem', status: 'down' }), node('n', { kind: 'modem', status: 'unknown' })],
      [edge('sw', 'm'), edge('n', 'sw')],
    ),
  );
  expect(fold(given, 'always').groups.get('sw')).toMatchObject({
    summary: '2 hosts, 2 modems, 1 down, 1 unknown',
    counts: { up: 2, down: 1, unknown: 1 },
    expanded: false,
  });
});

test('2,000 nodes become their switches', () => {
  const given = join(...Array.from({ length: 100 }, (_, index) => star(`sw${index}`, 19)));
  const { nodes, edges, groups } = fold(given);
  expect([given.nodes.length, nodes.length, edges.length, groups.size]).toEqual([2000, 100, 0, 100]);
});

test('every node is drawn or counted once, and every drawn edge has both ends', () => {
  const anyGraph = fc
    .record({
      kinds: fc.array(fc.constantFrom('device' as const, 'host' as const, 'modem' as const), {
        minLength: 1,
        maxLength: 12,
      }),
      pairs: fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 20 }),
      mode: fc.constantFrom<FoldMode>('auto', 'always', 'never'),
    })
    .map(({ kinds, pairs, mode }) => ({
      mode,
      given: graph(
        kinds.map((kind, index) => node(`n${index}`, { kind })),
        pairs
          .filter(([a, b]) => a < kinds.length && b < kinds.length)
          .map(([a, b], index) => edge(`n${a}`, `n${b}`, { id: `e${index}` })),
      ),
    }));
  fc.assert(
    fc.property(anyGraph, ({ given, mode }) => {
      const { nodes, edges, groups } = fold(given, mode);
      const drawn = new Set(nodes.map(({ id }) => id));
      const counted = [...groups.values()].filter(({ expanded }) => !expanded).flatMap(({ leaves }) => leaves);
      expect(drawn.size + counted.length).toBe(given.nodes.length);
      expect(counted.some(({ id }) => drawn.has(id))).toBe(false);
      expect(edges.every(({ source, target }) => drawn.has(source) && drawn.has(target))).toBe(true);
      for (const { carrier } of groups.values()) expect(drawn.has(carrier)).toBe(true);
    }),
  );
});

test('a limit keeps what has the most links and says how much it left out', () => {
  const ring = graph([node('a'), node('b'), node('c'), node('z')], [edge('a', 'b'), edge('b', 'c')]);
  const { folded, leftOut } = limitNodes(fold(ring), 2);
  expect([ids(folded.nodes), leftOut, folded.edges.length]).toEqual(['a b', 2, 1]);
  expect(limitNodes(fold(ring), 4).leftOut).toBe(0);
});
