import { parseIp } from '../lib/ip.js';
import { macOf } from './campus/address.js';
import { chassisMac } from './campus/build.js';
import { deviceOf, type Device, type Network, type Port } from './campus/network.js';
import { VENDORS } from './campus/vendors.js';

/** Where a CMTS joins a generated campus. */
export interface CmtsUplink {
  readonly cmtsId: string;
  readonly cmtsAddress: string;
  /** The router that it hangs on. */
  readonly routerId: string;
}

export const CMTS_CABLE = 'cable-cmts-1';
const SPEED_BPS = 1e10;
const PREFIX_LENGTH = 30;

/** A routed port, the next free one of a device. */
function routedPort(device: Pick<Device, 'vendor' | 'mac' | 'ports'>, address: string): Port {
  const profile = VENDORS[device.vendor];
  const number = device.ports.filter(({ kind }) => kind === 'physical').length + 1;
  return {
    ifIndex: profile.ifIndex(number),
    kind: 'physical',
    ifName: profile.ifName(number),
    ifDescr: profile.ifDescr(number),
    ifType: 6,
    mac: chassisMac(device, number),
    speedBps: SPEED_BPS,
    bridgePort: null,
    lldpPort: profile.lldpPort(number),
    aggregate: null,
    accessVlan: null,
    vlan: null,
    below: null,
    address: { ip: parseIp(address), prefixLength: PREFIX_LENGTH },
  };
}

/** The campus with a CMTS behind one of its routers: one more device, one more cable. */
export function attachCmts(network: Network, { cmtsId, cmtsAddress, routerId }: CmtsUplink): Network {
  const router = deviceOf(network, routerId);
  const routerPort = routedPort(router, '172.31.255.1');
  const mac = macOf('00:17:10', 0x200);
  const cmtsPort = routedPort({ vendor: 'router', mac, ports: [] }, '172.31.255.2');
  const cmts: Device = {
    ...router,
    id: cmtsId,
    sysName: cmtsId,
    managementIp: parseIp(cmtsAddress),
    mac,
    lacpSystem: mac,
    ports: [cmtsPort],
    speaksLldp: true,
    speaksCdp: false,
    showsNeighbours: true,
    quirk: null,
  };
  const cable = {
    id: CMTS_CABLE,
    a: { device: routerId, ifIndex: routerPort.ifIndex },
    b: { device: cmtsId, ifIndex: cmtsPort.ifIndex },
    up: true,
    routed: true,
  };
  const devices = network.plan.devices.map((device) =>
    device.id === routerId ? { ...device, speaksLldp: true, ports: [...device.ports, routerPort] } : device,
  );
  return {
    ...network,
    plan: { ...network.plan, devices: [...devices, cmts], cables: [...network.plan.cables, cable] },
  };
}
