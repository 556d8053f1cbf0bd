import type { AgentView } from './agent.js';
import { bitmap, type Answers } from './answers.js';
import { portKey, type Device, type Port, type PortRef } from './network.js';

const AGG = '1.2.840.10006.300.43.1.1.1.1';
const AGG_PORTS = '1.2.840.10006.300.43.1.1.2.1.1';
const AGG_PORT = '1.2.840.10006.300.43.1.2.1.1';
const PAGP_GROUP = '1.3.6.1.4.1.9.9.98.1.1.1.1.8';
/** Port lists of agents that number their interfaces in the thousands would be kilobytes of zeros. */
const LARGEST_BITMAP_PORT = 1024;
const NO_SYSTEM = [0, 0, 0, 0, 0, 0];

/** IEEE8023-LAG-MIB, and PAgP of Cisco switches, which lists LACP groups too. */
export function answerAggregates(answers: Answers, view: AgentView): void {
  const { device, state, network } = view;
  if (!device.showsLag) return;
  const peers = new Map(network.plan.devices.map((peer) => [peer.id, peer]));
  for (const aggregate of device.ports.filter((port) => port.kind === 'aggregate')) {
    const members = device.ports.filter((port) => port.aggregate === aggregate.ifIndex);
    const partner = members
      .map((member) => state.far.get(keyOf(device, member)))
      .find((far): far is PortRef => far !== undefined);
    const at = [aggregate.ifIndex];
    answers.mac(`${AGG}.2`, at, aggregate.mac);
    answers.octets(`${AGG}.8`, at, partner === undefined ? NO_SYSTEM : systemOctets(peers.get(partner.device)));
    const numbers = members.map((member) => member.ifIndex);
    if (Math.max(...numbers) <= LARGEST_BITMAP_PORT) answers.octets(AGG_PORTS, at, bitmap(numbers));
  }
  for (const port of device.ports) {
    if (port.kind !== 'physical') continue;
    const at = [port.ifIndex];
    if (device.vendor === 'cisco') answers.integer(PAGP_GROUP, at, port.aggregate ?? port.ifIndex);
    const far = port.aggregate === null ? undefined : state.far.get(keyOf(device, port));
    answers.octets(`${AGG_PORT}.3`, at, systemOctets(device));
    answers.octets(`${AGG_PORT}.9`, at, far === undefined ? NO_SYSTEM : systemOctets(peers.get(far.device)));
    answers.integer(`${AGG_PORT}.12`, at, port.aggregate ?? 0);
    answers.integer(`${AGG_PORT}.13`, at, port.aggregate ?? 0);
    answers.integer(`${AGG_PORT}.14`, at, actorPort(port.ifIndex));
    answers.integer(`${AGG_PORT}.17`, at, far === undefined ? 0 : actorPort(far.ifIndex));
  }
}

const keyOf = (device: Device, port: Port): string => portKey({ device: device.id, ifIndex: port.ifIndex });

/** LACP port numbers have 16 bits. */
const actorPort = (ifIndex: number): number => ifIndex & 0xffff;

const systemOctets = (device: Device | undefined): number[] =>
  device === undefined ? NO_SYSTEM : device.lacpSystem.split(':').map((octet) => parseInt(octet, 16));
