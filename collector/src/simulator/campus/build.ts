import type { Mac } from '../../lib/mac.js';
import {
  CHASSIS_SPACING,
  ipOf,
  macOf,
  managementNetwork,
  MANAGEMENT_PREFIX_LENGTH,
  MANAGEMENT_VLAN,
} from './address.js';
import type { Cable, Device, Port, Quirk, Role, Subnet } from './network.js';
import type { Parameters } from './parameters.js';
import type { Random } from './random.js';
import { VENDORS, type Vendor } from './vendors.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A device while it is being built. */
export type Draft = Omit<Mutable<Device>, 'ports' | 'vlans'> & {
  ports: Port[];
  vlans: Set<number>;
  siteIndex: number;
  /** Bridges towards the core; VLANs of this switch must exist there. */
  parents: Draft[];
  physicalCount: number;
  aggregateCount: number;
};

/** A subnet with the routers that have an address in it; the first is the active gateway. */
export interface PlannedSubnet {
  readonly subnet: Subnet;
  readonly siteIndex: number;
  readonly gateways: readonly { readonly router: Draft; readonly mac: Mac; readonly ip: Subnet['gatewayIp'] }[];
}

const GIGABIT = 1e9;
const QUIRKS: readonly Quirk[] = [
  'mac-as-text',
  'zero-time-mark',
  'no-system-name',
  'no-subtypes',
  'mac-length-octet',
  'port-zero-rows',
  'vlan-blind',
  'default-name',
];
const OPEN_VENDORS: readonly Vendor[] = ['procurve', 'juniper', 'arista', 'netgear', 'alcatel'];
const PRIORITY: Record<Role, number> = {
  backbone: 4096,
  core: 8192,
  distribution: 24576,
  access: 32768,
  router: 61440,
};

/** Builds the devices and cables of a network, one call a device or cable. */
export class Builder {
  readonly parameters: Parameters;
  readonly random: Random;
  readonly devices: Draft[] = [];
  readonly cables: Cable[] = [];
  readonly #perSite = new Map<number, number>();

  constructor(parameters: Parameters, random: Random) {
    this.parameters = parameters;
    this.random = random;
  }

