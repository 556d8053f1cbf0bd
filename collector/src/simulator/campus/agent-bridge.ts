import { macToBytes, type Mac } from '../../lib/mac.js';
import type { AgentView } from './agent.js';
import { MANAGEMENT_VLAN, VOICE_VLAN } from './address.js';
import { bitmap, macIndex, type Answers } from './answers.js';
import { portKey, type Device, type Port } from './network.js';
import { VENDORS } from './vendors.js';

const BASE = '1.3.6.1.2.1.17.1';
const STP = '1.3.6.1.2.1.17.2';
const STP_PORT = '1.3.6.1.2.1.17.2.15.1';
const TP = '1.3.6.1.2.1.17.4';
const TP_FDB = '1.3.6.1.2.1.17.4.3.1';
const Q_FDB = '1.3.6.1.2.1.17.7.1.2.1.1.2';
const Q_TP_FDB = '1.3.6.1.2.1.17.7.1.2.2.1';
const Q_VLAN_CURRENT = '1.3.6.1.2.1.17.7.1.4.2.1';
const Q_VLAN_STATIC = '1.3.6.1.2.1.17.7.1.4.3.1';
const Q_PVID = '1.3.6.1.2.1.17.7.1.4.5.1.1';
const VTP_VLAN = '1.3.6.1.4.1.9.9.46.1.3.1.1';
const TRUNK_STATUS = '1.3.6.1.4.1.9.9.46.1.6.1.1.14';
const VM_VLAN = '1.3.6.1.4.1.9.9.68.1.2.2.1.2';

const STATUS_LEARNED = 3;
const STATUS_SELF = 4;

/** The answers without a context: all of a Q-BRIDGE agent, VLAN 1 of a Cisco switch. */
export function answerBridge(answers: Answers, view: AgentView): void {
  const { device } = view;
  if (VENDORS[device.vendor].perVlanContexts) {
    answerVtp(answers, view);
    answerVlanContext(answers, view, 1);
    return;
  }
  const ports = device.ports.filter((port) => port.bridgePort !== null);
  answerBase(answers, device, ports);
  if (device.showsStp) answerStp(answers, view, ports, 0);
  if (device.quirk === 'vlan-blind') answerBlindTable(answers, view);
  else answerQBridge(answers, view, ports);
}

/** BRIDGE-MIB of one VLAN. The untagged VLAN 1 is on every trunk and holds no station. */
export function answerVlanContext(answers: Answers, view: AgentView, vlan: number): void {
  const { device, state } = view;
  const ports = portsInVlan(view, vlan);
  answerBase(answers, device, ports);
  if (device.showsStp) answerStp(answers, view, ports, vlan);
  for (const [mac, ifIndex] of state.forwarding.get(device.id)?.get(vlan) ?? []) {
    answerTpRow(answers, device, mac, bridgePortOf(device, ifIndex), STATUS_LEARNED);
  }
}

function portsInVlan({ device, state }: AgentView, vlan: number): Port[] {
  const trunks = new Set(
    state.links
      .filter((link) => vlan === 1 || link.vlans.includes(vlan))
      .flatMap((link) => [link.a, link.b].filter((end) => end.device === device.id).map((end) => end.ifIndex)),
  );
  const learned = new Set(state.forwarding.get(device.id)?.get(vlan)?.values() ?? []);
  return device.ports.filter(
    (port) =>
      port.bridgePort !== null && (trunks.has(port.ifIndex) || learned.has(port.ifIndex) || port.accessVlan === vlan),
  );
}

function answerBase(answers: Answers, device: Device, ports: readonly Port[]): void {
  answers.mac(`${BASE}.1`, [0], device.mac);
  answers.integer(`${BASE}.2`, [0], ports.length);
  answers.integer(`${BASE}.3`, [0], 2);
  for (const port of ports) {
    answers.integer(`${BASE}.4.1.1`, [port.bridgePort as number], port.bridgePort as number);
    answers.integer(`${BASE}.4.1.2`, [port.bridgePort as number], port.ifIndex);
  }
  answers.counter32(`${TP}.1`, [0], 0);
  answers.integer(`${TP}.2`, [0], 300);
}

