import type { Ip } from '../../lib/ip.js';
import type { Mac } from '../../lib/mac.js';
import type { AgentView } from './agent.js';
import { ipOf, MANAGEMENT_VLAN, networkOf } from './address.js';
import { ipIndex, type Answers } from './answers.js';
import { portKey, type Device, type Port, type Subnet } from './network.js';

const IF = '1.3.6.1.2.1.2.2.1';
const IFX = '1.3.6.1.2.1.31.1.1.1';
const IF_STACK_STATUS = '1.3.6.1.2.1.31.1.2.1.3';
const IP_AD_ENT = '1.3.6.1.2.1.4.20.1';
const IP_ADDRESS = '1.3.6.1.2.1.4.34.1';
const IP_ADDRESS_PREFIX_ORIGIN = [1, 3, 6, 1, 2, 1, 4, 32, 1, 5];
const NET_TO_MEDIA = '1.3.6.1.2.1.4.22.1';
const NET_TO_PHYSICAL = '1.3.6.1.2.1.4.35.1';

export function answerInterfaces(answers: Answers, { network, device, state }: AgentView): void {
  answers.integer('1.3.6.1.2.1.2.1', [0], device.ports.length);
  for (const port of device.ports) {
    const at = [port.ifIndex];
    const key = portKey({ device: device.id, ifIndex: port.ifIndex });
    const isUp = state.up.has(key);
    const { inOctets, outOctets } = octetsOf(network.counters.get(key), device, key);
    const connector = port.kind === 'physical' ? 1 : 2;
    answers.integer(`${IF}.1`, at, port.ifIndex);
    answers.text(`${IF}.2`, at, port.ifDescr);
    answers.integer(`${IF}.3`, at, port.ifType);
    answers.integer(`${IF}.4`, at, 1500);
    answers.gauge(`${IF}.5`, at, port.speedBps);
    answers.mac(`${IF}.6`, at, port.mac);
    answers.integer(`${IF}.7`, at, 1);
    answers.integer(`${IF}.8`, at, isUp ? 1 : 2);
    const changedAtSec = Math.max(0, (isUp ? 0 : network.plan.changedAtSec) - device.bootedAtSec);
    answers.ticks(`${IF}.9`, at, changedAtSec);
    answers.counter32(`${IF}.10`, at, inOctets);
    answers.counter32(`${IF}.14`, at, 0);
    answers.counter32(`${IF}.16`, at, outOctets);
    answers.counter32(`${IF}.20`, at, 0);
    answers.text(`${IFX}.1`, at, port.ifName);
    answers.counter64(`${IFX}.6`, at, inOctets);
    answers.counter64(`${IFX}.10`, at, outOctets);
    answers.gauge(`${IFX}.15`, at, port.speedBps / 1e6);
    answers.integer(`${IFX}.17`, at, connector);
    answers.text(`${IFX}.18`, at, '');
    const above = port.kind === 'subinterface' ? port.below : port.aggregate;
    if (port.kind === 'subinterface' && above !== null) answers.integer(IF_STACK_STATUS, [port.ifIndex, above], 1);
    if (port.aggregate !== null) answers.integer(IF_STACK_STATUS, [port.aggregate, port.ifIndex], 1);
  }
}

/** A device that was up before our time has counted for long; after a restart it counts from zero. */
function octetsOf(
  counted: { inOctets: number; outOctets: number } | undefined,
  device: Device,
  key: string,
): { inOctets: number; outOctets: number } {
  let seed = 0;
  if (device.bootedAtSec < 0) for (let i = 0; i < key.length; i++) seed = (seed * 31 + key.charCodeAt(i)) % 1_000_003;
  return { inOctets: seed * 4099 + (counted?.inOctets ?? 0), outOctets: seed * 1031 + (counted?.outOctets ?? 0) };
}

export function answerAddresses(answers: Answers, view: AgentView): void {
  for (const { port, ip, prefixLength } of addressesOf(view)) {
    answers.ip(`${IP_AD_ENT}.1`, ipIndex(ip), ip);
    answers.integer(`${IP_AD_ENT}.2`, ipIndex(ip), port.ifIndex);
    answers.ip(`${IP_AD_ENT}.3`, ipIndex(ip), ipOf(-1 << (32 - prefixLength)));
    const network = ipIndex(networkOf(ip, prefixLength));
    answers.integer(`${IP_ADDRESS}.3`, [1, 4, ...ipIndex(ip)], port.ifIndex);
    answers.integer(`${IP_ADDRESS}.4`, [1, 4, ...ipIndex(ip)], 1);
    const pointer = [...IP_ADDRESS_PREFIX_ORIGIN, port.ifIndex, 1, 4, ...network, prefixLength];
    answers.oid(`${IP_ADDRESS}.5`, [1, 4, ...ipIndex(ip)], pointer);
  }
  // every third agent knows only the legacy table, every third only the new one
  const kind = view.device.mac.charCodeAt(13) % 3;
  for (const { port, ip, mac } of arpOf(view)) {
    const address = ipIndex(ip);
    const legacy = [port.ifIndex, ...address];
    const current = [port.ifIndex, 1, 4, ...address];
    if (kind !== 1) {
      answers.integer(`${NET_TO_MEDIA}.1`, legacy, port.ifIndex);
      answers.mac(`${NET_TO_MEDIA}.2`, legacy, mac);
      answers.ip(`${NET_TO_MEDIA}.3`, legacy, ip);
      answers.integer(`${NET_TO_MEDIA}.4`, legacy, 3);
    }
    if (kind !== 2) {
      answers.mac(`${NET_TO_PHYSICAL}.4`, current, mac);
      answers.integer(`${NET_TO_PHYSICAL}.6`, current, 3);
      answers.integer(`${NET_TO_PHYSICAL}.7`, current, 1);
    }
  }
}

