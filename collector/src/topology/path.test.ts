import fc from 'fast-check';
import { parseIp } from '../lib/ip.js';
import { buildGraph, edgeMask, type Graph, type GraphEdge, type GraphNode } from './graph.js';
import { findPath, type ForwardingView } from './path.js';
import { bestRoutes, longestMatch, type Neighbour, type RouteEntry, type RoutingView } from './path-routing.js';
import { routeCost, shortestPaths, type Route } from './shortest-path.js';

const now = new Date('2026-01-01T00:01:00Z');
const node = (id: string, kind: GraphNode['kind'] = 'device'): GraphNode => ({ id, title: id, kind, site: null });
const link = (id: string, a: string, b: string, more: Partial<GraphEdge> = {}): GraphEdge => ({
  id,
  a: { node: a, ifIndex: Number(id) * 10 + 1, ifName: `${a}:${b}`, operStatus: 'up' },
  b: { node: b, ifIndex: Number(id) * 10 + 2, ifName: `${b}:${a}`, operStatus: 'up' },
  layer: 2,
  method: 'lldp',
  confidence: 1,
  blocked: false,
  members: [],
  vlans: [],
  lastSeen: '2026-01-01T00:00:00.000Z',
  state: 'current',
  ...more,
});

/** Two ways from x to y: over p (shorter, blocked) and over q and r. */
const square = buildGraph(
  [
    node('x'),
    node('y'),
    node('p'),
    node('q'),
    node('r'),
    node('host:a', 'host'),
    node('host:b', 'host'),
    node('alone'),
  ],
  [
    link('1', 'x', 'p'),
    link('2', 'p', 'y', { blocked: true }),
    link('3', 'x', 'q', { confidence: 0.9 }),
    link('4', 'q', 'r'),
    link('5', 'r', 'y'),
    link('6', 'x', 'host:a', { method: 'arp', blocked: null, vlans: [10] }),
    link('7', 'y', 'host:b', { method: 'arp', blocked: null, vlans: [10] }),
  ],
);

/** What the switches would answer: VLAN 10 goes over q and r. */
const rows: Record<string, number> = { x: 31, q: 41, r: 51, y: 71 };
const forwarding: ForwardingView = {
  port: (device, vlan, mac) => (vlan === 10 && mac === 'b' ? rows[device] : undefined),
  macs: (id) => (id === 'host:b' ? ['b'] : []),
  vlans: () => [10],
};

const walked = (answer: ReturnType<typeof findPath>, at = 0) => answer.paths[at]?.hops.map((hop) => hop.node);

test('follows the forwarding tables and says what each hop rests on', () => {
  const answer = findPath(square, 'host:a', 'host:b', { layer: 2, now, forwarding });
  expect(answer.paths[0]?.basis).toBe('forwarding');
  expect(walked(answer)).toEqual(['host:a', 'x', 'q', 'r', 'y', 'host:b']);
  expect(answer.paths[0]?.minConfidence).toBe(0.9);
  expect(answer.paths[0]?.hops[1]).toEqual({
    node: 'x',
    title: 'x',
    inPort: 'x:host:a',
    outPort: 'x:q',
    edge: '3',
    method: 'lldp',
    confidence: 0.9,
    ageSec: 60,
  });
});

test('a row that aged out leaves the spanning tree, an unknown state the plain graph', () => {
  const aged = { ...forwarding, port: (device: string) => (device === 'q' ? undefined : rows[device]) };
  const answer = findPath(square, 'host:a', 'host:b', { layer: 2, now, forwarding: aged, alternatives: 1 });
  expect(answer.paths.map((path) => path.basis)).toEqual(['spanning-tree', 'graph']);
  expect(walked(answer, 1)).toEqual(['host:a', 'x', 'p', 'y', 'host:b']);
  const unknown = buildGraph(
    square.nodes,
    square.edges.map((one) => ({ ...one, blocked: null })),
  );
  expect(findPath(unknown, 'host:a', 'host:b', { layer: 2, now }).paths[0]?.basis).toBe('graph');
});

test('no path is not an unknown endpoint', () => {
  expect(findPath(square, 'host:a', 'alone', { layer: 2, now })).toMatchObject({ outcome: 'no-path', paths: [] });
  expect(findPath(square, 'host:a', 'nobody', { layer: 2, now })).toMatchObject({ outcome: 'unknown-endpoint' });
});

test('hosts of different VLANs get the cabling and are told so', () => {
  const edges = square.edges.map((one) => (one.id === '7' ? { ...one, vlans: [20] } : one));
  const answer = findPath(buildGraph(square.nodes, edges), 'host:a', 'host:b', { layer: 2, now, forwarding });
  expect(answer.paths[0]?.basis).toBe('graph');
  expect(answer.reason).toContain('share no VLAN');
});

