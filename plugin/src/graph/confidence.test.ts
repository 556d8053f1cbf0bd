import { bandOf, type ThresholdStep } from './confidence';

test.each([
  [1, 'high'],
  [0.95, 'high'],
  [0.9499, 'medium'],
  [0.85, 'medium'],
  [0.8499, 'low'],
  [0, 'low'],
  [undefined, 'unrated'],
  [NaN, 'unrated'],
])('%p is %s', (confidence, band) => {
  expect(bandOf(confidence)).toBe(band);
});

test('follows configured thresholds', () => {
  const steps: ThresholdStep[] = [
    { value: null, color: 'red' },
    { value: 0.2, color: 'orange' },
    { value: 0.4, color: 'yellow' },
    { value: 0.6, color: 'green' },
  ];
  expect([0.1, 0.2, 0.5, 0.6].map((value) => bandOf(value, steps))).toEqual(['low', 'medium', 'medium', 'high']);
});

test('one threshold alone rates everything high', () => {
  expect(bandOf(0.1, [{ value: null, color: 'green' }])).toBe('high');
});
