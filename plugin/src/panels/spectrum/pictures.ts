import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { echoPeaks, groupDelayNs, impulseResponse, magnitudeDb, metresPerNs } from '../../spectrum/channel';
import type { Level, Marker, Series } from '../../spectrum/series';
import { type Axis, formatMhz, FREQUENCY_AXIS } from '../../spectrum/ticks';
import type { Estimate, Histogram, Spectrum, SpectrumData, StoredEcho, Taps } from './frames';
import type { SpectrumOptions, SpectrumView } from './options';

/** One view, ready to be drawn. */
export interface Picture {
  readonly series: Series[];
  readonly levels: Level[];
  readonly markers: Marker[];
  readonly axis: Axis;
  readonly unit: string;
  readonly minSpan: number;
  readonly floor?: number;
  /** Facts of the newest capture, for the legend. */
  readonly notes: readonly { readonly text: string; readonly isBad?: boolean }[];
}

export const VIEW_NAMES: Readonly<Record<SpectrumView, string>> = {
  spectrum: 'Spectrum',
  magnitude: 'Magnitude',
  groupDelay: 'Group delay',
  echoes: 'Echoes',
  taps: 'Pre-equaliser taps',
  histogram: 'Histogram',
};

/** The views that these data can give. */
export const viewsOf = ({ spectra, estimates, taps, histograms }: SpectrumData): SpectrumView[] => [
  ...(spectra.length > 0 ? (['spectrum'] as const) : []),
  ...(estimates.length > 0 ? (['magnitude', 'groupDelay', 'echoes'] as const) : []),
  ...(taps.length > 0 ? (['taps'] as const) : []),
  ...(histograms.length > 0 ? (['histogram'] as const) : []),
];

/** Kinds of coefficients that cannot share a picture: another direction or form is another channel. */
export const kindsOf = (estimates: readonly Estimate[]): string[] => [
  ...new Set([...estimates].sort((a, b) => rankOf(a) - rankOf(b)).map(kindOf)),
];
export const kindOf = ({ direction, form }: Estimate): string => `${direction} ${FORMS.get(form) ?? form}`;

/** In the order of what is looked at first. */
const FORMS: ReadonlyMap<string, string> = new Map([
  ['estimate', 'channel estimate'],
  ['pre_equaliser', 'pre-equaliser'],
  ['last_update', 'last update of the pre-equaliser'],
]);
const rankOf = ({ form }: Estimate): number => [...FORMS.keys()].indexOf(form);

export interface Wanted {
  readonly data: SpectrumData;
  readonly options: SpectrumOptions;
  readonly theme: GrafanaTheme2;
  readonly timeZone: string;
}

export function pictureOf(view: SpectrumView, wanted: Wanted): Picture {
  switch (view) {
    case 'spectrum':
      return spectrumPicture(wanted);
    case 'magnitude':
      return estimatePicture(wanted, { unit: 'dB', minSpan: 2, values: ({ channel }) => magnitudeDb(channel) });
    case 'groupDelay':
      // one value lies between two subcarriers
      return estimatePicture(wanted, {
        unit: 'ns',
        minSpan: 20,
        values: ({ channel }) => groupDelayNs(channel),
        shift: 0.5,
      });
    case 'echoes':
      return echoPicture(wanted);
    case 'taps':
      return tapsPicture(wanted);
    case 'histogram':
      return histogramPicture(wanted);
  }
}

const colorAt = (theme: GrafanaTheme2, index: number): string => {
  const { palette } = theme.visualization;
  return theme.visualization.getColorByName(palette[index % palette.length] ?? 'green');
};

function labelled<T extends { mac: string; channelId: string | undefined; timeMs: number | undefined }>(
  captures: readonly T[],
  { theme, timeZone }: Wanted,
): (T & { label: string; color: string })[] {
  const severalModems = new Set(captures.map(({ mac }) => mac)).size > 1;
  return captures.map((capture, index) => {
    const time = capture.timeMs === undefined ? '' : dateTimeFormat(capture.timeMs, { timeZone, format: 'HH:mm:ss' });
    const parts = [
      severalModems ? capture.mac : '',
      capture.channelId === undefined ? '' : `ch ${capture.channelId}`,
      time,
    ];
    return {
      ...capture,
      label: parts.filter(Boolean).join(' ') || `capture ${index + 1}`,
      color: colorAt(theme, index),
    };
  });
}

