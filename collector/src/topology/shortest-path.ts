import type { Graph } from './graph.js';

/** A way through the graph: nodes by number, and the edge by which each but the last is left. */
export interface Route {
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
}

const SEGMENT_STEP = 1;
const LINK_STEP = 2;
const STEPS = 3;

/**
 * Fewest hops, then the highest sum of confidence, then the lowest ids. The way through a shared segment costs one
 * hop in all, so each of its edges costs half of one: buckets by half hops keep the search linear.
 */
export function shortestPath(
  graph: Graph,
  from: number,
  to: number,
  mask: Uint8Array,
  blockedNodes?: Uint8Array,
  blockedEdges?: ReadonlySet<number>,
): Route | undefined {
  if (from === to) return { nodes: [from], edges: [] };
  const { offsets, slotNode, slotEdge, nodes, isSegment } = graph;
  const distance = new Int32Array(nodes.length).fill(-1);
  const confidence = new Float64Array(nodes.length);
  const viaEdge = new Int32Array(nodes.length);
  const viaNode = new Int32Array(nodes.length);
  const done = new Uint8Array(nodes.length);
  const buckets: number[][] = Array.from({ length: STEPS }, () => []);
  distance[from] = 0;
  (buckets[0] as number[]).push(from);
  let waiting = 1;
  for (let level = 0; waiting > 0; level++) {
    const bucket = buckets[level % STEPS] as number[];
    for (const node of bucket) {
      waiting--;
      if (done[node] === 1 || distance[node] !== level) continue;
      done[node] = 1;
      if (node === to) return trace(from, to, viaNode, viaEdge);
      for (let slot = offsets[node] as number; slot < (offsets[node + 1] as number); slot++) {
        const edge = slotEdge[slot] as number;
        const next = slotNode[slot] as number;
        if (mask[edge] !== 1 || done[next] === 1 || blockedNodes?.[next] === 1 || blockedEdges?.has(edge) === true)
          continue;
        const reached = level + (isSegment[node] === 1 || isSegment[next] === 1 ? SEGMENT_STEP : LINK_STEP);
        const sum = (confidence[node] as number) + (graph.confidence[edge] as number);
        const known = distance[next] as number;
        if (known !== -1 && (reached > known || (reached === known && sum <= (confidence[next] as number)))) continue;
        distance[next] = reached;
        confidence[next] = sum;
        viaEdge[next] = edge;
        viaNode[next] = node;
        if (known === reached) continue;
        (buckets[reached % STEPS] as number[]).push(next);
        waiting++;
      }
    }
    bucket.length = 0;
  }
  return undefined;
}

function trace(from: number, to: number, viaNode: Int32Array, viaEdge: Int32Array): Route {
  const nodes = [to];
  const edges: number[] = [];
  for (let at = to; at !== from; at = viaNode[at] as number) {
    nodes.push(viaNode[at] as number);
    edges.push(viaEdge[at] as number);
  }
  return { nodes: nodes.reverse(), edges: edges.reverse() };
}

/** Cost of a route in half hops, and its confidence as tie-break. */
export function routeCost(graph: Graph, route: Route): { halfHops: number; confidence: number } {
  let halfHops = 0;
  let confidence = 0;
  route.edges.forEach((edge, i) => {
    const ends = [route.nodes[i], route.nodes[i + 1]];
    halfHops += ends.some((end) => graph.nodes[end as number]?.kind === 'segment') ? SEGMENT_STEP : LINK_STEP;
    confidence += graph.edges[edge]?.confidence ?? 0;
  });
  return { halfHops, confidence };
}

/**
 * Up to `count` loopless routes, best first (Yen 1971). At most `maxSearches` shortest-path searches are made: what
 * is known by then is the answer, so that a large mesh costs no more than a small one.
 */
export function shortestPaths(
  graph: Graph,
  from: number,
  to: number,
  mask: Uint8Array,
  count: number,
  maxSearches = 100,
): Route[] {
  const first = shortestPath(graph, from, to, mask);
  if (first === undefined) return [];
  const found = [first];
  const candidates: Route[] = [];
  const seen = new Set([first.edges.join()]);
  let searches = 1;
  while (found.length < count) {
    const last = found.at(-1) as Route;
    for (let i = 0; i < last.edges.length && searches < maxSearches; i++) {
      searches++;
      const spur = spurRoute(graph, found, last, i, to, mask);
      const key = spur?.edges.join();
      if (spur === undefined || key === undefined || seen.has(key)) continue;
      seen.add(key);
      candidates.push(spur);
    }
    candidates.sort((x, y) => compareRoutes(graph, x, y));
    const best = candidates.shift();
    if (best === undefined) break;
    found.push(best);
  }
  return found;
}

function spurRoute(
  graph: Graph,
  found: readonly Route[],
  last: Route,
  at: number,
  to: number,
  mask: Uint8Array,
): Route | undefined {
  const rootNodes = last.nodes.slice(0, at + 1);
  const rootEdges = last.edges.slice(0, at);
  const blockedEdges = new Set<number>();
  for (const route of found) {
    const isShared = rootEdges.every((edge, i) => route.edges[i] === edge);
    const next = route.edges[at];
    if (isShared && next !== undefined) blockedEdges.add(next);
  }
  const blockedNodes = new Uint8Array(graph.nodes.length);
  for (const node of rootNodes.slice(0, -1)) blockedNodes[node] = 1;
  const rest = shortestPath(graph, rootNodes.at(-1) as number, to, mask, blockedNodes, blockedEdges);
  if (rest === undefined) return undefined;
  return { nodes: [...rootNodes, ...rest.nodes.slice(1)], edges: [...rootEdges, ...rest.edges] };
}

function compareRoutes(graph: Graph, x: Route, y: Route): number {
  const [a, b] = [routeCost(graph, x), routeCost(graph, y)];
  if (a.halfHops !== b.halfHops) return a.halfHops - b.halfHops;
  if (a.confidence !== b.confidence) return b.confidence - a.confidence;
  return x.edges.join() < y.edges.join() ? -1 : 1;
}
