/** Q-BRIDGE-MIB (RFC 4363) and its successor in the IEEE tree. */

/** Index: filtering database id, 6 octets of the MAC. Value as dot1dTpFdbPort. */
export const dot1qTpFdbPort = '1.3.6.1.2.1.17.7.1.2.2.1.2';
export const dot1qTpFdbStatus = '1.3.6.1.2.1.17.7.1.2.2.1.3';
/** Index: filtering database id. Dynamic rows in it, by the agent's own count. */
export const dot1qFdbDynamicCount = '1.3.6.1.2.1.17.7.1.2.1.1.2';
/** Index: time mark, VLAN. */
export const dot1qVlanFdbId = '1.3.6.1.2.1.17.7.1.4.2.1.3';
/** Index: VLAN. */
export const dot1qVlanStaticName = '1.3.6.1.2.1.17.7.1.4.3.1.1';

/** IEEE8021-Q-BRIDGE-MIB. Index: component, filtering database id, 6 octets of the MAC. */
export const ieee8021QBridgeTpFdbPort = '1.3.111.2.802.1.1.4.1.2.2.1.2';
export const ieee8021QBridgeTpFdbStatus = '1.3.111.2.802.1.1.4.1.2.2.1.3';
