import { foldLeaves } from './aggregation';
import { fitText, placeLabels, type TextMeasure } from './labels';
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
  return placeLabels(measure, byImportance, scene.nodes, { camera, size }, { ...none, ...emphasis }, 'Inter');
}

const crowd: Positions = new Map([
  ['big', { x: 0, y: 0 }],
  ['near', { x: 10, y: 2 }],
  ['far', { x: 200, y: 0 }],
]);

test('the important node has the label where there is no room for two', () => {
  const ids = labelsOf(crowd).map(({ id }) => id);
  expect(ids).toContain('far');
  expect(ids).not.toContain('near');
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
