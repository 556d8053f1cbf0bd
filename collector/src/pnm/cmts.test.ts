import { recordingReader } from '../snmp/recording-reader.js';
import { parseRecording } from '../snmp/recording.js';
import { readCmts } from './cmts.js';

const REG = '1.3.6.1.4.1.4491.2.1.20.1.3.1';
const NODE = '1.3.6.1.4.1.4491.2.1.20.1.12.1.3';
const LEGACY = '1.3.6.1.2.1.10.127.1.3.3.1';

const modem = (id: number, mac: string, v4: string, value: number, domain = 7, group = 3) => [
  `${REG}.2.${id}|4x|${mac}`,
  `${REG}.3.${id}|4x|00000000000000000000000000000000`,
  `${REG}.5.${id}|4x|${v4}`,
  `${REG}.6.${id}|2|${value}`,
  `${REG}.7.${id}|2|${domain}`,
  `${REG}.8.${id}|66|${group}`,
];
/** `name` as octets in the index. */
const node = (domain: number, name: string, group: number) =>
  `${NODE}.${domain}.${name.length}.${[...name].map((letter) => letter.charCodeAt(0)).join('.')}.${group}|66|1`;

const cmts = (lines: string[], lost: string[] = []) =>
  recordingReader({ instances: parseRecording(lines.join('\n')), lost });

test('joins modems with the fibre node whose name is only in an index', async () => {
  const inventory = await readCmts(
    cmts([
      ...modem(1, '001db3c50960', '0a000001', 8),
      ...modem(2, '001db3c50961', '00000000', 5),
      ...modem(3, '001db3c50962', '0a000003', 8, 7, 4),
      node(7, 'FN-1', 3),
    ]),
  );
  expect(inventory).toMatchObject({ isWhole: true, knowsNodes: true, droppedRows: 0 });
  expect(inventory.modems).toEqual([
    {
      mac: '00:1d:b3:c5:09:60',
      address: '10.0.0.1',
      macDomain: 7,
      fibreNode: 'FN-1',
      registration: 8,
      status: 'online',
    },
    {
      mac: '00:1d:b3:c5:09:61',
      address: undefined,
      macDomain: 7,
      fibreNode: 'FN-1',
      registration: 5,
      status: 'offline',
    },
    {
      mac: '00:1d:b3:c5:09:62',
      address: '10.0.0.3',
      macDomain: 7,
      fibreNode: undefined,
      registration: 8,
      status: 'online',
    },
  ]);
});

test('nodes of one service group stay together, IPv6 serves where there is no IPv4', async () => {
  const v6 = modem(1, '001db3c50960', '00000000', 8).map((line) =>
    line.startsWith(`${REG}.3.`) ? `${REG}.3.1|4x|20010db8000000000000000000000001` : line,
  );
  const { modems } = await readCmts(cmts([...v6, node(7, 'B', 3), node(7, 'A', 3)]));
  expect(modems).toMatchObject([{ address: '2001:db8::1', fibreNode: 'A+B' }]);
});

test('of two rows of a modem the better one counts, rows without a station are dropped', async () => {
  const inventory = await readCmts(
    cmts([
      ...modem(1, '001db3c50960', '0a000001', 8),
      ...modem(2, '001db3c50960', '0a000002', 2),
      ...modem(3, '000000000000', '0a000003', 8),
      ...modem(4, 'ffffffffffff', '0a000004', 8),
    ]),
  );
  expect(inventory.modems).toMatchObject([{ address: '10.0.0.1', status: 'online' }]);
  expect(inventory.droppedRows).toBe(2);
});

test.each([
  [8, 'online'],
  [6, 'online'],
  [17, 'online'],
  [1, 'offline'],
  [2, 'offline'],
])('registration status %i means %s', async (value, status) => {
  const { modems } = await readCmts(cmts(modem(1, '001db3c50960', '0a000001', value)));
  expect(modems).toMatchObject([{ status }]);
});

test('falls back to the legacy table', async () => {
  const inventory = await readCmts(
    cmts([`${LEGACY}.2.9|4x|001db3c50960`, `${LEGACY}.3.9|64|10.0.0.9`, `${LEGACY}.9.9|2|8`]),
  );
  expect(inventory).toMatchObject({ isWhole: true, knowsNodes: false });
  expect(inventory.modems).toMatchObject([{ address: '10.0.0.9', status: 'online', fibreNode: undefined }]);
});

test('a reading that timed out says nothing of who is gone', async () => {
  expect(await readCmts(cmts([], [REG]))).toMatchObject({ isWhole: false, outcome: 'timeout' });
  const nodesLost = await readCmts(cmts(modem(1, '001db3c50960', '0a000001', 8), [NODE]));
  expect(nodesLost).toMatchObject({ isWhole: true, knowsNodes: false });
});
