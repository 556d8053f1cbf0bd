import fc from 'fast-check';
import { decodeMessage, encodeMessage, encodeValue, SnmpDecodeError, TAG, type Message, type Varbind } from './ber.js';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replace(/\s/g, ''), 'hex'));

const response = (varbinds: readonly Varbind[]): Message => ({
  version: '2c',
  community: 'public',
  pdu: { type: 'response', requestId: 1, errorStatus: 0, errorIndex: 0, varbinds },
});

/** A response whose only value is the given TLV. */
const withValue = (tlv: string): Uint8Array => {
  const value = bytes(tlv);
  const around = (tag: number, ...parts: readonly Uint8Array[]) => {
    const body = Buffer.concat(parts);
    return Buffer.concat([Buffer.from([tag, body.length]), body]);
  };
  const varbind = around(0x30, bytes('06 03 2b 06 01'), value);
  return around(
    0x30,
    bytes('02 01 01'),
    around(0x04, Buffer.from('public')),
    around(0xa2, bytes('02 01 01 02 01 00 02 01 00'), around(0x30, varbind)),
  );
};

const unsigned32 = fc.integer({ min: 0, max: 0xffffffff });
const anyOid = fc
  .tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 39 }), fc.array(unsigned32, { maxLength: 20 }))
  .map(([first, second, rest]) => [first, second, ...rest]);
const octets = fc.uint8Array({ maxLength: 300 });
const signed32 = fc.integer({ min: -0x80000000, max: 0x7fffffff });

const anyVarbind: fc.Arbitrary<Varbind> = fc
  .oneof(
    fc.record({ tag: fc.constant(TAG.integer), value: signed32 }),
    fc.record({ tag: fc.constantFrom(TAG.counter32, TAG.gauge32, TAG.timeTicks), value: unsigned32 }),
    fc.record({ tag: fc.constant(TAG.counter64), value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
    fc.record({ tag: fc.constantFrom(TAG.octets, TAG.opaque), value: octets }),
    fc.record({ tag: fc.constant(TAG.ipAddress), value: fc.uint8Array({ minLength: 4, maxLength: 4 }) }),
    fc.record({ tag: fc.constant(TAG.oid), value: anyOid }),
    fc.record({
      tag: fc.constantFrom(TAG.null, TAG.noSuchObject, TAG.noSuchInstance, TAG.endOfMibView),
      value: fc.constant(null),
    }),
  )
  .chain((value) => anyOid.map((oid) => ({ oid, ...value })));

const varbinds = fc.array(anyVarbind, { maxLength: 12 });
const anyMessage: fc.Arbitrary<Message> = fc.record({
  version: fc.constantFrom('1' as const, '2c' as const),
  community: octets.map((raw) => Buffer.from(raw).toString('latin1')),
  pdu: fc.oneof(
    fc.record({
      type: fc.constantFrom('get', 'getNext', 'response', 'set', 'inform', 'trap', 'report'),
      requestId: signed32,
      errorStatus: signed32,
      errorIndex: signed32,
      varbinds,
    }),
    fc.record({
      type: fc.constant('getBulk' as const),
      requestId: signed32,
      nonRepeaters: signed32,
      maxRepetitions: signed32,
      varbinds,
    }),
    fc.record({
      type: fc.constant('trapV1' as const),
      enterprise: anyOid,
      agentAddress: fc.uint8Array({ minLength: 4, maxLength: 4 }),
      genericTrap: signed32,
      specificTrap: signed32,
      timestamp: unsigned32,
      varbinds,
    }),
  ),
});

test('decode undoes encode', () => {
  fc.assert(fc.property(anyMessage, (message) => expect(decodeMessage(encodeMessage(message))).toEqual(message)));
});

const decodesOrRefuses = (datagram: Uint8Array) => {
  try {
    decodeMessage(datagram);
  } catch (error) {
    expect(error).toBeInstanceOf(SnmpDecodeError);
  }
};

test('any bytes either decode or fail with SnmpDecodeError', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), decodesOrRefuses));
});

test('a message with changed bytes decodes or fails with SnmpDecodeError', () => {
  const changes = fc.array(fc.tuple(fc.nat(2000), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(anyMessage, changes, (message, edits) => {
      const datagram = encodeMessage(message);
      for (const [at, octet] of edits) datagram[at % datagram.length] = octet;
      decodesOrRefuses(datagram);
    }),
  );
});

test('every cut of a message is refused', () => {
  const whole = encodeMessage(response([{ oid: [1, 3, 6, 1, 2, 1], tag: TAG.octets, value: bytes('00ff') }]));
  for (let length = 0; length < whole.length; length++) {
    expect(() => decodeMessage(whole.subarray(0, length))).toThrow(SnmpDecodeError);
  }
  expect(() => decodeMessage(Buffer.concat([whole, Buffer.of(0)]))).toThrow(SnmpDecodeError);
});

test.each([
  ['02 01 80', -128],
  ['02 05 00 00 00 01 02', 258],
  ['02 04 ff ff ff ff', -1],
  ['41 04 ff ff ff ff', 0xffffffff],
  ['42 05 00 ff ff ff fe', 0xfffffffe],
  ['46 09 00 ff ff ff ff ff ff ff ff', 2n ** 64n - 1n],
  ['46 01 05', 5n],
  ['06 02 88 37', [2, 999]],
  ['06 06 2b 8f ff ff ff 7f', [1, 3, 0xffffffff]],
  ['44 07 9f 78 04 42 f6 00 00', bytes('9f 78 04 42 f6 00 00')],
  ['40 04 7f 00 00 01', bytes('7f000001')],
  ['04 81 02 61 62', bytes('6162')],
  ['82 00', null],
])('reads the value %s', (tlv, value) => {
  expect(decodeMessage(withValue(tlv)).pdu.varbinds[0]?.value).toEqual(value);
});

test.each([
  ['an integer without octets', '02 00'],
  ['an integer of ten octets', '46 0a 00 00 00 00 00 00 00 00 00 00'],
  ['an address of three octets', '40 03 01 02 03'],
  ['a sub-identifier over 32 bits', '06 06 2b 90 80 80 80 00'],
  ['an OID that ends inside a sub-identifier', '06 02 2b 80'],
  ['a NULL with contents', '05 01 00'],
  ['an indefinite length', '04 80 00 00'],
  ['an unknown type', '45 01 00'],
  ['an element too many in a varbind', '05 00 05 00'],
])('refuses %s', (_name, tlv) => {
  expect(() => decodeMessage(withValue(tlv))).toThrow(SnmpDecodeError);
});

test.each([
  [TAG.integer, 128, '02 02 00 80'],
  [TAG.integer, -129, '02 02 ff 7f'],
  [TAG.gauge32, 0xffffffff, '42 05 00 ff ff ff ff'],
  [TAG.counter64, 0n, '46 01 00'],
  [TAG.oid, [1, 3, 16383, 16384], '06 06 2b ff 7f 81 80 00'],
  [TAG.oid, [2, 100, 3], '06 03 81 34 03'],
])('writes tag %i value %p as %s', (tag, value, tlv) => {
  expect(encodeValue(tag, value)).toEqual(Buffer.from(bytes(tlv)));
});

test('a value of the wrong kind is a mistake of the caller', () => {
  expect(() => encodeValue(TAG.octets, 5)).toThrow(TypeError);
  expect(() => encodeValue(TAG.oid, [3, 1])).toThrow(RangeError);
  expect(() => encodeValue(TAG.integer, 2 ** 31)).toThrow(TypeError);
});
