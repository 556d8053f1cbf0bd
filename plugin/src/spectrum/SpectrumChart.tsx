import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, useStyles2, useTheme2 } from '@grafana/ui';
import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import {
  columnsOf,
  extentOf,
  type FrequencyRange,
  rangeOf,
  type SpectrumLevel,
  type SpectrumSeries,
  valueAt,
} from './series';
import { formatMhz, roundTicks } from './ticks';

interface Props {
  series: readonly SpectrumSeries[];
  levels: readonly SpectrumLevel[];
  width: number;
  height: number;
  /** Unit behind the values of the vertical axis. */
  unit: string;
  /** What the picture shows, for screen readers. */
  label: string;
}

const MARGIN = { left: 46, right: 10, top: 8, bottom: 24 };
const MIN_DRAG_PX = 6;

interface Plot {
  readonly range: FrequencyRange;
  readonly low: number;
  readonly high: number;
  readonly width: number;
  readonly height: number;
}

/** Several spectra over each other on one frequency axis: drag to zoom, arrows move a cursor, gaps stay gaps. */
export function SpectrumChart({ series, levels, width, height, unit, label }: Props) {
  const theme = useTheme2();
  const styles = useStyles2(stylesOf);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [zoom, setZoom] = useState<FrequencyRange>();
  const [cursorHz, setCursorHz] = useState<number>();
  const [drag, setDrag] = useState<{ from: number; to: number }>();

  const plot = useMemo<Plot | undefined>(() => {
    const range = zoom ?? rangeOf(series);
    if (!range) return undefined;
    const extent = extentOf(series, range) ?? [0, 1];
    const shown = levels
      .filter(({ fromHz, toHz }) => fromHz < range.toHz && toHz > range.fromHz)
      .map(({ value }) => value);
    const low = Math.floor(Math.min(extent[0], ...shown) - 1);
    const high = Math.ceil(Math.max(extent[1], ...shown) + 1);
    return {
      range,
      low,
      high,
      width: Math.max(20, width - MARGIN.left - MARGIN.right),
      height: Math.max(20, height - MARGIN.top - MARGIN.bottom),
    };
  }, [series, levels, zoom, width, height]);

  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context || !plot) return;
    draw({ context, plot, series, levels, theme, width, height, unit });
  }, [plot, series, levels, theme, width, height, unit]);

  if (!plot) return null;
  const hzAt = (x: number) =>
    plot.range.fromHz +
    (Math.min(Math.max(x - MARGIN.left, 0), plot.width) / plot.width) * (plot.range.toHz - plot.range.fromHz);
  const xAt = (hz: number) =>
    MARGIN.left + ((hz - plot.range.fromHz) / (plot.range.toHz - plot.range.fromHz)) * plot.width;
  const offset = (event: PointerEvent) => event.clientX - event.currentTarget.getBoundingClientRect().left;

  const onPointerUp = () => {
    if (drag && Math.abs(drag.to - drag.from) > MIN_DRAG_PX) {
      setZoom({ fromHz: hzAt(Math.min(drag.from, drag.to)), toHz: hzAt(Math.max(drag.from, drag.to)) });
    }
    setDrag(undefined);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const span = plot.range.toHz - plot.range.fromHz;
    const at = cursorHz ?? plot.range.fromHz + span / 2;
    const scaled = (factor: number) =>
      setZoom({ fromHz: at - (at - plot.range.fromHz) * factor, toHz: at + (plot.range.toHz - at) * factor });
    const step = Math.max(span / 200, series[0]?.spacingHz ?? 0);
    const actions: Record<string, () => void> = {
      ArrowLeft: () => setCursorHz(Math.max(plot.range.fromHz, at - step)),
      ArrowRight: () => setCursorHz(Math.min(plot.range.toHz, at + step)),
      '+': () => scaled(0.5),
      '-': () => (zoom ? scaled(2) : undefined),
      '0': () => setZoom(undefined),
      Escape: () => setCursorHz(undefined),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  };

  const readings =
    cursorHz === undefined
      ? []
      : series.map((one) => ({ ...one, value: valueAt(one, cursorHz) })).filter(({ value }) => value !== undefined);
  return (
    <div className={styles.chart} style={{ width, height }}>
      <canvas
        ref={canvas}
        className={styles.canvas}
        style={{ width, height }}
        role="img"
        aria-label={`${label}. Arrow keys move the cursor, plus and minus zoom, 0 shows everything.`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => setDrag({ from: offset(event), to: offset(event) })}
        onPointerMove={(event) => {
          const x = offset(event);
          setCursorHz(hzAt(x));
          if (drag) setDrag({ ...drag, to: x });
        }}
        onPointerUp={onPointerUp}
        onPointerLeave={() => {
          setCursorHz(undefined);
          setDrag(undefined);
        }}
        onDoubleClick={() => setZoom(undefined)}
      />
      {drag && Math.abs(drag.to - drag.from) > MIN_DRAG_PX ? (
        <div
          className={styles.selection}
          style={{
            left: Math.min(drag.from, drag.to),
            width: Math.abs(drag.to - drag.from),
            top: MARGIN.top,
            height: plot.height,
          }}
        />
      ) : null}
      {cursorHz !== undefined ? (
        <div className={styles.cursor} style={{ left: xAt(cursorHz), top: MARGIN.top, height: plot.height }} />
      ) : null}
      {cursorHz !== undefined ? (
        <div
          className={styles.tooltip}
          style={xAt(cursorHz) > width / 2 ? { right: width - xAt(cursorHz) + 12 } : { left: xAt(cursorHz) + 12 }}
          aria-live="polite"
        >
          <strong>{formatMhz(cursorHz, 3)}</strong>
          {readings.length === 0 ? <div>not measured</div> : null}
          {readings.slice(0, 12).map(({ label: name, color, value }) => (
            <div key={name}>
              <span className={styles.swatch} style={{ background: color }} /> {name}: {value?.toFixed(2)} {unit}
            </div>
          ))}
          {readings.length > 12 ? <div>and {readings.length - 12} more</div> : null}
        </div>
      ) : null}
      {zoom ? (
        <Button
          className={styles.reset}
          size="sm"
          variant="secondary"
          icon="search-minus"
          onClick={() => setZoom(undefined)}
        >
          Show everything
        </Button>
      ) : null}
    </div>
  );
}

