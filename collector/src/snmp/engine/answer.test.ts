import fc from 'fast-check';
import { decodeMessage, encodeMessage, encodeName, TAG, type BerValue, type Varbind } from '../ber.js';
import { compareOids } from '../recording.js';
import {
  AnswerView,
  compareNames,
  isUnder,
  readAnswer,
  readCounter64,
  readIndex,
  readInteger,
  readUnsigned,
} from './answer.js';

const encode = (varbinds: readonly Varbind[], requestId = 1, errorStatus = 0) =>
  encodeMessage({
    version: '2c',
    community: 'public',
    pdu: { type: 'response', requestId, errorStatus, errorIndex: 0, varbinds },
  });

/** Sub-identifiers of an OID without tag and length. */
const contentsOf = (oid: readonly number[]): Uint8Array => {
  const element = encodeName(oid);
  return element.subarray(element.length < 130 ? 2 : 3);
};

const subIdentifier = fc.oneof(fc.nat(200), fc.constantFrom(127, 128, 16_383, 16_384, 2_097_151, 2 ** 31, 2 ** 32 - 1));
const anyOid = fc.array(subIdentifier, { minLength: 1, maxLength: 20 }).map((tail) => [1, 3, ...tail]);
const anyValue: fc.Arbitrary<{ tag: number; value: BerValue }> = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map((value) => ({ tag: TAG.integer, value })),
  fc.nat(2 ** 32 - 1).map((value) => ({ tag: TAG.counter32, value })),
  fc.bigInt(0n, 2n ** 64n - 1n).map((value) => ({ tag: TAG.counter64, value })),
  fc.uint8Array({ maxLength: 200 }).map((value) => ({ tag: TAG.octets, value })),
  fc.constant({ tag: TAG.endOfMibView, value: null }),
);
const anyVarbind = fc.tuple(anyOid, anyValue).map(([oid, typed]) => ({ oid, ...typed }));

function valueOf(bytes: Uint8Array, view: AnswerView, varbind: number): BerValue {
  const [start, end] = [view.valueStart(varbind), view.valueEnd(varbind)];
  switch (view.tag(varbind)) {
    case TAG.integer:
      return readInteger(bytes, start, end);
    case TAG.counter32:
      return readUnsigned(bytes, start, end);
    case TAG.counter64:
      return readCounter64(bytes, start, end);
    case TAG.octets:
      return Uint8Array.from(bytes.subarray(start, end));
    default:
      return null;
  }
}

test('reads what the message codec writes, values and names', () => {
  const view = new AnswerView();
  fc.assert(
    fc.property(fc.array(anyVarbind, { maxLength: 200 }), fc.nat(2 ** 31 - 1), (varbinds, requestId) => {
      const bytes = encode(varbinds, requestId, 5);
      expect(readAnswer(bytes, view)).toBe(true);
      expect(view).toMatchObject({ version: 1, pduTag: 0xa2, requestId, errorStatus: 5, count: varbinds.length });
      expect(Buffer.from(bytes.subarray(view.communityStart, view.communityEnd)).toString()).toBe('public');
      varbinds.forEach(({ oid, tag, value }, i) => {
        // the first octet holds two sub-identifiers
        expect(readIndex(bytes, view.nameStart(i) + 1, view.nameEnd(i))).toEqual(oid.slice(2));
        expect(view.tag(i)).toBe(tag);
        expect(valueOf(bytes, view, i)).toEqual(
          value === null ? null : value instanceof Uint8Array ? Uint8Array.from(value) : value,
        );
      });
    }),
    { numRuns: 60 },
  );
});

test('no cut of an answer is an answer', () => {
  const view = new AnswerView();
  const bytes = encode([1, 2, 3].map((i) => ({ oid: [1, 3, 6, 1, i], tag: TAG.octets, value: Buffer.from('core-1') })));
  for (let length = 0; length < bytes.length; length++) expect(readAnswer(bytes.subarray(0, length), view)).toBe(false);
});

test('refuses what the message codec refuses, and no octets make it throw', () => {
  const view = new AnswerView();
  const bytes = encode([
    { oid: [1, 3, 6, 1, 2, 1], tag: TAG.integer, value: 5 },
    { oid: [1, 3, 6, 1, 2, 2], tag: TAG.octets, value: Buffer.from('core-1') },
  ]);
  const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), changes, (noise, edits) => {
      readAnswer(noise, view);
      const changed = Buffer.from(bytes);
      for (const [at, octet] of edits) changed[at] = octet;
      if (!readAnswer(changed, view)) return;
      for (let i = 0; i < view.count; i++) {
        expect(view.valueEnd(i)).toBeLessThanOrEqual(changed.length);
        expect(view.nameStart(i)).toBeLessThan(view.nameEnd(i));
      }
    }),
    { numRuns: 2_000 },
  );
  expect(decodeMessage(bytes).pdu.varbinds.length).toBe(2);
});

test('orders encoded names as OIDs', () => {
  const near = fc
    .tuple(anyOid, fc.array(subIdentifier, { maxLength: 3 }))
    .map(([head, tail]) => [head, [...head.slice(0, -1), ...tail]]);
  fc.assert(
    fc.property(fc.oneof(near, fc.tuple(anyOid, anyOid)), ([a = [1, 3], b = [1, 3]]) => {
      const [left, right] = [contentsOf(a), contentsOf(b)];
      expect(Math.sign(compareNames(left, 0, left.length, right, 0, right.length))).toBe(Math.sign(compareOids(a, b)));
    }),
  );
});

test.each([
  ['below', [1, 3, 6, 1, 5], true],
  ['the root itself', [1, 3, 6, 1], false],
  ['beside', [1, 3, 6, 2, 5], false],
])('a name %s', (_name, oid, expected) => {
  const name = contentsOf(oid);
  expect(isUnder(name, 0, name.length, contentsOf([1, 3, 6, 1]))).toBe(expected);
});

test.each([
  ['leading zero octets', [0, 0, 0, 0, 0, 7], 7, 7],
  ['four octets without a leading zero', [0xff, 0xff, 0xff, 0xff], -1, 0xffffffff],
  ['no octets', [], 0, 0],
  ['a negative octet', [0xfe], -2, 0xfe],
])('integers with %s', (_name, octets, signed, unsigned) => {
  const bytes = Uint8Array.from(octets);
  expect(readInteger(bytes, 0, bytes.length)).toBe(signed);
  expect(readUnsigned(bytes, 0, bytes.length)).toBe(unsigned);
});

test('a sub-identifier beyond 32 bits or cut off is no index', () => {
  expect(readIndex(Uint8Array.of(0x8f, 0xff, 0xff, 0xff, 0x7f), 0, 5)).toEqual([2 ** 32 - 1]);
  expect(readIndex(Uint8Array.of(0x90, 0x80, 0x80, 0x80, 0x00), 0, 5)).toBeUndefined();
  expect(readIndex(Uint8Array.of(0x01, 0x81), 0, 2)).toBeUndefined();
});
