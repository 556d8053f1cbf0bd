import { median } from '../../lib/statistics.js';
import { int16Of } from '../formats/fixed-point.js';
import { binFrequencyHz, type Spectrum } from '../formats/spectrum.js';
import { amplitudeBinHz, amplitudeRow, type SpectrumAmplitude } from '../formats/spectrum-amplitude.js';

/** Bins of either spectrum form on one axis, ascending. */
export interface PowerSeries {
  readonly frequencyHz: Float64Array;
  readonly powerDbmv: Float64Array;
  readonly binHz: number;
  /** Equivalent noise bandwidth in bins: power summed over bins counts each carrier this many times. 1 where unknown. */
  readonly enbwBins: number;
}

export function powerSeries(spectrum: Spectrum | SpectrumAmplitude): PowerSeries {
  if (spectrum.kind === 'ds_spectrum') {
    const powerDbmv = Float64Array.from(int16Of(spectrum.powerBytes), (hundredths) => hundredths / 100);
    return {
      frequencyHz: Float64Array.from(powerDbmv, (_, i) => binFrequencyHz(spectrum, i)),
      powerDbmv,
      binHz: spectrum.segmentSpanHz / spectrum.binsPerSegment,
      enbwBins: spectrum.enbwHundredthsBin === 0 ? 1 : spectrum.enbwHundredthsBin / 100,
    };
  }
  const frequencyHz = new Float64Array(spectrum.binCount);
  const powerDbmv = new Float64Array(spectrum.binCount);
  let at = 0;
  let binHz = 0;
  for (let row = 0; row < spectrum.rowOffsets.length; row++) {
    const segment = amplitudeRow(spectrum, row);
    if (row === 0) binHz = segment.spacingHz;
    int16Of(segment.powerBytes).forEach((hundredths, i) => {
      frequencyHz[at] = amplitudeBinHz(segment, i);
      powerDbmv[at++] = hundredths / 100;
    });
  }
  return { frequencyHz, powerDbmv, binHz, enbwBins: 1 };
}

const linear = (db: number): number => 10 ** (db / 10);

/** Total of the bins within a range, corrected for the window; undefined where the range holds no bin. */
export function channelPowerDbmv(series: PowerSeries, fromHz = 0, toHz = Infinity): number | undefined {
  let sum = 0;
  let bins = 0;
  series.frequencyHz.forEach((hz, i) => {
    if (hz < fromHz || hz > toHz) return;
    sum += linear(series.powerDbmv[i]!);
    bins++;
  });
  return bins === 0 ? undefined : 10 * Math.log10(sum / series.enbwBins);
}

/** Level below which the quietest tenth of the bins lies: vacant spectrum, where there is any. */
export function noiseFloorDbmv(series: PowerSeries): number | undefined {
  if (series.powerDbmv.length === 0) return undefined;
  const sorted = series.powerDbmv.slice().sort();
  return sorted[Math.floor((sorted.length - 1) * 0.1)];
}

export interface SpectrumPeak {
  readonly frequencyHz: number;
  readonly powerDbmv: number;
  /** Above the median of the surroundings. */
  readonly prominenceDb: number;
}

const SURROUNDING_HZ = 3_000_000;
const MAX_BLOCK_BINS = 4096;
const APART_HZ = 300_000;
const MAX_CANDIDATES = 8192;
const MIN_PROMINENCE_DB = 10;
const strongestFirst = (a: SpectrumPeak, b: SpectrumPeak): number => b.powerDbmv - a.powerDbmv;

/** Bins that stand out of the median of their surroundings (carriers, beats, ingress), strongest first. */
export function spectrumPeaks(series: PowerSeries, maxPeaks = 20): SpectrumPeak[] {
  const { powerDbmv, frequencyHz } = series;
  const block = Math.max(8, Math.min(MAX_BLOCK_BINS, Math.round((2 * SURROUNDING_HZ) / Math.max(1, series.binHz))));
  const peaks: SpectrumPeak[] = [];
  for (let from = 0; from < powerDbmv.length; from += block) {
    const to = Math.min(powerDbmv.length, from + block);
    // half a block of neighbours on each side; one median a block keeps the work linear
    const middle = median(powerDbmv.subarray(Math.max(0, from - block / 2), to + block / 2));
    for (let i = from; i < to; i++) {
      const here = powerDbmv[i]!;
      if (here < (powerDbmv[i - 1] ?? -Infinity) || here <= (powerDbmv[i + 1] ?? -Infinity)) continue;
      const prominenceDb = here - middle;
      if (prominenceDb < MIN_PROMINENCE_DB) continue;
      peaks.push({ frequencyHz: frequencyHz[i]!, powerDbmv: here, prominenceDb });
    }
    // noise alone can have millions of them
    if (peaks.length > MAX_CANDIDATES) peaks.sort(strongestFirst).splice(MAX_CANDIDATES / 4);
  }
  peaks.sort(strongestFirst);
  const kept: SpectrumPeak[] = [];
  for (const peak of peaks) {
    if (kept.length === maxPeaks) break;
    if (kept.every((other) => Math.abs(other.frequencyHz - peak.frequencyHz) > APART_HZ)) kept.push(peak);
  }
  return kept;
}

/** Strongest bin, the first one on ties. */
export function strongestBin(series: PowerSeries): { frequencyHz: number; powerDbmv: number } | undefined {
  let peak = 0;
  for (let i = 1; i < series.powerDbmv.length; i++) if (series.powerDbmv[i]! > series.powerDbmv[peak]!) peak = i;
  const powerDbmv = series.powerDbmv[peak];
  return powerDbmv === undefined ? undefined : { frequencyHz: series.frequencyHz[peak]!, powerDbmv };
}

const GUARD_RATIO = 0.05;

/** Noise power ratio: level beside a made notch minus the floor inside, medians, with a guard on each side. */
export function noisePowerRatioDb(series: PowerSeries, notchFromHz: number, notchToHz: number): number | undefined {
  const width = notchToHz - notchFromHz;
  const guard = width * GUARD_RATIO;
  const within = (fromHz: number, toHz: number) =>
    series.powerDbmv.filter((_, i) => series.frequencyHz[i]! >= fromHz && series.frequencyHz[i]! <= toHz);
  const floor = median(within(notchFromHz + guard, notchToHz - guard));
  const beside = median([
    ...within(notchFromHz - guard - width, notchFromHz - guard),
    ...within(notchToHz + guard, notchToHz + guard + width),
  ]);
  const ratioDb = beside - floor;
  return Number.isNaN(ratioDb) ? undefined : ratioDb;
}
