import type { DataFrame, Field } from '@grafana/data';
import { bytesOfBase64 } from '../../spectrum/base64';
import { numberOf, textOf, timeOf } from '../topology/values';

/** One capture of one channel. */
export interface RxMerCapture {
  readonly id: string;
  readonly timeMs: number | undefined;
  readonly mac: string;
  readonly channelId: string;
  readonly firstFrequencyHz: number;
  readonly spacingHz: number;
  /** dB per subcarrier, NaN where the modem measured none. */
  readonly merDb: Float32Array;
  readonly meanMerDb: number | undefined;
  readonly percentile2MerDb: number | undefined;
  readonly requiredMerDb: number | undefined;
}

export type CapturesResult =
  | { kind: 'captures'; captures: RxMerCapture[]; unreadable: number }
  | { kind: 'empty'; message: string }
  | { kind: 'problem'; message: string };

const NOT_MEASURED = 0xff;
const REQUIRED = ['mer_base64', 'first_frequency_hz', 'spacing_hz'] as const;

/** Reads rows of grafana.rxmer_captures; column names are the contract. Newest first. */
export function readCaptures(frames: readonly DataFrame[]): CapturesResult {
  const filled = frames.filter((frame) => frame.fields.length > 0);
  if (filled.length === 0)
    return {
      kind: 'empty',
      message: 'No capture in this time range. Start one on the modem page, or widen the range.',
    };
  const frame = filled.find((candidate) => columnOf(candidate, 'mer_base64'));
  if (!frame) {
    return {
      kind: 'problem',
      message: `The query must return the columns ${REQUIRED.join(', ')}: select * from grafana.rxmer_captures.`,
    };
  }
  const missing = REQUIRED.filter((name) => !columnOf(frame, name));
  if (missing.length > 0)
    return {
      kind: 'problem',
      message: `The query has no column ${missing.join(', ')}: select * from grafana.rxmer_captures.`,
    };

  const cell = (name: string, row: number): unknown => columnOf(frame, name)?.values[row];
  const captures: RxMerCapture[] = [];
  for (let row = 0; row < frame.length; row++) {
    const bytes = bytesOfBase64(textOf(cell('mer_base64', row)) ?? '');
    const firstFrequencyHz = numberOf(cell('first_frequency_hz', row));
    const spacingHz = numberOf(cell('spacing_hz', row));
    if (!bytes || bytes.length === 0 || firstFrequencyHz === undefined || spacingHz === undefined || spacingHz <= 0)
      continue;
    captures.push({
      id: textOf(cell('id', row)) ?? String(row),
      timeMs: timeOf(cell('time', row)),
      mac: textOf(cell('mac', row)) ?? '',
      channelId: textOf(cell('channel_id', row)) ?? '',
      firstFrequencyHz,
      spacingHz,
      merDb: Float32Array.from(bytes, (quarterDb) => (quarterDb === NOT_MEASURED ? NaN : quarterDb / 4)),
      meanMerDb: numberOf(cell('mean_mer_db', row)),
      percentile2MerDb: numberOf(cell('percentile2_mer_db', row)),
      requiredMerDb: numberOf(cell('required_mer_db', row)),
    });
  }
  if (captures.length === 0)
    return { kind: 'empty', message: 'The captures of this range hold no values that can be drawn.' };
  captures.sort((a, b) => (b.timeMs ?? 0) - (a.timeMs ?? 0) || a.id.localeCompare(b.id));
  return { kind: 'captures', captures, unreadable: frame.length - captures.length };
}

const columnOf = (frame: DataFrame, name: string): Field | undefined =>
  frame.fields.find((field) => field.name.toLowerCase() === name);
