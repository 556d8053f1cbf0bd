import fc from 'fast-check';
import { encodeMessage, TAG } from './ber.js';
import { readMessageHead } from './message-head.js';

const answer = encodeMessage({
  version: '2c',
  community: 'public',
  pdu: {
    type: 'response',
    requestId: 0x1234567,
    errorStatus: 0,
    errorIndex: 0,
    varbinds: [
      { oid: [1, 3, 6, 1, 2, 1, 1, 3, 0], tag: TAG.timeTicks, value: 5 },
      { oid: [1, 3, 6, 1, 2, 1, 1, 5, 0], tag: TAG.octets, value: Buffer.from('core-1') },
    ],
  },
});

test('reads the head of an answer and leaves out what follows it', () => {
  const head = readMessageHead(Buffer.concat([answer, Buffer.from('more')]));
  expect(head).toMatchObject({ version: 1, id: 0x1234567, pduTag: 0xa2, length: answer.length });
  expect(Buffer.from((head as { community: Uint8Array }).community).toString()).toBe('public');
});

test('no cut of an answer is an answer', () => {
  for (let length = 0; length < answer.length; length++) {
    expect(readMessageHead(answer.subarray(0, length))).toBeUndefined();
  }
});

test('lengths may take more octets than they need, but not reach out', () => {
  const long = Buffer.concat([Buffer.of(0x30, 0x82, 0, answer.length - 2), answer.subarray(2)]);
  expect(readMessageHead(long)).toMatchObject({ id: 0x1234567 });
  expect(readMessageHead(Buffer.concat([Buffer.of(0x30, 0x80), answer.subarray(2)]))).toBeUndefined();
  const inner = Buffer.from(answer);
  inner[inner.length - 7] = 7; // the last value claims one octet more than its varbind holds
  expect(readMessageHead(inner)).toBeUndefined();
});

test('any octets are a message or none, never an exception', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 80 }),
      fc.array(fc.tuple(fc.nat(answer.length - 1), fc.nat(255)), { maxLength: 6 }),
      (noise, changes) => {
        readMessageHead(noise);
        const changed = Buffer.from(answer);
        for (const [at, octet] of changes) changed[at] = octet;
        const head = readMessageHead(changed);
        expect(head === undefined || head.length <= changed.length).toBe(true);
      },
    ),
    { numRuns: 2_000 },
  );
});
