import type { GrafanaTheme2 } from '@grafana/data';

const TILE_PX = 6;

/** Diagonal lines: what was not measured must not look like any value. */
export function hatchOf(context: CanvasRenderingContext2D, theme: GrafanaTheme2): CanvasPattern | string {
  const tile = document.createElement('canvas');
  tile.width = tile.height = TILE_PX;
  const pen = tile.getContext('2d');
  if (!pen) return theme.colors.background.secondary;
  pen.fillStyle = theme.colors.background.secondary;
  pen.fillRect(0, 0, TILE_PX, TILE_PX);
  pen.strokeStyle = theme.colors.text.disabled;
  pen.lineWidth = 1;
  pen.beginPath();
  for (const shift of [-TILE_PX, 0, TILE_PX]) {
    pen.moveTo(shift, TILE_PX);
    pen.lineTo(shift + TILE_PX, 0);
  }
  pen.stroke();
  return context.createPattern(tile, 'repeat') ?? theme.colors.background.secondary;
}

/** The same as a CSS background, for legends. */
export const hatchCss = (theme: GrafanaTheme2): string =>
  `repeating-linear-gradient(-45deg, ${theme.colors.background.secondary} 0 3px, ${theme.colors.text.disabled} 3px 4px)`;
