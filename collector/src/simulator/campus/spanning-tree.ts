import { portKey, type Device, type Plan, type PortRef } from './network.js';

/** Cables between the same two logical ports: one plain cable, or an aggregate. */
export interface LogicalLink {
  readonly id: string;
  readonly a: PortRef;
  readonly b: PortRef;
  /** Cable ids of the members. */
  readonly cables: readonly string[];
  /** [physical ifIndex at a, at b], a pair a cable. */
  readonly members: readonly (readonly [number, number])[];
  readonly isAggregate: boolean;
  readonly routed: boolean;
  readonly up: boolean;
  readonly speedBps: number;
  /** VLANs that both ends forward; none on routed links. A router forwards what its subinterfaces name. */
  readonly vlans: readonly number[];
}

/** One port of the tree as its own bridge sees it (802.1D, 17.19). */
export interface StpPort {
  readonly state: 'forwarding' | 'blocking';
  readonly role: 'root' | 'designated' | 'alternate';
  readonly designatedBridge: string;
  readonly designatedPort: PortRef;
  readonly designatedCost: number;
}

export interface SpanningTree {
  /** By `portKey`; ports without a link are not in it. */
  readonly ports: ReadonlyMap<string, StpPort>;
  /** By device: its root bridge, its cost to it and its root port. */
  readonly bridges: ReadonlyMap<string, { root: string; cost: number; rootPort: PortRef | null }>;
}

