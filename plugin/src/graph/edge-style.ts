import type { Band, GraphEdge } from './model';
import type { Palette } from './palette';

/** How a link is drawn. Colour is never alone: each band has a dash, each trouble a glyph. */
export interface EdgeStyle {
  color: string;
  width: number;
  dash: readonly number[];
  alpha: number;
  glyph: EdgeGlyph | undefined;
}

/** `down`: ✕; `blocked`: a bar across; `unknown`: ?; `stale`: a clock. */
export type EdgeGlyph = 'down' | 'blocked' | 'unknown' | 'stale';

export const BAND_DASH: Record<Band, readonly number[]> = {
  high: [],
  medium: [10, 5],
  low: [3, 4],
  unrated: [14, 3, 2, 3],
};

const BAND_WIDTH: Record<Band, number> = { high: 2, medium: 1.8, low: 1.6, unrated: 1.4 };

/** The worst thing there is to say of a link; down comes before not knowing, because the device said it. */
export function glyphOf(edge: GraphEdge): EdgeGlyph | undefined {
  if (edge.operStatus === 'down') return 'down';
  if (edge.state === 'unknown') return 'unknown';
  if (edge.state === 'stale') return 'stale';
  return edge.blocked ? 'blocked' : undefined;
}

export function edgeStyle(edge: GraphEdge, palette: Palette): EdgeStyle {
  const glyph = glyphOf(edge);
  const load = Math.min(1, Math.max(0, edge.loadRatio ?? 0));
  const base =
    edge.thickness === undefined
      ? BAND_WIDTH[edge.band]
      : Math.min(4, Math.max(1, edge.thickness * BAND_WIDTH[edge.band] * 0.6));
  const style: EdgeStyle = {
    color: edge.color ?? palette.bands[edge.band],
    width: base + 3 * load,
    dash: edge.dash ?? BAND_DASH[edge.band],
    alpha: 1,
    glyph,
  };
  switch (glyph) {
    case 'down':
      return { ...style, color: palette.down, width: Math.max(3.2, base), dash: [5, 5] };
    case 'unknown':
      return { ...style, color: palette.unknown, dash: [6, 6], alpha: 0.8 };
    case 'stale':
      return { ...style, alpha: 0.6 };
    case 'blocked':
      return { ...style, alpha: 0.55 };
    case undefined:
      return style;
  }
}

const METHOD_BADGES: Record<string, string> = { bridge: 'FDB', docsis: 'DOCSIS', isis: 'IS-IS' };

/** The method as it is written on the link. */
export const methodBadge = (method: string | undefined): string | undefined =>
  method === undefined ? undefined : (METHOD_BADGES[method] ?? method.toUpperCase());
