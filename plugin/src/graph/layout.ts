import type { Folded } from './aggregation';
import { byId, type GraphEdge, type GraphNode, type Point } from './model';
import { type Adjacency, adjacencyOf, treeLayout } from './tree-layout';

export type Positions = ReadonlyMap<string, Point>;

/** World units between neighbouring nodes; everything that is drawn is sized by it. */
export const SPACING = 120;

/** Leaves around their carrier are drawn smaller and closer. */
const LEAF_SPACING = 34;
const FIRST_RING = 62;

/** The golden angle: directions that never line up, in the same order every time. */
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

/**
 * Where everything is drawn. Stored positions win; what has none (a newcomer) goes beside its neighbour, where it
 * stood before if it was there before; with no stored positions at all, a tree from the best connected node. The same
 * input gives the same map, and nothing that has a place is ever moved by a newcomer.
 */
export function placeNodes(folded: Folded, previous: Positions = new Map()): Positions {
  const core = folded.nodes.filter((node) => !folded.carrierOf.has(node.id)).sort(byId);
  const isCore = new Set(core.map(({ id }) => id));
  const edges = folded.edges.filter(({ source, target }) => isCore.has(source) && isCore.has(target));

  const positions = new Map<string, Point>(storedPositions(core));
  if (positions.size === 0) {
    // Mostly the same nodes as before: keep the map, and only place what is new.
    const known = core.filter(({ id }) => previous.has(id));
    if (known.length * 2 >= core.length) for (const { id } of known) positions.set(id, previous.get(id) as Point);
  } else {
    for (const { id } of core) {
      const before = previous.get(id);
      if (before && !positions.has(id)) positions.set(id, before);
    }
  }
  if (core.length > positions.size) placeNewcomers(core, edges, positions);
  placeLeaves(folded, positions, adjacencyOf(core, edges));
  return positions;
}

/** Remembers the map that it made last, so that the next one keeps it. Placing the same twice changes nothing. */
export class Placer {
  #previous: Positions = new Map();

  place(folded: Folded): Positions {
    this.#previous = placeNodes(folded, this.#previous);
    return this.#previous;
  }
}

/**
 * Stored positions, scaled so that nodes stand about SPACING apart whatever unit the layout used. The scale moves in
 * steps, so that one node more or less does not shift the whole map.
 */
function storedPositions(nodes: readonly GraphNode[]): [string, Point][] {
  const stored = nodes.flatMap(({ id, fixed }) => (fixed ? [{ id, ...fixed }] : []));
  const distance = typicalDistance(stored);
  const scale = distance > 0 ? 2 ** Math.round(Math.log2(SPACING / distance)) : 1;
  return stored.map(({ id, x, y }) => [id, { x: x * scale, y: y * scale }]);
}

/** The median distance to the nearest other point, 0 for less than two places. */
export function typicalDistance(points: readonly Point[]): number {
  const distances: number[] = [];
  const byX = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  byX.forEach((point, index) => {
    let nearest = Infinity;
    for (const step of [-1, 1]) {
      for (let other = index + step; other >= 0 && other < byX.length; other += step) {
        const { x, y } = byX[other] as Point;
        if (Math.abs(x - point.x) >= nearest) break;
        const distance = Math.hypot(x - point.x, y - point.y);
        if (distance > 0) nearest = Math.min(nearest, distance);
      }
    }
    if (nearest < Infinity) distances.push(nearest);
  });
  distances.sort((a, b) => a - b);
  return distances[Math.floor(distances.length / 2)] ?? 0;
}

/** Newcomers beside their neighbours, in waves outwards; what hangs on nothing known is laid out by itself below. */
function placeNewcomers(nodes: readonly GraphNode[], edges: readonly GraphEdge[], positions: Map<string, Point>): void {
  const adjacency = adjacencyOf(nodes, edges);
  const occupied = new OccupiedGrid(SPACING * 0.8);
  for (const point of positions.values()) occupied.add(point);

  let wave = nodes.filter(({ id }) => !positions.has(id));
  while (wave.length > 0) {
    const placed: [string, Point][] = [];
    for (const { id } of wave) {
      const neighbours = (adjacency.get(id) ?? []).filter((other) => positions.has(other));
      const anchor = neighbours[0];
      if (anchor === undefined) continue;
      const point = freePlaceBeside(anchor, positions, adjacency, occupied);
      occupied.add(point);
      placed.push([id, point]);
    }
    if (placed.length === 0) break;
    for (const [id, point] of placed) positions.set(id, point);
    wave = wave.filter(({ id }) => !positions.has(id));
  }
  if (wave.length === 0) return;

  const loose = treeLayout(wave, edges, SPACING);
  const bottom = Math.max(0, ...[...positions.values()].map(({ y }) => y + 2 * SPACING));
  const left = Math.min(...[...positions.values()].map(({ x }) => x));
  const offset = positions.size === 0 ? { x: 0, y: 0 } : cornerOf(loose, left, bottom);
  for (const [id, { x, y }] of loose) positions.set(id, { x: x + offset.x, y: y + offset.y });
}

