import { QAM_ORDER_OF_CODE, type Constellation } from '../formats/constellation.js';
import { decodePnm, type PnmFile } from '../formats/decode.js';
import { fecCounters, fecIntervalSec, fecStartSec, type FecSummary } from '../formats/fec-summary.js';
import { frequencyHz, MAX_SUBCARRIERS, type PnmWarning, type SubcarrierAxis } from '../formats/header.js';
import type { Histogram } from '../formats/histogram.js';
import { bitsOfModulationCode, KNOWN_CODES_WITHOUT_DATA, modulationCodes } from '../formats/modulation-profile.js';
import type { ModulationProfile, ModulationProfiles } from '../formats/modulation-profile.js';
import type { RxMer } from '../formats/rxmer.js';
import type { Spectrum } from '../formats/spectrum.js';
import type { SpectrumAmplitude } from '../formats/spectrum-amplitude.js';
import type { SymbolCapture } from '../formats/symbol-capture.js';
import type { UsOfdmaRxMer } from '../formats/us-ofdma-rxmer.js';
import { uint32Of, wireOfUint32 } from '../formats/words.js';
import { capacityOf } from '../measures/capacity.js';
import { summarizeConstellation } from '../measures/constellation.js';
import { fecRates, MIN_CODEWORDS } from '../measures/fec.js';
import { histogramShape } from '../measures/histogram.js';
import { findNotches, persistentSpurs, type MerSeries } from '../measures/notches.js';
import { profileDemand, requirementMargin } from '../measures/profile-margin.js';
import { REQUIRED_MER_DB, summarizeRxMer } from '../measures/rxmer.js';
import { rollOff, standingWave, tilt } from '../measures/shape.js';
import { channelPowerDbmv, noiseFloorDbmv, powerSeries, strongestBin } from '../measures/spectrum.js';
import { channelOf, type ChannelFile } from './channel.js';
import {
  histogramFinding,
  notchFinding,
  rollOffFinding,
  spurFinding,
  standingWaveFinding,
  tiltFinding,
} from './findings.js';
import {
  BITS_UNKNOWN,
  NOTHING_REQUIRED,
  type DecodedCapture,
  type FecSeries,
  type Finding,
  type HistogramSeries,
  type MarginSeries,
  type ModulationProfileSeries,
  type ModulationSeries,
  type SpectrumSeries,
} from './series.js';
import { gridOf } from './spectrum-grid.js';

/** What is known beside the file. */
export interface DecodeContext {
  readonly nowSec: number;
  /** RxMER of the same channel before: only what returns is a spur. */
  readonly past: readonly MerSeries[];
  /** What the channel's profiles ask for, as last read. */
  readonly profiles?: readonly ProfileRequirement[];
}

/** One profile of a channel as it is stored. */
export interface ProfileRequirement extends SubcarrierAxis {
  readonly captureId: string;
  readonly profileId: number;
  readonly requiredMeanMerDb: number | undefined;
  /** One octet a subcarrier; `NOTHING_REQUIRED` where it carries no data. */
  readonly requiredQuarterDb: Uint8Array;
}

type Prepared = Pick<DecodedCapture, 'series'> & {
  readonly findings?: readonly Finding[];
  readonly warnings?: readonly PnmWarning[];
};

/** A file with a warning for each of its sets would fill the database with them. */
const MAX_WARNINGS = 100;

/** Decodes and measures a file: pure, and the whole of a thread's work. Throws PnmFormatError. */
export function prepareCapture(bytes: Uint8Array, context: DecodeContext): DecodedCapture {
  const file = decodePnm(bytes, { nowSec: context.nowSec });
  const prepared = measured(file, context);
  return {
    kind: file.kind,
    modemMac: file.modemMac,
    // the unversioned histogram has one, but a histogram is of the whole downstream band; so is a spectrum, whose id is 0
    channelId: file.kind === 'ds_histogram' || file.kind === 'ds_spectrum' ? undefined : file.channelId,
    deviceTimeSec: file.kind === 'ds_ofdm_fec_summary' ? fecStartSec(file) : file.deviceTimeSec,
    warnings: [...file.warnings, ...(prepared.warnings ?? [])].slice(0, MAX_WARNINGS),
    series: prepared.series,
    findings: prepared.findings ?? [],
  };
}

