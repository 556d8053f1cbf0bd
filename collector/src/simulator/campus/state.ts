import type { Mac } from '../../lib/mac.js';
import { isSecondHalf, logicalLinks, spanTree, type LogicalLink, type SpanningTree } from './spanning-tree.js';
import { portKey, type Device, type Plan, type PortRef, type Station } from './network.js';

/** MAC → ifIndex of the logical port, a map a VLAN. */
export type ForwardingTable = ReadonlyMap<number, ReadonlyMap<Mac, number>>;

/** What follows from a plan: the active tree, the tables that traffic leaves behind, and the load of the ports. */
export interface State {
  readonly links: readonly LogicalLink[];
  readonly tree: SpanningTree;
  readonly forwarding: ReadonlyMap<string, ForwardingTable>;
  /** Octets per second by `portKey`, physical and logical ports. */
  readonly load: ReadonlyMap<string, { readonly inBps: number; readonly outBps: number }>;
  /** Physical and logical ports with a cable that is up or a host, by `portKey`. */
  readonly up: ReadonlySet<string>;
  /** The far end of each cable that is up, by `portKey` of the physical port. */
  readonly far: ReadonlyMap<string, PortRef>;
}

const states = new WeakMap<Plan, State>();

/** The state of a plan, computed once. */
export function stateOf(plan: Plan): State {
  const known = states.get(plan);
  if (known !== undefined) return known;
  const state = computeState(plan);
  states.set(plan, state);
  return state;
}

type Table = Map<number, Map<Mac, number>>;

function computeState(plan: Plan): State {
  const devices = new Map(plan.devices.map((device) => [device.id, device]));
  const links = logicalLinks(plan);
  const tree = spanTree(plan, links);
  const fabric = new Fabric(devices, links, tree);
  const forwarding = new Map<string, Table>(
    plan.devices.filter((device) => device.role !== 'router').map((device) => [device.id, new Map()]),
  );
  const load = new Map<string, { inBps: number; outBps: number }>();
  const gateways = activeGateways(plan, devices);
  for (const station of plan.stations) {
    const entry = fabric.entry(station.at, station.vlan);
    if (entry === undefined) continue;
    const gateway =
      gateways.get(`${devices.get(station.at.device)?.site}/${station.vlan}`) ?? gateways.get(`/${station.vlan}`);
    const goal = gateway === undefined ? undefined : fabric.entry(gateway.at, station.vlan);
    if (station.before !== null) {
      const old = fabric.entry(station.before, station.vlan);
      if (old !== undefined) learnEverywhere(forwarding, fabric, station, old);
    }
    if (station.talk === 'broadcast') learnEverywhere(forwarding, fabric, station, entry);
    else if (station.talk === 'gateway' && goal !== undefined) learnOnWay(forwarding, fabric, station, entry, goal);
    if (station.talk !== 'silent' && goal !== undefined) addLoad(load, fabric, station, entry, goal);
  }
  mirrorPairs(forwarding, devices, links);
  return { links, tree, forwarding, load: spreadOverMembers(load, links), ...cabling(plan, links) };
}

/** The active gateway of each VLAN and site: the last one that the plan lists (a virtual MAC follows the real ones). */
function activeGateways(plan: Plan, devices: ReadonlyMap<string, Device>): Map<string, Station> {
  const gateways = new Map<string, Station>();
  for (const station of plan.stations) {
    if (station.kind !== 'gateway') continue;
    const isActive = plan.subnets.some((subnet) => subnet.vlan === station.vlan && subnet.gatewayMac === station.mac);
    if (!isActive) continue;
    gateways.set(`${devices.get(station.at.device)?.site}/${station.vlan}`, station);
    gateways.set(`/${station.vlan}`, station);
  }
  return gateways;
}

interface Entry {
  readonly device: string;
  /** Logical ifIndex by which the station's frames enter; 0 for the bridge's own management interface. */
  readonly ifIndex: number;
}

interface Hop {
  readonly device: string;
  readonly inPort: number;
  readonly from: string;
  readonly outPort: number;
  readonly link: LogicalLink;
}

/** Frames through the active tree of each VLAN. */
class Fabric {
  readonly #devices: ReadonlyMap<string, Device>;
  readonly #neighbours = new Map<string, Hop[]>();
  /** Where a router's trunk enters its switch, by the router's `portKey`. */
  readonly #entries = new Map<string, Entry>();
  readonly #reach = new Map<string, readonly Hop[]>();

