import { wireOfInt16 } from '../pnm/formats/fixed-point.js';
import { encodeHistogram } from '../pnm/formats/histogram.js';
import { encodeLatencyReport } from '../pnm/formats/latency-report.js';
import { encodeSpectrum } from '../pnm/formats/spectrum.js';
import { wireOfAmplitudeRows } from '../pnm/formats/spectrum-amplitude.js';
import { wireOfUint32 } from '../pnm/formats/words.js';
import { frequencyHz, type Impairment, type OfdmChannel } from './channel.js';
import type { CaptureHead } from './modem-capture.js';
import type { Random } from './random.js';
import { coaxialResponse, levelLossDb, powerDb } from './response.js';
import { DOWNSTREAM_SC_QAM, type ModemLevels } from './rf-plan.js';

/** How the spectrum analyser is set. */
export interface SpectrumSettings {
  readonly firstHz: number;
  readonly lastHz: number;
  readonly spanHz: number;
  readonly bins: number;
  readonly enbwHundredthsBin: number;
  readonly window: number;
  readonly averages: number;
}

/** What a modem's tuner sees. */
export interface ReceivedBand {
  readonly channels: readonly OfdmChannel[];
  readonly impairments: readonly Impairment[];
  readonly levels: ModemLevels;
}

const MIDDLE_HZ = 550e6;
/** Thermal noise of 75 ohm in 1 Hz is −125.1 dBmV; a cable modem's tuner adds about 8 dB. */
const NOISE_DBMV_PER_HZ = -117;
/** OFDM is sent so that 6 MHz of it have the level of a carrier. */
const REFERENCE_WIDTH_HZ = 6e6;
/** Roll-off of single carriers: nothing is sent in the outer twelfth of their width. */
const SC_QAM_OCCUPIED = 0.89;
const HISTOGRAM_BINS = 256;
const HISTOGRAM_SIGMA_BINS = 21;
const DWELL = 1_406_249_999;

/** Stretches of the band in which something is sent, from low to high. */
function sentStretches({ channels }: ReceivedBand): { lowHz: number; highHz: number }[] {
  const carriers = DOWNSTREAM_SC_QAM.map(({ centreHz, widthHz }) => ({
    lowHz: centreHz - (widthHz * SC_QAM_OCCUPIED) / 2,
    highHz: centreHz + (widthHz * SC_QAM_OCCUPIED) / 2,
  }));
  const ofdm = channels.flatMap((channel) => {
    const edges = channel.excludedHz.flatMap(([lowHz, highHz]) => [lowHz, highHz]);
    const all = [frequencyHz(channel, 0), ...edges, frequencyHz(channel, channel.count - 1)];
    return Array.from({ length: all.length / 2 }, (_, i) => ({
      lowHz: all[2 * i] as number,
      highHz: all[2 * i + 1] as number,
    }));
  });
  return [...carriers, ...ofdm].sort((a, b) => a.lowHz - b.lowHz);
}

/** Noise that impairments let in at a frequency, in mW-like linear units of one 6 MHz. */
function ingressPower(hz: number, binHz: number, band: ReceivedBand, noisePower: number): number {
  let sum = 0;
  for (const one of band.impairments) {
    if (one.kind === 'ingress' && hz >= one.lowHz && hz <= one.highHz) {
      const channel = band.channels.find((c) => hz >= frequencyHz(c, 0) && hz <= frequencyHz(c, c.count - 1));
      // it lowers MER by its depth, so it stands as far above the noise that MER speaks of
      const floorDbMv = band.levels.rxPowerDbMv - (channel?.levelMerDb ?? 44);
      sum += 10 ** ((floorDbMv + one.depthDb) / 10);
    }
    if (one.kind === 'spurs') {
      const nearestHz = Math.round(hz / one.everyHz) * one.everyHz;
      if (Math.abs(hz - nearestHz) <= binHz / 2) sum += noisePower * 10 ** (one.depthDb / 10);
    }
  }
  return sum;
}

