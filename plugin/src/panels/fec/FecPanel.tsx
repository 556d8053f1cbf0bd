import { css } from '@emotion/css';
import { dateTimeForTimeZone, dateTimeFormat, type GrafanaTheme2, type PanelProps } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import { useEffect, useMemo, useRef } from 'react';
import { PanelMessage } from '../../lib/PanelMessage';
import { ChartOverlay } from '../../spectrum/ChartOverlay';
import { hatchCss } from '../../spectrum/hatch';
import { timeTicks } from '../../spectrum/heat';
import { type Box, boxOf, prepare, xOf } from '../../spectrum/plot';
import type { Range } from '../../spectrum/series';
import { useAxisView } from '../../spectrum/useAxisView';
import { bucketsOf, countText, coveredBy, intervalMsOf, ratioText, summaryOf, type Buckets } from './buckets';
import { NCP_PROFILE_ID, readCounters, type ProfileCounters } from './frames';
import { drawLane, type Lane, type LaneColors } from './lanes';
import { DEFAULTS, type FecOptions } from './options';

const LEGEND_HEIGHT_PX = 26;
const MIN_LANE_PX = 74;
const BUCKET_PX = 3;
const DEFAULT_INTERVAL_MS = 1000;

/** Codewords of each profile over time; errors on a logarithmic axis, too few codewords shown as what they are. */
export function FecPanel({ data, width, height, options: given, timeZone }: PanelProps<FecOptions>) {
  const result = useMemo(() => readCounters(data.series), [data.series]);
  if (result.kind !== 'counters') return <PanelMessage data={data} result={result} what="codeword counts" />;
  return (
    <Lanes
      profiles={result.profiles}
      options={{ ...DEFAULTS, ...given }}
      timeZone={timeZone}
      width={width}
      height={height}
    />
  );
}

interface LanesProps {
  profiles: readonly ProfileCounters[];
  options: FecOptions;
  timeZone: string;
  width: number;
  height: number;
}

function Lanes({ profiles, options, timeZone, width, height }: LanesProps) {
  const { minCodewords, showCorrected, showLegend } = options;
  const theme = useTheme2();
  const styles = useStyles2(stylesOf);
  const canvas = useRef<HTMLCanvasElement>(null);
  const colors = useMemo<LaneColors>(
    () => ({
      corrected: theme.visualization.getColorByName('blue'),
      uncorrectable: theme.visualization.getColorByName('dark-orange'),
    }),
    [theme],
  );
  const room = height - (showLegend ? LEGEND_HEIGHT_PX : 0);
  const chartHeight = Math.max(room, profiles.length * MIN_LANE_PX + 28);
  // a scrollbar takes its width
  const chartWidth = chartHeight > room ? width - 16 : width;
  const box = useMemo(
    () => boxOf(chartWidth, chartHeight, { left: 52, right: 12, top: 4, bottom: 24 }),
    [chartWidth, chartHeight],
  );
  const intervalMs = useMemo(() => intervalMsOf(profiles) ?? DEFAULT_INTERVAL_MS, [profiles]);
  const whole = useMemo(() => coveredBy(profiles, intervalMs), [profiles, intervalMs]);
  const view = useAxisView(whole, box, intervalMs);
  const { range, cursor } = view;
  const lanes = useMemo(() => lanesOf(profiles, { box, range, intervalMs }), [profiles, box, range, intervalMs]);

  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    prepare(context, { width: chartWidth, height: chartHeight }, theme);
    drawTimes(context, { box, range, timeZone, theme });
    for (const lane of lanes) drawLane(context, lane, { range, minCodewords, showCorrected, colors, theme });
  }, [lanes, box, range, timeZone, minCodewords, showCorrected, colors, theme, chartWidth, chartHeight]);

  return (
    <div style={{ width, height }} data-testid="plantgraph-fec">
      {showLegend ? (
        <div className={styles.legend}>
          <span>
            <span className={styles.bar} style={{ background: colors.uncorrectable }} /> uncorrectable
          </span>
          {showCorrected ? (
            <span>
              <span className={styles.line} style={{ background: colors.corrected }} /> corrected
            </span>
          ) : null}
          <span>
            <span className={styles.bar} style={{ background: hatchCss(theme), width: 18 }} /> fewer than{' '}
            {minCodewords.toLocaleString()} codewords: not enough to tell
          </span>
          <span>share of all codewords</span>
        </div>
      ) : null}
      <div style={{ height: room, overflowY: chartHeight > room ? 'auto' : 'hidden' }}>
        <div className={styles.chart} style={{ width: chartWidth, height: chartHeight }}>
          <canvas
            ref={canvas}
            className={styles.canvas}
            style={{ width: chartWidth, height: chartHeight }}
            role="img"
            aria-label={`Codewords of ${lanes.map(({ title, summary }) => `${title}: ${summary}`).join('; ')}. Arrow keys move the cursor, plus and minus zoom, 0 shows everything.`}
            tabIndex={0}
            onKeyDown={view.onKey}
            {...view.pointer}
          />
          <ChartOverlay view={view} box={box} width={chartWidth}>
            {cursor === undefined ? null : (
              <>
                <strong>{dateTimeFormat(cursor, { timeZone })}</strong>
                {lanes.map(({ title, buckets }) => (
                  <div key={title}>
                    {title}: {readingOf(buckets, cursor, minCodewords)}
                  </div>
                ))}
              </>
            )}
          </ChartOverlay>
        </div>
      </div>
    </div>
  );
}

