/** TIMETRA-LLDP-MIB (Nokia SR OS): columns as lldpRemTable. Index: time mark, local ifIndex, destination MAC index, remote index. */
const entry = '1.3.6.1.4.1.6527.3.1.2.59.4.1.1';
export const tmnxLldpRemChassisIdSubtype = `${entry}.4`;
export const tmnxLldpRemChassisId = `${entry}.5`;
export const tmnxLldpRemPortIdSubtype = `${entry}.6`;
export const tmnxLldpRemPortId = `${entry}.7`;
export const tmnxLldpRemPortDesc = `${entry}.8`;
export const tmnxLldpRemSysName = `${entry}.9`;
export const tmnxLldpRemSysDesc = `${entry}.10`;
export const tmnxLldpRemSysCapEnabled = `${entry}.12`;
