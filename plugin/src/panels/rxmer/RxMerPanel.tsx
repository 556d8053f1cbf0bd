import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2, LoadingState, type PanelProps } from '@grafana/data';
import { LoadingPlaceholder, useStyles2, useTheme2 } from '@grafana/ui';
import { useMemo } from 'react';
import type { SpectrumLevel, SpectrumSeries } from '../../spectrum/series';
import { SpectrumChart } from '../../spectrum/SpectrumChart';
import { readCaptures, type RxMerCapture } from './frames';
import { DEFAULTS, type RxMerOptions } from './options';

const LEGEND_HEIGHT_PX = 44;
/** More names than this say less than the cursor does. */
const MAX_NAMED = 12;

export function RxMerPanel({ data, width, height, options, timeZone }: PanelProps<RxMerOptions>) {
  const theme = useTheme2();
  const styles = useStyles2(stylesOf);
  const { maxCaptures, showPercentile, showRequired, showLegend } = { ...DEFAULTS, ...options };
  const result = useMemo(() => readCaptures(data.series), [data.series]);

  const drawn = useMemo(() => {
    if (result.kind !== 'captures') return undefined;
    const captures = newestPerChannel(result.captures, maxCaptures);
    const palette = theme.visualization.palette.map((name) => theme.visualization.getColorByName(name));
    const hasSeveralModems = new Set(captures.map(({ mac }) => mac)).size > 1;
    const channels = [...new Set(captures.map(({ channelId }) => channelId))];
    const series = captures.map((capture, index): SpectrumSeries => ({
      label: labelOf(capture, captures, timeZone),
      color: palette[index % palette.length] ?? theme.colors.text.primary,
      firstFrequencyHz: capture.firstFrequencyHz,
      spacingHz: capture.spacingHz,
      values: capture.merDb,
    }));
    const levels = channels.flatMap((channelId): SpectrumLevel[] => {
      const index = captures.findIndex((capture) => capture.channelId === channelId);
      const newest = captures[index];
      if (!newest) return [];
      const span = {
        fromHz: newest.firstFrequencyHz,
        toHz: newest.firstFrequencyHz + (newest.merDb.length - 1) * newest.spacingHz,
      };
      return [
        ...(showPercentile && !hasSeveralModems && newest.percentile2MerDb !== undefined
          ? [
              {
                label: `2nd percentile ${newest.percentile2MerDb.toFixed(2)} dB`,
                color: theme.colors.info.text,
                value: newest.percentile2MerDb,
                dash: [2, 3],
                ...span,
              },
            ]
          : []),
        ...(showRequired && newest.requiredMerDb !== undefined
          ? [
              {
                label: `required ${newest.requiredMerDb.toFixed(1)} dB`,
                color: theme.colors.error.text,
                value: newest.requiredMerDb,
                dash: [10, 5],
                ...span,
              },
            ]
          : []),
      ];
    });
    return { captures, series, levels, left: result.captures.length - captures.length };
  }, [result, maxCaptures, showPercentile, showRequired, theme, timeZone]);

  if (data.state === LoadingState.Loading && data.series.length === 0)
    return <LoadingPlaceholder text="Loading captures" />;
  if (result.kind !== 'captures') {
    return (
      <div className={styles.message} role={result.kind === 'problem' ? 'alert' : 'status'}>
        {result.message}
      </div>
    );
  }
  if (!drawn) return null;
  const worst = worstOf(drawn.captures);
  return (
    <div style={{ width, height }} data-testid="plantgraph-rxmer">
      {showLegend ? (
        <div className={styles.legend}>
          {(drawn.series.length > MAX_NAMED ? [] : drawn.series).map(({ label, color }) => (
            <span key={label}>
              <span className={styles.swatch} style={{ background: color }} /> {label}
            </span>
          ))}
          {drawn.series.length > MAX_NAMED ? (
            <span>{drawn.series.length} captures; move the cursor to tell them apart</span>
          ) : null}
          {drawn.levels.map(({ label, color, dash }, index) => (
            <span key={`${label}${index}`}>
              <span
                className={styles.line}
                style={{ borderTop: `2px ${dash[0] === 2 ? 'dotted' : 'dashed'} ${color}` }}
              />{' '}
              {label}
            </span>
          ))}
          {worst ? <strong className={worst.headroomDb < 0 ? styles.bad : undefined}>{worst.text}</strong> : null}
          {drawn.left > 0 ? <span>{drawn.left} older captures not drawn</span> : null}
          {result.unreadable > 0 ? <span>{result.unreadable} rows could not be read</span> : null}
        </div>
      ) : null}
      <SpectrumChart
        series={drawn.series}
        levels={drawn.levels}
        width={width}
        height={height - (showLegend ? LEGEND_HEIGHT_PX : 0)}
        unit="dB"
        label={`RxMER of ${drawn.series.length} captures. ${worst?.text ?? ''}`}
      />
    </div>
  );
}

/** The newest captures, shared out evenly over modems and channels, newest first. */
function newestPerChannel(captures: readonly RxMerCapture[], most: number): RxMerCapture[] {
  const ranks = new Map<string, number>();
  const ranked = captures.map((capture) => {
    const key = `${capture.mac} ${capture.channelId}`;
    const rank = ranks.get(key) ?? 0;
    ranks.set(key, rank + 1);
    return { capture, rank };
  });
  const groups = Math.max(1, ranks.size);
  return ranked
    .filter(({ rank }) => rank < Math.max(1, Math.floor(most / groups)))
    .slice(0, Math.max(most, groups))
    .map(({ capture }) => capture);
}

function labelOf(capture: RxMerCapture, all: readonly RxMerCapture[], timeZone: string): string {
  const several = new Set(all.map(({ mac }) => mac)).size > 1;
  const time = capture.timeMs === undefined ? '' : dateTimeFormat(capture.timeMs, { timeZone, format: 'HH:mm:ss' });
  return `${several ? `${capture.mac} ` : ''}ch ${capture.channelId} ${time}`.trim();
}

/** The least headroom among the newest captures, in words. */
function worstOf(captures: readonly RxMerCapture[]): { headroomDb: number; text: string } | undefined {
  const known = captures.flatMap(({ percentile2MerDb, requiredMerDb, channelId }) =>
    percentile2MerDb === undefined || requiredMerDb === undefined
      ? []
      : [{ headroomDb: percentile2MerDb - requiredMerDb, channelId }],
  );
  const worst = known.sort((a, b) => a.headroomDb - b.headroomDb)[0];
  if (!worst) return undefined;
  const amount = Math.abs(worst.headroomDb).toFixed(2);
  return {
    headroomDb: worst.headroomDb,
    text:
      worst.headroomDb < 0
        ? `▼ channel ${worst.channelId} is ${amount} dB below required`
        : `▲ least headroom ${amount} dB, channel ${worst.channelId}`,
  };
}

const stylesOf = (theme: GrafanaTheme2) => ({
  message: css({
    display: 'flex',
    height: '100%',
    alignItems: 'center',
    justifyContent: 'center',
    textAlign: 'center',
    color: theme.colors.text.secondary,
    padding: theme.spacing(2),
  }),
  legend: css({
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(0, 1.5),
    height: LEGEND_HEIGHT_PX,
    overflow: 'auto',
    fontSize: theme.typography.bodySmall.fontSize,
    alignContent: 'flex-start',
  }),
  swatch: css({ display: 'inline-block', width: 14, height: 3, verticalAlign: 'middle' }),
  line: css({ display: 'inline-block', width: 18, verticalAlign: 'middle' }),
  bad: css({ color: theme.colors.error.text }),
});
