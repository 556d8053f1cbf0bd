import { type Camera, type Size, toScreen } from './camera';
import { LEAF_KINDS, type Point } from './model';
import type { Emphasis } from './renderer';
import type { SceneNode } from './scene';

export interface LabelLine {
  text: string;
  font: string;
  height: number;
  weak: boolean;
}

export interface LabelPlace {
  id: string;
  lines: LabelLine[];
  x: number;
  y: number;
}

/** All that is asked of a canvas. */
export interface TextMeasure {
  font: string;
  measureText(text: string): { width: number };
}

/** More labels than this nobody reads, and they are the dearest part of a frame. */
const MAX_LABELS = 120;
const MAX_LABEL_PX = 150;
const CELL_PX = 32;
const CELLS_PER_ROW = 100_000;
/** Where a map is full, more nodes need not be asked: the important ones came first. */
const MAX_CANDIDATES = 4 * MAX_LABELS;

const widths = new Map<string, { text: string; width: number }>();

/** The text as it fits, with its width; measured once for each font. */
export function fitText(
  measure: TextMeasure,
  text: string,
  font: string,
  maxWidth = MAX_LABEL_PX,
): { text: string; width: number } {
  const key = `${font}\u0000${text}`;
  const known = widths.get(key);
  if (known) return known;
  if (widths.size > 20_000) widths.clear();
  measure.font = font;
  let fitted = text;
  let { width } = measure.measureText(fitted);
  while (width > maxWidth && fitted.length > 4) {
    fitted = `${fitted.slice(0, Math.max(3, Math.floor((fitted.length * maxWidth) / width) - 2))}…`;
    ({ width } = measure.measureText(fitted));
  }
  const result = { text: fitted, width };
  widths.set(key, result);
  return result;
}

/**
 * Which nodes get a label, and where (below, else beside or above): the important ones first, none over another one or
 * over a node. `taken` is what may not be covered, and afterwards holds the labels too. What a person
 * points at or has chosen always has one.
 */
export function placeLabels(
  measure: TextMeasure,
  byImportance: readonly SceneNode[],
  visible: readonly SceneNode[],
  { camera, size }: { camera: Camera; size: Size },
  { selected, hovered, focused, bright }: Pick<Emphasis, 'selected' | 'hovered' | 'focused' | 'bright'>,
  fontFamily: string,
  taken: BoxGrid,
): LabelPlace[] {
  const meant = new Set([selected?.id, hovered?.id, focused].filter((id) => id !== undefined));
  const isVisible = new Set(visible);
  const first = byImportance.filter(
    (node) => isVisible.has(node) && (meant.has(node.node.id) || bright?.has(node.node.id)),
  );
  const isFirst = new Set(first);
  const showLeaves = camera.zoom >= 0.85;
  for (const node of visible) {
    const radius = node.radius * camera.zoom;
    if (radius < 4) continue;
    const { x, y } = toScreen(camera, size, node);
    taken.add({ left: x - radius, right: x + radius, top: y - radius, bottom: y + radius });
  }
  const labels: LabelPlace[] = [];
  let candidates = 0;
  for (const node of [...first, ...byImportance]) {
    if (labels.length >= MAX_LABELS || candidates >= MAX_CANDIDATES) break;
    const isMeant = meant.has(node.node.id);
    const second = labels.length >= first.length && isFirst.has(node);
    if (second || !isVisible.has(node) || (LEAF_KINDS.has(node.node.kind) && !showLeaves && !isFirst.has(node)))
      continue;
    candidates++;
    const { x, y } = toScreen(camera, size, node);
    const lines = linesOf(measure, node, camera.zoom, fontFamily);
    const width = Math.max(...lines.map((line) => line.width));
    const height = lines.reduce((sum, line) => sum + line.height, 0);
    const radius = node.radius * camera.zoom;
    const places: Point[] = [
      { x, y: y + radius + 3 },
      // Clear of the count of folded hosts, which sits at the upper right.
      { x: x + radius + (node.group ? 14 : 4) + width / 2, y: y - height / 2 + (node.group ? 4 : 0) },
      { x: x - radius - 4 - width / 2, y: y - height / 2 },
      { x, y: y - radius - 4 - height },
    ];
    const boxAt = (place: Point): Box => ({
      left: place.x - width / 2 - 2,
      right: place.x + width / 2 + 2,
      top: place.y,
      bottom: place.y + height,
    });
    const place = places.find((candidate) => taken.isFree(boxAt(candidate))) ?? (isMeant ? places[0] : undefined);
    if (!place) continue;
    const box = boxAt(place);
    taken.add(box);
    labels.push({ id: node.node.id, lines, x: Math.round(place.x), y: Math.round(place.y) });
  }
  return labels;
}

function linesOf(measure: TextMeasure, { node, radius }: SceneNode, zoom: number, fontFamily: string) {
  const isLeaf = LEAF_KINDS.has(node.kind);
  const px = Math.round(Math.min(15, Math.max(11, 12 * zoom)) - (isLeaf ? 1 : 0));
  const titleFont = `${radius > 20 ? '600' : '500'} ${px}px ${fontFamily}`;
  const title = fitText(measure, node.title, titleFont);
  const lines = [{ ...title, font: titleFont, height: px + 3, weak: isLeaf }];
  const more = node.subtitle ?? node.role;
  if (more !== undefined && more !== '' && zoom >= 0.8 && !isLeaf) {
    const font = `400 ${px - 1}px ${fontFamily}`;
    lines.push({ ...fitText(measure, more, font), font, height: px + 2, weak: true });
  }
  return lines;
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Boxes on a grid of cells, so that each is compared with its surroundings only. */
export class BoxGrid {
  readonly #cells = new Map<number, Box[]>();

  add(box: Box): void {
    this.#forEachCell(box, (key) => {
      const cell = this.#cells.get(key);
      if (cell) cell.push(box);
      else this.#cells.set(key, [box]);
      return true;
    });
  }

  isFree(box: Box): boolean {
    return this.#forEachCell(
      box,
      (key) =>
        !this.#cells
          .get(key)
          ?.some(
            (other) =>
              other.left < box.right && other.right > box.left && other.top < box.bottom && other.bottom > box.top,
          ),
    );
  }

  #forEachCell(box: Box, visit: (key: number) => boolean): boolean {
    for (let column = Math.floor(box.left / CELL_PX); column <= Math.floor(box.right / CELL_PX); column++) {
      for (let row = Math.floor(box.top / CELL_PX); row <= Math.floor(box.bottom / CELL_PX); row++) {
        if (!visit(column * CELLS_PER_ROW + row)) return false;
      }
    }
    return true;
  }
}