const bridgePorts = new WeakMap<Device, ReadonlyMap<number, number>>();

/** dot1dBasePort of an interface, 0 when it is none; looked up once a row of a forwarding table. */
function bridgePortOf(device: Device, ifIndex: number): number {
  const known =
    bridgePorts.get(device) ?? new Map(device.ports.map((port) => [port.ifIndex, port.bridgePort ?? 0] as const));
  bridgePorts.set(device, known);
  return known.get(ifIndex) ?? 0;
}

function bridgeId(device: Device, vlan: number): Uint8Array {
  // Cisco adds the VLAN to its priority (802.1t extended system id)
  const priority = device.priority + (device.vendor === 'cisco' ? Math.max(1, vlan) : 0);
  return Uint8Array.of(priority >> 8, priority & 0xff, ...macToBytes(device.mac));
}

const portId = (device: Device, ifIndex: number): Uint8Array => {
  const number = bridgePortOf(device, ifIndex) & 0xfff;
  return Uint8Array.of(0x80 | (number >> 8), number & 0xff);
};

function answerStp(answers: Answers, view: AgentView, ports: readonly Port[], vlan: number): void {
  const { device, state, network } = view;
  const devices = new Map(network.plan.devices.map((other) => [other.id, other]));
  const own = state.tree.bridges.get(device.id);
  const root = devices.get(own?.root ?? device.id) ?? device;
  answers.integer(`${STP}.1`, [0], 3);
  answers.integer(`${STP}.2`, [0], device.priority);
  answers.ticks(`${STP}.3`, [0], network.timeSec - network.plan.changedAtSec);
  answers.counter32(`${STP}.4`, [0], network.plan.topologyChanges);
  answers.octets(`${STP}.5`, [0], bridgeId(root, vlan));
  answers.integer(`${STP}.6`, [0], own?.cost ?? 0);
  answers.integer(`${STP}.7`, [0], own?.rootPort == null ? 0 : bridgePortOf(device, own.rootPort.ifIndex));
  for (const port of ports) {
    const key = portKey({ device: device.id, ifIndex: port.ifIndex });
    const isUp = state.up.has(key);
    const claim = state.tree.ports.get(key);
    const at = [port.bridgePort as number];
    const designated = devices.get(claim?.designatedBridge ?? device.id) ?? device;
    answers.integer(`${STP_PORT}.1`, at, port.bridgePort as number);
    answers.integer(`${STP_PORT}.2`, at, 128);
    answers.integer(`${STP_PORT}.3`, at, !isUp ? 1 : claim?.state === 'blocking' ? 2 : 5);
    answers.integer(`${STP_PORT}.4`, at, 1);
    answers.integer(`${STP_PORT}.5`, at, Math.max(1, Math.round(2e13 / port.speedBps)));
    answers.octets(`${STP_PORT}.6`, at, bridgeId(root, vlan));
    answers.integer(`${STP_PORT}.7`, at, claim?.designatedCost ?? own?.cost ?? 0);
    answers.octets(`${STP_PORT}.8`, at, bridgeId(designated, vlan));
    answers.octets(`${STP_PORT}.9`, at, portId(designated, claim?.designatedPort.ifIndex ?? port.ifIndex));
  }
}

function answerTpRow(answers: Answers, device: Device, mac: Mac, port: number, status: number): void {
  const index = device.quirk === 'mac-length-octet' ? [6, ...macIndex(mac)] : macIndex(mac);
  answers.mac(`${TP_FDB}.1`, index, mac);
  answers.integer(`${TP_FDB}.2`, index, port);
  answers.integer(`${TP_FDB}.3`, index, status);
}

function answerBlindTable(answers: Answers, { device, state }: AgentView): void {
  const seen = new Set<Mac>();
  for (const table of state.forwarding.get(device.id)?.values() ?? []) {
    for (const [mac, ifIndex] of table) {
      if (seen.has(mac)) continue;
      seen.add(mac);
      answerTpRow(answers, device, mac, bridgePortOf(device, ifIndex), STATUS_LEARNED);
    }
  }
}

