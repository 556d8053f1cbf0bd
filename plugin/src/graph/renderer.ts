import { type Camera, type Size, toScreen } from './camera';
import { type EdgeStyle, edgeStyle, methodBadge } from './edge-style';
import { drawGroupBadge, drawNode, ringColor } from './node-drawing';
import { BoxGrid, fitText, type LabelPlace, placeLabels } from './labels';
import type { Point } from './model';
import type { Palette } from './palette';
import { type Scene, type SceneEdge, type SceneNode, type Target } from './scene';

/** Below this radius (CSS pixels) a node is a dot and a link a hairline: shape and glyphs would only blur. */
const DOT_RADIUS_PX = 5;
/** Shortest visible piece of a link that carries a glyph. */
const GLYPH_LENGTH_PX = 26;
/** From here on a link says its method, if there is room. */
const BADGE_ZOOM = 0.38;
/** A blocked link is no fault: from afar it is drawn pale and not marked. */
const BLOCKED_ZOOM = 0.15;
const BADGE_HEIGHT_PX = 16;
/** Where on its link a badge may sit, best first. */
const BADGE_PLACES = [0.5, 0.36, 0.64, 0.24, 0.76];
/** Longer paths are slower than several short ones. */
const CHUNK = 200;
const DIMMED = 0.16;

export interface Emphasis {
  selected: Target | undefined;
  hovered: Target | undefined;
  /** The node that has the keyboard. */
  focused: string | undefined;
  /** Nodes and links that stay bright while the others are dimmed; undefined: all. */
  bright: ReadonlySet<string> | undefined;
}

export interface DrawOptions {
  badges: 'auto' | 'always' | 'never';
}

/** Links of one style, so that they are stroked together. */
interface Bucket {
  style: EdgeStyle;
  edges: SceneEdge[];
}

/** What does not change while the camera moves. */
export interface DrawList {
  scene: Scene;
  palette: Palette;
  buckets: Bucket[];
  styles: ReadonlyMap<string, EdgeStyle>;
  /** Links in the order in which they get a badge. */
  marked: SceneEdge[];
  /** Most important first: who gets a label when there is no room for all. */
  byImportance: SceneNode[];
}

export function prepare(scene: Scene, palette: Palette): DrawList {
  const buckets = new Map<string, Bucket>();
  const styles = new Map<string, EdgeStyle>();
  for (const edge of scene.edges) {
    const style = edgeStyle(edge.edge, palette);
    const width = Math.round(style.width * 4) / 4;
    const key = [style.color, width, style.dash.join(), style.alpha].join('|');
    styles.set(edge.edge.id, style);
    const bucket = buckets.get(key);
    if (bucket) bucket.edges.push(edge);
    else buckets.set(key, { style: { ...style, width }, edges: [edge] });
  }
  const rank = ({ edge }: SceneEdge): number =>
    (styles.get(edge.id)?.glyph ? 2 : 0) + (edge.band === 'high' ? 0 : 1) + Math.min(1, edge.loadRatio ?? 0);
  const importance = ({ node, degree, radius, group }: SceneNode): number =>
    (node.status === 'down' ? 1e6 : 0) + radius * 1000 + degree * 10 + (group?.leaves.length ?? 0);
  return {
    scene,
    palette,
    // Red over yellow over green where they cross.
    buckets: [...buckets.values()].sort((a, b) => a.style.width - b.style.width),
    styles,
    marked: [...scene.edges].sort((a, b) => rank(b) - rank(a)),
    byImportance: [...scene.nodes].sort((a, b) => importance(b) - importance(a) || (a.node.id < b.node.id ? -1 : 1)),
  };
}

export interface View {
  camera: Camera;
  size: Size;
  devicePixelRatio: number;
}

/** One frame. Coordinates are computed here, not by the context, so that a stroke's width is in CSS pixels. */
export function draw(
  context: CanvasRenderingContext2D,
  list: DrawList,
  view: View,
  emphasis: Emphasis,
  options: DrawOptions,
): void {
  const { camera, size, devicePixelRatio } = view;
  context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  context.globalAlpha = 1;
  context.clearRect(0, 0, size.width, size.height);
  context.lineCap = 'butt';
  context.lineJoin = 'round';

  const { bright } = emphasis;
  if (bright) {
    drawLinks(context, list, view, DIMMED, (id) => !bright.has(id));
    drawLinks(context, list, view, 1, (id) => bright.has(id));
  } else {
    drawLinks(context, list, view, 1, () => true);
  }
  drawEmphasisedLinks(context, list, view, emphasis);
  const visible = visibleNodes(list.scene.nodes, view);
  const taken = new BoxGrid();
  const area = { camera, size };
  const labels = placeLabels(context, list.byImportance, visible, area, emphasis, list.palette.fontFamily, taken);
  if (options.badges !== 'never') drawLinkMarks(context, list, view, taken, emphasis, options);
  const shaped = drawDots(context, visible, list, view, emphasis);
  for (const node of shaped) {
    context.globalAlpha = bright && !bright.has(node.node.id) ? DIMMED : 1;
    drawNode(context, node, placed(node, view), list.palette, marksOf(node, emphasis));
  }
  for (const node of visible) {
    if (!node.group || node.radius * camera.zoom < DOT_RADIUS_PX) continue;
    context.globalAlpha = bright && !bright.has(node.node.id) ? DIMMED : 1;
    drawGroupBadge(context, node, placed(node, view), list.palette);
  }
  context.globalAlpha = 1;
  drawLabels(context, labels, list.palette, bright);
}

