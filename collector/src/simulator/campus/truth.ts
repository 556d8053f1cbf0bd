import type { Ip } from '../../lib/ip.js';
import type { Mac } from '../../lib/mac.js';
import { networkOf } from './address.js';
import { portKey, type Device, type Network, type PortRef } from './network.js';
import type { LogicalLink } from './spanning-tree.js';
import { stateOf, type State } from './state.js';

export interface TruthEnd {
  readonly device: string;
  readonly ifIndex: number;
  readonly ifName: string;
}

export type Evidence = 'lldp' | 'cdp' | 'lag' | 'stp' | 'bridge' | 'arp' | 'ospf';

/** A link that is up. */
export interface TruthLink {
  readonly a: TruthEnd;
  readonly b: TruthEnd;
  /** [ifIndex at a, at b] of each cable that is up, when the link is an aggregate. */
  readonly members: readonly (readonly [number, number])[];
  readonly vlans: readonly number[];
  readonly blocked: boolean;
  /** Which tables of polled devices show it. */
  readonly visibleBy: readonly Evidence[];
}

export interface TruthHost {
  readonly mac: Mac;
  readonly ips: readonly Ip[];
  readonly device: string;
  readonly bridgePort: number | null;
  readonly ifIndex: number;
  readonly vlans: readonly number[];
  readonly segment: string | null;
  /** Its own access switch is polled and has it in its table, at this port. */
  readonly inTable: boolean;
}

export interface TruthSegment {
  readonly id: string;
  readonly kind: string;
  readonly port: { readonly device: string; readonly bridgePort: number | null; readonly ifIndex: number };
  readonly macs: readonly Mac[];
  /** How many of them are in the table of the polled access switch. */
  readonly visible: number;
}

export interface Truth {
  readonly seed: number;
  readonly devices: readonly {
    readonly id: string;
    readonly sysName: string;
    readonly polled: boolean;
    readonly role: string;
    readonly site: string;
    readonly ips: readonly Ip[];
    readonly macs: readonly Mac[];
    /** Addresses of its interfaces with the network they are in: equal `site`, `network` are layer 3 neighbours. */
    readonly addresses: readonly {
      readonly ip: Ip;
      readonly ifIndex: number;
      readonly network: string;
    }[];
  }[];
  readonly links: readonly TruthLink[];
  readonly hosts: readonly TruthHost[];
  readonly segments: readonly TruthSegment[];
  /** Unpolled things that announce themselves on access ports. */
  readonly announcers: readonly { readonly mac: Mac; readonly kind: string; readonly port: TruthEnd }[];
}

/** What a perfect inference would find. */
export function truthOf(network: Network): Truth {
  const { plan } = network;
  const state = stateOf(plan);
  const devices = new Map(plan.devices.map((device) => [device.id, device]));
  const hosts = hostsOf(network, state, devices);
  return {
    seed: network.parameters.seed,
    devices: plan.devices.map((device) => ({
      id: device.id,
      sysName: device.sysName,
      polled: device.polled,
      role: device.role,
      site: device.site,
      ips: device.ports.flatMap((port) => (port.address === null ? [] : [port.address.ip])),
      macs: [...new Set([device.mac, ...device.ports.map((port) => port.mac)])].sort(),
      addresses: device.ports.flatMap(({ address, ifIndex }) =>
        address === null
          ? []
          : [
              {
                ip: address.ip,
                ifIndex,
                network: `${networkOf(address.ip, address.prefixLength)}/${address.prefixLength}`,
              },
            ],
      ),
    })),
    links: state.links.filter((link) => link.up).map((link) => truthLink(network, state, devices, link)),
    hosts,
    segments: plan.segments.map((segment) => {
      const members = hosts.filter((host) => host.segment === segment.id);
      return {
        id: segment.id,
        kind: segment.kind,
        port: {
          device: segment.at.device,
          bridgePort: bridgePortAt(devices, segment.at),
          ifIndex: segment.at.ifIndex,
        },
        macs: members.map((host) => host.mac).sort(),
        visible: members.filter((host) => host.inTable).length,
      };
    }),
    announcers: plan.announcers.map(({ mac, kind, at }) => ({ mac, kind, port: endAt(devices, at) })),
  };
}

const endAt = (devices: ReadonlyMap<string, Device>, at: PortRef): TruthEnd => ({
  device: at.device,
  ifIndex: at.ifIndex,
  ifName: devices.get(at.device)?.ports.find((port) => port.ifIndex === at.ifIndex)?.ifName ?? '',
});

const bridgePortAt = (devices: ReadonlyMap<string, Device>, at: PortRef): number | null =>
  devices.get(at.device)?.ports.find((port) => port.ifIndex === at.ifIndex)?.bridgePort ?? null;

function truthLink(network: Network, state: State, devices: ReadonlyMap<string, Device>, link: LogicalLink): TruthLink {
  const ends = [link.a, link.b];
  const blocked = ends.some((end) => state.tree.ports.get(portKey(end))?.state === 'blocking');
  const upCables = new Set(network.plan.cables.filter((cable) => cable.up).map((cable) => cable.id));
  return {
    a: endAt(devices, link.a),
    b: endAt(devices, link.b),
    members: link.isAggregate ? link.members.filter((_, i) => upCables.has(link.cables[i] ?? '')) : [],
    vlans: link.vlans,
    blocked,
    visibleBy: evidenceOf(state, devices, link, blocked),
  };
}

function evidenceOf(
  state: State,
  devices: ReadonlyMap<string, Device>,
  link: LogicalLink,
  blocked: boolean,
): Evidence[] {
  const [a, b] = [devices.get(link.a.device), devices.get(link.b.device)];
  if (a === undefined || b === undefined) return [];
  const sides = [[a, b, link.a] as const, [b, a, link.b] as const].filter(([own]) => own.polled);
  const switches = a.role !== 'router' && b.role !== 'router';
  const all: [Evidence, boolean][] = [
    ['lldp', sides.some(([own, far]) => own.showsNeighbours && own.speaksLldp && far.speaksLldp)],
    ['cdp', sides.some(([own, far]) => own.showsNeighbours && own.speaksCdp && far.speaksCdp)],
    ['lag', link.isAggregate && sides.length === 2 && a.showsLag && b.showsLag && !isPaired(a) && !isPaired(b)],
    [
      'stp',
      sides.some(([own, far, at]) => own.showsStp && state.tree.ports.get(portKey(at))?.designatedBridge === far.id),
    ],
    ['bridge', switches && sides.length === 2 && !blocked],
    ['ospf', link.routed && sides.length > 0],
    ['arp', !switches && sides.length === 2],
  ];
  return all.filter(([, isVisible]) => isVisible).map(([evidence]) => evidence);
}

/** An LACP system id that two devices share names neither of them. */
const isPaired = (device: Device): boolean => device.mlagPeer !== null;

function hostsOf(network: Network, state: State, devices: ReadonlyMap<string, Device>): TruthHost[] {
  return network.plan.stations.flatMap((station) => {
    if (station.kind === 'gateway' || station.kind === 'management') return [];
    const device = devices.get(station.at.device);
    const learned = state.forwarding.get(station.at.device)?.get(station.vlan)?.get(station.mac);
    return {
      mac: station.mac,
      ips: station.ip === null ? [] : [station.ip],
      device: station.at.device,
      bridgePort: bridgePortAt(devices, station.at),
      ifIndex: station.at.ifIndex,
      vlans: [station.vlan],
      segment: station.segment,
      inTable: device?.polled === true && learned === station.at.ifIndex,
    };
  });
}
