/** DOCS-IF3-MIB: first the CMTS, then the modem. */

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

/** Spectrum analyser of a modem: scalars, instance 0. Parameters take effect when `Enable` goes from false to true. */
export const docsIf3CmSpectrumAnalysisCtrlCmdEnable = '1.3.6.1.4.1.4491.2.1.20.1.34.1';
/** Seconds without a reader after which it stops by itself; 0 never. */
export const docsIf3CmSpectrumAnalysisCtrlCmdInactivityTimeout = '1.3.6.1.4.1.4491.2.1.20.1.34.2';
export const docsIf3CmSpectrumAnalysisCtrlCmdFirstSegmentCenterFrequency = '1.3.6.1.4.1.4491.2.1.20.1.34.3';
export const docsIf3CmSpectrumAnalysisCtrlCmdLastSegmentCenterFrequency = '1.3.6.1.4.1.4491.2.1.20.1.34.4';
export const docsIf3CmSpectrumAnalysisCtrlCmdSegmentFrequencySpan = '1.3.6.1.4.1.4491.2.1.20.1.34.5';
export const docsIf3CmSpectrumAnalysisCtrlCmdNumBinsPerSegment = '1.3.6.1.4.1.4491.2.1.20.1.34.6';
/** Hundredths of a bin. */
export const docsIf3CmSpectrumAnalysisCtrlCmdEquivalentNoiseBandwidth = '1.3.6.1.4.1.4491.2.1.20.1.34.7';
/** other 0, hann 1, blackmanHarris 2, rectangular 3, hamming 4, flatTop 5, gaussian 6, chebyshev 7. */
export const docsIf3CmSpectrumAnalysisCtrlCmdWindowFunction = '1.3.6.1.4.1.4491.2.1.20.1.34.8';
export const docsIf3CmSpectrumAnalysisCtrlCmdNumberOfAverages = '1.3.6.1.4.1.4491.2.1.20.1.34.9';
/** Gated; `Enable` must be true already. */
export const docsIf3CmSpectrumAnalysisCtrlCmdFileEnable = '1.3.6.1.4.1.4491.2.1.20.1.34.10';
export const docsIf3CmSpectrumAnalysisCtrlCmdMeasStatus = '1.3.6.1.4.1.4491.2.1.20.1.34.11';
export const docsIf3CmSpectrumAnalysisCtrlCmdFileName = '1.3.6.1.4.1.4491.2.1.20.1.34.12';
/** Index: centre of the segment in Hz. Head of 20 octets, then hundredths of dBmV. */
export const docsIf3CmSpectrumAnalysisMeasAmplitudeData = '1.3.6.1.4.1.4491.2.1.20.1.35.1.2';

/** State of a modem's registration, 12 operational; index ifIndex of the MAC layer. */
export const docsIf3CmStatusValue = '1.3.6.1.4.1.4491.2.1.20.1.1.1.1';
/** Upstream channels of a modem, index ifIndex: tenths of dBmV, two counters, DocsEqualizerData. */
export const docsIf3CmStatusUsTxPower = '1.3.6.1.4.1.4491.2.1.20.1.2.1.1';
export const docsIf3CmStatusUsT3Timeouts = '1.3.6.1.4.1.4491.2.1.20.1.2.1.2';
export const docsIf3CmStatusUsT4Timeouts = '1.3.6.1.4.1.4491.2.1.20.1.2.1.3';
export const docsIf3CmStatusUsEqData = '1.3.6.1.4.1.4491.2.1.20.1.2.1.6';
/** RxMER of a downstream channel in tenths of dB, index ifIndex; better than docsIfSigQSignalNoise. */
export const docsIf3SignalQualityExtRxMER = '1.3.6.1.4.1.4491.2.1.20.1.24.1.1';
