import { ipFromBytes, ipToBytes, type Ip } from '../../lib/ip.js';
import { parseMac, type Mac } from '../../lib/mac.js';

export const ipOf = (value: number): Ip =>
  ipFromBytes([(value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff]) as Ip;

/** The network address of an IPv4 address. */
export const networkOf = (ip: Ip, prefixLength: number): Ip => {
  const value = ipToBytes(ip).reduce((sum, octet) => (sum << 8) | octet, 0);
  return ipOf(value & (-1 << (32 - prefixLength)));
};

/** The n-th address of a manufacturer. */
export const macOf = (oui: string, value: number): Mac =>
  parseMac(
    `${oui}:${(0x1000000 + value)
      .toString(16)
      .slice(1)
      .replace(/(..)(?!$)/g, '$1:')}`,
  );

/** VRRP for IPv4 (RFC 5798, 7.3). */
export const vrrpMac = (routerId: number): Mac => macOf('00:00:5e', 0x000100 + (routerId & 0xff));

export const MANAGEMENT_VLAN = 99;
export const VOICE_VLAN = 400;

export const vlanId = (index: number, count: number): number => (count <= 9 ? 10 * (index + 1) : 1001 + index);

/** Room for 1,022 stations in each VLAN of a site; one VLAN of all sites needs more. */
export const subnetPrefixLength = (isShared: boolean): number => (isShared ? 16 : 22);

/** 10.0.0.0/8 is cut into 64 sites of 256 subnets, or into 256 subnets for all. */
export const subnetOf = (siteIndex: number, subnetIndex: number, prefixLength: number): number =>
  (10 << 24) + ((siteIndex & 63) << 18) + ((subnetIndex & 255) << (32 - prefixLength));

export const MANAGEMENT_PREFIX_LENGTH = 22;

/** The management subnet of a site: the device with index i has the address network + 1 + i. */
export const managementNetwork = ([first, second]: readonly [number, number], siteIndex: number): number =>
  (first << 24) + (second << 16) + (((siteIndex + 1) & 63) << (32 - MANAGEMENT_PREFIX_LENGTH));

export const CHASSIS_SPACING = 0x200;
