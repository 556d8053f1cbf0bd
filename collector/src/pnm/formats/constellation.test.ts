import fc from 'fast-check';
import { parseMac } from '../../lib/mac.js';
import { decodeConstellation, encodeConstellation } from './constellation.js';
import { PnmFormatError } from './errors.js';
import { complexOf, int16Of, wireOfComplex, wireOfInt16 } from './fixed-point.js';

const sample = {
  family: 'PNN' as const,
  version: { major: 1, minor: 0 },
  deviceTimeSec: 1_700_000_000,
  channelId: 33,
  modemMac: parseMac('00:1d:b3:c5:09:60'),
  zeroSubcarrierHz: 631_100_000,
  spacingHz: 50_000,
  modulationCode: 7,
  declaredSymbolCount: 2,
  pointBytes: wireOfComplex([1, -1, 0.5, -4], 's2.13'),
};

test('reads both families', () => {
  const versioned = decodeConstellation(encodeConstellation(sample));
  const legacyBytes = encodeConstellation({ ...sample, family: 'PNM', version: undefined });
  expect(versioned).toMatchObject(sample);
  expect(legacyBytes).toHaveLength(27 + 8); // 8-byte prefix, and one byte for the number of symbols
  expect(decodeConstellation(legacyBytes)).toEqual({ ...versioned, family: 'PNM', version: undefined });
  expect([...complexOf(versioned.pointBytes, 's2.13')]).toEqual([1, -1, 0.5, -4]);
});

test('fixed point clips to its range and survives the wire', () => {
  expect([...int16Of(wireOfComplex([5, -5], 's2.13'))]).toEqual([32767, -32768]);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const even = bytes.subarray(0, bytes.length & ~1);
      expect(wireOfInt16(int16Of(even))).toEqual(even);
    }),
  );
});

test('the length of the array rules over the declared number of symbols', () => {
  const file = encodeConstellation({ ...sample, declaredSymbolCount: 7, modulationCode: 99 });
  const { warnings, pointBytes } = decodeConstellation(file);
  expect(pointBytes).toEqual(sample.pointBytes);
  expect(warnings.map((warning) => [warning.code, warning.offset])).toEqual([
    ['PNM_VALUE_UNKNOWN', 21],
    ['PNM_COUNT_MISMATCH', 23],
  ]);
});

test.each([
  ['half a point', encodeConstellation({ ...sample, pointBytes: new Uint8Array(6) }), 'PNM_INVALID_FIELD', 26],
  ['data cut off', encodeConstellation(sample).subarray(0, -3), 'PNM_TRUNCATED', 30],
])('rejects %s', (_name, file, code, offset) => {
  expect(() => decodeConstellation(file)).toThrow(expect.objectContaining({ code, offset }));
});

test('any bytes either decode and encode to themselves or fail with PnmFormatError', () => {
  const start = encodeConstellation(sample).subarray(0, 29);
  fc.assert(
    fc.property(fc.nat(29), fc.uint8Array({ maxLength: 300 }), (kept, tail) => {
      const file = Uint8Array.of(...start.subarray(0, kept), ...tail);
      try {
        expect(encodeConstellation(decodeConstellation(file))).toEqual(file);
      } catch (error) {
        if (!(error instanceof PnmFormatError)) throw error;
      }
    }),
  );
});