function spectrumPicture(wanted: Wanted): Picture {
  const shown = labelled<Spectrum>(wanted.data.spectra.slice(0, wanted.options.maxCaptures), wanted);
  const series = shown.map(({ label, color, firstFrequencyHz, spacingHz, levelDbMv }) => ({
    label,
    color,
    start: firstFrequencyHz,
    step: spacingHz,
    values: levelDbMv,
  }));
  const [newest] = shown;
  const { theme } = wanted;
  const notes: { text: string }[] = [];
  const levels: Level[] = [];
  const markers: Marker[] = [];
  if (newest?.totalPowerDbMv !== undefined)
    notes.push({ text: `total power ${newest.totalPowerDbMv.toFixed(1)} dBmV` });
  if (newest?.noiseFloorDbMv !== undefined) {
    levels.push({
      label: `noise floor ${newest.noiseFloorDbMv.toFixed(1)} dBmV`,
      color: theme.colors.info.text,
      value: newest.noiseFloorDbMv,
      from: newest.firstFrequencyHz,
      to: newest.firstFrequencyHz + newest.levelDbMv.length * newest.spacingHz,
      dash: [2, 3],
    });
  }
  if (newest?.peak) {
    const { frequencyHz, levelDbMv } = newest.peak;
    const label = `${levelDbMv.toFixed(1)} dBmV at ${formatMhz(frequencyHz, 2)}`;
    markers.push({ at: frequencyHz, value: levelDbMv, label, color: theme.colors.warning.text });
  }
  return { series, levels, markers, axis: FREQUENCY_AXIS, unit: 'dBmV', minSpan: 10, notes };
}

function estimatePicture(
  wanted: Wanted,
  how: { unit: string; minSpan: number; values: (estimate: Estimate) => Float32Array; shift?: number },
): Picture {
  const shown = labelled<Estimate>(wanted.data.estimates.slice(0, wanted.options.maxCaptures), wanted);
  const series = shown.map((estimate) => ({
    label: estimate.label,
    color: estimate.color,
    start: (estimate.firstFrequencyHz ?? 0) + (how.shift ?? 0) * estimate.channel.spacingHz,
    step: estimate.channel.spacingHz,
    values: how.values(estimate),
  }));
  const [newest] = shown;
  const notes = notesOf(newest, how.unit === 'ns');
  return { series, levels: [], markers: [], axis: FREQUENCY_AXIS, unit: how.unit, minSpan: how.minSpan, notes };
}

function notesOf(newest: Estimate | undefined, isDelay: boolean): { text: string }[] {
  if (!newest) return [];
  const { rippleDb, tiltDb, groupDelayRippleNs, form, firstFrequencyHz } = newest;
  return [
    ...(form === 'estimate' ? [] : [{ text: 'the inverse of the channel: a suck-out shows as a bump' }]),
    ...(firstFrequencyHz === undefined
      ? [{ text: 'the file does not say where it begins: frequencies count from 0' }]
      : []),
    ...(!isDelay && rippleDb !== undefined ? [{ text: `ripple ${rippleDb.toFixed(2)} dB` }] : []),
    ...(!isDelay && tiltDb !== undefined ? [{ text: `tilt ${tiltDb.toFixed(2)} dB` }] : []),
    ...(isDelay && groupDelayRippleNs !== undefined ? [{ text: `ripple ${groupDelayRippleNs.toFixed(0)} ns` }] : []),
    ...(isDelay ? [{ text: 'against its median: that is the receiver’s' }] : []),
  ];
}

const MOST_ECHOES = 6;