/** Bin powers in hundredths of dBmV, segments one after another; bins lie half a bin off the segment's edge. */
export function binPowers(settings: SpectrumSettings, band: ReceivedBand, random: Random): Int16Array {
  const { firstHz, lastHz, spanHz, bins, averages } = settings;
  const segments = Math.round((lastHz - firstHz) / spanHz) + 1;
  const binHz = spanHz / bins;
  const count = segments * bins;
  const startHz = firstHz - spanHz / 2 + binHz / 2;
  const response = coaxialResponse(band.impairments, { firstHz: startHz, stepHz: binHz, count });
  const lossDb = levelLossDb(band.impairments);
  const enbwHz = (binHz * settings.enbwHundredthsBin) / 100;
  const toBinDb = 10 * Math.log10(enbwHz / REFERENCE_WIDTH_HZ);
  const noisePower = 10 ** (NOISE_DBMV_PER_HZ / 10) * REFERENCE_WIDTH_HZ;
  // the spread of a power average of n independent looks; spread in dB lifts the mean power by what is taken off here
  const spreadDb = 4.34 / Math.sqrt(Math.max(1, averages * 2));
  const offsetDb = toBinDb - (Math.LN10 / 20) * spreadDb ** 2;
  const stretches = sentStretches(band);
  const levelDbMv = (hz: number) =>
    band.levels.rxPowerDbMv + (band.levels.rxTiltDbPerMhz * (hz - MIDDLE_HZ)) / 1e6 - lossDb;
  const powers = new Int16Array(count);
  let next = 0;
  for (let at = 0; at < count; at++) {
    const hz = startHz + at * binHz;
    while (next < stretches.length && hz > (stretches[next] as { highHz: number }).highHz) next++;
    const isSent = next < stretches.length && hz >= (stretches[next] as { lowHz: number }).lowHz;
    const signal = isSent ? 10 ** ((levelDbMv(hz) + powerDb(response, at)) / 10) : 0;
    const power = signal + noisePower + ingressPower(hz, binHz, band, noisePower);
    const dbMv = 10 * Math.log10(power) + offsetDb + spreadDb * random.normal();
    powers[at] = Math.round(100 * Math.max(-327, dbMv));
  }
  return powers;
}

/** A spectrum file. */
export function captureSpectrum(
  head: CaptureHead,
  settings: SpectrumSettings,
  band: ReceivedBand,
  random: Random,
): Uint8Array {
  return encodeSpectrum({
    ...head,
    version: head.family === 'PNN' ? { major: 1, minor: 0 } : undefined,
    channelId: 0,
    firstSegmentCenterHz: settings.firstHz,
    lastSegmentCenterHz: settings.lastHz,
    segmentSpanHz: settings.spanHz,
    binsPerSegment: settings.bins,
    enbwHundredthsBin: settings.enbwHundredthsBin,
    windowFunction: settings.window,
    powerBytes: wireOfInt16(binPowers(settings, band, random)),
  });
}

/** Rows of the amplitude table: centre of the segment and the octets of it. */
export function amplitudeRows(
  settings: SpectrumSettings,
  band: ReceivedBand,
  random: Random,
): { centreHz: number; octets: Uint8Array }[] {
  const { firstHz, spanHz, bins } = settings;
  const powers = binPowers(settings, band, random);
  return Array.from({ length: powers.length / bins }, (_, segment) => {
    const centreHz = firstHz + segment * spanHz;
    const powerBytes = wireOfInt16(powers.subarray(segment * bins, (segment + 1) * bins));
    const spacingHz = Math.floor(spanHz / bins);
    const row = { centerHz: centreHz, spanHz, spacingHz, resolutionBandwidthHz: 1, powerBytes };
    return { centreHz, octets: wireOfAmplitudeRows([row]) };
  });
}

/** Samples of the tuner's converter, as good as Gaussian; they sit closer together where the level is lower. */
export function captureHistogram(head: CaptureHead, { impairments }: ReceivedBand, random: Random): Uint8Array {
  const sigma = HISTOGRAM_SIGMA_BINS * 10 ** (-Math.min(6, levelLossDb(impairments)) / 40);
  const middle = (HISTOGRAM_BINS - 1) / 2;
  const density = Float64Array.from({ length: HISTOGRAM_BINS }, (_, bin) =>
    Math.exp(-(((bin - middle) / sigma) ** 2) / 2),
  );
  const sum = density.reduce((total, value) => total + value, 0);
  const hits = Array.from(density, (value) => {
    const expected = (DWELL * value) / sum;
    return Math.max(0, Math.round(expected + Math.sqrt(expected) * random.normal()));
  });
  const version = head.family === 'PNN' ? { major: 1, minor: 0 } : undefined;
  const isVersioned = version !== undefined;
  return encodeHistogram({
    ...head,
    version,
    channelId: isVersioned ? undefined : 0,
    symmetry: isVersioned ? 2 : undefined,
    countStartSec: isVersioned ? undefined : head.deviceTimeSec - 10,
    countEndSec: isVersioned ? undefined : head.deviceTimeSec,
    dwellBytes: wireOfUint32([DWELL]),
    hitBytes: wireOfUint32(hits),
  });
}

/** The magic and a few octets: the layout of the rest is not published, so there is nothing to be right about. */
export const captureLatencyReport = ({ deviceTimeSec }: CaptureHead): Uint8Array =>
  encodeLatencyReport({ rawBytes: Uint8Array.of(0x4c, 0x4c, 0x44, 0x01, ...wireOfUint32([deviceTimeSec])) });
