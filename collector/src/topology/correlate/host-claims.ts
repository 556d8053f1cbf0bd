import type { Addresses, Naming } from './addresses.js';
import type { FdbPort } from './bridge-table.js';
import { compareText, type DraftEnd } from './drafts.js';
import { fdbTable } from './bridges.js';
import type { InferOptions, InferredHost, InferredSegment } from './inference.js';
import { segmentId, segmentPort } from './segment-ports.js';
import type { DeviceView, World } from './world.js';

/** One MAC and the port of a bridge that it hangs on. */
export interface Station {
  readonly mac: string;
  readonly at: FdbPort;
  /** Other ports that could have been meant. */
  readonly rivals: number;
}

/** The hosts of one bridge, and the segments that stand for unknown equipment on its ports. */
export interface BridgeHosts {
  readonly hosts: readonly InferredHost[];
  readonly segments: readonly InferredSegment[];
}

export interface HostContext {
  readonly world: World;
  readonly addresses: Addresses;
  /** Segments that links showed, by `device|ifIndex` or `device|bridge port`. */
  readonly segmentOf: ReadonlyMap<string, string>;
  readonly options: InferOptions;
}

/** Hosts with their names; a port with many of them gets a segment node for the equipment that must be there (R7). */
export function hostsOn(
  { world, addresses, segmentOf, options }: HostContext,
  device: DeviceView,
  stations: readonly Station[],
): BridgeHosts {
  const sorted = [...stations].sort((a, b) => compareText(a.mac, b.mac));
  const vlansOf = device.vlansOfMacs(new Set(sorted.map(({ mac }) => mac)));
  const byPort = new Map<FdbPort, Station[]>();
  for (const station of sorted) {
    const known = byPort.get(station.at);
    if (known) known.push(station);
    else byPort.set(station.at, [station]);
  }
  const hosts: InferredHost[] = [];
  const segments: InferredSegment[] = [];
  for (const [at, onPort] of byPort) {
    const label = at.ifIndex === null ? `port ${at.bridgePort ?? '?'}` : null;
    const end: DraftEnd = { device: device.id, ifIndex: at.ifIndex, label };
    const known = segmentOf.get(attachmentKey(device.id, at)) ?? null;
    const isCrowded = known === null && onPort.length > options.maxHostsPerPort;
    const segment = isCrowded ? segmentId(world, [end]) : known;
    const here = onPort.map((station) =>
      toHost(world, device, end, station, addresses.of(station.mac), vlansOf.get(station.mac) ?? [], segment),
    );
    if (isCrowded) segments.push(hostSegment(world, end, at.bridgePort, here));
    hosts.push(...here);
  }
  return { hosts: hosts.sort((a, b) => compareText(a.mac, b.mac)), segments };
}

/** How the ports of segments are found. */
export const attachmentKey = (device: string, { ifIndex, bridgePort }: FdbPort): string =>
  `${device}|${ifIndex ?? bridgePort ?? ''}`;

function hostSegment(
  world: World,
  end: DraftEnd,
  bridgePort: number | null,
  hosts: readonly InferredHost[],
): InferredSegment {
  const port = world.label(end.device, end.ifIndex) ?? end.label ?? '?';
  const device = world.byId.get(end.device);
  return {
    id: segmentId(world, [end]),
    ports: [{ ...segmentPort(world, end), bridgePort }],
    macs: hosts.map(({ mac }) => mac),
    layer: 2,
    method: 'bridge',
    confidence: 0.8,
    vlans: [...new Set(hosts.flatMap(({ vlans }) => vlans))].sort((a, b) => a - b),
    evidence: [
      {
        device: end.device,
        table: 'dot1dTpFdbTable',
        text: `${hosts.length} MACs on ${port}: something unmanaged, an access point or virtual machines`,
        seenAt: hosts[0]?.evidence[0]?.seenAt ?? device?.facts.polledAt ?? '',
      },
    ],
    score: [{ name: 'bridge', value: 0.8, reason: `${hosts.length} MACs share one port` }],
    witnesses: [{ device: end.device, kind: 'mac' }],
  };
}

function toHost(
  world: World,
  device: DeviceView,
  end: DraftEnd,
  { mac, at, rivals }: Station,
  named: Naming | undefined,
  vlans: readonly number[],
  segment: string | null,
): InferredHost {
  const table = fdbTable(device);
  const port = device.label(end.ifIndex) ?? end.label ?? '?';
  const namer = named && world.byId.get(named.device);
  const evidence = [
    {
      device: device.id,
      table,
      text: `${mac} is learned on ${port}, which leads to no other bridge`,
      seenAt: device.facts.tables[table]?.readAt ?? device.facts.polledAt,
    },
    ...(named && namer
      ? [
          {
            device: namer.id,
            table: 'ipNetToMediaTable',
            text: `${mac} is ${named.ips.join(', ')}`,
            seenAt: namer.facts.tables['ipNetToMediaTable']?.readAt ?? namer.facts.polledAt,
          },
        ]
      : []),
  ];
  const inputs = [
    named
      ? { name: 'arp', value: 0.9, reason: 'forwarding and ARP tables agree' }
      : { name: 'bridge', value: 0.8, reason: 'only a forwarding table knows it' },
    ...(rivals > 0 ? [{ name: 'rivals', value: -0.1, reason: `${rivals} other ports show it too` }] : []),
  ];
  const confidence = Math.round(inputs.reduce((sum, input) => sum + input.value, 0) * 100) / 100;
  return {
    mac,
    ips: named?.ips ?? [],
    device: device.id,
    bridgePort: at.bridgePort,
    ifIndex: end.ifIndex,
    ifName: device.label(end.ifIndex),
    vlans,
    segment,
    method: named ? 'arp' : 'bridge',
    confidence,
    evidence,
    score: inputs,
    witnesses: [{ device: device.id, kind: 'mac' }],
  };
}
