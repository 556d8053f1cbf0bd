import { createTheme } from '@grafana/data';
import { edgeStyle, glyphOf, methodBadge } from './edge-style';
import type { GraphEdge } from './model';
import { paletteOf } from './palette';
import { edge } from './testing';

const palette = paletteOf(createTheme({ colors: { mode: 'dark' } }));

test.each<[string, Partial<GraphEdge>, string | undefined]>([
  ['a live link', {}, undefined],
  ['down before not known', { operStatus: 'down', state: 'unknown' }, 'down'],
  ['not known', { state: 'unknown', blocked: true }, 'unknown'],
  ['stale', { state: 'stale' }, 'stale'],
  ['blocked', { blocked: true }, 'blocked'],
  ['blocking not known says nothing', { blocked: undefined }, undefined],
])('%s', (_name, given, glyph) => {
  expect(glyphOf(edge('a', 'b', given))).toBe(glyph);
});

test('bands and states differ without colour', () => {
  const shapes = [
    edge('a', 'b', { band: 'high' }),
    edge('a', 'b', { band: 'medium' }),
    edge('a', 'b', { band: 'low' }),
    edge('a', 'b', { band: 'unrated' }),
    edge('a', 'b', { band: 'high', operStatus: 'down' }),
    edge('a', 'b', { band: 'high', state: 'unknown' }),
    edge('a', 'b', { band: 'high', state: 'stale' }),
    edge('a', 'b', { band: 'high', blocked: true }),
  ].map((given) => {
    const { dash, glyph } = edgeStyle(given, palette);
    return JSON.stringify([dash, glyph]);
  });
  expect(new Set(shapes).size).toBe(shapes.length);
});

test('a loaded link is wider', () => {
  const widths = [0, 0.5, 1, 7].map((loadRatio) => edgeStyle(edge('a', 'b', { loadRatio }), palette).width);
  expect(widths[0]).toBeLessThan(widths[1] ?? 0);
  expect(widths[1]).toBeLessThan(widths[2] ?? 0);
  expect(widths[3]).toBe(widths[2]);
});

test.each(['dark', 'light'] as const)('every colour of the %s palette is one', (mode) => {
  const { bands, ...colors } = paletteOf(createTheme({ colors: { mode } }));
  const all = [...Object.values(bands), colors.background, colors.text, colors.down, colors.up, colors.focus];
  expect(all.every((color) => /^(#|rgb)/.test(color))).toBe(true);
  expect(new Set([bands.high, bands.medium, bands.low]).size).toBe(3);
});

test.each([
  ['lldp', 'LLDP'],
  ['bridge', 'FDB'],
  ['isis', 'IS-IS'],
  [undefined, undefined],
])('%p is written %p', (method, badge) => {
  expect(methodBadge(method)).toBe(badge);
});
