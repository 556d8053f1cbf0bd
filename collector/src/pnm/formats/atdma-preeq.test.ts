import fc from 'fast-check';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeAtdmaPreEq, encodeAtdmaPreEq, type TapEncoding } from './atdma-preeq.js';
import { PnmFormatError } from './errors.js';

/** A main tap of near full scale and small neighbours of both signs. */
const taps = Int16Array.from({ length: 48 }, (_, i) => (i === 14 ? 2040 : ((i * 37) % 61) - 30));
const preEq = (encoding: TapEncoding) => ({
  mainTapLocation: 8,
  tapsPerSymbol: 1,
  forwardTapCount: 24,
  reverseTapCount: 0,
  encoding,
  taps,
});

test.each(['16-bit', '12-bit', '16-bit-le'] as const)('recognises the %s words of a modem', (encoding) => {
  const octets = encodeAtdmaPreEq(preEq(encoding));
  expect(octets).toHaveLength(100);
  expect(decodeAtdmaPreEq(octets)).toMatchObject({ ...preEq(encoding), warnings: [] });
});

test.each([
  ['nothing', [], 'PNM_TRUNCATED', 0],
  ['no taps', [1, 1, 0, 0], 'PNM_INVALID_FIELD', 2],
  ['a main tap outside', [9, 1, 8, 0], 'PNM_INVALID_FIELD', 0],
  ['taps cut', [1, 1, 2, 0, 1, 2, 3, 4, 5], 'PNM_TRUNCATED', 4],
])('rejects %s', (_name, octets, code, offset) => {
  expect(() => decodeAtdmaPreEq(Uint8Array.from(octets))).toThrow(expect.objectContaining({ code, offset }));
});

test('a main tap that is never the largest stays as sent, with a warning', () => {
  const weak = Int16Array.from(taps);
  weak[0] = 2047;
  weak[14] = 10;
  const decoded = decodeAtdmaPreEq(encodeAtdmaPreEq({ ...preEq('16-bit'), taps: weak }));
  expect(decoded).toMatchObject({ encoding: '16-bit', taps: weak });
  expect(decoded.warnings).toEqual([expect.objectContaining({ code: 'PNM_VALUE_UNKNOWN' })]);
});

test('any octets either decode and encode to themselves or fail with PnmFormatError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), (octets) => {
      try {
        expect(encodeAtdmaPreEq(decodeAtdmaPreEq(octets))).toEqual(octets);
      } catch (error) {
        if (!(error instanceof PnmFormatError)) throw error;
      }
    }),
  );
});

const vectors = join(
  process.env['PLANTGRAPH_SHARED'] ?? join(__dirname, '../../../../../shared'),
  'data/pnm/atdma_preeq_snmp/vectors.json',
);
if (!existsSync(vectors)) console.log(`skipped: no ${vectors}`);

(existsSync(vectors) ? test : test.skip)('reads the published octet strings', () => {
  const known = JSON.parse(readFileSync(vectors, 'utf8')) as {
    vectors: { payload_hex: string; coefficient_encoding: string; main_tap_location: number; taps: number[][] }[];
  };
  for (const vector of known.vectors) {
    const decoded = decodeAtdmaPreEq(Buffer.from(vector.payload_hex, 'hex'));
    expect(decoded.mainTapLocation).toBe(vector.main_tap_location);
    expect([...decoded.taps]).toEqual(vector.taps.flat());
  }
});