function cornerOf(points: Positions, left: number, top: number): Point {
  const all = [...points.values()];
  return { x: left - Math.min(...all.map(({ x }) => x)), y: top - Math.min(...all.map(({ y }) => y)) };
}

function freePlaceBeside(anchor: string, positions: Positions, adjacency: Adjacency, occupied: OccupiedGrid): Point {
  const at = positions.get(anchor) as Point;
  const away = outwards(anchor, positions, adjacency);
  for (let attempt = 0; attempt < 400; attempt++) {
    const radius = SPACING * (1 + attempt / 24);
    const angle = away + attempt * GOLDEN_ANGLE;
    const point = { x: at.x + radius * Math.cos(angle), y: at.y + radius * Math.sin(angle) };
    if (occupied.isFree(point)) return point;
  }
  return { x: at.x + SPACING * 18 * Math.cos(away), y: at.y + SPACING * 18 * Math.sin(away) };
}

/** The direction that leads away from a node's neighbours. */
function outwards(id: string, positions: Positions, adjacency: Adjacency): number {
  const at = positions.get(id) as Point;
  let x = 0;
  let y = 0;
  for (const other of adjacency.get(id) ?? []) {
    const point = positions.get(other);
    if (!point) continue;
    const distance = Math.hypot(at.x - point.x, at.y - point.y) || 1;
    x += (at.x - point.x) / distance;
    y += (at.y - point.y) / distance;
  }
  return Math.hypot(x, y) < 1e-6 ? Math.PI / 2 : Math.atan2(y, x);
}

/** Rings of leaves around their carrier, beginning on the side where no link leaves. */
function placeLeaves(folded: Folded, positions: Map<string, Point>, adjacency: Adjacency): void {
  for (const { carrier, leaves, expanded } of folded.groups.values()) {
    const at = positions.get(carrier);
    if (!expanded || !at) continue;
    const away = outwards(carrier, positions, adjacency);
    let placed = 0;
    for (let ring = 0; placed < leaves.length; ring++) {
      const radius = FIRST_RING + ring * LEAF_SPACING * 1.1;
      const capacity = Math.floor((2 * Math.PI * radius) / (LEAF_SPACING * 1.15));
      const count = Math.min(capacity, leaves.length - placed);
      const step = (2 * Math.PI) / capacity;
      for (let index = 0; index < count; index++) {
        const angle = away + (index - (count - 1) / 2) * step;
        const leaf = leaves[placed + index];
        if (leaf) positions.set(leaf.id, { x: at.x + radius * Math.cos(angle), y: at.y + radius * Math.sin(angle) });
      }
      placed += count;
    }
  }
}

/** Whether a point is free, in constant time. */
class OccupiedGrid {
  readonly #cells = new Map<string, Point[]>();
  readonly #distance: number;

  constructor(distance: number) {
    this.#distance = distance;
  }

  add(point: Point): void {
    const key = this.#key(this.#cell(point.x), this.#cell(point.y));
    const cell = this.#cells.get(key);
    if (cell) cell.push(point);
    else this.#cells.set(key, [point]);
  }

  isFree({ x, y }: Point): boolean {
    for (let column = this.#cell(x) - 1; column <= this.#cell(x) + 1; column++) {
      for (let row = this.#cell(y) - 1; row <= this.#cell(y) + 1; row++) {
        for (const other of this.#cells.get(this.#key(column, row)) ?? []) {
          if (Math.hypot(other.x - x, other.y - y) < this.#distance) return false;
        }
      }
    }
    return true;
  }

  #cell = (value: number): number => Math.floor(value / this.#distance);
  #key = (column: number, row: number): string => `${column},${row}`;
}
