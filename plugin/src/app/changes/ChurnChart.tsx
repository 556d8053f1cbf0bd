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
  { subject: 'link', title: 'Links', top: 28, height: 96 },
  { subject: 'host', title: 'Hosts', top: 152, height: 56 },
] as const;
const HEIGHT_PX = 232;
const PARTS = ['removed', 'moved', 'added'] as const;

/** Churn a window: links above hosts, each with a scale of its own. A bar is a button that looks at its window. */
export function ChurnChart({ churn, onZoom }: Props) {
  const styles = useStyles2(stylesOf);
  const [measured, { width }] = useMeasure<HTMLDivElement>();
  const hatch = useId();
  const lanes = LANES.map((lane) => ({ ...lane, bars: barsOf(churn, lane.subject) }));
  if (lanes.every(({ bars }) => bars.length === 0)) {
    return (
      <figure className={styles.figure} data-testid={testIds.changes.churn}>
        <figcaption>
          <strong>No churn:</strong> no link and no host came, went or moved for good in this time.
        </figcaption>
      </figure>
    );
  }
  const fromMs = Date.parse(churn.from);
  const toMs = Date.parse(churn.to);
  const inner = Math.max(0, width - LEFT_PX - RIGHT_PX);
  const x = (timeMs: number) => LEFT_PX + (inner * (timeMs - fromMs)) / Math.max(1, toMs - fromMs);
  return (
    <figure className={styles.figure} data-testid={testIds.changes.churn}>
      <figcaption className={styles.caption}>
        <strong>Changes per {windowText(churn.windowSec)}</strong>
        <Legend hatch={hatch} />
      </figcaption>
      <div ref={measured}>
        {width > 0 ? (
          <svg width={width} height={HEIGHT_PX} role="group" aria-label="Changes over time">
            <Hatch id={hatch} />
            {lanes.map((lane) => (
              <Lane
                key={lane.subject}
                {...lane}
                total={churn.totals[lane.subject]}
                windowSec={churn.windowSec}
                width={width}
                x={x}
                hatch={hatch}
                onZoom={onZoom}
              />
            ))}
            {ticksOf(fromMs, toMs, inner).map((timeMs) => (
              <text key={timeMs} x={x(timeMs)} y={HEIGHT_PX - 6} className={styles.tick} textAnchor="middle">
                {tickText(timeMs, toMs - fromMs)}
              </text>
            ))}
          </svg>
        ) : null}
      </div>
    </figure>
  );
}

/** What is removed is hatched as well, so that no colour carries it alone. */
function Hatch({ id }: { id: string }) {
  const theme = useTheme2();
  return (
    <defs>
      <pattern id={id} width={5} height={5} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width={1.6} height={5} fill={theme.colors.background.primary ?? ''} />
      </pattern>
    </defs>
  );
}

function Legend({ hatch }: { hatch: string }) {
  const styles = useStyles2(stylesOf);
  return (
    <span className={styles.legend}>
      {PARTS.map((part) => (
        <span key={part} className={styles.entry}>
          <svg width={12} height={12} aria-hidden="true">
            <Part part={part} hatch={hatch} x={0} y={0} width={12} height={12} />
          </svg>
          {CHANGE[part].text}
        </span>
      ))}
    </span>
  );
}

interface PartProps {
  part: (typeof PARTS)[number];
  hatch: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

function Part({ part, hatch, ...rect }: PartProps) {
  const theme = useTheme2();
  return (
    <>
      <rect {...rect} fill={theme.visualization.getColorByName(CHANGE[part].color)} />
      {part === 'removed' ? <rect {...rect} fill={`url(#${hatch})`} /> : null}
    </>
  );
}

interface LaneProps {
  title: string;
  top: number;
  height: number;
  bars: readonly Bar[];
  total: number;
  windowSec: number;
  width: number;
  x: (timeMs: number) => number;
  hatch: string;
  onZoom: Props['onZoom'];
}

function Lane({ title, top, height, bars, total, windowSec, width, x, hatch, onZoom }: LaneProps) {
  const styles = useStyles2(stylesOf);
  const most = niceMaximum(bars);
  const y = (value: number) => top + height - (height * value) / most;
  return (
    <g>
      <text x={0} y={top - 8} className={styles.lane}>
        {title}: {total}
      </text>
      {[0, most].map((value) => (
        <g key={value}>
          <line x1={LEFT_PX} x2={width - RIGHT_PX} y1={y(value)} y2={y(value)} className={styles.grid} />
          <text x={LEFT_PX - 6} y={y(value) + 4} className={styles.tick} textAnchor="end">
            {value}
          </text>
        </g>
      ))}
      {bars.map((bar) => {
        const endMs = bar.startMs + windowSec * 1000;
        const text = barText(bar, windowSec, title);
        const left = Math.max(LEFT_PX, x(bar.startMs));
        const barWidth = Math.max(2, x(endMs) - left - 1);
        const zoom = () => onZoom(bar.startMs, endMs);
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
            <rect x={left} width={barWidth} y={top} height={height} className={styles.catch} />
            {stackOf(bar).map(({ part, from, to }) => (
              <Part
                key={part}
                part={part}
                hatch={hatch}
                x={left}
                width={barWidth}
                y={y(to)}
                height={Math.max(1.5, y(from) - y(to))}
              />
            ))}
          </g>
        );
      })}
    </g>
  );
}

/** The parts of a bar on top of each other. */
function stackOf(bar: Bar): { part: (typeof PARTS)[number]; from: number; to: number }[] {
  return PARTS.map((part, index) => {
    const from = PARTS.slice(0, index).reduce((sum, below) => sum + bar[below], 0);
    return { part, from, to: from + bar[part] };
  }).filter(({ from, to }) => to > from);
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
    catch: css({ fill: 'transparent' }),
    bar: css({
      cursor: 'zoom-in',
      outline: 'none',
      '&:hover > rect:first-of-type': { fill: colors.action.hover },
      '&:focus-visible > rect:first-of-type': { fill: colors.action.hover, stroke: colors.primary.border },
    }),
  };
};
