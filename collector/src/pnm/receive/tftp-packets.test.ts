import fc from 'fast-check';
import { encodeOack, encodeWriteRequest, negotiate, parseRequest } from './tftp-packets.js';

const options = (entries: [string, string][]) => new Map(entries);

test.each([
  ['plain', [], 512, []],
  ['asked block size', [['blksize', '1428']], 1428, [['blksize', '1428']]],
  ['largest block size', [['blksize', '99999']], 65464, [['blksize', '65464']]],
  ['block size too small', [['blksize', '7']], 512, []],
  [
    'no digits',
    [
      ['blksize', '12x'],
      ['timeout', '-1'],
    ],
    512,
    [],
  ],
  ['timeout', [['timeout', '3']], 512, [['timeout', '3']]],
  ['timeout out of range', [['timeout', '256']], 512, []],
  [
    'an unknown option is left out',
    [
      ['windowsize', '4'],
      ['tsize', '10'],
    ],
    512,
    [['tsize', '10']],
  ],
] as [string, [string, string][], number, [string, string][]][])('negotiates: %s', (_name, asked, block, granted) => {
  const accepted = negotiate(options(asked));
  expect(accepted.blockBytes).toBe(block);
  expect(accepted.acknowledged).toEqual(granted);
});

test('option names count in any case, the first of equal ones wins', () => {
  const parsed = parseRequest(
    encodeWriteRequest(
      'a',
      [
        ['BlkSize', '1024'],
        ['blksize', '8'],
      ],
      'OCTET',
    ),
  );
  expect(parsed).toMatchObject({ kind: 'write', request: { name: 'a', mode: 'octet' } });
  if (parsed.kind === 'write') expect([...parsed.request.options]).toEqual([['blksize', '1024']]);
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['a runt', Buffer.from([0])],
  ['no terminator', Buffer.from('\0\x02name\0octet', 'latin1')],
  ['no mode', Buffer.from('\0\x02name\0', 'latin1')],
  ['no name', Buffer.from('\0\x02\0octet\0', 'latin1')],
  ['a huge one', encodeWriteRequest('x'.repeat(2000))],
  ['data', Buffer.from('\0\x03\0\x01abc', 'latin1')],
])('is malformed: %s', (_name, packet) => {
  expect(parseRequest(packet).kind).toBe('malformed');
});

test('any bytes are read or refused, never thrown on', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (packet) => void parseRequest(packet)));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (tail) => {
      const parsed = parseRequest(Uint8Array.of(0, 2, ...tail));
      if (parsed.kind === 'write') encodeOack(negotiate(parsed.request.options).acknowledged);
    }),
  );
});
