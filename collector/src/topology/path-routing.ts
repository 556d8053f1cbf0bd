import { ipToBytes, type Ip } from '../lib/ip.js';
import type { RouteProtocol } from './facts.js';
import { edgeMask, isUp, portName, type Graph, type GraphEdge } from './graph.js';
import type { PathResult } from './path.js';
import type { Method, PathHop } from './schemas.js';

/** One row of a routing table, its port by name. */
export interface RouteEntry {
  readonly network: Ip;
  readonly prefixLength: number;
  /** Null when the network is connected. */
  readonly nextHop: Ip | null;
  /** Null when the agent does not tell: it follows from the way to the next hop. */
  readonly ifIndex: number | null;
  readonly ifName: string | null;
  /** What matches is thrown away on purpose. */
  readonly discards: boolean;
  readonly protocol: RouteProtocol;
  readonly metric: number | null;
}

/** A port of a router in somebody's network. */
export interface Gateway {
  readonly device: string;
  readonly ifIndex: number;
  readonly ifName: string | null;
  /** As `10.0.4.0/22`. */
  readonly network: string;
  readonly confidence: number;
}

/** Who answers for an address on a network of a device, and how that is known. */
export interface Neighbour {
  /** A device, or `host:<mac>`. */
  readonly node: string;
  readonly ifName: string | null;
  readonly method: Method;
  readonly confidence: number;
}

/** What is known of layer 3; made from address, ARP and routing facts (`routing-view.ts`). */
export interface RoutingView {
  /** Null when the routing table of the device is not known, or it has none. */
  routes(device: string): readonly RouteEntry[] | null;
  /** The reason of that, for people. */
  whyNoRoutes(device: string): string;
  /** When the routing table was read. */
  readAt(device: string): string | null;
  /** Addresses of a node; those of a host are the ones that ARP names. */
  addresses(node: string): readonly Ip[];
  /** Undefined when nobody is known to have it there, or several are. */
  neighbour(device: string, ip: Ip, ifIndex: number | null): Neighbour | undefined;
  /** Where a node that does not route sends what is not for its own network. */
  gateways(node: string): readonly Gateway[];
}

const MAX_WAYS = 16;
const MAX_HOPS = 64;
/** Routes that contradict each other can make more ways than anybody wants to see. */
const MAX_STEPS = 10_000;
/** A next hop that is itself reached by a route (BGP), and so on. */
const MAX_RESOLVING = 4;

/** What joins a step to the next one, as far as the tables know it. */
interface Onward {
  readonly method: Method;
  readonly confidence: number;
  readonly readAt: string | null;
  readonly route: PathHop['route'];
}

interface Step {
  readonly node: string;
  readonly inPort: string | null;
  readonly outPort: string | null;
  readonly onward: Onward | null;
}

interface Found {
  readonly ways: readonly (readonly Step[])[];
  /** Why a way did not arrive, once each. */
  readonly deadEnds: readonly string[];
  /** Set when both are in one network. */
  readonly network: string | null;
  readonly isCut: boolean;
}

/** Layer 3: by the routing tables where they were read, else an estimate over the layer 3 links. */
export function layer3Path(
  graph: Graph,
  from: string,
  to: string,
  options: { readonly now: Date; readonly alternatives?: number; readonly routing?: RoutingView },
): PathResult {
  const { routing, now } = options;
  const deadEnds = new Set<string>();
  for (const address of routing?.addresses(to) ?? []) {
    if (routing === undefined) break;
    const found = byTables(routing, from, to, address);
    for (const end of found.deadEnds) deadEnds.add(end);
    if (found.ways.length === 0) continue;
    // equal-cost routes are all shown: the network uses all of them
    const paths = found.ways.map((steps) => hopsOf(graph, steps, now, 'routing'));
    return { outcome: 'found', reason: remarks(found), paths };
  }
  const estimated = estimate(graph, from, to, routing);
  const why = [...deadEnds].slice(0, 3).join('; ') || 'the routing tables on the way are not known';
  if (estimated === undefined) {
    const reason = `No layer 3 adjacency joins ${from} and ${to}, and no routing table tells a way: ${why}.`;
    return { outcome: 'no-path', reason, paths: [] };
  }
  const reason = `Estimated over layer 3 links: ${why}.`;
  return { outcome: 'found', reason, paths: [{ ...hopsOf(graph, estimated, now, 'graph'), estimate: true }] };
}