const placed = (node: SceneNode, { camera, size }: View) => ({
  ...toScreen(camera, size, node),
  radius: Math.max(2, node.radius * camera.zoom),
  isDot: node.radius * camera.zoom < DOT_RADIUS_PX,
});

/** Plain dots of one colour in one path; answers with the nodes that need a shape of their own. */
function drawDots(
  context: CanvasRenderingContext2D,
  visible: readonly SceneNode[],
  list: DrawList,
  view: View,
  emphasis: Emphasis,
): readonly SceneNode[] {
  const { camera, size } = view;
  const shaped: SceneNode[] = [];
  const dots = new Map<string, SceneNode[]>();
  for (const node of visible) {
    const { selected, hovered, focused } = marksOf(node, emphasis);
    const isDot = node.radius * camera.zoom < DOT_RADIUS_PX;
    if (!isDot || emphasis.bright || selected || hovered || focused || node.node.status === 'down') {
      shaped.push(node);
      continue;
    }
    const color = ringColor(node.node, list.palette);
    const same = dots.get(color);
    if (same) same.push(node);
    else dots.set(color, [node]);
  }
  for (const [color, same] of dots) {
    context.fillStyle = color;
    for (let from = 0; from < same.length; from += CHUNK) {
      context.beginPath();
      for (const node of same.slice(from, from + CHUNK)) {
        const x = (node.x - camera.x) * camera.zoom + size.width / 2;
        const y = (node.y - camera.y) * camera.zoom + size.height / 2;
        const radius = Math.max(1.6, node.radius * camera.zoom);
        if (radius < 3) context.rect(x - radius, y - radius, 2 * radius, 2 * radius);
        else {
          context.moveTo(x + radius, y);
          context.arc(x, y, radius, 0, 2 * Math.PI);
        }
      }
      context.fill();
    }
  }
  return shaped;
}

const marksOf = ({ node }: SceneNode, { selected, hovered, focused }: Emphasis) => ({
  selected: selected?.kind === 'node' && selected.id === node.id,
  hovered: hovered?.kind !== 'edge' && hovered?.id === node.id,
  focused: focused === node.id,
});

function visibleNodes(nodes: readonly SceneNode[], { camera, size }: View): SceneNode[] {
  const margin = 40 / camera.zoom;
  const halfWidth = size.width / 2 / camera.zoom + margin;
  const halfHeight = size.height / 2 / camera.zoom + margin;
  return nodes.filter(({ x, y }) => Math.abs(x - camera.x) <= halfWidth && Math.abs(y - camera.y) <= halfHeight);
}

function isSeen({ ax, ay, bx, by }: SceneEdge, { camera, size }: View): boolean {
  const halfWidth = size.width / 2 / camera.zoom;
  const halfHeight = size.height / 2 / camera.zoom;
  return !(
    Math.max(ax, bx) < camera.x - halfWidth ||
    Math.min(ax, bx) > camera.x + halfWidth ||
    Math.max(ay, by) < camera.y - halfHeight ||
    Math.min(ay, by) > camera.y + halfHeight
  );
}

/** Widths below one device pixel are drawn ten times faster than ones just above it. */
const strokeWidth = (style: EdgeStyle, { camera, devicePixelRatio }: View): number => {
  const width = style.width * Math.min(1.5, Math.max(0.35, camera.zoom * 1.4));
  return width * devicePixelRatio < 1.2 ? 0.98 / devicePixelRatio : width;
};

