import {
  emptyFacts,
  type ArpFact,
  type CdpFact,
  type DeviceFacts,
  type InterfaceFact,
  type LldpFact,
  type MacFact,
  type StpPortFact,
} from '../facts.js';
import type { Inference } from './inference.js';

/** Devices that say little, for tests of inference: what a test is about is what it fills in. */

export type Draft = { -readonly [K in keyof DeviceFacts]: DeviceFacts[K] };

export const hex = (value: number) => value.toString(16).padStart(2, '0');
/** Device 1 owns 00:10:00:00:01:xx; its chassis and bridge address end in 00, port n in n. */
export const macOf = (device: number, port = 0) => `00:10:00:00:${hex(device)}:${hex(port)}`;
export const hostMac = (host: number) => `00:20:00:00:00:${hex(host)}`;

export const port = (device: number, ifIndex: number, overrides: Partial<InterfaceFact> = {}): InterfaceFact => ({
  ifIndex,
  ifName: `Gi0/${ifIndex}`,
  ifDescr: `GigabitEthernet0/${ifIndex}`,
  ifAlias: null,
  ifType: 6,
  mac: macOf(device, ifIndex),
  speedBps: 1e9,
  adminStatus: 'up',
  operStatus: 'up',
  lastChangeMs: null,
  inOctets: null,
  outOctets: null,
  counterBits: 64,
  addresses: [],
  ...overrides,
});

/** A switch with ports 1 to 9 that says nothing yet. */
export function device(id: string, number: number, fill: (facts: Draft) => void = () => {}): DeviceFacts {
  const facts: Draft = { ...emptyFacts(id, '2026-01-01T00:00:00.000Z') };
  facts.system = { ...facts.system, sysName: id };
  facts.interfaces = Array.from({ length: 9 }, (_, at) => port(number, at + 1));
  facts.bridge = {
    ...facts.bridge,
    baseAddress: macOf(number),
    ports: facts.interfaces.map(({ ifIndex }) => ({ port: ifIndex, ifIndex })),
  };
  facts.localIdentity = {
    ...facts.localIdentity,
    chassisSubtype: 4,
    chassisId: macOf(number),
    chassisMac: macOf(number),
  };
  facts.localPorts = facts.interfaces.map(({ ifIndex, ifName }) => ({
    portNum: ifIndex,
    source: 'lldp' as const,
    ifIndex,
    portSubtype: 5,
    portId: ifName,
    portMac: null,
    portDescr: null,
  }));
  fill(facts);
  return facts;
}

export const sees = (
  ifIndex: number | null,
  remote: Partial<LldpFact> & { number?: number; port?: number },
): LldpFact => ({
  localPortNum: ifIndex ?? 0,
  remIndex: remote.number ?? 1,
  ifIndex,
  localPort: null,
  chassisSubtype: 4,
  chassisId: remote.number === undefined ? null : macOf(remote.number),
  chassisMac: remote.number === undefined ? null : macOf(remote.number),
  portSubtype: 5,
  portId: remote.port === undefined ? null : `Gi0/${remote.port}`,
  portMac: null,
  portDescr: null,
  sysName: null,
  sysDescr: null,
  capabilities: ['bridge'],
  managementIps: [],
  aggregatePort: null,
  ...remote,
});

export const heard = (ifIndex: number, deviceId: string, portId: string, more: Partial<CdpFact> = {}): CdpFact => ({
  ifIndex,
  deviceIndex: 1,
  deviceId,
  deviceMac: null,
  portId,
  portMac: null,
  platform: null,
  sysName: null,
  capabilities: ['bridge'],
  addresses: [],
  ...more,
});

export const learned = (ifIndex: number, ...macs: string[]): MacFact[] =>
  macs.map((mac) => ({ vlan: 1, fdbId: 1, mac, bridgePort: ifIndex, ifIndex, status: 'learned' }));

export const stp = (
  ifIndex: number,
  state: StpPortFact['state'],
  bridge: number,
  designatedPort: number,
): StpPortFact => ({
  vlan: null,
  port: ifIndex,
  ifIndex,
  state,
  designatedRoot: macOf(1),
  designatedBridge: macOf(bridge),
  designatedPort,
  designatedPortRaw: 0x8000 | designatedPort,
});

export const arp = (ifIndex: number, ip: string, mac: string): ArpFact => ({ ifIndex, ip, mac, type: 'dynamic' });

export const address = (number: number, ifIndex: number, ip: string, prefixLength = 24) =>
  port(number, ifIndex, { addresses: [{ ip, prefixLength }] });

export const replace = (interfaces: readonly InterfaceFact[], ...news: InterfaceFact[]) =>
  interfaces.map((fact) => news.find(({ ifIndex }) => ifIndex === fact.ifIndex) ?? fact);

export const text = ({ links }: Inference) =>
  links.map(({ a, b, method, sides, layer }) => {
    const end = (side: typeof a) => `${side.device}:${side.ifIndex ?? '?'}`;
    return `${end(a)} ${end(b)} ${method}${sides}${layer === 3 ? ' L3' : ''}`;
  });
export const hostsOf = ({ hosts }: Inference) =>
  hosts.map(({ mac, device: at, ifIndex }) => `${mac.slice(-2)} ${at}:${ifIndex}`);
export const segmentsOf = ({ segments }: Inference) =>
  segments.map(
    ({ ports, macs }) => `${ports.map((one) => `${one.device}:${one.ifIndex ?? '?'}`).join(' ')} ${macs.length}`,
  );