interface Drawing extends Pick<Props, 'series' | 'levels' | 'width' | 'height' | 'unit'> {
  context: CanvasRenderingContext2D;
  plot: Plot;
  theme: GrafanaTheme2;
}

function draw({ context, plot, series, levels, theme, width, height, unit }: Drawing): void {
  const ratio = window.devicePixelRatio || 1;
  context.canvas.width = Math.round(width * ratio);
  context.canvas.height = Math.round(height * ratio);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = `${theme.typography.bodySmall.fontSize} ${theme.typography.fontFamily}`;
  const y = (value: number) => MARGIN.top + ((plot.high - value) / (plot.high - plot.low)) * plot.height;
  const x = (hz: number) =>
    MARGIN.left + ((hz - plot.range.fromHz) / (plot.range.toHz - plot.range.fromHz)) * plot.width;

  context.strokeStyle = theme.colors.border.weak;
  context.fillStyle = theme.colors.text.secondary;
  context.lineWidth = 1;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (const tick of roundTicks(plot.low, plot.high, Math.max(2, plot.height / 40))) {
    line(context, MARGIN.left, y(tick), MARGIN.left + plot.width, y(tick));
    context.fillText(`${tick} ${unit}`, MARGIN.left - 6, y(tick));
  }
  context.textBaseline = 'top';
  context.textAlign = 'center';
  for (const tick of roundTicks(plot.range.fromHz / 1e6, plot.range.toHz / 1e6, Math.max(2, plot.width / 110))) {
    line(context, x(tick * 1e6), MARGIN.top, x(tick * 1e6), MARGIN.top + plot.height);
    context.fillText(`${tick} MHz`, Math.min(x(tick * 1e6), width - 28), MARGIN.top + plot.height + 6);
  }

  context.save();
  context.beginPath();
  context.rect(MARGIN.left, MARGIN.top, plot.width, plot.height);
  context.clip();
  const columns = Math.max(1, Math.round(plot.width));
  // the newest capture is the first of the list and is drawn last, over the others
  [...series].reverse().forEach((one, index) => {
    const newest = index === series.length - 1;
    drawSeries(context, columnsOf(one, plot.range, columns), { y, color: one.color, alpha: newest ? 1 : 0.55 });
  });
  for (const level of levels) {
    context.strokeStyle = level.color;
    context.lineWidth = 1.5;
    context.setLineDash([...level.dash]);
    line(context, x(level.fromHz), y(level.value), x(level.toHz), y(level.value));
  }
  context.setLineDash([]);
  context.restore();
}

function drawSeries(
  context: CanvasRenderingContext2D,
  { low, high }: { low: Float32Array; high: Float32Array },
  { y, color, alpha }: { y: (value: number) => number; color: string; alpha: number },
): void {
  context.globalAlpha = alpha;
  context.strokeStyle = color;
  context.lineWidth = 1;
  context.beginPath();
  let open = false;
  for (let column = 0; column < low.length; column++) {
    const [bottom, top] = [low[column] as number, high[column] as number];
    if (Number.isNaN(bottom)) {
      open = false;
      continue;
    }
    const at = MARGIN.left + column + 0.5;
    if (open) context.lineTo(at, y(top));
    else context.moveTo(at, y(top));
    // a lone value still needs a visible mark
    context.lineTo(at, Math.max(y(bottom), y(top) + 1));
    open = true;
  }
  context.stroke();
  context.globalAlpha = 1;
}

function line(context: CanvasRenderingContext2D, fromX: number, fromY: number, toX: number, toY: number): void {
  context.beginPath();
  context.moveTo(fromX, fromY);
  context.lineTo(toX, toY);
  context.stroke();
}

const stylesOf = (theme: GrafanaTheme2) => ({
  chart: css({ position: 'relative', touchAction: 'none' }),
  canvas: css({
    display: 'block',
    cursor: 'crosshair',
    '&:focus-visible': { outline: `2px solid ${theme.colors.primary.main}` },
  }),
  cursor: css({ position: 'absolute', width: 1, background: theme.colors.text.secondary, pointerEvents: 'none' }),
  selection: css({
    position: 'absolute',
    background: theme.colors.action.selected,
    border: `1px solid ${theme.colors.border.strong}`,
    pointerEvents: 'none',
  }),
  tooltip: css({
    position: 'absolute',
    top: MARGIN.top + 4,
    padding: theme.spacing(0.75, 1),
    background: theme.colors.background.elevated,
    border: `1px solid ${theme.colors.border.medium}`,
    borderRadius: theme.shape.radius.default,
    boxShadow: theme.shadows.z2,
    fontSize: theme.typography.bodySmall.fontSize,
    pointerEvents: 'none',
    whiteSpace: 'nowrap',
    zIndex: 1,
  }),
  swatch: css({ display: 'inline-block', width: 10, height: 3, verticalAlign: 'middle' }),
  reset: css({ position: 'absolute', right: 14, top: MARGIN.top + 4 }),
});