function echoPicture(wanted: Wanted): Picture {
  const { data, options, theme } = wanted;
  const perNs = metresPerNs(options.velocityFactor);
  const axis: Axis = { unit: 'ns', perUnit: 1, decimals: 0, also: { unit: 'm', perValue: perNs, decimals: 1 } };
  const shown = labelled<Estimate>(data.estimates.slice(0, options.maxCaptures), wanted).flatMap((estimate) => {
    const response = impulseResponse(estimate.channel, options.longestDelayNs);
    return response ? [{ estimate, response }] : [];
  });
  const series = shown.map(({ estimate, response }) => ({
    label: estimate.label,
    color: estimate.color,
    start: 0,
    step: response.stepNs,
    values: response.levelDb,
  }));
  const [newest] = shown;
  if (!newest)
    return {
      series,
      levels: [],
      markers: [],
      axis,
      unit: 'dB',
      minSpan: 40,
      notes: [{ text: 'too few coefficients' }],
    };
  const stored = data.echoes.filter(({ captureId }) => captureId === newest.estimate.id);
  const found: StoredEcho[] =
    stored.length > 0
      ? [...stored].sort((a, b) => b.levelDb - a.levelDb).slice(0, MOST_ECHOES)
      : echoPeaks(newest.response, MOST_ECHOES).map((peak) => ({
          ...peak,
          captureId: undefined,
          distanceM: peak.delayNs * perNs,
          // half a resolution cell, and 2 % of velocity between cables of one type
          uncertaintyM: (newest.response.resolutionNs / 2) * perNs + 0.02 * peak.delayNs * perNs,
        }));
  const markers = found
    .filter(({ delayNs }) => delayNs <= options.longestDelayNs)
    .map(({ delayNs, levelDb, distanceM, uncertaintyM }): Marker => {
      const distance = distanceM ?? delayNs * perNs;
      const around = uncertaintyM === undefined ? '' : ` ± ${uncertaintyM.toFixed(1)}`;
      return {
        at: delayNs,
        value: levelDb,
        label: `${distance.toFixed(1)}${around} m, ${levelDb.toFixed(1)} dB`,
        color: theme.colors.warning.text,
        ...(uncertaintyM === undefined ? {} : { uncertainty: uncertaintyM / perNs }),
      };
    });
  const noise = `noise ${newest.response.noiseDb.toFixed(0)} dB`;
  const notes = [
    markers.length === 0
      ? { text: `no echo above −45 dB and noise (${noise})` }
      : { text: `${markers.length} echoes, ${noise}` },
    { text: `velocity factor ${options.velocityFactor}` },
  ];
  return { series, levels: [], markers, axis, unit: 'dB', minSpan: 40, floor: -75, notes };
}

const TAP_AXIS: Axis = { unit: 'taps', perUnit: 1, decimals: 0 };

function tapsPicture(wanted: Wanted): Picture {
  const shown = labelled<Taps>(wanted.data.taps.slice(0, wanted.options.maxCaptures), wanted);
  const series = shown.map(({ label, color, levelDb, mainTap }) => ({
    label,
    color,
    start: -mainTap,
    step: 1,
    values: levelDb,
    isFilled: true,
  }));
  const [newest] = shown;
  const notes: { text: string }[] = [{ text: 'levels against the main tap' }];
  if (newest?.nonMainToTotalDb !== undefined)
    notes.push({ text: `non-main taps to all ${newest.nonMainToTotalDb.toFixed(1)} dB` });
  if (newest?.microReflectionM !== undefined)
    notes.push({ text: `micro-reflection at ${newest.microReflectionM.toFixed(0)} m` });
  return { series, levels: [], markers: [], axis: TAP_AXIS, unit: 'dB', minSpan: 40, floor: -60, notes };
}

/** Of measures/histogram: a tail cut off, a tail shorter than the other. */
const BAD_VERDICTS: ReadonlySet<string> = new Set(['clipped', 'asymmetric']);

const BIN_AXIS: Axis = { unit: '', perUnit: 1, decimals: 0 };

/** The logarithm of the share of each bin: tails are what clipping cuts. */
function histogramPicture(wanted: Wanted): Picture {
  const shown = labelled<Histogram>(wanted.data.histograms.slice(0, wanted.options.maxCaptures), wanted);
  const series = shown.map(({ label, color, hits }) => {
    const sum = hits.reduce((total, value) => total + value, 0);
    return {
      label,
      color,
      start: -(hits.length - 1) / 2,
      step: 1,
      values: Float32Array.from(hits, (value) => (value === 0 ? NaN : Math.log10(value / sum))),
      isFilled: true,
    };
  });
  const [newest] = shown;
  const notes = [
    ...(newest?.verdict === undefined
      ? []
      : [{ text: newest.verdict.replaceAll('_', ' '), isBad: BAD_VERDICTS.has(newest.verdict) }]),
    ...(newest?.reason === undefined ? [] : [{ text: newest.reason }]),
    { text: 'share of hits by ADC bin, powers of ten' },
  ];
  return { series, levels: [], markers: [], axis: BIN_AXIS, unit: '', minSpan: 2, notes };
}
