/** IF-MIB. ifTable and ifXTable are indexed by ifIndex. */
export const ifDescr = '1.3.6.1.2.1.2.2.1.2';
export const ifType = '1.3.6.1.2.1.2.2.1.3';
/** Bit/s; 4294967295 means "see ifHighSpeed". */
export const ifSpeed = '1.3.6.1.2.1.2.2.1.5';
export const ifPhysAddress = '1.3.6.1.2.1.2.2.1.6';
/** 1 up, 2 down, 3 testing. */
export const ifAdminStatus = '1.3.6.1.2.1.2.2.1.7';
/** 1 up, 2 down, 3 testing, 4 unknown, 5 dormant, 6 notPresent, 7 lowerLayerDown. */
export const ifOperStatus = '1.3.6.1.2.1.2.2.1.8';
/** sysUpTime at the last change of ifOperStatus. */
export const ifLastChange = '1.3.6.1.2.1.2.2.1.9';
export const ifInOctets = '1.3.6.1.2.1.2.2.1.10';
export const ifOutOctets = '1.3.6.1.2.1.2.2.1.16';

export const ifName = '1.3.6.1.2.1.31.1.1.1.1';
export const ifHCInOctets = '1.3.6.1.2.1.31.1.1.1.6';
export const ifHCOutOctets = '1.3.6.1.2.1.31.1.1.1.10';
/** Mbit/s. */
export const ifHighSpeed = '1.3.6.1.2.1.31.1.1.1.15';
/** sysUpTime at which counters of this row last began anew; 0 when they have not since the agent started. */
export const ifCounterDiscontinuityTime = '1.3.6.1.2.1.31.1.1.1.19';
/** Text of the operator. */
export const ifAlias = '1.3.6.1.2.1.31.1.1.1.18';

/** Index: higher ifIndex, lower ifIndex; 0 stands for "nothing above" or "nothing below". */
export const ifStackStatus = '1.3.6.1.2.1.31.1.2.1.3';

/** IANAifType values that inference tells apart. */
export const IF_TYPE = { ethernet: 6, loopback: 24, propVirtual: 53, tunnel: 131, l2vlan: 135, lag: 161 } as const;
