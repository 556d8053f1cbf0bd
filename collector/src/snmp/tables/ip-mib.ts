/** IP-MIB (RFC 4293 and its deprecated tables). */

/** ipAddrTable. Index: the IPv4 address. */
export const ipAdEntIfIndex = '1.3.6.1.2.1.4.20.1.2';
export const ipAdEntNetMask = '1.3.6.1.2.1.4.20.1.3';

/** ipAddressTable. Index: address type, length, octets. */
export const ipAddressIfIndex = '1.3.6.1.2.1.4.34.1.3';
/** 1 unicast, 2 anycast, 3 broadcast. */
export const ipAddressType = '1.3.6.1.2.1.4.34.1.4';
/** RowPointer into ipAddressPrefixTable: its last sub-identifier is the prefix length. */
export const ipAddressPrefix = '1.3.6.1.2.1.4.34.1.5';

/** ipNetToMediaTable. Index: ifIndex, IPv4 address. */
export const ipNetToMediaPhysAddress = '1.3.6.1.2.1.4.22.1.2';
/** 1 other, 2 invalid, 3 dynamic, 4 static. */
export const ipNetToMediaType = '1.3.6.1.2.1.4.22.1.4';

/** ipNetToPhysicalTable. Index: ifIndex, address type, length, octets. */
export const ipNetToPhysicalPhysAddress = '1.3.6.1.2.1.4.35.1.4';
/** 1 other, 2 invalid, 3 dynamic, 4 static, 5 local. */
export const ipNetToPhysicalType = '1.3.6.1.2.1.4.35.1.6';
/** 1 reachable, 2 stale, 3 delay, 4 probe, 5 invalid, 6 unknown, 7 incomplete. */
export const ipNetToPhysicalState = '1.3.6.1.2.1.4.35.1.7';

/** InetAddressType (RFC 4001) to the octets of the address itself; the z types append a zone. */
export const INET_ADDRESS_OCTETS: ReadonlyMap<number, number> = new Map([
  [1, 4],
  [2, 16],
  [3, 4],
  [4, 16],
]);