/** What is to be said of ways that were found. */
function remarks({ ways, deadEnds, network, isCut }: Found): string | null {
  const texts = [
    ...(network === null ? [] : [`Both are in ${network}: no router is between them.`]),
    ...(ways.length > 1 ? [`${ways.length} ways of equal cost: the network uses all of them.`] : []),
    ...(isCut ? [`More than ${MAX_WAYS} ways of equal cost; the others are not shown.`] : []),
    ...(deadEnds.length > 0 ? [`A way does not arrive: ${deadEnds.slice(0, 3).join('; ')}.`] : []),
  ];
  return texts.length === 0 ? null : texts.join(' ');
}

interface Start {
  readonly steps: readonly Step[];
  readonly at: string;
  readonly inPort: string | null;
}

/** Every loopless way that longest-prefix routing gives, equal-cost next hops included. */
function byTables(routing: RoutingView, from: string, to: string, target: Ip): Found {
  const starts: Start[] = [];
  if (routing.routes(from) !== null) starts.push({ steps: [], at: from, inPort: null });
  else {
    const shared = sharedNetwork(routing, from, to);
    if (shared !== undefined) {
      return { ways: [direct(from, to, shared)], deadEnds: [], network: shared.network, isCut: false };
    }
    for (const { device, ifName, confidence } of routing.gateways(from)) {
      const onward = { method: 'arp', confidence, readAt: null, route: null } as const;
      starts.push({ steps: [{ node: from, inPort: null, outPort: null, onward }], at: device, inPort: ifName });
    }
  }
  if (starts.length === 0) {
    const deadEnds = [`no router is known in the network of ${from}, and ${routing.whyNoRoutes(from)}`];
    return { ways: [], deadEnds, network: null, isCut: false };
  }
  const nexts = explore(routing, starts, to, target);
  const deadEnds = new Set([...nexts.values()].flatMap((all) => all.flatMap(({ deadEnd }) => deadEnd ?? [])));
  const { ways, isCut, circles } = enumerate(nexts, arriving(nexts, to), starts, to);
  for (const node of circles) deadEnds.add(`the routes lead in a circle at ${node}`);
  if (ways.length === 0 && deadEnds.size === 0) deadEnds.add(`the routes lead in a circle at ${starts[0]?.at ?? from}`);
  return { ways, deadEnds: [...deadEnds], network: null, isCut };
}

/** What every router that can be met does with the address; each is asked once. */
function explore(routing: RoutingView, starts: readonly Start[], to: string, target: Ip): Map<string, Next[]> {
  const nexts = new Map<string, Next[]>();
  const queue = starts.map(({ at }) => at);
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    if (at === to || nexts.has(at)) continue;
    const found = nextsOf(routing, at, to, target);
    nexts.set(at, found);
    for (const next of found) if (next.deadEnd === null) queue.push(next.node);
  }
  return nexts;
}

/** The routers from which some way arrives: only these are followed, so that dead ends cost nothing twice. */
function arriving(nexts: ReadonlyMap<string, readonly Next[]>, to: string): Set<string> {
  const before = new Map<string, string[]>();
  for (const [node, all] of nexts) {
    for (const next of all) if (next.deadEnd === null) before.set(next.node, [...(before.get(next.node) ?? []), node]);
  }
  const good = new Set([to]);
  for (const node of good) for (const earlier of before.get(node) ?? []) good.add(earlier);
  return good;
}

/** Depth first, so that the memory is that of one way; in the order of the routes. */
function enumerate(
  nexts: ReadonlyMap<string, readonly Next[]>,
  good: ReadonlySet<string>,
  starts: readonly Start[],
  to: string,
): { ways: Step[][]; isCut: boolean; circles: Set<string> } {
  const ways: Step[][] = [];
  const circles = new Set<string>();
  const open = starts.filter(({ at }) => good.has(at)).reverse();
  for (let budget = MAX_STEPS; open.length > 0 && ways.length < MAX_WAYS && budget > 0; budget--) {
    const { steps, at, inPort } = open.pop() as Start;
    if (at === to) {
      ways.push([...steps, { node: to, inPort, outPort: null, onward: null }]);
    } else if (steps.length >= MAX_HOPS || steps.some((step) => step.node === at)) {
      circles.add(at);
    } else {
      for (const next of [...(nexts.get(at) ?? [])].reverse()) {
        if (next.deadEnd !== null || !good.has(next.node)) continue;
        const step = { node: at, inPort, outPort: next.outPort, onward: next.onward };
        open.push({ steps: [...steps, step], at: next.node, inPort: next.inPort });
      }
    }
  }
  return { ways, isCut: open.length > 0, circles };
}