  constructor(devices: ReadonlyMap<string, Device>, links: readonly LogicalLink[], tree: SpanningTree) {
    this.#devices = devices;
    for (const link of links) {
      if (!link.up || link.routed) continue;
      const [a, b] = [devices.get(link.a.device), devices.get(link.b.device)];
      if (a?.role === 'router') this.#entries.set(portKey(link.a), link.b);
      else if (b?.role === 'router') this.#entries.set(portKey(link.b), link.a);
      else if ([link.a, link.b].every((end) => tree.ports.get(portKey(end))?.state === 'forwarding')) {
        this.#add(link.a, link.b, link);
        this.#add(link.b, link.a, link);
      }
    }
  }

  #add(from: PortRef, to: PortRef, link: LogicalLink): void {
    const list = this.#neighbours.get(from.device) ?? [];
    list.push({ device: to.device, inPort: to.ifIndex, from: from.device, outPort: from.ifIndex, link });
    this.#neighbours.set(from.device, list);
  }

  /** Where the station's frames enter the bridged domain; undefined when they cannot. */
  entry(at: PortRef, vlan: number): Entry | undefined {
    const device = this.#devices.get(at.device);
    const port = device?.ports.find((candidate) => candidate.ifIndex === at.ifIndex);
    if (device === undefined || port === undefined) return undefined;
    if (port.kind === 'svi') return { device: at.device, ifIndex: 0 };
    if (port.kind !== 'subinterface') return at;
    const entry = this.#entries.get(portKey({ device: at.device, ifIndex: port.below ?? 0 }));
    return entry !== undefined && this.#devices.get(entry.device)?.vlans.includes(vlan) === true ? entry : undefined;
  }

  /** Every switch that a broadcast from this one reaches in the VLAN, nearest first. */
  reach(device: string, vlan: number): readonly Hop[] {
    const key = `${device}/${vlan}`;
    const known = this.#reach.get(key);
    if (known !== undefined) return known;
    const seen = new Set([device]);
    const hops: Hop[] = [];
    const queue = [device];
    for (let at = 0; at < queue.length; at++) {
      for (const hop of this.#neighbours.get(queue[at] as string) ?? []) {
        if (seen.has(hop.device) || !hop.link.vlans.includes(vlan)) continue;
        seen.add(hop.device);
        hops.push(hop);
        queue.push(hop.device);
      }
    }
    this.#reach.set(key, hops);
    return hops;
  }

  /** The hops from one switch to another, in order; undefined when the VLAN does not join them. */
  way(from: string, to: string, vlan: number): Hop[] | undefined {
    if (from === to) return [];
    const back = new Map(this.reach(from, vlan).map((hop) => [hop.device, hop]));
    const hops: Hop[] = [];
    for (let at = to; at !== from;) {
      const hop = back.get(at);
      if (hop === undefined) return undefined;
      hops.unshift(hop);
      at = hop.from;
    }
    return hops;
  }
}

function learn(forwarding: ReadonlyMap<string, Table>, device: string, station: Station, ifIndex: number): void {
  const table = forwarding.get(device);
  if (table === undefined || ifIndex === 0) return;
  const known = table.get(station.vlan);
  if (known === undefined) table.set(station.vlan, new Map([[station.mac, ifIndex]]));
  else known.set(station.mac, ifIndex);
}

function learnEverywhere(forwarding: ReadonlyMap<string, Table>, fabric: Fabric, station: Station, entry: Entry): void {
  learn(forwarding, entry.device, station, entry.ifIndex);
  for (const hop of fabric.reach(entry.device, station.vlan)) learn(forwarding, hop.device, station, hop.inPort);
}

function learnOnWay(
  forwarding: ReadonlyMap<string, Table>,
  fabric: Fabric,
  station: Station,
  entry: Entry,
  goal: Entry,
): void {
  learn(forwarding, entry.device, station, entry.ifIndex);
  for (const hop of fabric.way(entry.device, goal.device, station.vlan) ?? []) {
    learn(forwarding, hop.device, station, hop.inPort);
  }
}

/** Hosts receive four times what they send. */
const DOWN_PER_UP = 4;