function answerQBridge(answers: Answers, view: AgentView, ports: readonly Port[]): void {
  const { device, state } = view;
  const tables = state.forwarding.get(device.id);
  device.vlans.forEach((vlan, ordinal) => {
    const fdbId = VENDORS[device.vendor].fdbId === 'vlan' ? vlan : ordinal + 1;
    const members = portsInVlan(view, vlan).map((port) => port.bridgePort as number);
    const untagged = ports.filter((port) => port.accessVlan === vlan).map((port) => port.bridgePort as number);
    answers.gauge(`${Q_VLAN_CURRENT}.3`, [0, vlan], fdbId);
    answers.octets(`${Q_VLAN_CURRENT}.4`, [0, vlan], bitmap(members));
    answers.octets(`${Q_VLAN_CURRENT}.5`, [0, vlan], bitmap(untagged));
    answers.integer(`${Q_VLAN_CURRENT}.6`, [0, vlan], 2);
    answers.text(`${Q_VLAN_STATIC}.1`, [vlan], nameOf(vlan));
    answers.octets(`${Q_VLAN_STATIC}.2`, [vlan], bitmap(members));
    const table = tables?.get(vlan) ?? new Map<Mac, number>();
    answers.counter32(Q_FDB, [fdbId], table.size);
    for (const [mac, ifIndex] of table) {
      answerQRow(answers, device, fdbId, mac, bridgePortOf(device, ifIndex), STATUS_LEARNED);
    }
    if (vlan === MANAGEMENT_VLAN) {
      answerQRow(answers, device, fdbId, device.mac, 0, STATUS_SELF);
      if (device.quirk === 'port-zero-rows') answerUnplaced(answers, view, fdbId);
    }
  });
  for (const port of ports) answers.gauge(Q_PVID, [port.bridgePort as number], port.accessVlan ?? 1);
}

function answerQRow(answers: Answers, device: Device, fdbId: number, mac: Mac, port: number, status: number): void {
  const index = [fdbId, ...(device.quirk === 'mac-length-octet' ? [6] : []), ...macIndex(mac)];
  answers.integer(`${Q_TP_FDB}.2`, index, port);
  answers.integer(`${Q_TP_FDB}.3`, index, status);
}

/** Rows that name no port: stations the agent has heard of and not placed. */
function answerUnplaced(answers: Answers, { device, network }: AgentView, fdbId: number): void {
  for (const gone of network.plan.gone.slice(0, 20)) answerQRow(answers, device, fdbId, gone.mac, 0, STATUS_LEARNED);
}

const nameOf = (vlan: number): string =>
  vlan === MANAGEMENT_VLAN ? 'management' : vlan === VOICE_VLAN ? 'voice' : `users-${vlan}`;

/** VLANs as VTP lists them, the four that no Ethernet port uses included. */
function answerVtp(answers: Answers, view: AgentView): void {
  const { device, state } = view;
  for (const vlan of [1, ...device.vlans]) {
    answers.integer(`${VTP_VLAN}.2`, [1, vlan], 1);
    answers.integer(`${VTP_VLAN}.3`, [1, vlan], 1);
    answers.text(`${VTP_VLAN}.4`, [1, vlan], vlan === 1 ? 'default' : nameOf(vlan));
  }
  for (const [vlan, type, name] of [
    [1002, 2, 'fddi-default'],
    [1003, 3, 'token-ring-default'],
    [1004, 4, 'fddinet-default'],
    [1005, 5, 'trnet-default'],
  ] as const) {
    answers.integer(`${VTP_VLAN}.2`, [1, vlan], 1);
    answers.integer(`${VTP_VLAN}.3`, [1, vlan], type);
    answers.text(`${VTP_VLAN}.4`, [1, vlan], name);
  }
  const trunks = new Set(
    state.links.flatMap((link) => [link.a, link.b].filter((end) => end.device === device.id).map((end) => end.ifIndex)),
  );
  for (const port of device.ports) {
    if (port.bridgePort === null) continue;
    answers.integer(TRUNK_STATUS, [port.ifIndex], trunks.has(port.ifIndex) ? 1 : 2);
    if (port.accessVlan !== null) answers.integer(VM_VLAN, [port.ifIndex], port.accessVlan);
  }
}
