import fc from 'fast-check';
import { compareOids, formatRecording, parseRecording, RecordingError, type Instance } from './recording.js';

test('reads every tag', () => {
  const instances = parseRecording(
    [
      '1.3.6.1.2.1.1.1.0|4|a|b',
      '.1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.9',
      '1.3.6.1.2.1.1.3.0|67|12',
      '1.3.9|4x|00ff',
      '1.3.10|64|10.0.0.1',
      '1.3.11|70|18446744073709551615',
      '1.3.12|2|-1',
    ].join('\n'),
  );
  expect(instances.map(({ oid, tag, value }) => [oid.join('.'), tag, value])).toEqual([
    ['1.3.6.1.2.1.1.1.0', 4, new Uint8Array(Buffer.from('a|b'))],
    ['1.3.6.1.2.1.1.2.0', 6, [1, 3, 6, 1, 4, 1, 9]],
    ['1.3.6.1.2.1.1.3.0', 67, 12],
    ['1.3.9', 4, Uint8Array.of(0, 255)],
    ['1.3.10', 64, Uint8Array.of(10, 0, 0, 1)],
    ['1.3.11', 70, 18446744073709551615n],
    ['1.3.12', 2, -1],
  ]);
});

test.each(['x|2|1', '1.3|2', '1.3|2|x', '1.3|99|1', '1.3|4x|0', '1.3|64|1.2.3'])('refuses %p with the line', (line) => {
  expect(() => parseRecording(`1.2|2|1\n${line}`)).toThrow(
    expect.objectContaining({ code: 'RECORDING_INVALID', line: 2 }),
  );
  expect(() => parseRecording(line)).toThrow(RecordingError);
});

const anyOid = fc.array(fc.nat({ max: 0xffffffff }), { minLength: 2, maxLength: 8 });
const anyInstance: fc.Arbitrary<Instance> = fc.oneof(
  fc.record({ oid: anyOid, tag: fc.constantFrom(2, 65, 66, 67), value: fc.nat() }),
  fc.record({ oid: anyOid, tag: fc.constant(4), value: fc.uint8Array({ maxLength: 12 }) }),
  fc.record({ oid: anyOid, tag: fc.constant(6), value: anyOid }),
  fc.record({ oid: anyOid, tag: fc.constant(70), value: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }) }),
);

test('what is written is read back', () => {
  fc.assert(
    fc.property(fc.uniqueArray(anyInstance, { selector: ({ oid }) => oid.join('.') }), (instances) => {
      expect(parseRecording(formatRecording(instances))).toEqual(
        [...instances].sort((a, b) => compareOids(a.oid, b.oid)),
      );
    }),
  );
});
