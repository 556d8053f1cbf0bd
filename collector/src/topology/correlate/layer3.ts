import { ipToBytes, tryParseIp } from '../../lib/ip.js';
import type { RoutingFact } from '../facts.js';
import { isInternalInterface } from '../identity.js';
import { compareText, proof, type LinkDraft, type LinkDrafts, type Proof, type Sentence } from './drafts.js';
import type { InferenceWarning } from './inference.js';
import type { DeviceView, World } from './world.js';

interface Prefix {
  readonly ifIndex: number;
  readonly ip: string;
  readonly length: number;
  /** First `length` bits of the address. */
  readonly bits: string;
}

/** All bits of an address with its family before them: what begins like a network's is in it. */
const allBitsOf = (ip: string): string => {
  const parsed = tryParseIp(ip);
  if (parsed === undefined) return '';
  const bits = [...ipToBytes(parsed)].map((octet) => octet.toString(2).padStart(8, '0')).join('');
  return `${bits.length === 32 ? 4 : 6}:${bits}`;
};
const bitsOf = (ip: string, length: number): string => allBitsOf(ip).slice(0, 2 + length);

/** Networks on the interfaces of a device; internal and host addresses are none. */
function prefixesOf(device: DeviceView): Prefix[] {
  const prefixes: Prefix[] = [];
  for (const fact of device.facts.interfaces) {
    if (isInternalInterface(fact) || fact.ifType === 24) continue;
    for (const { ip, prefixLength } of fact.addresses) {
      if (prefixLength === null || prefixLength === 0 || ip.startsWith('127.') || prefixLength === 32) continue;
      const bits = bitsOf(ip, prefixLength);
      if (bits !== '') prefixes.push({ ifIndex: fact.ifIndex, ip, length: prefixLength, bits });
    }
  }
  return prefixes;
}

/** The interface whose network holds the address, by longest prefix; undefined when none or several do. */
function interfaceTowards(prefixes: readonly Prefix[], ip: string): Prefix | undefined {
  const bits = allBitsOf(ip);
  const holding = prefixes.filter((prefix) => bits.startsWith(prefix.bits));
  const longest = Math.max(0, ...holding.map((prefix) => prefix.length));
  const best = holding.filter((prefix) => prefix.length === longest);
  return new Set(best.map((prefix) => prefix.ifIndex)).size === 1 ? best[0] : undefined;
}

export interface Adjacency {
  readonly from: string;
  readonly fromIfIndex: number | null;
  readonly to: string;
  readonly toIfIndex: number | null;
  readonly proof: Proof;
  /** The network both stand in, where known. */
  readonly subnet: string | null;
}

/** A network with three or more routers: a segment of layer 3, not a mesh (R15). */
export interface Layer3Segment {
  readonly subnet: string;
  readonly ports: readonly { readonly device: string; readonly ifIndex: number }[];
  readonly proofs: readonly Proof[];
}

/** Neighbours that routing names and nobody polls. */
export interface RoutedExternal {
  readonly id: string;
  readonly ip: string | null;
}

const TABLES = {
  ospf: ['ospfNbrTable', 'ospfv3NbrTable'],
  isis: ['isisISAdjTable', 'ciiISAdjTable'],
  bgp: ['bgpPeerTable', 'cbgpPeer2Table'],
} as const;

/** What the tables of one device say of its neighbours in layer 3. */
export interface Layer3Claims {
  readonly routed: readonly Adjacency[];
  readonly arp: readonly Adjacency[];
  readonly externals: readonly RoutedExternal[];
  readonly warnings: readonly InferenceWarning[];
}

/** Networks of all devices, and who answers to which IS-IS system id. */
export interface Layer3Index {
  readonly prefixes: ReadonlyMap<string, readonly Prefix[]>;
  readonly systems: ReadonlyMap<string, readonly DeviceView[]>;
}

export function indexLayer3(world: World): Layer3Index {
  const systems = new Map<string, DeviceView[]>();
  for (const device of world.devices) {
    const own = new Set(
      device.facts.routing.flatMap((row) => (row.protocol === 'isis' && row.localSystemId ? [row.localSystemId] : [])),
    );
    for (const id of own) systems.set(id, [...(systems.get(id) ?? []), device]);
  }
  return { prefixes: new Map(world.devices.map((device) => [device.id, prefixesOf(device)])), systems };
}

