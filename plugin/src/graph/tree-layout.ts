import { byId, type GraphEdge, type GraphNode, type Point } from './model';

/** Neighbours of each node, sorted and once each. */
export type Adjacency = ReadonlyMap<string, readonly string[]>;

export function adjacencyOf(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): Adjacency {
  const sets = new Map(nodes.map(({ id }) => [id, new Set<string>()]));
  for (const { source, target } of edges) {
    if (source === target || !sets.has(source) || !sets.has(target)) continue;
    sets.get(source)?.add(target);
    sets.get(target)?.add(source);
  }
  return new Map([...sets].map(([id, others]) => [id, [...others].sort()]));
}

/** What stands in the middle when nothing else decides. */
const ROLE_RANK = ['core', 'router', 'cmts', 'distribution', 'access'];
const CENTRAL_RANK = ROLE_RANK.indexOf('cmts');
const rankOf = (role: string | undefined): number => {
  const rank = ROLE_RANK.indexOf(role?.toLowerCase() ?? '');
  return rank < 0 ? ROLE_RANK.length : rank;
};

interface Branch {
  id: string;
  /** Rank of its role: what belongs near the middle, like a second core, stands there. */
  rank: number;
  /** Circle that holds the branch. */
  radius: number;
  children: { branch: Branch; x: number; y: number }[];
}

/**
 * A map without stored positions: each component as a balloon tree (a node in the middle, its branches around it in
 * circles as large as they need), components side by side. Linear in the size, and always the same for the same graph.
 */
export function treeLayout(
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
  spacing: number,
): Map<string, Point> {
  const adjacency = adjacencyOf(nodes, edges);
  const ranked = [...nodes].sort(
    (a, b) =>
      rankOf(a.role) - rankOf(b.role) ||
      (adjacency.get(b.id)?.length ?? 0) - (adjacency.get(a.id)?.length ?? 0) ||
      byId(a, b),
  );
  const ranks = new Map(nodes.map(({ id, role }) => [id, rankOf(role)]));
  const placed = new Set<string>();
  const balloons: Branch[] = [];
  for (const { id } of ranked) if (!placed.has(id)) balloons.push(balloonOf(id, adjacency, ranks, placed, spacing));
  return pack(balloons, spacing);
}

/** Breadth first, so that every node hangs on the neighbour nearest to the middle; then sized from the leaves inwards. */
function balloonOf(
  root: string,
  adjacency: Adjacency,
  ranks: ReadonlyMap<string, number>,
  placed: Set<string>,
  spacing: number,
): Branch {
  const branchOf = (id: string): Branch => ({ id, rank: ranks.get(id) ?? ROLE_RANK.length, radius: 0, children: [] });
  const branches = new Map<string, Branch>([[root, branchOf(root)]]);
  const order = [root];
  const parentOf = new Map<string, string>();
  placed.add(root);
  for (let next = 0; next < order.length; next++) {
    const id = order[next] as string;
    for (const other of adjacency.get(id) ?? []) {
      if (placed.has(other)) continue;
      placed.add(other);
      parentOf.set(other, id);
      branches.set(other, branchOf(other));
      order.push(other);
    }
  }
  for (const id of order.reverse()) {
    const branch = branches.get(id) as Branch;
    arrange(branch, id === root, spacing);
    const parent = parentOf.get(id);
    if (parent !== undefined) branches.get(parent)?.children.unshift({ branch, x: 0, y: 0 });
  }
  return branches.get(root) as Branch;
}

/** Children in rings around their parent; a branch that hangs on something leaves a gap (to the left) for its link. */
function arrange(branch: Branch, isRoot: boolean, spacing: number): void {
  const own = spacing / 2;
  const isCentral = ({ branch: { rank } }: Branch['children'][number]): number =>
    rank <= CENTRAL_RANK ? rank : ROLE_RANK.length;
  const children = [...branch.children].sort(
    (a, b) => isCentral(a) - isCentral(b) || b.branch.radius - a.branch.radius || byId(a.branch, b.branch),
  );
  const gap = isRoot ? 0 : Math.PI / 3;
  let inner = own;
  let next = 0;
  while (next < children.length) {
    const ring = children.slice(next);
    const largest = Math.max(...ring.map((child) => child.branch.radius));
    // Everything in one ring if that costs little room; else rings one around the other.
    const widths = ring.reduce((sum, child) => sum + 2 * child.branch.radius, 0);
    const wanted = (widths / (2 * Math.PI - gap)) * 1.08;
    const close = inner + largest;
    const radius = wanted <= close * 1.7 ? Math.max(close, wanted) : close;
    const around: typeof ring = [];
    let angle = 0;
    for (const child of ring) {
      const width = 2 * Math.asin(Math.min(1, child.branch.radius / radius));
      if (around.length > 0 && angle + width > 2 * Math.PI - gap + 1e-9) break;
      angle += width;
      around.push(child);
    }
    const slack = (2 * Math.PI - gap - angle) / around.length;
    let at = -Math.PI + gap / 2;
    for (const child of around) {
      const half = Math.asin(Math.min(1, child.branch.radius / radius)) + slack / 2;
      at += half;
      child.x = radius * Math.cos(at);
      child.y = radius * Math.sin(at);
      at += half;
    }
    next += around.length;
    inner = radius + largest;
  }
  branch.radius = inner;
}

/** Components on shelves, largest first, about as wide as high. */
function pack(balloons: Branch[], spacing: number): Map<string, Point> {
  const positions = new Map<string, Point>();
  const sorted = balloons.sort((a, b) => b.radius - a.radius || byId(a, b));
  const area = sorted.reduce((sum, { radius }) => sum + (2 * radius) ** 2, 0);
  const width = Math.max(Math.sqrt(area) * 1.6, 2 * (sorted[0]?.radius ?? 0));
  let x = 0;
  let y = 0;
  let height = 0;
  for (const balloon of sorted) {
    if (x > 0 && x + 2 * balloon.radius > width) {
      x = 0;
      y += height + spacing / 2;
      height = 0;
    }
    unfold(balloon, { x: x + balloon.radius, y: y + balloon.radius }, positions);
    x += 2 * balloon.radius + spacing / 2;
    height = Math.max(height, 2 * balloon.radius);
  }
  return positions;
}

/** Turns each branch so that its gap faces its parent. */
function unfold(root: Branch, centre: Point, positions: Map<string, Point>): void {
  const stack = [{ branch: root, at: centre, turn: 0 }];
  for (let item = stack.pop(); item; item = stack.pop()) {
    positions.set(item.branch.id, item.at);
    const cos = Math.cos(item.turn);
    const sin = Math.sin(item.turn);
    for (const { branch, x, y } of item.branch.children) {
      const at = { x: item.at.x + x * cos - y * sin, y: item.at.y + x * sin + y * cos };
      stack.push({ branch, at, turn: Math.atan2(at.y - item.at.y, at.x - item.at.x) });
    }
  }
}
