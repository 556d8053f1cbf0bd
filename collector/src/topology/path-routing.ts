import { ipToBytes, type Ip } from '../lib/ip.js';
import { edgeMask, isUp, portName, type Graph, type GraphEdge } from './graph.js';
import type { PathResult } from './path.js';
import type { PathHop } from './schemas.js';

/** One row of a routing table. */
export interface RouteFact {
  readonly network: Ip;
  readonly prefixLength: number;
  /** Null when the network is connected. */
  readonly nextHop: Ip | null;
  readonly ifIndex: number | null;
  readonly ifName: string | null;
}

/** What is known of layer 3; made from address, ARP and routing facts. */
export interface RoutingView {
  /** Null when the routing table of the device was not read. */
  routes(device: string): readonly RouteFact[] | null;
  /** Addresses of a node; those of a host are the ones that ARP names. */
  addresses(node: string): readonly Ip[];
  /** The one device that owns an address. */
  ownerOf(ip: Ip): string | undefined;
  /** Devices with an address in the subnet of a host: its possible gateways. */
  gateways(node: string): readonly string[];
}

const MAX_ROUTES = 16;
const MAX_HOPS = 64;

interface Step {
  readonly node: string;
  readonly outPort: string | null;
}

/** Layer 3: by the routing tables where they were read, else an estimate over the layer 3 links. */
export function layer3Path(
  graph: Graph,
  from: string,
  to: string,
  options: { readonly now: Date; readonly alternatives?: number; readonly routing?: RoutingView },
): PathResult {
  const { routing } = options;
  const wanted = 1 + (options.alternatives ?? 0);
  const destinations = routing?.addresses(to) ?? [];
  let routed: Step[][] = [];
  for (const address of destinations) {
    if (routing !== undefined && routed.length === 0) routed = byTables(routing, from, to, address);
  }
  if (routed.length > 0) {
    // equal-cost routes are all shown: the network uses all of them
    const paths = routed
      .slice(0, Math.max(wanted, MAX_ROUTES))
      .map((steps) => hopsOf(graph, steps, options.now, 'routing'));
    return { outcome: 'found', reason: null, paths };
  }
  const estimated = estimate(graph, from, to, routing);
  if (estimated === undefined) {
    const reason = `No layer 3 adjacency joins ${from} and ${to}, and no routing table tells a way.`;
    return { outcome: 'no-path', reason, paths: [] };
  }
  const reason = 'Estimated over layer 3 links: the routing tables on the way are not known.';
  return { outcome: 'found', reason, paths: [hopsOf(graph, estimated, options.now, 'graph')] };
}

/** Every loopless way that longest-prefix routing gives, equal-cost next hops included. */
function byTables(routing: RoutingView, from: string, to: string, target: Ip): Step[][] {
  const complete: Step[][] = [];
  const starts =
    routing.routes(from) !== null ? [[]] : routing.gateways(from).map((): Step[] => [{ node: from, outPort: null }]);
  const open = starts.map((steps, i) => ({
    steps,
    at: steps.length === 0 ? from : (routing.gateways(from)[i] as string),
  }));
  while (open.length > 0 && complete.length < MAX_ROUTES) {
    const { steps, at } = open.shift() as { steps: Step[]; at: string };
    if (at === to) {
      complete.push([...steps, { node: to, outPort: null }]);
      continue;
    }
    if (steps.length >= MAX_HOPS || steps.some((step) => step.node === at)) continue;
    const best = longestMatch(routing.routes(at) ?? [], target);
    for (const route of best) {
      const next = route.nextHop === null ? to : routing.ownerOf(route.nextHop);
      if (next !== undefined) open.push({ steps: [...steps, { node: at, outPort: route.ifName }], at: next });
    }
  }
  return complete;
}

/** The routes with the longest prefix that covers the address; several when they are equal. */
export function longestMatch(routes: readonly RouteFact[], ip: Ip): RouteFact[] {
  let length = -1;
  let best: RouteFact[] = [];
  for (const route of routes) {
    if (route.prefixLength < length || !covers(route, ip)) continue;
    if (route.prefixLength > length) best = [];
    length = route.prefixLength;
    best.push(route);
  }
  return best;
}