test('a shared segment costs one hop', () => {
  const graph = buildGraph(
    [node('x'), node('y'), node('z'), node('seg:1', 'segment')],
    [link('1', 'x', 'seg:1'), link('2', 'seg:1', 'y'), link('3', 'x', 'z'), link('4', 'z', 'y')],
  );
  expect(walked(findPath(graph, 'x', 'y', { layer: 2, now }))).toEqual(['x', 'seg:1', 'y']);
});

/** Every simple route by trying all, for graphs of a handful of nodes. */
function allRoutes(graph: Graph, from: number, to: number): Route[] {
  const found: Route[] = [];
  const extend = (nodes: number[], edges: number[]): void => {
    const at = nodes.at(-1) as number;
    if (at === to) {
      found.push({ nodes, edges });
      return;
    }
    graph.edges.forEach((_, edge) => {
      const [a, b] = [graph.endA[edge] as number, graph.endB[edge] as number];
      const next = a === at ? b : b === at ? a : -1;
      if (next >= 0 && !nodes.includes(next)) extend([...nodes, next], [...edges, edge]);
    });
  };
  extend([from], []);
  return found;
}

test('the k shortest routes are the k cheapest of all', () => {
  const anyGraph = fc.array(fc.tuple(fc.nat(5), fc.nat(5), fc.integer({ min: 5, max: 10 })), {
    minLength: 1,
    maxLength: 10,
  });
  fc.assert(
    fc.property(anyGraph, fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), (triples, segments) => {
      const graph = buildGraph(
        segments.map((isSegment, i) => node(`n${i}`, isSegment && i > 1 ? 'segment' : 'device')),
        triples.map(([a, b, tenths], i) => link(String(i), `n${a}`, `n${b}`, { confidence: tenths / 10 })),
      );
      const cost = (route: Route) => {
        const { halfHops, confidence } = routeCost(graph, route);
        return `${halfHops} ${confidence.toFixed(6)}`;
      };
      const order = (x: Route, y: Route) => {
        const [a, b] = [routeCost(graph, x), routeCost(graph, y)];
        return a.halfHops - b.halfHops || b.confidence - a.confidence;
      };
      const expected = allRoutes(graph, 0, 1).sort(order).map(cost);
      const found = shortestPaths(
        graph,
        0,
        1,
        edgeMask(graph, () => true),
        4,
        1000,
      );
      expect(found.map(cost)).toEqual(expected.slice(0, 4));
      expect(new Set(found.map((route) => route.edges.join())).size).toBe(found.length);
    }),
    { numRuns: 300 },
  );
});

const route = (
  prefix: string,
  nextHop: string | null,
  ifName: string | null,
  more: Partial<RouteEntry> = {},
): RouteEntry => {
  const [network = '', length = ''] = prefix.split('/');
  return {
    network: parseIp(network),
    prefixLength: Number(length),
    nextHop: nextHop === null ? null : parseIp(nextHop),
    ifIndex: ifName === null ? null : 1,
    ifName,
    discards: false,
    protocol: nextHop === null ? 'local' : 'ospf',
    metric: null,
    ...more,
  };
};

const routers = buildGraph(
  [node('r1'), node('r2'), node('r3'), node('r4'), node('host:a', 'host'), node('host:b', 'host')],
  [
    link('1', 'r1', 'r2', { layer: 3, method: 'ospf' }),
    link('2', 'r1', 'r3', { layer: 3, method: 'ospf' }),
    link('3', 'r2', 'r4', { layer: 3, method: 'ospf' }),
    link('4', 'r3', 'r4', { layer: 3, method: 'ospf' }),
  ],
);
const tables: Record<string, RouteEntry[]> = {
  r1: [
    route('0.0.0.0/0', '10.9.9.9', 'wan'),
    route('10.2.0.0/16', '10.0.0.2', 'to-r2'),
    route('10.2.0.0/16', '10.0.0.3', 'to-r3'),
  ],
  r2: [route('10.2.0.0/16', '10.0.0.4', 'to-r4')],
  // as old agents tell it: the port follows from the connected network of the next hop
  r3: [route('10.2.0.0/16', '10.0.0.4', null), route('10.0.0.0/24', null, 'to-r4')],
  r4: [route('10.2.0.0/16', null, 'lan')],
};
const owners: Record<string, string> = {
  '10.0.0.2': 'r2',
  '10.0.0.3': 'r3',
  '10.0.0.4': 'r4',
  '10.2.0.7': 'host:b',
};
const gateway = (device: string, network: string) => ({
  device,
  ifIndex: 1,
  ifName: `${device} lan`,
  network,
  confidence: 0.9,
});
const routing: RoutingView = {
  routes: (device) => tables[device] ?? null,
  whyNoRoutes: (device) => `${device} was not read`,
  readAt: () => '2026-01-01T00:00:30.000Z',
  addresses: (id) => (id === 'host:b' ? [parseIp('10.2.0.7')] : id === 'host:a' ? [parseIp('10.1.0.7')] : []),
  neighbour: (_device, ip): Neighbour | undefined => {
    const owner = owners[ip];
    return owner === undefined ? undefined : { node: owner, ifName: `in of ${owner}`, method: 'arp', confidence: 0.9 };
  },
  gateways: (id) =>
    id === 'host:a' ? [gateway('r1', '10.1.0.0/16')] : id === 'host:b' ? [gateway('r4', '10.2.0.0/16')] : [],
};
const along = (answer: ReturnType<typeof findPath>) =>
  answer.paths.map((path) => path.hops.map((hop) => hop.node).join(' '));

