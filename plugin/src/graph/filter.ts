import { type Graph, type GraphNode, LEAF_KINDS } from './model';

export interface Filter {
  /** Empty: all. Nodes without a site or role pass only when nothing is chosen. */
  sites: readonly string[];
  roles: readonly string[];
  minConfidence: number;
}

export interface Filtered {
  graph: Graph;
  /** Nodes and links that the filter took away. */
  hiddenNodes: number;
  hiddenEdges: number;
}

/**
 * The part of a graph that a filter leaves. Hosts and modems follow what they hang on: a site's access switch
 * keeps its hosts even when a role is chosen. What is not rated is shown: unknown is not "unsure".
 */
export function filterGraph(graph: Graph, { sites, roles, minConfidence }: Filter): Filtered {
  const sure = graph.edges.filter((edge) => edge.confidence === undefined || edge.confidence >= minConfidence);
  const matches = (node: GraphNode): boolean =>
    (sites.length === 0 || (node.site !== undefined && sites.includes(node.site))) &&
    (roles.length === 0 || (node.role !== undefined && roles.includes(node.role)));

  const kept = new Set(graph.nodes.filter((node) => !LEAF_KINDS.has(node.kind) && matches(node)).map(({ id }) => id));
  const leaves = new Map(graph.nodes.filter((node) => LEAF_KINDS.has(node.kind)).map((node) => [node.id, node]));
  const carriers = new Set(kept);
  const linked = new Set<string>();
  for (const edge of sure) {
    for (const [leaf, other] of [
      [edge.source, edge.target],
      [edge.target, edge.source],
    ] as const) {
      if (!leaves.has(leaf)) continue;
      linked.add(leaf);
      if (carriers.has(other)) kept.add(leaf);
    }
  }
  // A leaf between leaves, or alone: it is judged by itself. One that lost its only link has no place to be drawn.
  const hadLink = new Set(graph.edges.flatMap((edge) => [edge.source, edge.target]));
  for (const leaf of leaves.values()) {
    if (matches(leaf) && (linked.has(leaf.id) || !hadLink.has(leaf.id)) && roles.length === 0) kept.add(leaf.id);
  }

  const nodes = graph.nodes.filter((node) => kept.has(node.id));
  const edges = sure.filter((edge) => kept.has(edge.source) && kept.has(edge.target));
  return {
    graph: { nodes, edges, notices: graph.notices },
    hiddenNodes: graph.nodes.length - nodes.length,
    hiddenEdges: graph.edges.length - edges.length,
  };
}

/** What can be chosen, in order. */
export function choicesOf(nodes: readonly GraphNode[], key: 'site' | 'role'): string[] {
  return [...new Set(nodes.flatMap((node) => node[key] ?? []))].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
}
