import fc from 'fast-check';
import { foldLeaves } from './aggregation';
import { placeNodes, type Positions, SPACING, typicalDistance } from './layout';
import { edge, graph, join, node, star } from './testing';
import type { Graph } from './model';

const place = (given: Graph, previous?: Positions, expanded: string[] = []) =>
  placeNodes(foldLeaves(given, { mode: 'auto', toggled: new Set(expanded) }), previous);

const closest = (positions: Positions): number => {
  const points = [...positions.values()];
  return Math.min(
    ...points.flatMap((a, index) => points.slice(index + 1).map((b) => Math.hypot(a.x - b.x, a.y - b.y))),
  );
};

/** A plant: a core, distribution switches, access switches on each, joined pairwise. */
function plant(distributions: number, accesses: number): Graph {
  const made = graph([node('core', { role: 'core' })]);
  for (let d = 0; d < distributions; d++) {
    made.nodes.push(node(`d${d}`));
    made.edges.push(edge('core', `d${d}`));
    if (d > 0) made.edges.push(edge(`d${d - 1}`, `d${d}`));
    for (let a = 0; a < accesses; a++) {
      made.nodes.push(node(`d${d}a${a}`));
      made.edges.push(edge(`d${d}`, `d${d}a${a}`));
    }
  }
  return made;
}

test('stored positions are kept in shape and brought to one scale', () => {
  const positions = place(
    graph([
      node('a', { fixed: { x: 0, y: 0 } }),
      node('b', { fixed: { x: 30, y: 0 } }),
      node('c', { fixed: { x: 0, y: 30 } }),
    ]),
  );
  expect([...positions]).toEqual([
    ['a', { x: 0, y: 0 }],
    ['b', { x: 120, y: 0 }],
    ['c', { x: 0, y: 120 }],
  ]);
});

test('a newcomer stands beside its neighbour and moves nobody', () => {
  const fixed = plant(3, 3);
  const before = place(fixed);
  fixed.nodes.forEach((given) => (given.fixed = before.get(given.id)));
  const after = place(join(fixed, graph([node('new')], [edge('d1', 'new')])));
  for (const [id, point] of before) expect(after.get(id)).toEqual(point);
  const [at, beside] = [after.get('new'), after.get('d1')];
  expect(Math.hypot((at?.x ?? 0) - (beside?.x ?? 0), (at?.y ?? 0) - (beside?.y ?? 0))).toBeLessThan(3 * SPACING);
  expect(closest(after)).toBeGreaterThan(SPACING * 0.79);
});

test('without stored positions a map still does not jump when a node arrives', () => {
  const first = place(plant(3, 3));
  const second = place(join(plant(3, 3), graph([node('new')], [edge('d1', 'new')])), first);
  for (const [id, point] of first) expect(second.get(id)).toEqual(point);
});

test('another network is laid out afresh', () => {
  const first = place(plant(3, 3));
  const other = graph(
    [node('core'), node('x'), node('y'), node('z')],
    [edge('core', 'x'), edge('x', 'y'), edge('y', 'z')],
  );
  expect(place(other, first)).toEqual(place(other));
});

test('a part that hangs on nothing known stands apart', () => {
  const positions = place(
    graph(
      [node('a', { fixed: { x: 0, y: 0 } }), node('b', { fixed: { x: 0, y: 50 } }), node('lonely'), node('pair')],
      [edge('lonely', 'pair')],
    ),
  );
  expect(positions.size).toBe(4);
  expect(closest(positions)).toBeGreaterThan(SPACING * 0.6);
});

test('expanded leaves ring their switch and move nothing else', () => {
  const given = join(star('sw', 40), graph([node('core')], [edge('core', 'sw')]));
  const folded = place(given);
  const expanded = place(given, folded, ['sw']);
  expect(folded.size).toBe(2);
  expect(expanded.size).toBe(42);
  expect(expanded.get('core')).toEqual(folded.get('core'));
  expect(closest(expanded)).toBeGreaterThan(25);
});

test.each([
  ['a star of 60', star('sw', 0), 60, 0],
  ['a plant of 100', plant(9, 10), 0, 0],
  ['a plant of 2,000', plant(44, 44), 0, 0],
])('%s: no two nodes on one place', (_name, given, spokes) => {
  for (let index = 0; index < spokes; index++) {
    given.nodes.push(node(`s${index}`));
    given.edges.push(edge('sw', `s${index}`));
  }
  const positions = place(given);
  expect(positions.size).toBe(given.nodes.length);
  const points = [...positions.values()];
  expect(new Set(points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`)).size).toBe(points.length);
  if (points.length < 200) expect(closest(positions)).toBeGreaterThan(SPACING * 0.5);
  expect(points.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true);
});

test('every node has a place, whatever the graph, and the order of rows does not matter', () => {
  const anyGraph = fc
    .record({
      fixed: fc.array(fc.boolean(), { minLength: 1, maxLength: 10 }),
      pairs: fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 15 }),
    })
    .map(({ fixed, pairs }) =>
      graph(
        fixed.map((isFixed, index) =>
          node(`n${index}`, isFixed ? { fixed: { x: index * 7, y: (index * 13) % 5 } } : {}),
        ),
        pairs
          .filter(([a, b]) => a < fixed.length && b < fixed.length)
          .map(([a, b], index) => edge(`n${a}`, `n${b}`, { id: `e${index}` })),
      ),
    );
  fc.assert(
    fc.property(anyGraph, (given) => {
      const positions = place(given);
      expect([...positions.values()].every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true);
      expect(positions.size).toBe(given.nodes.length);
      const reversed = place(graph([...given.nodes].reverse(), [...given.edges].reverse()));
      for (const [id, point] of positions) expect(reversed.get(id)).toEqual(point);
    }),
  );
});

test.each([
  [[], 0],
  [[{ x: 1, y: 1 }], 0],
  [
    [
      { x: 1, y: 1 },
      { x: 1, y: 1 },
    ],
    0,
  ],
  [
    [
      { x: 0, y: 0 },
      { x: 10, y: 0 },
      { x: 20, y: 0 },
      { x: 500, y: 0 },
    ],
    10,
  ],
])('the typical distance of %j is %d', (points, distance) => {
  expect(typicalDistance(points)).toBe(distance);
});
