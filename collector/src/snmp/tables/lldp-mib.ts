/** LLDP-MIB (IEEE 802.1AB-2005). */
export const lldpLocChassisIdSubtype = '1.0.8802.1.1.2.1.3.1.0';
export const lldpLocChassisId = '1.0.8802.1.1.2.1.3.2.0';
export const lldpLocSysName = '1.0.8802.1.1.2.1.3.3.0';

/** lldpLocPortTable. Index: LldpPortNumber, which is no ifIndex by definition. */
export const lldpLocPortIdSubtype = '1.0.8802.1.1.2.1.3.7.1.2';
export const lldpLocPortId = '1.0.8802.1.1.2.1.3.7.1.3';
export const lldpLocPortDesc = '1.0.8802.1.1.2.1.3.7.1.4';

/** lldpRemTable. Index: time mark, local port number, remote index. */
export const lldpRemChassisIdSubtype = '1.0.8802.1.1.2.1.4.1.1.4';
export const lldpRemChassisId = '1.0.8802.1.1.2.1.4.1.1.5';
export const lldpRemPortIdSubtype = '1.0.8802.1.1.2.1.4.1.1.6';
export const lldpRemPortId = '1.0.8802.1.1.2.1.4.1.1.7';
export const lldpRemPortDesc = '1.0.8802.1.1.2.1.4.1.1.8';
export const lldpRemSysName = '1.0.8802.1.1.2.1.4.1.1.9';
export const lldpRemSysDesc = '1.0.8802.1.1.2.1.4.1.1.10';
export const lldpRemSysCapEnabled = '1.0.8802.1.1.2.1.4.1.1.12';

/** lldpRemManAddrTable. Index: as lldpRemTable, then subtype, length, octets: the address is only there. */
export const lldpRemManAddrIfId = '1.0.8802.1.1.2.1.4.2.1.4';

/** LLDP-EXT-DOT3-MIB lldpXdot3RemLinkAggTable. Index: as lldpRemTable. Bit 1 of the status: aggregated now. */
export const lldpXdot3RemLinkAggStatus = '1.0.8802.1.1.2.1.5.4623.1.3.3.1.1';
export const lldpXdot3RemLinkAggPortId = '1.0.8802.1.1.2.1.5.4623.1.3.3.1.2';

/** Chassis id subtypes. */
export const CHASSIS = {
  component: 1,
  ifAlias: 2,
  portComponent: 3,
  mac: 4,
  networkAddress: 5,
  ifName: 6,
  local: 7,
} as const;
/** Port id subtypes. */
export const PORT = {
  ifAlias: 1,
  portComponent: 2,
  mac: 3,
  networkAddress: 4,
  ifName: 5,
  agentCircuit: 6,
  local: 7,
} as const;
