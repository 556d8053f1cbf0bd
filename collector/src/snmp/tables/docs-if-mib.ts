/** DOCS-IF-MIB (RFC 4546). */

/** ifType values of DOCSIS interfaces (IANAifType-MIB). */
export const DOCSIS_IF_TYPE = {
  macLayer: 127,
  downstream: 128,
  upstream: 129,
  ofdmDownstream: 277,
  ofdmaUpstream: 278,
} as const;

/** docsIfDocsisBaseCapability.0 of agents older than DOCSIS 3.1. */
export const docsIfDocsisBaseCapability = '1.3.6.1.2.1.10.127.1.1.5.0';

/** Legacy registration table of a CMTS. Index: docsIfCmtsCmStatusIndex, a number space of its own. */
export const docsIfCmtsCmStatusMacAddress = '1.3.6.1.2.1.10.127.1.3.3.1.2';
export const docsIfCmtsCmStatusIpAddress = '1.3.6.1.2.1.10.127.1.3.3.1.3';
export const docsIfCmtsCmStatusDownChannelIfIndex = '1.3.6.1.2.1.10.127.1.3.3.1.4';
/** ranging 2 … registrationComplete 6, accessDenied 7, operational 8, registeredBPIInitializing 9. */
export const docsIfCmtsCmStatusValue = '1.3.6.1.2.1.10.127.1.3.3.1.9';

/** Downstream channels of a modem, index ifIndex. Some agents list OFDM channels too, with id 0. */
export const docsIfDownChannelId = '1.3.6.1.2.1.10.127.1.1.1.1.1';
/** Tenths of dBmV. */
export const docsIfDownChannelPower = '1.3.6.1.2.1.10.127.1.1.1.1.6';
/** Tenths of dB; index ifIndex. */
export const docsIfSigQSignalNoise = '1.3.6.1.2.1.10.127.1.1.4.1.5';
/** Upstream channels of a modem, index ifIndex. */
export const docsIfUpChannelId = '1.3.6.1.2.1.10.127.1.1.2.1.1';
/** Hz. */
export const docsIfUpChannelWidth = '1.3.6.1.2.1.10.127.1.1.2.1.3';
/** Pre-equaliser of a modem with one upstream channel; index ifIndex of the MAC layer. DocsEqualizerData. */
export const docsIfCmStatusEqualizationData = '1.3.6.1.2.1.10.127.1.2.2.1.17';
