import type { Graph } from './graph.js';

export interface Position {
  readonly x: number;
  readonly y: number;
}

/** Positions of the nodes of one site, before they are moved beside the others. */
export interface Block {
  readonly positions: ReadonlyMap<number, Position>;
}

/** Room of one node, and distance of the first ring of leaves from what they hang on. */
const NODE_RADIUS = 30;
const RING_START = 70;
const RING_STEP = 36;
const LEAF_SPACING = 30;
const SITE_GAP = 160;
const LAYER_HEIGHT = 160;

const LEAF_KINDS: ReadonlySet<string> = new Set(['host', 'modem', 'external']);

/** Hosts, modems and unpolled things with one neighbour: drawn around it, not by the layout engine. */
export function isFanned(graph: Graph, node: number): boolean {
  return fanParent(graph, node) !== undefined;
}

/** What a leaf hangs on: its only neighbour, when that is no leaf itself and of the same site (or its site is unknown). */
function fanParent(graph: Graph, node: number): number | undefined {
  if (!LEAF_KINDS.has(graph.nodes[node]?.kind ?? '')) return undefined;
  const parent = onlyNeighbour(graph, node);
  if (parent === undefined || LEAF_KINDS.has(graph.nodes[parent]?.kind ?? '')) return undefined;
  return parent;
}

function onlyNeighbour(graph: Graph, node: number): number | undefined {
  let only: number | undefined;
  for (let slot = graph.offsets[node] as number; slot < (graph.offsets[node + 1] as number); slot++) {
    const next = graph.slotNode[slot] as number;
    if (only !== undefined && only !== next) return undefined;
    only = next;
  }
  return only;
}

function leavesOf(graph: Graph, node: number): number[] {
  const leaves = new Set<number>();
  for (let slot = graph.offsets[node] as number; slot < (graph.offsets[node + 1] as number); slot++) {
    const next = graph.slotNode[slot] as number;
    if (fanParent(graph, next) === node) leaves.add(next);
  }
  return [...leaves].sort((x, y) => x - y);
}

const ringCapacity = (ring: number): number =>
  Math.floor((2 * Math.PI * (RING_START + ring * RING_STEP)) / LEAF_SPACING);

/** Half the side of the square that a node and its leaves need. */
export function fanRadius(graph: Graph, node: number): number {
  const count = leavesOf(graph, node).length;
  if (count === 0) return NODE_RADIUS;
  let rings = 0;
  for (let placed = 0; placed < count; rings++) placed += ringCapacity(rings);
  return RING_START + (rings - 1) * RING_STEP + LEAF_SPACING;
}

/** The n-th place of a fan around the origin. */
export function fanPlace(index: number): Position {
  let ring = 0;
  let rest = index;
  while (rest >= ringCapacity(ring)) rest -= ringCapacity(ring++);
  const radius = RING_START + ring * RING_STEP;
  // every second ring is turned by half a place, so that leaves do not hide each other
  const angle = (2 * Math.PI * (rest + (ring % 2) / 2)) / ringCapacity(ring) + Math.PI / 2;
  return { x: radius * Math.cos(angle), y: radius * Math.sin(angle) };
}

/** Beyond this the middle is looked for by degree: distances from every node would take too long. */
const MAX_CENTRED = 600;

/** Hops from one node to all others of the set that it reaches. */
export function depthsFrom(graph: Graph, root: number, inside: ReadonlySet<number>): Map<number, number> {
  const depths = new Map([[root, 0]]);
  for (const [node, depth] of depths) {
    for (let slot = graph.offsets[node] as number; slot < (graph.offsets[node + 1] as number); slot++) {
      const next = graph.slotNode[slot] as number;
      if (inside.has(next) && !depths.has(next)) depths.set(next, depth + 1);
    }
  }
  return depths;
}

/** The nodes with the one first that reaches most others in the fewest hops: the core of a campus. */
export function fromCentre(graph: Graph, members: readonly number[]): number[] {
  const inside = new Set(members);
  const degree = (node: number): number => (graph.offsets[node + 1] as number) - (graph.offsets[node] as number);
  const byDegree = [...members].sort((x, y) => degree(y) - degree(x) || x - y);
  if (members.length > MAX_CENTRED) return byDegree;
  const far = new Map(
    members.map((node) => {
      const depths = [...depthsFrom(graph, node, inside).values()];
      const unreached = (members.length - depths.length) * members.length;
      return [node, depths.reduce((sum, depth) => sum + depth, unreached)];
    }),
  );
  return byDegree.sort((x, y) => (far.get(x) ?? 0) - (far.get(y) ?? 0));
}

