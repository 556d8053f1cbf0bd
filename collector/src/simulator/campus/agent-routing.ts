import type { Ip } from '../../lib/ip.js';
import type { AgentView } from './agent.js';
import { ipOf, networkOf } from './address.js';
import { ipIndex, type Answers } from './answers.js';
import { portKey, type Device, type Port } from './network.js';

const CIDR_ROUTE = '1.3.6.1.2.1.4.24.7.1';
const OSPF_GENERAL = '1.3.6.1.2.1.14.1';
const OSPF_IF = '1.3.6.1.2.1.14.7.1';
const OSPF_NEIGHBOUR = '1.3.6.1.2.1.14.10.1';
const ROUTE_REMOTE = 4;
const ROUTE_LOCAL = 3;
const PROTOCOL_LOCAL = 2;
const PROTOCOL_OSPF = 13;
const STATE_FULL = 8;
const NOWHERE = ipOf(0);

interface Adjacency {
  readonly port: Port;
  readonly peer: Device;
  readonly peerIp: Ip;
}

/** OSPF between the routers of neighbouring sites, and the routes that follow from it (RFC 4292, RFC 4750). */
export function answerRouting(answers: Answers, view: AgentView): void {
  const { device, network } = view;
  const routers = network.plan.devices.filter((candidate) => candidate.role === 'router');
  answers.ip(`${OSPF_GENERAL}.1`, [0], routerId(device));
  for (const { port, peer, peerIp } of adjacencies(view, device)) {
    const own = [...ipIndex(port.address?.ip ?? NOWHERE), 0];
    answers.integer(`${OSPF_IF}.4`, own, 3);
    answers.integer(`${OSPF_IF}.12`, own, 4);
    answers.ip(`${OSPF_NEIGHBOUR}.1`, [...ipIndex(peerIp), 0], peerIp);
    answers.ip(`${OSPF_NEIGHBOUR}.3`, [...ipIndex(peerIp), 0], routerId(peer));
    answers.integer(`${OSPF_NEIGHBOUR}.6`, [...ipIndex(peerIp), 0], STATE_FULL);
    answers.counter32(`${OSPF_NEIGHBOUR}.7`, [...ipIndex(peerIp), 0], 6);
  }
  const known = new Set<string>();
  for (const port of device.ports) {
    if (port.address === null) continue;
    const { ip, prefixLength } = port.address;
    known.add(`${networkOf(ip, prefixLength)}/${prefixLength}`);
    answerRoute(answers, networkOf(ip, prefixLength), prefixLength, NOWHERE, port, true);
  }
  const distances = hopsFrom(view, device, routers);
  for (const router of routers) {
    if (router === device) continue;
    for (const port of router.ports) {
      if (port.address === null) continue;
      const prefix = networkOf(port.address.ip, port.address.prefixLength);
      const key = `${prefix}/${port.address.prefixLength}`;
      if (known.has(key)) continue;
      known.add(key);
      for (const { port: out, peerIp } of distances.get(router.id) ?? []) {
        answerRoute(answers, prefix, port.address.prefixLength, peerIp, out, false);
      }
    }
  }
}

const routerId = (device: Device): Ip => device.managementIp;

function adjacencies({ network, state }: AgentView, device: Device): Adjacency[] {
  return device.ports.flatMap((port) => {
    const far =
      port.address === null ? undefined : state.far.get(portKey({ device: device.id, ifIndex: port.ifIndex }));
    const peer = far && network.plan.devices.find((candidate) => candidate.id === far.device);
    const peerPort = peer?.ports.find((candidate) => candidate.ifIndex === far?.ifIndex);
    return peer === undefined || peerPort?.address == null ? [] : [{ port, peer, peerIp: peerPort.address.ip }];
  });
}

/** For each other router the adjacencies by which the shortest ways to it begin. */
function hopsFrom(view: AgentView, from: Device, routers: readonly Device[]): Map<string, Adjacency[]> {
  const first = new Map<string, Adjacency[]>();
  const distance = new Map([[from.id, 0]]);
  const queue = [from];
  const byId = new Map(routers.map((router) => [router.id, router]));
  for (let at = 0; at < queue.length; at++) {
    const router = queue[at] as Device;
    for (const adjacency of adjacencies(view, router)) {
      const next = (distance.get(router.id) ?? 0) + 1;
      const peer = byId.get(adjacency.peer.id);
      if (peer === undefined || (distance.get(peer.id) ?? next) < next) continue;
      if (!distance.has(peer.id)) queue.push(peer);
      distance.set(peer.id, next);
      const begin = router === from ? [adjacency] : (first.get(router.id) ?? []);
      first.set(peer.id, [...new Set([...(first.get(peer.id) ?? []), ...begin])]);
    }
  }
  return first;
}

/** Index: destination type and address, prefix length, policy, next hop type and address. */
function answerRoute(answers: Answers, to: Ip, prefixLength: number, nextHop: Ip, out: Port, isLocal: boolean): void {
  const at = [1, 4, ...ipIndex(to), prefixLength, 2, 0, 0, 1, 4, ...ipIndex(nextHop)];
  answers.integer(`${CIDR_ROUTE}.7`, at, out.ifIndex);
  answers.integer(`${CIDR_ROUTE}.8`, at, isLocal ? ROUTE_LOCAL : ROUTE_REMOTE);
  answers.integer(`${CIDR_ROUTE}.9`, at, isLocal ? PROTOCOL_LOCAL : PROTOCOL_OSPF);
  answers.integer(`${CIDR_ROUTE}.12`, at, isLocal ? 0 : 20);
  answers.integer(`${CIDR_ROUTE}.17`, at, 1);
}
