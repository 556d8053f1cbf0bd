import { NO_VALUES, statisticsOfSums, type Statistics } from '../../lib/statistics.js';
import type { PnmFile } from '../formats/decode.js';
import { SET_BYTES, type FecSummary } from '../formats/fec-summary.js';
import { FIXED_POINT, type FixedPoint } from '../formats/fixed-point.js';
import { ROW_HEADER_BYTES, type SpectrumAmplitude } from '../formats/spectrum-amplitude.js';
import { PREEQ_FORMAT } from '../formats/us-preeq.js';
import { summarizeRxMer } from './rxmer.js';

/** The complex samples of a file and their number format; undefined for types that have none we know. */
export function complexSamples(file: PnmFile): { bytes: Uint8Array; format: FixedPoint } | undefined {
  switch (file.kind) {
    case 'ds_ofdm_chan_est':
      return { bytes: file.coefficientBytes, format: 's2.13' };
    case 'us_ofdma_preeq':
    case 'us_ofdma_preeq_last_update':
      return { bytes: file.coefficientBytes, format: PREEQ_FORMAT[file.kind] };
    case 'ds_constellation':
      return { bytes: file.pointBytes, format: 's2.13' };
    case 'ds_symbol_capture':
      return { bytes: file.sampleBytes, format: 's3.12' };
    case 'ccap_ds_symbol_capture':
      return file.content?.content === 'symbols' ? { bytes: file.content.sampleBytes, format: 's3.12' } : undefined;
    default:
      return undefined;
  }
}

/** Values in a file's array (design, section 6); undefined for types whose payload cannot be read. */
export function valueCount(file: PnmFile): number | undefined {
  const complex = complexSamples(file);
  if (complex !== undefined) return complex.bytes.length / 4;
  switch (file.kind) {
    case 'ds_ofdm_rxmer':
    case 'us_ofdma_rxmer':
      return file.quarterDb.length;
    case 'ds_histogram':
      return file.hitBytes.length / 4;
    case 'ds_ofdm_fec_summary':
      return file.profiles.reduce((sum, profile) => sum + profile.setCount, 0);
    case 'ds_spectrum':
      return file.powerBytes.length / 2;
    case 'ds_spectrum_snmp_amplitude':
      return file.binCount;
    case 'ds_ofdm_modulation_profile':
      return file.profiles[0]?.subcarrierCount ?? 0;
    case 'ccap_us_histogram':
      return file.content?.content === 'histogram' ? file.content.hitBytes.length / 4 : undefined;
    case 'ccap_us_impulse_noise':
      return file.content?.content === 'impulseNoise' ? file.content.eventCount : undefined;
    default:
      return undefined;
  }
}

/**
 * Statistics of a file's measured values, in dB for RxMER and for the magnitude of non-zero complex values, dBmV for
 * spectra, counts for histograms and codewords; undefined for types without a single series.
 */
export function valueStatistics(file: PnmFile): Statistics | undefined {
  const complex = complexSamples(file);
  if (complex !== undefined) return magnitudeStatistics(complex.bytes, complex.format);
  switch (file.kind) {
    case 'ds_ofdm_rxmer':
    case 'us_ofdma_rxmer': {
      const mer = summarizeRxMer(file.quarterDb);
      return {
        n: mer.measuredCount,
        mean: mer.meanMerDb,
        min: mer.minMerDb,
        max: mer.maxMerDb,
        stdDev: mer.stdDevMerDb,
      };
    }
    case 'ds_histogram':
      return wordStatistics(file.hitBytes);
    case 'ccap_us_histogram':
      return file.content?.content === 'histogram' ? wordStatistics(file.content.hitBytes) : undefined;
    case 'ds_ofdm_fec_summary':
      return codewordStatistics(file);
    case 'ds_spectrum':
      return powerStatistics([file.powerBytes]);
    case 'ds_spectrum_snmp_amplitude':
      return amplitudeStatistics(file);
    default:
      return undefined;
  }
}

const LOG_TABLE_BITS = 9;
const LOG_TABLE_SIZE = 1 << LOG_TABLE_BITS;
const LN_CENTER = new Float64Array(LOG_TABLE_SIZE);
const INVERSE_CENTER = new Float64Array(LOG_TABLE_SIZE);
for (let i = 0; i < LOG_TABLE_SIZE; i++) {
  const center = 1 + (i + 0.5) / LOG_TABLE_SIZE;
  LN_CENTER[i] = Math.log(center);
  INVERSE_CENTER[i] = 1 / center;
}
const DB_PER_LN = 10 / Math.LN10;
const TWO_POW_MINUS_31 = 2 ** -31;

/**
 * 20·log10 of the magnitude of every coefficient that is not zero. The logarithm is most of the work: a table of 512
 * mantissas and three terms of the series are exact to 10⁻¹², several times faster than Math.log10.
 */
