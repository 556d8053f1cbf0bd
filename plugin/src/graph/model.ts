import type { Edge, Evidence, NodeKind, ScoreInput } from '../../../collector/src/contract.js';

export interface Point {
  x: number;
  y: number;
}

/** How sure an edge is, by the thresholds of its confidence: last step high, first step low. */
export type Band = 'high' | 'medium' | 'low' | 'unrated';

export type Status = 'up' | 'down' | 'unknown';

/** One line of the details of a node or an edge, ready to be shown. */
export interface Detail {
  label: string;
  text: string;
}

/** A node as it is drawn. Only `id` is required of a query; what it did not say is undefined. */
export interface GraphNode {
  id: string;
  title: string;
  subtitle: string | undefined;
  kind: NodeKind;
  site: string | undefined;
  role: string | undefined;
  status: Status;
  statusReason: string | undefined;
  address: string | undefined;
  lastSeenMs: number | undefined;
  /** Formatted by the field's unit, decimals and mappings. */
  mainStat: string | undefined;
  secondaryStat: string | undefined;
  /** CSS colour that the query asks for. */
  color: string | undefined;
  /** Stored position in the query's own unit; both or none. */
  fixed: { x: number; y: number } | undefined;
  details: Detail[];
}

export interface GraphEdge {
  id: string;
  source: string;
  target: string;
  method: string | undefined;
  confidence: number | undefined;
  confidenceText: string;
  band: Band;
  /** Ends that report it by a neighbour protocol, 0 to 2. */
  sides: number | undefined;
  layer: number | undefined;
  site: string | undefined;
  sourcePort: string | undefined;
  targetPort: string | undefined;
  operStatus: Status;
  loadRatio: number | undefined;
  loadText: string | undefined;
  speedText: string | undefined;
  blocked: boolean | undefined;
  state: Edge['state'];
  stateReason: string | undefined;
  vlans: string | undefined;
  firstSeenMs: number | undefined;
  lastSeenMs: number | undefined;
  evidence: Evidence[];
  score: ScoreInput[];
  /** Cables of an aggregate, where the query says so. */
  memberCount: number | undefined;
  mainStat: string | undefined;
  secondaryStat: string | undefined;
  color: string | undefined;
  thickness: number | undefined;
  dash: number[] | undefined;
  details: Detail[];
}

export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
  /** What of the answer could not be drawn, for people. */
  notices: string[];
}

export const EMPTY_GRAPH: Graph = { nodes: [], edges: [], notices: [] };

/** Kinds that hang on something and are folded into a count on it. */
export const LEAF_KINDS: ReadonlySet<NodeKind> = new Set<NodeKind>(['host', 'modem']);

export const KIND_NAMES: Record<NodeKind, { one: string; many: string }> = {
  device: { one: 'device', many: 'devices' },
  external: { one: 'neighbour', many: 'neighbours' },
  segment: { one: 'segment', many: 'segments' },
  host: { one: 'host', many: 'hosts' },
  modem: { one: 'modem', many: 'modems' },
  fibre_node: { one: 'fibre node', many: 'fibre nodes' },
};

export const countOf = (count: number, names: { one: string; many: string }): string =>
  `${count.toLocaleString('en')} ${count === 1 ? names.one : names.many}`;

/** The same name for both directions of a pair of nodes. */
export const pairKey = (a: string, b: string): string => (a < b ? `${a}\u0000${b}` : `${b}\u0000${a}`);

export const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
