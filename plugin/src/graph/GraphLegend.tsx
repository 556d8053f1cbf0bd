import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { IconButton, useStyles2 } from '@grafana/ui';
import { type ReactNode, useState } from 'react';
import { testIds } from '../lib/testIds';
import { colorsOf } from '../lib/theme';
import type { ThresholdStep } from './confidence';
import { BAND_DASH, type EdgeGlyph, edgeStyle, glyphOf } from './edge-style';
import type { Band, GraphEdge } from './model';
import type { Palette } from './palette';

const GLYPH_WORDS: Record<EdgeGlyph, string> = {
  down: 'down',
  unknown: 'state unknown: its device is silent',
  stale: 'not confirmed by the last poll',
  blocked: 'blocked by spanning tree',
};
const GLYPH_SIGNS: Record<EdgeGlyph, string> = { down: '✕', unknown: '?', stale: '◷', blocked: '‖' };

/** What the strokes mean; only what this map shows, with how often. */
export function GraphLegend({
  edges,
  palette,
  thresholds,
  startsOpen,
}: {
  edges: readonly GraphEdge[];
  palette: Palette;
  thresholds: readonly ThresholdStep[];
  startsOpen: boolean;
}) {
  const styles = useStyles2(getStyles);
  const [isOpen, setOpen] = useState(startsOpen);
  const bands = countBy(edges, (edge) => edge.band);
  const glyphs = countBy(edges, glyphOf);
  const example = (glyph: EdgeGlyph) => edges.find((edge) => glyphOf(edge) === glyph);
  if (edges.length === 0) return null;
  return (
    <div className={styles.legend} data-testid={testIds.topology.legend}>
      <div className={styles.head}>
        <span>Links</span>
        <IconButton
          name={isOpen ? 'angle-down' : 'angle-up'}
          size="sm"
          aria-expanded={isOpen}
          aria-label={isOpen ? 'Fold the legend' : 'Open the legend'}
          onClick={() => setOpen(!isOpen)}
        />
      </div>
      {isOpen ? (
        <ul className={styles.list}>
          {(['high', 'medium', 'low', 'unrated'] as const).map((band) =>
            bands.has(band) ? (
              <Entry
                key={band}
                count={bands.get(band) ?? 0}
                sample={<Line color={palette.bands[band]} dash={BAND_DASH[band]} />}
              >
                {bandText(band, thresholds)}
              </Entry>
            ) : null,
          )}
          {(['down', 'unknown', 'stale', 'blocked'] as const).map((glyph) => {
            const edge = example(glyph);
            if (!edge) return null;
            const { color, dash } = edgeStyle(edge, palette);
            return (
              <Entry
                key={glyph}
                count={glyphs.get(glyph) ?? 0}
                sample={
                  <Line
                    color={color}
                    dash={dash}
                    sign={GLYPH_SIGNS[glyph]}
                    ground={palette.background}
                    ink={palette.text}
                  />
                }
              >
                {GLYPH_WORDS[glyph]}
              </Entry>
            );
          })}
        </ul>
      ) : null}
    </div>
  );
}

function bandText(band: Band, thresholds: readonly ThresholdStep[]): string {
  const values = thresholds.flatMap(({ value }) => value ?? []);
  const last = values.at(-1);
  const first = values[0];
  if (band === 'unrated') return 'not rated';
  if (last === undefined || first === undefined) return 'confidence';
  if (band === 'high') return `confidence ≥ ${last}`;
  return band === 'low' ? `below ${first}` : `≥ ${first}`;
}

function countBy<T, K>(items: readonly T[], keyOf: (item: T) => K | undefined): Map<K, number> {
  const counts = new Map<K, number>();
  for (const item of items) {
    const key = keyOf(item);
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function Entry({ count, sample, children }: { count: number; sample: ReactNode; children: ReactNode }) {
  const styles = useStyles2(getStyles);
  return (
    <li className={styles.entry}>
      {sample}
      <span>{children}</span>
      <span className={styles.count}>{count.toLocaleString('en')}</span>
    </li>
  );
}

interface LineProps {
  color: string;
  dash: readonly number[];
  sign?: string;
  ground?: string;
  ink?: string;
}

const Line = ({ color, dash, sign, ground, ink }: LineProps) => (
  <svg width="40" height="14" aria-hidden="true">
    <line x1="0" x2="40" y1="7" y2="7" stroke={color} strokeWidth="2.5" strokeDasharray={dash.join(' ')} />
    {sign ? (
      <>
        <circle cx="20" cy="7" r="6" fill={ground} stroke={color} />
        <text x="20" y="10.5" textAnchor="middle" fontSize="9" fontWeight="bold" fill={ink}>
          {sign}
        </text>
      </>
    ) : null}
  </svg>
);

const getStyles = (theme: GrafanaTheme2) => {
  const colors = colorsOf(theme);
  return {
    legend: css({
      position: 'absolute',
      left: theme.spacing(1),
      bottom: theme.spacing(1),
      padding: theme.spacing(0.5, 1),
      background: colors.background.primary,
      border: `1px solid ${colors.border.weak}`,
      borderRadius: theme.shape.radius.default,
      fontSize: theme.typography.bodySmall.fontSize,
      zIndex: 1,
    }),
    head: css({ display: 'flex', alignItems: 'center', justifyContent: 'space-between', gap: theme.spacing(1) }),
    list: css({ listStyle: 'none', margin: 0, padding: 0 }),
    entry: css({ display: 'grid', gridTemplateColumns: '40px 1fr auto', alignItems: 'center', gap: theme.spacing(1) }),
    count: css({ color: colors.text.secondary, fontVariantNumeric: 'tabular-nums' }),
  };
};
