import { parseMac } from '../../lib/mac.js';
import { decodeConstellation, encodeConstellation } from '../formats/constellation.js';
import { decodeLatencyReport } from '../formats/latency-report.js';
import { wireOfComplex } from '../formats/fixed-point.js';
import { decodeRxMer, encodeRxMer } from '../formats/rxmer.js';
import { columnsOf, csvOf } from './columns.js';
import { matFileOf } from './mat.js';
import { measuresJson } from './measures-json.js';

const header = {
  family: 'PNN' as const,
  version: { major: 1, minor: 0 },
  deviceTimeSec: 1_700_000_000,
  channelId: 33,
  modemMac: parseMac('00:1d:b3:c5:09:60'),
  zeroSubcarrierHz: 600_000_000,
  spacingHz: 50_000,
};
const mer = decodeRxMer(
  encodeRxMer({ ...header, firstActiveSubcarrier: 100, quarterDb: Uint8Array.of(160, 0xff, 161) }),
);
const points = decodeConstellation(
  encodeConstellation({
    ...header,
    modulationCode: 3,
    declaredSymbolCount: 1,
    pointBytes: wireOfComplex([0.5, -0.25], 's2.13'),
  }),
);

test('CSV has units in its head and nothing where nothing was measured', () => {
  expect(csvOf(columnsOf(mer)!)).toBe('frequencyHz,merDb\r\n605000000,40\r\n605050000,\r\n605100000,40.25\r\n');
  expect(csvOf(columnsOf(points)!)).toBe('re,im\r\n0.5,-0.25\r\n');
});

test('a MAT file holds columns, numbers and texts, each on eight bytes', () => {
  const file = Buffer.from(matFileOf({ merDb: Float64Array.of(40, NaN), channelId: 33, mac: 'ab' }));
  expect(file.toString('latin1', 0, 19)).toBe('MATLAB 5.0 MAT-file');
  expect(file.toString('latin1', 126, 128)).toBe('IM');
  const variables: unknown[] = [];
  let at = 128;
  while (at < file.length) {
    expect([at % 8, file.readUInt32LE(at)]).toEqual([0, 14]);
    const end = at + 8 + file.readUInt32LE(at + 4);
    expect(file.readUInt32LE(at + 8)).toBe(6); // array flags
    const matlabClass = file.readUInt8(at + 16);
    const dimensions = [file.readInt32LE(at + 32), file.readInt32LE(at + 36)];
    const nameLength = file.readUInt32LE(at + 44);
    const name = file.toString('latin1', at + 48, at + 48 + nameLength);
    const data = at + 48 + Math.ceil(nameLength / 8) * 8;
    const first = matlabClass === 6 ? file.readDoubleLE(data + 8) : file.toString('utf16le', data + 8, data + 12);
    variables.push([name, matlabClass, dimensions, first]);
    at = end;
  }
  expect(variables).toEqual([
    ['merDb', 6, [2, 1], 40],
    ['channelId', 6, [1, 1], 33],
    ['mac', 4, [1, 2], 'ab'],
  ]);
  expect(() => matFileOf({ '1 bad': 1 })).toThrow(RangeError);
});

test('measures of a file are JSON as they are; types that say nothing have none', () => {
  expect(JSON.parse(JSON.stringify(measuresJson(mer)))).toMatchObject({
    measuredCount: 2,
    percentileMerDb: 40,
    percentileHighestFrequencyHz: 605_000_000,
    capacity: { subcarriersByBits: { 11: 2 } },
    notches: [],
  });
  expect(measuresJson(points)).toMatchObject({ qamOrder: 4, count: 1 });
  const report = decodeLatencyReport(Uint8Array.of(0x4c, 0x4c, 0x44, 1));
  expect(measuresJson(report)).toEqual({});
  expect(columnsOf(report)).toBeUndefined();
});
