import { deviceText } from '../../lib/device-text.js';
import { macFromBytes } from '../../lib/mac.js';
import { decodePnm, type PnmFile } from '../formats/decode.js';
import { PnmFormatError } from '../formats/errors.js';
import { isCaptureTimePlausible, magicOf } from '../formats/header.js';
import { modulationRuns } from '../formats/modulation-profile.js';
import { amplitudeRow } from '../formats/spectrum-amplitude.js';

/** One field of a file as it lies there. */
export interface ExplainedField {
  readonly offset: number;
  readonly length: number;
  readonly field: string;
  /** The first octets in hexadecimal, an ellipsis when there are more. */
  readonly hex: string;
  readonly value: string;
}

export interface Explanation {
  readonly fields: readonly ExplainedField[];
  /** Why reading stopped, when the file is refused. */
  readonly error: PnmFormatError | undefined;
}

const HEX_BYTES = 8;
const MAX_PARTS = 64;

/** Every field of a file with its place and meaning, up to the one that made it unreadable. */
export function explainPnm(file: Uint8Array): Explanation {
  const fields: ExplainedField[] = [];
  const onField = (field: string, offset: number, length: number): void => {
    if (field === 'trailing' && length === 0) return;
    fields.push(explained(file, field, offset, length));
  };
  try {
    const decoded = decodePnm(file, { onField });
    return { fields: [...fields, ...parts(file, decoded)], error: undefined };
  } catch (error) {
    if (error instanceof PnmFormatError) return { fields, error };
    throw error;
  }
}

function explained(file: Uint8Array, field: string, offset: number, length: number): ExplainedField {
  const bytes = file.subarray(offset, offset + length);
  return { offset, length, field, hex: hexOf(bytes), value: valueOf(field, bytes) };
}

function hexOf(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, HEX_BYTES), (octet) => octet.toString(16).padStart(2, '0')).join(' ');
  return bytes.length > HEX_BYTES ? `${shown} …` : shown;
}

function valueOf(field: string, bytes: Uint8Array): string {
  if (field === 'magic') {
    const magic = magicOf(bytes);
    return magic === undefined ? 'no PNM magic' : `${magic.family} type ${magic.typeByte}`;
  }
  if (field === 'ccapId') return JSON.stringify(deviceText(bytes));
  if (bytes.length === 6) return macFromBytes(bytes);
  if (bytes.length === 1 || bytes.length === 2 || bytes.length === 4) {
    const number = bytes.reduce((sum, octet) => sum * 256 + octet, 0);
    return /Time$/.test(field) && isCaptureTimePlausible(number)
      ? `${number} (${new Date(number * 1000).toISOString()})`
      : String(number);
  }
  return `${bytes.length} bytes`;
}

/** What lies inside of arrays that are structures themselves. */
function parts(file: Uint8Array, decoded: PnmFile): ExplainedField[] {
  switch (decoded.kind) {
    case 'ds_ofdm_modulation_profile':
      return decoded.profiles.flatMap((profile) => {
        const runs = modulationRuns(profile);
        let at = profile.runBytes.byteOffset - file.byteOffset;
        return bounded(
          runs.map((run) => {
            const length = run.skipCode === undefined ? 4 : 5;
            const offset = at;
            at += length;
            const codes =
              run.skipCode === undefined ? `${run.mainCode}` : `${run.mainCode} and ${run.skipCode} in turn`;
            const value = `modulation ${codes}, ${run.subcarrierCount} subcarriers`;
            const hex = hexOf(file.subarray(offset, offset + length));
            return { offset, length, field: `profile ${profile.profileId}`, hex, value };
          }),
          `profile ${profile.profileId}`,
        );
      });
    case 'ds_spectrum_snmp_amplitude':
      return bounded(
        Array.from(decoded.rowOffsets, (offset, i) => {
          const row = amplitudeRow(decoded, i);
          const length = (decoded.rowOffsets[i + 1] ?? decoded.rowBytes.length) - offset;
          const value = `centre ${row.centerHz} Hz, ${row.binCount} bins of ${row.spacingHz} Hz`;
          return { offset, length, field: 'row', hex: hexOf(file.subarray(offset, offset + length)), value };
        }),
        'row',
      );
    default:
      return [];
  }
}

function bounded(fields: ExplainedField[], field: string): ExplainedField[] {
  const last = fields[MAX_PARTS];
  if (last === undefined) return fields;
  const rest = fields.length - MAX_PARTS;
  return [...fields.slice(0, MAX_PARTS), { ...last, length: 0, field, hex: '…', value: `${rest} more` }];
}

/** The explanation as lines for a terminal. */
export function explanationLines({ fields, error }: Explanation): string[] {
  const lines = fields.map(({ offset, field, hex, value }) =>
    [offset.toString(16).padStart(8, '0'), hex.padEnd(HEX_BYTES * 3 + 1), field.padEnd(28), value].join('  '),
  );
  if (error === undefined) return lines;
  return [...lines, `${error.offset.toString(16).padStart(8, '0')}  ${error.code}: ${error.message}`];
}
