import {
  byId,
  type Graph,
  type GraphEdge,
  type GraphNode,
  KIND_NAMES,
  countOf,
  LEAF_KINDS,
  type Status,
} from './model';

export type FoldMode = 'auto' | 'always' | 'never';

/** Up to so many leaves of one carrier stay drawn in `auto`; more become a count. */
export const FEW_LEAVES = 3;
/** A map larger than this has no room even for those. */
const MANY_NODES = 150;

/** The hosts and modems that hang on one node and on nothing else. */
export interface LeafGroup {
  carrier: string;
  leaves: GraphNode[];
  expanded: boolean;
  counts: Record<Status, number>;
  /** "12 hosts, 2 not up", for people. */
  summary: string;
}

export interface Folded {
  nodes: GraphNode[];
  edges: GraphEdge[];
  /** Every group, folded or expanded, by its carrier. */
  groups: ReadonlyMap<string, LeafGroup>;
  carrierOf: ReadonlyMap<string, string>;
}

export interface FoldOptions {
  mode: FoldMode;
  /** Carriers whose leaves a person folded or opened against the mode. */
  toggled: ReadonlySet<string>;
}

/** Leaves with one neighbour that is no leaf itself, by that neighbour. */
function leavesByCarrier(graph: Graph): Map<string, GraphNode[]> {
  const leaves = new Map(graph.nodes.filter((node) => LEAF_KINDS.has(node.kind)).map((node) => [node.id, node]));
  const neighbours = new Map<string, Set<string>>();
  for (const { source, target } of graph.edges) {
    if (leaves.has(source)) (neighbours.get(source) ?? neighbours.set(source, new Set()).get(source))?.add(target);
    if (leaves.has(target)) (neighbours.get(target) ?? neighbours.set(target, new Set()).get(target))?.add(source);
  }
  const groups = new Map<string, GraphNode[]>();
  for (const [id, leaf] of leaves) {
    const [carrier, ...others] = neighbours.get(id) ?? [];
    if (carrier === undefined || others.length > 0 || leaves.has(carrier)) continue;
    const group = groups.get(carrier);
    if (group) group.push(leaf);
    else groups.set(carrier, [leaf]);
  }
  return groups;
}

function describe(carrier: string, leaves: GraphNode[], expanded: boolean): LeafGroup {
  const counts: Record<Status, number> = { up: 0, down: 0, unknown: 0 };
  const kinds = new Map<GraphNode['kind'], number>();
  for (const leaf of leaves) {
    counts[leaf.status]++;
    kinds.set(leaf.kind, (kinds.get(leaf.kind) ?? 0) + 1);
  }
  const parts = [...kinds].sort().map(([kind, count]) => countOf(count, KIND_NAMES[kind]));
  if (counts.down > 0) parts.push(`${counts.down} down`);
  if (counts.unknown > 0) parts.push(`${counts.unknown} unknown`);
  return { carrier, leaves: leaves.sort(byId), expanded, counts, summary: parts.join(', ') };
}

/** Folds leaves into their carriers. Infrastructure is never folded, and nothing is lost: every leaf is in its group. */
export function foldLeaves(graph: Graph, { mode, toggled }: FoldOptions): Folded {
  const groups = new Map<string, LeafGroup>();
  const carrierOf = new Map<string, string>();
  const folded = new Set<string>();
  for (const [carrier, leaves] of leavesByCarrier(graph)) {
    const isFew = leaves.length <= FEW_LEAVES && graph.nodes.length <= MANY_NODES;
    const byMode = mode === 'never' || (mode === 'auto' && isFew);
    const open = toggled.has(carrier) ? !byMode : byMode;
    groups.set(carrier, describe(carrier, leaves, open));
    for (const leaf of leaves) {
      carrierOf.set(leaf.id, carrier);
      if (!open) folded.add(leaf.id);
    }
  }
  return {
    nodes: graph.nodes.filter(({ id }) => !folded.has(id)),
    edges: graph.edges.filter(({ source, target }) => !folded.has(source) && !folded.has(target)),
    groups,
    carrierOf,
  };
}

/** So many nodes at most; leaves go first, then what has the fewest links. Says what was left out. */
export function limitNodes(folded: Folded, maxNodes: number): { folded: Folded; leftOut: number } {
  if (folded.nodes.length <= maxNodes) return { folded, leftOut: 0 };
  const degree = new Map<string, number>();
  for (const { source, target } of folded.edges) {
    degree.set(source, (degree.get(source) ?? 0) + 1);
    degree.set(target, (degree.get(target) ?? 0) + 1);
  }
  const weight = (node: GraphNode) => (LEAF_KINDS.has(node.kind) ? -1 : (degree.get(node.id) ?? 0));
  const ranked = [...folded.nodes].sort((a, b) => weight(b) - weight(a) || byId(a, b));
  const kept = new Set(ranked.slice(0, maxNodes).map(({ id }) => id));
  return {
    folded: {
      ...folded,
      nodes: folded.nodes.filter(({ id }) => kept.has(id)),
      edges: folded.edges.filter(({ source, target }) => kept.has(source) && kept.has(target)),
    },
    leftOut: folded.nodes.length - kept.size,
  };
}
