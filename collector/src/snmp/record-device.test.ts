import type { WalkOptions, WalkOutcome } from './reader.js';
import { recordDevice } from './record-device.js';
import { formatRecording, parseOid, parseRecording } from './recording.js';
import { RowsBuilder } from './rows.js';
import type { LiveReader } from './session.js';

const MAIN = `
1.3.6.1.2.1.1.5.0|4|core-1
1.3.6.1.2.1.2.2.1.2.1|4|Gi1
1.3.6.1.2.1.17.4.3.1.2.0.17.34.51.68.85|2|1
1.3.6.1.4.1.9.9.46.1.3.1.1.2.1.1|2|1
1.3.6.1.4.1.9.9.46.1.3.1.1.2.1.20|2|1
`;
const VLAN_20 = '1.3.6.1.2.1.17.4.3.1.2.0.17.34.51.68.86|2|7\n';

/** A reader over recordings whose rows have tags, with an outcome by column. */
function reader(
  outcomeOf: (column: string, vlan: number | undefined) => WalkOutcome = () => 'complete',
  main = MAIN,
): LiveReader {
  const contexts = new Map([
    [undefined, parseRecording(main)],
    [20, parseRecording(VLAN_20)],
  ]);
  return {
    async walk(columns: readonly string[], { vlan }: WalkOptions = {}) {
      const rows = new RowsBuilder(columns.length);
      columns.map(parseOid).forEach((root, column) => {
        for (const { oid, tag, value } of contexts.get(vlan) ?? []) {
          const isUnder = oid.length > root.length && root.every((id, at) => oid[at] === id);
          if (isUnder) rows.add(column, oid.slice(root.length), tag, value);
        }
      });
      const outcome = outcomeOf(columns[0] ?? '', vlan);
      return {
        outcome,
        rows: rows.build(),
        startedAt: new Date(0),
        durationMs: 1,
        sysUpTimeMs: undefined,
        pduCount: 1,
      };
    },
    get: () => Promise.reject(new Error('not asked')),
    set: () => Promise.reject(new Error('not asked')),
    close: () => undefined,
  };
}

test('records what is there, scalars and the contexts that the device lists', async () => {
  const recording = await recordDevice(reader(), { vlans: 'all' });
  expect(formatRecording(recording.instances)).toBe(formatRecording(parseRecording(MAIN)));
  expect([...recording.contexts.keys()]).toEqual([1, 20]);
  expect(formatRecording(recording.contexts.get(20) ?? [])).toBe(VLAN_20);
  expect(recording.lost).toEqual([]);
});

test('reads no context unasked', async () => {
  expect((await recordDevice(reader(), { vlans: [] })).contexts.size).toBe(0);
  expect([...(await recordDevice(reader(), { vlans: [20] })).contexts.keys()]).toEqual([20]);
});

test('lists what was cut short, and keeps its rows', async () => {
  const fdb = '1.3.6.1.2.1.17.4.3.1.2';
  const cut = reader((column) => (column === fdb ? 'deadline' : 'complete'));
  const recording = await recordDevice(cut, { vlans: [] });
  expect(recording.lost).toEqual([fdb, '1.3.6.1.2.1.17.4.3.1.3']);
  expect(recording.instances.some(({ oid }) => oid.join('.').startsWith(fdb))).toBe(true);
});

test('a device that falls silent is left alone, and all that was not asked is lost', async () => {
  const silent = reader((column) => (column.startsWith('1.3.6.1.2.1.1') ? 'complete' : 'timeout'));
  const recording = await recordDevice(silent, { vlans: 'all' });
  expect(recording.tables.length).toBeLessThanOrEqual(4);
  expect(recording.lost).toContain('1.3.6.1.2.1.17.4.3.1.2');
  expect(recording.contexts.size).toBe(0);
});

const CABLE = `${MAIN}1.3.6.1.2.1.10.127.1.1.5.0|2|5
1.3.6.1.2.1.10.127.1.3.3.1.2.7|4x|001122334455
1.3.6.1.4.1.4491.2.1.20.1.3.1.6.7|2|8
`;

test('of a CMTS or a modem the tables of cable systems are recorded too, unless they are left out', async () => {
  const all = await recordDevice(
    reader(() => 'complete', CABLE),
    { vlans: [] },
  );
  expect(formatRecording(all.instances)).toBe(formatRecording(parseRecording(CABLE)));
  expect(all.tables.map(({ name }) => name)).toContain('docsIf3CmtsCmRegStatusTable');
  const some = await recordDevice(
    reader(() => 'complete', CABLE),
    { vlans: [], docsis: false },
  );
  expect(formatRecording(some.instances)).toBe(formatRecording(parseRecording(MAIN)));
  const others = await recordDevice(reader(), { vlans: [] });
  expect(others.tables.map(({ name }) => name)).not.toContain('docsIf3CmtsCmRegStatusTable');
});
