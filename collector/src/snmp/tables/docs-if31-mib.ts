/** DOCS-IF31-MIB, the modem side. */

/** other 0, 1.0 1, 1.1 2, 2.0 3, 3.0 4, 3.1 5, 4.0 6. */
export const docsIf31DocsisBaseCapability = '1.3.6.1.4.1.4491.2.1.28.1.1.0';
/** Downstream OFDM channels. Index: ifIndex, not stable over a registration; the value is the channel id. */
export const docsIf31CmDsOfdmChanChannelId = '1.3.6.1.4.1.4491.2.1.28.1.9.1.1';
