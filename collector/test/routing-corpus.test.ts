import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { factsOfRecordings } from '../src/commands/topology.js';
import { infer } from '../src/topology/correlate/infer.js';
import { buildGraph, type GraphEdge, type GraphNode } from '../src/topology/graph.js';
import { findPath } from '../src/topology/path.js';
import { routingView } from '../src/topology/routing-view.js';

/** Layer 3 paths over the routing tables that real routers answered with. */
const walks = join(process.env['PLANTGRAPH_SHARED'] ?? resolve(__dirname, '../../../shared'), 'data/walks');
const present = existsSync(walks);
if (!present) console.warn(`no recorded networks: ${walks} is absent, so paths over recorded routes are skipped`);
const now = new Date(0);

async function networkOf(name: string) {
  const facts = await factsOfRecordings([join(walks, name)]);
  const inference = infer(facts);
  const nodes = inference.devices.map(({ id }): GraphNode => ({ id, title: id, kind: 'device', site: null }));
  const edges = inference.links.map(({ a, b, layer, method, confidence, blocked }, i): GraphEdge => {
    const end = ({ device, ifIndex, ifName }: typeof a) => ({
      node: device,
      ifIndex,
      ifName,
      operStatus: 'up' as const,
    });
    const rest = { layer, method, confidence, blocked, members: [], vlans: [] };
    return { id: `link ${i}`, a: end(a), b: end(b), ...rest, lastSeen: now.toISOString(), state: 'current' };
  });
  const routing = routingView(new Map(facts.map((one) => [one.deviceId, one])));
  const graph = buildGraph(nodes, edges);
  return { facts, path: (from: string, to: string) => findPath(graph, from, to, { layer: 3, now, routing }) };
}

const told = (answer: ReturnType<typeof findPath>) =>
  answer.paths.map(({ basis, hops }) =>
    [basis, ...hops.map(({ node, inPort, outPort }) => `${inPort ?? ''}>${node}>${outPort ?? ''}`)].join(' '),
  );

(present ? describe : describe.skip)('recorded routing tables', () => {
  test('static routes of old agents, which name no port: it follows from the network of the next hop', async () => {
    const { path } = await networkOf('onms-nms4005-arp-only');
    expect(told(path('R1', 'R4'))).toEqual(['routing >R1>Fa0/1 Fa0/0>R3>Fa0/1 Fa0/0>R4>']);
    expect(told(path('R4', 'R2'))).toEqual(['routing >R4>Fa0/0 Fa0/1>R3>Fa1/0 Fa0/1>R2>']);
  });

  test('every pair of routers of a lab with OSPF and EIGRP', async () => {
    const { facts, path } = await networkOf('onms-nms17216-cisco-lab');
    const routers = facts.filter(({ routes }) => routes.length > 5).map(({ deviceId }) => deviceId);
    expect(routers).toEqual(['router1', 'router2', 'router3', 'router4', 'switch1']);
    const chain = ['switch1', 'router1', 'router2', 'router3', 'router4'];
    for (const [i, from] of chain.entries()) {
      for (const [j, to] of chain.entries()) {
        if (i === j) continue;
        const answer = path(from, to);
        const nodes = answer.paths.map(({ basis, hops }) => [basis, ...hops.map(({ node }) => node)].join(' '));
        const between = i < j ? chain.slice(i, j + 1) : chain.slice(j, i + 1).reverse();
        expect(nodes).toEqual([['routing', ...between].join(' ')]);
      }
    }
  });

  test('a switch sends by its management network to its router, and is reached by it', async () => {
    const { path } = await networkOf('onms-nms0002-malm-pervlan');
    const [router, managed] = ['r-se-malm-nobe-013', 's-se-malm-nobe-561'];
    expect(told(path(router, managed))).toEqual([`routing >${router}>Vl3 management>${managed}>`]);
    expect(told(path(managed, router))).toEqual([`routing >${managed}>management Vl3>${router}>`]);
    expect(path(router, managed).paths[0]?.hops[0]).toMatchObject({
      method: 'arp',
      route: { prefix: '10.108.191.128/25', nextHop: null, protocol: 'local' },
    });
  });
});
