import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import { useId } from 'react';
import { useMeasure } from 'react-use';
import type { ChurnAnswer } from '../../../../collector/src/contract.js';
import { testIds } from '../../lib/testIds';
import { colorsOf } from '../../lib/theme';
import { CHANGE } from './change-looks';
import { type Bar, barsOf, niceMaximum } from './windows';

interface Props {
  churn: ChurnAnswer;
  /** A window was chosen: look at it alone. */
  onZoom: (fromMs: number, toMs: number) => void;
}

const LEFT_PX = 44;
const RIGHT_PX = 8;
const LANES = [
  { subject: 'link', title: 'Links', height: 96 },
  { subject: 'host', title: 'Hosts', height: 56 },
] as const;
const PARTS = ['removed', 'moved', 'added'] as const;
const GAP_PX = 26;
const AXIS_PX = 22;

/** Churn a window: links above hosts, each with a scale of its own. A bar is a button that looks at its window. */
export function ChurnChart({ churn, onZoom }: Props) {
  const styles = useStyles2(stylesOf);
  const theme = useTheme2();
  const [measured, { width }] = useMeasure<HTMLDivElement>();
  const hatch = useId();
  const fromMs = Date.parse(churn.from);
  const toMs = Date.parse(churn.to);
  const inner = Math.max(0, width - LEFT_PX - RIGHT_PX);
  const x = (timeMs: number) => LEFT_PX + (inner * (timeMs - fromMs)) / Math.max(1, toMs - fromMs);
  const barWidth = Math.max(2, x(fromMs + churn.windowSec * 1000) - LEFT_PX - 1);
  const height = LANES.reduce((sum, lane) => sum + lane.height + GAP_PX, AXIS_PX);
  let top = GAP_PX;
  const lanes = LANES.map((lane) => {
    const placed = { ...lane, top, bars: barsOf(churn, lane.subject) };
    top += lane.height + GAP_PX;
    return placed;
  });
  const colorOf = (part: (typeof PARTS)[number]) => theme.visualization.getColorByName(CHANGE[part].color);
  return (
    <figure className={styles.figure} data-testid={testIds.changes.churn}>
      <figcaption className={styles.caption}>
        <strong>Changes per {windowText(churn.windowSec)}</strong>
        <span className={styles.legend}>
          {PARTS.map((part) => (
            <span key={part} className={styles.entry}>
              <svg width={12} height={12} aria-hidden="true">
                <rect width={12} height={12} fill={colorOf(part)} />
                {part === 'removed' ? <rect width={12} height={12} fill={`url(#${hatch})`} /> : null}
              </svg>
              {CHANGE[part].text}
            </span>
          ))}
        </span>
      </figcaption>
      <div ref={measured}>
        {width > 0 ? (
          <svg width={width} height={height} role="group" aria-label="Changes over time">
            <defs>
              <pattern id={hatch} width={5} height={5} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                <rect width={1.6} height={5} fill={theme.colors.background.primary ?? ''} />
              </pattern>
            </defs>
            {lanes.map(({ subject, title, top: laneTop, height: laneHeight, bars }) => {
              const most = niceMaximum(bars);
              const y = (value: number) => laneTop + laneHeight - (laneHeight * value) / most;
              return (
                <g key={subject}>
                  <text x={0} y={laneTop - 8} className={styles.lane}>
                    {title}: {churn.totals[subject]}
                  </text>
                  {[0, most].map((value) => (
                    <g key={value}>
                      <line x1={LEFT_PX} x2={width - RIGHT_PX} y1={y(value)} y2={y(value)} className={styles.grid} />
                      <text x={LEFT_PX - 6} y={y(value) + 4} className={styles.tick} textAnchor="end">
                        {value}
                      </text>
                    </g>
                  ))}
                  {bars.length === 0 ? (
                    <text x={LEFT_PX + inner / 2} y={laneTop + laneHeight / 2 + 4} className={styles.none}>
                      none
                    </text>
                  ) : null}
                  {bars.map((bar) => {
                    const text = barText(bar, churn.windowSec, title);
                    const zoom = () => onZoom(bar.startMs, bar.startMs + churn.windowSec * 1000);
                    let base = 0;
                    return (
                      <g
                        key={bar.startMs}
                        role="button"
                        tabIndex={0}
                        aria-label={`${text}. Look at this window alone`}
                        className={styles.bar}
                        onClick={zoom}
                        onKeyDown={(event) => {
                          if (event.key === 'Enter' || event.key === ' ') zoom();
                        }}
                      >
                        <title>{text}</title>
                        <rect
                          x={x(bar.startMs)}
                          width={barWidth}
                          y={laneTop}
                          height={laneHeight}
                          className={styles.catch}
                        />
                        {PARTS.map((part) => {
                          const from = base;
                          base += bar[part];
                          if (bar[part] === 0) return null;
                          const rect = {
                            x: x(bar.startMs),
                            width: barWidth,
                            y: y(base),
                            height: Math.max(1.5, y(from) - y(base)),
                          };
                          return (
                            <g key={part}>
                              <rect {...rect} fill={colorOf(part)} />
                              {part === 'removed' ? <rect {...rect} fill={`url(#${hatch})`} /> : null}
                            </g>
                          );
                        })}
                      </g>
                    );
                  })}
                </g>
              );
            })}
            {ticksOf(fromMs, toMs, inner).map((timeMs) => (
              <text key={timeMs} x={x(timeMs)} y={height - 6} className={styles.tick} textAnchor="middle">
                {tickText(timeMs, toMs - fromMs)}
              </text>
            ))}
          </svg>
        ) : null}
      </div>
    </figure>
  );
}

