import type { Graph } from './graph.js';
import { isFanned, placeNewcomers, type Position } from './layout-geometry.js';
import { layOut, type LayoutOptions } from './layout.js';

export interface Arrangement {
  readonly positions: ReadonlyMap<string, Position>;
  /** True when the whole map was drawn anew. */
  readonly anew: boolean;
}

/** What shapes the drawing: nodes that are no leaves, and the pairs of them that are linked. */
interface Skeleton {
  readonly nodeCount: number;
  readonly linkCount: number;
}

/** A skeleton that grew by this much since it was drawn is drawn anew; until then newcomers stand beside their neighbours. */
const GROWTH_RATIO = 0.25;
const MIN_GROWTH = 3;

/** Decides when the map may jump: people know it by heart, and a full layout moves everything. */
export function createArranger(options: LayoutOptions = {}) {
  let drawn: Skeleton | undefined;

  return async (graph: Graph, known: ReadonlyMap<string, Position>): Promise<Arrangement> => {
    const skeleton = skeletonOf(graph);
    const kept = graph.nodes.filter(({ id }) => known.has(id)).length;
    drawn ??= skeleton; // after a restart: what is stored was drawn for what is stored
    if (kept > 0 && !hasGrown(drawn.nodeCount, skeleton.nodeCount) && !hasGrown(drawn.linkCount, skeleton.linkCount)) {
      return { positions: placeNewcomers(known, graph), anew: false };
    }
    const { positions } = await layOut(graph, options);
    drawn = skeleton;
    return { positions, anew: true };
  };
}

/** Devices of an inventory are there before their links are: a map without links says nothing of how to draw it. */
const hasGrown = (before: number, now: number): boolean => now - before >= Math.max(MIN_GROWTH, GROWTH_RATIO * before);

function skeletonOf(graph: Graph): Skeleton {
  const isCore = graph.nodes.map((_, node) => !isFanned(graph, node));
  const pairs = new Set<string>();
  graph.edges.forEach((_, edge) => {
    const [a, b] = [graph.endA[edge] as number, graph.endB[edge] as number];
    if (isCore[a] && isCore[b]) pairs.add(a < b ? `${a} ${b}` : `${b} ${a}`);
  });
  return { nodeCount: isCore.filter(Boolean).length, linkCount: pairs.size };
}
