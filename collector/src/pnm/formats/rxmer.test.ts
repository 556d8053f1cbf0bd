import fc from 'fast-check';
import { parseMac } from '../../lib/mac.js';
import { PnmFormatError } from './errors.js';
import { frequencyHz } from './header.js';
import { decodeRxMer, encodeRxMer, merDbOf, quarterDbOf } from './rxmer.js';

const sample = {
  family: 'PNN' as const,
  version: { major: 1, minor: 0 },
  deviceTimeSec: 1_700_000_000,
  channelId: 33,
  modemMac: parseMac('00:1d:b3:c5:09:60'),
  zeroSubcarrierHz: 631_100_000,
  firstActiveSubcarrier: 356,
  spacingHz: 25_000,
  quarterDb: Uint8Array.of(160, 0xfe, 0xff, 0),
};

const patched = (at: number, ...bytes: number[]): Uint8Array => {
  const file = encodeRxMer(sample);
  file.set(bytes, at);
  return file;
};

test('reads both families and keeps unmeasured subcarriers apart', () => {
  const versioned = decodeRxMer(encodeRxMer(sample));
  const legacy = decodeRxMer(encodeRxMer({ ...sample, family: 'PNM', version: undefined }));
  expect(versioned).toMatchObject(sample);
  expect(versioned.warnings).toEqual([]);
  expect(legacy).toEqual({ ...versioned, family: 'PNM', version: undefined });
  expect([...merDbOf(versioned.quarterDb)]).toEqual([40, 63.5, NaN, 0]);
  expect(quarterDbOf(merDbOf(versioned.quarterDb))).toEqual(versioned.quarterDb);
  expect(frequencyHz(versioned, 0)).toBe(640_000_000);
});

test('lays the header out as the MIB does', () => {
  expect(Buffer.from(encodeRxMer(sample)).toString('hex')).toBe(
    '504e4e040100' + '6553f100' + '21' + '001db3c50960' + '259dd260' + '0164' + '19' + '00000004' + 'a0feff00',
  );
});

test.each([
  ['empty file', Uint8Array.of(), 'PNM_TRUNCATED', 0],
  ['another type', Uint8Array.of(0x50, 0x4e, 0x4e, 8, 1, 0), 'PNM_UNKNOWN_TYPE', 0],
  ['a newer layout', patched(4, 9), 'PNM_UNSUPPORTED_VERSION', 4],
  ['absurd length', patched(24, 0xff, 0xff, 0xff, 0xff), 'PNM_INVALID_FIELD', 24],
  ['no data', patched(24, 0, 0, 0, 0), 'PNM_INVALID_FIELD', 24],
  ['data cut off', encodeRxMer(sample).subarray(0, -1), 'PNM_TRUNCATED', 28],
])('rejects %s', (_name, file, code, offset) => {
  expect(() => decodeRxMer(file)).toThrow(expect.objectContaining({ code, offset }));
});

test.each([
  ['time since boot', patched(6, 0, 0x15, 0x12, 0x6a), 'PNM_CAPTURE_TIME_IMPLAUSIBLE', 6],
  ['the future', patched(6, 0xf0, 0, 0, 0), 'PNM_CAPTURE_TIME_IMPLAUSIBLE', 6],
  ['no MAC', patched(11, 0, 0, 0, 0, 0, 0), 'PNM_MAC_UNUSABLE', 11],
  ['a group MAC', patched(11, 0xff), 'PNM_MAC_UNUSABLE', 11],
  ['odd spacing', patched(23, 13), 'PNM_SPACING_UNUSUAL', 23],
  ['no spacing', patched(23, 0), 'PNM_AXIS_UNUSABLE', 23],
  ['an axis outside of the FFT', patched(21, 0x1f, 0xff), 'PNM_AXIS_OUT_OF_FFT', 21],
  ['trailing bytes', Uint8Array.of(...encodeRxMer(sample), 1, 2), 'PNM_TRAILING_BYTES', 32],
])('accepts %s with a warning', (_name, file, code, offset) => {
  expect(decodeRxMer(file, { nowSec: 1_800_000_000 }).warnings).toEqual([expect.objectContaining({ code, offset })]);
});

test('any bytes either decode and encode to themselves or fail with PnmFormatError', () => {
  const start = encodeRxMer(sample).subarray(0, 27);
  fc.assert(
    fc.property(fc.nat(27), fc.uint8Array({ maxLength: 300 }), (kept, tail) => {
      const file = Uint8Array.of(...start.subarray(0, kept), ...tail);
      try {
        expect(encodeRxMer(decodeRxMer(file))).toEqual(file);
      } catch (error) {
        if (!(error instanceof PnmFormatError)) throw error;
      }
    }),
  );
});