export function logicalLinks(plan: Plan): LogicalLink[] {
  const devices = new Map(plan.devices.map((device) => [device.id, device]));
  const groups = new Map<string, { a: PortRef; b: PortRef; cables: Plan['cables'][number][] }>();
  for (const cable of plan.cables) {
    const a = logicalPort(devices, cable.a);
    const b = logicalPort(devices, cable.b);
    const key = `${portKey(a)}=${portKey(b)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { a, b, cables: [cable] });
    else group.cables.push(cable);
  }
  return [...groups].map(([id, { a, b, cables }]) => {
    const [deviceA, deviceB] = [devices.get(a.device) as Device, devices.get(b.device) as Device];
    const first = cables[0];
    const memberSpeed = deviceA.ports.find((port) => port.ifIndex === first?.a.ifIndex)?.speedBps ?? 0;
    const routed = first?.routed ?? false;
    return {
      id,
      a,
      b,
      cables: cables.map((cable) => cable.id),
      members: cables.map((cable) => [cable.a.ifIndex, cable.b.ifIndex] as const),
      isAggregate: first !== undefined && first.a.ifIndex !== a.ifIndex,
      routed,
      up: cables.some((cable) => cable.up),
      speedBps: memberSpeed * Math.max(1, cables.filter((cable) => cable.up).length),
      vlans: routed ? [] : vlansOf(deviceA).filter((vlan) => vlansOf(deviceB).includes(vlan)),
    };
  });
}

const vlansOf = (device: Device): readonly number[] =>
  device.role === 'router' ? device.ports.flatMap((port) => (port.vlan === null ? [] : [port.vlan])) : device.vlans;

function logicalPort(devices: ReadonlyMap<string, Device>, ref: PortRef): PortRef {
  const port = devices.get(ref.device)?.ports.find((candidate) => candidate.ifIndex === ref.ifIndex);
  return port?.aggregate == null ? ref : { device: ref.device, ifIndex: port.aggregate };
}

/** Long path costs (802.1D-2004, table 17-3). */
const costOf = (link: LogicalLink): number => Math.max(1, Math.round(2e13 / link.speedBps));

interface End {
  readonly own: PortRef;
  readonly far: PortRef;
  readonly link: LogicalLink;
}

/**
 * The rapid spanning tree over the links of the switches that are up. The lower links of the second half of an MLAG
 * pair stay out of it: they forward without being part of the tree.
 */
export function spanTree(plan: Plan, links: readonly LogicalLink[]): SpanningTree {
  const switches = plan.devices.filter((device) => device.role !== 'router');
  const byId = new Map(switches.map((device) => [device.id, device]));
  const ends = new Map<string, End[]>(switches.map((device) => [device.id, []]));
  for (const link of links) {
    if (!link.up || link.routed || !byId.has(link.a.device) || !byId.has(link.b.device)) continue;
    if (isSecondHalf(byId, link)) continue;
    ends.get(link.a.device)?.push({ own: link.a, far: link.b, link });
    ends.get(link.b.device)?.push({ own: link.b, far: link.a, link });
  }
  const rank = new Map(
    [...switches]
      .sort((x, y) => x.priority - y.priority || (x.mac < y.mac ? -1 : 1))
      .map((device, order) => [device.id, order]),
  );
  const bridges = new Map<string, { root: string; cost: number; rootPort: PortRef | null }>();
  for (const root of [...rank.keys()]) {
    if (!bridges.has(root)) reachFrom(root, ends, rank, bridges);
  }
  return { bridges, ports: portRoles(links, ends, rank, bridges) };
}

/** True for the links of an MLAG aggregate that end at the half with the higher id. */
export function isSecondHalf(devices: ReadonlyMap<string, Device>, link: LogicalLink): boolean {
  const [a, b] = [devices.get(link.a.device), devices.get(link.b.device)];
  const isHalf = (own: Device | undefined, other: Device | undefined): boolean =>
    own?.mlagPeer != null && own.id > own.mlagPeer && other?.id !== own.mlagPeer && other?.role === 'access';
  return link.isAggregate && (isHalf(a, b) || isHalf(b, a)) && link.members.length === 1;
}

/** Dijkstra from one root; ties by the sender's bridge, then its port, then the own port. */
function reachFrom(
  root: string,
  ends: ReadonlyMap<string, readonly End[]>,
  rank: ReadonlyMap<string, number>,
  bridges: Map<string, { root: string; cost: number; rootPort: PortRef | null }>,
): void {
  bridges.set(root, { root, cost: 0, rootPort: null });
  const open: { device: string; cost: number; via: End }[] = [];
  const push = (device: string, cost: number): void => {
    for (const end of ends.get(device) ?? []) {
      if (!bridges.has(end.far.device)) open.push({ device: end.far.device, cost: cost + costOf(end.link), via: end });
    }
  };
  const order = (x: (typeof open)[number], y: (typeof open)[number]): number =>
    x.cost - y.cost ||
    (rank.get(x.via.own.device) ?? 0) - (rank.get(y.via.own.device) ?? 0) ||
    x.via.own.ifIndex - y.via.own.ifIndex ||
    x.via.far.ifIndex - y.via.far.ifIndex;
  push(root, 0);
  while (open.length > 0) {
    open.sort(order);
    const next = open.shift();
    if (next === undefined || bridges.has(next.device)) continue;
    bridges.set(next.device, { root, cost: next.cost, rootPort: next.via.far });
    push(next.device, next.cost);
  }
}

function portRoles(
  links: readonly LogicalLink[],
  ends: ReadonlyMap<string, readonly End[]>,
  rank: ReadonlyMap<string, number>,
  bridges: ReadonlyMap<string, { root: string; cost: number; rootPort: PortRef | null }>,
): Map<string, StpPort> {
  const ports = new Map<string, StpPort>();
  const inTree = new Set([...ends.values()].flatMap((list) => list.map((end) => end.link)));
  for (const link of links) {
    if (!inTree.has(link)) continue;
    const [a, b] = [bridges.get(link.a.device), bridges.get(link.b.device)];
    if (a === undefined || b === undefined) continue;
    const aFirst =
      a.cost - b.cost ||
      (rank.get(link.a.device) ?? 0) - (rank.get(link.b.device) ?? 0) ||
      link.a.ifIndex - link.b.ifIndex;
    const [upper, lower] = aFirst <= 0 ? [link.a, link.b] : [link.b, link.a];
    const common = {
      designatedBridge: upper.device,
      designatedPort: upper,
      designatedCost: bridges.get(upper.device)?.cost ?? 0,
    };
    ports.set(portKey(upper), { state: 'forwarding', role: 'designated', ...common });
    const rootPort = bridges.get(lower.device)?.rootPort;
    const isRootPort = rootPort !== undefined && rootPort !== null && portKey(rootPort) === portKey(lower);
    ports.set(
      portKey(lower),
      isRootPort
        ? { state: 'forwarding', role: 'root', ...common }
        : { state: 'blocking', role: 'alternate', ...common },
    );
  }
  return ports;
}
