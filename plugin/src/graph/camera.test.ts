import fc from 'fast-check';
import { boundsOf, fitted, MAX_ZOOM, MIN_ZOOM, panned, toScreen, toWorld, zoomed } from './camera';

const size = { width: 800, height: 600 };
const number = fc.double({ min: -5000, max: 5000, noNaN: true });
const anyCamera = fc.record({ x: number, y: number, zoom: fc.double({ min: 0.05, max: 3, noNaN: true }) });
const anyPoint = fc.record({ x: number, y: number });

test('toWorld undoes toScreen', () => {
  fc.assert(
    fc.property(anyCamera, anyPoint, (camera, point) => {
      const back = toWorld(camera, size, toScreen(camera, size, point));
      expect(back.x).toBeCloseTo(point.x, 4);
      expect(back.y).toBeCloseTo(point.y, 4);
    }),
  );
});

test('zooming keeps what is under the pointer and stays in its limits', () => {
  fc.assert(
    fc.property(anyCamera, fc.double({ min: 0.01, max: 100, noNaN: true }), (camera, factor) => {
      const at = { x: 200, y: 100 };
      const next = zoomed(camera, size, factor, at);
      const before = toWorld(camera, size, at);
      const after = toWorld(next, size, at);
      expect(after.x).toBeCloseTo(before.x, 3);
      expect(after.y).toBeCloseTo(before.y, 3);
      expect(next.zoom).toBeGreaterThanOrEqual(MIN_ZOOM);
      expect(next.zoom).toBeLessThanOrEqual(MAX_ZOOM);
    }),
  );
});

test('fit shows everything inside the inset', () => {
  const points = [
    { x: -1000, y: 0 },
    { x: 3000, y: 500 },
  ];
  const inset = { left: 40, right: 40, top: 60, bottom: 20 };
  const camera = fitted(boundsOf(points), size, inset);
  for (const point of points) {
    const { x, y } = toScreen(camera, size, point);
    expect(x).toBeGreaterThanOrEqual(39.9);
    expect(x).toBeLessThanOrEqual(760.1);
    expect(y).toBeGreaterThanOrEqual(59.9);
    expect(y).toBeLessThanOrEqual(580.1);
  }
});

test.each([
  ['nothing', [], { x: 0, y: 0, zoom: 1 }],
  ['one node in the middle, not blown up', [{ x: 7, y: 8 }], { x: 7, y: 8, zoom: 1.3 }],
])('fits %s', (_name, points, camera) => {
  expect(fitted(boundsOf(points), size)).toEqual(camera);
});

test('panning moves the world with the pointer', () => {
  expect(panned({ x: 0, y: 0, zoom: 2 }, 10, -20)).toEqual({ x: -5, y: 10, zoom: 2 });
});
