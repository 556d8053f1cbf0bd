import fc from 'fast-check';
import { encodeRow } from './copy.js';
import { columnOf, storableJson, storableText } from './values.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

// Expected octets: PostgreSQL manual, COPY, "Binary Format", and each type's send function.
test.each([
  ['int2', -2, '0001' + '00000002' + 'fffe'],
  ['int4', 258, '0001' + '00000004' + '00000102'],
  ['int8', 2n ** 40n, '0001' + '00000008' + '0000010000000000'],
  ['float8', 1.5, '0001' + '00000008' + '3ff8000000000000'],
  ['bool', true, '0001' + '00000001' + '01'],
  ['text', 'ä\0b', '0001' + '00000003' + 'c3a462'],
  ['bytea', Uint8Array.of(0, 255), '0001' + '00000002' + '00ff'],
  ['timestamptz', new Date('2000-01-01T00:00:01Z'), '0001' + '00000008' + '00000000000f4240'],
  ['jsonb', { a: '\0\ud800' }, '0001' + '0000000c' + '01' + Buffer.from('{"a":"\ufffd"}').toString('hex')],
  ['text', null, '0001' + 'ffffffff'],
] as const)('%s %p', (type, value, octets) => {
  expect(hex(encodeRow([{ name: 'c', type }], [value]))).toBe(octets);
});

test('any text and JSON can be stored', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.json(), (text, json) => {
      expect(storableText(text)).not.toMatch(/\0|\p{Surrogate}/u);
      expect(JSON.stringify(JSON.parse(storableJson({ text, json })))).not.toMatch(/\\u0000|\\ud[89a-f]/i);
    }),
  );
  expect(columnOf([{ a: 'x\0' }, { a: null }], ({ a }) => a)).toEqual(['x', null]);
});
