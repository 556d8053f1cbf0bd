import type { PnmFile } from '../formats/decode.js';
import { fecCounters } from '../formats/fec-summary.js';
import { complexOf } from '../formats/fixed-point.js';
import { frequencyHz, type SubcarrierAxis } from '../formats/header.js';
import { modulationCodes } from '../formats/modulation-profile.js';
import { merDbOf } from '../formats/rxmer.js';
import { uint32Of } from '../formats/words.js';
import { powerSeries } from '../measures/spectrum.js';
import { complexSamples } from '../measures/values.js';

/** A file's values as columns of one length; NaN is "not measured". */
export type Columns = Readonly<Record<string, Float64Array>>;

/** Columns of a file with their units in their names; undefined for types whose payload cannot be read. */
export function columnsOf(file: PnmFile): Columns | undefined {
  const complex = complexSamples(file);
  if (complex !== undefined) {
    const values = complexOf(complex.bytes, complex.format);
    const part = (offset: number) =>
      Float64Array.from({ length: values.length / 2 }, (_, i) => values[2 * i + offset]!);
    const columns = { re: part(0), im: part(1) };
    const axis = axisOf(file);
    return axis === undefined ? columns : { frequencyHz: frequencies(axis, columns.re.length), ...columns };
  }
  switch (file.kind) {
    case 'ds_ofdm_rxmer':
    case 'us_ofdma_rxmer':
      return {
        frequencyHz: frequencies(file, file.quarterDb.length),
        merDb: Float64Array.from(merDbOf(file.quarterDb)),
      };
    case 'ds_histogram':
      return histogramColumns(file.hitBytes);
    case 'ccap_us_histogram':
      return file.content?.content === 'histogram' ? histogramColumns(file.content.hitBytes) : undefined;
    case 'ds_spectrum':
    case 'ds_spectrum_snmp_amplitude': {
      const { frequencyHz: hz, powerDbmv } = powerSeries(file);
      return { frequencyHz: hz, powerDbmv };
    }
    case 'ds_ofdm_fec_summary': {
      const all = file.profiles.map((profile) => ({ profile, counters: fecCounters(file, profile) }));
      const joined = (pick: (counters: ReturnType<typeof fecCounters>) => Uint32Array) =>
        Float64Array.from(all.flatMap(({ counters }) => [...pick(counters)]));
      return {
        profileId: Float64Array.from(
          all.flatMap(({ profile }) => new Array<number>(profile.setCount).fill(profile.profileId)),
        ),
        timestampSec: joined((counters) => counters.timestampSec),
        totalCodewords: joined((counters) => counters.total),
        correctedCodewords: joined((counters) => counters.corrected),
        uncorrectableCodewords: joined((counters) => counters.uncorrectable),
      };
    }
    case 'ds_ofdm_modulation_profile': {
      const all = file.profiles.map((profile) => ({ id: profile.profileId, codes: modulationCodes(profile) }));
      return {
        profileId: Float64Array.from(all.flatMap(({ id, codes }) => new Array<number>(codes.length).fill(id))),
        frequencyHz: Float64Array.from(all.flatMap(({ codes }) => [...frequencies(file, codes.length)])),
        modulationCode: Float64Array.from(all.flatMap(({ codes }) => [...codes])),
      };
    }
    default:
      return undefined;
  }
}

function axisOf(file: PnmFile): SubcarrierAxis | undefined {
  if (!('firstActiveSubcarrier' in file) || file.firstActiveSubcarrier === undefined) return undefined;
  const { zeroSubcarrierHz, firstActiveSubcarrier, spacingHz } = file;
  return { zeroSubcarrierHz, firstActiveSubcarrier, spacingHz };
}

const frequencies = (axis: SubcarrierAxis, count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => (axis.spacingHz === 0 ? NaN : frequencyHz(axis, i)));

function histogramColumns(hitBytes: Uint8Array): Columns {
  const hits = Float64Array.from(uint32Of(hitBytes));
  return { bin: hits.map((_, bin) => bin), hits };
}

/** RFC 4180: a head line, CRLF, an empty cell where nothing was measured. */
export function csvOf(columns: Columns): string {
  const names = Object.keys(columns);
  const all = Object.values(columns);
  const lines = [names.join(',')];
  for (let row = 0; row < (all[0]?.length ?? 0); row++) {
    lines.push(all.map((column) => (Number.isNaN(column[row]) ? '' : String(column[row]))).join(','));
  }
  return `${lines.join('\r\n')}\r\n`;
}
