import type { DataFrame } from '@grafana/data';
import { findRows, type NoRows } from '../../lib/rows';
import { int16OfBase64 } from '../../spectrum/base64';

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

export type ConstellationsResult = { kind: 'constellations'; constellations: Constellation[] } | NoRows;

/** s2.13 of the PNM file: 13 fraction bits. */
const SCALE = 8192;

/** Reads rows of grafana.constellation_captures, newest first. */
export function readConstellations(frames: readonly DataFrame[]): ConstellationsResult {
  const found = findRows(frames, {
    columns: ['points_base64'],
    view: 'grafana.constellation_captures',
    empty: 'No constellation in this time range. Start one on the modem page, or widen the range.',
  });
  if (found.kind !== 'rows') return found;
  const { rows } = found;
  const constellations: Constellation[] = [];
  for (let row = 0; row < rows.length; row++) {
    const wire = int16OfBase64(rows.text('points_base64', row) ?? '');
    // half a point: a broken column
    if (!wire || wire.length % 2 !== 0) continue;
    constellations.push({
      id: rows.text('id', row) ?? String(row),
      timeMs: rows.timeMs('time', row),
      mac: rows.text('mac', row) ?? '',
      channelId: rows.text('channel_id', row) ?? '',
      modulationOrder: rows.number('modulation_order', row),
      merDb: rows.number('mer_db', row),
      points: Float32Array.from(wire, (value) => value / SCALE),
    });
  }
  if (constellations.length === 0) return { kind: 'empty', message: 'The captures of this range hold no points.' };
  constellations.sort((a, b) => (b.timeMs ?? 0) - (a.timeMs ?? 0));
  return { kind: 'constellations', constellations };
}
