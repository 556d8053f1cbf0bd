import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import { useEffect, useMemo, useRef } from 'react';
import { ChartOverlay } from './ChartOverlay';
import {
  type Box,
  boxOf,
  drawHorizontalAxis,
  drawStretches,
  drawVerticalAxis,
  line,
  prepare,
  STRETCH_HEIGHT_PX,
  xOf,
} from './plot';
import {
  columnsFor,
  type Columns,
  extentOf,
  fillColumns,
  type Level,
  type Marker,
  type Range,
  rangeOf,
  type Series,
  type Stretch,
  valueAt,
} from './series';
import { type Axis, formatAt, FREQUENCY_AXIS } from './ticks';
import { useAxisView } from './useAxisView';

interface Props {
  series: readonly Series[];
  levels?: readonly Level[];
  markers?: readonly Marker[];
  stretches?: readonly Stretch[];
  axis?: Axis;
  width: number;
  height: number;
  /** Unit behind the values of the vertical axis. */
  unit: string;
  decimals?: number;
  /** Least span of the vertical axis, so that noise does not fill the picture. */
  minSpan?: number;
  /** The vertical axis shows no value below this one. */
  floor?: number;
  /** What the picture shows, for screen readers. */
  label: string;
}

/** More names than this say less than the cursor does. */
const MAX_READINGS = 12;
const MIN_GAPPED_PX = 5;
const NONE: readonly never[] = [];
const EMPTY_RANGE: Range = { from: 0, to: 1 };

/** Several curves over each other on one axis: drag to zoom, arrows move a cursor, gaps stay gaps. */
export function SpectrumChart(props: Props) {
  const { series, levels = NONE, markers = NONE, stretches = NONE, axis = FREQUENCY_AXIS } = props;
  const { width, height, unit, label, decimals = 2, minSpan = 2, floor = -Infinity } = props;
  const theme = useTheme2();
  const styles = useStyles2(stylesOf);
  const canvas = useRef<HTMLCanvasElement>(null);
  const whole = useMemo(() => rangeOf(series) ?? EMPTY_RANGE, [series]);
  const hasStretches = stretches.length > 0;
  const hasSecondAxis = axis.also !== undefined;
  const box = useMemo(
    () =>
      boxOf(width, height, {
        left: 48 + 7 * unit.length,
        right: 12,
        top: hasStretches ? STRETCH_HEIGHT_PX + 6 : 8,
        bottom: hasSecondAxis ? 40 : 24,
      }),
    [width, height, unit, hasStretches, hasSecondAxis],
  );
  const view = useAxisView(whole, box, series[0]?.step ?? 1);
  const { range, cursor } = view;
  const values = useMemo(
    () => valueRange({ series, levels, markers, range, minSpan, floor }),
    [series, levels, markers, range, minSpan, floor],
  );
  const columnCount = Math.max(1, Math.round(box.width));
  const columns = useMemo(() => columnsFor(columnCount), [columnCount]);

  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    prepare(context, { width, height }, theme);
    drawVerticalAxis(context, { box, range: values, unit, theme });
    drawHorizontalAxis(context, { box, range, axis, theme, hasGrid: true });
    if (hasStretches) drawStretches(context, { box, range, stretches, isTinted: true });
    drawPlot(context, { box, range, values, series, levels, markers, columns, theme });
  }, [box, range, values, series, levels, markers, stretches, hasStretches, columns, axis, theme, width, height, unit]);

  const readings =
    cursor === undefined
      ? []
      : series.map((one) => ({ ...one, value: valueAt(one, cursor) })).filter(({ value }) => value !== undefined);
  const here = cursor === undefined ? [] : stretches.filter(({ from, to }) => from <= cursor && cursor <= to);
  const near = cursor === undefined ? [] : nearMarkers(markers, cursor, (4 * (range.to - range.from)) / box.width);
  return (
    <div className={styles.chart} style={{ width, height }}>
      <canvas
        ref={canvas}
        className={styles.canvas}
        style={{ width, height }}
        role="img"
        aria-label={`${label}. Arrow keys move the cursor, plus and minus zoom, 0 shows everything.`}
        tabIndex={0}
        onKeyDown={view.onKey}
        {...view.pointer}
      />
      <ChartOverlay view={view} box={box} width={width}>
        {cursor === undefined ? null : (
          <>
            <strong>{formatAt(axis, cursor)}</strong>
            {readings.length === 0 ? <div>not measured</div> : null}
            {readings.slice(0, MAX_READINGS).map(({ label: name, color, value }) => (
              <div key={name}>
                <span className={styles.swatch} style={{ background: color }} /> {name}: {value?.toFixed(decimals)}{' '}
                {unit}
              </div>
            ))}
            {readings.length > MAX_READINGS ? <div>and {readings.length - MAX_READINGS} more</div> : null}
            {near.map(({ at, label: name }) => (
              <div key={`${name}${at}`}>◆ {name}</div>
            ))}
            {here.map(({ from, label: name, detail }) => (
              <div key={`${name}${from}`}>▬ {detail ?? name}</div>
            ))}
          </>
        )}
      </ChartOverlay>
    </div>
  );
}

const nearMarkers = (markers: readonly Marker[], at: number, reach: number): Marker[] =>
  markers.filter((marker) => Math.abs(marker.at - at) <= Math.max(reach, marker.uncertainty ?? 0)).slice(0, 4);

