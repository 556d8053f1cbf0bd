import { createDataFrame, FieldType } from '@grafana/data';
import fc from 'fast-check';
import { densityOf, gridLevels } from './density';
import { readConstellations } from './frames';

test('every point is counted once, inside or outside', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.float({ min: -3, max: 3, noNaN: true }), fc.float({ min: -3, max: 3, noNaN: true }))),
      (pairs) => {
        const { counts, outside, highest } = densityOf(Float32Array.from(pairs.flat()), 64, 1.5);
        expect(counts.reduce((sum, count) => sum + count, 0) + outside).toBe(pairs.length);
        expect(highest).toBe(Math.max(0, ...counts));
      },
    ),
  );
});

test('up is positive, right is positive', () => {
  const { counts } = densityOf(Float32Array.of(0.9, 0.9), 2, 1);
  expect([...counts]).toEqual([0, 1, 0, 0]);
});

test.each([
  [4, 2],
  [16, 4],
  [4096, 64],
  [128, undefined],
  [9, undefined],
])('%i-QAM has %p levels on an axis, unit power', (order, levels) => {
  const grid = gridLevels(order);
  expect(grid?.length).toBe(levels);
  if (!grid) return;
  const power = (2 * grid.reduce((sum, level) => sum + level ** 2, 0)) / grid.length;
  expect(power).toBeCloseTo(1, 10);
});

const frame = (points: string) =>
  createDataFrame({
    fields: [
      { name: 'time', type: FieldType.time, values: [1] },
      { name: 'points_base64', type: FieldType.string, values: [points] },
      { name: 'modulation_order', type: FieldType.number, values: [256] },
      { name: 'mer_db', type: FieldType.number, values: [null] },
    ],
  });

test('reads fixed point, two bytes each, and keeps an unknown MER unknown', () => {
  const result = readConstellations([frame('IADgAA==')]);
  expect(result).toMatchObject({
    kind: 'constellations',
    constellations: [{ modulationOrder: 256, merDb: undefined }],
  });
  if (result.kind === 'constellations') expect([...(result.constellations[0]?.points ?? [])]).toEqual([1, -1]);
});

test.each([
  ['no frames', [], 'empty'],
  ['half a point', [frame('IAA=')], 'empty'],
  ['another query', [createDataFrame({ fields: [{ name: 'x', values: [1] }] })], 'problem'],
])('%s is a result that explains itself', (_name, frames, kind) => {
  expect(readConstellations(frames)).toMatchObject({ kind });
});