function addLoad(
  load: Map<string, { inBps: number; outBps: number }>,
  fabric: Fabric,
  station: Station,
  entry: Entry,
  goal: Entry,
): void {
  const add = (device: string, ifIndex: number, inBps: number, outBps: number): void => {
    const key = portKey({ device, ifIndex });
    const sum = load.get(key) ?? { inBps: 0, outBps: 0 };
    load.set(key, { inBps: sum.inBps + inBps, outBps: sum.outBps + outBps });
  };
  const [up, down] = [station.rateBps, station.rateBps * DOWN_PER_UP];
  if (entry.ifIndex !== 0) add(entry.device, entry.ifIndex, up, down);
  for (const hop of fabric.way(entry.device, goal.device, station.vlan) ?? []) {
    add(hop.from, hop.outPort, down, up);
    add(hop.device, hop.inPort, up, down);
  }
  add(goal.device, goal.ifIndex, down, up);
}

/** Members share the load of their aggregate; the far end of a router's trunk sees what the switch's port sees. */
function spreadOverMembers(
  load: ReadonlyMap<string, { inBps: number; outBps: number }>,
  links: readonly LogicalLink[],
): Map<string, { inBps: number; outBps: number }> {
  const all = new Map(load);
  for (const link of links) {
    const [a, b] = [all.get(portKey(link.a)), all.get(portKey(link.b))];
    if (a !== undefined && b === undefined) all.set(portKey(link.b), { inBps: a.outBps, outBps: a.inBps });
    if (b !== undefined && a === undefined) all.set(portKey(link.a), { inBps: b.outBps, outBps: b.inBps });
    if (!link.isAggregate) continue;
    for (const [end, side] of [
      [link.a, 0],
      [link.b, 1],
    ] as const) {
      const sum = all.get(portKey(end));
      if (sum === undefined) continue;
      const count = link.members.length;
      for (const member of link.members) {
        const key = portKey({ device: end.device, ifIndex: member[side] });
        all.set(key, { inBps: sum.inBps / count, outBps: sum.outBps / count });
      }
    }
  }
  return all;
}

/** The halves of an MLAG pair tell each other what they learned: a host behind the shared aggregate is there on both. */
function mirrorPairs(
  forwarding: ReadonlyMap<string, Table>,
  devices: ReadonlyMap<string, Device>,
  links: readonly LogicalLink[],
): void {
  for (const link of links) {
    if (!link.up || !isSecondHalf(devices, link)) continue;
    const [upper, lower] = devices.get(link.a.device)?.mlagPeer != null ? [link.a, link.b] : [link.b, link.a];
    const peer = devices.get(upper.device)?.mlagPeer;
    const twin = links.find(
      (other) =>
        other !== link &&
        other.up &&
        [other.a, other.b].some((end) => portKey(end) === portKey(lower)) &&
        [other.a, other.b].some((end) => end.device === peer),
    );
    if (twin === undefined) continue;
    const twinPort = twin.a.device === peer ? twin.a.ifIndex : twin.b.ifIndex;
    for (const [vlan, table] of forwarding.get(peer as string) ?? []) {
      const own = forwarding.get(upper.device)?.get(vlan);
      for (const [mac, ifIndex] of table)
        if (ifIndex === twinPort && own?.has(mac) === true) own.set(mac, upper.ifIndex);
    }
  }
}

function cabling(plan: Plan, links: readonly LogicalLink[]): Pick<State, 'up' | 'far'> {
  const up = new Set<string>();
  const far = new Map<string, PortRef>();
  for (const cable of plan.cables) {
    if (!cable.up) continue;
    up.add(portKey(cable.a)).add(portKey(cable.b));
    far.set(portKey(cable.a), cable.b).set(portKey(cable.b), cable.a);
  }
  for (const link of links) if (link.up) up.add(portKey(link.a)).add(portKey(link.b));
  for (const station of plan.stations) up.add(portKey(station.at));
  for (const segment of plan.segments) up.add(portKey(segment.at));
  for (const device of plan.devices) {
    for (const port of device.ports) {
      const isVirtual = port.kind === 'svi' || port.kind === 'loopback';
      const isOnUp = port.below !== null && up.has(portKey({ device: device.id, ifIndex: port.below }));
      const key = portKey({ device: device.id, ifIndex: port.ifIndex });
      if (isVirtual || isOnUp) up.add(key);
      else if (port.kind === 'subinterface') up.delete(key);
    }
  }
  return { up, far };
}
