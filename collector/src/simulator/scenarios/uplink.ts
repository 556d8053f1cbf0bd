import { cutLink, restoreLink } from '../campus/events.js';
import { logicalLinks, type LogicalLink } from '../campus/spanning-tree.js';
import { stateOf } from '../campus/state.js';
import { deviceOf, portKey, portOf, type Network, type PortRef } from '../campus/network.js';
import { createRandom, deriveSeed } from '../random.js';
import type { Scenario } from './scenario.js';

/** Whether every device can still be reached from every other. */
function isWhole({ plan }: Network): boolean {
  const reached = new Set(plan.devices.slice(0, 1).map(({ id }) => id));
  let before = 0;
  while (before < reached.size) {
    before = reached.size;
    for (const { a, b, up } of plan.cables) {
      if (!up || reached.has(a.device) === reached.has(b.device)) continue;
      reached.add(a.device).add(b.device);
    }
  }
  return reached.size === plan.devices.length;
}

/** Uplinks from distribution to core that carry traffic now and whose loss cuts nobody off, of one cable or several. */
const uplinksOf = (network: Network): LogicalLink[] => {
  const { ports } = stateOf(network.plan).tree;
  return logicalLinks(network.plan).filter(({ id, a, b, up }) => {
    const roles = [deviceOf(network, a.device).role, deviceOf(network, b.device).role];
    const isForwarding = [a, b].every((end) => ports.get(portKey(end))?.state === 'forwarding');
    const isUplink = up && roles.includes('distribution') && roles.includes('core');
    return isUplink && isForwarding && isWhole(cutLink(network, id));
  });
};

const nameOf = (network: Network, { device, ifIndex }: PortRef): string =>
  `${device} ${portOf(deviceOf(network, device), ifIndex).ifName}`;

/** An uplink between distribution and core loses its light: both ports go down, the spanning tree takes another way. */
export function uplinkScenario(seed: number): Scenario {
  const random = createRandom(deriveSeed(seed, 'uplink'));
  let failed: LogicalLink | undefined;
  return {
    begins: 'uplink-fails',
    ends: 'uplink-returns',
    begin({ network, change }) {
      const uplinks = uplinksOf(network());
      const uplink = uplinks[Math.floor(random.uniform() * uplinks.length)];
      if (failed !== undefined) return `the uplink is down already: ${failed.id}`;
      if (uplink === undefined) return 'the campus has no uplink that may fail';
      failed = uplink;
      change(cutLink(network(), uplink.id));
      return `uplink ${nameOf(network(), uplink.a)} to ${nameOf(network(), uplink.b)} failed`;
    },
    end({ network, change }) {
      if (failed === undefined) return 'no uplink is down';
      const uplink = failed;
      failed = undefined;
      change(restoreLink(network(), uplink.id));
      return `uplink ${nameOf(network(), uplink.a)} to ${nameOf(network(), uplink.b)} is back`;
    },
  };
}