function drawLinks(
  context: CanvasRenderingContext2D,
  list: DrawList,
  view: View,
  alpha: number,
  isTaken: (id: string) => boolean,
): void {
  const { camera, size } = view;
  const isFar = 19 * camera.zoom < DOT_RADIUS_PX;
  for (const { style, edges } of list.buckets) {
    context.strokeStyle = style.color;
    context.globalAlpha = style.alpha * alpha;
    // A fault stays wide however far away: it is what one looks for.
    context.lineWidth = isFar && style.glyph === 'down' ? 2 : strokeWidth(style, view);
    context.setLineDash(isFar ? [] : style.dash.map((length) => length * Math.min(1.4, Math.max(0.6, camera.zoom))));
    let pending = 0;
    context.beginPath();
    for (const edge of edges) {
      if (!isTaken(edge.edge.id) || !isSeen(edge, view)) continue;
      context.moveTo(
        (edge.ax - camera.x) * camera.zoom + size.width / 2,
        (edge.ay - camera.y) * camera.zoom + size.height / 2,
      );
      context.lineTo(
        (edge.bx - camera.x) * camera.zoom + size.width / 2,
        (edge.by - camera.y) * camera.zoom + size.height / 2,
      );
      pending++;
      if (pending === CHUNK) {
        context.stroke();
        context.beginPath();
        pending = 0;
      }
    }
    if (pending > 0) context.stroke();
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

const isAbout = (target: Target | undefined, edge: SceneEdge): boolean =>
  target?.kind === 'edge' && target.id === edge.edge.id;

function drawEmphasisedLinks(context: CanvasRenderingContext2D, list: DrawList, view: View, emphasis: Emphasis): void {
  const { selected, hovered } = emphasis;
  if (selected?.kind !== 'edge' && hovered?.kind !== 'edge') return;
  for (const edge of list.scene.edges) {
    const isSelected = isAbout(selected, edge);
    if (!isSelected && !isAbout(hovered, edge)) continue;
    const a = toScreen(view.camera, view.size, { x: edge.ax, y: edge.ay });
    const b = toScreen(view.camera, view.size, { x: edge.bx, y: edge.by });
    context.strokeStyle = list.palette.focus;
    context.globalAlpha = isSelected ? 0.55 : 0.3;
    context.lineWidth = 9;
    context.beginPath();
    context.moveTo(a.x, a.y);
    context.lineTo(b.x, b.y);
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** The part of a link that lies between its nodes, in CSS pixels. */
function spanOf(edge: SceneEdge, { camera, size }: View): { a: Point; b: Point; length: number; angle: number } {
  const from = toScreen(camera, size, { x: edge.ax, y: edge.ay });
  const to = toScreen(camera, size, { x: edge.bx, y: edge.by });
  const whole = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const start = Math.min(0.5, (edge.source.radius * camera.zoom) / whole);
  const end = Math.max(0.5, 1 - (edge.target.radius * camera.zoom) / whole);
  const at = (share: number): Point => ({ x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share });
  return { a: at(start), b: at(end), length: (end - start) * whole, angle: Math.atan2(to.y - from.y, to.x - from.x) };
}

/** Badges where they cover no node and no other badge, trouble first; trouble without room is a glyph. */
function drawLinkMarks(
  context: CanvasRenderingContext2D,
  list: DrawList,
  view: View,
  taken: BoxGrid,
  emphasis: Emphasis,
  { badges }: DrawOptions,
): void {
  const { camera } = view;
  const isFar = camera.zoom < BADGE_ZOOM && badges !== 'always';
  for (const edge of list.marked) {
    const style = list.styles.get(edge.edge.id);
    if (!style || !isSeen(edge, view)) continue;
    const isMeant = isAbout(emphasis.selected, edge) || isAbout(emphasis.hovered, edge);
    if (isFar && !isMeant && (!style.glyph || (style.glyph === 'blocked' && camera.zoom < BLOCKED_ZOOM))) continue;
    const { a, b, length, angle } = spanOf(edge, view);
    context.globalAlpha = emphasis.bright && !emphasis.bright.has(edge.edge.id) ? DIMMED : 1;
    if (isMeant || !isFar) {
      const text = badgeText(edge, style);
      const width = badgeWidth(context, text, list.palette);
      // Marks of parallel links stand beside each other, not on top of each other.
      const shift = edge.lanes > 1 ? (edge.lane + 0.5) / edge.lanes - 0.5 : 0;
      const place = BADGE_PLACES.map((share) => pointOn(a, b, share + shift * 0.6)).find(
        ({ x, y }) => length >= width * 0.6 && taken.isFree(badgeBox(x, y, width)),
      );
      const at = place ?? (isMeant ? pointOn(a, b, 0.5) : undefined);
      if (at) {
        taken.add(badgeBox(at.x, at.y, width));
        drawBadge(context, edge, style, { ...at, width, text }, list.palette);
        continue;
      }
    }
    if (style.glyph && length >= GLYPH_LENGTH_PX) {
      const at = pointOn(a, b, 0.5);
      taken.add({ left: at.x - 8, right: at.x + 8, top: at.y - 8, bottom: at.y + 8 });
      drawGlyph(context, style, at, list.palette, angle);
    }
  }
  context.globalAlpha = 1;
}

const pointOn = (a: Point, b: Point, share: number): Point => ({
  x: a.x + (b.x - a.x) * share,
  y: a.y + (b.y - a.y) * share,
});

const badgeBox = (x: number, y: number, width: number) => ({
  left: x - width / 2 - 2,
  right: x + width / 2 + 2,
  top: y - BADGE_HEIGHT_PX / 2 - 1,
  bottom: y + BADGE_HEIGHT_PX / 2 + 1,
});

const GLYPH_TEXT = { down: '✕', unknown: '?', stale: '◷', blocked: '⊘' } as const;

function drawGlyph(
  context: CanvasRenderingContext2D,
  { glyph, color }: EdgeStyle,
  { x, y }: { x: number; y: number },
  palette: Palette,
  angle: number,
): void {
  if (!glyph) return;
  context.beginPath();
  context.arc(x, y, 7.5, 0, 2 * Math.PI);
  context.fillStyle = palette.background;
  context.fill();
  context.strokeStyle = color;
  context.lineWidth = 1.5;
  if (glyph === 'blocked') {
    // Two bars across the line, as spanning tree diagrams have it.
    const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
    context.beginPath();
    for (const shift of [-2, 2]) {
      context.moveTo(x + dx * shift - dy * 6, y + dy * shift + dx * 6);
      context.lineTo(x + dx * shift + dy * 6, y + dy * shift - dx * 6);
    }
    context.lineWidth = 2;
    context.stroke();
    return;
  }
  context.stroke();
  context.fillStyle = glyph === 'down' ? color : palette.text;
  context.font = `bold 10px ${palette.fontFamily}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(GLYPH_TEXT[glyph], x, y + 0.5);
}

const badgeFont = (palette: Palette): string => `500 10px ${palette.fontFamily}`;

/** The method, cables of an aggregate, trouble, load. */
function badgeText({ edge }: SceneEdge, { glyph }: EdgeStyle): string {
  const method = methodBadge(edge.method) ?? edge.mainStat ?? edge.confidenceText;
  const aggregate = edge.memberCount !== undefined && edge.memberCount > 1 ? ` ×${edge.memberCount}` : '';
  const trouble = glyph ? `${GLYPH_TEXT[glyph]} ` : '';
  const load = edge.loadText === undefined || glyph === 'down' ? '' : `  ${edge.loadText}`;
  return `${trouble}${method}${aggregate}${load}`;
}

const badgeWidth = (context: CanvasRenderingContext2D, text: string, palette: Palette): number =>
  Math.ceil(fitText(context, text, badgeFont(palette)).width) + 15;

/** The method's pill with a stripe in the link's colour and a bar for its load. */
function drawBadge(
  context: CanvasRenderingContext2D,
  { edge }: SceneEdge,
  style: EdgeStyle,
  { x, y, width, text }: { x: number; y: number; width: number; text: string },
  palette: Palette,
): void {
  const height = BADGE_HEIGHT_PX;
  const left = Math.round(x - width / 2);
  const top = Math.round(y - height / 2);
  context.font = badgeFont(palette);
  context.beginPath();
  context.roundRect(left, top, width, height, 3);
  context.fillStyle = palette.background;
  context.fill();
  context.strokeStyle = style.glyph === 'down' ? style.color : palette.border;
  context.lineWidth = 1;
  context.stroke();
  context.fillStyle = style.color;
  context.fillRect(left + 2, top + 3, 3, height - 6);
  if (edge.loadRatio !== undefined && style.glyph !== 'down') {
    context.fillRect(left + 1, top + height - 2, (width - 2) * Math.min(1, Math.max(0, edge.loadRatio)), 1.5);
  }
  context.fillStyle = style.glyph === 'down' ? style.color : palette.text;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillText(text, left + 9, y + 0.5);
}

function drawLabels(
  context: CanvasRenderingContext2D,
  labels: readonly LabelPlace[],
  palette: Palette,
  bright: ReadonlySet<string> | undefined,
): void {
  context.textAlign = 'center';
  context.textBaseline = 'top';
  context.lineJoin = 'round';
  for (const { id, lines, x, y } of labels) {
    context.globalAlpha = bright && !bright.has(id) ? DIMMED : 1;
    let top = y;
    for (const { text, font, height, weak } of lines) {
      context.font = font;
      context.strokeStyle = palette.background;
      context.lineWidth = 3;
      context.strokeText(text, x, top);
      context.fillStyle = weak ? palette.textWeak : palette.text;
      context.fillText(text, x, top);
      top += height;
    }
  }
  context.globalAlpha = 1;
}