test('routing tables give the set of equal-cost ways', () => {
  const answer = findPath(routers, 'host:a', 'host:b', { layer: 3, now, routing });
  expect(along(answer)).toEqual(['host:a r1 r2 r4 host:b', 'host:a r1 r3 r4 host:b']);
  expect(answer.reason).toBe('2 ways of equal cost: the network uses all of them.');
  expect(answer.paths[0]).toMatchObject({ basis: 'routing', minConfidence: 0.9 });
  expect(answer.paths[1]?.hops.map(({ inPort, outPort }) => [inPort, outPort])).toEqual([
    [null, null],
    ['r1 lan', 'to-r3'],
    ['in of r3', 'to-r4'],
    ['in of r4', 'lan'],
    ['in of host:b', null],
  ]);
  // by the adjacency where there is one, by the tables otherwise
  expect(answer.paths[0]?.hops[1]).toMatchObject({ edge: '1', method: 'ospf', confidence: 1, ageSec: 60 });
  expect(answer.paths[0]?.hops[3]).toMatchObject({
    edge: null,
    method: 'arp',
    confidence: 0.9,
    ageSec: 30,
    route: { prefix: '10.2.0.0/16', nextHop: null, protocol: 'local', metric: null },
  });
});

test('without routing tables the layer 3 way is an estimate, and says so', () => {
  const blind: RoutingView = { ...routing, routes: () => null };
  const answer = findPath(routers, 'host:a', 'host:b', { layer: 3, now, routing: blind });
  expect(answer.paths[0]).toMatchObject({ basis: 'graph', estimate: true });
  expect(answer.reason).toBe('Estimated over layer 3 links: r1 was not read.');
  expect(walked(answer)?.length).toBe(5);
  expect(findPath(routers, 'host:a', 'host:b', { layer: 3, now }).outcome).toBe('no-path');
});

test.each<[string, Partial<Record<string, RouteEntry[]>>, string]>([
  ['no route', { r1: [] }, 'r1 has no route to 10.2.0.7'],
  ['a route to nowhere', { r1: [route('10.2.0.0/16', null, null, { discards: true })] }, 'r1 rejects 10.2.0.0/16'],
  ['a circle', { r4: [route('10.2.0.0/16', '10.0.0.2', 'back')] }, 'lead in a circle at r'],
  ['an unknown next hop', { r1: [route('10.2.0.0/16', '10.9.9.9', 'wan')] }, 'known to have 10.9.9.9 behind r1 wan'],
])('%s is said', (_name, changed, reason) => {
  const broken: RoutingView = { ...routing, routes: (device) => ({ ...tables, ...changed })[device] ?? null };
  const answer = findPath(routers, 'host:a', 'host:b', { layer: 3, now, routing: broken });
  expect(answer.paths.map(({ basis }) => basis)).toEqual(['graph']);
  expect(answer.reason).toContain(reason);
});

test('a way that does not arrive does not hide the one that does', () => {
  const half: RoutingView = { ...routing, routes: (device) => (device === 'r3' ? null : (tables[device] ?? null)) };
  const answer = findPath(routers, 'host:a', 'host:b', { layer: 3, now, routing: half });
  expect(along(answer)).toEqual(['host:a r1 r2 r4 host:b']);
  expect(answer.reason).toBe('A way does not arrive: r3 was not read.');
});