  device(siteIndex: number, role: Role, id: string, order = 0): Draft {
    const random = this.random.fork(`device/${id}`);
    const index = this.#perSite.get(siteIndex) ?? 0;
    this.#perSite.set(siteIndex, index + 1);
    const { lldp, cdp, vendor } = this.#protocols(role, random);
    const profile = VENDORS[vendor];
    const quirk = random.chance(this.parameters.quirkRatio) ? this.#quirk(vendor, random) : null;
    const mac = macOf(profile.oui, (this.devices.length + 1) * CHASSIS_SPACING);
    const network = managementNetwork(this.parameters.management, siteIndex);
    const draft: Draft = {
      id,
      site: siteName(siteIndex),
      siteIndex,
      role,
      vendor,
      sysName: quirk === 'default-name' ? 'Switch' : id,
      managementIp: ipOf(network + 1 + index),
      mac,
      lacpSystem: mac,
      mlagPeer: null,
      priority: PRIORITY[role] + (role === 'core' ? 4096 * order : 0),
      ports: [],
      vlans: new Set(role === 'router' ? [] : [MANAGEMENT_VLAN]),
      speaksLldp: lldp,
      speaksCdp: cdp,
      showsNeighbours: !random.chance(this.parameters.oneSidedRatio),
      showsStp: role !== 'router' && random.chance(this.parameters.stpRatio),
      showsLag: random.chance(this.parameters.lagTablesRatio),
      macVisible: random.chance(this.parameters.visibleMacRatio),
      polled: !(role === 'access' && random.chance(this.parameters.unpolledRatio)),
      quirk,
      bootedAtSec: -random.int(86_400, 40_000_000),
      parents: [],
      physicalCount: 0,
      aggregateCount: 0,
    };
    if (role !== 'router') draft.ports.push(this.#managementInterface(draft));
    this.devices.push(draft);
    return draft;
  }

  /** The next free physical port. */
  port(device: Draft, options: { speedBps?: number; accessVlan?: number; bridged?: boolean } = {}): Port {
    const profile = VENDORS[device.vendor];
    const number = ++device.physicalCount;
    const port: Port = {
      ifIndex: profile.ifIndex(number),
      kind: 'physical',
      ifName: profile.ifName(number),
      ifDescr: profile.ifDescr(number),
      ifType: 6,
      mac: chassisMac(device, number),
      speedBps: options.speedBps ?? GIGABIT,
      bridgePort: device.role === 'router' || options.bridged === false ? null : profile.bridgePort(number),
      lldpPort: profile.lldpPort(number),
      aggregate: null,
      accessVlan: options.accessVlan ?? null,
      vlan: null,
      below: null,
      address: null,
    };
    device.ports.push(port);
    return port;
  }

  /** Joins two devices by `members` cables, as one aggregate when there are several. */
  connect(a: Draft, b: Draft, members: number, speedBps: number): void {
    if (members === 1) return this.#cable(a, this.port(a, { speedBps }), b, this.port(b, { speedBps }), false);
    const [aggregateA, aggregateB] = [this.aggregate(a, members * speedBps), this.aggregate(b, members * speedBps)];
    for (let i = 0; i < members; i++) {
      this.#cable(a, this.#member(a, aggregateA, speedBps), b, this.#member(b, aggregateB, speedBps), false);
    }
  }

  /** One aggregate of a switch towards both halves of an MLAG pair. */
  connectPair(below: Draft, pair: readonly [Draft, Draft], speedBps: number): void {
    const lower = this.aggregate(below, 2 * speedBps);
    for (const above of pair) {
      const upper = this.aggregate(above, speedBps);
      this.#cable(below, this.#member(below, lower, speedBps), above, this.#member(above, upper, speedBps), false);
    }
  }

  /** A routed cable with one address at each end. */
  connectRouted(a: Draft, b: Draft, network: number, speedBps: number): void {
    const ends = [a, b].map((device, i) => {
      const port = this.port(device, { speedBps, bridged: false });
      const routed: Port = { ...port, address: { ip: ipOf(network + 1 + i), prefixLength: 30 } };
      device.ports[device.ports.indexOf(port)] = routed;
      return routed;
    }) as [Port, Port];
    this.#cable(a, ends[0], b, ends[1], true);
  }

  aggregate(device: Draft, speedBps: number): Port {
    const profile = VENDORS[device.vendor].aggregate;
    const number = ++device.aggregateCount;
    const port: Port = {
      ifIndex: profile.ifIndex(number),
      kind: 'aggregate',
      ifName: profile.ifName(number),
      ifDescr: device.vendor === 'cisco' ? `Port-channel${number}` : profile.ifName(number),
      ifType: profile.ifType,
      mac: chassisMac(device, 256 + number),
      speedBps,
      bridgePort: device.role === 'router' ? null : profile.bridgePort(number),
      lldpPort: null,
      aggregate: null,
      accessVlan: null,
      vlan: null,
      below: null,
      address: null,
    };
    device.ports.push(port);
    return port;
  }

  #member(device: Draft, aggregate: Port, speedBps: number): Port {
    const port = this.port(device, { speedBps });
    const member: Port = { ...port, bridgePort: null, aggregate: aggregate.ifIndex };
    device.ports[device.ports.indexOf(port)] = member;
    return member;
  }

