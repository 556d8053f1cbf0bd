import { foldLeaves } from './aggregation';
import { buildScene, distanceToSegment, hitTest, readingOrder } from './scene';
import { edge, graph, node } from './testing';

const at = (x: number, y: number) => ({ fixed: { x, y } });
const positions = new Map([
  ['a', { x: 0, y: 0 }],
  ['b', { x: 200, y: 0 }],
  ['c', { x: 0, y: 200 }],
]);
const sceneOf = (edges = [edge('a', 'b')]) =>
  buildScene(
    foldLeaves(graph([node('a', at(0, 0)), node('b'), node('c')], edges), { mode: 'auto', toggled: new Set() }),
    positions,
  );

test('parallel links run side by side, whichever end is the source', () => {
  const scene = sceneOf([edge('a', 'b', { id: '1' }), edge('b', 'a', { id: '2' }), edge('a', 'b', { id: '3' })]);
  const shifts = scene.edges.map(({ ay, by, lanes }) => [ay, by, lanes]);
  expect(shifts).toEqual([
    [-9, -9, 3],
    [0, 0, 3],
    [9, 9, 3],
  ]);
});

test('many parallel links stay within their nodes', () => {
  const scene = sceneOf(Array.from({ length: 20 }, (_, index) => edge('a', 'b', { id: String(index) })));
  expect(scene.edges.every(({ ay }) => Math.abs(ay) <= 19)).toBe(true);
  expect(new Set(scene.edges.map(({ ay }) => ay)).size).toBe(20);
});

test('a link to itself is not drawn', () => {
  expect(sceneOf([edge('a', 'a')]).edges).toEqual([]);
});

test.each([
  ['a node', { x: 5, y: 5 }, { kind: 'node', id: 'a' }],
  ['beside a node', { x: 0, y: 22 }, { kind: 'node', id: 'a' }],
  ['a link', { x: 100, y: 3 }, { kind: 'edge', id: 'a-b' }],
  ['nothing', { x: 100, y: 100 }, undefined],
])('finds %s', (_name, point, target) => {
  expect(hitTest(sceneOf(), point, 6)).toEqual(target);
});

test('finds the count of folded hosts', () => {
  const hosts = ['1', '2', '3', '4'].map((id) => node(id, { kind: 'host' }));
  const folded = foldLeaves(
    graph(
      [node('a'), ...hosts],
      hosts.map(({ id }) => edge('a', id)),
    ),
    {
      mode: 'auto',
      toggled: new Set(),
    },
  );
  expect(hitTest(buildScene(folded, positions), { x: 22, y: -22 }, 6)).toEqual({ kind: 'badge', id: 'a' });
});

test.each([
  [{ x: 0, y: 5 }, 5],
  [{ x: -3, y: 4 }, 5],
  [{ x: 13, y: 4 }, 5],
])('the distance of %j to a segment is %d', (point, distance) => {
  expect(distanceToSegment(point, { ax: 0, ay: 0, bx: 10, by: 0 })).toBe(distance);
});

test('reads rows from the top, each from the left', () => {
  expect(readingOrder(sceneOf())).toEqual(['a', 'b', 'c']);
});
