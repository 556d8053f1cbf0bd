import type { Folded, LeafGroup } from './aggregation';
import { boundsOf, type Bounds } from './camera';
import type { Positions } from './layout';
import { type GraphEdge, type GraphNode, LEAF_KINDS, pairKey, type Point } from './model';

/** Radii in world units. */
const CORE_RADIUS = 24;
const NODE_RADIUS = 19;
const EXTERNAL_RADIUS = 14;
const LEAF_RADIUS = 11;
/** Distance between parallel links, where the nodes are wide enough for it. */
const LANE = 9;

export interface SceneNode {
  node: GraphNode;
  x: number;
  y: number;
  radius: number;
  degree: number;
  /** Hosts and modems that hang on it, folded or not. */
  group: LeafGroup | undefined;
}

export interface SceneEdge {
  edge: GraphEdge;
  source: SceneNode;
  target: SceneNode;
  /** Parallel links run side by side: the shift across the line, in world units, the same whichever end is the source. */
  ax: number;
  ay: number;
  bx: number;
  by: number;
  /** How many links join the pair, and which of them this is. */
  lanes: number;
  lane: number;
}

/** Everything that is drawn and can be pointed at. */
export interface Scene {
  nodes: SceneNode[];
  edges: SceneEdge[];
  byId: ReadonlyMap<string, SceneNode>;
  edgesOf: ReadonlyMap<string, readonly SceneEdge[]>;
  bounds: Bounds | undefined;
}

export function buildScene(folded: Folded, positions: Positions): Scene {
  const lanes = new Map<string, GraphEdge[]>();
  const degrees = new Map<string, number>();
  for (const edge of folded.edges) {
    const key = pairKey(edge.source, edge.target);
    const lane = lanes.get(key);
    if (lane) lane.push(edge);
    else lanes.set(key, [edge]);
    for (const id of [edge.source, edge.target]) degrees.set(id, (degrees.get(id) ?? 0) + 1);
  }

  const nodes: SceneNode[] = [];
  for (const node of folded.nodes) {
    const at = positions.get(node.id);
    if (!at) continue;
    const degree = degrees.get(node.id) ?? 0;
    const group = folded.groups.get(node.id);
    nodes.push({ node, x: at.x, y: at.y, radius: radiusOf(node), degree, group });
  }
  const byId = new Map(nodes.map((node) => [node.node.id, node]));

  const edges: SceneEdge[] = [];
  const edgesOf = new Map<string, SceneEdge[]>();
  for (const pair of lanes.values()) {
    pair.sort((a, b) => (a.id < b.id ? -1 : 1));
    pair.forEach((edge, lane) => {
      const source = byId.get(edge.source);
      const target = byId.get(edge.target);
      if (!source || !target || source === target) return;
      const made = laneOf(edge, source, target, lane, pair.length);
      edges.push(made);
      for (const id of [edge.source, edge.target]) {
        const list = edgesOf.get(id);
        if (list) list.push(made);
        else edgesOf.set(id, [made]);
      }
    });
  }
  return { nodes, edges, byId, edgesOf, bounds: paddedBounds(nodes) };
}

function radiusOf(node: GraphNode): number {
  if (LEAF_KINDS.has(node.kind)) return LEAF_RADIUS;
  if (node.kind === 'external' || node.kind === 'segment') return EXTERNAL_RADIUS;
  return node.role === 'core' || node.role === 'router' || node.role === 'cmts' ? CORE_RADIUS : NODE_RADIUS;
}

function laneOf(edge: GraphEdge, source: SceneNode, target: SceneNode, lane: number, lanes: number): SceneEdge {
  const [first, second] = source.node.id < target.node.id ? [source, target] : [target, source];
  const length = Math.hypot(second.x - first.x, second.y - first.y) || 1;
  const width = Math.min(LANE * (lanes - 1), 1.7 * Math.min(source.radius, target.radius));
  const shift = lanes === 1 ? 0 : (lane / (lanes - 1) - 0.5) * width;
  const dx = (-(second.y - first.y) / length) * shift;
  const dy = ((second.x - first.x) / length) * shift;
  return {
    edge,
    source,
    target,
    ax: source.x + dx,
    ay: source.y + dy,
    bx: target.x + dx,
    by: target.y + dy,
    lanes,
    lane,
  };
}

function paddedBounds(nodes: readonly SceneNode[]): Bounds | undefined {
  return boundsOf(
    nodes.flatMap(({ x, y, radius }): Point[] => [
      { x: x - radius * 1.6, y: y - radius * 1.4 },
      { x: x + radius * 1.6, y: y + radius * 2.2 },
    ]),
  );
}

export type Target = { kind: 'node'; id: string } | { kind: 'badge'; id: string } | { kind: 'edge'; id: string };

/** Where the count of folded leaves sits on its node. */
export const badgeOf = ({ x, y, radius }: SceneNode): { x: number; y: number; radius: number } => ({
  x: x + radius * 0.95,
  y: y - radius * 0.95,
  radius: Math.max(11, radius * 0.55),
});

/**
 * What lies under a point of the world; `slack` is how far beside it one may point. Nodes win over links, the nearest
 * wins. A few thousand distances take well under a millisecond, so there is no index to keep right.
 */
export function hitTest(scene: Scene, at: Point, slack: number): Target | undefined {
  let hit: Target | undefined;
  let nearest = Infinity;
  for (const node of scene.nodes) {
    if (node.group) {
      const badge = badgeOf(node);
      const away = Math.hypot(badge.x - at.x, badge.y - at.y) - badge.radius;
      if (away <= slack * 0.4 && away < nearest) {
        nearest = away;
        hit = { kind: 'badge', id: node.node.id };
      }
    }
    const away = Math.hypot(node.x - at.x, node.y - at.y) - node.radius;
    if (away <= slack && away < nearest) {
      nearest = away;
      hit = { kind: 'node', id: node.node.id };
    }
  }
  if (hit) return hit;
  for (const edge of scene.edges) {
    const away = distanceToSegment(at, edge);
    if (away <= slack && away < nearest) {
      nearest = away;
      hit = { kind: 'edge', id: edge.edge.id };
    }
  }
  return hit;
}

export function distanceToSegment(
  at: Point,
  { ax, ay, bx, by }: { ax: number; ay: number; bx: number; by: number },
): number {
  const dx = bx - ax;
  const dy = by - ay;
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, ((at.x - ax) * dx + (at.y - ay) * dy) / length));
  return Math.hypot(at.x - (ax + along * dx), at.y - (ay + along * dy));
}

/** Nodes as one reads a page: rows from the top, each from the left. The order in which Tab visits them. */
export function readingOrder(scene: Scene): string[] {
  const row = ({ y }: SceneNode) => Math.round(y / 60);
  return [...scene.nodes].sort((a, b) => row(a) - row(b) || a.x - b.x).map(({ node }) => node.id);
}
