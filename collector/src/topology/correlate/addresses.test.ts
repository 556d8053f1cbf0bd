import { namings } from './addresses.js';
import { arp, device, hostMac } from './facts-fixtures.js';

test('namings: every address that any ARP table gives a MAC, and the first device that knows it', () => {
  const namingOf = namings([
    device('r2', 2, (d) => (d.arp = [arp(1, '10.0.0.9', hostMac(1)), arp(1, '10.0.0.5', hostMac(1))])),
    device('r1', 1, (d) => (d.arp = [arp(1, '10.0.0.5', hostMac(1))])),
  ]);
  expect(namingOf(hostMac(1))).toEqual({ device: 'r1', ips: ['10.0.0.5', '10.0.0.9'] });
  expect(namingOf(hostMac(2))).toBeUndefined();
});