function covers({ network, prefixLength }: RouteFact, ip: Ip): boolean {
  const [net, address] = [ipToBytes(network), ipToBytes(ip)];
  if (net.length !== address.length) return false;
  for (let bit = 0; bit < prefixLength; bit += 8) {
    const mask = prefixLength - bit >= 8 ? 0xff : (0xff << (8 - (prefixLength - bit))) & 0xff;
    if (((net[bit >> 3] ?? 0) & mask) !== ((address[bit >> 3] ?? 0) & mask)) return false;
  }
  return true;
}

/** Fewest hops over layer 3 links, a host joined to its gateways. */
function estimate(graph: Graph, from: string, to: string, routing: RoutingView | undefined): Step[] | undefined {
  const mask = edgeMask(graph, (edge) => edge.layer === 3 && isUp(edge));
  const ends = new Map([from, to].map((node) => [node, new Set(routing?.gateways(node) ?? [])]));
  const before = new Map<string, string>([[from, from]]);
  const queue = [from];
  for (let i = 0; i < queue.length; i++) {
    const node = queue[i] as string;
    if (node === to) break;
    const next = [...neighbours(graph, node, mask), ...(ends.get(node) ?? [])];
    if (ends.get(to)?.has(node) === true) next.push(to);
    for (const other of next) {
      if (before.has(other)) continue;
      before.set(other, node);
      queue.push(other);
    }
  }
  if (!before.has(to)) return undefined;
  const steps: Step[] = [];
  for (let at = to; ; at = before.get(at) as string) {
    steps.unshift({ node: at, outPort: null });
    if (at === from) return steps;
  }
}

function neighbours(graph: Graph, node: string, mask: Uint8Array): string[] {
  const number = graph.numberOf.get(node);
  if (number === undefined) return [];
  const found: string[] = [];
  for (let slot = graph.offsets[number] as number; slot < (graph.offsets[number + 1] as number); slot++) {
    if (mask[graph.slotEdge[slot] as number] === 1) found.push(graph.nodes[graph.slotNode[slot] as number]?.id ?? '');
  }
  return found;
}

function hopsOf(
  graph: Graph,
  steps: readonly Step[],
  now: Date,
  basis: 'routing' | 'graph',
): PathResult['paths'][number] {
  const links = steps.slice(1).map((step, i) => linkBetween(graph, (steps[i] as Step).node, step.node));
  const hops = steps.map(({ node, outPort }, i): PathHop => {
    const [before, after] = [links[i - 1], links[i]];
    return {
      node,
      title: graph.nodes[graph.numberOf.get(node) ?? -1]?.title ?? node,
      inPort: before === undefined ? null : portAt(before, node),
      outPort: outPort ?? (after === undefined ? null : portAt(after, node)),
      edge: after?.id ?? null,
      method: after?.method ?? null,
      confidence: after?.confidence ?? null,
      ageSec: after === undefined ? null : Math.max(0, Math.round((now.getTime() - Date.parse(after.lastSeen)) / 1000)),
    };
  });
  const confidences = links.flatMap((link) => (link === undefined ? [] : [link.confidence]));
  return { basis, minConfidence: confidences.length === 0 ? 1 : Math.min(...confidences), hops };
}

const portAt = (edge: GraphEdge, node: string): string | null => portName(edge.a.node === node ? edge.a : edge.b);

/** The best edge between two nodes: of layer 3, else the cable or placement under it. */
function linkBetween(graph: Graph, a: string, b: string): GraphEdge | undefined {
  const number = graph.numberOf.get(a);
  const other = graph.numberOf.get(b);
  if (number === undefined || other === undefined) return undefined;
  let best: GraphEdge | undefined;
  for (let slot = graph.offsets[number] as number; slot < (graph.offsets[number + 1] as number); slot++) {
    if (graph.slotNode[slot] !== other) continue;
    const edge = graph.edges[graph.slotEdge[slot] as number] as GraphEdge;
    const isBetter =
      best === undefined || edge.layer > best.layer || (edge.layer === best.layer && edge.confidence > best.confidence);
    if (isBetter) best = edge;
  }
  return best;
}