/**
 * A breadth-first tree from the middle of each component, children under their parent: linear, for
 * every size. Links beside the tree are drawn straight across.
 */
export function fallbackLayout(graph: Graph, members: readonly number[]): Block {
  const positions = new Map<number, Position>();
  const inside = new Set(members);
  const roots = fromCentre(graph, members);
  const seen = new Set<number>();
  let left = 0;
  for (const root of roots) {
    if (seen.has(root)) continue;
    seen.add(root);
    left += placeTree(graph, root, inside, seen, left, positions);
  }
  return { positions };
}

/** Places one tree from `left` on; returns its width. */
function placeTree(
  graph: Graph,
  root: number,
  inside: ReadonlySet<number>,
  seen: Set<number>,
  left: number,
  positions: Map<number, Position>,
): number {
  const order = [root];
  const parent = new Map<number, number>();
  const depth = new Map([[root, 0]]);
  for (let i = 0; i < order.length; i++) {
    const node = order[i] as number;
    for (let slot = graph.offsets[node] as number; slot < (graph.offsets[node + 1] as number); slot++) {
      const next = graph.slotNode[slot] as number;
      if (!inside.has(next) || seen.has(next)) continue;
      seen.add(next);
      parent.set(next, node);
      depth.set(next, (depth.get(node) ?? 0) + 1);
      order.push(next);
    }
  }
  const own = new Map(order.map((node) => [node, 2 * fanRadius(graph, node) + 20]));
  const children = new Map<number, number>();
  for (const node of [...order].reverse()) {
    const width = Math.max(own.get(node) ?? 0, children.get(node) ?? 0);
    own.set(node, width);
    const up = parent.get(node);
    if (up !== undefined) children.set(up, (children.get(up) ?? 0) + width);
  }
  const heights: number[] = [];
  for (const node of order) {
    const level = depth.get(node) ?? 0;
    heights[level] = Math.max(heights[level] ?? 0, 2 * fanRadius(graph, node) + LAYER_HEIGHT / 2);
  }
  const tops = heights.map((_, level) => heights.slice(0, level).reduce((sum, height) => sum + height, 0));
  const next = new Map([[root, left]]);
  for (const node of order) {
    const up = parent.get(node);
    const start = up === undefined ? left : (next.get(up) ?? left);
    const width = own.get(node) ?? 0;
    if (up !== undefined) next.set(up, start + width);
    next.set(node, start + (width - (children.get(node) ?? 0)) / 2);
    const level = depth.get(node) ?? 0;
    positions.set(node, { x: start + width / 2, y: (tops[level] ?? 0) + (heights[level] ?? 0) / 2 });
  }
  return own.get(root) ?? 0;
}

/** Moves the blocks beside each other in rows, about as wide as high in all, and fans the leaves out. */
export function pack(graph: Graph, blocks: readonly Block[]): Map<string, Position> {
  const boxes = blocks.map((block) => boxOf(graph, block));
  const area = boxes.reduce((sum, box) => sum + (box.width + SITE_GAP) * (box.height + SITE_GAP), 0);
  const widest = Math.max(0, ...boxes.map((box) => box.width));
  const rowWidth = Math.max(widest, Math.sqrt(area) * 1.4);
  const positions = new Map<string, Position>();
  let [x, y, rowHeight] = [0, 0, 0];
  blocks.forEach((block, i) => {
    const box = boxes[i] as (typeof boxes)[number];
    if (x > 0 && x + box.width > rowWidth) [x, y, rowHeight] = [0, y + rowHeight + SITE_GAP, 0];
    for (const [node, at] of block.positions) {
      positions.set(graph.nodes[node]?.id ?? '', rounded(at.x - box.left + x, at.y - box.top + y));
    }
    x += box.width + SITE_GAP;
    rowHeight = Math.max(rowHeight, box.height);
  });
  for (let node = 0; node < graph.nodes.length; node++) {
    const centre = positions.get(graph.nodes[node]?.id ?? '');
    if (centre === undefined || isFanned(graph, node)) continue;
    leavesOf(graph, node).forEach((leaf, i) => {
      const place = fanPlace(i);
      positions.set(graph.nodes[leaf]?.id ?? '', rounded(centre.x + place.x, centre.y + place.y));
    });
  }
  return positions;
}

const rounded = (x: number, y: number): Position => ({ x: Math.round(x), y: Math.round(y) });

