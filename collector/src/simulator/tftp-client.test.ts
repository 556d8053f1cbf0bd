import { createSocket, type Socket } from 'node:dgram';
import fc from 'fast-check';
import { uploadByTftp, type TftpUpload } from './tftp-client.js';

type Reply = (block: number, datagram: Buffer) => Buffer[];

const ack = (block: number): Buffer => Buffer.of(0, 4, (block >> 8) & 0xff, block & 0xff);
const cleanups: (() => void)[] = [];

afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

const bound = async (): Promise<Socket> => {
  const socket = createSocket('udp4');
  cleanups.push(() => socket.close());
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return socket;
};

/** A server that answers as it is told; block 0 is the request. Keeps what it heard, in order, each block once. */
async function scripted(reply: Reply) {
  const listener = await bound();
  const transfer = await bound();
  const blocks = new Map<number, Buffer>();
  const heard: Buffer[] = [];
  const hear = (datagram: Buffer, port: number) => {
    heard.push(datagram);
    const number = datagram[1] === 3 ? datagram.readUInt16BE(2) : 0;
    if (datagram[1] === 3) blocks.set(number, datagram.subarray(4));
    for (const answer of reply(number, datagram)) transfer.send(answer, port, '127.0.0.1');
  };
  listener.on('message', (datagram, from) => hear(datagram, from.port));
  transfer.on('message', (datagram, from) => hear(datagram, from.port));
  return { port: listener.address().port, heard, received: () => Buffer.concat([...blocks.values()]) };
}

const upload = (port: number, more: Partial<TftpUpload> = {}) =>
  uploadByTftp({
    localAddress: '127.0.0.1',
    host: '127.0.0.1',
    port,
    fileName: 'a.bin',
    bytes: Buffer.alloc(1300, 7),
    timeoutMs: 40,
    retries: 3,
    ...more,
  });

test.each([0, 1, 511, 512, 513, 1024, 7508])('%i octets in plain blocks of 512', async (size) => {
  const server = await scripted((block) => [ack(block)]);
  const bytes = Buffer.from(Array.from({ length: size }, (_, at) => at % 251));
  expect(await upload(server.port, { bytes, timeoutMs: 2000 })).toEqual({ resent: 0 });
  expect(server.received().equals(bytes)).toBe(true);
  expect(server.heard[0]).toEqual(Buffer.from('\0\x02a.bin\0octet\0', 'latin1'));
  expect(server.heard).toHaveLength(Math.floor(size / 512) + 2);
});

test.each<[string, string, number]>([
  ['a smaller size than asked', '\0\x06blksize\x00600\0', 600],
  ['no size at all', '\0\x06tsize\x001300\0', 512],
  ['no options', '\0\x04\0\0', 512],
])('the server accepts %s', async (_name, answer, size) => {
  const server = await scripted((block, datagram) => [datagram[1] === 2 ? Buffer.from(answer, 'latin1') : ack(block)]);
  await upload(server.port, { blockSize: 1428, announcesSize: true, timeoutMs: 2000 });
  expect(server.heard[0]?.toString('latin1')).toContain('blksize\x001428\0tsize\x001300\0');
  expect(server.heard[1]).toHaveLength(size + 4);
  expect(server.received()).toHaveLength(1300);
});

test('sends again what got lost, and passes over old and doubled acknowledgements', async () => {
  const seen = new Map<number, number>();
  const server = await scripted((block) => {
    const times = (seen.get(block) ?? 0) + 1;
    seen.set(block, times);
    if (block === 2 && times === 1) return [];
    return block === 3 ? [ack(1), ack(2), ack(3), ack(3)] : [ack(block), ack(block)];
  });
  const { resent } = await upload(server.port);
  expect(resent).toBeGreaterThanOrEqual(1);
  expect(server.received()).toHaveLength(1300);
});

test.each<[string, Reply, Partial<TftpUpload>, string]>([
  ['nobody answers', () => [], {}, 'TFTP_TIMEOUT'],
  ['the server falls silent', (block) => (block < 2 ? [ack(block)] : []), {}, 'TFTP_TIMEOUT'],
  ['the server refuses', () => [Buffer.from('\0\x05\0\x02not asked for\0')], {}, 'TFTP_REFUSED'],
  ['the server wants larger blocks', () => [Buffer.from('\0\x06blksize\x009000\0', 'latin1')], {}, 'TFTP_REFUSED'],
  ['the modem falls silent', (block) => [ack(block)], { stopAfterBlocks: 1 }, 'TFTP_STOPPED'],
  ['the modem is stopped', () => [], { signal: AbortSignal.abort() }, 'TFTP_STOPPED'],
  ['the address is not ours', () => [], { localAddress: '192.0.2.1' }, 'TFTP_SOCKET'],
])('%s', async (_name, reply, more, code) => {
  const server = await scripted(reply);
  await expect(upload(server.port, more)).rejects.toMatchObject({ code });
});

test('no answer of a server, whatever it is, does more than end the upload', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 4 }), async (answers) => {
      const server = await scripted(() => answers.map((answer) => Buffer.from(answer)));
      await upload(server.port, { timeoutMs: 2, retries: 1 }).catch((error: { code: string }) => {
        expect(error.code).toMatch(/^TFTP_/);
      });
    }),
    { numRuns: 60 },
  );
});
