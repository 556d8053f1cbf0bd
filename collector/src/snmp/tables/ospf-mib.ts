/** OSPF-MIB (RFC 4750) and OSPFV3-MIB (RFC 5643). */
export const ospfRouterId = '1.3.6.1.2.1.14.1.1.0';
/** ospfNbrTable. Index: neighbour address, addressless index (ifIndex when unnumbered). */
export const ospfNbrRtrId = '1.3.6.1.2.1.14.10.1.3';
/** 4 twoWay, 8 full. */
export const ospfNbrState = '1.3.6.1.2.1.14.10.1.6';
/** ospfv3NbrTable. Index: ifIndex, instance, router id. */
export const ospfv3NbrAddress = '1.3.6.1.2.1.191.1.9.1.5';
export const ospfv3NbrState = '1.3.6.1.2.1.191.1.9.1.8';
export const ospfv3RouterId = '1.3.6.1.2.1.191.1.1.1.0';
