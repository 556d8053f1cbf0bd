import { isWhole } from './reader.js';
import { parseRecording } from './recording.js';
import { recordingReader } from './recording-reader.js';

const IF_DESCR = '1.3.6.1.2.1.2.2.1.2';
const IF_SPEED = '1.3.6.1.2.1.2.2.1.5';
const instances = parseRecording(
  [
    '1.3.6.1.2.1.1.3.0|67|1234',
    `${IF_DESCR}.10|4|ten`,
    `${IF_DESCR}.2|4|two`,
    `${IF_SPEED}.2|66|1000`,
    `${IF_SPEED}.30|66|3000`,
    '1.3.6.1.2.1.2.2.1.20.2|65|9',
  ].join('\n'),
);

test('joins columns by index, in index order, and leaves missing cells undefined', async () => {
  const { rows, outcome, sysUpTimeMs } = await recordingReader({ instances }).walk([IF_DESCR, IF_SPEED]);
  expect(outcome).toBe('complete');
  expect(sysUpTimeMs).toBe(12_340);
  expect(Array.from({ length: rows.length }, (_, row) => rows.index(row))).toEqual([[2], [10], [30]]);
  expect(Array.from({ length: 3 }, (_, row) => rows.number(1, row))).toEqual([1000, undefined, 3000]);
  expect(Buffer.from(rows.bytes(0, 1) ?? []).toString()).toBe('ten');
  expect(rows.bytes(0, 2)).toBeUndefined();
});

test('answers a VLAN from its context and an unknown one with nothing', async () => {
  const contexts = new Map([[7, parseRecording(`${IF_DESCR}.1|4|in seven`)]]);
  const reader = recordingReader({ instances, contexts });
  expect((await reader.walk([IF_DESCR], { vlan: 7 })).rows.length).toBe(1);
  const unknown = await reader.walk([IF_DESCR], { vlan: 8 });
  expect([unknown.rows.length, unknown.outcome]).toEqual([0, 'complete']);
});

test.each([
  ['the subtree itself', '1.3.6.1.2.1.2.2.1.2', false],
  ['a parent', '1.3.6.1.2.1.2', false],
  ['something below the column', '1.3.6.1.2.1.2.2.1.2.10', false],
  ['another subtree', '1.3.6.1.2.1.17', true],
])('a walk with %s lost is whole: %#', async (_name, lost, whole) => {
  const { outcome } = await recordingReader({ instances, lost: [lost] }).walk([IF_DESCR]);
  expect(isWhole(outcome)).toBe(whole);
});

test('gets scalars, says absence, and times out in a lost subtree', async () => {
  const reader = recordingReader({ instances, lost: ['1.3.6.1.2.1.17'] });
  const scalars = await reader.get(['1.3.6.1.2.1.1.3.0', '1.3.6.1.2.1.1.5.0']);
  expect([scalars.number('1.3.6.1.2.1.1.3.0'), scalars.has('1.3.6.1.2.1.1.5.0')]).toEqual([1234, false]);
  await expect(reader.get(['1.3.6.1.2.1.17.1.1.0'])).rejects.toMatchObject({ code: 'SNMP_TIMEOUT' });
  await expect(reader.set([])).rejects.toMatchObject({ code: 'SNMP_NO_WRITE_CREDENTIAL' });
});

test('an aborted walk is cancelled, not empty', async () => {
  const { outcome } = await recordingReader({ instances }).walk([IF_DESCR], { signal: AbortSignal.abort() });
  expect(outcome).toBe('cancelled');
});
