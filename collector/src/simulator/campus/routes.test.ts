import { recordingReader } from '../../snmp/recording-reader.js';
import { infer } from '../../topology/correlate/infer.js';
import type { DeviceFacts } from '../../topology/facts.js';
import { buildGraph, type GraphEdge, type GraphNode } from '../../topology/graph.js';
import { findPath } from '../../topology/path.js';
import { pollDevice } from '../../topology/poll.js';
import { routingView } from '../../topology/routing-view.js';
import { contextsOf, instancesOf } from './agent.js';
import { generateNetwork } from './generate.js';
import type { Device, Network, Station } from './network.js';
import { DEMO, type Parameters } from './parameters.js';
import { truthOf } from './truth.js';

const now = new Date('2026-01-01T00:00:00Z');

async function pollAll(network: Network): Promise<Map<string, DeviceFacts>> {
  const facts = new Map<string, DeviceFacts>();
  for (const { id, site } of network.plan.devices) {
    const contexts = new Map(contextsOf(network, id).map((vlan) => [vlan, instancesOf(network, id, vlan)]));
    const reader = recordingReader({ instances: instancesOf(network, id), contexts, now: () => now });
    facts.set(id, await pollDevice(id, reader, { now: () => now, site }));
  }
  return facts;
}

/** The layer 3 links that inference finds, and every node that may be asked for. */
function graphOf(network: Network, facts: ReadonlyMap<string, DeviceFacts>) {
  const nodes = [
    ...network.plan.devices.map(({ id, site }): GraphNode => ({ id, title: id, kind: 'device', site })),
    ...network.plan.stations.map(({ mac }): GraphNode => ({ id: `host:${mac}`, title: mac, kind: 'host', site: null })),
  ];
  const edges = infer([...facts.values()])
    .links.filter(({ layer }) => layer === 3)
    .map(({ a, b, ...link }, i): GraphEdge => {
      const end = ({ device, ifIndex, ifName }: typeof a) => ({
        node: device,
        ifIndex,
        ifName,
        operStatus: 'up' as const,
      });
      const { layer, method, confidence, blocked } = link;
      const rest = { layer, method, confidence, blocked, members: [], vlans: [] };
      return { id: `link ${i}`, a: end(a), b: end(b), ...rest, lastSeen: now.toISOString(), state: 'current' };
    });
  return buildGraph(nodes, edges);
}

/** Fewest routed cables from router to router, all of the shortest: what OSPF with equal costs does. */
function shortestWays(network: Network, from: string, to: string): string[] {
  const addresses = new Map(truthOf(network).devices.map(({ id, addresses }) => [id, addresses]));
  const isRouter = ({ role }: Device) => role === 'router';
  const next = new Map(network.plan.devices.filter(isRouter).map(({ id }) => [id, [] as string[]]));
  for (const { a, b, routed, up } of network.plan.cables) {
    if (!routed || !up || !addresses.has(a.device) || !addresses.has(b.device)) continue;
    next.get(a.device)?.push(b.device);
    next.get(b.device)?.push(a.device);
  }
  for (let ways = [[from]]; ways.length > 0;) {
    const arrived = ways.filter((way) => way.at(-1) === to);
    if (arrived.length > 0) return arrived.map((way) => way.join(' ')).sort();
    ways = ways.flatMap((way) =>
      (next.get(way.at(-1) ?? '') ?? []).filter((node) => !way.includes(node)).map((node) => [...way, node]),
    );
  }
  return [];
}

const campus = (more: Partial<Parameters>): Network =>
  generateNetwork({ ...DEMO, sites: 4, distribution: 1, accessPerDistribution: 1, portsPerAccess: [4, 5], ...more });

const hostsOf = (network: Network, site: string): Station[] => {
  const sites = new Map(network.plan.devices.map(({ id, site: of }) => [id, of]));
  return network.plan.stations.filter(
    ({ kind, talk, at, ip }) => kind === 'host' && talk === 'broadcast' && ip !== null && sites.get(at.device) === site,
  );
};

const gatewayOf = (network: Network, site: string): string =>
  network.plan.devices.find((device) => device.site === site && device.role === 'router')?.id ?? '';