export function claimLayer3(from: World, index: Layer3Index, device: DeviceView): Layer3Claims {
  const world = from.unwarned();
  const externals = new Map<string, RoutedExternal>();
  const routed: Adjacency[] = [];
  for (const fact of device.facts.routing) {
    if (!fact.up) continue;
    const found =
      fact.protocol === 'isis'
        ? isisAdjacency(world, device, fact, index)
        : ipAdjacency(world, device, fact, index.prefixes, externals);
    if (found) routed.push(found);
  }
  const arp = arpAdjacencies(world, device, index.prefixes);
  return { routed, arp, externals: [...externals.values()], warnings: world.warnings };
}

/** All adjacencies of layer 3: routing protocols, then ARP between interfaces of polled devices (R15, R20). */
export function linkLayer3(
  world: World,
  { prefixes }: Layer3Index,
  claims: readonly Layer3Claims[],
  drafts: LinkDrafts,
): { segments: Layer3Segment[]; externals: RoutedExternal[] } {
  const routed = completeFromPeers(claims.flatMap((one) => one.routed));
  const arp = claims.flatMap((one) => one.arp);
  const { segments, links } = splitBySubnet(world, prefixes, [...routed, ...arp]);
  for (const link of links) {
    const cable = link.proof.method === 'arp' ? cableUnder(world, drafts, link) : undefined;
    if (cable) {
      cable.proofs.push(link.proof);
      continue;
    }
    drafts.add(
      { device: link.from, ifIndex: link.fromIfIndex, label: null },
      { device: link.to, ifIndex: link.toIfIndex, label: null },
      3,
      link.proof,
    );
  }
  const externals = new Map(claims.flatMap((one) => one.externals.map((external) => [external.id, external] as const)));
  return { segments, externals: [...externals.values()].sort((a, b) => compareText(a.id, b.id)) };
}

function sentence(device: DeviceView, fact: RoutingFact, ifIndex: number | null, neighbour: string): Sentence {
  const tables = TABLES[fact.protocol];
  const table = tables.find((name) => (device.facts.tables[name]?.rows ?? 0) > 0) ?? tables[0];
  return {
    device: device.id,
    table,
    text: `${fact.protocol.toUpperCase()} neighbour ${neighbour} on ${device.label(ifIndex) ?? 'an unknown interface'} (state ${fact.state ?? '?'})`,
    readFrom: tables,
  };
}

/** OSPF and BGP name the neighbour by address: the interface that owns it, if one device alone does. */
function ipAdjacency(
  world: World,
  device: DeviceView,
  fact: Exclude<RoutingFact, { protocol: 'isis' }>,
  prefixes: ReadonlyMap<string, readonly Prefix[]>,
  externals: Map<string, RoutedExternal>,
): Adjacency | undefined {
  const ip = fact.neighbourIp;
  const near = ip === null ? undefined : interfaceTowards(prefixes.get(device.id) ?? [], ip);
  const explicit =
    fact.protocol === 'ospf' ? fact.ifIndex : fact.localIp === null ? null : ownInterface(world, device, fact.localIp);
  const fromIfIndex = explicit ?? near?.ifIndex ?? null;
  const owner = ip === null ? undefined : world.identities.ownerOfIp(ip);
  if (owner?.device === device.id) return undefined;
  const evidence = sentence(device, fact, fromIfIndex, ip ?? fact.neighbourRouterId ?? '?');
  const said = proof(fact.protocol, device.id, 'routing', [evidence]);
  const subnet = near === undefined ? null : near.bits;
  if (owner && macSpeaksAgainst(world, device, ip as string, owner.device)) {
    const text = `${ip ?? ''} is an address of ${owner.device}, but ARP of ${device.id} knows it with another MAC`;
    world.warn('address-overlap', device.id, text);
    return undefined;
  }
  if (owner) return { from: device.id, fromIfIndex, to: owner.device, toIfIndex: owner.ifIndex, proof: said, subnet };
  // BGP sessions to unpolled peers are providers and route reflectors: no node for each of a full table's peers.
  if (fact.protocol === 'bgp' || ip === null) return undefined;
  const id = `ext:${fact.neighbourRouterId ?? ip}`;
  externals.set(id, { id, ip });
  return { from: device.id, fromIfIndex, to: id, toIfIndex: null, proof: said, subnet };
}