function measured(file: PnmFile, context: DecodeContext): Prepared {
  switch (file.kind) {
    case 'ds_ofdm_rxmer':
      return rxMerOf(file, context);
    case 'ds_constellation':
      return constellationOf(file);
    case 'ds_ofdm_chan_est':
    case 'us_ofdma_preeq':
    case 'us_ofdma_preeq_last_update':
      return channelOf(file satisfies ChannelFile);
    case 'ds_ofdm_fec_summary':
      return { series: fecOf(file) };
    case 'ds_spectrum':
    case 'ds_spectrum_snmp_amplitude':
      return spectrumOf(file);
    case 'ds_histogram':
      return histogramOf(file);
    case 'ds_ofdm_modulation_profile':
      return modulationOf(file);
    case 'ds_symbol_capture':
      return symbolsOf(file);
    case 'us_ofdma_rxmer':
      return upstreamRxMerOf(file);
    case 'latency_report':
      return { series: { kind: 'unread', reason: 'the layout of latency reports is not published' } };
    default:
      return {
        series: { kind: 'unread', reason: `${file.kind} is measured by the CCAP and belongs to no test of a modem` },
      };
  }
}

function rxMerOf(mer: RxMer, { past, profiles = [] }: DecodeContext): Prepared {
  const { quarterDb, spacingHz } = mer;
  const summary = summarizeRxMer(quarterDb);
  const notches = findNotches(mer);
  const wave = standingWave(mer, { notches });
  const slope = tilt(mer);
  const spurs = persistentSpurs([mer, ...past.filter((before) => hasSameAxis(before, mer))]).filter(
    (spur) => !notches.some(({ startHz, stopHz }) => spur.frequencyHz >= startHz && spur.frequencyHz <= stopHz),
  );
  const outside = notches.filter(({ clockHarmonicHz }) => clockHarmonicHz === undefined);
  const findings = [
    ...notches.map(notchFinding),
    ...spurs.map((spur) => spurFinding(spur, spacingHz)),
    ...rollOffFinding(rollOff(mer)),
    ...tiltFinding(slope),
    ...standingWaveFinding(wave),
  ];
  return {
    findings,
    series: {
      kind: 'rxmer',
      zeroFrequencyHz: mer.zeroSubcarrierHz,
      firstActive: mer.firstActiveSubcarrier,
      spacingHz,
      quarterDb,
      count: summary.count,
      measuredCount: summary.measuredCount,
      meanMerDb: summary.meanMerDb,
      stdDevMerDb: summary.stdDevMerDb,
      minMerDb: summary.minMerDb,
      percentile2MerDb: summary.percentileMerDb,
      notchCount: outside.length,
      deepestNotchDb: outside.length === 0 ? undefined : Math.max(...outside.map(({ depthDb }) => depthDb)),
      tiltDb: slope?.acrossChannelDb,
      capacityBps: capacityOf(quarterDb, spacingHz).estimatedRateBps,
      rippleDb: wave === undefined ? undefined : 2 * wave.amplitudeDb,
      ripplePeriodHz: wave?.periodHz,
      margins: profiles.flatMap((profile) => marginOf(mer, profile)),
    },
  };
}

