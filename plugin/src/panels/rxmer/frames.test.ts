import { createDataFrame, FieldType } from '@grafana/data';
import { readCaptures, readProfiles } from './frames';

const frame = (rows: { time: number; mer: string; first?: number | null }[]) =>
  createDataFrame({
    fields: [
      { name: 'time', type: FieldType.time, values: rows.map(({ time }) => time) },
      { name: 'mac', type: FieldType.string, values: rows.map(() => 'aa:bb:cc:dd:ee:ff') },
      { name: 'channel_id', type: FieldType.string, values: rows.map(() => '193') },
      { name: 'mer_base64', type: FieldType.string, values: rows.map(({ mer }) => mer) },
      {
        name: 'first_frequency_hz',
        type: FieldType.number,
        values: rows.map(({ first }) => (first === undefined ? 640e6 : first)),
      },
      { name: 'spacing_hz', type: FieldType.number, values: rows.map(() => 25_000) },
    ],
  });

test('reads quarter decibels, newest first, and keeps 0xFF a gap', () => {
  const result = readCaptures([
    frame([
      { time: 1, mer: 'oKD/' },
      { time: 2, mer: '/gAA' },
    ]),
  ]);
  if (result.kind !== 'captures') throw new Error(result.message);
  expect(result.captures.map(({ timeMs, merDb }) => [timeMs, [...merDb]])).toEqual([
    [2, [63.5, 0, 0]],
    [1, [40, 40, NaN]],
  ]);
});

test('passes over rows that cannot be drawn and counts them', () => {
  expect(
    readCaptures([
      frame([
        { time: 1, mer: 'oKD/' },
        { time: 2, mer: '*' },
        { time: 3, mer: 'oKD/', first: null },
      ]),
    ]),
  ).toMatchObject({
    kind: 'captures',
    unreadable: 2,
  });
});

test.each([
  ['no frames', [], 'empty'],
  ['a frame without fields', [createDataFrame({ fields: [] })], 'empty'],
  ['rows without values', [frame([{ time: 1, mer: '' }])], 'empty'],
  ['another query', [createDataFrame({ fields: [{ name: 'x', values: [1] }] })], 'problem'],
  ['a column missing', [createDataFrame({ fields: [{ name: 'mer_base64', values: ['AA=='] }] })], 'problem'],
])('%s is a result that explains itself', (_name, frames, kind) => {
  expect(readCaptures(frames)).toMatchObject({ kind, message: expect.stringMatching(/./) });
});

test('reads the newest need of each profile; where it carries no data it needs nothing', () => {
  const profiles = createDataFrame({
    fields: [
      { name: 'time', values: [1, 2, 1] },
      { name: 'mac', values: ['a', 'a', 'a'] },
      { name: 'channel_id', values: ['193', '193', '193'] },
      { name: 'profile_id', values: ['0', '0', '1'] },
      { name: 'first_frequency_hz', values: [6e8, 6e8, 6e8] },
      { name: 'spacing_hz', values: [25e3, 25e3, 25e3] },
      { name: 'required_mer_base64', values: ['AAA=', 'pP8=', ''] },
    ],
  });
  const [profile, ...others] = readProfiles([frame([]), profiles]);
  expect(others).toEqual([]);
  expect([profile?.profileId, ...(profile?.requiredMerDb ?? [])]).toEqual(['0', 41, NaN]);
});
