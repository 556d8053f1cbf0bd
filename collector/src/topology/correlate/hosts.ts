import type { BridgeDomain } from './bridges.js';
import { compareText, proof, type LinkDrafts } from './drafts.js';
import type { BridgeTable } from './forwarding.js';
import type { DeviceView, World } from './world.js';

/** Why hosts are not attached to a port. */
export type PortRole = 'access' | 'external-bridge' | 'uplink';

/** One MAC and the port it hangs on. */
export interface Placement {
  readonly mac: string;
  readonly bridge: number;
  readonly port: number;
  /** Other ports that could have been meant. */
  readonly rivals: number;
}

export interface Placements {
  readonly placed: readonly Placement[];
  /** Owned by polled devices: where those are attached. */
  readonly devices: readonly Placement[];
  /** MACs that stand on uplinks only, or on several access ports alike. */
  readonly undecided: number;
}

interface Candidate {
  readonly bridge: number;
  readonly port: number;
}

/** Ports on which each MAC could hang; nearly always one. */
class Candidates {
  readonly #bridge: Int32Array;
  readonly #port: Int32Array;
  readonly #more = new Map<number, Candidate[]>();

  constructor(count: number) {
    this.#bridge = new Int32Array(count).fill(-1);
    this.#port = new Int32Array(count);
  }

  add(mac: number, bridge: number, port: number): void {
    if (this.#bridge[mac] === -1) {
      this.#bridge[mac] = bridge;
      this.#port[mac] = port;
      return;
    }
    const more = this.#more.get(mac);
    if (more) more.push({ bridge, port });
    else this.#more.set(mac, [{ bridge, port }]);
  }