test.each<[string, Partial<Parameters>]>([
  ['one router a site', {}],
  ['a VRRP pair a site', { routersPerSite: 2 }],
  ['the same private networks in every site, management apart', { overlappingSubnets: true }],
])(
  'layer 3 ways of a ring of four sites are those of the truth: %s',
  async (_name, parameters) => {
    const network = campus(parameters);
    const facts = await pollAll(network);
    const graph = graphOf(network, facts);
    const routing = routingView(facts);
    const sites = [...new Set(network.plan.devices.map(({ site }) => site))];
    expect(sites).toHaveLength(4);
    let equalCost = 0;
    for (const [i, from] of sites.entries()) {
      for (const to of sites.slice(i + 1)) {
        const [start, end] = [gatewayOf(network, from), gatewayOf(network, to)];
        const ways = shortestWays(network, start, end);
        expect(ways.length).toBeGreaterThan(0);
        const device = network.plan.devices.find(({ site, role }) => site === to && role === 'access')?.id ?? '';
        const targets = [device, ...(parameters.overlappingSubnets ? [] : [`host:${hostsOf(network, to)[0]?.mac}`])];
        const source = `host:${hostsOf(network, from)[0]?.mac}`;
        for (const target of targets) {
          const answer = findPath(graph, source, target, { layer: 3, now, routing });
          const found = answer.paths.map(({ hops }) => hops.map(({ node }) => node).join(' ')).sort();
          expect(found).toEqual(ways.map((way) => `${source} ${way} ${target}`));
          for (const path of answer.paths) {
            expect(path.basis).toBe('routing');
            expect(path.minConfidence).toBeGreaterThanOrEqual(0.6);
            const between = path.hops.slice(1, -2);
            for (const hop of between) expect(hop).toMatchObject({ method: 'ospf', route: { protocol: 'ospf' } });
            for (const hop of path.hops.slice(1, -1)) {
              const names = facts.get(hop.node)?.interfaces.map(({ ifName }) => ifName);
              expect(names).toContain(hop.inPort);
              expect(names).toContain(hop.outPort);
            }
          }
          if (ways.length > 1) equalCost++;
        }
      }
    }
    expect(equalCost).toBeGreaterThan(0);
  },
  60_000,
);

test('hosts whose address exists in two sites are not taken for each other', async () => {
  const network = campus({ overlappingSubnets: true });
  const facts = await pollAll(network);
  const [here = '', there = ''] = [...new Set(network.plan.devices.map(({ site }) => site))];
  const from = hostsOf(network, here)[0];
  const twin = hostsOf(network, there).find(({ vlan }) => vlan !== from?.vlan);
  const answer = findPath(graphOf(network, facts), `host:${from?.mac}`, `host:${twin?.mac}`, {
    layer: 3,
    now,
    routing: routingView(facts),
  });
  // the router of the first site has that network itself: it cannot send there, and the answer must not say that it does
  expect(answer.paths.every(({ basis }) => basis !== 'routing')).toBe(true);
  expect(answer.reason).toMatch(/the address exists more than once|is known to have/);
});

test('two hosts of one VLAN need no router, two of different VLANs the one of their site', async () => {
  const network = campus({});
  const facts = await pollAll(network);
  const graph = graphOf(network, facts);
  const routing = routingView(facts);
  const [site = ''] = network.plan.devices.map((device) => device.site);
  const hosts = hostsOf(network, site);
  const [first] = hosts;
  const near = hosts.find(({ mac, vlan }) => vlan === first?.vlan && mac !== first?.mac);
  const other = hosts.find(({ vlan }) => vlan !== first?.vlan);
  const nodes = (to: Station | undefined) =>
    findPath(graph, `host:${first?.mac}`, `host:${to?.mac}`, { layer: 3, now, routing }).paths.map(({ hops }) =>
      hops.map(({ node }) => node).slice(1, -1),
    );
  expect(nodes(near)).toEqual([[]]);
  expect(nodes(other)).toEqual([[gatewayOf(network, site)]]);
});
