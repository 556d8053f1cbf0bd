import type { DataFrame } from '@grafana/data';
import { type NoRows, type Rows, rowsWith } from '../../lib/rows';
import { int16OfBase64, wordsOfBase64 } from '../../spectrum/base64';
import { type Coefficients, coefficientsOf } from '../../spectrum/channel';

interface Capture {
  readonly id: string;
  readonly timeMs: number | undefined;
  readonly mac: string;
  readonly channelId: string | undefined;
}

/** A spectrum analysis. */
export interface Spectrum extends Capture {
  readonly firstFrequencyHz: number;
  readonly spacingHz: number;
  /** NaN where no bin was sent. */
  readonly levelDbMv: Float32Array;
  readonly totalPowerDbMv: number | undefined;
  readonly noiseFloorDbMv: number | undefined;
  readonly peak: { readonly frequencyHz: number; readonly levelDbMv: number } | undefined;
}

/** Complex coefficients: a channel estimate, or a pre-equaliser, which is the inverse of the channel. */
export interface Estimate extends Capture {
  readonly form: string;
  readonly direction: string;
  /** Undefined for files of the unversioned family: they do not say where they begin. */
  readonly firstFrequencyHz: number | undefined;
  readonly channel: Coefficients;
  readonly rippleDb: number | undefined;
  readonly tiltDb: number | undefined;
  readonly groupDelayRippleNs: number | undefined;
}

/** Echoes as the collector found them. */
export interface StoredEcho {
  readonly captureId: string | undefined;
  readonly delayNs: number;
  readonly levelDb: number;
  readonly distanceM: number | undefined;
  readonly uncertaintyM: number | undefined;
}

/** A DOCSIS 3.0 pre-equaliser: few taps instead of many subcarriers. */
export interface Taps extends Capture {
  /** Counted from 0. */
  readonly mainTap: number;
  /** Against the main tap, NaN where a tap is zero. */
  readonly levelDb: Float32Array;
  readonly nonMainToTotalDb: number | undefined;
  readonly microReflectionM: number | undefined;
}

/** Hits of each bin of the modem's ADC. */
export interface Histogram extends Capture {
  readonly hits: Uint32Array;
  readonly verdict: string | undefined;
  readonly reason: string | undefined;
}

export interface SpectrumData {
  readonly spectra: Spectrum[];
  readonly estimates: Estimate[];
  readonly echoes: StoredEcho[];
  readonly taps: Taps[];
  readonly histograms: Histogram[];
}

const NOT_MEASURED = -0x8000;
const EMPTY =
  'No spectrum, channel estimate, pre-equaliser or histogram in this time range. Start a measurement on the modem page, or widen the range.';
const WANTED =
  'The query must return rows of grafana.spectrum_captures (amplitudes_base64), grafana.channel_estimate_captures (coefficients_base64, fraction_bits), grafana.pre_equalisers (coefficients_base64, main_tap) or grafana.histogram_captures (hits_base64): select * from one of them.';

/** Reads every kind of row that the panel can draw; all newest first. */
export function readSpectra(frames: readonly DataFrame[]): { kind: 'data'; data: SpectrumData } | NoRows {
  const filled = frames.filter((frame) => frame.fields.length > 0);
  if (filled.length === 0) return { kind: 'empty', message: EMPTY };
  const all = <T>(columns: readonly string[], read: (rows: Rows, row: number) => T | undefined): T[] =>
    rowsWith(filled, columns).flatMap((rows) =>
      Array.from({ length: rows.length }, (_, row) => read(rows, row)).filter(
        (one): one is Awaited<T> => one !== undefined,
      ),
    );
  const data: SpectrumData = {
    spectra: newestFirst(all(['amplitudes_base64', 'first_frequency_hz', 'spacing_hz'], readSpectrum)),
    estimates: newestFirst(all(['coefficients_base64', 'fraction_bits', 'spacing_hz'], readEstimate)),
    echoes: all(['delay_ns', 'level_db'], readEcho),
    taps: newestFirst(all(['coefficients_base64', 'main_tap'], readTaps)),
    histograms: newestFirst(all(['hits_base64'], readHistogram)),
  };
  const { spectra, estimates, taps, histograms } = data;
  if (spectra.length + estimates.length + taps.length + histograms.length > 0) return { kind: 'data', data };
  const hasColumns = filled.some((frame) =>
    frame.fields.some(({ name }) =>
      ['amplitudes_base64', 'coefficients_base64', 'hits_base64'].includes(name.toLowerCase()),
    ),
  );
  return hasColumns
    ? { kind: 'empty', message: 'The captures of this range hold no values that can be drawn.' }
    : { kind: 'problem', message: WANTED };
}

const newestFirst = <T extends Capture>(captures: T[]): T[] =>
  captures.sort((a, b) => (b.timeMs ?? 0) - (a.timeMs ?? 0) || a.id.localeCompare(b.id));

