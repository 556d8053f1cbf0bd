import { foldLeaves } from './aggregation';
import { BoxGrid, fitText, placeLabels, type TextMeasure } from './labels';
import type { Positions } from './layout';
import { prepare } from './renderer';
import { paletteOf } from './palette';
import { buildScene } from './scene';
import { edge, graph, node } from './testing';
import { createTheme } from '@grafana/data';

/** Every letter is six pixels wide. */
const measure: TextMeasure = { font: '', measureText: (text) => ({ width: text.length * 6 }) };
const size = { width: 800, height: 600 };
const none = { selected: undefined, hovered: undefined, focused: undefined, bright: undefined };

function labelsOf(positions: Positions, emphasis = {}, zoom = 1) {
  const nodes = [...positions.keys()].map((id) => node(id, id.startsWith('h') ? { kind: 'host' } : {}));
  const given = graph(
    nodes,
    [edge('big', 'near'), edge('big', 'far')].filter(({ target }) => positions.has(target)),
  );
  const scene = buildScene(foldLeaves(given, { mode: 'never', toggled: new Set() }), positions);
  const { byImportance } = prepare(scene, paletteOf(createTheme()));
  const camera = { x: 0, y: 0, zoom };
  return placeLabels(
    measure,
    byImportance,
    scene.nodes,
    { camera, size },
    { ...none, ...emphasis },
    'Inter',
    new BoxGrid(),
  );
}

const crowd: Positions = new Map([
  ['big', { x: 0, y: 0 }],
  ['near', { x: 10, y: 2 }],
  ['far', { x: 200, y: 0 }],
]);

test('where there is no room below, a label goes beside its node, and none covers another', () => {
  const labels = labelsOf(crowd);
  expect(labels.map(({ id }) => id).sort()).toEqual(['big', 'far', 'near']);
  const boxes = labels.map(({ lines, x, y }) => ({ x, y, width: (lines[0]?.text.length ?? 0) * 6 }));
  for (const a of boxes) {
    for (const b of boxes) {
      if (a !== b) expect(Math.abs(a.x - b.x) >= (a.width + b.width) / 2 || Math.abs(a.y - b.y) >= 14).toBe(true);
    }
  }
});

test('the important node has the label where there is room for one', () => {
  const heap: Positions = new Map(
    Array.from({ length: 40 }, (_, index) => [`n${index}`, { x: index % 7, y: index % 5 }]),
  );
  const labels = labelsOf(new Map([...heap, ['big', { x: 3, y: 3 }], ['far', { x: 300, y: 0 }]]));
  expect(labels.length).toBeLessThan(12);
  expect(labels.map(({ id }) => id)).toContain('big');
});

test('what a person points at has a label', () => {
  expect(labelsOf(crowd, { hovered: { kind: 'node', id: 'near' } }).map(({ id }) => id)).toContain('near');
});

test.each([
  [0.5, false],
  [1, true],
])('hosts have labels only from near: zoom %d', (zoom, shown) => {
  const positions: Positions = new Map([...crowd, ['host', { x: -150, y: -150 }]]);
  expect(labelsOf(positions, {}, zoom).some(({ id }) => id === 'host')).toBe(shown);
});

test('nobody is labelled twice', () => {
  const ids = labelsOf(crowd, { bright: new Set(['big', 'far']) }).map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test.each([
  ['short', 'short'],
  ['a name that is far too long to be read on a map', /^a name .*…$/],
])('fits %p', (text, expected) => {
  const fitted = fitText(measure, text, 'font');
  expect(fitted.text).toMatch(expected);
  expect(fitted.width).toBeLessThanOrEqual(150);
});
