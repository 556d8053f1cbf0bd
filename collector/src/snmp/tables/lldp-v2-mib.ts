/** LLDP-V2-MIB (IEEE 802.1AB-2009): the local port is the ifIndex. */
export const lldpV2LocChassisIdSubtype = '1.3.111.2.802.1.1.13.1.3.1.0';
export const lldpV2LocChassisId = '1.3.111.2.802.1.1.13.1.3.2.0';
export const lldpV2LocSysName = '1.3.111.2.802.1.1.13.1.3.3.0';
/** lldpV2LocPortTable. Index: ifIndex. */
export const lldpV2LocPortIdSubtype = '1.3.111.2.802.1.1.13.1.3.7.1.2';
export const lldpV2LocPortId = '1.3.111.2.802.1.1.13.1.3.7.1.3';
export const lldpV2LocPortDesc = '1.3.111.2.802.1.1.13.1.3.7.1.4';
/** lldpV2RemTable. Index: time mark, local ifIndex, destination MAC index, remote index. */
export const lldpV2RemChassisIdSubtype = '1.3.111.2.802.1.1.13.1.4.1.1.5';
export const lldpV2RemChassisId = '1.3.111.2.802.1.1.13.1.4.1.1.6';
export const lldpV2RemPortIdSubtype = '1.3.111.2.802.1.1.13.1.4.1.1.7';
export const lldpV2RemPortId = '1.3.111.2.802.1.1.13.1.4.1.1.8';
export const lldpV2RemPortDesc = '1.3.111.2.802.1.1.13.1.4.1.1.9';
export const lldpV2RemSysName = '1.3.111.2.802.1.1.13.1.4.1.1.10';
export const lldpV2RemSysDesc = '1.3.111.2.802.1.1.13.1.4.1.1.11';
export const lldpV2RemSysCapEnabled = '1.3.111.2.802.1.1.13.1.4.1.1.13';
/** Index: as lldpV2RemTable, then subtype, length, octets. */
export const lldpV2RemManAddrIfId = '1.3.111.2.802.1.1.13.1.4.2.1.4';