const captureOf = (rows: Rows, row: number): Capture => ({
  id: rows.text('id', row) ?? rows.text('capture_id', row) ?? String(row),
  timeMs: rows.timeMs('time', row),
  mac: rows.text('mac', row) ?? '',
  channelId: rows.text('channel_id', row),
});

function readSpectrum(rows: Rows, row: number): Spectrum | undefined {
  const wire = int16OfBase64(rows.text('amplitudes_base64', row) ?? '');
  const [firstFrequencyHz, spacingHz] = [rows.number('first_frequency_hz', row), rows.number('spacing_hz', row)];
  if (!wire || firstFrequencyHz === undefined || !spacingHz || spacingHz < 0) return undefined;
  const [peakHz, peakDbMv] = [rows.number('peak_frequency_hz', row), rows.number('peak_dbmv', row)];
  return {
    ...captureOf(rows, row),
    firstFrequencyHz,
    spacingHz,
    levelDbMv: Float32Array.from(wire, (hundredths) => (hundredths === NOT_MEASURED ? NaN : hundredths / 100)),
    totalPowerDbMv: rows.number('total_power_dbmv', row),
    noiseFloorDbMv: rows.number('noise_floor_dbmv', row),
    peak: peakHz === undefined || peakDbMv === undefined ? undefined : { frequencyHz: peakHz, levelDbMv: peakDbMv },
  };
}

function readEstimate(rows: Rows, row: number): Estimate | undefined {
  const wire = int16OfBase64(rows.text('coefficients_base64', row) ?? '');
  const [fractionBits, spacingHz] = [rows.number('fraction_bits', row), rows.number('spacing_hz', row)];
  if (!wire || wire.length % 2 !== 0 || fractionBits === undefined || !spacingHz || spacingHz < 0) return undefined;
  return {
    ...captureOf(rows, row),
    form: rows.text('form', row) ?? 'estimate',
    direction: rows.text('direction', row) ?? 'downstream',
    firstFrequencyHz: rows.number('first_frequency_hz', row),
    channel: coefficientsOf(wire, fractionBits, spacingHz),
    rippleDb: rows.number('ripple_db', row),
    tiltDb: rows.number('tilt_db', row),
    groupDelayRippleNs: rows.number('group_delay_ripple_ns', row),
  };
}

function readEcho(rows: Rows, row: number): StoredEcho | undefined {
  const [delayNs, levelDb] = [rows.number('delay_ns', row), rows.number('level_db', row)];
  if (delayNs === undefined || levelDb === undefined) return undefined;
  return {
    captureId: rows.text('capture_id', row),
    delayNs,
    levelDb,
    distanceM: rows.number('distance_m', row),
    uncertaintyM: rows.number('uncertainty_m', row),
  };
}

/** docsIf3CmStatusUsEqData: main tap, taps a symbol, forward and reverse taps, then pairs of 16 bits. */
const TAPS_HEADER_WORDS = 2;

function readTaps(rows: Rows, row: number): Taps | undefined {
  const wire = int16OfBase64(rows.text('coefficients_base64', row) ?? '');
  const mainTap = rows.number('main_tap', row);
  if (!wire || wire.length < TAPS_HEADER_WORDS + 2 || wire.length % 2 !== 0 || mainTap === undefined) return undefined;
  const levelDb = tapLevels(wire.subarray(TAPS_HEADER_WORDS), mainTap - 1);
  if (!levelDb) return undefined;
  return {
    ...captureOf(rows, row),
    mainTap: mainTap - 1,
    levelDb,
    nonMainToTotalDb: rows.number('non_main_tap_to_total_energy_db', row),
    microReflectionM: rows.number('micro_reflection_distance_m', row),
  };
}

/** Some modems write 12 bits, some the low octet first: the reading that makes the main tap the largest is the right one. */
function tapLevels(words: Int16Array, main: number): Float32Array | undefined {
  const short = words.every((word) => (word & 0xf000) === 0);
  const plain = short ? words.map((word) => (word << 20) >> 20) : words;
  const swapped = words.map((word) => ((word & 0xff) << 8) | ((word >> 8) & 0xff));
  const energies = [plain, swapped].map((taps) =>
    Float64Array.from(
      { length: taps.length / 2 },
      (_, i) => (taps[2 * i] as number) ** 2 + (taps[2 * i + 1] as number) ** 2,
    ),
  );
  const isLargest = (energy: Float64Array) => energy.every((one) => one <= (energy[main] ?? 0));
  const energy = energies.find(isLargest) ?? energies[0];
  const reference = energy?.[main];
  if (!energy || !reference) return undefined;
  return Float32Array.from(energy, (one) => (one === 0 ? NaN : 10 * Math.log10(one / reference)));
}

function readHistogram(rows: Rows, row: number): Histogram | undefined {
  const hits = wordsOfBase64(rows.text('hits_base64', row) ?? '');
  if (!hits) return undefined;
  return {
    ...captureOf(rows, row),
    hits,
    verdict: rows.text('verdict', row),
    reason: rows.text('verdict_reason', row),
  };
}
