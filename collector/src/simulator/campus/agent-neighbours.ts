import { ipToBytes, type Ip } from '../../lib/ip.js';
import { macToBytes, type Mac } from '../../lib/mac.js';
import type { AgentView } from './agent.js';
import { ipIndex, type Answers } from './answers.js';
import { portKey, type Device, type Port } from './network.js';
import { VENDORS } from './vendors.js';

const LLDP_LOCAL = '1.0.8802.1.1.2.1.3';
const LLDP_LOCAL_PORT = '1.0.8802.1.1.2.1.3.7.1';
const LLDP_LOCAL_ADDRESS = '1.0.8802.1.1.2.1.3.8.1';
const LLDP_STATS = '1.0.8802.1.1.2.1.2';
const LLDP_REMOTE = '1.0.8802.1.1.2.1.4.1.1';
const LLDP_REMOTE_ADDRESS = '1.0.8802.1.1.2.1.4.2.1';
const CDP_INTERFACE_NAME = '1.3.6.1.4.1.9.9.23.1.1.1.1.6';
const CDP_CACHE = '1.3.6.1.4.1.9.9.23.1.2.1.1';
const CDP_GLOBAL = '1.3.6.1.4.1.9.9.23.1.3';

/** Capability bits from the left: other, repeater, bridge, WLAN access point, router, telephone. */
const CAPABILITIES = { switch: [0x20, 0], router: [0x08, 0], phone: [0x24, 0], 'access-point': [0x30, 0] } as const;
const CDP_CAPABILITIES = { switch: 0x28, router: 0x01, phone: 0x90, 'access-point': 0x02 } as const;

type Kind = keyof typeof CAPABILITIES;

/** What a neighbour announces on the port that faces us. */
interface Announcement {
  readonly mac: Mac;
  readonly name: string;
  /** CDP has no announcement without a device id. */
  readonly cdpDeviceId: string;
  readonly description: string;
  readonly ip: Ip | null;
  readonly addressIfIndex: number;
  readonly kind: Kind;
  readonly portSubtype: number;
  readonly portId: ArrayLike<number>;
  readonly portName: string;
  readonly lldp: boolean;
  readonly cdp: boolean;
}

export function answerNeighbours(answers: Answers, view: AgentView): void {
  const { device } = view;
  if (!device.showsNeighbours) return;
  const heard = device.ports
    .filter((port) => port.kind === 'physical')
    .flatMap((port) => announcementsOn(view, port).map((announcement) => ({ port, announcement })));
  if (device.speaksLldp) {
    answerLldpLocal(answers, view);
    heard
      .filter(({ announcement }) => announcement.lldp)
      .forEach(({ port, announcement }, i) => answerLldpRow(answers, device, port, announcement, i + 1));
  }
  if (device.speaksCdp) {
    answerCdpLocal(answers, device);
    heard
      .filter(({ announcement }) => announcement.cdp)
      .forEach(({ port, announcement }, i) => answerCdpRow(answers, port, announcement, i + 1));
  }
}

function announcementsOn({ network, device, state }: AgentView, port: Port): Announcement[] {
  const far = state.far.get(portKey({ device: device.id, ifIndex: port.ifIndex }));
  const peer = far && network.plan.devices.find((candidate) => candidate.id === far.device);
  const peerPort = peer?.ports.find((candidate) => candidate.ifIndex === far?.ifIndex);
  if (peer !== undefined && peerPort !== undefined) return [announcementOf(peer, peerPort)];
  return network.plan.announcers
    .filter(({ at }) => at.device === device.id && at.ifIndex === port.ifIndex)
    .map(({ mac, ip, name, kind }) => ({
      mac,
      name,
      cdpDeviceId: name,
      description: kind === 'phone' ? 'IP phone, firmware 5.9.5' : 'Wireless access point, firmware 6.2.44',
      ip,
      addressIfIndex: 1,
      kind,
      portSubtype: 3,
      portId: macToBytes(mac),
      portName: kind === 'phone' ? 'Port 1' : 'eth0',
      lldp: true,
      cdp: true,
    }));
}

function announcementOf(peer: Device, port: Port): Announcement {
  const profile = VENDORS[peer.vendor];
  const own = peer.ports.find((candidate) => candidate.address !== null);
  const [portSubtype, portId] = ((): [number, ArrayLike<number>] => {
    if (profile.portId === 'mac') return [3, macToBytes(port.mac)];
    if (profile.portId === 'ifName') return [5, Buffer.from(port.ifName)];
    return [7, Buffer.from(String(port.ifIndex))];
  })();
  return {
    mac: peer.mac,
    name: peer.quirk === 'no-system-name' ? '' : peer.sysName,
    cdpDeviceId: peer.sysName,
    description: profile.sysDescr,
    ip: peer.managementIp,
    addressIfIndex: own?.ifIndex ?? 1,
    kind: peer.role === 'router' ? 'router' : 'switch',
    portSubtype,
    portId,
    portName: port.ifDescr,
    lldp: peer.speaksLldp,
    cdp: peer.speaksCdp,
  };
}

