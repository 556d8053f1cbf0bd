import type { MagnitudeRun } from '../measures/channel.js';
import type { EchoSearch } from '../measures/echoes.js';
import type { HistogramShape } from '../measures/histogram.js';
import type { Notch, Spur } from '../measures/notches.js';
import type { RollOff, StandingWave, Tilt } from '../measures/shape.js';
import type { Finding, FindingKind } from './series.js';

const mhz = (hz: number): string => (hz / 1e6).toFixed(3).replace(/\.?0+$/, '');
const db = (value: number): string => value.toFixed(1);

const CELLULAR = /LTE|GSM/;

/** What a low run of MER is by its place: the home's clock, a service of the air, or nothing that has a name. */
export function notchFinding(notch: Notch): Finding {
  const { centerHz, widthHz, depthDb, bands, clockHarmonicHz } = notch;
  const kind: FindingKind =
    clockHarmonicHz !== undefined
      ? 'spur'
      : bands.some((band) => CELLULAR.test(band))
        ? 'lte'
        : bands.length > 0
          ? 'ingress'
          : 'notch';
  const place = `${db(depthDb)} dB deep, ${mhz(widthHz)} MHz wide at ${mhz(centerHz)} MHz`;
  const why =
    clockHarmonicHz !== undefined
      ? `; a multiple of 125 MHz: the home's Ethernet clock`
      : bands.length > 0
        ? `, in the range of ${bands.join(', ')}`
        : '';
  const direction = 'downstream';
  return {
    kind,
    direction,
    frequencyHz: centerHz,
    widthHz,
    depthDb,
    bands,
    clockHarmonicHz,
    detail: `${place}${why}`,
  };
}

export function spurFinding(
  { frequencyHz, depthDb, subcarrierCount, clockHarmonicHz }: Spur,
  spacingHz: number,
): Finding {
  const home = clockHarmonicHz === undefined ? '' : `; a multiple of 125 MHz: the home's Ethernet clock`;
  return {
    kind: 'spur',
    direction: 'downstream',
    frequencyHz,
    widthHz: subcarrierCount * spacingHz,
    depthDb,
    clockHarmonicHz,
    detail: `${db(depthDb)} dB deep on ${subcarrierCount} subcarriers at ${mhz(frequencyHz)} MHz in capture after capture${home}`,
  };
}

export function rollOffFinding({ lowerEdgeDb, upperEdgeDb, beyondNatural }: RollOff): Finding[] {
  if (!beyondNatural) return [];
  const isLower = (lowerEdgeDb ?? 0) <= (upperEdgeDb ?? 0);
  const edgeDb = (isLower ? lowerEdgeDb : upperEdgeDb) ?? 0;
  const detail = `the ${isLower ? 'lower' : 'upper'} edge lies ${db(-edgeDb)} dB under the channel`;
  return [{ kind: 'roll_off', direction: 'downstream', depthDb: -edgeDb, detail }];
}

/** Healthy channels were seen to fall by 27 mdB a MHz: 5 dB over their width. */
const NATURAL_TILT_DB = 6;

export function tiltFinding(tilt: Tilt | undefined): Finding[] {
  if (tilt === undefined || Math.abs(tilt.acrossChannelDb) < NATURAL_TILT_DB) return [];
  const way = tilt.acrossChannelDb < 0 ? 'falls' : 'rises';
  const depthDb = Math.abs(tilt.acrossChannelDb);
  return [
    { kind: 'tilt', direction: 'downstream', depthDb, detail: `MER ${way} by ${db(depthDb)} dB across the channel` },
  ];
}

export function standingWaveFinding(wave: StandingWave | undefined): Finding[] {
  if (wave === undefined) return [];
  const { periodHz, amplitudeDb, delayNs, cavity } = wave;
  const length = `${cavity.lengthM.toFixed(1)} ± ${cavity.uncertaintyM.toFixed(1)} m of cable`;
  return [
    {
      kind: 'standing_wave',
      direction: 'downstream',
      depthDb: 2 * amplitudeDb,
      delayNs,
      periodHz,
      distanceM: cavity.lengthM,
      uncertaintyM: cavity.uncertaintyM,
      detail: `ripple of ${db(2 * amplitudeDb)} dB with a period of ${mhz(periodHz)} MHz: ${length} between two reflections`,
    },
  ];
}

export function runFinding(run: MagnitudeRun, direction: Finding['direction']): Finding {
  const { kind, startHz, stopHz, widthHz, extremeDb } = run;
  const centerHz = (startHz + stopHz) / 2;
  const hasAxis = !Number.isNaN(centerHz);
  const what = kind === 'suckOut' ? 'loss' : 'gain';
  const at = hasAxis ? ` at ${mhz(centerHz)} MHz` : '';
  return {
    kind: kind === 'suckOut' ? 'suck_out' : 'resonant_peak',
    direction,
    frequencyHz: hasAxis ? centerHz : undefined,
    widthHz,
    depthDb: Math.abs(extremeDb),
    detail: `${what} of ${db(Math.abs(extremeDb))} dB, ${mhz(widthHz)} MHz wide${at}`,
  };
}

export const echoFindings = ({ echoes, resolutionNs }: EchoSearch, direction: Finding['direction']): Finding[] =>
  echoes.map(({ delayNs, levelDb, distance }) => ({
    kind: 'echo',
    direction,
    levelDb,
    delayNs,
    resolutionNs,
    distanceM: distance.lengthM,
    uncertaintyM: distance.uncertaintyM,
    detail:
      `echo of ${db(levelDb)} dB after ${delayNs.toFixed(0)} ns: ` +
      `${distance.lengthM.toFixed(1)} ± ${distance.uncertaintyM.toFixed(1)} m between two reflections`,
  }));

export function histogramFinding({ verdict, reason }: HistogramShape): Finding[] {
  if (verdict === 'clipped') return [{ kind: 'clipping', direction: 'downstream', detail: reason }];
  if (verdict === 'asymmetric') return [{ kind: 'compression', direction: 'downstream', detail: reason }];
  return [];
}
