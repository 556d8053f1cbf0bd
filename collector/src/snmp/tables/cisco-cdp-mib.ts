/** CISCO-CDP-MIB. */

/** cdpInterfaceTable. Index: ifIndex. */
export const cdpInterfaceName = '1.3.6.1.4.1.9.9.23.1.1.1.1.6';
/** cdpCacheTable. Index: ifIndex, device index. Address type 1 is IPv4, 20 IPv6. */
export const cdpCacheAddressType = '1.3.6.1.4.1.9.9.23.1.2.1.1.3';
export const cdpCacheAddress = '1.3.6.1.4.1.9.9.23.1.2.1.1.4';
export const cdpCacheDeviceId = '1.3.6.1.4.1.9.9.23.1.2.1.1.6';
export const cdpCacheDevicePort = '1.3.6.1.4.1.9.9.23.1.2.1.1.7';
export const cdpCachePlatform = '1.3.6.1.4.1.9.9.23.1.2.1.1.8';
/** 4 octets: 0x01 router, 0x02 transparent bridge, 0x08 switch, 0x10 host, 0x40 repeater, 0x80 phone. */
export const cdpCacheCapabilities = '1.3.6.1.4.1.9.9.23.1.2.1.1.9';
export const cdpCacheSysName = '1.3.6.1.4.1.9.9.23.1.2.1.1.17';
export const cdpCachePrimaryMgmtAddrType = '1.3.6.1.4.1.9.9.23.1.2.1.1.19';
export const cdpCachePrimaryMgmtAddr = '1.3.6.1.4.1.9.9.23.1.2.1.1.20';
/** How neighbours will name this device. */
export const cdpGlobalDeviceId = '1.3.6.1.4.1.9.9.23.1.3.4.0';