test('the same address in another network is not the destination', () => {
  const elsewhere: RoutingView = {
    ...routing,
    neighbour: (device, ip, port) =>
      ip === '10.2.0.7'
        ? { node: 'host:other', ifName: null, method: 'arp', confidence: 0.9 }
        : routing.neighbour(device, ip, port),
  };
  const answer = findPath(routers, 'host:a', 'host:b', { layer: 3, now, routing: elsewhere });
  expect(answer.paths.map(({ basis }) => basis)).toEqual(['graph']);
  expect(answer.reason).toContain('10.2.0.7 behind r4 lan is host:other: the address exists more than once');
});

test('two of one network need no router', () => {
  const near: RoutingView = { ...routing, gateways: () => [gateway('r1', '10.1.0.0/16')] };
  const answer = findPath(routers, 'host:a', 'host:b', { layer: 3, now, routing: near });
  expect(along(answer)).toEqual(['host:a host:b']);
  expect(answer.reason).toBe('Both are in 10.1.0.0/16: no router is between them.');
});

test('routes of a ladder of dual stages end with a limit, not with the memory', () => {
  const stages = 20;
  const ladder: RoutingView = {
    ...routing,
    routes: (device) => {
      const stage = /^n(\d+)$/.exec(device)?.[1];
      if (stage === undefined) return null;
      return Number(stage) === stages
        ? [route('10.2.0.0/16', null, 'lan')]
        : [0, 1].map((side) => route('10.2.0.0/16', `10.${Number(stage) + 1}.0.${side + 1}`, `up${side}`));
    },
    neighbour: (_device, ip) => {
      const [, stage, , side] = ip.split('.');
      const node = ip === '10.2.0.7' ? 'host:b' : `n${stage}`;
      return { node, ifName: `side ${side}`, method: 'arp', confidence: 0.9 };
    },
    gateways: (id) => (id === 'host:a' ? [gateway('n0', '10.1.0.0/16')] : []),
  };
  const answer = findPath(routers, 'host:a', 'host:b', { layer: 3, now, routing: ladder });
  expect(answer.paths).toHaveLength(16);
  expect(answer.reason).toContain('More than 16 ways of equal cost');
});

test('equal cost is the same protocol with the same metric', () => {
  const all = [
    route('10.1.0.0/16', '10.0.0.1', 'a', { protocol: 'ospf', metric: 20 }),
    route('10.1.0.0/16', '10.0.0.2', 'b', { protocol: 'ospf', metric: 20 }),
    route('10.1.0.0/16', '10.0.0.3', 'c', { protocol: 'ospf', metric: 30 }),
    route('10.1.0.0/16', '10.0.0.4', 'd', { protocol: 'rip', metric: 1 }),
  ];
  expect(bestRoutes(all, parseIp('10.1.2.3')).map((one) => one.ifName)).toEqual(['a', 'b']);
});

test('the longest match is the longest of all that match, for any tables', () => {
  const anyRoute = fc.record({
    octets: fc.tuple(fc.nat(3), fc.nat(3), fc.nat(255), fc.nat(255)),
    prefixLength: fc.integer({ min: 0, max: 32 }),
  });
  const toInt = (octets: readonly number[]) => octets.reduce((sum, octet) => sum * 256 + octet, 0);
  fc.assert(
    fc.property(fc.array(anyRoute, { maxLength: 30 }), anyRoute, (rows, { octets }) => {
      const target = parseIp(octets.join('.'));
      const entries = rows.map((row, i) => route(`${row.octets.join('.')}/${row.prefixLength}`, null, String(i)));
      const matching = rows.filter(
        (row) =>
          Math.floor(toInt(row.octets) / 2 ** (32 - row.prefixLength)) ===
          Math.floor(toInt(octets) / 2 ** (32 - row.prefixLength)),
      );
      const length = Math.max(-1, ...matching.map(({ prefixLength }) => prefixLength));
      const found = longestMatch(entries, target);
      expect(found).toHaveLength(matching.filter(({ prefixLength }) => prefixLength === length).length);
      expect(found.every(({ prefixLength }) => prefixLength === length)).toBe(true);
    }),
  );
});

test.each<[string, string[]]>([
  ['10.1.2.3', ['b', 'c']],
  ['10.1.9.9', ['b', 'c']],
  ['10.9.0.1', ['a']],
  ['192.0.2.1', ['z']],
])('the longest prefix for %s', (ip, names) => {
  const all = [
    route('0.0.0.0/0', null, 'z'),
    route('10.0.0.0/8', null, 'a'),
    route('10.1.0.0/20', null, 'b'),
    route('10.1.0.0/20', null, 'c'),
  ];
  expect(longestMatch(all, parseIp(ip)).map((one) => one.ifName)).toEqual(names);
});
