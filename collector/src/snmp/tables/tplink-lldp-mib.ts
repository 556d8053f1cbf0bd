/** TPLINK-LLDPINFO-MIB neighbour table: everything is text. Index: local ifIndex, remote index. */
const entry = '1.3.6.1.4.1.11863.6.35.1.2.2.1';
/** `MAC address`, `Interface name`, `Locally assigned` … */
export const tplinkLldpChassisIdType = `${entry}.3`;
export const tplinkLldpChassisId = `${entry}.4`;
export const tplinkLldpPortIdType = `${entry}.5`;
export const tplinkLldpPortId = `${entry}.6`;
export const tplinkLldpPortDesc = `${entry}.8`;
export const tplinkLldpSysName = `${entry}.9`;
export const tplinkLldpSysDesc = `${entry}.10`;
/** `Bridge Router `: words separated by spaces. */
export const tplinkLldpCapabilityEnabled = `${entry}.12`;
