import type { Graph } from './graph.js';
import { placeNewcomers, type Position } from './layout-geometry.js';
import { layOut, type LayoutOptions } from './layout.js';

export interface Arrangement {
  readonly positions: ReadonlyMap<string, Position>;
  /** True when the whole map was drawn anew. */
  readonly anew: boolean;
}

/** A map that grew by this much since it was drawn is drawn anew; until then newcomers stand beside their neighbours. */
const GROWTH_RATIO = 0.25;
const MIN_GROWTH = 5;

/** Decides when the map may jump: people know it by heart, and a full layout moves everything. */
export function createArranger(options: LayoutOptions = {}) {
  let drawnCount: number | undefined;

  return async (graph: Graph, known: ReadonlyMap<string, Position>): Promise<Arrangement> => {
    const kept = graph.nodes.filter(({ id }) => known.has(id)).length;
    drawnCount ??= kept; // after a restart: what is stored was drawn once
    const grown = graph.nodes.length - drawnCount;
    if (kept > 0 && grown < Math.max(MIN_GROWTH, GROWTH_RATIO * drawnCount)) {
      return { positions: placeNewcomers(known, graph), anew: false };
    }
    const { positions } = await layOut(graph, options);
    drawnCount = graph.nodes.length;
    return { positions, anew: true };
  };
}
