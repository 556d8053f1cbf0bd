import { CCAP_CAPTURE_TYPES, decodeCcapCapture, encodeCcapCapture, type CcapCapture } from './ccap-capture.js';
import {
  CHANNEL_ESTIMATE_TYPE,
  decodeChannelEstimate,
  encodeChannelEstimate,
  type ChannelEstimate,
} from './channel-estimate.js';
import { CONSTELLATION_TYPE, decodeConstellation, encodeConstellation, type Constellation } from './constellation.js';
import { PnmFormatError } from './errors.js';
import { decodeFecSummary, encodeFecSummary, FEC_SUMMARY_TYPE, type FecSummary } from './fec-summary.js';
import { magicOf, MAX_FILE_BYTES, type DecodeOptions } from './header.js';
import { decodeHistogram, encodeHistogram, HISTOGRAM_TYPE, type Histogram } from './histogram.js';
import { decodeLatencyReport, encodeLatencyReport, isLatencyReport, type LatencyReport } from './latency-report.js';
import {
  decodeModulationProfiles,
  encodeModulationProfiles,
  MODULATION_PROFILE_TYPE,
  type ModulationProfiles,
} from './modulation-profile.js';
import { decodeRxMer, encodeRxMer, RXMER_TYPE, type RxMer } from './rxmer.js';
import { decodeSpectrum, encodeSpectrum, SPECTRUM_TYPE, type Spectrum } from './spectrum.js';
import { decodeSpectrumAmplitude, encodeSpectrumAmplitude, type SpectrumAmplitude } from './spectrum-amplitude.js';
import { decodeSymbolCapture, encodeSymbolCapture, SYMBOL_CAPTURE_TYPE, type SymbolCapture } from './symbol-capture.js';
import { decodeUsOfdmaRxMer, encodeUsOfdmaRxMer, US_OFDMA_RXMER_TYPE, type UsOfdmaRxMer } from './us-ofdma-rxmer.js';
import { decodeUsPreEq, encodeUsPreEq, US_PREEQ_LAST_UPDATE_TYPE, US_PREEQ_TYPE, type UsPreEq } from './us-preeq.js';

/** Any decoded PNM file; `kind` tells which. */
export type PnmFile =
  | SymbolCapture
  | ChannelEstimate
  | Constellation
  | RxMer
  | Histogram
  | UsPreEq
  | FecSummary
  | Spectrum
  | SpectrumAmplitude
  | ModulationProfiles
  | LatencyReport
  | UsOfdmaRxMer
  | CcapCapture;
export type PnmKind = PnmFile['kind'];

type Decode = (file: Uint8Array, options: DecodeOptions) => PnmFile;

const DECODERS: ReadonlyMap<number, Decode> = new Map<number, Decode>([
  [SYMBOL_CAPTURE_TYPE, decodeSymbolCapture],
  [CHANNEL_ESTIMATE_TYPE, decodeChannelEstimate],
  [CONSTELLATION_TYPE, decodeConstellation],
  [RXMER_TYPE, decodeRxMer],
  [HISTOGRAM_TYPE, decodeHistogram],
  [US_PREEQ_TYPE, decodeUsPreEq],
  [US_PREEQ_LAST_UPDATE_TYPE, decodeUsPreEq],
  [FEC_SUMMARY_TYPE, decodeFecSummary],
  [SPECTRUM_TYPE, decodeSpectrum],
  [MODULATION_PROFILE_TYPE, decodeModulationProfiles],
  [US_OFDMA_RXMER_TYPE, decodeUsOfdmaRxMer],
  ...CCAP_CAPTURE_TYPES.map((type): [number, Decode] => [type, decodeCcapCapture]),
]);

/** Decodes any PNM file by its own bytes. Throws PnmFormatError and nothing else. */
export function decodePnm(file: Uint8Array, options: DecodeOptions = {}): PnmFile {
  if (file.length > MAX_FILE_BYTES) {
    throw new PnmFormatError('PNM_TOO_LARGE', 0, `${file.length} bytes are more than ${MAX_FILE_BYTES}`);
  }
  if (file.length < 4) throw new PnmFormatError('PNM_TRUNCATED', 0, `magic needs 4 bytes, ${file.length} left`);
  const magic = magicOf(file);
  const decode = magic === undefined ? undefined : DECODERS.get(magic.typeByte);
  if (decode !== undefined) return decode(file, options);
  if (isLatencyReport(file)) return decodeLatencyReport(file);
  try {
    return decodeSpectrumAmplitude(file);
  } catch (error) {
    if (!(error instanceof PnmFormatError)) throw error;
    // the rows were only a last guess: what people need to know is that no magic fits
    throw new PnmFormatError('PNM_UNKNOWN_TYPE', 0, 'not a PNM file of a known type');
  }
}

/** The bytes that decode to `file`: identical with those it was decoded from. */
export function encodePnm(file: PnmFile): Uint8Array {
  switch (file.kind) {
    case 'ds_symbol_capture':
      return encodeSymbolCapture(file);
    case 'ds_ofdm_chan_est':
      return encodeChannelEstimate(file);
    case 'ds_constellation':
      return encodeConstellation(file);
    case 'ds_ofdm_rxmer':
      return encodeRxMer(file);
    case 'ds_histogram':
      return encodeHistogram(file);
    case 'us_ofdma_preeq':
    case 'us_ofdma_preeq_last_update':
      return encodeUsPreEq(file.kind, file);
    case 'ds_ofdm_fec_summary':
      return encodeFecSummary(file);
    case 'ds_spectrum':
      return encodeSpectrum(file);
    case 'ds_spectrum_snmp_amplitude':
      return encodeSpectrumAmplitude(file);
    case 'ds_ofdm_modulation_profile':
      return encodeModulationProfiles(file);
    case 'latency_report':
      return encodeLatencyReport(file);
    case 'us_ofdma_rxmer':
      return encodeUsOfdmaRxMer(file);
    default:
      return encodeCcapCapture(file.kind, file);
  }
}
