import type { BridgeDomain } from './bridges.js';
import { compareText, type DraftEnd } from './drafts.js';
import type { BridgeTable } from './forwarding.js';
import { addressesByMac, type Placement } from './hosts.js';
import type { InferOptions, InferredHost, InferredSegment } from './inference.js';
import { segmentId, segmentPort } from './segment-ports.js';
import type { World } from './world.js';

/** Hosts with their names; a port with many of them gets a segment node for the equipment that must be there (R7). */
export function toHosts(
  world: World,
  domain: BridgeDomain,
  placed: readonly Placement[],
  known: readonly InferredSegment[],
  options: InferOptions,
): { hosts: InferredHost[]; segments: InferredSegment[] } {
  const names = addressesByMac(world);
  const byPort = new Map<string, Placement[]>();
  const byBridge = new Map<number, Set<string>>();
  for (const placement of placed) {
    byBridge.set(placement.bridge, (byBridge.get(placement.bridge) ?? new Set()).add(placement.mac));
    const key = `${placement.bridge} ${placement.port}`;
    byPort.set(key, [...(byPort.get(key) ?? []), placement]);
  }
  const knownPorts = new Map(
    known.flatMap((segment) =>
      segment.layer === 2
        ? segment.ports.map((port) => [`${port.device}|${port.ifIndex ?? port.bridgePort}`, segment.id] as const)
        : [],
    ),
  );
  const vlansOf = new Map(
    [...byBridge].map(([bridge, macs]) => [
      bridge,
      (domain.forwarding.tables[bridge] as BridgeTable).device.vlansOfMacs(macs),
    ]),
  );
  const hosts: InferredHost[] = [];
  const segments: InferredSegment[] = [];
  for (const onPort of byPort.values()) {
    const [first] = onPort as [Placement];
    const table = domain.forwarding.tables[first.bridge] as BridgeTable;
    const port = table.ports[first.port] ?? { ifIndex: null, bridgePort: null };
    const end: DraftEnd = {
      device: table.device.id,
      ifIndex: port.ifIndex,
      label: port.ifIndex === null ? `port ${port.bridgePort ?? '?'}` : null,
    };
    let segment = knownPorts.get(`${end.device}|${port.ifIndex ?? port.bridgePort}`) ?? null;
    const placedHere = onPort.map((placement) => ({
      ...toHost(table, end, port.bridgePort, placement, names),
      vlans: vlansOf.get(placement.bridge)?.get(placement.mac) ?? [],
    }));
    if (segment === null && onPort.length > options.maxHostsPerPort) {
      const made = hostSegment(world, end, port.bridgePort, placedHere);
      segments.push(made);
      segment = made.id;
    }
    hosts.push(...placedHere.map((host) => ({ ...host, segment })));
  }
  return { hosts: hosts.sort((a, b) => compareText(a.mac, b.mac)), segments };
}

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
  table: BridgeTable,
  end: DraftEnd,
  bridgePort: number | null,
  { mac, rivals }: Placement,
  names: ReturnType<typeof addressesByMac>,
): InferredHost {
  const { device } = table;
  const named = names.get(mac);
  const fdb = (device.facts.tables['dot1qTpFdbTable']?.rows ?? 0) > 0 ? 'dot1qTpFdbTable' : 'dot1dTpFdbTable';
  const port = device.label(end.ifIndex) ?? end.label ?? '?';
  const evidence = [
    {
      device: device.id,
      table: fdb,
      text: `${mac} is learned on ${port}, which leads to no other bridge`,
      seenAt: device.facts.tables[fdb]?.readAt ?? device.facts.polledAt,
    },
    ...(named
      ? [
          {
            device: named.device.id,
            table: 'ipNetToMediaTable',
            text: `${mac} is ${named.ips.join(', ')}`,
            seenAt: named.device.facts.tables['ipNetToMediaTable']?.readAt ?? named.device.facts.polledAt,
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
    bridgePort,
    ifIndex: end.ifIndex,
    ifName: device.label(end.ifIndex),
    vlans: [],
    segment: null,
    method: named ? 'arp' : 'bridge',
    confidence,
    evidence,
    score: inputs,
    witnesses: [{ device: device.id, kind: 'mac' }],
  };
}
