import { createHash } from 'node:crypto';
import type { PnmFile } from '../formats/decode.js';
import { fecCounters, type FecSummary } from '../formats/fec-summary.js';
import { FIXED_POINT, int16Of, type FixedPoint } from '../formats/fixed-point.js';
import { modulationRuns, type ModulationProfiles } from '../formats/modulation-profile.js';
import { RXMER_NOT_MEASURED } from '../formats/rxmer.js';
import { amplitudeRow } from '../formats/spectrum-amplitude.js';
import { uint32Of } from '../formats/words.js';
import { complexSamples } from '../measures/values.js';

/** One text per file's values, the same for every decoder that reads them right; undefined where none can be read. */
export function canonicalValues(file: PnmFile): string | undefined {
  const complex = complexSamples(file);
  if (complex !== undefined) return complexText(complex.bytes, complex.format);
  switch (file.kind) {
    case 'ds_ofdm_rxmer':
    case 'us_ofdma_rxmer':
      return rxMerText(file.quarterDb);
    case 'ds_histogram':
      return uint32Of(file.hitBytes).join(',');
    case 'ccap_us_histogram':
      return file.content?.content === 'histogram' ? uint32Of(file.content.hitBytes).join(',') : undefined;
    case 'ds_spectrum':
      return powerText(file.powerBytes);
    case 'ds_spectrum_snmp_amplitude':
      return Array.from(file.rowOffsets, (_, row) => powerText(amplitudeRow(file, row).powerBytes)).join(',');
    case 'ds_ofdm_fec_summary':
      return fecText(file);
    case 'ds_ofdm_modulation_profile':
      return modulationText(file);
    default:
      return undefined;
  }
}

/** SHA-256 of `canonicalValues` as hex. */
export function valuesSha256(file: PnmFile): string | undefined {
  const text = canonicalValues(file);
  return text === undefined ? undefined : createHash('sha256').update(text, 'utf8').digest('hex');
}

const QUARTERS = Array.from({ length: 256 }, (_, quarter) =>
  quarter === RXMER_NOT_MEASURED ? 'null' : (quarter / 4).toFixed(2),
);

const rxMerText = (quarterDb: Uint8Array): string => Array.from(quarterDb, (quarter) => QUARTERS[quarter]).join(',');

/** 14 decimals show every value of 13 and 14 fraction bits exactly. */
const complexText = (wire: Uint8Array, format: FixedPoint): string =>
  Array.from(int16Of(wire), (value) => (value / FIXED_POINT[format]).toFixed(14)).join(',');

const powerText = (wire: Uint8Array): string =>
  Array.from(int16Of(wire), (hundredths) => (hundredths / 100).toFixed(2)).join(',');

function fecText(summary: FecSummary): string {
  return summary.profiles
    .map((profile) => {
      const { timestampSec, total, corrected, uncorrectable } = fecCounters(summary, profile);
      const sets = Array.from(total, (codewords, i) =>
        [timestampSec[i], codewords, corrected[i], uncorrectable[i]].join(','),
      );
      return `${profile.profileId}:${sets.join(';')}`;
    })
    .join('|');
}

function modulationText({ profiles }: ModulationProfiles): string {
  return profiles
    .map((profile) => {
      const runs = modulationRuns(profile).map(({ mainCode, skipCode, subcarrierCount }) =>
        skipCode === undefined ? `0/${mainCode}/${subcarrierCount}` : `1/${mainCode}/${skipCode}/${subcarrierCount}`,
      );
      return `${profile.profileId}:${runs.join(';')}`;
    })
    .join('|');
}
