import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import { ChartOverlay } from './ChartOverlay';
import { type ColorScale, type Domain, lookupOf } from './color-scale';
import { hatchOf } from './hatch';
import { type HeatRow, paintHeat } from './heat';
import { type Box, boxOf, drawHorizontalAxis, drawStretches, prepare, STRETCH_HEIGHT_PX, xOf } from './plot';
import { columnsFor, covers, type Range, rangeOf, type Stretch, valueAt } from './series';
import { type Axis, formatAt, FREQUENCY_AXIS } from './ticks';
import { useAxisView } from './useAxisView';

interface Props {
  /** From top to bottom. */
  rows: readonly HeatRow[];
  /** What the top and the bottom edge stand for, in the rows' own unit. */
  vertical: { readonly top: number; readonly bottom: number };
  /** Labels left of the plot; without any each row's own label is written where there is room. */
  ticks?: readonly { readonly at: number; readonly text: string }[];
  labelWidth: number;
  scale: ColorScale;
  domain: Domain;
  stretches?: readonly Stretch[];
  axis?: Axis;
  width: number;
  height: number;
  unit: string;
  label: string;
  onSelect?: (row: HeatRow) => void;
}

const NONE: readonly never[] = [];
const EMPTY_RANGE: Range = { from: 0, to: 1 };
const MIN_LABEL_PX = 13;
const MIN_SEPARATED_PX = 6;
const NOTE_WIDTH_PX = 74;

/** Rows of values as colours over one axis, not measured hatched: drag to zoom, arrows move cursor and row. */
export function HeatMap(props: Props) {
  const { rows, vertical, ticks, labelWidth, scale, domain, stretches = NONE, axis = FREQUENCY_AXIS } = props;
  const { width, height, unit, label, onSelect } = props;
  const theme = useTheme2();
  const styles = useStyles2(stylesOf);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [picked, setPicked] = useState<number>();
  const whole = useMemo(() => rangeOf(rows) ?? EMPTY_RANGE, [rows]);
  const hasNotes = rows.some(({ note }) => note !== undefined);
  const hasStretches = stretches.length > 0;
  const box = useMemo(
    () =>
      boxOf(width, height, {
        left: labelWidth,
        right: hasNotes ? NOTE_WIDTH_PX : 12,
        top: hasStretches ? STRETCH_HEIGHT_PX + 6 : 6,
        bottom: 24,
      }),
    [width, height, labelWidth, hasNotes, hasStretches],
  );
  const view = useAxisView(whole, box, rows[0]?.step ?? 1);
  const { range, cursor } = view;
  const image = useRaster({ rows, range, scale, domain, columnCount: Math.max(1, Math.round(box.width)) });

  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    prepare(context, { width, height }, theme);
    drawHorizontalAxis(context, { box, range, axis, theme, hasGrid: false });
    drawRows(context, { box, range, rows, vertical, image, theme });
    if (hasStretches) drawStretches(context, { box, range, stretches, isTinted: false });
    drawLabels(context, { box, rows, vertical, ticks, theme });
  }, [box, range, rows, vertical, ticks, image, stretches, hasStretches, axis, theme, width, height]);

  const toY = (at: number) => yOf(box, vertical, at);
  const onPointerMove = (event: PointerEvent) => {
    view.pointer.onPointerMove(event);
    const y = event.clientY - event.currentTarget.getBoundingClientRect().top;
    const found = rows.findIndex(({ from, to }) => {
      const [a, b] = [toY(from), toY(to)];
      return y >= Math.min(a, b) && y < Math.max(a, b);
    });
    setPicked(found < 0 ? undefined : found);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (view.onKey(event)) return;
    const move = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (move !== undefined) {
      event.preventDefault();
      setPicked(nextRow(rows, picked, move));
    } else if (event.key === 'Enter' && row) {
      onSelect?.(row);
    }
  };
  const row = rowAt(rows, picked, cursor);
  const edges = row ? [toY(row.from), toY(row.to)].sort((a, b) => a - b) : undefined;
  const here = cursor === undefined ? [] : stretches.filter(({ from, to }) => from <= cursor && cursor <= to);
  return (
    <div className={styles.chart} style={{ width, height }}>
      <canvas
        ref={canvas}
        className={styles.canvas}
        style={{ width, height }}
        role="img"
        aria-label={`${label}. Left and right move the cursor, up and down the row, plus and minus zoom, 0 shows everything${onSelect ? ', Enter opens the row' : ''}.`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        {...view.pointer}
        onPointerMove={onPointerMove}
        onPointerUp={(event) => {
          if (row && !view.selection) onSelect?.(row);
          view.pointer.onPointerUp(event);
        }}
        onPointerLeave={() => {
          view.pointer.onPointerLeave();
          setPicked(undefined);
        }}
      />
      {edges ? (
        <div
          className={styles.row}
          style={{
            left: box.left,
            width: box.width,
            top: (edges[0] as number) - 1,
            height: (edges[1] as number) - (edges[0] as number) + 2,
          }}
        />
      ) : null}
      <ChartOverlay view={view} box={box} width={width} readoutTop={readoutTopOf(edges, box)}>
        {cursor === undefined ? null : (
          <>
            <strong>{formatAt(axis, cursor)}</strong>
            {row ? (
              <>
                <div>{row.label}</div>
                <div>{reading(row, cursor, unit)}</div>
                {row.details.map((detail) => (
                  <div key={detail}>{detail}</div>
                ))}
              </>
            ) : (
              <div>no capture here</div>
            )}
            {here.map(({ from, label: name, detail }) => (
              <div key={`${name}${from}`}>▬ {detail ?? name}</div>
            ))}
          </>
        )}
      </ChartOverlay>
    </div>
  );
}

