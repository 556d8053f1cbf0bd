import { migrateOptions } from './migrations';
import { DEFAULT_OPTIONS } from './options';

test.each([
  ['nothing saved', {}, DEFAULT_OPTIONS],
  ['a choice is kept', { fold: 'never' as const }, { ...DEFAULT_OPTIONS, fold: 'never' }],
  ['an impossible confidence', { minConfidence: 50 }, DEFAULT_OPTIONS],
  ['zero is possible', { minConfidence: 0 }, { ...DEFAULT_OPTIONS, minConfidence: 0 }],
])('%s', (_name, options, expected) => {
  expect(migrateOptions({ options })).toEqual(expected);
});
