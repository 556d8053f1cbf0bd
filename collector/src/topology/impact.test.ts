import fc from 'fast-check';
import { buildGraph, type Graph, type GraphEdge, type GraphNode } from './graph.js';
import { computeImpact, type ImpactSubject } from './impact.js';

type Kind = GraphNode['kind'];

const node = (id: string, kind: Kind = 'device'): GraphNode => ({ id, title: id, kind, site: null });
const link = (id: string, a: string, b: string, more: Partial<GraphEdge> = {}): GraphEdge => ({
  id,
  a: { node: a, ifIndex: null, ifName: `to-${b}`, operStatus: 'up' },
  b: { node: b, ifIndex: null, ifName: `to-${a}`, operStatus: 'up' },
  layer: 2,
  method: 'lldp',
  confidence: 1,
  blocked: false,
  members: [],
  vlans: [],
  lastSeen: '2026-01-01T00:00:00.000Z',
  state: 'current',
  ...more,
});

const ids = (nodes: readonly { id: string }[] | undefined) => nodes?.map(({ id }) => id).sort();

/** core - dist - access - host, access also to dist2 by a blocked link. */
const campus = buildGraph(
  [node('core'), node('dist'), node('dist2'), node('access'), node('host:1', 'host'), node('other', 'external')],
  [
    link('1', 'core', 'dist'),
    link('2', 'core', 'dist2'),
    link('3', 'dist', 'access'),
    link('4', 'dist2', 'access', { blocked: true }),
    link('5', 'access', 'host:1', { method: 'arp' }),
    link('6', 'dist', 'other'),
  ],
);

test.each<[string, ImpactSubject, string[], string[]]>([
  ['an access switch takes its hosts', { kind: 'node', node: 'access' }, ['host:1'], ['dist', 'dist2']],
  [
    'a distribution switch is replaced by the blocked link',
    { kind: 'node', node: 'dist' },
    ['other'],
    ['access', 'dist2'],
  ],
  [
    'a redundant port costs nobody',
    { kind: 'port', node: 'dist', ifName: 'to-access' },
    [],
    ['access', 'dist', 'dist2'],
  ],
  ['a single port cuts what is behind it', { kind: 'port', node: 'dist', ifName: 'to-other' }, ['other'], []],
  ['a host takes nobody', { kind: 'node', node: 'host:1' }, [], []],
  ['the only anchor takes all', { kind: 'node', node: 'core' }, ['access', 'dist', 'dist2', 'host:1', 'other'], []],
])('%s', (_name, subject, impacted, atRisk) => {
  const answer = computeImpact(campus, subject, { anchors: ['core'] });
  expect({ impacted: ids(answer?.impacted), atRisk: ids(answer?.atRisk) }).toEqual({ impacted, atRisk });
});

test('an unknown node or port is no answer, and what was not seen is told', () => {
  expect(computeImpact(campus, { kind: 'node', node: 'nobody' }, { anchors: ['core'] })).toBeUndefined();
  expect(computeImpact(campus, { kind: 'port', node: 'core', ifName: 'x' }, { anchors: ['core'] })).toBeUndefined();
  const answer = computeImpact(campus, { kind: 'node', node: 'dist' }, { anchors: ['core'] });
  expect(answer?.gaps).toContain('other is not polled: only what its neighbours say of it is known.');
  expect(answer?.counts).toEqual({ external: 1 });
});

test('an aggregate falls with its last member only', () => {
  const graph = (members: [number, number][]) =>
    buildGraph([node('core'), node('access')], [link('1', 'core', 'access', { members })]);
  const member: ImpactSubject = { kind: 'port', node: 'access', ifName: 'Gi1', ifIndex: 21 };
  expect(
    ids(
      computeImpact(
        graph([
          [11, 21],
          [12, 22],
        ]),
        member,
        { anchors: ['core'] },
      )?.impacted,
    ),
  ).toEqual([]);
  expect(ids(computeImpact(graph([[11, 21]]), member, { anchors: ['core'] })?.impacted)).toEqual(['access']);
});

