import { createDataFrame, createTheme } from '@grafana/data';
import { readFindings, stretchesOf } from './findings';

const impairments = createDataFrame({
  fields: [
    { name: 'capture_id', values: ['1', '2', '1'] },
    { name: 'mac', values: ['a', 'a', 'a'] },
    { name: 'kind', values: ['notch', 'notch', 'echo'] },
    { name: 'frequency_hz', values: [712e6, 712.2e6, null] },
    { name: 'width_hz', values: [2e6, 2e6, null] },
    { name: 'depth_db', values: [9, 8, null] },
    { name: 'detail', values: ['LTE 20', '', ''] },
  ],
});
const groups = createDataFrame({
  fields: [
    { name: 'kind', values: ['notch', 'suck_out'] },
    { name: 'frequency_hz', values: [750e6, 800e6] },
    { name: 'width_hz', values: [25e3, 5e6] },
    { name: 'verdict', values: ['home', 'plant'] },
    { name: 'modem_count', values: [1, 4] },
    { name: 'comparable_count', values: [8, 8] },
  ],
});

test('findings without a place are not drawn; the same one in two captures is one stretch', () => {
  const [notch, ...others] = stretchesOf(readFindings([impairments]), createTheme());
  expect(others).toEqual([]);
  expect(notch).toMatchObject({ from: 711e6, to: 713.2e6, label: 'notch' });
  expect(notch?.detail).toBe('notch at 712.00 MHz, 9.0 dB (2 captures): LTE 20');
});

test('what the plant has comes before what a home has, each with its share of modems', () => {
  const labels = stretchesOf(readFindings([groups]), createTheme()).map(({ label }) => label);
  expect(labels).toEqual(['suck-out · 4 of 8: plant', 'notch · 1 of 8: home']);
  expect(readFindings([createDataFrame({ fields: [{ name: 'kind', values: ['notch'] }] })])).toEqual([]);
});