/** A gateway port that both ends hang behind, neither being the router itself. */
function sharedNetwork(routing: RoutingView, from: string, to: string): Gateway | undefined {
  if (routing.routes(to) !== null) return undefined;
  const others = routing.gateways(to);
  return routing
    .gateways(from)
    .find(({ device, ifIndex, network }) =>
      others.some((other) => other.device === device && other.ifIndex === ifIndex && other.network === network),
    );
}

const direct = (from: string, to: string, { confidence }: Gateway): Step[] => [
  { node: from, inPort: null, outPort: null, onward: { method: 'arp', confidence, readAt: null, route: null } },
  { node: to, inPort: null, outPort: null, onward: null },
];

type Next =
  | { readonly deadEnd: string }
  | {
      readonly deadEnd: null;
      readonly node: string;
      readonly inPort: string | null;
      readonly outPort: string | null;
      readonly onward: Onward;
    };

/** Where a router sends what is for an address: one answer for each equal-cost route. */
function nextsOf(routing: RoutingView, at: string, to: string, target: Ip): Next[] {
  const routes = routing.routes(at);
  if (routes === null) return [{ deadEnd: routing.whyNoRoutes(at) }];
  const best = bestRoutes(routes, target);
  if (best.length === 0) return [{ deadEnd: `${at} has no route to ${target}` }];
  const found = best.flatMap((route): Next[] => {
    const prefix = `${route.network}/${route.prefixLength}`;
    if (route.discards) return [{ deadEnd: `${at} rejects ${prefix}` }];
    const onward = (neighbour: Neighbour): Onward => ({
      method: neighbour.method,
      confidence: neighbour.confidence,
      readAt: routing.readAt(at),
      route: { prefix, nextHop: route.nextHop, protocol: route.protocol, metric: route.metric },
    });
    return resolve(routing, at, routes, route, target, MAX_RESOLVING).map(({ hop, port, ifIndex }): Next => {
      const neighbour = routing.neighbour(at, hop, ifIndex);
      const where = `${at} ${port ?? ''}`.trim();
      if (neighbour === undefined)
        return { deadEnd: `nobody, or more than one, is known to have ${hop} behind ${where}` };
      if (neighbour.node !== to && hop === target) {
        return { deadEnd: `${hop} behind ${where} is ${neighbour.node}: the address exists more than once` };
      }
      if (neighbour.node.startsWith('host:') && neighbour.node !== to) {
        return { deadEnd: `the next hop ${hop} of ${where} is not polled` };
      }
      return {
        deadEnd: null,
        node: neighbour.node,
        inPort: neighbour.ifName,
        outPort: port,
        onward: onward(neighbour),
      };
    });
  });
  const seen = new Set<string>();
  return found.filter((next) => {
    const key = next.deadEnd ?? `${next.node} ${next.outPort ?? ''} ${next.inPort ?? ''}`;
    return seen.has(key) ? false : (seen.add(key), true);
  });
}

/** The address to be asked for on a connected network: the target, the next hop, or the next hop's next hop. */
function resolve(
  routing: RoutingView,
  at: string,
  routes: readonly RouteEntry[],
  route: RouteEntry,
  target: Ip,
  depth: number,
): { readonly hop: Ip; readonly port: string | null; readonly ifIndex: number | null }[] {
  const { nextHop, ifIndex, ifName } = route;
  if (nextHop === null) return [{ hop: target, port: ifName, ifIndex }];
  if (ifIndex !== null) return [{ hop: nextHop, port: ifName, ifIndex }];
  if (depth === 0) return [];
  const inner = bestRoutes(routes, nextHop).filter((other) => other !== route && !other.discards);
  if (inner.length === 0) return [{ hop: nextHop, port: null, ifIndex: null }];
  return inner.flatMap((other) => resolve(routing, at, routes, other, nextHop, depth - 1));
}

