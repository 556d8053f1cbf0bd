import { css } from '@emotion/css';
import { colorManipulator, dateTimeFormat, type GrafanaTheme2, type PanelProps } from '@grafana/data';
import { RadioButtonGroup, useStyles2, useTheme2 } from '@grafana/ui';
import { useEffect, useMemo, useRef, useState } from 'react';
import { PanelMessage } from '../../lib/PanelMessage';
import { type Density, densityOf, gridLevels } from './density';
import { type Constellation, readConstellations } from './frames';
import { type ConstellationOptions, DEFAULTS } from './options';

const HEADER_HEIGHT_PX = 36;
const MAX_SIDE = 512;
/** Above this the grid would hide the points. */
const MAX_GRID_LEVELS = 32;

export function ConstellationPanel({ data, width, height, options, timeZone }: PanelProps<ConstellationOptions>) {
  const styles = useStyles2(stylesOf);
  const { showGrid, extent } = { ...DEFAULTS, ...options };
  const result = useMemo(() => readConstellations(data.series), [data.series]);
  const [chosen, setChosen] = useState<string>();

  if (result.kind !== 'constellations') return <PanelMessage data={data} result={result} what="constellations" />;
  const newest = newestPerChannel(result.constellations);
  const shown = newest.find(({ id }) => id === chosen) ?? newest[0];
  if (!shown) return null;
  const side = Math.max(60, Math.min(width, height - HEADER_HEIGHT_PX));
  const time = shown.timeMs === undefined ? '' : dateTimeFormat(shown.timeMs, { timeZone });
  const order = shown.modulationOrder === undefined ? 'unknown modulation' : `${shown.modulationOrder}-QAM`;
  const mer = shown.merDb === undefined ? 'MER not known' : `MER ${shown.merDb.toFixed(1)} dB`;
  const points = shown.points.length / 2;
  return (
    <div style={{ width, height }} data-testid="plantgraph-constellation">
      <div className={styles.header}>
        <strong>{mer}</strong>
        <span>{order}</span>
        <span>{points.toLocaleString()} points</span>
        <span>{time}</span>
        {newest.length > 1 ? (
          <RadioButtonGroup
            size="sm"
            value={shown.id}
            options={newest.map(({ id, channelId }) => ({ label: `ch ${channelId}`, value: id }))}
            onChange={setChosen}
            aria-label="Channel"
          />
        ) : (
          <span>ch {shown.channelId}</span>
        )}
      </div>
      <Picture
        constellation={shown}
        side={side}
        extent={extent}
        showGrid={showGrid}
        label={`Constellation of channel ${shown.channelId}: ${order}, ${mer}, ${points} points`}
      />
    </div>
  );
}

function newestPerChannel(all: readonly Constellation[]): Constellation[] {
  const seen = new Set<string>();
  return all.filter(({ mac, channelId }) => {
    const key = `${mac} ${channelId}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function Picture({
  constellation,
  side,
  extent,
  showGrid,
  label,
}: {
  constellation: Constellation;
  side: number;
  extent: number;
  showGrid: boolean;
  label: string;
}) {
  const theme = useTheme2();
  const canvas = useRef<HTMLCanvasElement>(null);
  const density = useMemo(
    () =>
      densityOf(constellation.points, Math.min(MAX_SIDE, Math.round(side * (window.devicePixelRatio || 1))), extent),
    [constellation, side, extent],
  );
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    paint(context, density, theme);
    if (showGrid) paintGrid(context, density.side, extent, constellation.modulationOrder, theme);
  }, [density, extent, showGrid, constellation, theme]);
  return (
    <>
      <canvas
        ref={canvas}
        role="img"
        aria-label={label}
        width={density.side}
        height={density.side}
        style={{ width: side, height: side, display: 'block', margin: '0 auto' }}
      />
      {density.outside > 0 ? (
        <div style={{ textAlign: 'center' }}>{density.outside} points outside the picture</div>
      ) : null}
    </>
  );
}

/** One colour from faint to full by the logarithm of the count: single outliers stay visible beside dense clouds. */
function paint(context: CanvasRenderingContext2D, { side, counts, highest }: Density, theme: GrafanaTheme2): void {
  const image = context.createImageData(side, side);
  const ramp = [
    theme.visualization.getColorByName('blue'),
    theme.visualization.getColorByName('yellow'),
    theme.visualization.getColorByName('red'),
  ].map(channelsOf);
  const scale = Math.log1p(Math.max(1, highest));
  for (let at = 0; at < counts.length; at++) {
    const count = counts[at] as number;
    if (count === 0) continue;
    const level = (Math.log1p(count) / scale) * (ramp.length - 1);
    const lower = Math.min(ramp.length - 2, Math.floor(level));
    for (let channel = 0; channel < 3; channel++) {
      const [from, to] = [ramp[lower]?.[channel] ?? 0, ramp[lower + 1]?.[channel] ?? 0];
      image.data[4 * at + channel] = from + (to - from) * (level - lower);
    }
    image.data[4 * at + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

function channelsOf(color: string): [number, number, number] {
  const { values } = colorManipulator.decomposeColor(colorManipulator.asHexString(color));
  return [Number(values[0]), Number(values[1]), Number(values[2])];
}

function paintGrid(
  context: CanvasRenderingContext2D,
  side: number,
  extent: number,
  modulationOrder: number | undefined,
  theme: GrafanaTheme2,
): void {
  const at = (value: number) => ((value + extent) / (2 * extent)) * side;
  context.strokeStyle = theme.colors.border.medium;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(at(0), 0);
  context.lineTo(at(0), side);
  context.moveTo(0, at(0));
  context.lineTo(side, at(0));
  context.stroke();
  const levels = modulationOrder === undefined ? undefined : gridLevels(modulationOrder);
  if (!levels || levels.length > MAX_GRID_LEVELS) return;
  context.strokeStyle = theme.colors.text.secondary;
  const arm = Math.max(1.5, side / (levels.length * 12));
  context.beginPath();
  for (const real of levels) {
    for (const imaginary of levels) {
      const [x, y] = [at(real), at(-imaginary)];
      context.moveTo(x - arm, y);
      context.lineTo(x + arm, y);
      context.moveTo(x, y - arm);
      context.lineTo(x, y + arm);
    }
  }
  context.stroke();
}

const stylesOf = (theme: GrafanaTheme2) => ({
  header: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(0, 1.5),
    height: HEADER_HEIGHT_PX,
    overflow: 'hidden',
  }),
});