export function magnitudeStatistics(wire: Uint8Array, format: FixedPoint): Statistics {
  let n = 0;
  let sum = 0;
  let squares = 0;
  let min = Infinity;
  let max = 0;
  const shiftLn = 2 * Math.log(FIXED_POINT[format]); // unit power
  for (let at = 0; at + 3 < wire.length; at += 4) {
    const re = (((wire[at] as number) << 24) >> 16) | (wire[at + 1] as number);
    const im = (((wire[at + 2] as number) << 24) >> 16) | (wire[at + 3] as number);
    const power = re * re + im * im; // at most 2³¹
    if (power === 0) continue;
    const zeros = Math.clz32(power);
    const normalised = power << zeros;
    const i = (normalised >>> (31 - LOG_TABLE_BITS)) & (LOG_TABLE_SIZE - 1);
    const r = (normalised >>> 0) * TWO_POW_MINUS_31 * (INVERSE_CENTER[i] as number) - 1;
    const ln = (31 - zeros) * Math.LN2 + (LN_CENTER[i] as number) + r * (1 - r * (0.5 - r * (1 / 3))) - shiftLn;
    n++;
    sum += ln;
    squares += ln * ln;
    if (power < min) min = power;
    if (power > max) max = power;
  }
  if (n === 0) return NO_VALUES;
  const db = (power: number) => DB_PER_LN * (Math.log(power) - shiftLn);
  return statisticsOfSums(n, sum * DB_PER_LN, squares * DB_PER_LN * DB_PER_LN, db(min), db(max));
}

function wordStatistics(wire: Uint8Array): Statistics {
  const view = new DataView(wire.buffer, wire.byteOffset, wire.byteLength);
  return columnStatistics(view, 0, 4, wire.length >> 2);
}

/** Every `stride`-th word from `start`. Two passes: counts up to 2³² squared would not stay exact in one sum. */
function columnStatistics(view: DataView, start: number, stride: number, n: number): Statistics {
  if (n === 0) return NO_VALUES;
  let sum = 0;
  let min = Infinity;
  let max = 0;
  for (let i = 0, at = start; i < n; i++, at += stride) {
    const value = view.getUint32(at);
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const mean = sum / n;
  let squares = 0;
  for (let i = 0, at = start; i < n; i++, at += stride) {
    const apart = view.getUint32(at) - mean;
    squares += apart * apart;
  }
  return { n, mean, min, max, stdDev: Math.sqrt(squares / n) };
}

/** Total codewords of every set of every profile. */
function codewordStatistics(summary: FecSummary): Statistics {
  const rows = summary.family === 'PNN';
  const parts = summary.profiles
    .filter((profile) => profile.setCount > 0)
    .map(({ setBytes, setCount }) => {
      const view = new DataView(setBytes.buffer, setBytes.byteOffset, setBytes.byteLength);
      return rows ? columnStatistics(view, 4, SET_BYTES, setCount) : columnStatistics(view, 0, 4, setCount);
    });
  return pooled(parts);
}

/** Statistics of the union of several sets. */
function pooled(parts: readonly Statistics[]): Statistics {
  const n = parts.reduce((sum, part) => sum + part.n, 0);
  if (n === 0) return NO_VALUES;
  const mean = parts.reduce((sum, part) => sum + part.n * (part.mean ?? 0), 0) / n;
  const squares = parts.reduce((sum, part) => {
    return sum + part.n * ((part.stdDev ?? 0) ** 2 + ((part.mean ?? 0) - mean) ** 2);
  }, 0);
  return {
    n,
    mean,
    min: Math.min(...parts.map((part) => part.min ?? Infinity)),
    max: Math.max(...parts.map((part) => part.max ?? -Infinity)),
    stdDev: Math.sqrt(squares / n),
  };
}

class PowerSums {
  n = 0;
  sum = 0;
  squares = 0; // below 2⁵³ for 8 million bins
  min = Infinity;
  max = -Infinity;

  add(wire: Uint8Array, from: number, to: number): void {
    let { sum, squares, min, max } = this;
    for (let at = from; at < to; at += 2) {
      const value = (((wire[at] as number) << 24) >> 16) | (wire[at + 1] as number);
      sum += value;
      squares += value * value;
      if (value < min) min = value;
      if (value > max) max = value;
    }
    this.n += (to - from) >> 1;
    this.sum = sum;
    this.squares = squares;
    this.min = min;
    this.max = max;
  }

  /** Hundredths to dBmV. */
  statistics(): Statistics {
    return statisticsOfSums(this.n, this.sum / 100, this.squares / 10_000, this.min / 100, this.max / 100);
  }
}

function powerStatistics(wires: readonly Uint8Array[]): Statistics {
  const sums = new PowerSums();
  for (const wire of wires) sums.add(wire, 0, wire.length);
  return sums.statistics();
}

function amplitudeStatistics({ rowBytes, rowOffsets }: SpectrumAmplitude): Statistics {
  const sums = new PowerSums();
  for (let row = 0; row < rowOffsets.length; row++) {
    sums.add(rowBytes, rowOffsets[row]! + ROW_HEADER_BYTES, rowOffsets[row + 1] ?? rowBytes.length);
  }
  return sums.statistics();
}
