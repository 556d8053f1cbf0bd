/** DOCS-IF3-MIB, the CMTS side. */

/** Registration table. Index: docsIf3CmtsCmRegStatusId. */
export const docsIf3CmtsCmRegStatusMacAddr = '1.3.6.1.4.1.4491.2.1.20.1.3.1.2';
/** 16 octets; all zero when the modem has none. */
export const docsIf3CmtsCmRegStatusIPv6Addr = '1.3.6.1.4.1.4491.2.1.20.1.3.1.3';
/** 4 octets; 0.0.0.0 when the modem has none. */
export const docsIf3CmtsCmRegStatusIPv4Addr = '1.3.6.1.4.1.4491.2.1.20.1.3.1.5';
/** CmtsCmRegState: 6 registrationComplete, 8 operational, 17 forwardingDisabled … */
export const docsIf3CmtsCmRegStatusValue = '1.3.6.1.4.1.4491.2.1.20.1.3.1.6';
/** ifIndex of the MAC domain; 0 unknown. */
export const docsIf3CmtsCmRegStatusMdIfIndex = '1.3.6.1.4.1.4491.2.1.20.1.3.1.7';
/** Service group within the MAC domain; 0 unknown. */
export const docsIf3CmtsCmRegStatusMdCmSgId = '1.3.6.1.4.1.4491.2.1.20.1.3.1.8';

/** Fibre nodes. Index: MAC domain's ifIndex, length and octets of the node's name, MdCmSgId. The name is in the index only. */
export const docsIf3MdNodeStatusMdDsSgId = '1.3.6.1.4.1.4491.2.1.20.1.12.1.3';
