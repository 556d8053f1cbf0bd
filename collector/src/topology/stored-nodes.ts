import type { Inference, InferredDevice, InferredHost } from './correlate/inference.js';
import type { StoredNode } from './edge-store.js';
import type { EdgeInterval } from './edges.js';

/** The nodes that inference made, beside the devices of the inventory, with what people are shown of them. */
export function nodesOf(
  inference: Inference,
  edges: readonly EdgeInterval[],
  siteOfDevice: (device: string) => string | null,
): StoredNode[] {
  const nodes = new Map<string, StoredNode>();
  const polled = new Set(inference.devices.filter((device) => device.polled).map(({ id }) => id));
  const add = (node: StoredNode) => {
    if (!polled.has(node.id)) nodes.set(node.id, node);
  };
  for (const device of inference.devices) {
    if (!device.polled) add(external(device));
  }
  for (const segment of inference.segments) {
    const [first] = segment.ports;
    add({
      id: segment.id,
      kind: 'segment',
      title: first
        ? `Shared medium at ${first.device} ${first.ifName ?? `port ${first.bridgePort ?? '?'}`}`
        : segment.id,
      role: null,
      site: first ? siteOfDevice(first.device) : null,
      address: null,
      ips: [],
      macs: segment.macs,
    });
  }
  for (const host of inference.hosts) add(hostNode(host, host.device === null ? null : siteOfDevice(host.device)));
  // An edge whose end is no node would be no edge to anybody: ends that outlived their inference keep a bare node.
  for (const edge of edges) {
    if (edge.closedAt !== null) continue;
    for (const { node } of [edge.a, edge.b]) {
      if (!nodes.has(node) && siteOfDevice(node) === null) add(bare(node, edge, siteOfDevice(edge.a.node)));
    }
  }
  return [...nodes.values()];
}

/** An inference shares its hosts with the one before it; so do the nodes, and the same object needs no comparing. */
const hostNodes = new WeakMap<InferredHost, StoredNode>();

function hostNode(host: InferredHost, site: string | null): StoredNode {
  const known = hostNodes.get(host);
  if (known?.site === site) return known;
  const node: StoredNode = {
    id: `host:${host.mac}`,
    kind: 'host',
    title: host.ips[0] ?? host.mac,
    role: null,
    site,
    address: host.ips[0] ?? null,
    ips: host.ips,
    macs: [host.mac],
  };
  hostNodes.set(host, node);
  return node;
}

const external = (device: InferredDevice): StoredNode => ({
  id: device.id,
  kind: 'external',
  title: device.sysName ?? device.ips[0] ?? device.macs[0] ?? device.id,
  role: device.capabilities[0] ?? null,
  site: device.site,
  address: device.ips[0] ?? null,
  ips: device.ips,
  macs: device.macs,
});

/** A host whose forwarding row has aged stands, under its name, where its switch does. */
function bare(id: string, edge: EdgeInterval, nearSite: string | null): StoredNode {
  const [prefix = '', ...rest] = id.split(':');
  const name = rest.join(':');
  const isHost = prefix === 'host';
  return {
    id,
    kind: isHost ? 'host' : prefix === 'seg' ? 'segment' : 'external',
    title: isHost ? (edge.ips[0] ?? name) : name || id,
    role: null,
    site: isHost ? nearSite : null,
    address: isHost ? (edge.ips[0] ?? null) : null,
    ips: isHost ? edge.ips : [],
    macs: isHost ? [name] : [],
  };
}
