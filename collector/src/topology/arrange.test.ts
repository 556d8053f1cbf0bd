import { createArranger } from './arrange.js';
import { buildGraph, type GraphEdge, type GraphNode } from './graph.js';

const device = (id: string): GraphNode => ({ id, title: id, kind: 'device', site: 'hq' });
const link = (a: string, b: string): GraphEdge => ({
  id: `${a} ${b}`,
  a: { node: a, ifIndex: 1, ifName: '1', operStatus: 'up' },
  b: { node: b, ifIndex: 1, ifName: '1', operStatus: 'up' },
  layer: 2,
  method: 'lldp',
  confidence: 1,
  blocked: false,
  members: [],
  vlans: [],
  lastSeen: '2026-11-20T10:00:00.000Z',
  state: 'current',
});
const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const engine = () => ({ layout: () => Promise.reject(new Error('not here')), close: () => undefined });

test('draws anew when links appear among devices that were there, and then stands still', async () => {
  const arrange = createArranger({ createEngine: engine });
  const bare = await arrange(buildGraph(names.map(device), []), new Map());
  expect(bare.anew).toBe(true);
  const ring = names.map((name, i) => link(name, names[(i + 1) % names.length] as string));
  const linked = await arrange(buildGraph(names.map(device), ring), bare.positions);
  expect(linked.anew).toBe(true);
  const again = await arrange(buildGraph([...names, 'g'].map(device), [...ring, link('a', 'g')]), linked.positions);
  expect(again.anew).toBe(false);
  expect([...again.positions.keys()]).toEqual(['g']);
});

test('a restart does not move the map', async () => {
  const graph = buildGraph(names.map(device), [link('a', 'b'), link('b', 'c')]);
  const { positions } = await createArranger({ createEngine: engine })(graph, new Map());
  expect((await createArranger({ createEngine: engine })(graph, positions)).anew).toBe(false);
});
