import fc from 'fast-check';
import { buildGraph, components, edgeMask, type GraphEdge } from './graph.js';

const edge = (id: string, a: string, b: string, operStatus: 'up' | 'down' = 'up'): GraphEdge => ({
  id,
  a: { node: a, ifIndex: null, ifName: null, operStatus },
  b: { node: b, ifIndex: null, ifName: null, operStatus: 'up' },
  layer: 2,
  method: 'lldp',
  confidence: 1,
  blocked: false,
  members: [],
  vlans: [],
  lastSeen: '2026-01-01T00:00:00.000Z',
  state: 'current',
});

test('neighbours stand under their node, loops and unknown ends do no harm', () => {
  const graph = buildGraph(
    [{ id: 'x', title: 'X', kind: 'device', site: null }],
    [edge('2', 'x', 'y'), edge('1', 'x', 'x'), edge('3', 'y', 'z')],
  );
  expect(graph.nodes.map(({ id, kind }) => `${id} ${kind}`)).toEqual(['x device', 'y external', 'z external']);
  const neighbours = (node: string) => {
    const number = graph.numberOf.get(node) as number;
    return [...graph.slotNode.subarray(graph.offsets[number], graph.offsets[number + 1])].map(
      (n) => graph.nodes[n]?.id,
    );
  };
  expect(['x', 'y', 'z'].map(neighbours)).toEqual([['y'], ['x', 'z'], ['y']]);
});

test('the order of the input does not matter, and components are what a flood reaches', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 20 }), (pairs) => {
      const edges = pairs.map(([a, b], i) => edge(`e${i}`, `n${a}`, `n${b}`));
      const graph = buildGraph([], edges);
      expect(buildGraph([], [...edges].reverse())).toEqual(graph);
      const part = components(
        graph,
        edgeMask(graph, () => true),
      );
      for (const { id } of graph.nodes) {
        const reached = new Set([id]);
        for (let i = 0; i < graph.nodes.length; i++) {
          for (const { a, b } of edges) {
            if (reached.has(a.node)) reached.add(b.node);
            if (reached.has(b.node)) reached.add(a.node);
          }
        }
        const same = graph.nodes.filter((_, n) => part[n] === part[graph.numberOf.get(id) as number]).map((n) => n.id);
        expect(same).toEqual([...reached].sort());
      }
    }),
  );
});
