import { build } from 'esbuild';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { buildGraph, type Graph, type GraphEdge, type GraphNode } from './graph.js';
import { createWorkerEngine, layOut, type LayoutEngine } from './layout.js';
import { placeNewcomers } from './layout-geometry.js';

const node = (id: string, kind: GraphNode['kind'] = 'device', site: string | null = 'hq'): GraphNode => ({
  id,
  title: id,
  kind,
  site,
});
const link = (a: string, b: string): GraphEdge => ({
  id: `${a}=${b}`,
  a: { node: a, ifIndex: 1, ifName: null, operStatus: 'up' },
  b: { node: b, ifIndex: 1, ifName: null, operStatus: 'up' },
  layer: 2,
  method: 'lldp',
  confidence: 1,
  blocked: false,
  members: [],
  vlans: [],
  lastSeen: '2026-01-01T00:00:00.000Z',
  state: 'current',
});

/** Two sites: core, switches, hosts on each switch. */
function campus(switches: number, hosts: number): Graph {
  const nodes = [node('core-a', 'device', 'a'), node('core-b', 'device', 'b')];
  const edges = [link('core-a', 'core-b')];
  for (let i = 0; i < switches; i++) {
    const site = i % 2 === 0 ? 'a' : 'b';
    nodes.push(node(`sw-${i}`, 'device', site));
    edges.push(link(`core-${site}`, `sw-${i}`));
    for (let h = 0; h < hosts; h++) {
      nodes.push(node(`host:${i}-${h}`, 'host', site));
      edges.push(link(`sw-${i}`, `host:${i}-${h}`));
    }
  }
  return buildGraph(nodes, edges);
}

const scratch = join(__dirname, '../../node_modules/.cache');
let folder: string;
let script: URL;

// the worker as the build makes it, where Node finds elkjs
beforeAll(async () => {
  mkdirSync(scratch, { recursive: true });
  folder = mkdtempSync(join(scratch, 'layout-'));
  const outfile = join(folder, 'layout-worker.mjs');
  const entryPoints = [join(__dirname, 'layout-worker.ts')];
  await build({ entryPoints, outfile, bundle: true, packages: 'external', format: 'esm', platform: 'node' });
  script = pathToFileURL(outfile);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const engine = () => createWorkerEngine(script);
const failing = (layout: LayoutEngine['layout']) => () => ({ layout, close: () => undefined });

function expectApart(positions: ReadonlyMap<string, { x: number; y: number }>, graph: Graph): void {
  expect([...positions.keys()].sort()).toEqual(graph.nodes.map(({ id }) => id));
  expect(new Set([...positions.values()].map(({ x, y }) => `${x} ${y}`)).size).toBe(positions.size);
  expect([...positions.values()].every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true);
}

test('every node gets a place of its own, hosts near their switch, and again the same', async () => {
  const graph = campus(8, 12);
  const { positions, fallbacks } = await layOut(graph, { createEngine: engine });
  expect(fallbacks).toEqual([]);
  expectApart(positions, graph);
  const [host, own] = [positions.get('host:3-5'), positions.get('sw-3')];
  expect(Math.hypot((host?.x ?? 0) - (own?.x ?? 0), (host?.y ?? 0) - (own?.y ?? 0))).toBeLessThan(150);
  const again = await layOut(buildGraph([...graph.nodes].reverse(), [...graph.edges].reverse()), {
    createEngine: engine,
  });
  expect(again.positions).toEqual(positions);
});

test.each<[string, () => LayoutEngine, string]>([
  ['fails', failing(() => Promise.reject(new Error('out of luck'))), 'out of luck'],
  ['never answers', failing(() => new Promise(() => undefined)), 'the layout took too long'],
  ['leaves nodes out', failing(async (graph) => ({ ...graph, children: [] })), 'the layout is incomplete'],
  ['cannot start', () => createWorkerEngine(new URL('file:///nowhere/layout-worker.mjs')), 'Cannot find module'],
])('an engine that %s gives way to the tree layout', async (_name, createEngine, reason) => {
  const graph = campus(4, 5);
  const { positions, fallbacks } = await layOut(graph, {
    createEngine,
    deadlineMs: 5000 * Number(reason.includes('find')) + 50,
  });
  expect(fallbacks.map(({ site }) => site)).toEqual(['a', 'b']);
  expect(fallbacks[0]?.reason).toContain(reason);
  expectApart(positions, graph);
});

test('a cancelled layout ends', async () => {
  const { fallbacks } = await layOut(campus(4, 1), { createEngine: engine, signal: AbortSignal.abort() });
  expect(fallbacks[0]?.reason).toBe('the layout was cancelled');
});

test('the tree layout takes any graph', async () => {
  const anyGraph = fc.array(fc.tuple(fc.nat(12), fc.nat(12)), { maxLength: 25 }).map((pairs) =>
    buildGraph(
      Array.from({ length: 13 }, (_, i) => node(`n${i}`, i > 8 ? 'host' : 'device')),
      pairs.map(([a, b]) => link(`n${a}`, `n${b}`)),
    ),
  );
  const createEngine = failing(() => Promise.reject(new Error('no')));
  await fc.assert(
    fc.asyncProperty(anyGraph, async (graph) => {
      const { positions } = await layOut(graph, { createEngine });
      expectApart(positions, graph);
    }),
    { numRuns: 60 },
  );
});

test('newcomers stand beside their neighbour and nobody else moves', async () => {
  const before = campus(4, 5);
  const { positions } = await layOut(before, { createEngine: engine });
  const graph = buildGraph(
    [
      ...before.nodes,
      node('host:new', 'host'),
      node('sw-new'),
      node('host:newer', 'host'),
      node('lonely'),
      node('friend'),
    ],
    [
      ...before.edges,
      link('sw-2', 'host:new'),
      link('sw-2', 'sw-new'),
      link('sw-new', 'host:newer'),
      link('lonely', 'friend'),
    ],
  );
  const placed = placeNewcomers(positions, graph);
  expect([...placed.keys()].sort()).toEqual(['friend', 'host:new', 'host:newer', 'lonely', 'sw-new']);
  expectApart(new Map([...positions, ...placed]), graph);
  const [host, own] = [placed.get('host:new'), positions.get('sw-2')];
  expect(Math.hypot((host?.x ?? 0) - (own?.x ?? 0), (host?.y ?? 0) - (own?.y ?? 0))).toBeLessThan(150);
  expect(placeNewcomers(positions, graph)).toEqual(placed);
});
