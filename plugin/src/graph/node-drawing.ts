import { pictogramOf, pictogramPath } from './glyphs';
import type { GraphNode } from './model';
import type { Palette } from './palette';
import { badgeOf, type SceneNode } from './scene';

/** A node on the screen, in CSS pixels. */
export interface PlacedNode {
  x: number;
  y: number;
  radius: number;
  isDot: boolean;
}

export interface NodeMarks {
  selected: boolean;
  hovered: boolean;
  focused: boolean;
}

/** A neighbour that nobody polls is not "unknown" in the sense that something is wrong. */
const isExpectedUnknown = ({ kind, status }: GraphNode): boolean =>
  status === 'unknown' && kind !== 'device' && kind !== 'modem';

export function ringColor(node: GraphNode, palette: Palette): string {
  if (node.status === 'down') return palette.down;
  if (node.status === 'unknown') return palette.unknown;
  return node.color ?? palette.up;
}

function outline(context: CanvasRenderingContext2D, { kind }: GraphNode, { x, y, radius }: PlacedNode, grow = 0): void {
  const r = radius + grow;
  context.beginPath();
  switch (kind) {
    case 'host':
    case 'modem':
      context.roundRect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8, r * 0.4);
      return;
    case 'segment':
      context.roundRect(x - r * 1.15, y - r * 0.55, r * 2.3, r * 1.1, r * 0.3);
      return;
    case 'fibre_node':
      for (let corner = 0; corner < 6; corner++) {
        const angle = (corner * Math.PI) / 3;
        context.lineTo(x + r * Math.cos(angle), y + r * Math.sin(angle));
      }
      context.closePath();
      return;
    case 'device':
    case 'external':
      context.arc(x, y, r, 0, 2 * Math.PI);
  }
}

export function drawNode(
  context: CanvasRenderingContext2D,
  { node }: SceneNode,
  at: PlacedNode,
  palette: Palette,
  { selected, hovered, focused }: NodeMarks,
): void {
  const color = ringColor(node, palette);
  if (selected || hovered || focused) {
    outline(context, node, at, focused ? 7 : 5);
    context.strokeStyle = palette.focus;
    context.lineWidth = selected || focused ? 3 : 2;
    context.stroke();
  }
  if (at.isDot) {
    // A fault is drawn larger than its neighbours, so that it is found from afar.
    outline(context, node, node.status === 'down' ? { ...at, radius: Math.max(4, at.radius) } : at);
    context.fillStyle = color;
    context.fill();
    return;
  }
  outline(context, node, at);
  context.fillStyle = palette.surface;
  context.fill();
  if (node.status === 'down') {
    context.save();
    context.globalAlpha *= 0.18;
    context.fillStyle = palette.down;
    context.fill();
    context.restore();
  }
  const isDashed = node.kind === 'external' || node.status === 'unknown';
  context.setLineDash(isDashed ? [at.radius * 0.3, at.radius * 0.2] : []);
  context.strokeStyle = color;
  context.lineWidth = Math.min(4, Math.max(1.2, at.radius * (node.status === 'down' ? 0.16 : 0.11)));
  context.stroke();
  context.setLineDash([]);
  if (at.radius >= 8) drawPictogram(context, node, at, palette);
  if (at.radius >= 6 && (node.status === 'down' || (node.status === 'unknown' && !isExpectedUnknown(node)))) {
    drawStatusMark(context, node, at, palette);
  }
}

function drawPictogram(
  context: CanvasRenderingContext2D,
  node: GraphNode,
  { x, y, radius }: PlacedNode,
  palette: Palette,
): void {
  const scale = radius * 0.92;
  context.save();
  context.translate(x, y);
  context.scale(scale, scale);
  context.lineWidth = Math.min(0.16, 1.7 / scale);
  context.lineCap = 'round';
  context.strokeStyle = node.kind === 'external' ? palette.textWeak : palette.text;
  context.stroke(pictogramPath(pictogramOf(node)));
  context.restore();
}

/** ✕ for down, ? for unknown: the status without its colour. */
function drawStatusMark(
  context: CanvasRenderingContext2D,
  node: GraphNode,
  { x, y, radius }: PlacedNode,
  palette: Palette,
): void {
  const size = Math.max(6, Math.min(10, radius * 0.42));
  const centre = { x: x - radius * 0.78, y: y - radius * 0.78 };
  context.beginPath();
  context.arc(centre.x, centre.y, size, 0, 2 * Math.PI);
  context.fillStyle = node.status === 'down' ? palette.down : palette.background;
  context.fill();
  context.strokeStyle = node.status === 'down' ? palette.background : palette.unknown;
  context.lineWidth = 1.5;
  context.stroke();
  context.fillStyle = node.status === 'down' ? palette.background : palette.text;
  context.font = `bold ${Math.round(size * 1.4)}px ${palette.fontFamily}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(node.status === 'down' ? '✕' : '?', centre.x, centre.y + 0.5);
}

/** How many hosts or modems hang here: a count when folded, a minus when shown. */
export function drawGroupBadge(
  context: CanvasRenderingContext2D,
  scene: SceneNode,
  at: PlacedNode,
  palette: Palette,
): void {
  const { group } = scene;
  if (!group) return;
  const scale = at.radius / scene.radius;
  const badge = badgeOf(scene);
  const x = at.x + (badge.x - scene.x) * scale;
  const y = at.y + (badge.y - scene.y) * scale;
  const height = Math.max(13, Math.min(22, badge.radius * 1.6 * scale));
  const font = Math.round(height * 0.68);
  const count = group.expanded ? '−' : String(group.leaves.length);
  const text = group.counts.down > 0 ? `${count} ✕${group.counts.down}` : count;
  context.font = `600 ${font}px ${palette.fontFamily}`;
  const width = Math.max(height, context.measureText(text).width + height * 0.6);
  context.beginPath();
  context.roundRect(x - height / 2, y - height / 2, width, height, height / 2);
  context.fillStyle = palette.background;
  context.fill();
  context.strokeStyle = group.counts.down > 0 ? palette.down : palette.textWeak;
  context.lineWidth = 1.25;
  context.stroke();
  context.fillStyle = palette.text;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(text, x - height / 2 + width / 2, y + 0.5);
}
