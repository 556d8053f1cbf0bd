import type { GrafanaTheme2 } from '@grafana/data';
import { hatchOf } from '../../spectrum/hatch';
import { type Box, line, xOf } from '../../spectrum/plot';
import type { Range } from '../../spectrum/series';
import { type Buckets, powerText } from './buckets';

/** The ratio's axis: 1 at the top, this power of ten at the bottom, and below it a strip for none at all. */
const LOWEST_POWER = -8;
const ZERO_STRIP_PX = 8;
const TITLE_PX = 18;

export interface LaneColors {
  readonly corrected: string;
  readonly uncorrectable: string;
}

export interface Lane {
  /** Of the whole lane, its title included. */
  readonly box: Box;
  readonly title: string;
  readonly summary: string;
  readonly isBad: boolean;
  readonly buckets: Buckets;
}

/** One profile: corrected codewords as a line, uncorrectable ones as bars, both as a share of all on a logarithmic axis. */
export function drawLane(
  context: CanvasRenderingContext2D,
  lane: Lane,
  how: { range: Range; minCodewords: number; showCorrected: boolean; colors: LaneColors; theme: GrafanaTheme2 },
): void {
  const { box, title, summary, isBad, buckets } = lane;
  const { range, minCodewords, showCorrected, colors, theme } = how;
  const plot: Box = { ...box, top: box.top + TITLE_PX, height: Math.max(20, box.height - TITLE_PX - 4) };
  const bottom = plot.top + plot.height;
  const y = (ratio: number) =>
    plot.top + (Math.min(-LOWEST_POWER, -Math.log10(ratio)) / -LOWEST_POWER) * (plot.height - ZERO_STRIP_PX);
  drawTitle(context, { box, title, summary, isBad, theme });
  drawRatioAxis(context, { plot, y, theme });

  const hatch = hatchOf(context, theme);
  const { startMs, stepMs, total, corrected, uncorrectable, intervals } = buckets;
  context.save();
  context.beginPath();
  context.rect(plot.left, plot.top - 1, plot.width, plot.height + 1);
  context.clip();
  const left = (bucket: number) => xOf(plot, range, startMs + bucket * stepMs);
  for (let bucket = 0; bucket < total.length; bucket++) {
    if (intervals[bucket] === 0) continue;
    const [x, count] = [left(bucket), total[bucket] as number];
    const width = Math.max(1, left(bucket + 1) - x);
    if (count < minCodewords) {
      context.fillStyle = hatch;
      context.fillRect(x, plot.top, width + 0.5, plot.height);
    }
    const errors = uncorrectable[bucket] as number;
    context.fillStyle = errors > 0 ? colors.uncorrectable : theme.colors.border.medium;
    const top = errors > 0 ? y(errors / count) : bottom - 2;
    context.fillRect(x, top, width > 3 ? width - 1 : width, bottom - top);
  }
  if (showCorrected)
    strokeCorrected(context, { buckets: { total, corrected, intervals }, left, y, bottom, color: colors.corrected });
  context.restore();
}

function strokeCorrected(
  context: CanvasRenderingContext2D,
  {
    buckets: { total, corrected, intervals },
    left,
    y,
    bottom,
    color,
  }: {
    buckets: Pick<Buckets, 'total' | 'corrected' | 'intervals'>;
    left: (bucket: number) => number;
    y: (ratio: number) => number;
    bottom: number;
    color: string;
  },
): void {
  context.strokeStyle = color;
  context.lineWidth = 1.5;
  context.beginPath();
  let isOpen = false;
  for (let bucket = 0; bucket < total.length; bucket++) {
    const [count, fixed] = [total[bucket] as number, corrected[bucket] as number];
    if (intervals[bucket] === 0 || count === 0 || Number.isNaN(fixed)) {
      isOpen = false;
      continue;
    }
    const height = fixed > 0 ? y(fixed / count) : bottom - 4;
    if (isOpen) context.lineTo(left(bucket), height);
    else context.moveTo(left(bucket), height);
    context.lineTo(left(bucket + 1), height);
    isOpen = true;
  }
  context.stroke();
}

function drawTitle(
  context: CanvasRenderingContext2D,
  { box, title, summary, isBad, theme }: Pick<Lane, 'box' | 'title' | 'summary' | 'isBad'> & { theme: GrafanaTheme2 },
): void {
  context.textBaseline = 'top';
  context.textAlign = 'left';
  context.fillStyle = theme.colors.text.primary;
  context.fillText(title, box.left, box.top);
  const titleWidth = context.measureText(title).width;
  context.fillStyle = isBad ? theme.colors.error.text : theme.colors.text.secondary;
  context.fillText(`${isBad ? '▼ ' : ''}${summary}`, box.left + titleWidth + 14, box.top);
}

function drawRatioAxis(
  context: CanvasRenderingContext2D,
  { plot, y, theme }: { plot: Box; y: (ratio: number) => number; theme: GrafanaTheme2 },
): void {
  context.strokeStyle = theme.colors.border.weak;
  context.fillStyle = theme.colors.text.secondary;
  context.lineWidth = 1;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  const step = plot.height > 110 ? 2 : plot.height > 70 ? 4 : 8;
  for (let power = 0; power >= LOWEST_POWER; power -= step) {
    line(context, plot.left, y(10 ** power), plot.left + plot.width, y(10 ** power));
    // the strip below has its own name
    const isCrowded = power === LOWEST_POWER && plot.height < 160;
    context.textBaseline = power === 0 ? 'top' : 'middle';
    if (!isCrowded)
      context.fillText(power === 0 ? '1' : powerText(power), plot.left - 6, y(10 ** power) - (power === 0 ? 3 : 0));
  }
  context.textBaseline = 'bottom';
  context.fillText('none', plot.left - 6, plot.top + plot.height + 2);
}