test('links that are down are no redundancy, layer 3 joins only what cables do not', () => {
  const down = { a: { node: 'b', ifIndex: null, ifName: 'x', operStatus: 'down' as const } };
  const graph = buildGraph(
    [node('a'), node('b'), node('c')],
    [
      link('1', 'a', 'b'),
      link('2', 'b', 'a', down),
      link('3', 'b', 'c', { layer: 3 }),
      link('4', 'a', 'b', { layer: 3 }),
    ],
  );
  expect(ids(computeImpact(graph, { kind: 'edge', edge: '1' }, { anchors: ['a'] })?.impacted)).toEqual(['b', 'c']);
});

test('without anchors the largest rest is the network', () => {
  const answer = computeImpact(campus, { kind: 'node', node: 'access' }, { anchors: [] });
  expect(ids(answer?.impacted)).toEqual(['host:1']);
  expect(answer?.anchors).toEqual([]);
  expect(answer?.anchorReason).toContain('largest');
});

/** Floods from the anchors, with one node and some edges left out: nothing in common with the code under test. */
function flood(
  graph: Graph,
  anchors: readonly string[],
  withoutNode: string,
  withoutEdges: readonly string[],
): Set<string> {
  const reached = new Set(anchors.filter((id) => id !== withoutNode && graph.numberOf.has(id)));
  for (let grew = true; grew;) {
    grew = false;
    for (const { id, a, b } of graph.edges) {
      if (withoutEdges.includes(id) || a.node === withoutNode || b.node === withoutNode) continue;
      if (reached.has(a.node) === reached.has(b.node)) continue;
      reached.add(a.node).add(b.node);
      grew = true;
    }
  }
  return reached;
}

/** Connected whatever single further edge fails. */
const steady = (
  graph: Graph,
  anchors: readonly string[],
  withoutNode: string,
  withoutEdges: readonly string[],
): Set<string> => {
  let left = flood(graph, anchors, withoutNode, withoutEdges);
  for (const { id } of graph.edges) {
    const reached = flood(graph, anchors, withoutNode, [...withoutEdges, id]);
    left = new Set([...left].filter((one) => reached.has(one)));
  }
  return left;
};

const anyGraph = fc
  .record({
    size: fc.integer({ min: 2, max: 9 }),
    pairs: fc.array(fc.tuple(fc.nat(8), fc.nat(8)), { maxLength: 14 }),
    anchors: fc.array(fc.nat(8), { minLength: 1, maxLength: 3 }),
  })
  .map(({ size, pairs, anchors }) => ({
    graph: buildGraph(
      Array.from({ length: size }, (_, i) => node(`n${i}`)),
      pairs.map(([a, b], i) => link(`e${i}`, `n${a % size}`, `n${b % size}`)),
    ),
    anchors: anchors.map((anchor) => `n${anchor % size}`),
  }));

test('impact and risk are what floods over the broken graph say', () => {
  fc.assert(
    fc.property(anyGraph, ({ graph, anchors }) => {
      const subjects: ImpactSubject[] = [
        ...graph.nodes.map(({ id }) => ({ kind: 'node' as const, node: id })),
        ...graph.edges.map(({ id }) => ({ kind: 'edge' as const, edge: id })),
      ];
      const before = flood(graph, anchors, '', []);
      const steadyBefore = steady(graph, anchors, '', []);
      for (const subject of subjects) {
        const [gone, edges] =
          subject.kind === 'node' ? [subject.node, []] : ['', subject.kind === 'edge' ? [subject.edge] : []];
        const after = flood(graph, anchors, gone, edges);
        const steadyAfter = steady(graph, anchors, gone, edges);
        const answer = computeImpact(graph, subject, { anchors });
        const lost = [...before].filter((id) => id !== gone && !after.has(id)).sort();
        const risky = [...after].filter((id) => steadyBefore.has(id) && !steadyAfter.has(id)).sort();
        expect(ids(answer?.impacted)).toEqual(lost);
        expect(ids(answer?.atRisk)).toEqual(risky);
      }
    }),
    { numRuns: 150 },
  );
});

test('a chain of 100,000 nodes is no problem', () => {
  const count = 100_000;
  const nodes = Array.from({ length: count }, (_, i) => node(`n${String(i).padStart(6, '0')}`));
  const edges = nodes.slice(1).map(({ id }, i) => link(`e${id}`, nodes[i]?.id ?? '', id));
  const answer = computeImpact(buildGraph(nodes, edges), { kind: 'node', node: 'n000010' }, { anchors: ['n000000'] });
  expect(answer?.impacted).toHaveLength(count - 11);
});
