import { Worker } from 'node:worker_threads';
import type { ElkNode } from 'elkjs/lib/elk-api.js';
import type { Graph } from './graph.js';
import {
  depthsFrom,
  fallbackLayout,
  fanRadius,
  fromCentre,
  isFanned,
  pack,
  type Block,
  type Position,
} from './layout-geometry.js';

/** Lays out one graph for elkjs. Rejects when it fails, is too late or is cancelled. */
export interface LayoutEngine {
  layout(graph: ElkNode): Promise<ElkNode>;
  close(): void;
}

export interface LayoutOptions {
  /** Time for the whole drawing; sites not laid out by then get the tree layout. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
  /** Makes the engine; a worker thread of this process when absent. */
  readonly createEngine?: () => LayoutEngine;
}

export interface LayoutResult {
  readonly positions: ReadonlyMap<string, Position>;
  /** Sites that got the tree layout, with the reason. */
  readonly fallbacks: readonly { readonly site: string | null; readonly reason: string }[];
}

const DEFAULT_DEADLINE_MS = 20_000;
/** elkjs needs seconds and hundreds of megabytes beyond this. */
const MAX_LAYERED_NODES = 3000;
/** Sorted input and these options give the same drawing for the same graph. */
const ELK_OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.randomSeed': '1',
  'elk.spacing.nodeNode': '40',
  'elk.layered.spacing.nodeNodeBetweenLayers': '80',
  'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
  'elk.edgeRouting': 'POLYLINE',
};

/**
 * Positions for every node: each site drawn on its own and packed beside the others, infrastructure in layers, hosts
 * and other leaves fanned around what they hang on. The same graph gives the same positions.
 */
export async function layOut(graph: Graph, options: LayoutOptions = {}): Promise<LayoutResult> {
  const deadlineAtMs = performance.now() + (options.deadlineMs ?? DEFAULT_DEADLINE_MS);
  const fallbacks: { site: string | null; reason: string }[] = [];
  const blocks: Block[] = [];
  let engine: LayoutEngine | undefined;
  let broken: string | undefined;
  try {
    for (const [site, members] of bySite(graph)) {
      const core = members.filter((node) => !isFanned(graph, node));
      const reason = broken ?? (core.length > MAX_LAYERED_NODES ? `${core.length} nodes are too many` : undefined);
      if (reason !== undefined) {
        blocks.push(fallbackLayout(graph, core));
        fallbacks.push({ site, reason });
        continue;
      }
      try {
        engine ??= (options.createEngine ?? createWorkerEngine)();
        const restMs = deadlineAtMs - performance.now();
        blocks.push(await withDeadline(layered(graph, core, engine), restMs, options.signal));
      } catch (error) {
        // an engine that was late may be busy for minutes: it is not asked again
        broken = error instanceof Error ? error.message : String(error);
        blocks.push(fallbackLayout(graph, core));
        fallbacks.push({ site, reason: broken });
      }
    }
  } finally {
    engine?.close();
  }
  return { positions: pack(graph, blocks), fallbacks };
}

function bySite(graph: Graph): [string | null, number[]][] {
  const sites = new Map<string | null, number[]>();
  graph.nodes.forEach(({ site }, number) => {
    const members = sites.get(site);
    if (members === undefined) sites.set(site, [number]);
    else members.push(number);
  });
  return [...sites].sort(([x], [y]) => ((x ?? '\uffff') < (y ?? '\uffff') ? -1 : 1));
}

async function layered(graph: Graph, members: readonly number[], engine: LayoutEngine): Promise<Block> {
  const inside = new Set(members);
  const sides = new Map(members.map((node) => [node, 2 * fanRadius(graph, node)]));
  // layers follow the direction of edges: away from the middle, so that the core stands on top
  const depths = new Map<number, number>();
  for (const root of fromCentre(graph, members)) {
    if (depths.has(root)) continue;
    for (const [node, depth] of depthsFrom(graph, root, inside)) depths.set(node, depth);
  }
  const downwards = (x: number, y: number): number => (depths.get(x) ?? 0) - (depths.get(y) ?? 0) || x - y;
  const edges = new Map<string, { id: string; sources: string[]; targets: string[] }>();
  graph.edges.forEach((_, i) => {
    const [a, b] = [graph.endA[i] as number, graph.endB[i] as number].sort(downwards) as [number, number];
    // parallel links do not change where things stand
    const id = `${a}-${b}`;
    if (a !== b && inside.has(a) && inside.has(b)) edges.set(id, { id, sources: [String(a)], targets: [String(b)] });
  });
  const result = await engine.layout({
    id: 'root',
    layoutOptions: ELK_OPTIONS,
    children: members.map((node) => ({ id: String(node), width: sides.get(node) ?? 0, height: sides.get(node) ?? 0 })),
    edges: [...edges.values()],
  });
  const positions = new Map<number, Position>();
  for (const child of result.children ?? []) {
    const node = Number(child.id);
    const half = (sides.get(node) ?? 0) / 2;
    if (child.x === undefined || child.y === undefined || !Number.isFinite(child.x + child.y)) {
      throw new Error(`the layout left out ${graph.nodes[node]?.id}`);
    }
    positions.set(node, { x: child.x + half, y: child.y + half });
  }
  if (positions.size !== members.length) throw new Error('the layout is incomplete');
  return { positions };
}

async function withDeadline<T>(work: Promise<T>, ms: number, signal: AbortSignal | undefined): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const stop = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the layout took too long')), Math.max(0, ms));
    onAbort = () => reject(new Error('the layout was cancelled'));
    if (signal?.aborted === true) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, stop]);
  } finally {
    clearTimeout(timer);
    if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
    work.catch(() => undefined); // whoever lost the race may still fail; the answer is given
  }
}

/** elkjs on a worker thread, which `close` kills at once. */
export function createWorkerEngine(script: URL = new URL('./layout-worker.js', import.meta.url)): LayoutEngine {
  const worker = new Worker(script);
  worker.unref();
  const waiting = new Map<number, { resolve: (graph: ElkNode) => void; reject: (error: Error) => void }>();
  let next = 0;
  let failure: Error | undefined;
  const fail = (error: Error): void => {
    failure = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on('error', fail);
  worker.on('exit', () => fail(failure ?? new Error('the layout thread ended')));
  worker.on('message', ({ id, graph, error }: { id: number; graph?: ElkNode; error?: string }) => {
    const task = waiting.get(id);
    waiting.delete(id);
    if (graph === undefined) task?.reject(new Error(error ?? 'the layout failed'));
    else task?.resolve(graph);
  });
  return {
    layout: (graph) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) return reject(failure);
        const id = ++next;
        waiting.set(id, { resolve, reject });
        worker.postMessage({ id, graph });
      }),
    close: () => {
      worker.terminate().catch(() => undefined); // it has ended already
    },
  };
}
