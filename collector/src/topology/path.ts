import { edgeMask, isUp, portName, type Graph, type GraphEdge } from './graph.js';
import { layer3Path, type RoutingView } from './path-routing.js';
import type { PathAnswer, PathBasis, PathHop } from './schemas.js';
import { shortestPath, shortestPaths, type Route } from './shortest-path.js';

/** What the forwarding tables say; made from MAC facts. */
export interface ForwardingView {
  /** The port by which a device sends frames for a MAC in a VLAN; undefined when it has no row. */
  port(device: string, vlan: number, mac: string): number | undefined;
  /** MACs that a node is addressed by: a host's own, a device's interfaces. */
  macs(node: string): readonly string[];
  /** VLANs in which a device has rows. */
  vlans(device: string): readonly number[];
}

export interface PathOptions {
  readonly layer: 2 | 3;
  readonly now: Date;
  /** Further ways beside the best one. */
  readonly alternatives?: number;
  readonly forwarding?: ForwardingView;
  readonly routing?: RoutingView;
}

/** The answer without the freshness, which only the caller knows. */
export type PathResult = Omit<PathAnswer, 'asOf' | 'staleDevices' | 'partial'>;

interface Found {
  readonly basis: PathBasis;
  readonly route: Route;
}

/** How two nodes (by id) are connected, what the answer rests on, and what other ways there are. */
export function findPath(graph: Graph, from: string, to: string, options: PathOptions): PathResult {
  const [a, b] = [graph.numberOf.get(from), graph.numberOf.get(to)];
  if (a === undefined || b === undefined) {
    const missing = [from, to].filter((id) => !graph.numberOf.has(id));
    return { outcome: 'unknown-endpoint', reason: `Not known: ${missing.join(', ')}.`, paths: [] };
  }
  if (options.layer === 3) return layer3Path(graph, from, to, options);
  const found: Found[] = [];
  const vlans = commonVlans(graph, a, b);
  let reason: string | null = null;
  if (vlans === 'disjoint') {
    reason = `${from} and ${to} share no VLAN: frames between them pass a router (layer 3). Shown is the cabling.`;
  } else {
    const best = forwardingPath(graph, a, b, vlans, options.forwarding) ?? treePath(graph, a, b, vlans);
    if (best !== undefined) found.push(best);
  }
  const wanted = 1 + (options.alternatives ?? 0);
  if (found.length < wanted) {
    const mask = masksOf(graph).cabling;
    const known = new Set(found.map(({ route }) => route.edges.join()));
    for (const route of shortestPaths(graph, a, b, mask, wanted)) {
      if (found.length < wanted && !known.has(route.edges.join())) found.push({ basis: 'graph', route });
    }
  }
  if (found.length === 0) return { outcome: 'no-path', reason: whyNone(graph, a, b), paths: [] };
  return { outcome: 'found', reason, paths: found.map((one) => describe(graph, one, options.now)) };
}

/** VLANs of both ends; null when at least one end is in none we know of; `disjoint` when they share none. */
function commonVlans(graph: Graph, a: number, b: number): readonly number[] | null | 'disjoint' {
  const [ofA, ofB] = [ownVlans(graph, a), ownVlans(graph, b)];
  if (ofA === null || ofB === null) return ofA ?? ofB;
  const shared = ofA.filter((vlan) => ofB.includes(vlan));
  return shared.length > 0 ? shared : 'disjoint';
}

/** A host is in the VLANs of its placement; a device is in all of them. */
function ownVlans(graph: Graph, node: number): readonly number[] | null {
  if (graph.nodes[node]?.kind !== 'host') return null;
  const vlans = new Set<number>();
  for (const { edge } of around(graph, node)) for (const vlan of edge.vlans) vlans.add(vlan);
  return vlans.size > 0 ? [...vlans].sort((x, y) => x - y) : null;
}

function* around(graph: Graph, node: number): Generator<{ edge: GraphEdge; number: number; next: number }> {
  for (let slot = graph.offsets[node] as number; slot < (graph.offsets[node + 1] as number); slot++) {
    const number = graph.slotEdge[slot] as number;
    yield { edge: graph.edges[number] as GraphEdge, number, next: graph.slotNode[slot] as number };
  }
}

const endOf = (graph: Graph, edge: number, node: number): GraphEdge['a'] => {
  const { a, b } = graph.edges[edge] as GraphEdge;
  return graph.endA[edge] === node ? a : b;
};

/** True when a port, or an aggregate that the port belongs to, is this end of the edge. */
function isAtPort(graph: Graph, edge: number, node: number, ifIndex: number): boolean {
  if (endOf(graph, edge, node).ifIndex === ifIndex) return true;
  const side = graph.endA[edge] === node ? 0 : 1;
  return (graph.edges[edge] as GraphEdge).members.some((member) => member[side] === ifIndex);
}

/** Asks switch after switch for its port towards the destination: the way that frames really take. */
function forwardingPath(
  graph: Graph,
  a: number,
  b: number,
  vlans: readonly number[] | null,
  forwarding: ForwardingView | undefined,
): Found | undefined {
  if (forwarding === undefined) return undefined;
  const macs = forwarding.macs(graph.nodes[b]?.id ?? '');
  const tried = vlans ?? [...new Set([a, b].flatMap((node) => forwarding.vlans(graph.nodes[node]?.id ?? '')))];
  for (const vlan of tried) {
    for (const mac of macs) {
      const route = followTables(graph, a, b, vlan, mac, forwarding);
      if (route !== undefined) return { basis: 'forwarding', route };
    }
  }
  return undefined;
}

