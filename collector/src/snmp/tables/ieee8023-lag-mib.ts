/** IEEE8023-LAG-MIB. Index of dot3adAggPortTable: ifIndex of the member. */
export const dot3adAggPortActorSystemID = '1.2.840.10006.300.43.1.2.1.1.3';
/** All zero: no partner (static aggregate). */
export const dot3adAggPortPartnerOperSystemID = '1.2.840.10006.300.43.1.2.1.1.9';
/** 0 or the member itself: in no aggregate. */
export const dot3adAggPortAttachedAggID = '1.2.840.10006.300.43.1.2.1.1.13';
export const dot3adAggPortActorPort = '1.2.840.10006.300.43.1.2.1.1.14';
export const dot3adAggPortPartnerOperPort = '1.2.840.10006.300.43.1.2.1.1.17';
/** dot3adAggPortListTable. Index: ifIndex of the aggregate; bitmap of ports. */
export const dot3adAggPortListPorts = '1.2.840.10006.300.43.1.1.2.1.1';
