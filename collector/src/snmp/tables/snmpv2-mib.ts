/** SNMPv2-MIB, system group: scalars. */
export const sysDescr = '1.3.6.1.2.1.1.1.0';
export const sysObjectID = '1.3.6.1.2.1.1.2.0';
/** Hundredths of a second since the agent started. */
export const sysUpTime = '1.3.6.1.2.1.1.3.0';
export const sysName = '1.3.6.1.2.1.1.5.0';
