import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import { type ReactNode, useMemo } from 'react';
import type { Level, Series, Stretch } from '../../spectrum/series';
import { SpectrumChart } from '../../spectrum/SpectrumChart';
import { newestPerChannel, worstOf } from './captures';
import type { ProfileNeed, RxMerCapture } from './frames';
import type { RxMerOptions } from './options';

const LEGEND_HEIGHT_PX = 44;
/** More names than this say less than the cursor does. */
const MAX_NAMED = 12;

interface Props {
  captures: readonly RxMerCapture[];
  profiles: readonly ProfileNeed[];
  stretches: readonly Stretch[];
  unreadable: number;
  options: RxMerOptions;
  timeZone: string;
  width: number;
  height: number;
  /** The mode switch. */
  controls: ReactNode;
}

/** Captures over each other with what their modulation needs. */
export function CurveView(props: Props) {
  const { captures: all, profiles, stretches, unreadable, options, timeZone, width, height, controls } = props;
  const { maxCaptures, showPercentile, showRequired, showProfiles, showLegend } = options;
  const theme = useTheme2();
  const styles = useStyles2(stylesOf);
  const { captures, series, needs, levels } = useMemo(() => {
    const captures = newestPerChannel(all, maxCaptures);
    const palette = theme.visualization.palette.map((name) => theme.visualization.getColorByName(name));
    const curves = captures.map((capture, index): Series => ({
      label: labelOf(capture, captures, timeZone),
      color: palette[index % palette.length] ?? theme.colors.text.primary,
      start: capture.firstFrequencyHz,
      step: capture.spacingHz,
      values: capture.merDb,
    }));
    const needs = showProfiles ? needsOf(profiles, captures, theme) : [];
    return {
      captures,
      series: [...curves, ...needs],
      needs,
      levels: levelsOf(captures, { showPercentile, showRequired }, theme),
    };
  }, [all, profiles, maxCaptures, showPercentile, showRequired, showProfiles, theme, timeZone]);
  // of now: what an older curve lacked may be over
  const worst = worstOf(newestPerChannel(captures, 1));
  const left = all.length - captures.length;
  const named = captures.length > MAX_NAMED ? needs : series;
  return (
    <div style={{ width, height }} data-testid="plantgraph-rxmer">
      {showLegend ? (
        <div className={styles.legend}>
          {controls}
          {named.map(({ label, color, isBold }) => (
            <span key={label}>
              <span className={styles.swatch} style={{ background: color, height: isBold ? 4 : 2 }} /> {label}
            </span>
          ))}
          {captures.length > MAX_NAMED ? (
            <span>{captures.length} captures; move the cursor to tell them apart</span>
          ) : null}
          {levels.map(({ label, color, dash }, index) => (
            <span key={`${label}${index}`}>
              <span
                className={styles.line}
                style={{ borderTop: `2px ${dash[0] === 2 ? 'dotted' : 'dashed'} ${color}` }}
              />{' '}
              {label}
            </span>
          ))}
          {worst ? <strong className={worst.headroomDb < 0 ? styles.bad : undefined}>{worst.text}</strong> : null}
          {left > 0 ? <span>{left} older captures not drawn</span> : null}
          {unreadable > 0 ? <span>{unreadable} rows could not be read</span> : null}
        </div>
      ) : null}
      <SpectrumChart
        series={series}
        levels={levels}
        stretches={stretches}
        width={width}
        height={height - (showLegend ? LEGEND_HEIGHT_PX : 0)}
        unit="dB"
        label={`RxMER of ${captures.length} captures. ${worst?.text ?? ''}`}
      />
    </div>
  );
}

function labelOf(capture: RxMerCapture, all: readonly RxMerCapture[], timeZone: string): string {
  const several = new Set(all.map(({ mac }) => mac)).size > 1;
  const time = capture.timeMs === undefined ? '' : dateTimeFormat(capture.timeMs, { timeZone, format: 'HH:mm:ss' });
  return `${several ? `${capture.mac} ` : ''}ch ${capture.channelId} ${time}`.trim();
}

/** What the profiles of the first modem need, per channel: those of others are the same, or a mistake to be seen alone. */
function needsOf(profiles: readonly ProfileNeed[], captures: readonly RxMerCapture[], theme: GrafanaTheme2): Series[] {
  const tones = ['orange', 'purple', 'super-light-blue', 'light-green'].map((name) =>
    theme.visualization.getColorByName(name),
  );
  const channels = [...new Set(captures.map(({ channelId }) => channelId))];
  return channels.flatMap((channelId) => {
    const ofChannel = profiles.filter((profile) => profile.channelId === channelId);
    const mac = (ofChannel.find((profile) => captures.some((capture) => capture.mac === profile.mac)) ?? ofChannel[0])
      ?.mac;
    return ofChannel
      .filter((profile) => profile.mac === mac)
      .map((profile, index): Series => ({
        label: `profile ${profile.profileId} needs${channels.length > 1 ? ` (ch ${channelId})` : ''}`,
        color: tones[index % tones.length] ?? theme.colors.text.primary,
        start: profile.firstFrequencyHz,
        step: profile.spacingHz,
        values: profile.requiredMerDb,
        isBold: true,
      }));
  });
}

function levelsOf(
  captures: readonly RxMerCapture[],
  { showPercentile, showRequired }: Pick<RxMerOptions, 'showPercentile' | 'showRequired'>,
  theme: GrafanaTheme2,
): Level[] {
  const hasSeveralModems = new Set(captures.map(({ mac }) => mac)).size > 1;
  const channels = [...new Set(captures.map(({ channelId }) => channelId))];
  return channels.flatMap((channelId): Level[] => {
    const newest = captures.find((capture) => capture.channelId === channelId);
    if (!newest) return [];
    const span = {
      from: newest.firstFrequencyHz,
      to: newest.firstFrequencyHz + (newest.merDb.length - 1) * newest.spacingHz,
    };
    const { percentile2MerDb, requiredMerDb } = newest;
    const levels: Level[] = [];
    if (showPercentile && !hasSeveralModems && percentile2MerDb !== undefined) {
      const label = `2nd percentile ${percentile2MerDb.toFixed(2)} dB`;
      levels.push({ label, color: theme.colors.info.text, value: percentile2MerDb, dash: [2, 3], ...span });
    }
    if (showRequired && requiredMerDb !== undefined) {
      const label = `required ${requiredMerDb.toFixed(1)} dB`;
      levels.push({ label, color: theme.colors.error.text, value: requiredMerDb, dash: [10, 5], ...span });
    }
    return levels;
  });
}

const stylesOf = (theme: GrafanaTheme2) => ({
  legend: css({
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(0, 1.5),
    height: LEGEND_HEIGHT_PX,
    overflow: 'auto',
    fontSize: theme.typography.bodySmall.fontSize,
    alignContent: 'flex-start',
    alignItems: 'center',
  }),
  swatch: css({ display: 'inline-block', width: 14, verticalAlign: 'middle' }),
  line: css({ display: 'inline-block', width: 18, verticalAlign: 'middle' }),
  bad: css({ color: theme.colors.error.text }),
});
