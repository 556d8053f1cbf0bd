import { generateNetwork } from './generate.js';
import { DEMO } from './parameters.js';
import { cutLink } from './events.js';
import { portKey, type Network, type PortRef } from './network.js';
import { stateOf } from './state.js';
import { truthOf } from './truth.js';
import { buildGraph, type GraphEdge, type GraphNode } from '../../topology/graph.js';
import { computeImpact } from '../../topology/impact.js';
import { findPath, type ForwardingView } from '../../topology/path.js';

const now = new Date('2026-01-01T00:00:00Z');
const demo = generateNetwork(DEMO);

function graphOf(network: Network) {
  const truth = truthOf(network);
  const devices = truth.devices.map(({ id, site }): GraphNode => ({ id, title: id, kind: 'device', site }));
  const hosts = truth.hosts.map(({ mac }): GraphNode => ({ id: `host:${mac}`, title: mac, kind: 'host', site: null }));
  const common = { layer: 2, confidence: 1, lastSeen: now.toISOString(), state: 'current' } as const;
  const end = (node: string, ifIndex: number | null) => ({ node, ifIndex, ifName: null, operStatus: 'up' as const });
  const links = truth.links.map(({ a, b, blocked, members, vlans }, i): GraphEdge => ({
    ...common,
    id: `link ${i}`,
    a: end(a.device, a.ifIndex),
    b: end(b.device, b.ifIndex),
    method: 'lldp',
    blocked,
    members: members.map(([x, y]) => [x, y]),
    vlans: [...vlans],
  }));
  const placements = truth.hosts.map(({ mac, device, ifIndex, vlans }): GraphEdge => ({
    ...common,
    id: `host ${mac}`,
    a: end(`host:${mac}`, null),
    b: end(device, ifIndex),
    method: 'arp',
    blocked: null,
    members: [],
    vlans: [...vlans],
  }));
  return buildGraph([...devices, ...hosts], [...links, ...placements]);
}

function tablesOf(network: Network): ForwardingView {
  const { forwarding } = stateOf(network.plan);
  return {
    port: (device, vlan, mac) => [...(forwarding.get(device)?.get(vlan) ?? [])].find(([known]) => known === mac)?.[1],
    macs: (node) => [node.replace(/^host:/, '')],
    vlans: (device) => [...(forwarding.get(device)?.keys() ?? [])],
  };
}

/** Pairs of broadcasting hosts of one VLAN and site on different switches. */
function pairsOf(network: Network): [string, string][] {
  const sites = new Map(network.plan.devices.map(({ id, site }) => [id, site]));
  const hosts = network.plan.stations.filter(({ kind, talk }) => kind === 'host' && talk === 'broadcast');
  return hosts.flatMap((a, i) => {
    const b = hosts
      .slice(i + 1)
      .find(
        ({ vlan, at }) =>
          vlan === a.vlan && at.device !== a.at.device && sites.get(at.device) === sites.get(a.at.device),
      );
    return b === undefined ? [] : [[`host:${a.mac}`, `host:${b.mac}`] as [string, string]];
  });
}

/** The active uplink of a switch that has a blocked one beside it. */
function redundantUplink(network: Network): string {
  const { links, tree } = stateOf(network.plan);
  const isRoot = (ref: PortRef): boolean => tree.ports.get(portKey(ref))?.role === 'root';
  const blocked = truthOf(network).links.find((link) => link.blocked && link.a.device.includes('access'));
  const uplink = links.find(({ a, b }) => [a, b].some((end) => end.device === blocked?.a.device && isRoot(end)));
  return uplink?.id ?? '';
}

test.each([
  ['as built', demo],
  ['with an uplink cut', cutLink(demo, redundantUplink(demo))],
])('frames between hosts take the active tree, campus %s', (_name, network) => {
  const graph = graphOf(network);
  const forwarding = tablesOf(network);
  const { tree } = stateOf(network.plan);
  const pairs = pairsOf(network);
  expect(pairs.length).toBeGreaterThan(10);
  for (const [from, to] of pairs) {
    const byTables = findPath(graph, from, to, { layer: 2, now, forwarding }).paths[0];
    const byTree = findPath(graph, from, to, { layer: 2, now }).paths[0];
    expect([byTables?.basis, byTree?.basis]).toEqual(['forwarding', 'spanning-tree']);
    // a tree has one way only, so both must tell the same
    expect(byTables?.hops).toEqual(byTree?.hops);
    for (const hop of byTables?.hops ?? []) {
      const edge = graph.edges.find(({ id }) => id === hop.edge);
      if (edge === undefined || edge.method !== 'lldp') continue;
      const ends = [edge.a, edge.b].map(({ node, ifIndex }) => portKey({ device: node, ifIndex: ifIndex ?? 0 }));
      expect(ends.map((end) => tree.ports.get(end)?.state)).toEqual(['forwarding', 'forwarding']);
    }
  }
});

test('a dual-homed access switch survives its uplink, its hosts do not survive it', () => {
  const graph = graphOf(demo);
  const truth = truthOf(demo);
  const lower = truth.links.find((link) => link.blocked && link.a.device.includes('access'))?.a.device ?? '';
  const active = truth.links.findIndex(
    ({ a, b, blocked }) => !blocked && a.device === lower && !b.device.includes('access'),
  );
  const anchors = demo.plan.devices.filter(({ role }) => role === 'core').map(({ id }) => id);
  const cut = computeImpact(graph, { kind: 'edge', edge: `link ${active}` }, { anchors });
  expect(cut?.impacted).toEqual([]);
  expect(cut?.atRisk.map(({ id }) => id)).toContain(lower);
  const lost = computeImpact(graph, { kind: 'node', node: lower }, { anchors })?.impacted.map(({ id }) => id);
  for (const { mac, device } of truth.hosts) if (device === lower) expect(lost).toContain(`host:${mac}`);
});
