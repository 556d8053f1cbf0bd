import type { DataFrame, Field } from '@grafana/data';
import { bytesOfBase64 } from '../../spectrum/base64';
import { numberOf, textOf, timeOf } from '../topology/values';

/** One constellation display capture. */
export interface Constellation {
  readonly id: string;
  readonly timeMs: number | undefined;
  readonly mac: string;
  readonly channelId: string;
  /** Points of the QAM grid, e.g. 4096; undefined when the modem did not say. */
  readonly modulationOrder: number | undefined;
  readonly merDb: number | undefined;
  /** Soft decisions, real and imaginary in turn, unit average power. */
  readonly points: Float32Array;
}

export type ConstellationsResult =
  | { kind: 'constellations'; constellations: Constellation[] }
  | { kind: 'empty'; message: string }
  | { kind: 'problem'; message: string };

/** s2.13 of the PNM file: 13 fraction bits. */
const SCALE = 8192;

/** Reads rows of grafana.constellation_captures, newest first. */
export function readConstellations(frames: readonly DataFrame[]): ConstellationsResult {
  const filled = frames.filter((frame) => frame.fields.length > 0);
  if (filled.length === 0) {
    return {
      kind: 'empty',
      message: 'No constellation in this time range. Start one on the modem page, or widen the range.',
    };
  }
  const frame = filled.find((candidate) => columnOf(candidate, 'points_base64'));
  if (!frame)
    return {
      kind: 'problem',
      message: 'The query must return the column points_base64: select * from grafana.constellation_captures.',
    };

  const cell = (name: string, row: number): unknown => columnOf(frame, name)?.values[row];
  const constellations: Constellation[] = [];
  for (let row = 0; row < frame.length; row++) {
    const points = pointsOf(bytesOfBase64(textOf(cell('points_base64', row)) ?? ''));
    if (!points) continue;
    constellations.push({
      id: textOf(cell('id', row)) ?? String(row),
      timeMs: timeOf(cell('time', row)),
      mac: textOf(cell('mac', row)) ?? '',
      channelId: textOf(cell('channel_id', row)) ?? '',
      modulationOrder: numberOf(cell('modulation_order', row)),
      merDb: numberOf(cell('mer_db', row)),
      points,
    });
  }
  if (constellations.length === 0) return { kind: 'empty', message: 'The captures of this range hold no points.' };
  constellations.sort((a, b) => (b.timeMs ?? 0) - (a.timeMs ?? 0));
  return { kind: 'constellations', constellations };
}

/** Big-endian pairs of 16-bit numbers; undefined when the length is none of pairs. */
function pointsOf(bytes: Uint8Array | undefined): Float32Array | undefined {
  if (!bytes || bytes.length === 0 || bytes.length % 4 !== 0) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.length / 2 }, (_, i) => view.getInt16(2 * i) / SCALE);
}

const columnOf = (frame: DataFrame, name: string): Field | undefined =>
  frame.fields.find((field) => field.name.toLowerCase() === name);
