import type { DataFrame, GrafanaTheme2 } from '@grafana/data';
import { rowsWith } from '../lib/rows';
import type { Stretch } from './series';

/** Something wrong at a place on the frequency axis: of one capture, or shared by several modems of a node. */
export interface Finding {
  readonly kind: string;
  readonly frequencyHz: number;
  readonly widthHz: number;
  readonly depthDb: number | undefined;
  readonly captureId: string | undefined;
  readonly mac: string | undefined;
  readonly detail: string | undefined;
  /** Of a group only. */
  readonly group:
    | {
        readonly verdict: string;
        readonly modemCount: number | undefined;
        readonly comparableCount: number | undefined;
      }
    | undefined;
}

/** Rows of grafana.impairments and grafana.impairment_groups that have a place; a panel works without them. */
export const readFindings = (frames: readonly DataFrame[]): Finding[] =>
  rowsWith(frames, ['kind', 'frequency_hz', 'width_hz']).flatMap((rows) =>
    Array.from({ length: rows.length }, (_, row): Finding | undefined => {
      const frequencyHz = rows.number('frequency_hz', row);
      if (frequencyHz === undefined) return undefined;
      const verdict = rows.text('verdict', row);
      return {
        kind: rows.text('kind', row) ?? 'finding',
        frequencyHz,
        widthHz: rows.number('width_hz', row) ?? 0,
        depthDb: rows.number('depth_db', row),
        captureId: rows.text('capture_id', row),
        mac: rows.text('mac', row),
        detail: rows.text('detail', row) ?? rows.text('reason', row),
        group:
          verdict === undefined
            ? undefined
            : {
                verdict,
                modemCount: rows.number('modem_count', row),
                comparableCount: rows.number('comparable_count', row),
              },
      };
    }).filter((finding) => finding !== undefined),
  );

const WORDS: Readonly<Record<string, string>> = {
  lte: 'LTE',
  suck_out: 'suck-out',
  roll_off: 'roll-off',
  standing_wave: 'standing wave',
  resonant_peak: 'resonant peak',
};

export const kindText = (kind: string): string => WORDS[kind] ?? kind.replaceAll('_', ' ');

/** Findings as stretches of the frequency axis; the same one in several captures is one stretch. */
export function stretchesOf(findings: readonly Finding[], theme: GrafanaTheme2): Stretch[] {
  const merged: { first: Finding; from: number; to: number; count: number }[] = [];
  for (const finding of findings) {
    const [from, to] = [finding.frequencyHz - finding.widthHz / 2, finding.frequencyHz + finding.widthHz / 2];
    const same = merged.find(
      (other) =>
        other.first.kind === finding.kind &&
        other.first.group?.verdict === finding.group?.verdict &&
        from <= other.to &&
        to >= other.from,
    );
    if (same) {
      Object.assign(same, { from: Math.min(same.from, from), to: Math.max(same.to, to), count: same.count + 1 });
    } else merged.push({ first: finding, from, to, count: 1 });
  }
  merged.sort((a, b) => rankOf(a.first) - rankOf(b.first) || a.from - b.from);
  return merged.map(({ first, from, to, count }) => {
    const { group, kind, depthDb, frequencyHz } = first;
    const depth = depthDb === undefined ? '' : `, ${Math.abs(depthDb).toFixed(1)} dB`;
    const share = group ? ` · ${group.modemCount ?? '?'} of ${group.comparableCount ?? '?'}: ${group.verdict}` : '';
    const place = `${kindText(kind)} at ${(frequencyHz / 1e6).toFixed(2)} MHz${depth}`;
    const times = !group && count > 1 ? ` (${count} captures)` : '';
    return {
      from,
      to,
      label: `${kindText(kind)}${share}`,
      color: colorOf(group?.verdict, theme),
      detail: `${place}${share}${times}${first.detail === undefined ? '' : `: ${first.detail}`}`,
    };
  });
}

/** What concerns most people first. */
const rankOf = ({ group }: Finding): number => (group?.verdict === 'plant' ? 0 : group?.verdict === 'home' ? 2 : 1);

function colorOf(verdict: string | undefined, theme: GrafanaTheme2): string {
  if (verdict === 'plant') return theme.colors.error.text;
  if (verdict === 'home') return theme.colors.info.text;
  return verdict === undefined ? theme.colors.warning.text : theme.colors.text.secondary;
}