const ownInterface = (world: World, device: DeviceView, ip: string): number | null => {
  const owner = world.identities.ownerOfIp(ip);
  return owner?.device === device.id ? owner.ifIndex : null;
};

/** The device's own ARP table knows the address with a MAC that the supposed owner does not have. */
function macSpeaksAgainst(world: World, device: DeviceView, ip: string, owner: string): boolean {
  const rows = device.facts.arp.filter((row) => row.ip === ip);
  const macs = world.identities.macsOf(owner);
  return rows.length > 0 && macs.size > 0 && !rows.some((row) => macs.has(row.mac));
}

function isisAdjacency(
  world: World,
  device: DeviceView,
  fact: Extract<RoutingFact, { protocol: 'isis' }>,
  { prefixes, systems }: Layer3Index,
): Adjacency | undefined {
  const peers = systems.get(fact.neighbourSystemId ?? '') ?? [];
  const [peer] = peers;
  if (peers.length !== 1 || !peer || peer === device) return undefined;
  const byAddress = fact.neighbourIps
    .map((ip) => interfaceTowards(prefixes.get(device.id) ?? [], ip))
    .find((prefix) => prefix !== undefined);
  const fromIfIndex = fact.ifIndex ?? byAddress?.ifIndex ?? null;
  const ownIp = fact.neighbourIps.map((ip) => world.identities.ownerOfIp(ip)).find((ref) => ref?.device === peer.id);
  const toIfIndex = ownIp?.ifIndex ?? farCircuit(device, peer, fact, fromIfIndex);
  const evidence = sentence(device, fact, fromIfIndex, fact.neighbourSystemId ?? '?');
  const subnet = byAddress?.bits ?? null;
  return {
    from: device.id,
    fromIfIndex,
    to: peer.id,
    toIfIndex,
    proof: proof('isis', device.id, 'routing', [evidence]),
    subnet,
  };
}

/** The peer's circuit towards us: the only one, or the one whose interface has the SNPA that we see. */
function farCircuit(
  device: DeviceView,
  peer: DeviceView,
  fact: Extract<RoutingFact, { protocol: 'isis' }>,
  fromIfIndex: number | null,
): number | null {
  const own = fact.localSystemId;
  const back = peer.facts.routing.filter(
    (row) => row.protocol === 'isis' && row.up && row.neighbourSystemId === own && row.ifIndex !== null,
  ) as Extract<RoutingFact, { protocol: 'isis' }>[];
  const ownMac = fromIfIndex === null ? null : (device.interfaces.get(fromIfIndex)?.mac ?? null);
  const fitting = back.filter(
    (row) =>
      (fact.neighbourSnpa === null || peer.interfaces.get(row.ifIndex ?? -1)?.mac === fact.neighbourSnpa) &&
      (row.neighbourSnpa === null || ownMac === null || row.neighbourSnpa === ownMac),
  );
  const candidates = new Set((fitting.length > 0 ? fitting : back).map((row) => row.ifIndex as number));
  return candidates.size === 1 ? ([...candidates][0] ?? null) : null;
}

/** An end that one side lacks is taken from the other side's row about the same adjacency. */
function completeFromPeers(adjacencies: readonly Adjacency[]): Adjacency[] {
  return adjacencies.map((one) => {
    if (one.fromIfIndex !== null && one.toIfIndex !== null) return one;
    const back = adjacencies.filter(
      (other) =>
        other.from === one.to &&
        other.to === one.from &&
        other.proof.method === one.proof.method &&
        (one.fromIfIndex === null || other.toIfIndex === null || other.toIfIndex === one.fromIfIndex) &&
        (one.toIfIndex === null || other.fromIfIndex === null || other.fromIfIndex === one.toIfIndex),
    );
    const [other] = back;
    if (back.length !== 1 || !other) return one;
    return { ...one, fromIfIndex: one.fromIfIndex ?? other.toIfIndex, toIfIndex: one.toIfIndex ?? other.fromIfIndex };
  });
}

