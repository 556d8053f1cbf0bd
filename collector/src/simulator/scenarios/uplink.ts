import { cutLink, restoreLink } from '../campus/events.js';
import { logicalLinks, type LogicalLink } from '../campus/spanning-tree.js';
import { deviceOf, portOf, type Network, type PortRef } from '../campus/network.js';
import { createRandom, deriveSeed } from '../random.js';
import type { Scenario } from './scenario.js';

/** Links between a distribution switch and a core, cables of one or of several. */
const uplinksOf = (network: Network): LogicalLink[] =>
  logicalLinks(network.plan).filter(({ a, b, up }) => {
    const roles = [deviceOf(network, a.device).role, deviceOf(network, b.device).role];
    return up && roles.includes('distribution') && roles.includes('core');
  });

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
      if (uplink === undefined) return 'the campus has no uplink to cut';
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