function answerLldpLocal(answers: Answers, { network, device }: AgentView): void {
  const kind = device.role === 'router' ? 'router' : 'switch';
  answers.ticks(`${LLDP_STATS}.1`, [0], network.plan.changedAtSec - device.bootedAtSec);
  answers.gauge(`${LLDP_STATS}.5`, [0], 0);
  answers.integer(`${LLDP_LOCAL}.1`, [0], 4);
  answers.mac(`${LLDP_LOCAL}.2`, [0], device.mac);
  answers.text(`${LLDP_LOCAL}.3`, [0], device.sysName);
  answers.text(`${LLDP_LOCAL}.4`, [0], VENDORS[device.vendor].sysDescr);
  answers.octets(`${LLDP_LOCAL}.5`, [0], CAPABILITIES[kind]);
  answers.octets(`${LLDP_LOCAL}.6`, [0], CAPABILITIES[kind]);
  const address = [1, 4, ...ipIndex(device.managementIp)];
  const own = device.ports.find((port) => port.address?.ip === device.managementIp);
  answers.integer(`${LLDP_LOCAL_ADDRESS}.3`, address, 5);
  answers.integer(`${LLDP_LOCAL_ADDRESS}.4`, address, 2);
  answers.integer(`${LLDP_LOCAL_ADDRESS}.5`, address, own?.ifIndex ?? 1);
  for (const port of device.ports) {
    if (port.kind !== 'physical' || port.lldpPort === null) continue;
    const { portSubtype, portId } = announcementOf(device, port);
    answers.integer(`${LLDP_LOCAL_PORT}.2`, [port.lldpPort], portSubtype);
    answers.octets(`${LLDP_LOCAL_PORT}.3`, [port.lldpPort], portId);
    answers.text(`${LLDP_LOCAL_PORT}.4`, [port.lldpPort], port.ifDescr);
  }
}

function answerLldpRow(answers: Answers, device: Device, port: Port, heard: Announcement, remIndex: number): void {
  const timeMark = device.quirk === 'zero-time-mark' ? 0 : 1000 + 37 * remIndex;
  const at = [timeMark, port.lldpPort ?? 0, remIndex];
  if (device.quirk !== 'no-subtypes') {
    answers.integer(`${LLDP_REMOTE}.4`, at, 4);
    answers.integer(`${LLDP_REMOTE}.6`, at, heard.portSubtype);
  }
  if (device.quirk === 'mac-as-text')
    answers.text(`${LLDP_REMOTE}.5`, at, heard.mac.replaceAll(':', '-').toUpperCase());
  else answers.mac(`${LLDP_REMOTE}.5`, at, heard.mac);
  answers.octets(`${LLDP_REMOTE}.7`, at, heard.portId);
  answers.text(`${LLDP_REMOTE}.8`, at, heard.portName);
  answers.text(`${LLDP_REMOTE}.9`, at, heard.name);
  answers.text(`${LLDP_REMOTE}.10`, at, heard.description);
  answers.octets(`${LLDP_REMOTE}.11`, at, CAPABILITIES[heard.kind]);
  answers.octets(`${LLDP_REMOTE}.12`, at, CAPABILITIES[heard.kind]);
  if (heard.ip === null) return;
  const address = [...at, 1, 4, ...ipIndex(heard.ip)];
  answers.integer(`${LLDP_REMOTE_ADDRESS}.3`, address, 2);
  answers.integer(`${LLDP_REMOTE_ADDRESS}.4`, address, heard.addressIfIndex);
}

function answerCdpLocal(answers: Answers, device: Device): void {
  answers.integer(`${CDP_GLOBAL}.1`, [0], 1);
  answers.text(`${CDP_GLOBAL}.4`, [0], device.sysName);
  for (const port of device.ports) {
    if (port.kind === 'physical') answers.text(CDP_INTERFACE_NAME, [port.ifIndex], port.ifDescr);
  }
}

function answerCdpRow(answers: Answers, port: Port, heard: Announcement, index: number): void {
  const at = [port.ifIndex, index];
  if (heard.ip !== null) {
    answers.integer(`${CDP_CACHE}.3`, at, 1);
    answers.octets(`${CDP_CACHE}.4`, at, ipToBytes(heard.ip));
  }
  answers.text(`${CDP_CACHE}.5`, at, heard.description);
  answers.text(`${CDP_CACHE}.6`, at, heard.cdpDeviceId);
  answers.text(`${CDP_CACHE}.7`, at, heard.portName);
  answers.text(`${CDP_CACHE}.8`, at, heard.description.split(',')[0] ?? '');
  answers.octets(`${CDP_CACHE}.9`, at, [0, 0, 0, CDP_CAPABILITIES[heard.kind]]);
}
