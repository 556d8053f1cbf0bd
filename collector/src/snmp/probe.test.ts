import { probeDevice } from './probe.js';
import { recordingReader } from './recording-reader.js';
import { parseRecording } from './recording.js';

const RECORDING = `
1.3.6.1.2.1.1.1.0|4|Example Switch
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.9.1.1
1.3.6.1.2.1.1.3.0|67|100
1.3.6.1.2.1.1.5.0|4|core-1
1.3.6.1.2.1.2.2.1.2.1|4|Gi1
1.3.6.1.2.1.2.2.1.3.1|2|6
1.3.6.1.2.1.2.2.1.2.2|4|Gi2
1.3.6.1.4.1.9.9.46.1.3.1.1.2.1.1|2|1
1.3.6.1.4.1.9.9.46.1.3.1.1.2.1.20|2|1
1.3.6.1.4.1.9.9.46.1.3.1.1.2.1.30|2|2
1.3.6.1.4.1.9.9.46.1.3.1.1.2.1.1002|2|1
`;

test('tells what a device answers and what a cycle costs', async () => {
  const recorded = recordingReader({ instances: parseRecording(RECORDING) });
  // a recording costs nothing; each walk here costs two requests and 5 ms
  const reader = {
    ...recorded,
    walk: async (...args: Parameters<typeof recorded.walk>) => ({
      ...(await recorded.walk(...args)),
      pduCount: 2,
      durationMs: 5,
    }),
  };
  const probe = await probeDevice(reader);
  expect(probe).toMatchObject({
    failure: null,
    sysName: 'core-1',
    sysObjectId: '1.3.6.1.4.1.9.1.1',
    sysUpTimeMs: 1_000,
    contextVlans: [1, 20],
  });
  const ifTable = probe.tables.find(({ mib, rows }) => mib === 'IF-MIB' && rows > 0);
  expect(ifTable).toMatchObject({ outcome: 'complete', rows: 2, varbinds: 3, requests: 2 });
  // two contexts repeat the three tables of BRIDGE-MIB
  expect(probe.durationMs).toBe(5 * probe.tables.length);
  expect(probe.msPerCycle - probe.durationMs).toBe(2 * 3 * 5);
  expect(probe.packetsPerCycle).toBeGreaterThan(4 * probe.tables.length);
});

test('a device that does not answer has a failure and costs no more', async () => {
  const probe = await probeDevice(recordingReader({ instances: [], lost: ['1.3.6.1.2.1.1'] }));
  expect(probe).toMatchObject({ failure: { code: 'SNMP_TIMEOUT' }, tables: [], packetsPerCycle: 0 });
});

test('a device that falls silent is left alone after three tables', async () => {
  const reader = recordingReader({
    instances: parseRecording('1.3.6.1.2.1.1.5.0|4|x'),
    lost: ['1.3.6.1.2.1.2', '1.3.6.1.2.1.31'],
  });
  const probe = await probeDevice(reader);
  expect(probe.tables.map(({ outcome }) => outcome)).toEqual(['timeout', 'timeout', 'timeout']);
});