/** Nothing where the profile was read of another channel than the one that was measured: another axis. */
function marginOf(mer: RxMer, profile: ProfileRequirement): MarginSeries[] {
  if (mer.zeroSubcarrierHz !== profile.zeroSubcarrierHz || mer.spacingHz !== profile.spacingHz) return [];
  const required = Float64Array.from(profile.requiredQuarterDb, (quarter) =>
    quarter === NOTHING_REQUIRED ? NaN : quarter / 4,
  );
  const shift = profile.firstActiveSubcarrier - mer.firstActiveSubcarrier;
  const margin = requirementMargin(mer.quarterDb, required, shift);
  return [
    {
      profileId: profile.profileId,
      profileCaptureId: profile.captureId,
      dataSubcarrierCount: required.reduce((count, db) => count + (Number.isNaN(db) ? 0 : 1), 0),
      measuredCount: margin.measuredCount,
      requiredMeanMerDb: profile.requiredMeanMerDb,
      measuredMeanMerDb: margin.measuredAverageMerDb,
      marginDb: margin.marginDb,
      headroomDb: margin.headroomDb,
      belowRequiredRatio: margin.belowRequiredRatio,
      fits: margin.fits,
    },
  ];
}

/** Only then the same index is the same subcarrier. */
export const hasSameAxis = (a: MerSeries, b: MerSeries): boolean =>
  a.zeroSubcarrierHz === b.zeroSubcarrierHz &&
  a.firstActiveSubcarrier === b.firstActiveSubcarrier &&
  a.spacingHz === b.spacingHz &&
  a.quarterDb.length === b.quarterDb.length;

function upstreamRxMerOf(mer: UsOfdmaRxMer): Prepared {
  const summary = summarizeRxMer(mer.quarterDb);
  return {
    series: {
      kind: 'upstream_rxmer',
      ccapId: mer.ccapId,
      ccapIfIndex: mer.ifIndex,
      averageCount: mer.averageCount,
      isPreEqualised: mer.preEqualizationOn !== 0,
      zeroFrequencyHz: mer.zeroSubcarrierHz,
      firstActive: mer.firstActiveSubcarrier,
      spacingHz: mer.spacingHz,
      quarterDb: mer.quarterDb,
      count: summary.count,
      measuredCount: summary.measuredCount,
      meanMerDb: summary.meanMerDb,
      stdDevMerDb: summary.stdDevMerDb,
      minMerDb: summary.minMerDb,
      percentile2MerDb: summary.percentileMerDb,
    },
  };
}

function constellationOf(display: Constellation): Prepared {
  const modulationOrder = QAM_ORDER_OF_CODE[display.modulationCode];
  const { count, merDb } = summarizeConstellation(display.pointBytes, modulationOrder);
  const { zeroSubcarrierHz: zeroFrequencyHz, spacingHz, pointBytes: points } = display;
  return { series: { kind: 'constellation', zeroFrequencyHz, spacingHz, modulationOrder, points, count, merDb } };
}

function fecOf(summary: FecSummary): FecSeries {
  const rates = fecRates(summary);
  return {
    kind: 'fec',
    intervalSec: fecIntervalSec(summary.summaryType),
    profiles: summary.profiles.map((profile, i) => {
      const { timestampSec, total, corrected, uncorrectable } = fecCounters(summary, profile);
      const words = new Uint32Array(4 * total.length);
      for (let set = 0; set < total.length; set++) {
        words.set([timestampSec[set]!, total[set]!, corrected[set]!, uncorrectable[set]!], 4 * set);
      }
      const rate = rates[i]!;
      const enough = rate.totalCodewords >= MIN_CODEWORDS;
      return {
        profileId: profile.profileId,
        setCount: total.length,
        totalCodewords: rate.totalCodewords,
        correctedCodewords: rate.correctedCodewords,
        uncorrectableCodewords: rate.uncorrectableCodewords,
        correctedRatio: enough ? rate.correctedRatio : undefined,
        uncorrectableRatio: enough ? rate.uncorrectableRatio : undefined,
        uncorrectableBound: rate.uncorrectableBound,
        erroredSets: rate.erroredSets,
        pattern: rate.pattern,
        verdict: rate.verdict,
        enough,
        lastSec: timestampSec.at(-1),
        sets: wireOfUint32(words),
      };
    }),
  };
}

