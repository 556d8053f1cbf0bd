import type { Edge, NodeKind } from './schemas.js';

export interface GraphNode {
  readonly id: string;
  readonly title: string;
  readonly kind: NodeKind;
  readonly site: string | null;
}

/** What the graph needs of an edge; `Edge` of the API has it. */
export type GraphEdge = Pick<
  Edge,
  'id' | 'a' | 'b' | 'layer' | 'method' | 'confidence' | 'blocked' | 'members' | 'vlans' | 'lastSeen' | 'state'
>;

/**
 * Nodes and edges in arrays: neighbours of node `n` are the slots from `offsets[n]` to `offsets[n + 1]` of `slotNode`
 * and `slotEdge`, in the order of edge ids. Ids are known by number, so that a search allocates nothing a node.
 */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly numberOf: ReadonlyMap<string, number>;
  readonly offsets: Int32Array;
  readonly slotNode: Int32Array;
  readonly slotEdge: Int32Array;
  /** 1 for shared segments, and the confidence of edges: what searches look at all the time. */
  readonly isSegment: Uint8Array;
  readonly confidence: Float64Array;
  /** Numbers of both ends of an edge. */
  readonly endA: Int32Array;
  readonly endB: Int32Array;
}

const byId = <T extends { readonly id: string }>(x: T, y: T): number => (x.id < y.id ? -1 : x.id > y.id ? 1 : 0);

/** Builds a graph; the order of the input does not matter. An end that nobody lists becomes an external node. */
export function buildGraph(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): Graph {
  const known = new Map(nodes.map((node) => [node.id, node]));
  for (const edge of edges) {
    for (const id of [edge.a.node, edge.b.node]) {
      if (!known.has(id)) known.set(id, { id, title: id, kind: 'external', site: null });
    }
  }
  const sortedNodes = [...known.values()].sort(byId);
  const sortedEdges = [...edges].sort(byId);
  const numberOf = new Map(sortedNodes.map((node, number) => [node.id, number]));
  const ends = (pick: (edge: GraphEdge) => string): Int32Array =>
    Int32Array.from(sortedEdges, (edge) => numberOf.get(pick(edge)) as number);
  const endA = ends((edge) => edge.a.node);
  const endB = ends((edge) => edge.b.node);

  const offsets = new Int32Array(sortedNodes.length + 1);
  const count = (number: number): void => {
    offsets[number + 1] = (offsets[number + 1] as number) + 1;
  };
  for (let i = 0; i < sortedEdges.length; i++) {
    if (endA[i] === endB[i]) continue; // a loop connects nothing
    count(endA[i] as number);
    count(endB[i] as number);
  }
  for (let i = 0; i < sortedNodes.length; i++) offsets[i + 1] = (offsets[i + 1] as number) + (offsets[i] as number);
  const slotNode = new Int32Array(offsets[sortedNodes.length] as number);
  const slotEdge = new Int32Array(slotNode.length);
  const next = offsets.slice();
  const fill = (from: number, to: number, edge: number): void => {
    const slot = next[from] as number;
    next[from] = slot + 1;
    slotNode[slot] = to;
    slotEdge[slot] = edge;
  };
  for (let i = 0; i < sortedEdges.length; i++) {
    if (endA[i] === endB[i]) continue;
    fill(endA[i] as number, endB[i] as number, i);
    fill(endB[i] as number, endA[i] as number, i);
  }
  return {
    nodes: sortedNodes,
    edges: sortedEdges,
    numberOf,
    offsets,
    slotNode,
    slotEdge,
    endA,
    endB,
    isSegment: Uint8Array.from(sortedNodes, ({ kind }) => (kind === 'segment' ? 1 : 0)),
    confidence: Float64Array.from(sortedEdges, (edge) => edge.confidence),
  };
}

/** False when either end says that it is down: such a link carries nothing and is no redundancy. */
export const isUp = (edge: GraphEdge): boolean => edge.a.operStatus !== 'down' && edge.b.operStatus !== 'down';

/** 1 for every edge that the predicate admits; a search asks it once per edge, not once per visit. */
export const edgeMask = (graph: Graph, admits: (edge: GraphEdge) => boolean): Uint8Array =>
  Uint8Array.from(graph.edges, (edge) => (admits(edge) ? 1 : 0));

/** Union-find over the nodes by the admitted edges: the number of each node's component (its lowest node). */
export function components(graph: Graph, mask: Uint8Array): Int32Array {
  const parent = Int32Array.from({ length: graph.nodes.length }, (_, number) => number);
  const find = (start: number): number => {
    let at = start;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at] as number] as number;
      at = parent[at] as number;
    }
    return at;
  };
  for (let i = 0; i < graph.edges.length; i++) {
    if (mask[i] !== 1) continue;
    const [a, b] = [find(graph.endA[i] as number), find(graph.endB[i] as number)];
    if (a !== b) parent[Math.max(a, b)] = Math.min(a, b);
  }
  return parent.map((_, number) => find(number));
}

/** A port as people know it. */
export const portName = (end: GraphEdge['a']): string | null =>
  end.ifName ?? (end.ifIndex === null ? null : `ifIndex ${end.ifIndex}`);
