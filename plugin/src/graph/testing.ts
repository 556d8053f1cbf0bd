import type { Graph, GraphEdge, GraphNode } from './model';

/** A node with nothing said but what the test is about. */
export const node = (id: string, given: Partial<GraphNode> = {}): GraphNode => ({
  id,
  title: id,
  subtitle: undefined,
  kind: 'device',
  site: undefined,
  role: undefined,
  status: 'up',
  statusReason: undefined,
  address: undefined,
  lastSeenMs: undefined,
  mainStat: undefined,
  secondaryStat: undefined,
  color: undefined,
  fixed: undefined,
  details: [],
  ...given,
});

export const edge = (source: string, target: string, given: Partial<GraphEdge> = {}): GraphEdge => ({
  id: `${source}-${target}`,
  source,
  target,
  method: undefined,
  confidence: undefined,
  confidenceText: 'not rated',
  band: 'unrated',
  sides: undefined,
  layer: undefined,
  site: undefined,
  sourcePort: undefined,
  targetPort: undefined,
  operStatus: 'up',
  loadRatio: undefined,
  loadText: undefined,
  speedText: undefined,
  blocked: undefined,
  state: 'current',
  stateReason: undefined,
  vlans: undefined,
  firstSeenMs: undefined,
  lastSeenMs: undefined,
  evidence: [],
  score: [],
  memberCount: undefined,
  mainStat: undefined,
  secondaryStat: undefined,
  color: undefined,
  thickness: undefined,
  dash: undefined,
  details: [],
  ...given,
});

export const graph = (nodes: GraphNode[], edges: GraphEdge[] = []): Graph => ({ nodes, edges, notices: [] });

/** A switch with as many hosts as asked, named `<id>-h<n>`. */
export function star(id: string, hosts: number): Graph {
  const leaves = Array.from({ length: hosts }, (_, index) => node(`${id}-h${index}`, { kind: 'host' }));
  return graph(
    [node(id), ...leaves],
    leaves.map((leaf) => edge(id, leaf.id)),
  );
}

export const join = (...parts: Graph[]): Graph =>
  graph(
    parts.flatMap((part) => part.nodes),
    parts.flatMap((part) => part.edges),
  );