function valueRange({
  series,
  levels,
  markers,
  range,
  minSpan,
  floor,
}: Pick<Required<Props>, 'series' | 'levels' | 'markers' | 'minSpan' | 'floor'> & { range: Range }): Range {
  const extent = extentOf(series, range) ?? [0, 1];
  const shown = [
    ...levels.filter(({ from, to }) => from < range.to && to > range.from).map(({ value }) => value),
    ...markers.filter(({ at }) => at >= range.from && at <= range.to).map(({ value }) => value),
  ];
  let from = Math.max(floor, Math.min(extent[0], ...shown));
  let to = Math.max(extent[1], ...shown);
  const lacking = minSpan - (to - from);
  if (lacking > 0) [from, to] = [from - lacking / 2, to + lacking / 2];
  const room = (to - from) * 0.06;
  return { from: from - room, to: to + room };
}

interface Plot {
  box: Box;
  range: Range;
  values: Range;
  series: readonly Series[];
  levels: readonly Level[];
  markers: readonly Marker[];
  columns: Columns;
  theme: GrafanaTheme2;
}

function drawPlot(context: CanvasRenderingContext2D, plot: Plot): void {
  const { box, range, values, series, levels, markers, columns, theme } = plot;
  const y = (value: number) => box.top + ((values.to - value) / (values.to - values.from)) * box.height;
  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.width, box.height);
  context.clip();
  // the newest capture is the first of the list and is drawn last, over the others
  for (let index = series.length - 1; index >= 0; index--) {
    const one = series[index] as Series;
    fillColumns(one, range, columns);
    context.globalAlpha = index === 0 || one.isBold ? 1 : 0.55;
    context.lineWidth = one.isBold ? 2 : 1;
    context.strokeStyle = one.color;
    if (one.isFilled)
      fillBelow(context, columns, box, {
        y,
        color: one.color,
        stepPx: (one.step / (range.to - range.from)) * box.width,
      });
    else strokeColumns(context, columns, box.left, y);
  }
  context.globalAlpha = 1;
  for (const level of levels) {
    context.strokeStyle = level.color;
    context.lineWidth = 1.5;
    context.setLineDash([...level.dash]);
    line(context, xOf(box, range, level.from), y(level.value), xOf(box, range, level.to), y(level.value));
  }
  context.setLineDash([]);
  drawMarkers(context, { box, range, markers, y, theme });
  context.restore();
}

function drawMarkers(
  context: CanvasRenderingContext2D,
  {
    box,
    range,
    markers,
    y,
    theme,
  }: Pick<Plot, 'box' | 'range' | 'markers' | 'theme'> & { y: (value: number) => number },
): void {
  context.textBaseline = 'bottom';
  context.textAlign = 'left';
  const taken: { left: number; right: number; y: number }[] = [];
  for (const { at, value, label, color, uncertainty } of markers) {
    if (at < range.from || at > range.to) continue;
    const [x, height] = [xOf(box, range, at), y(value)];
    context.strokeStyle = color;
    context.fillStyle = color;
    context.lineWidth = 1.5;
    if (uncertainty !== undefined) {
      const [left, right] = [xOf(box, range, at - uncertainty), xOf(box, range, at + uncertainty)];
      line(context, left, height, right, height);
      line(context, left, height - 4, left, height + 4);
      line(context, right, height - 4, right, height + 4);
    }
    context.beginPath();
    context.moveTo(x, height - 5);
    context.lineTo(x + 5, height);
    context.lineTo(x, height + 5);
    context.lineTo(x - 5, height);
    context.fill();
    const width = context.measureText(label).width;
    const left = Math.min(x + 7, box.left + box.width - width - 2);
    const isFree = taken.every(
      (other) => left > other.right || left + width < other.left || Math.abs(other.y - height) > 14,
    );
    if (!isFree) continue;
    taken.push({ left, right: left + width, y: height });
    context.fillStyle = theme.colors.text.primary;
    context.fillText(label, left, Math.max(box.top + 14, height - 4));
  }
}

function fillBelow(
  context: CanvasRenderingContext2D,
  { high }: Columns,
  box: Box,
  { y, color, stepPx }: { y: (value: number) => number; color: string; stepPx: number },
): void {
  context.fillStyle = color;
  for (let column = 0; column < high.length; column++) {
    const value = high[column] as number;
    if (Number.isNaN(value)) continue;
    const top = Math.min(y(value), box.top + box.height - 1);
    // a gap where the next step begins tells neighbours apart, when there is room for it
    const isEdge = stepPx > MIN_GAPPED_PX && high[column + 1] !== value;
    context.fillRect(box.left + column, top, isEdge ? 0.5 : 1, box.top + box.height - top);
  }
}

function strokeColumns(
  context: CanvasRenderingContext2D,
  { low, high }: Columns,
  left: number,
  y: (value: number) => number,
): void {
  context.beginPath();
  let open = false;
  for (let column = 0; column < low.length; column++) {
    const [bottom, top] = [low[column] as number, high[column] as number];
    if (Number.isNaN(bottom)) {
      open = false;
      continue;
    }
    const at = left + column + 0.5;
    if (open) context.lineTo(at, y(top));
    else context.moveTo(at, y(top));
    // a lone value still needs a visible mark
    context.lineTo(at, Math.max(y(bottom), y(top) + 1));
    open = true;
  }
  context.stroke();
}

const stylesOf = (theme: GrafanaTheme2) => ({
  chart: css({ position: 'relative', touchAction: 'none' }),
  canvas: css({
    display: 'block',
    cursor: 'crosshair',
    '&:focus-visible': { outline: `2px solid ${theme.colors.primary.main}` },
  }),
  swatch: css({ display: 'inline-block', width: 10, height: 3, verticalAlign: 'middle' }),
});
