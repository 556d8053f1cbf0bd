import { createHash } from 'node:crypto';
import type { PnmFile } from '../formats/decode.js';
import { fecCounters, type FecSummary } from '../formats/fec-summary.js';
import { FIXED_POINT, int16Of, type FixedPoint } from '../formats/fixed-point.js';
import { modulationRuns, type ModulationProfiles } from '../formats/modulation-profile.js';
import { RXMER_NOT_MEASURED } from '../formats/rxmer.js';
import { amplitudeRow, type SpectrumAmplitude } from '../formats/spectrum-amplitude.js';
import { uint32Of } from '../formats/words.js';
import { complexSamples } from '../measures/values.js';

/**
 * SHA-256 of one text per file's values, the same for every decoder that reads them right; undefined where none can be
 * read. The text is made piece by piece: of the largest files it has hundreds of megabytes.
 */
export function valuesSha256(file: PnmFile): string | undefined {
  const pieces = canonicalPieces(file);
  if (pieces === undefined) return undefined;
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece, 'utf8');
  return hash.digest('hex');
}

function canonicalPieces(file: PnmFile): Iterable<string> | undefined {
  const complex = complexSamples(file);
  if (complex !== undefined) return pieces(complex.bytes, (wire) => complexText(wire, complex.format));
  switch (file.kind) {
    case 'ds_ofdm_rxmer':
    case 'us_ofdma_rxmer':
      return pieces(file.quarterDb, rxMerText);
    case 'ds_histogram':
      return pieces(file.hitBytes, countText);
    case 'ccap_us_histogram':
      return file.content?.content === 'histogram' ? pieces(file.content.hitBytes, countText) : undefined;
    case 'ds_spectrum':
      return pieces(file.powerBytes, powerText);
    case 'ds_spectrum_snmp_amplitude':
      return amplitudePieces(file);
    case 'ds_ofdm_fec_summary':
      return fecPieces(file);
    case 'ds_ofdm_modulation_profile':
      return modulationPieces(file);
    default:
      return undefined;
  }
}

const PIECE_BYTES = 32_768;

/** Values joined by commas, a few thousand at a time. */
function* pieces(wire: Uint8Array, textOf: (wire: Uint8Array) => string): Generator<string> {
  for (let at = 0; at < wire.length; at += PIECE_BYTES) {
    yield (at === 0 ? '' : ',') + textOf(wire.subarray(at, at + PIECE_BYTES));
  }
}

function* amplitudePieces(file: SpectrumAmplitude): Generator<string> {
  for (let row = 0; row < file.rowOffsets.length; row++) {
    yield (row === 0 ? '' : ',') + powerText(amplitudeRow(file, row).powerBytes);
  }
}

const countText = (wire: Uint8Array): string => uint32Of(wire).join(',');

const QUARTERS = Array.from({ length: 256 }, (_, quarter) =>
  quarter === RXMER_NOT_MEASURED ? 'null' : (quarter / 4).toFixed(2),
);

const rxMerText = (quarterDb: Uint8Array): string => Array.from(quarterDb, (quarter) => QUARTERS[quarter]).join(',');

/** 14 decimals show every value of 13 and 14 fraction bits exactly. */
const complexText = (wire: Uint8Array, format: FixedPoint): string =>
  Array.from(int16Of(wire), (value) => (value / FIXED_POINT[format]).toFixed(14)).join(',');

const powerText = (wire: Uint8Array): string =>
  Array.from(int16Of(wire), (hundredths) => (hundredths / 100).toFixed(2)).join(',');

function* fecPieces(summary: FecSummary): Generator<string> {
  for (const [i, profile] of summary.profiles.entries()) {
    const { timestampSec, total, corrected, uncorrectable } = fecCounters(summary, profile);
    const sets = Array.from(total, (codewords, set) =>
      [timestampSec[set], codewords, corrected[set], uncorrectable[set]].join(','),
    );
    yield `${i === 0 ? '' : '|'}${profile.profileId}:${sets.join(';')}`;
  }
}

function* modulationPieces({ profiles }: ModulationProfiles): Generator<string> {
  for (const [i, profile] of profiles.entries()) {
    const runs = modulationRuns(profile).map(({ mainCode, skipCode, subcarrierCount }) =>
      skipCode === undefined ? `0/${mainCode}/${subcarrierCount}` : `1/${mainCode}/${skipCode}/${subcarrierCount}`,
    );
    yield `${i === 0 ? '' : '|'}${profile.profileId}:${runs.join(';')}`;
  }
}