/** Rows of one place lie beside each other on the axis (channels of one modem): the one below the cursor counts. */
function rowAt(rows: readonly HeatRow[], picked: number | undefined, cursor: number | undefined): HeatRow | undefined {
  const row = picked === undefined ? undefined : rows[picked];
  if (!row || cursor === undefined) return row;
  return rows.find((other) => other.from === row.from && covers(other, cursor)) ?? row;
}

/** Below a row of the upper half, at the top for one of the lower half: the readout does not hide what it reads. */
function readoutTopOf(edges: readonly number[] | undefined, box: Box): number {
  const [, bottom = 0] = edges ?? [];
  return edges && bottom < box.top + box.height / 2 ? bottom + 6 : box.top + 4;
}

function nextRow(rows: readonly HeatRow[], picked: number | undefined, move: number): number {
  if (picked === undefined) return move > 0 ? 0 : rows.length - 1;
  let next = picked + move;
  while (rows[next] && rows[next]?.from === rows[picked]?.from) next += move;
  return rows[next] ? next : picked;
}

function reading(row: HeatRow, at: number, unit: string): string {
  const value = valueAt(row, at);
  if (value === undefined) return covers(row, at) ? 'not measured' : 'outside of this channel';
  const above = row.reference === undefined ? '' : ` (${signed(value - row.reference)} ${unit} to required)`;
  return `${value.toFixed(2)} ${unit}${above}`;
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;

const yOf = (box: Box, { top, bottom }: Props['vertical'], at: number): number =>
  box.top + ((at - top) / (bottom - top)) * box.height;

/** The rows as a picture of one line each; painted anew only when values, zoom or colours change. */
function useRaster({
  rows,
  range,
  scale,
  domain,
  columnCount,
}: Pick<Props, 'rows' | 'scale' | 'domain'> & { range: Range; columnCount: number }): HTMLCanvasElement {
  const columns = useMemo(() => columnsFor(columnCount), [columnCount]);
  const lookup = useMemo(() => lookupOf(scale, domain), [scale, domain]);
  return useMemo(() => {
    const image = document.createElement('canvas');
    image.width = columnCount;
    image.height = Math.max(1, rows.length);
    const context = image.getContext('2d');
    if (!context || rows.length === 0) return image;
    const data = context.createImageData(image.width, image.height);
    paintHeat(rows, { range, columns, lookup, domain, pixels: new Uint32Array(data.data.buffer) });
    context.putImageData(data, 0, 0);
    return image;
  }, [rows, range, columns, lookup, domain, columnCount]);
}

function drawRows(
  context: CanvasRenderingContext2D,
  {
    box,
    range,
    rows,
    vertical,
    image,
    theme,
  }: Pick<Props, 'rows' | 'vertical'> & { box: Box; range: Range; image: HTMLCanvasElement; theme: GrafanaTheme2 },
): void {
  const hatch = hatchOf(context, theme);
  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.width, box.height);
  context.clip();
  context.imageSmoothingEnabled = false;
  rows.forEach((row, index) => {
    const edges = [yOf(box, vertical, row.from), yOf(box, vertical, row.to)].sort((a, b) => a - b);
    const top = Math.round(edges[0] as number);
    const height = Math.max(1, Math.round(edges[1] as number) - top);
    // a hair of background keeps rows of a list apart where there is room
    const drawn = row.note && height >= MIN_SEPARATED_PX ? height - 1 : height;
    const left = xOf(box, range, row.start - row.step / 2);
    const right = xOf(box, range, row.start + (row.values.length - 0.5) * row.step);
    context.fillStyle = hatch;
    context.fillRect(left, top, right - left, drawn);
    context.drawImage(image, 0, index, image.width, 1, box.left, top, box.width, drawn);
  });
  context.restore();
}

function drawLabels(
  context: CanvasRenderingContext2D,
  {
    box,
    rows,
    vertical,
    ticks,
    theme,
  }: Pick<Props, 'rows' | 'vertical' | 'ticks'> & { box: Box; theme: GrafanaTheme2 },
): void {
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  context.fillStyle = theme.colors.text.secondary;
  for (const { at, text } of ticks ?? []) context.fillText(text, box.left - 8, yOf(box, vertical, at));
  let free = -Infinity;
  for (const row of rows) {
    const middle = yOf(box, vertical, (row.from + row.to) / 2);
    if (middle - free < MIN_LABEL_PX) continue;
    free = middle;
    if (!ticks) {
      context.textAlign = 'right';
      context.fillStyle = theme.colors.text.secondary;
      context.fillText(row.label, box.left - 8, middle);
    }
    if (row.note) {
      context.textAlign = 'left';
      context.fillStyle = row.note.isBad ? theme.colors.error.text : theme.colors.text.secondary;
      context.fillText(row.note.text, box.left + box.width + 6, middle);
    }
  }
}

const stylesOf = (theme: GrafanaTheme2) => ({
  chart: css({ position: 'relative', touchAction: 'none' }),
  canvas: css({
    display: 'block',
    cursor: 'crosshair',
    '&:focus-visible': { outline: `2px solid ${theme.colors.primary.main}` },
  }),
  row: css({ position: 'absolute', border: `1px solid ${theme.colors.text.primary}`, pointerEvents: 'none' }),
});