function windowText(windowSec: number): string {
  if (windowSec % 86_400 === 0) return windowSec === 86_400 ? 'day' : `${windowSec / 86_400} days`;
  if (windowSec % 3600 === 0) return windowSec === 3600 ? 'hour' : `${windowSec / 3600} hours`;
  return windowSec === 60 ? 'minute' : `${windowSec / 60} minutes`;
}

function barText({ startMs, added, removed, moved }: Bar, windowSec: number, title: string): string {
  const parts = [
    [removed, 'removed'],
    [moved, 'moved'],
    [added, 'added'],
  ].flatMap(([many, word]) => (Number(many) > 0 ? [`${many} ${word}`] : []));
  const until = dateTimeFormat(startMs + windowSec * 1000, { format: 'HH:mm' });
  return `${title}, ${dateTimeFormat(startMs, { format: 'YYYY-MM-DD HH:mm' })} to ${until}: ${parts.join(', ')}`;
}

const PX_PER_TICK = 110;
const STEPS_SEC = [60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 1_209_600];

function ticksOf(fromMs: number, toMs: number, inner: number): number[] {
  const most = Math.max(2, Math.floor(inner / PX_PER_TICK));
  const stepMs = 1000 * (STEPS_SEC.find((stepSec) => (toMs - fromMs) / 1000 / stepSec <= most) ?? 2_592_000);
  const ticks: number[] = [];
  for (let timeMs = Math.ceil(fromMs / stepMs) * stepMs; timeMs < toMs; timeMs += stepMs) ticks.push(timeMs);
  return ticks;
}

const tickText = (timeMs: number, rangeMs: number): string =>
  dateTimeFormat(timeMs, { format: rangeMs > 3 * 86_400_000 ? 'MM-DD' : 'HH:mm' });

const stylesOf = (theme: GrafanaTheme2) => {
  const colors = colorsOf(theme);
  return {
    figure: css({
      margin: theme.spacing(2, 0),
      padding: theme.spacing(1.5, 2),
      border: `1px solid ${colors.border.weak}`,
      borderRadius: theme.shape.radius.default,
      background: colors.background.primary,
    }),
    caption: css({ display: 'flex', flexWrap: 'wrap', justifyContent: 'space-between', gap: theme.spacing(1) }),
    legend: css({ display: 'flex', gap: theme.spacing(2) }),
    entry: css({ display: 'inline-flex', alignItems: 'center', gap: theme.spacing(0.5) }),
    lane: css({ fill: colors.text.primary, fontSize: 12 }),
    grid: css({ stroke: colors.border.weak }),
    tick: css({ fill: colors.text.secondary, fontSize: 11 }),
    none: css({ fill: colors.text.secondary, fontSize: 12, textAnchor: 'middle' }),
    catch: css({ fill: 'transparent' }),
    bar: css({
      cursor: 'zoom-in',
      outline: 'none',
      '&:hover > rect:first-of-type': { fill: colors.action.hover },
      '&:focus-visible > rect:first-of-type': { fill: colors.action.hover, stroke: colors.primary.border },
    }),
  };
};
