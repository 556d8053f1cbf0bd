import fc from 'fast-check';
import { decodeMessage, encodeName } from '../ber.js';
import { writeRequest } from './request.js';

const contentsOf = (oid: readonly number[]): Uint8Array => {
  const element = encodeName(oid);
  return element.subarray(element.length < 130 ? 2 : 3);
};

const anyOid = fc.array(fc.nat(2 ** 32 - 1), { minLength: 1, maxLength: 40 }).map((tail) => [1, 3, ...tail]);

test('the message codec reads what is written', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('get' as const, 'getNext' as const, 'getBulk' as const),
      fc.nat(2 ** 31 - 1),
      fc.nat(5_000),
      fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
      fc.array(anyOid, { maxLength: 30 }),
      (type, requestId, maxRepetitions, community, oids) => {
        const bulk = type === 'getBulk' ? { nonRepeaters: 1, maxRepetitions } : {};
        const bytes = writeRequest({
          type,
          requestId,
          community: Buffer.from(community, 'latin1'),
          names: oids.map(contentsOf),
          ...bulk,
        });
        const message = decodeMessage(bytes);
        expect(message).toMatchObject({ version: '2c', community, pdu: { type, requestId, ...bulk } });
        expect(message.pdu.varbinds).toEqual(oids.map((oid) => ({ oid, tag: 5, value: null })));
      },
    ),
    { numRuns: 200 },
  );
});

test('repetitions of 128 and more are positive', () => {
  const bytes = writeRequest({
    type: 'getBulk',
    requestId: 1,
    community: Buffer.from('c'),
    maxRepetitions: 200,
    names: [],
  });
  expect(decodeMessage(bytes).pdu).toMatchObject({ maxRepetitions: 200 });
});

test('what fits no datagram is refused', () => {
  const names = Array.from({ length: 2_000 }, () => new Uint8Array(60));
  expect(() => writeRequest({ type: 'get', requestId: 1, community: new Uint8Array(), names })).toThrow(RangeError);
});
