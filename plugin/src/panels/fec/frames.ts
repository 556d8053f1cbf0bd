import type { DataFrame } from '@grafana/data';
import { findRows, type NoRows } from '../../lib/rows';

/** Codeword counters of one profile, interval by interval; in order of time. */
export interface ProfileCounters {
  readonly mac: string;
  readonly channelId: string;
  readonly profileId: string;
  readonly timesMs: Float64Array;
  readonly total: Float64Array;
  readonly corrected: Float64Array;
  readonly uncorrectable: Float64Array;
}

export type CountersResult = { kind: 'counters'; profiles: ProfileCounters[]; unreadable: number } | NoRows;

/** The next-codeword pointer: not a profile, and what every modem of the channel needs. */
export const NCP_PROFILE_ID = '255';

interface Row {
  readonly timeMs: number;
  readonly total: number;
  readonly corrected: number;
  readonly uncorrectable: number;
}

/** Reads rows of grafana.fec_intervals, or of grafana.fec_captures, which have the same counters for a whole capture. */
export function readCounters(frames: readonly DataFrame[]): CountersResult {
  const found = findRows(frames, {
    columns: ['uncorrectable_codewords', 'total_codewords', 'profile_id', 'time'],
    view: 'grafana.fec_intervals',
    empty: 'No codeword counts in this time range. Start an FEC summary on the modem page, or widen the range.',
  });
  if (found.kind !== 'rows') return found;
  const { rows } = found;
  const groups = new Map<string, { mac: string; channelId: string; profileId: string; rows: Map<number, Row> }>();
  let unreadable = 0;
  for (let row = 0; row < rows.length; row++) {
    const [timeMs, total] = [rows.timeMs('time', row), rows.number('total_codewords', row)];
    const uncorrectable = rows.number('uncorrectable_codewords', row);
    const profileId = rows.text('profile_id', row);
    if (timeMs === undefined || total === undefined || uncorrectable === undefined || profileId === undefined) {
      unreadable++;
      continue;
    }
    const [mac, channelId] = [rows.text('mac', row) ?? '', rows.text('channel_id', row) ?? ''];
    const key = `${mac} ${channelId} ${profileId}`;
    const group = groups.get(key) ?? { mac, channelId, profileId, rows: new Map<number, Row>() };
    groups.set(key, group);
    // two captures may hold the same second
    group.rows.set(timeMs, { timeMs, total, corrected: rows.number('corrected_codewords', row) ?? NaN, uncorrectable });
  }
  if (groups.size === 0) return { kind: 'empty', message: 'The rows of this range hold no codeword counts.' };
  return { kind: 'counters', profiles: [...groups.values()].map(countersOf).sort(byProfile), unreadable };
}

function countersOf(group: {
  mac: string;
  channelId: string;
  profileId: string;
  rows: Map<number, Row>;
}): ProfileCounters {
  const { mac, channelId, profileId } = group;
  const rows = [...group.rows.values()].sort((a, b) => a.timeMs - b.timeMs);
  return {
    mac,
    channelId,
    profileId,
    timesMs: Float64Array.from(rows, ({ timeMs }) => timeMs),
    total: Float64Array.from(rows, ({ total }) => total),
    corrected: Float64Array.from(rows, ({ corrected }) => corrected),
    uncorrectable: Float64Array.from(rows, ({ uncorrectable }) => uncorrectable),
  };
}

const byProfile = (a: ProfileCounters, b: ProfileCounters): number =>
  a.mac.localeCompare(b.mac) ||
  a.channelId.localeCompare(b.channelId, undefined, { numeric: true }) ||
  Number(a.profileId) - Number(b.profileId);