/** R20: the address and the MAC of a row are those of one interface of another polled device. */
function arpAdjacencies(
  world: World,
  device: DeviceView,
  prefixes: ReadonlyMap<string, readonly Prefix[]>,
): Adjacency[] {
  const found: Adjacency[] = [];
  for (const row of device.facts.arp) {
    const owner = world.identities.ownerOfIp(row.ip);
    if (!owner || owner.device === device.id) continue;
    const far = world.byId.get(owner.device);
    const nearFact = device.interfaces.get(row.ifIndex);
    if (!far || !nearFact || isInternalInterface(nearFact)) continue;
    if (far.interfaces.get(owner.ifIndex)?.mac !== row.mac) continue;
    const near = interfaceTowards(prefixes.get(device.id) ?? [], row.ip);
    if (near && near.ifIndex !== row.ifIndex) continue;
    const evidence: Sentence = {
      device: device.id,
      table: 'ipNetToMediaTable',
      text: `${row.ip} is at ${row.mac} on ${device.label(row.ifIndex) ?? row.ifIndex}: ${far.label(owner.ifIndex) ?? owner.ifIndex} of ${far.id}`,
      readFrom: ['ipNetToMediaTable', 'ipNetToPhysicalTable'],
    };
    found.push({
      from: device.id,
      fromIfIndex: row.ifIndex,
      to: far.id,
      toIfIndex: owner.ifIndex,
      proof: proof('arp', device.id, 'arp', [evidence]),
      subnet: near?.bits ?? null,
    });
  }
  return found;
}

/** Polled devices of one site that have an address in the network. */
function owners(world: World, prefixes: ReadonlyMap<string, readonly Prefix[]>): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const device of world.devices) {
    for (const { bits } of prefixes.get(device.id) ?? []) {
      const key = `${device.facts.site ?? ''} ${bits}`;
      found.set(key, (found.get(key) ?? new Set()).add(device.id));
    }
  }
  return found;
}

function splitBySubnet(
  world: World,
  prefixes: ReadonlyMap<string, readonly Prefix[]>,
  adjacencies: readonly Adjacency[],
): { segments: Layer3Segment[]; links: Adjacency[] } {
  const ownersOf = owners(world, prefixes);
  const bySubnet = new Map<string, Adjacency[]>();
  const links: Adjacency[] = [];
  for (const one of adjacencies) {
    const members = one.subnet === null ? undefined : bySubnet.get(one.subnet);
    if (one.subnet === null || one.proof.method === 'bgp') links.push(one);
    else if (members) members.push(one);
    else bySubnet.set(one.subnet, [one]);
  }
  const segments: Layer3Segment[] = [];
  for (const [subnet, members] of bySubnet) {
    const devices = new Set(members.flatMap((one) => [one.from, one.to]));
    const site = world.byId.get((members[0] as Adjacency).from)?.facts.site ?? '';
    if (devices.size < 3 && (ownersOf.get(`${site} ${subnet}`)?.size ?? 0) < 3) {
      links.push(...members);
      continue;
    }
    const ports = new Map<string, { device: string; ifIndex: number }>();
    for (const one of members) {
      for (const [device, ifIndex] of [
        [one.from, one.fromIfIndex],
        [one.to, one.toIfIndex],
      ] as const) {
        if (ifIndex !== null) ports.set(`${device}|${ifIndex}`, { device, ifIndex });
      }
    }
    segments.push({
      subnet,
      ports: [...ports.values()].sort((a, b) => compareText(a.device, b.device) || a.ifIndex - b.ifIndex),
      proofs: members.map((one) => one.proof),
    });
  }
  return { segments: segments.sort((a, b) => compareText(a.subnet, b.subnet)), links };
}

/**
 * ARP between devices that a cable joins already, over its ports, their logical units, or VLAN interfaces above: the
 * cable explains it, and it is one more proof of the cable. A second line on the map would help nobody.
 */
function cableUnder(world: World, drafts: LinkDrafts, link: Adjacency): LinkDraft | undefined {
  const ends: [string, number | null][] = [
    [link.from, link.fromIfIndex],
    [link.to, link.toIfIndex],
  ];
  return drafts.between(link.from, link.to).find(
    (draft) =>
      draft.layer === 2 &&
      ends.every(([id, ifIndex]) => {
        const device = world.byId.get(id);
        if (ifIndex === null || device === undefined || device.isVirtual(ifIndex)) return true;
        const port = draft.a.device === id ? draft.a.ifIndex : draft.b.ifIndex;
        return port === null || port === device.logical(device.physical(ifIndex)) || port === device.physical(ifIndex);
      }),
  );
}
