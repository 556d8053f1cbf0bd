import type { PnmWarning } from '../formats/header.js';
import { binFrequencyHz, binWidthHz, type Spectrum } from '../formats/spectrum.js';
import { amplitudeBinHz, amplitudeRow, type SpectrumAmplitude } from '../formats/spectrum-amplitude.js';

/** Powers on one even axis. */
export interface SpectrumGrid {
  readonly firstFrequencyHz: number;
  readonly spacingHz: number;
  /** Big-endian 16-bit hundredths of dBmV; 0x8000 where no bin was sent. */
  readonly amplitudes: Uint8Array;
  readonly measuredCount: number;
  readonly warnings: readonly PnmWarning[];
}

/** More than any sweep of 1.8 GHz has, and a bound on what scattered rows can ask for. */
const MAX_BINS = 1 << 20;
const NO_BIN_HIGH = 0x80;

export function gridOf(spectrum: Spectrum | SpectrumAmplitude): SpectrumGrid {
  return spectrum.kind === 'ds_spectrum' ? gridOfSegments(spectrum) : gridOfRows(spectrum);
}

const gridOfSegments = (spectrum: Spectrum): SpectrumGrid => ({
  firstFrequencyHz: binFrequencyHz(spectrum, 0),
  spacingHz: binWidthHz(spectrum),
  amplitudes: spectrum.powerBytes, // segments follow one another without a gap
  measuredCount: spectrum.powerBytes.length / 2,
  warnings: [],
});

/** Rows come in any order and may be missing; one of another spacing than the first has no place on the axis. */
function gridOfRows(spectrum: SpectrumAmplitude): SpectrumGrid {
  const rows = Array.from(spectrum.rowOffsets, (_, row) => amplitudeRow(spectrum, row));
  const first = rows[0]!;
  const even = rows.filter((row) => row.spacingHz === first.spacingHz);
  // whole hertz on the wire: a third of a megahertz would drift by a bin over a thousand rows
  const exactHz = first.spanHz / first.binCount;
  const spacingHz = Math.abs(exactHz - first.spacingHz) < 1 ? exactHz : first.spacingHz;
  const firstFrequencyHz = even.reduce((first, row) => Math.min(first, amplitudeBinHz(row, 0)), Infinity);
  const binOf = (hz: number) => Math.round((hz - firstFrequencyHz) / spacingHz);
  const placed = even.filter((row) => binOf(amplitudeBinHz(row, 0)) + row.binCount <= MAX_BINS);
  const count = placed.reduce((end, row) => Math.max(end, binOf(amplitudeBinHz(row, 0)) + row.binCount), 0);
  const amplitudes = new Uint8Array(2 * count);
  for (let at = 0; at < amplitudes.length; at += 2) amplitudes[at] = NO_BIN_HIGH;
  for (const row of placed) amplitudes.set(row.powerBytes, 2 * binOf(amplitudeBinHz(row, 0)));
  let measuredCount = 0;
  for (let at = 0; at < amplitudes.length; at += 2) {
    if (amplitudes[at] !== NO_BIN_HIGH || amplitudes[at + 1] !== 0) measuredCount++;
  }
  const left = rows.length - placed.length;
  const message = `${left} rows fit on no common axis`;
  return {
    firstFrequencyHz,
    spacingHz,
    amplitudes,
    measuredCount,
    warnings: left === 0 ? [] : [{ code: 'PNM_AXIS_UNUSABLE', offset: 0, message }],
  };
}