function boxOf(graph: Graph, { positions }: Block): { left: number; top: number; width: number; height: number } {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [node, { x, y }] of positions) {
    const radius = fanRadius(graph, node);
    left = Math.min(left, x - radius);
    top = Math.min(top, y - radius);
    right = Math.max(right, x + radius);
    bottom = Math.max(bottom, y + radius);
  }
  return positions.size === 0
    ? { left: 0, top: 0, width: 0, height: 0 }
    : { left, top, width: right - left, height: bottom - top };
}

/** Free places are looked for at this distance from anything else. */
const CLEARANCE = 26;
const MAX_TRIES = 400;

/**
 * Positions of the nodes that have none yet: beside a neighbour that has one, at the nearest free place; nodes
 * without such a neighbour in a row below everything. Nobody else moves. Returns the newcomers only.
 */
export function placeNewcomers(positions: ReadonlyMap<string, Position>, graph: Graph): Map<string, Position> {
  const taken = new Occupied(positions.values());
  const placed = new Map<string, Position>();
  const at = (node: number): Position | undefined => {
    const id = graph.nodes[node]?.id ?? '';
    return positions.get(id) ?? placed.get(id);
  };
  const waiting = graph.nodes.flatMap((_, node) => (at(node) === undefined ? [node] : []));
  const queue = waiting.filter((node) => neighbourPosition(graph, node, at) !== undefined);
  const queued = new Set(queue);
  const settle = (from: readonly number[]): void => {
    const open = [...from];
    for (let i = 0; i < open.length; i++) {
      const node = open[i] as number;
      const beside = neighbourPosition(graph, node, at);
      if (beside === undefined) continue;
      const place = taken.freeBeside(beside);
      taken.add(place);
      placed.set(graph.nodes[node]?.id ?? '', place);
      for (let slot = graph.offsets[node] as number; slot < (graph.offsets[node + 1] as number); slot++) {
        const next = graph.slotNode[slot] as number;
        if (queued.has(next) || at(next) !== undefined) continue;
        queued.add(next);
        open.push(next);
      }
    }
  };
  settle(queue);
  // parts of the network that touch nothing known: their first node starts a row, the rest follows it
  let x = 0;
  const y = taken.bottom() + SITE_GAP;
  for (const node of waiting) {
    if (queued.has(node)) continue;
    queued.add(node);
    const place = taken.freeBeside({ x, y });
    taken.add(place);
    placed.set(graph.nodes[node]?.id ?? '', place);
    x += SITE_GAP;
    const next: number[] = [];
    for (let slot = graph.offsets[node] as number; slot < (graph.offsets[node + 1] as number); slot++) {
      const neighbour = graph.slotNode[slot] as number;
      if (queued.has(neighbour) || at(neighbour) !== undefined) continue;
      queued.add(neighbour);
      next.push(neighbour);
    }
    settle(next);
  }
  return placed;
}

function neighbourPosition(
  graph: Graph,
  node: number,
  at: (node: number) => Position | undefined,
): Position | undefined {
  for (let slot = graph.offsets[node] as number; slot < (graph.offsets[node + 1] as number); slot++) {
    const position = at(graph.slotNode[slot] as number);
    if (position !== undefined) return position;
  }
  return undefined;
}

/** A grid of what stands where. */
class Occupied {
  readonly #cells = new Map<string, Position[]>();
  #bottom = 0;

  constructor(positions: Iterable<Position>) {
    for (const position of positions) this.add(position);
  }

  add(position: Position): void {
    const key = this.#key(position.x, position.y);
    const cell = this.#cells.get(key);
    if (cell === undefined) this.#cells.set(key, [position]);
    else cell.push(position);
    this.#bottom = Math.max(this.#bottom, position.y);
  }

  bottom(): number {
    return this.#bottom;
  }

  /** The first place of a fan around the point that nobody stands on; the last tried when all are taken. */
  freeBeside(point: Position): Position {
    let place = point;
    for (let i = 0; i < MAX_TRIES; i++) {
      const offset = fanPlace(i);
      place = rounded(point.x + offset.x, point.y + offset.y);
      if (this.#isFree(place)) return place;
    }
    return place;
  }

  #isFree({ x, y }: Position): boolean {
    for (const dx of [-CLEARANCE, 0, CLEARANCE]) {
      for (const dy of [-CLEARANCE, 0, CLEARANCE]) {
        const near = this.#cells.get(this.#key(x + dx, y + dy)) ?? [];
        if (near.some((other) => Math.hypot(other.x - x, other.y - y) < CLEARANCE)) return false;
      }
    }
    return true;
  }

  #key(x: number, y: number): string {
    return `${Math.floor(x / CLEARANCE)},${Math.floor(y / CLEARANCE)}`;
  }
}
