import { encodeFecSummary, fecProfileOf, NCP_PROFILE_ID, type FecCounters } from '../pnm/formats/fec-summary.js';
import {
  encodeModulationProfiles,
  modulationProfileOf,
  MODULATION_CODE,
  type ModulationRun,
} from '../pnm/formats/modulation-profile.js';
import { frequencyHz, type Impairment, type OfdmChannel } from './channel.js';
import { headOf, type CaptureHead } from './modem-capture.js';
import type { Random } from './random.js';

/** Required MER of a QAM order, the defaults of DOCS-PNM-MIB. */
const REQUIRED_MER_DB: Readonly<Record<number, number>> = { 16: 15, 64: 21, 256: 27, 1024: 34, 4096: 41, 16384: 52 };
const CODEWORD_BITS = 16_200;
const CODE_RATE = 8 / 9;
/** Share of the channel that carries traffic on the highest profile, and on each below it. */
const LOAD_RATIO = 0.3;
const LOWER_LOAD_RATIO = 0.02;
const PILOTS = 56;
const PILOTS_AT_A_TIME = 1;
/** Beyond this nothing is decoded any more and the modem would leave the profile. */
const WORST_RATIO = 0.05;

const symbolsPerSec = (spacingHz: number): number => 1 / (1 / spacingHz + 2.5e-6);

/** Codewords a second of one profile at full load. */
const fullRate = ({ count, spacingHz }: OfdmChannel, order: number): number =>
  (count * Math.log2(order) * symbolsPerSec(spacingHz)) / (CODEWORD_BITS / CODE_RATE);

/** What low MER does to codewords: rare above the requirement, steep below it. */
export function errorRatios(headroomDb: number): { corrected: number; uncorrectable: number } {
  return {
    corrected: Math.min(0.98, 10 ** (-0.5 * Math.max(0, headroomDb + 1))),
    uncorrectable: Math.min(WORST_RATIO, 10 ** (-6 - 3 * headroomDb)),
  };
}

/** The 2nd percentile, which is what a profile stands or falls by. */
export function lowMerDb(shapeDb: Float32Array): number {
  const rising = shapeDb.filter((mer) => !Number.isNaN(mer)).sort();
  return rising.length === 0 ? 0 : (rising[Math.max(1, Math.floor(rising.length * 0.02)) - 1] as number);
}

/** Fraction of a second's codewords that impulses ruin. */
const impulseRatio = (impairments: readonly Impairment[], atSec: number): number =>
  impairments.reduce(
    (worst, one) =>
      one.kind === 'impulses' && atSec % one.everySec < one.lastingSec
        ? Math.max(worst, one.uncorrectableRatio)
        : worst,
    0,
  );

/** A whole number whose mean is `expected`. */
const drawCount = (expected: number, random: Random): number =>
  expected > 25
    ? Math.max(0, Math.round(expected + Math.sqrt(expected) * random.normal()))
    : Math.floor(expected) + (random.uniform() < expected % 1 ? 1 : 0);

function countersOf(
  startSec: number,
  counts: {
    readonly sets: number;
    readonly perSec: number;
    readonly corrected: number;
    readonly uncorrectable: number;
  },
  impairments: readonly Impairment[],
  random: Random,
): FecCounters {
  const { sets, perSec } = counts;
  const timestampSec = Uint32Array.from({ length: sets }, (_, set) => startSec + set);
  const total = Uint32Array.from({ length: sets }, () => drawCount(perSec, random));
  const uncorrectable = Uint32Array.from({ length: sets }, (_, set) => {
    const ratio = Math.max(counts.uncorrectable, impulseRatio(impairments, startSec + set));
    return Math.min(total[set] as number, drawCount((total[set] as number) * ratio, random));
  });
  const corrected = Uint32Array.from({ length: sets }, (_, set) => {
    const left = (total[set] as number) - (uncorrectable[set] as number);
    return Math.min(left, drawCount(left * counts.corrected, random));
  });
  return { timestampSec, total, corrected, uncorrectable };
}

/** Ten minutes of codewords up to now, from what the modem remembers. */
export function captureFecSummary(
  head: CaptureHead,
  channel: OfdmChannel,
  impairments: readonly Impairment[],
  shapeDb: Float32Array,
  random: Random,
): Uint8Array {
  const sets = 600;
  const startSec = Math.max(0, head.deviceTimeSec - sets);
  const low = lowMerDb(shapeDb);
  const top = channel.modulationOrders.length - 1;
  const data = channel.modulationOrders.map((order, profileId) => {
    const load = profileId === top ? LOAD_RATIO : LOWER_LOAD_RATIO;
    const ratios = errorRatios(low - (REQUIRED_MER_DB[order] ?? 34));
    const counts = { sets, perSec: fullRate(channel, order) * load, ...ratios };
    return fecProfileOf(head.family, profileId, countersOf(startSec, counts, impairments, random));
  });
  // pointers are sent in QPSK or 16-QAM: they fall last, but impulses hit them as well
  const pointers = { sets, perSec: symbolsPerSec(channel.spacingHz), ...errorRatios(low - 15) };
  return encodeFecSummary({
    ...headOf(head, channel),
    deviceTimeSec: head.family === 'PNN' ? undefined : head.deviceTimeSec,
    summaryType: 2,
    testStartSec: head.family === 'PNN' ? undefined : startSec,
    testEndSec: head.family === 'PNN' ? undefined : startSec + sets,
    profiles: [fecProfileOf(head.family, NCP_PROFILE_ID, countersOf(startSec, pointers, impairments, random)), ...data],
  });
}

/** What each subcarrier of a profile carries: data, pilots at even distance, the link channel in the middle. */
function runsOf(channel: OfdmChannel, order: number): ModulationRun[] {
  const { count, spacingHz, excludedHz } = channel;
  const plcCount = spacingHz === 25_000 ? 16 : 8;
  const plcAt = Math.floor(count / 2);
  const pilotEvery = Math.floor(count / PILOTS);
  const codeAt = (at: number): number => {
    const hz = frequencyHz(channel, at);
    if (excludedHz.some(([lowHz, highHz]) => hz >= lowHz && hz <= highHz)) return MODULATION_CODE.exclusion;
    if (at >= plcAt && at < plcAt + plcCount) return MODULATION_CODE.plc;
    return at % pilotEvery < PILOTS_AT_A_TIME ? MODULATION_CODE.continuousPilot : Math.log2(order);
  };
  const runs: { mainCode: number; skipCode: undefined; subcarrierCount: number }[] = [];
  for (let at = 0; at < count; at++) {
    const mainCode = codeAt(at);
    const last = runs.at(-1);
    if (last?.mainCode === mainCode) last.subcarrierCount += 1;
    else runs.push({ mainCode, skipCode: undefined, subcarrierCount: 1 });
  }
  return runs;
}

/** The data profiles of a channel, highest id first as modems send them. */
export function captureModulationProfiles(head: CaptureHead, channel: OfdmChannel): Uint8Array {
  const profiles = channel.modulationOrders
    .map((order, profileId) => modulationProfileOf(profileId, runsOf(channel, order)))
    .reverse();
  return encodeModulationProfiles({
    ...headOf(head, channel),
    firstActiveSubcarrier: channel.firstActiveSubcarrier,
    declaredProfileCount: profiles.length,
    profiles,
  });
}