function followTables(
  graph: Graph,
  a: number,
  b: number,
  vlan: number,
  mac: string,
  forwarding: ForwardingView,
): Route | undefined {
  const nodes = [a];
  const edges: number[] = [];
  const seen = new Set(nodes);
  for (let at = a; at !== b;) {
    const step = nextStep(graph, at, b, vlan, mac, forwarding, seen);
    if (step === undefined || seen.has(step.next)) return undefined;
    seen.add(step.next);
    nodes.push(step.next);
    edges.push(step.number);
    at = step.next;
  }
  return { nodes, edges };
}

function nextStep(
  graph: Graph,
  at: number,
  b: number,
  vlan: number,
  mac: string,
  forwarding: ForwardingView,
  seen: ReadonlySet<number>,
): { number: number; next: number } | undefined {
  const ways = [...around(graph, at)].filter(({ edge }) => edge.layer === 2 && isUp(edge) && edge.blocked !== true);
  const goal = (way: { next: number }): boolean => way.next === b;
  const node = graph.nodes[at];
  if (node?.kind !== 'device') {
    // a host or a shared segment has no table: the destination itself, else the one bridge that knows a way on
    const onward = ways.filter((way) => !seen.has(way.next));
    const knowing = onward.filter(({ next, number }) => {
      const port = forwarding.port(graph.nodes[next]?.id ?? '', vlan, mac);
      return port !== undefined && !isAtPort(graph, number, next, port);
    });
    return onward.find(goal) ?? (knowing.length === 1 ? knowing[0] : undefined);
  }
  const port = forwarding.port(node.id, vlan, mac);
  if (port === undefined) return undefined;
  const through = ways.filter(({ number }) => isAtPort(graph, number, at, port));
  return (
    through.find(goal) ?? (through.length === 1 ? through[0] : through.find(({ next }) => isBridging(graph, next)))
  );
}

const isBridging = (graph: Graph, node: number): boolean => {
  const kind = graph.nodes[node]?.kind;
  return kind === 'device' || kind === 'segment' || kind === 'external';
};

/** The spanning tree of a VLAN: links of which both ends are known to forward. End devices hang on edge ports. */
function treePath(graph: Graph, a: number, b: number, vlans: readonly number[] | null): Found | undefined {
  for (const vlan of vlans ?? [null]) {
    const route = shortestPath(graph, a, b, masksOf(graph).tree(vlan));
    if (route !== undefined) return { basis: 'spanning-tree', route };
  }
  return undefined;
}

interface Masks {
  /** Cables that are up. */
  readonly cabling: Uint8Array;
  tree(vlan: number | null): Uint8Array;
}

const masks = new WeakMap<Graph, Masks>();
/** A graph lives until the next change of the network; nobody asks for more VLANs than this in that time. */
const MAX_KEPT_TREES = 64;

/** Which edges each kind of search may use, worked out once a graph. */
function masksOf(graph: Graph): Masks {
  const known = masks.get(graph);
  if (known !== undefined) return known;
  const cabling = edgeMask(graph, (edge) => edge.layer === 2 && isUp(edge));
  const trees = new Map<number | null, Uint8Array>();
  const fresh: Masks = {
    cabling,
    tree(vlan) {
      const kept = trees.get(vlan);
      if (kept !== undefined) return kept;
      if (trees.size >= MAX_KEPT_TREES) trees.clear();
      const mask = cabling.map((isUsable, i) => (isUsable === 1 && isForwarding(graph, i, vlan) ? 1 : 0));
      trees.set(vlan, mask);
      return mask;
    },
  };
  masks.set(graph, fresh);
  return fresh;
}

function isForwarding(graph: Graph, number: number, vlan: number | null): boolean {
  const { blocked, vlans } = graph.edges[number] as GraphEdge;
  if (vlan !== null && vlans.length > 0 && !vlans.includes(vlan)) return false;
  if (blocked !== null) return !blocked;
  return !isBridging(graph, graph.endA[number] as number) || !isBridging(graph, graph.endB[number] as number);
}

function whyNone(graph: Graph, a: number, b: number): string {
  const silent = [a, b].filter((node) => graph.offsets[node] === graph.offsets[node + 1]);
  if (silent.length > 0) return `No link of ${silent.map((node) => graph.nodes[node]?.id).join(' and ')} is known.`;
  return 'No known layer 2 links join them; a link that no polled device reported may.';
}

/** The hops of a route with their ports and what each edge rests on. */
export function describe(graph: Graph, { basis, route }: Found, now: Date): PathResult['paths'][number] {
  const confidences = route.edges.map((edge) => graph.edges[edge]?.confidence ?? 0);
  const hops = route.nodes.map((node, i): PathHop => {
    const [before, after] = [route.edges[i - 1], route.edges[i]];
    const edge = after === undefined ? undefined : graph.edges[after];
    return {
      node: graph.nodes[node]?.id ?? '',
      title: graph.nodes[node]?.title ?? '',
      inPort: before === undefined ? null : portName(endOf(graph, before, node)),
      outPort: after === undefined ? null : portName(endOf(graph, after, node)),
      edge: edge?.id ?? null,
      method: edge?.method ?? null,
      confidence: edge?.confidence ?? null,
      ageSec: edge === undefined ? null : Math.max(0, Math.round((now.getTime() - Date.parse(edge.lastSeen)) / 1000)),
    };
  });
  return { basis, minConfidence: confidences.length === 0 ? 1 : Math.min(...confidences), hops };
}
