import { buildGraph, type Graph, type GraphEdge, type GraphNode } from '../src/topology/graph.js';
import { computeImpact } from '../src/topology/impact.js';
import { findPath } from '../src/topology/path.js';
import { createRandom } from '../src/simulator/campus/random.js';
import { interleaved, rounded, type BenchRow } from './report.js';

const NODES = 10_000;
const EXTRA_RATIO = 0.06;
const PAIRS = 100;
const BOUND = 10;

/** A plant: a tree with rings, edges about 1.06 times the nodes. */
export function makePlant(count: number): Graph {
  const random = createRandom('plant');
  const id = (number: number): string => `n${String(number).padStart(6, '0')}`;
  const nodes = Array.from({ length: count }, (_, i): GraphNode => ({
    id: id(i),
    title: id(i),
    kind: 'device',
    site: null,
  }));
  const edges: GraphEdge[] = [];
  const join = (a: number, b: number, blocked: boolean): void => {
    const end = (node: number, ifIndex: number) => ({
      node: id(node),
      ifIndex,
      ifName: `p${ifIndex}`,
      operStatus: 'up' as const,
    });
    edges.push({
      id: `e${String(edges.length).padStart(6, '0')}`,
      a: end(a, b),
      b: end(b, a),
      layer: 2,
      method: 'lldp',
      confidence: 1,
      blocked,
      members: [],
      vlans: [],
      lastSeen: '2026-01-01T00:00:00.000Z',
      state: 'current',
    });
  };
  // parents among the recent nodes make the depth of a real plant, not that of a star
  for (let i = 1; i < count; i++) join(random.int(Math.max(0, Math.floor(i / 3) - 5), Math.floor(i / 2)), i, false);
  for (let i = 0; i < count * EXTRA_RATIO; i++) join(random.int(0, count - 1), random.int(0, count - 1), true);
  return buildGraph(nodes, edges);
}

/** The peer: one breadth-first pass over all nodes, nothing more. */
export function breadthFirst(graph: Graph, from: number): number {
  const distance = new Int32Array(graph.nodes.length).fill(-1);
  const queue = new Int32Array(graph.nodes.length);
  let tail = 1;
  queue[0] = from;
  distance[from] = 0;
  for (let head = 0; head < tail; head++) {
    const node = queue[head] as number;
    for (let slot = graph.offsets[node] as number; slot < (graph.offsets[node + 1] as number); slot++) {
      const next = graph.slotNode[slot] as number;
      if (distance[next] !== -1) continue;
      distance[next] = (distance[node] as number) + 1;
      queue[tail++] = next;
    }
  }
  return tail;
}

/** One path, one impact, each on its own pair or node a round, against one pass over the same graph. */
export function graphRows(rounds: number, wanted: (id: string) => boolean): BenchRow[] {
  if (!wanted('path') && !wanted('impact')) return [];
  const graph = makePlant(NODES);
  const random = createRandom('pairs');
  const ids = Array.from({ length: 2 * PAIRS }, () => graph.nodes[random.int(0, NODES - 1)]?.id ?? '');
  const anchors = [graph.nodes[0]?.id ?? ''];
  const now = new Date('2026-01-01T00:01:00Z');
  let turn = 0;
  const next = (): string => ids[turn++ % ids.length] as string;
  const pass = (): void => {
    breadthFirst(graph, graph.numberOf.get(next()) as number);
  };
  const row = (id: string, name: string, ours: () => void): BenchRow => {
    const { oursUs, peerUs, ratio } = interleaved(ours, pass, Math.max(rounds, 5));
    return {
      id,
      name,
      ours: rounded(oursUs),
      peer: rounded(peerUs),
      ratio: rounded(ratio),
      bound: BOUND,
      holds: ratio <= BOUND,
    };
  };
  const rows: BenchRow[] = [];
  if (wanted('path')) {
    const name = `µs: one layer 2 path among ${NODES} nodes, against one breadth-first pass`;
    rows.push(row('path', name, () => void findPath(graph, next(), next(), { layer: 2, now })));
  }
  if (wanted('impact')) {
    const name = `µs: impact and risk of one node among ${NODES}, against one breadth-first pass`;
    rows.push(row('impact', name, () => void computeImpact(graph, { kind: 'node', node: next() }, { anchors })));
  }
  return rows;
}
