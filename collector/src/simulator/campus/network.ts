import type { Ip } from '../../lib/ip.js';
import type { Mac } from '../../lib/mac.js';
import type { Parameters } from './parameters.js';
import type { Vendor } from './vendors.js';

export type Role = 'backbone' | 'core' | 'distribution' | 'access' | 'router';

/** Oddities of real agents (topology reference, section 4); at most one a device. */
export type Quirk =
  | 'mac-as-text' // chassis ids in lldpRemTable are text
  | 'zero-time-mark' // all rows of lldpRemTable carry time mark 0
  | 'no-system-name' // announces no system name
  | 'no-subtypes' // lldpRemTable lacks both subtype columns
  | 'mac-length-octet' // FDB index with a length octet in front
  | 'port-zero-rows' // FDB rows with port 0 for stations it does not place
  | 'vlan-blind' // only dot1dTpFdbTable, without VLANs
  | 'default-name'; // system name as it left the factory

/** One interface. Its ifIndex is its identity within the device. */
export interface Port {
  readonly ifIndex: number;
  readonly kind: 'physical' | 'aggregate' | 'svi' | 'subinterface' | 'loopback';
  readonly ifName: string;
  readonly ifDescr: string;
  readonly ifType: number;
  readonly mac: Mac;
  readonly speedBps: number;
  /** dot1dBasePort; null where the interface is no bridge port (members of an aggregate, routed ones). */
  readonly bridgePort: number | null;
  /** LldpPortNumber; null where no LLDP runs. */
  readonly lldpPort: number | null;
  /** ifIndex of the aggregate it belongs to. */
  readonly aggregate: number | null;
  /** The untagged VLAN of an access port. */
  readonly accessVlan: number | null;
  readonly vlan: number | null;
  /** The interface below a subinterface. */
  readonly below: number | null;
  readonly address: { readonly ip: Ip; readonly prefixLength: number } | null;
}

export interface Device {
  /** Slug, also the id in the inventory. */
  readonly id: string;
  readonly site: string;
  readonly role: Role;
  readonly vendor: Vendor;
  readonly sysName: string;
  readonly managementIp: Ip;
  /** Bridge address, LLDP chassis id and MAC of the management interface. */
  readonly mac: Mac;
  /** LACP system id: the own MAC, or the one that both halves of an MLAG pair use. */
  readonly lacpSystem: Mac;
  /** The other half of an MLAG pair. */
  readonly mlagPeer: string | null;
  /** Bridge priority. */
  readonly priority: number;
  readonly ports: readonly Port[];
  /** VLANs it forwards, rising. */
  readonly vlans: readonly number[];
  readonly speaksLldp: boolean;
  readonly speaksCdp: boolean;
  readonly showsNeighbours: boolean;
  readonly showsStp: boolean;
  readonly showsLag: boolean;
  readonly macVisible: boolean;
  readonly polled: boolean;
  readonly quirk: Quirk | null;
  readonly bootedAtSec: number;
}

export interface PortRef {
  readonly device: string;
  readonly ifIndex: number;
}

/** One cable between two physical ports. */
export interface Cable {
  readonly id: string;
  readonly a: PortRef;
  readonly b: PortRef;
  readonly up: boolean;
  /** A routed cable carries no VLAN. */
  readonly routed: boolean;
}

export type Talk = 'broadcast' | 'gateway' | 'silent';

/** Something with a MAC that sends frames into a VLAN: hosts, phones, management interfaces, gateways. */
export interface Station {
  readonly mac: Mac;
  readonly ip: Ip | null;
  readonly vlan: number;
  readonly at: PortRef;
  readonly kind: 'host' | 'phone' | 'access-point' | 'management' | 'gateway';
  readonly talk: Talk;
  /** The medium it shares with others behind one port. */
  readonly segment: string | null;
  /** Where it was until shortly before. */
  readonly before: PortRef | null;
  readonly rateBps: number;
}

export interface Segment {
  readonly id: string;
  readonly kind: 'mini-switch' | 'access-point' | 'hypervisor';
  readonly at: PortRef;
}

/** An unpolled thing on an access port that announces itself by LLDP or CDP. */
export interface Announcer {
  readonly at: PortRef;
  readonly mac: Mac;
  readonly ip: Ip;
  readonly name: string;
  readonly kind: 'phone' | 'access-point';
}

/** A VLAN's address space in one site. */
export interface Subnet {
  readonly site: string;
  readonly vlan: number;
  /** Network address as a number. */
  readonly network: number;
  readonly prefixLength: number;
  readonly gatewayIp: Ip;
  /** Attachment of the active gateway; its MAC is what hosts send to. */
  readonly gatewayMac: Mac;
}

/** An ARP row of a host that is gone. */
export interface GoneHost {
  readonly mac: Mac;
  readonly ip: Ip;
  readonly vlan: number;
  readonly site: string;
}

/** Everything that does not change by itself. Events make a new one. */
export interface Plan {
  readonly devices: readonly Device[];
  readonly cables: readonly Cable[];
  readonly stations: readonly Station[];
  readonly segments: readonly Segment[];
  readonly announcers: readonly Announcer[];
  readonly subnets: readonly Subnet[];
  readonly gone: readonly GoneHost[];
  readonly topologyChanges: number;
  readonly changedAtSec: number;
}

/** Octets since the boot of the device. */
export interface Counter {
  readonly inOctets: number;
  readonly outOctets: number;
}

/** A network at one instant. Immutable: events and time give a new one. */
export interface Network {
  readonly parameters: Parameters;
  readonly plan: Plan;
  /** Seconds since the network came into being. */
  readonly timeSec: number;
  /** By `portKey`. */
  readonly counters: ReadonlyMap<string, Counter>;
}

export const portKey = (ref: PortRef): string => `${ref.device}/${ref.ifIndex}`;

export function deviceOf(network: Network, id: string): Device {
  const device = network.plan.devices.find((candidate) => candidate.id === id);
  if (device === undefined) throw new RangeError(`no device ${id}`);
  return device;
}

export function portOf(device: Device, ifIndex: number): Port {
  const port = device.ports.find((candidate) => candidate.ifIndex === ifIndex);
  if (port === undefined) throw new RangeError(`no interface ${ifIndex} on ${device.id}`);
  return port;
}
