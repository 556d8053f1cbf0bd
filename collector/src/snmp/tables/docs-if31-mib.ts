/** DOCS-IF31-MIB, the modem side. */

/** other 0, 1.0 1, 1.1 2, 2.0 3, 3.0 4, 3.1 5, 4.0 6. */
export const docsIf31DocsisBaseCapability = '1.3.6.1.4.1.4491.2.1.28.1.1.0';
/** Downstream OFDM channels. Index: ifIndex, not stable over a registration; the value is the channel id. */
export const docsIf31CmDsOfdmChanChannelId = '1.3.6.1.4.1.4491.2.1.28.1.9.1.1';
/** Upstream OFDMA channels. Index: ifIndex; the value is the UCID. Older firmware lacks the column. */
export const docsIf31CmUsOfdmaChanChannelId = '1.3.6.1.4.1.4491.2.1.28.1.13.1.12';

/** Edges of the downstream band in MHz: lower 108 or 258, upper 1002, 1218 or 1794. */
export const docsIf31CmSystemCfgStateDiplexerCfgDsLowerBandEdge = '1.3.6.1.4.1.4491.2.1.28.1.18.4.0';
export const docsIf31CmSystemCfgStateDiplexerCfgDsUpperBandEdge = '1.3.6.1.4.1.4491.2.1.28.1.18.6.0';

/** Tenths of dBmV in a band of 6 MHz. Index: ifIndex, band; band 0 is the one of the link channel. */
export const docsIf31CmDsOfdmChannelPowerRxPower = '1.3.6.1.4.1.4491.2.1.28.1.11.1.3';
/** Quarters of dBmV in 1.6 MHz; index ifIndex. */
export const docsIf31CmUsOfdmaChanTxPower = '1.3.6.1.4.1.4491.2.1.28.1.13.1.10';