  #cable(a: Draft, portA: Port, b: Draft, portB: Port, routed: boolean): void {
    this.cables.push({
      id: `cable-${this.cables.length + 1}`,
      a: { device: a.id, ifIndex: portA.ifIndex },
      b: { device: b.id, ifIndex: portB.ifIndex },
      up: true,
      routed,
    });
  }

  #protocols(role: Role, random: Random): { lldp: boolean; cdp: boolean; vendor: Vendor } {
    const draw = random.next();
    const { lldpRatio, cdpOnlyRatio, ciscoRatio } = this.parameters;
    const isCisco = random.chance(ciscoRatio);
    const open = random.pick(OPEN_VENDORS);
    const lldp = draw < lldpRatio;
    const cdpOnly = !lldp && draw < lldpRatio + cdpOnlyRatio;
    const vendor = role === 'router' ? 'router' : isCisco || cdpOnly ? 'cisco' : open;
    const isCiscoMade = vendor === 'router' || vendor === 'cisco';
    return { lldp, cdp: cdpOnly || (lldp && isCiscoMade && random.chance(0.5)), vendor };
  }

  #quirk(vendor: Vendor, random: Random): Quirk {
    const fitting = QUIRKS.filter((quirk) => {
      if (vendor === 'router')
        return quirk === 'mac-as-text' || quirk === 'zero-time-mark' || quirk === 'no-system-name';
      // a context already is one VLAN
      return !(vendor === 'cisco' && quirk === 'vlan-blind');
    });
    return random.pick(fitting);
  }

  #managementInterface(device: Draft): Port {
    const cisco = device.vendor === 'cisco';
    return {
      ifIndex: cisco ? MANAGEMENT_VLAN : 30_000_000 + MANAGEMENT_VLAN,
      kind: 'svi',
      ifName: cisco ? `Vl${MANAGEMENT_VLAN}` : `vlan${MANAGEMENT_VLAN}`,
      ifDescr: cisco ? `Vlan${MANAGEMENT_VLAN}` : `vlan${MANAGEMENT_VLAN}`,
      ifType: cisco ? 53 : 136,
      mac: device.mac,
      speedBps: GIGABIT,
      bridgePort: null,
      lldpPort: null,
      aggregate: null,
      accessVlan: null,
      vlan: MANAGEMENT_VLAN,
      below: null,
      address: { ip: device.managementIp, prefixLength: MANAGEMENT_PREFIX_LENGTH },
    };
  }
}

export const siteName = (index: number): string => (index === 0 ? 'hq' : `branch-${index}`);

export const chassisMac = (device: { readonly mac: Mac }, offset: number): Mac =>
  macOf(device.mac.slice(0, 8), parseInt(device.mac.slice(9).replaceAll(':', ''), 16) + offset);

/** A router's interface in one VLAN, on top of its trunk port. */
export function subinterface(device: Draft, trunk: Port, vlan: number, address: NonNullable<Port['address']>): Port {
  const port: Port = {
    ...trunk,
    ifIndex: 1000 + vlan,
    kind: 'subinterface',
    ifName: `${trunk.ifName}.${vlan}`,
    ifDescr: `${trunk.ifDescr}.${vlan}`,
    ifType: 135,
    lldpPort: null,
    vlan,
    below: trunk.ifIndex,
    address,
  };
  device.ports.push(port);
  return port;
}

/** Every VLAN of a switch exists on the bridges between it and the core. */
export function spreadVlans(devices: readonly Draft[]): void {
  let changed = true;
  while (changed) {
    changed = false;
    for (const device of devices) {
      for (const parent of device.parents) {
        const before = parent.vlans.size;
        for (const vlan of device.vlans) parent.vlans.add(vlan);
        changed ||= parent.vlans.size > before;
      }
    }
  }
}

export const finish = (draft: Draft): Device => ({
  id: draft.id,
  site: draft.site,
  role: draft.role,
  vendor: draft.vendor,
  sysName: draft.sysName,
  managementIp: draft.managementIp,
  mac: draft.mac,
  lacpSystem: draft.lacpSystem,
  mlagPeer: draft.mlagPeer,
  priority: draft.priority,
  ports: draft.ports,
  vlans: [...draft.vlans].sort((a, b) => a - b),
  speaksLldp: draft.speaksLldp,
  speaksCdp: draft.speaksCdp,
  showsNeighbours: draft.showsNeighbours,
  showsStp: draft.showsStp,
  showsLag: draft.showsLag,
  macVisible: draft.macVisible,
  polled: draft.polled,
  quirk: draft.quirk,
  bootedAtSec: draft.bootedAtSec,
});
