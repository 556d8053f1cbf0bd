import { QAM_ORDER_OF_CODE, type Constellation } from '../formats/constellation.js';
import type { PnmFile } from '../formats/decode.js';
import { frequencyHz } from '../formats/header.js';
import type { RxMer } from '../formats/rxmer.js';
import type { Spectrum } from '../formats/spectrum.js';
import type { SpectrumAmplitude } from '../formats/spectrum-amplitude.js';
import type { UsOfdmaRxMer } from '../formats/us-ofdma-rxmer.js';
import { uint32Of } from '../formats/words.js';
import { capacityOf } from '../measures/capacity.js';
import { coefficientsOf, groupDelayShape, magnitudeRuns, magnitudeShape } from '../measures/channel.js';
import { summarizeConstellation } from '../measures/constellation.js';
import { findEchoes } from '../measures/echoes.js';
import { fecRates } from '../measures/fec.js';
import { histogramShape } from '../measures/histogram.js';
import { findNotches, findSpurs } from '../measures/notches.js';
import { profileDemand } from '../measures/profile-margin.js';
import { highestFrequencyHz, summarizeRxMer } from '../measures/rxmer.js';
import { rollOff, standingWave, tilt } from '../measures/shape.js';
import { channelPowerDbmv, noiseFloorDbmv, powerSeries, spectrumPeaks, strongestBin } from '../measures/spectrum.js';
import { complexSamples } from '../measures/values.js';

/** Measures of one file by name, ready for JSON; what is not known is left out. */
export type MeasuresJson = Readonly<Record<string, unknown>>;

/** What the values of one file say of the plant; empty for types that alone say nothing. */
export function measuresJson(file: PnmFile): MeasuresJson {
  switch (file.kind) {
    case 'ds_ofdm_rxmer':
    case 'us_ofdma_rxmer':
      return rxMerMeasures(file);
    case 'ds_ofdm_chan_est':
    case 'us_ofdma_preeq':
    case 'us_ofdma_preeq_last_update':
      return channelMeasures(file);
    case 'ds_constellation':
      return constellationMeasures(file);
    case 'ds_histogram':
      return { ...histogramShape(uint32Of(file.hitBytes)) };
    case 'ccap_us_histogram':
      return file.content?.content === 'histogram' ? { ...histogramShape(uint32Of(file.content.hitBytes)) } : {};
    case 'ds_ofdm_fec_summary':
      return { profiles: fecRates(file) };
    case 'ds_spectrum':
    case 'ds_spectrum_snmp_amplitude':
      return spectrumMeasures(file);
    case 'ds_ofdm_modulation_profile':
      return { profiles: file.profiles.map((profile) => profileDemand(profile)) };
    default:
      return {};
  }
}

function rxMerMeasures(file: RxMer | UsOfdmaRxMer): MeasuresJson {
  const summary = summarizeRxMer(file.quarterDb);
  const { percentileMerDb } = summary;
  const notches = findNotches(file);
  const { subcarriersByBits, ...capacity } = capacityOf(file.quarterDb, file.spacingHz);
  return {
    ...summary,
    percentileHighestFrequencyHz:
      percentileMerDb === undefined ? undefined : highestFrequencyHz(file, file.quarterDb, percentileMerDb),
    capacity: { ...capacity, subcarriersByBits: Object.fromEntries(subcarriersByBits) },
    notches,
    spurCandidates: findSpurs(file),
    rollOff: rollOff(file),
    tilt: tilt(file),
    standingWave: standingWave(file, { notches }),
  };
}

function channelMeasures(
  file: Extract<PnmFile, { kind: 'ds_ofdm_chan_est' | 'us_ofdma_preeq' | 'us_ofdma_preeq_last_update' }>,
): MeasuresJson {
  const samples = complexSamples(file);
  if (samples === undefined) return {};
  const { firstActiveSubcarrier } = file;
  const channel = coefficientsOf(samples.bytes, samples.format, {
    // without it only differences of frequency are known
    firstFrequencyHz: firstActiveSubcarrier === undefined ? NaN : frequencyHz({ ...file, firstActiveSubcarrier }, 0),
    spacingHz: file.spacingHz,
    inverse: file.kind !== 'ds_ofdm_chan_est',
  });
  const shapes = { magnitude: magnitudeShape(channel), groupDelay: groupDelayShape(channel) };
  // the last update is an adjustment and no channel: nothing of the plant can be seen in it
  if (file.kind === 'us_ofdma_preeq_last_update') return shapes;
  return { ...shapes, magnitudeRuns: magnitudeRuns(channel), echoSearch: findEchoes(channel) };
}

const constellationMeasures = (file: Constellation): MeasuresJson => ({
  ...summarizeConstellation(file.pointBytes, QAM_ORDER_OF_CODE[file.modulationCode]),
});

function spectrumMeasures(file: Spectrum | SpectrumAmplitude): MeasuresJson {
  const series = powerSeries(file);
  return {
    totalPowerDbmv: channelPowerDbmv(series),
    noiseFloorDbmv: noiseFloorDbmv(series),
    strongestBin: strongestBin(series),
    peaks: spectrumPeaks(series),
  };
}
