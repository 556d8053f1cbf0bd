import fc from 'fast-check';
import { agent, closeAfterEach, engineOf, honest, requestOf, ROOT } from '../test-agents.js';
import { parseOid } from '../recording.js';
import { BlockBuilder, BlockError, ResultBlock } from './block.js';
import { rowsOfBlock } from './block-rows.js';

closeAfterEach();

const RANGES = [{ start: [1], stop: [25] }];
async function blockOf(): Promise<Buffer> {
  const port = await agent((datagram) => [honest(datagram, 40)]);
  const { engine } = engineOf();
  return Buffer.from(await engine.run(requestOf({ port, id: 'r-1 é', ranges: RANGES })));
}

test('every field stands where the description of the format says, little-endian', async () => {
  const octets = await blockOf();
  expect(octets.toString('latin1', 0, 4)).toBe('PGSB');
  expect(octets.readUInt16LE(4)).toBe(1);
  const headerOctets = octets.readUInt16LE(6);
  expect(octets.readUInt32LE(8)).toBe(octets.length);
  expect([...octets.subarray(12, 16)]).toEqual([1, 0, 0, 0]); // walk, complete, no flags, noError
  expect(Math.abs(octets.readDoubleLE(16) - Date.now())).toBeLessThan(60_000);
  expect(octets.readDoubleLE(24)).toBeGreaterThan(0);
  expect(octets.readDoubleLE(32)).toBe(123_450);
  const [sent, resent, roots, ranges, segments, entries] = [40, 44, 48, 52, 56, 60].map((at) =>
    octets.readUInt32LE(at),
  );
  expect({ sent, resent, roots, ranges, segments, entries }).toEqual({
    sent: 3,
    resent: 0,
    roots: 1,
    ranges: 1,
    segments: 3,
    entries: 25,
  });
  const text = (at: number) => {
    const start = octets.readUInt32LE(at);
    return octets.toString('utf8', start, start + octets.readUInt32LE(at + 4));
  };
  expect([text(64), text(72), text(80)]).toEqual(['r-1 é', '127.0.0.1', '']);
  const rootAt = octets.readUInt32LE(88);
  expect([...octets.subarray(rootAt + 4, rootAt + 4 + octets.readUInt32LE(rootAt))]).toEqual([
    0x2b, 6, 1, 2, 1, 2, 2, 1, 2,
  ]);
  const rangeAt = octets.readUInt32LE(92);
  expect([...octets.subarray(rangeAt, rangeAt + 10)]).toEqual([1, 0, 0, 0, 1, 1, 0, 0, 0, 25]);
  const segmentAt = octets.readUInt32LE(96);
  expect(octets.readUInt32LE(segmentAt + 8)).toBe(0); // first entry
  expect(octets.readUInt32LE(segmentAt + 12)).toBe(10); // entries of the first answer
  expect([octets.readUInt32LE(segmentAt + 16), octets.readUInt32LE(segmentAt + 20)]).toEqual([12_345, 1]);
  const entryAt = octets.readUInt32LE(100);
  const dataAt = octets.readUInt32LE(104);
  const nameAt = dataAt + octets.readUInt32LE(entryAt);
  expect(octets.readUInt16LE(entryAt + 4)).toBe(0);
  const nameOctets = octets.readUInt16LE(entryAt + 6);
  expect([...octets.subarray(nameAt, nameAt + nameOctets + 3)]).toEqual([0x2b, 6, 1, 2, 1, 2, 2, 1, 2, 1, 2, 1, 1]);
  expect(octets.toString('latin1', octets.length - 8, octets.length - 4)).toBe('PGSE');
  expect(headerOctets).toBe(120);
});

test('it reads the same from the middle of other octets, and after it was moved', async () => {
  const octets = await blockOf();
  const inside = Buffer.concat([Buffer.alloc(13, 0xff), octets]).subarray(13);
  const moved = structuredClone(Uint8Array.from(octets));
  for (const one of [inside, moved]) {
    const block = new ResultBlock(one);
    expect(block.head).toMatchObject({ id: 'r-1 é', roots: [parseOid(ROOT)], ranges: RANGES, outcome: 'complete' });
    expect(rowsOfBlock(block).length).toBe(25);
  }
});

test.each([
  ['nothing', (octets: Buffer) => octets.subarray(0, 0)],
  ['another magic', (octets: Buffer) => Buffer.concat([Buffer.from('PGSX'), octets.subarray(4)])],
  ['another version', (octets: Buffer) => Buffer.concat([octets.subarray(0, 4), Buffer.of(2, 0), octets.subarray(6)])],
  ['a block cut off', (octets: Buffer) => octets.subarray(0, -1)],
  [
    'an outcome that there is none of',
    (octets: Buffer) => Buffer.concat([octets.subarray(0, 13), Buffer.of(99), octets.subarray(14)]),
  ],
])('%s is refused', async (_name, damage) => {
  const octets = damage(await blockOf());
  expect(() => new ResultBlock(octets)).toThrow(BlockError);
});

test('damaged octets are read within their bounds or refused, never otherwise', async () => {
  const octets = await blockOf();
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(octets.length - 1), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 }),
      (changes) => {
        const damaged = Buffer.from(octets);
        for (const [at, value] of changes) damaged[at] = value;
        try {
          const block = new ResultBlock(damaged);
          const rows = rowsOfBlock(block);
          for (let row = 0; row < rows.length; row++) {
            rows.index(row);
            rows.value(0, row);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(BlockError);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('what is collected is the variables of each answer one behind the other, whatever stands around them', () => {
  const part = fc.uint8Array({ maxLength: 400 });
  fc.assert(
    fc.property(fc.array(fc.tuple(part, part, part), { maxLength: 60 }), (answers) => {
      const builder = new BlockBuilder();
      for (const [before, area, behind] of answers) {
        builder.append(Buffer.concat([before, area, behind]), before.length, before.length + area.length);
        builder.add(0, area.length, 0);
        builder.endSegment(area.length, 0, undefined);
      }
      const collected = Buffer.from(builder.data.subarray(0, builder.dataOctets));
      expect(collected.equals(Buffer.concat(answers.map(([, area]) => area)))).toBe(true);
    }),
  );
});
