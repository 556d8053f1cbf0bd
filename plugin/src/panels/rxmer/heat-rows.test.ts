import type { RxMerCapture } from './frames';
import { historyRows, modemRows } from './heat-rows';
import { migrateOptions } from './migrations';
import { DEFAULTS } from './options';

const capture = (more: Partial<RxMerCapture>): RxMerCapture => ({
  id: `${more.mac}${more.channelId}${more.timeMs}`,
  timeMs: 1000,
  mac: 'a',
  channelId: '1',
  firstFrequencyHz: 600e6,
  spacingHz: 25_000,
  merDb: Float32Array.of(40, 41),
  meanMerDb: 40,
  percentile2MerDb: 40,
  requiredMerDb: 41,
  ...more,
});
const wanted = { mostRows: 10, isHeadroom: true, timeText: String };

test('one channel over time, newest on top, its values against what it needs', () => {
  const captures = [
    capture({ timeMs: 3000 }),
    capture({ timeMs: 2000 }),
    capture({ timeMs: 1000 }),
    capture({ mac: 'b' }),
  ];
  const { rows, vertical, left, hasReference } = historyRows(captures, 'a 1', { ...wanted, mostRows: 2 });
  expect(rows.map(({ from, to, reference }) => [from, to, reference])).toEqual([
    [3000, 5000, 41],
    [2000, 3000, 41],
  ]);
  expect({ vertical, left, hasReference }).toEqual({
    vertical: { top: 5000, bottom: 2000 },
    left: 1,
    hasReference: true,
  });
});

test('channels of a modem share a place; the worst of them is its note', () => {
  const captures = [
    capture({ mac: 'b', channelId: '2', percentile2MerDb: 45 }),
    capture({ mac: 'b', channelId: '1', percentile2MerDb: 38.5 }),
    capture({ mac: 'b', channelId: '1', timeMs: 500 }),
    capture({ mac: 'a', percentile2MerDb: 44 }),
  ];
  const { rows, vertical, left } = modemRows(captures, 'mac', wanted);
  expect(rows.map(({ label, from, note }) => [label, from, note?.text])).toEqual([
    ['a', 0, '▲ +3.0 dB'],
    ['b', 1, '▼ −2.5 dB'],
    ['b', 1, '▼ −2.5 dB'],
  ]);
  expect([vertical, left]).toEqual([{ top: 0, bottom: 2 }, 0]);
  expect(modemRows(captures, 'headroom', { ...wanted, mostRows: 1 })).toMatchObject({
    rows: [{ label: 'b' }, {}],
    left: 1,
  });
});

test('without a known requirement the MER itself is coloured', () => {
  const { rows, hasReference } = modemRows([capture({ requiredMerDb: undefined })], 'shape', wanted);
  expect([hasReference, rows[0]?.reference, rows[0]?.note]).toEqual([false, undefined, undefined]);
});

test('options saved before there were modes draw curves, impossible ones the default', () => {
  expect(migrateOptions({ options: { maxCaptures: 3 } })).toEqual({ ...DEFAULTS, maxCaptures: 3 });
  expect(migrateOptions({ options: { mode: 'pie' as never, colorBy: 'mer' } })).toMatchObject({
    mode: 'curve',
    colorBy: 'mer',
  });
});