/** Administrative distance, as most products have it by default. */
const PREFERENCE: readonly RouteProtocol[] = ['local', 'static', 'bgp', 'eigrp', 'ospf', 'isis', 'rip', 'other'];

/** Of the longest prefix the routes that are used: of the preferred protocol, with the lowest metric. */
export function bestRoutes(routes: readonly RouteEntry[], ip: Ip): RouteEntry[] {
  const longest = longestMatch(routes, ip);
  const rank = ({ protocol, nextHop }: RouteEntry): number => (nextHop === null ? -1 : PREFERENCE.indexOf(protocol));
  const lowest = Math.min(...longest.map(rank));
  const preferred = longest.filter((route) => rank(route) === lowest);
  const metric = Math.min(...preferred.map((route) => route.metric ?? 0));
  return preferred.filter((route) => (route.metric ?? 0) === metric);
}

/** The routes with the longest prefix that covers the address; several when they are equal. */
export function longestMatch(routes: readonly RouteEntry[], ip: Ip): RouteEntry[] {
  let length = -1;
  let best: RouteEntry[] = [];
  for (const route of routes) {
    if (route.prefixLength < length || !covers(route, ip)) continue;
    if (route.prefixLength > length) best = [];
    length = route.prefixLength;
    best.push(route);
  }
  return best;
}

/** True when the address is in the network. */
export function covers({ network, prefixLength }: Pick<RouteEntry, 'network' | 'prefixLength'>, ip: Ip): boolean {
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
  const ends = new Map(
    [from, to].map((node) => [node, new Set((routing?.gateways(node) ?? []).map(({ device }) => device))]),
  );
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
    steps.unshift({ node: at, inPort: null, outPort: null, onward: null });
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
  const links = steps.slice(1).map((step, i) => {
    const { node = '', outPort = null, onward = null } = steps[i] ?? {};
    const link = linkBetween(graph, node, step.node, outPort);
    // a cable between them does not prove that this route takes it
    return onward !== null && link?.layer !== 3 ? undefined : link;
  });
  const ageSec = (iso: string) => Math.max(0, Math.round((now.getTime() - Date.parse(iso)) / 1000));
  const hops = steps.map(({ node, inPort, outPort, onward }, i): PathHop => {
    const [before, after] = [links[i - 1], links[i]];
    const seenAt = after?.lastSeen ?? onward?.readAt ?? null;
    return {
      node,
      title: graph.nodes[graph.numberOf.get(node) ?? -1]?.title ?? node,
      inPort: inPort ?? (before === undefined ? null : portAt(before, node)),
      outPort: outPort ?? (after === undefined ? null : portAt(after, node)),
      edge: after?.id ?? null,
      method: after?.method ?? onward?.method ?? null,
      confidence: after?.confidence ?? onward?.confidence ?? null,
      ageSec: seenAt === null ? null : ageSec(seenAt),
      route: onward?.route ?? null,
    };
  });
  const confidences = hops.flatMap(({ confidence }) => (confidence === null ? [] : [confidence]));
  return { basis, minConfidence: confidences.length === 0 ? 1 : Math.min(...confidences), hops };
}

const portAt = (edge: GraphEdge, node: string): string | null => portName(edge.a.node === node ? edge.a : edge.b);

/** The best edge between two nodes: of layer 3, by the port that is used; else the cable or placement under it. */
function linkBetween(graph: Graph, a: string, b: string, port: string | null): GraphEdge | undefined {
  const number = graph.numberOf.get(a);
  const other = graph.numberOf.get(b);
  if (number === undefined || other === undefined) return undefined;
  const rank = (edge: GraphEdge): number => edge.layer * 2 + (port !== null && portAt(edge, a) === port ? 1 : 0);
  let best: GraphEdge | undefined;
  for (let slot = graph.offsets[number] as number; slot < (graph.offsets[number + 1] as number); slot++) {
    if (graph.slotNode[slot] !== other) continue;
    const edge = graph.edges[graph.slotEdge[slot] as number] as GraphEdge;
    const isBetter =
      best === undefined || rank(edge) > rank(best) || (rank(edge) === rank(best) && edge.confidence > best.confidence);
    if (isBetter) best = edge;
  }
  return best;
}