/** Own addresses; the active gateway of a VRRP pair also owns the virtual one. */
function addressesOf({ network, device }: AgentView): { port: Port; ip: Ip; prefixLength: number }[] {
  const all = device.ports.flatMap((port) =>
    port.address === null ? [] : [{ port, ip: port.address.ip, prefixLength: port.address.prefixLength }],
  );
  for (const station of network.plan.stations) {
    if (station.kind !== 'gateway' || station.at.device !== device.id || station.ip === null) continue;
    const port = device.ports.find((candidate) => candidate.ifIndex === station.at.ifIndex);
    if (port === undefined || all.some(({ ip }) => ip === station.ip)) continue;
    all.push({ port, ip: station.ip, prefixLength: port.address?.prefixLength ?? 24 });
  }
  return all;
}

interface ArpRow {
  readonly port: Port;
  readonly ip: Ip;
  readonly mac: Mac;
}

function arpOf(view: AgentView): ArpRow[] {
  const { network, device, state } = view;
  if (device.role !== 'router') return switchArp(view);
  const rows: ArpRow[] = [];
  const subinterfaces = new Map(
    device.ports.flatMap((port) => (port.vlan === null ? [] : [[port.vlan, port] as const])),
  );
  const sites = sitesOf(view);
  const isMaster = network.plan.stations.some(
    (station) =>
      station.kind === 'gateway' &&
      station.at.device === device.id &&
      network.plan.subnets.some((subnet) => subnet.gatewayMac === station.mac && subnet.vlan !== MANAGEMENT_VLAN),
  );
  for (const station of network.plan.stations) {
    const port = subinterfaces.get(station.vlan);
    if (port === undefined || station.ip === null || station.at.device === device.id) continue;
    if (!sites.has(siteOf(view, station.at.device))) continue;
    // the standby router resolved a few of them only; silent hosts were heard of before the ageing time
    const digit = station.mac.charCodeAt(16) % 4;
    if (isMaster || station.kind === 'gateway' || station.kind === 'management' || digit === 0) {
      rows.push({ port, ip: station.ip, mac: station.mac });
    }
  }
  for (const gone of network.plan.gone) {
    const port = subinterfaces.get(gone.vlan);
    if (port !== undefined && isMaster && sites.has(gone.site)) rows.push({ port, ip: gone.ip, mac: gone.mac });
  }
  for (const port of device.ports) {
    const far = state.far.get(portKey({ device: device.id, ifIndex: port.ifIndex }));
    if (port.address === null || far === undefined) continue;
    const peer = network.plan.devices.find((candidate) => candidate.id === far.device);
    const peerPort = peer?.ports.find((candidate) => candidate.ifIndex === far.ifIndex);
    if (peerPort?.address != null) rows.push({ port, ip: peerPort.address.ip, mac: peerPort.mac });
  }
  return rows;
}

/** A switch talks to its default gateway only. */
function switchArp({ network, device }: AgentView): ArpRow[] {
  const own = device.ports.find((port) => port.kind === 'svi');
  const subnet = network.plan.subnets.find((candidate) => isOwnManagement(candidate, device));
  if (own === undefined || subnet === undefined || !device.macVisible) return [];
  return [{ port: own, ip: subnet.gatewayIp, mac: subnet.gatewayMac }];
}

const isOwnManagement = (subnet: Subnet, device: Device): boolean =>
  subnet.vlan === MANAGEMENT_VLAN && networkOf(device.managementIp, subnet.prefixLength) === ipOf(subnet.network);

/** The sites whose hosts a router serves: its own, or all when they share one bridged domain. */
function sitesOf({ network, device }: AgentView): Set<string> {
  const isShared = network.parameters.backbone === 'bridged';
  return new Set(isShared ? network.plan.devices.map((other) => other.site) : [device.site]);
}

const siteOf = (view: AgentView, deviceId: string): string => sitesByDevice(view).get(deviceId) ?? '';

const siteMaps = new WeakMap<object, Map<string, string>>();

function sitesByDevice({ network }: AgentView): Map<string, string> {
  const { devices } = network.plan;
  const known = siteMaps.get(devices);
  if (known !== undefined) return known;
  const sites = new Map(devices.map((device) => [device.id, device.site]));
  siteMaps.set(devices, sites);
  return sites;
}