  of(mac: number): Candidate[] | undefined {
    const bridge = this.#bridge[mac] as number;
    if (bridge < 0) return undefined;
    return [{ bridge, port: this.#port[mac] as number }, ...(this.#more.get(mac) ?? [])];
  }
}

/**
 * R5 to R7: a MAC hangs where it was learned on a port that leads to no other bridge. Of several candidates the one
 * towards which the other bridges forward wins, then the one with fewest MACs.
 */
export function placeMacs(domain: BridgeDomain, roleOf: (bridge: number, port: number) => PortRole): Placements {
  const { tables, macTexts, ownerOf } = domain.forwarding;
  const access = new Candidates(macTexts.length);
  const behindExternal = new Candidates(macTexts.length);
  const seen = new Uint8Array(macTexts.length);
  tables.forEach((table, bridge) => {
    const roles = table.ports.map((_port, port) => roleOf(bridge, port));
    for (let row = 0; row < table.macs.length; row++) {
      const port = table.portOfRow[row] as number;
      const mac = table.macs[row] as number;
      seen[mac] = 1;
      if (port < 0 || roles[port] === 'uplink') continue;
      (roles[port] === 'access' ? access : behindExternal).add(mac, bridge, port);
    }
  });
  const placed: Placement[] = [];
  const devices: Placement[] = [];
  let undecided = 0;
  for (let mac = 0; mac < seen.length; mac++) {
    if (seen[mac] === 0) continue;
    const choice = choose(domain, mac, access.of(mac) ?? behindExternal.of(mac) ?? []);
    const text = macTexts[mac] as string;
    if (!choice) undecided += 1;
    else (ownerOf.has(mac) ? devices : placed).push({ mac: text, ...choice });
  }
  const byMac = (a: Placement, b: Placement) => compareText(a.mac, b.mac);
  return { placed: placed.sort(byMac), devices: devices.sort(byMac), undecided };
}

function choose(
  { forwarding, faces }: BridgeDomain,
  mac: number,
  candidates: readonly Candidate[],
): (Candidate & { rivals: number }) | undefined {
  const [only] = candidates;
  if (!only) return undefined;
  if (candidates.length === 1) return { ...only, rivals: 0 };
  const ranked = candidates
    .map((candidate) => {
      let votes = 0;
      for (let z = 0; z < faces.count; z++) {
        if (z === candidate.bridge) continue;
        const port = (forwarding.tables[z] as BridgeTable).portOf(mac);
        if (port >= 0 && faces.towards(z, candidate.bridge) === port) votes += 1;
      }
      const macs = (forwarding.tables[candidate.bridge] as BridgeTable).macCounts[candidate.port] ?? 0;
      return { candidate, votes, macs };
    })
    .sort((a, b) => b.votes - a.votes || a.macs - b.macs);
  const [best, next] = ranked;
  if (!best || !next || (best.votes === next.votes && best.macs === next.macs)) return undefined;
  return { ...best.candidate, rivals: candidates.length - 1 };
}

/** A polled device that is no bridge, or whose table is missing, hangs on the port where its MAC was placed. */
export function linkPlacedDevices(
  world: World,
  domain: BridgeDomain,
  placements: readonly Placement[],
  drafts: LinkDrafts,
): void {
  for (const { mac, bridge, port } of placements) {
    const table = domain.forwarding.tables[bridge] as BridgeTable;
    const owner = world.identities.ownerOfMac(mac);
    const ifIndex = table.ports[port]?.ifIndex ?? null;
    if (owner === undefined || domain.indexOf.has(owner) || ifIndex === null) continue;
    const device = world.byId.get(owner);
    if (!device) continue;
    const evidence = {
      device: table.device.id,
      table: 'dot1dTpFdbTable',
      text: `${mac} of ${owner} is learned on ${table.device.label(ifIndex) ?? ifIndex}`,
      seenAt: table.device.facts.tables['dot1dTpFdbTable']?.readAt ?? table.device.facts.polledAt,
    };
    const shown = proof('bridge', null, 'mac', [evidence]);
    const known = drafts
      .at(table.device.id, ifIndex)
      .find((draft) => draft.layer === 2 && (draft.a.device === owner || draft.b.device === owner));
    if (known) known.proofs.push(shown);
    else {
      const near = { device: table.device.id, ifIndex, label: null };
      drafts.add(near, { device: owner, ifIndex: portWithMac(device, mac), label: null }, 2, shown);
    }
  }
}

/** The one physical port with this MAC; VLAN interfaces and aggregates share it with their port. */
function portWithMac(device: DeviceView, mac: string): number | null {
  const all = device.facts.interfaces.filter((fact) => fact.mac === mac);
  const physical = all.filter((fact) => fact.ifType === 6 && !device.below.has(fact.ifIndex));
  const found = new Set((physical.length > 0 ? physical : all).map((fact) => device.logical(fact.ifIndex)));
  return found.size === 1 ? ([...found][0] ?? null) : null;
}

/** MACs that every one of the given ports learned: they hang on the medium between them. */
export function macsBetween(domain: BridgeDomain, ports: readonly { bridge: number; port: number }[]): string[] {
  const [first, ...others] = ports;
  if (!first || others.length === 0) return [];
  const { tables, macTexts, ownerOf } = domain.forwarding;
  const table = tables[first.bridge] as BridgeTable;
  const found: string[] = [];
  for (let row = 0; row < table.macs.length; row++) {
    const mac = table.macs[row] as number;
    if (table.portOfRow[row] !== first.port) continue;
    const owner = ownerOf.get(mac);
    if (owner !== undefined && domain.indexOf.has(owner)) continue;
    if (others.every(({ bridge, port }) => (tables[bridge] as BridgeTable).portOf(mac) === port)) {
      found.push(macTexts[mac] as string);
    }
  }
  return found.sort(compareText);
}

/** Addresses that any ARP table gives to each MAC. */
export function addressesByMac(world: World): Map<string, { ips: string[]; device: DeviceView }> {
  const found = new Map<string, { ips: Set<string>; device: DeviceView }>();
  for (const device of world.devices) {
    for (const { mac, ip } of device.facts.arp) {
      const known = found.get(mac);
      if (known) known.ips.add(ip);
      else found.set(mac, { ips: new Set([ip]), device });
    }
  }
  return new Map([...found].map(([mac, { ips, device }]) => [mac, { ips: [...ips].sort(compareText), device }]));
}
