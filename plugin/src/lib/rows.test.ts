import { createDataFrame, FieldType } from '@grafana/data';
import { numberOf, textOf, timeOf, truthOf } from './cells';
import { findRows, rowsWith } from './rows';

const wanted = { columns: ['a', 'b'] as [string, string], view: 'grafana.nodes', empty: 'Nothing here.' };
const frame = (names: string[]) =>
  createDataFrame({ fields: names.map((name) => ({ name, type: FieldType.string, values: ['1', ''] })) });

test.each([
  ['no frame', [], { kind: 'empty', message: 'Nothing here.' }],
  ['a frame without fields', [createDataFrame({ fields: [] })], { kind: 'empty', message: 'Nothing here.' }],
  ['another query', [frame(['x'])], { kind: 'problem', message: expect.stringContaining('grafana.nodes') }],
  ['a column missing', [frame(['a'])], { kind: 'problem', message: expect.stringContaining('no column b') }],
])('%s explains itself', (_name, frames, expected) => {
  expect(findRows(frames, wanted)).toEqual(expected);
});

test('finds its frame among others, matches names without case, and knows what is not there', () => {
  const found = findRows([frame(['x']), frame(['A', 'b', 'a'])], wanted);
  if (found.kind !== 'rows') throw new Error(found.message);
  const { rows } = found;
  expect([rows.length, rows.number('a', 0), rows.text('b', 1), rows.timeMs('c', 0)]).toEqual([
    2,
    1,
    undefined,
    undefined,
  ]);
  expect(rowsWith([frame(['x']), frame(['a', 'x'])], ['x', 'a'])).toHaveLength(1);
});

test('cells answer with a value or undefined', () => {
  expect([numberOf(null), numberOf(''), numberOf('1e3'), numberOf(NaN), numberOf({})]).toEqual([
    undefined,
    undefined,
    1000,
    undefined,
    undefined,
  ]);
  expect([textOf(''), textOf(5), textOf(null)]).toEqual([undefined, '5', undefined]);
  expect([timeOf('1970-01-01T00:00:01Z'), timeOf(new Date(2)), timeOf('x')]).toEqual([1000, 2, undefined]);
  expect([truthOf('true'), truthOf(false), truthOf('unknown')]).toEqual([true, false, undefined]);
});
