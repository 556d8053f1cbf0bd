/** BRIDGE-MIB (RFC 4188). Cisco IOS answers it for one VLAN at a time. */
export const dot1dBaseBridgeAddress = '1.3.6.1.2.1.17.1.1.0';
/** Index: bridge port. */
export const dot1dBasePortIfIndex = '1.3.6.1.2.1.17.1.4.1.2';
/** Above 0 the table was full at times: it is incomplete. */
export const dot1dTpLearnedEntryDiscards = '1.3.6.1.2.1.17.4.1.0';
/** Seconds. */
export const dot1dTpAgingTime = '1.3.6.1.2.1.17.4.2.0';
/** Index: 6 octets of the MAC. Value 0: port unknown. */
export const dot1dTpFdbPort = '1.3.6.1.2.1.17.4.3.1.2';
/** 1 other, 2 invalid, 3 learned, 4 self, 5 mgmt. */
export const dot1dTpFdbStatus = '1.3.6.1.2.1.17.4.3.1.3';

export const dot1dStpTopChanges = '1.3.6.1.2.1.17.2.4.0';
/** Bridge identifier: 2 octets priority (low 12 bits the VLAN), 6 octets MAC. */
export const dot1dStpDesignatedRoot = '1.3.6.1.2.1.17.2.5.0';
export const dot1dStpRootCost = '1.3.6.1.2.1.17.2.6.0';
/** Bridge port; 0 on the root. */
export const dot1dStpRootPort = '1.3.6.1.2.1.17.2.7.0';
/** Index: STP port. 1 disabled, 2 blocking, 3 listening, 4 learning, 5 forwarding, 6 broken. */
export const dot1dStpPortState = '1.3.6.1.2.1.17.2.15.1.3';
export const dot1dStpPortDesignatedRoot = '1.3.6.1.2.1.17.2.15.1.6';
export const dot1dStpPortDesignatedBridge = '1.3.6.1.2.1.17.2.15.1.8';
/** 2 octets: 4 bits priority, 12 bits port number (IEEE 802.1D-2004, 9.2.7). */
export const dot1dStpPortDesignatedPort = '1.3.6.1.2.1.17.2.15.1.9';