function spectrumOf(spectrum: Spectrum | SpectrumAmplitude): Prepared {
  const grid = gridOf(spectrum);
  const series = powerSeries(spectrum);
  const peak = strongestBin(series);
  const measures: SpectrumSeries = {
    kind: 'spectrum',
    firstFrequencyHz: grid.firstFrequencyHz,
    spacingHz: grid.spacingHz,
    enbwBins: series.enbwBins,
    amplitudes: grid.amplitudes,
    count: grid.amplitudes.length / 2,
    measuredCount: grid.measuredCount,
    totalPowerDbmv: channelPowerDbmv(series),
    noiseFloorDbmv: noiseFloorDbmv(series),
    peakFrequencyHz: peak?.frequencyHz,
    peakDbmv: peak?.powerDbmv,
  };
  return { series: measures, warnings: grid.warnings };
}

function histogramOf({ hitBytes }: Histogram): Prepared {
  const shape = histogramShape(uint32Of(hitBytes));
  const series: HistogramSeries = {
    kind: 'histogram',
    hits: hitBytes,
    count: shape.binCount,
    hitSum: shape.hitSum,
    binMean: shape.binMean,
    binStdDev: shape.binStdDev,
    skew: shape.skew,
    verdict: shape.verdict,
    verdictReason: shape.reason,
  };
  return { series, findings: histogramFinding(shape) };
}

function modulationOf(file: ModulationProfiles): Prepared {
  // runs are short to write: a damaged file could ask for gigabytes of subcarriers
  const profiles = file.profiles.filter(({ subcarrierCount }) => subcarrierCount <= MAX_SUBCARRIERS);
  const left = file.profiles.length - profiles.length;
  const message = `${left} profiles have more subcarriers than an FFT and are left out`;
  const series: ModulationSeries = {
    kind: 'modulation',
    zeroFrequencyHz: file.zeroSubcarrierHz,
    firstActive: file.firstActiveSubcarrier,
    spacingHz: file.spacingHz,
    profiles: profiles.map(profileOf),
  };
  return { series, warnings: left === 0 ? [] : [{ code: 'PNM_COUNT_MISMATCH', offset: 0, message }] };
}

function profileOf(profile: ModulationProfile): ModulationProfileSeries {
  const codes = modulationCodes(profile);
  const demand = profileDemand(profile);
  const bits = codes.map(
    (code) => bitsOfModulationCode(code) ?? (KNOWN_CODES_WITHOUT_DATA.has(code) ? 0 : BITS_UNKNOWN),
  );
  return {
    profileId: profile.profileId,
    count: codes.length,
    bits,
    requiredQuarterDb: bits.map((carried) => {
      const required = REQUIRED_MER_DB.get(carried);
      return required === undefined ? NOTHING_REQUIRED : required * 4;
    }),
    meanBits: demand.meanBits,
    requiredMeanMerDb: demand.requiredAverageMerDb,
  };
}

const symbolsOf = (capture: SymbolCapture): Prepared => ({
  series: {
    kind: 'symbols',
    zeroFrequencyHz: capture.zeroSubcarrierHz,
    sampleRateHz: capture.sampleRateHz,
    fftLength: capture.fftLength,
    samples: capture.sampleBytes,
    count: capture.sampleBytes.length / 4,
  },
});

/** Centre of the first and last subcarrier's outer edges; undefined for what has no axis. */
export function rangeOf({ series }: DecodedCapture): { fromHz: number; toHz: number } | undefined {
  if (series.kind !== 'rxmer' && series.kind !== 'channel') return undefined;
  const { zeroFrequencyHz: zeroSubcarrierHz, spacingHz, firstActive: firstActiveSubcarrier, count } = series;
  if (firstActiveSubcarrier === undefined || spacingHz === 0) return undefined;
  const axis = { zeroSubcarrierHz, spacingHz, firstActiveSubcarrier };
  return { fromHz: frequencyHz(axis, -0.5), toHz: frequencyHz(axis, count - 0.5) };
}