function lanesOf(
  profiles: readonly ProfileCounters[],
  { box, range, intervalMs }: { box: Box; range: Range; intervalMs: number },
): Lane[] {
  const severalModems = new Set(profiles.map(({ mac }) => mac)).size > 1;
  const severalChannels = new Set(profiles.map(({ mac, channelId }) => `${mac} ${channelId}`)).size > 1;
  const height = box.height / profiles.length;
  return profiles.map((profile, index) => {
    const name = profile.profileId === NCP_PROFILE_ID ? 'Next-codeword pointer' : `Profile ${profile.profileId}`;
    const { total, uncorrectable, bound, erroredIntervals, intervals } = summaryOf(profile);
    const summary =
      total === 0
        ? 'no codewords sent'
        : uncorrectable === 0
          ? `no uncorrectable one of ${countText(total)}${bound === undefined ? '' : `: fewer than ${ratioText(bound)}`}`
          : `${countText(uncorrectable)} of ${countText(total)} uncorrectable (${ratioText(uncorrectable / total)}), in ${erroredIntervals} of ${intervals} intervals`;
    return {
      box: { ...box, top: box.top + index * height, height },
      title: [severalModems ? profile.mac : '', severalChannels ? `ch ${profile.channelId}` : '', name]
        .filter(Boolean)
        .join(' '),
      summary,
      isBad: uncorrectable > 0,
      buckets: bucketsOf(profile, range, intervalMs, box.width / BUCKET_PX),
    };
  });
}

function readingOf(
  { startMs, stepMs, total, corrected, uncorrectable, intervals }: Buckets,
  at: number,
  least: number,
): string {
  const bucket = Math.min(total.length - 1, Math.floor((at - startMs) / stepMs));
  if (!intervals[bucket]) return 'nothing reported';
  const count = total[bucket] as number;
  const errors = `${countText(uncorrectable[bucket] as number)} uncorrectable`;
  const fixed = corrected[bucket] as number;
  const counts = `${errors}${Number.isNaN(fixed) ? '' : `, ${countText(fixed)} corrected`} of ${countText(count)}`;
  return count < least ? `${counts}: not enough to tell` : counts;
}

function drawTimes(
  context: CanvasRenderingContext2D,
  { box, range, timeZone, theme }: { box: Box; range: Range; timeZone: string; theme: GrafanaTheme2 },
): void {
  const offsetMs = dateTimeForTimeZone(timeZone, range.from).utcOffset() * 60_000;
  const span = range.to - range.from;
  const format = span > 2 * 86_400_000 ? 'MM-DD HH:mm' : span < 600_000 ? 'HH:mm:ss' : 'HH:mm';
  context.fillStyle = theme.colors.text.secondary;
  context.textBaseline = 'top';
  context.textAlign = 'center';
  for (const at of timeTicks(range.from, range.to, Math.max(2, box.width / 110), offsetMs)) {
    const text = dateTimeFormat(at, { timeZone, format });
    const half = context.measureText(text).width / 2;
    const x = Math.min(xOf(box, range, at), box.left + box.width + 10 - half);
    context.fillText(text, x, box.top + box.height + 6);
  }
}

const stylesOf = (theme: GrafanaTheme2) => ({
  legend: css({
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(0, 2),
    height: LEGEND_HEIGHT_PX,
    overflow: 'hidden',
    whiteSpace: 'nowrap',
    fontSize: theme.typography.bodySmall.fontSize,
    color: theme.colors.text.secondary,
  }),
  chart: css({ position: 'relative', touchAction: 'pan-y' }),
  canvas: css({
    display: 'block',
    cursor: 'crosshair',
    '&:focus-visible': { outline: `2px solid ${theme.colors.primary.main}` },
  }),
  bar: css({
    display: 'inline-block',
    width: 8,
    height: 12,
    verticalAlign: 'middle',
    border: `1px solid ${theme.colors.border.weak}`,
  }),
  line: css({ display: 'inline-block', width: 18, height: 2, verticalAlign: 'middle' }),
});
