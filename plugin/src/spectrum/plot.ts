import type { GrafanaTheme2 } from '@grafana/data';
import type { Range, Stretch } from './series';
import { type Axis, roundTicks } from './ticks';

/** Where a picture lies on its canvas, in CSS pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Margins {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export const boxOf = (width: number, height: number, margins: Margins): Box => ({
  left: margins.left,
  top: margins.top,
  width: Math.max(20, width - margins.left - margins.right),
  height: Math.max(20, height - margins.top - margins.bottom),
});

/** Room for the names of stretches above a plot. */
export const STRETCH_HEIGHT_PX = 16;

/** Clears the canvas at the screen's resolution and sets the theme's type. */
export function prepare(
  context: CanvasRenderingContext2D,
  { width, height }: { width: number; height: number },
  theme: GrafanaTheme2,
): void {
  const ratio = window.devicePixelRatio || 1;
  context.canvas.width = Math.round(width * ratio);
  context.canvas.height = Math.round(height * ratio);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = `12px ${theme.typography.fontFamily}`;
}

export const xOf = (box: Box, range: Range, at: number): number =>
  box.left + ((at - range.from) / (range.to - range.from)) * box.width;

export function line(context: CanvasRenderingContext2D, fromX: number, fromY: number, toX: number, toY: number): void {
  context.beginPath();
  context.moveTo(fromX, fromY);
  context.lineTo(toX, toY);
  context.stroke();
}

/** Ticks below the plot, with grid lines where nothing else fills it. */
export function drawHorizontalAxis(
  context: CanvasRenderingContext2D,
  { box, range, axis, theme, hasGrid }: { box: Box; range: Range; axis: Axis; theme: GrafanaTheme2; hasGrid: boolean },
): void {
  context.strokeStyle = theme.colors.border.weak;
  context.fillStyle = theme.colors.text.secondary;
  context.lineWidth = 1;
  context.textBaseline = 'top';
  context.textAlign = 'center';
  const bottom = box.top + box.height;
  const right = box.left + box.width;
  const ticks = roundTicks(range.from / axis.perUnit, range.to / axis.perUnit, Math.max(2, box.width / 110));
  for (const tick of ticks) {
    const x = xOf(box, range, tick * axis.perUnit);
    line(context, x, hasGrid ? box.top : bottom, x, bottom + (hasGrid ? 0 : 4));
    const text = `${tick} ${axis.unit}`;
    const half = context.measureText(text).width / 2;
    context.fillText(text, Math.min(Math.max(x, box.left + half - 20), right + 8 - half), bottom + 6);
  }
  if (!axis.also) return;
  const { also } = axis;
  const alsoTicks = roundTicks(range.from * also.perValue, range.to * also.perValue, Math.max(2, box.width / 110));
  for (const tick of alsoTicks) {
    const text = `${tick} ${also.unit}`;
    const half = context.measureText(text).width / 2;
    const x = xOf(box, range, tick / also.perValue);
    context.fillText(text, Math.min(Math.max(x, box.left + half - 20), right + 8 - half), bottom + 22);
  }
}

/** Ticks left of the plot, with grid lines. */
export function drawVerticalAxis(
  context: CanvasRenderingContext2D,
  { box, range, unit, theme }: { box: Box; range: Range; unit: string; theme: GrafanaTheme2 },
): void {
  context.strokeStyle = theme.colors.border.weak;
  context.fillStyle = theme.colors.text.secondary;
  context.lineWidth = 1;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (const tick of roundTicks(range.from, range.to, Math.max(2, box.height / 40))) {
    const y = box.top + ((range.to - tick) / (range.to - range.from)) * box.height;
    line(context, box.left, y, box.left + box.width, y);
    context.fillText(`${tick} ${unit}`, box.left - 6, y);
  }
}

/** Named stretches, the most telling first: a bar above the plot; below it a tint, or only its edges where colours carry values. */
export function drawStretches(
  context: CanvasRenderingContext2D,
  { box, range, stretches, isTinted }: { box: Box; range: Range; stretches: readonly Stretch[]; isTinted: boolean },
): void {
  context.textBaseline = 'bottom';
  context.textAlign = 'left';
  const taken: { left: number; right: number }[] = [];
  for (const { from, to, label, color } of stretches) {
    if (to < range.from || from > range.to) continue;
    const left = Math.max(box.left, xOf(box, range, from));
    const right = Math.min(box.left + box.width, Math.max(left + 2, xOf(box, range, to)));
    context.fillStyle = color;
    context.fillRect(left, box.top - 4, right - left, 3);
    if (isTinted) {
      context.globalAlpha = 0.12;
      context.fillRect(left, box.top, right - left, box.height);
      context.globalAlpha = 1;
    } else {
      context.strokeStyle = color;
      context.lineWidth = 1;
      context.setLineDash([4, 4]);
      line(context, left - 0.5, box.top, left - 0.5, box.top + box.height);
      line(context, right + 0.5, box.top, right + 0.5, box.top + box.height);
      context.setLineDash([]);
    }
    const width = context.measureText(label).width;
    const at = Math.max(box.left, Math.min((left + right - width) / 2, box.left + box.width - width));
    // names over each other say nothing; the first ones count, the cursor names each
    if (taken.some((other) => at < other.right && at + width > other.left)) continue;
    context.fillText(label, at, box.top - 5);
    taken.push({ left: at - 8, right: at + width + 8 });
  }
}
