import type { DataFrame } from '@grafana/data';
import { findRows, rowsWith, type NoRows } from '../../lib/rows';
import { bytesOfBase64 } from '../../spectrum/base64';

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

export type CapturesResult = { kind: 'captures'; captures: RxMerCapture[]; unreadable: number } | NoRows;

/** What a modulation profile needs per subcarrier. */
export interface ProfileNeed {
  readonly mac: string;
  readonly channelId: string;
  readonly profileId: string;
  readonly firstFrequencyHz: number;
  readonly spacingHz: number;
  /** dB, NaN where the profile carries no data. */
  readonly requiredMerDb: Float32Array;
}

const NOT_MEASURED = 0xff;

/** Octets of quarter dB, as in PNM files; 0xFF is no value. */
const quarterDb = (bytes: Uint8Array): Float32Array =>
  Float32Array.from(bytes, (octet) => (octet === NOT_MEASURED ? NaN : octet / 4));

/** Reads rows of grafana.rxmer_captures; column names are the contract. Newest first. */
export function readCaptures(frames: readonly DataFrame[]): CapturesResult {
  const found = findRows(frames, {
    columns: ['mer_base64', 'first_frequency_hz', 'spacing_hz'],
    view: 'grafana.rxmer_captures',
    empty: 'No RxMER capture in this time range. Start one on the modem page, or widen the range.',
  });
  if (found.kind !== 'rows') return found;
  const { rows } = found;
  const captures: RxMerCapture[] = [];
  for (let row = 0; row < rows.length; row++) {
    const bytes = bytesOfBase64(rows.text('mer_base64', row) ?? '');
    const firstFrequencyHz = rows.number('first_frequency_hz', row);
    const spacingHz = rows.number('spacing_hz', row);
    if (!bytes || bytes.length === 0 || firstFrequencyHz === undefined || spacingHz === undefined || spacingHz <= 0)
      continue;
    captures.push({
      id: rows.text('id', row) ?? String(row),
      timeMs: rows.timeMs('time', row),
      mac: rows.text('mac', row) ?? '',
      channelId: rows.text('channel_id', row) ?? '',
      firstFrequencyHz,
      spacingHz,
      merDb: quarterDb(bytes),
      meanMerDb: rows.number('mean_mer_db', row),
      percentile2MerDb: rows.number('percentile2_mer_db', row),
      requiredMerDb: rows.number('required_mer_db', row),
    });
  }
  if (captures.length === 0)
    return { kind: 'empty', message: 'The captures of this range hold no values that can be drawn.' };
  captures.sort((a, b) => (b.timeMs ?? 0) - (a.timeMs ?? 0) || a.id.localeCompare(b.id));
  return { kind: 'captures', captures, unreadable: rows.length - captures.length };
}

/** Rows of grafana.modulation_profiles, the newest of each modem, channel and profile; a panel works without them. */
export function readProfiles(frames: readonly DataFrame[]): ProfileNeed[] {
  const newest = new Map<string, { timeMs: number; profile: ProfileNeed }>();
  for (const rows of rowsWith(frames, ['required_mer_base64', 'profile_id', 'first_frequency_hz', 'spacing_hz'])) {
    for (let row = 0; row < rows.length; row++) {
      const bytes = bytesOfBase64(rows.text('required_mer_base64', row) ?? '');
      const [firstFrequencyHz, spacingHz] = [rows.number('first_frequency_hz', row), rows.number('spacing_hz', row)];
      const profileId = rows.text('profile_id', row);
      if (!bytes?.length || firstFrequencyHz === undefined || !spacingHz || profileId === undefined) continue;
      const [mac, channelId] = [rows.text('mac', row) ?? '', rows.text('channel_id', row) ?? ''];
      const key = `${mac} ${channelId} ${profileId}`;
      const timeMs = rows.timeMs('time', row) ?? 0;
      if ((newest.get(key)?.timeMs ?? -Infinity) >= timeMs) continue;
      const profile = { mac, channelId, profileId, firstFrequencyHz, spacingHz, requiredMerDb: quarterDb(bytes) };
      newest.set(key, { timeMs, profile });
    }
  }
  return [...newest.values()].map(({ profile }) => profile);
}
