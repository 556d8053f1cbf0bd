import { ByteWriter } from './byte-writer.js';
import { PnmFormatError } from './errors.js';
import type { Encodable, PnmHeader, PnmWarning } from './header.js';

/**
 * Rows of docsIf3CmSpectrumAnalysisMeasAmplitudeData (DOCS-IF3-MIB) one after another, without any header. Rows are
 * walked while the modem refreshes them: neighbours may be of different sweeps.
 */
export interface SpectrumAmplitude extends PnmHeader {
  readonly kind: 'ds_spectrum_snmp_amplitude';
  /** All whole rows as they came; `amplitudeRow` reads one. */
  readonly rowBytes: Uint8Array;
  /** Where each row starts in `rowBytes`. */
  readonly rowOffsets: Uint32Array;
  readonly binCount: number;
}

export interface AmplitudeRow {
  readonly centerHz: number;
  readonly spanHz: number;
  readonly binCount: number;
  readonly spacingHz: number;
  /** 1 in every sample seen: not to be relied on. */
  readonly resolutionBandwidthHz: number;
  /** Big-endian 16-bit hundredths of dBmV. */
  readonly powerBytes: Uint8Array;
}

export const ROW_HEADER_BYTES = 20;
const MAX_BINS = 2048;

/** Decodes rows that have no magic: the first must hold together by its own numbers. Throws PnmFormatError. */
export function decodeSpectrumAmplitude(file: Uint8Array): SpectrumAmplitude {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let rowOffsets = new Uint32Array(64);
  let rows = 0;
  let binCount = 0;
  let at = 0;
  let cutAt: number | undefined;
  while (at < file.length) {
    const bins = file.length - at < ROW_HEADER_BYTES ? undefined : checkedBins(view, at);
    const end = bins === undefined ? Infinity : at + ROW_HEADER_BYTES + bins * 2;
    if (bins === undefined || end > file.length) {
      cutAt = at;
      break;
    }
    if (rows === rowOffsets.length) {
      const larger = new Uint32Array(rows * 2);
      larger.set(rowOffsets);
      rowOffsets = larger;
    }
    rowOffsets[rows++] = at;
    binCount += bins;
    at = end;
  }
  if (rows === 0) throw new PnmFormatError('PNM_TRUNCATED', 0, 'no whole row of amplitude data');
  const warnings: PnmWarning[] = [];
  if (cutAt !== undefined) {
    const message = `the row after ${rows} whole ones is cut after ${file.length - cutAt} bytes`;
    warnings.push({ code: 'PNM_SAMPLES_TRUNCATED', offset: cutAt, message });
  }
  return {
    kind: 'ds_spectrum_snmp_amplitude',
    family: undefined,
    version: undefined,
    deviceTimeSec: undefined,
    channelId: undefined,
    modemMac: undefined,
    rowBytes: file.subarray(0, at),
    rowOffsets: rowOffsets.slice(0, rows),
    binCount,
    trailing: file.subarray(at),
    warnings,
  };
}

/** The number of bins of the row at `at`, which its span and spacing must bear out. */
function checkedBins(view: DataView, at: number): number {
  const spanHz = view.getUint32(at + 4);
  const bins = view.getUint32(at + 8);
  const spacingHz = view.getUint32(at + 12);
  if (bins < 1 || bins > MAX_BINS) {
    throw new PnmFormatError('PNM_INVALID_FIELD', at + 8, `${bins} bins in a row are not within 1…${MAX_BINS}`);
  }
  if (spanHz === 0 || spacingHz === 0 || Math.abs(bins * spacingHz - spanHz) > spacingHz) {
    throw new PnmFormatError('PNM_INVALID_FIELD', at + 4, `${bins} bins of ${spacingHz} Hz do not make ${spanHz} Hz`);
  }
  return bins;
}

export function amplitudeRow(amplitude: SpectrumAmplitude, row: number): AmplitudeRow {
  const at = amplitude.rowOffsets[row];
  if (at === undefined) throw new RangeError(`no row ${row}`);
  const bytes = amplitude.rowBytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const binCount = view.getUint32(at + 8);
  return {
    centerHz: view.getUint32(at),
    spanHz: view.getUint32(at + 4),
    binCount,
    spacingHz: view.getUint32(at + 12),
    resolutionBandwidthHz: view.getUint32(at + 16),
    powerBytes: bytes.subarray(at + ROW_HEADER_BYTES, at + ROW_HEADER_BYTES + binCount * 2),
  };
}

/** Frequency of bin i of a row. Modems differ by half a bin in where a row starts: half a bin of uncertainty remains. */
export const amplitudeBinHz = (row: AmplitudeRow, i: number): number =>
  row.centerHz - row.spanHz / 2 + i * row.spacingHz;

/** Rows as a modem sends them; the number of bins is that of the powers. */
export function wireOfAmplitudeRows(rows: readonly Omit<AmplitudeRow, 'binCount'>[]): Uint8Array {
  const writer = new ByteWriter();
  for (const { centerHz, spanHz, spacingHz, resolutionBandwidthHz, powerBytes } of rows) {
    writer
      .u32(centerHz)
      .u32(spanHz)
      .u32(powerBytes.length / 2)
      .u32(spacingHz)
      .u32(resolutionBandwidthHz)
      .bytes(powerBytes);
  }
  return writer.finish();
}

export const encodeSpectrumAmplitude = (
  amplitude: Pick<Encodable<SpectrumAmplitude>, 'rowBytes' | 'trailing'>,
): Uint8Array =>
  new ByteWriter()
    .bytes(amplitude.rowBytes)
    .bytes(amplitude.trailing ?? [])
    .finish();
