import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseIp } from '../../lib/ip.js';
import { parseMac } from '../../lib/mac.js';
import type { ExpectedUpload } from './expectations.js';
import { createSpool, type Spool } from './spool.js';
import { encodeData, encodeWriteRequest, OPCODE } from './tftp-packets.js';
import { createTftpServer, type TftpLimits, type TftpServer } from './tftp-server.js';
import { RawClient } from './tftp-test-client.js';

const mac = parseMac('00:1d:b3:c5:09:60');
const NAME = 'rxmer_001db3c50960_33_1.bin';
const FAST: Partial<TftpLimits> = { repeatMs: 1000, repeatCount: 2, dallyMs: 5000, totalMs: 10_000, graceMs: 10_000 };

let folder: string;
let server: TftpServer;
let counts: Map<string, number>;
let clients: RawClient[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plantgraph-tftp-'));
  counts = new Map();
  clients = [];
});
afterEach(async () => {
  for (const client of clients) client.close();
  await server.stop();
  await rm(folder, { recursive: true });
});

async function startServer(
  limits: Partial<TftpLimits> = {},
  spool: Spool = createSpool(folder, 0),
  address = '127.0.0.1',
) {
  server = createTftpServer({
    localAddresses: [address],
    port: 0,
    spool,
    log: { warn: () => undefined },
    now: () => new Date(),
    limits: { ...FAST, ...limits },
    onCount: (result, reason) => counts.set(`${result} ${reason}`, (counts.get(`${result} ${reason}`) ?? 0) + 1),
  });
  await server.start();
  return server.addresses[0]?.port ?? 0;
}

async function openClient(address = '127.0.0.1') {
  const client = await RawClient.open(address);
  clients.push(client);
  return client;
}

const expectFile = (changes: Partial<ExpectedUpload> = {}) =>
  server.expect({
    id: 'capture-1',
    name: NAME,
    defaultPrefix: 'PNMDsMer',
    mac,
    sourceAddress: parseIp('127.0.0.1'),
    maxBytes: 100_000,
    waitMs: 3000,
    ...changes,
  });

const sha256 = (body: Uint8Array) => createHash('sha256').update(body).digest('hex');

test.each([
  [0, undefined],
  [1, undefined],
  [511, undefined],
  [512, undefined],
  [513, undefined],
  [7600, 'blksize'],
  [7600, 'BLKSIZE'],
  [65_535, 'blksize'],
])('stores %i bytes (%p) before the last ACK', async (size, option) => {
  const port = await startServer();
  const wait = expectFile();
  const body = randomBytes(size);
  const client = await openClient();
  const answer = await client.upload(
    port,
    NAME,
    body,
    option
      ? {
          options: [
            [option, '1428'],
            ['tsize', `${size}`],
          ],
        }
      : {},
  );
  expect(answer?.opcode).toBe(OPCODE.ack);
  expect(await readdir(folder)).toEqual(['capture-1.bin']);
  expect(await readFile(join(folder, 'capture-1.bin'))).toEqual(body);
  expect(await wait.ended).toMatchObject({
    outcome: 'complete',
    file: { sha256: sha256(body), bytes: size, name: NAME },
  });
});

test('block numbers wrap to 0', async () => {
  const port = await startServer({ totalMs: 60_000 });
  const wait = expectFile({ maxBytes: 10_000_000 });
  const body = randomBytes(8 * 66_000);
  const client = await openClient();
  await client.upload(port, NAME, body, { options: [['blksize', '8']] });
  expect(await wait.ended).toMatchObject({ outcome: 'complete', file: { sha256: sha256(body) } });
}, 60_000);

test('answers a repeated request with the same answer from the same port, a repeated last block with its ACK', async () => {
  const port = await startServer();
  const wait = expectFile();
  const client = await openClient();
  const request = encodeWriteRequest(NAME, [['blksize', '100']]);
  client.send(port, request);
  const first = await client.next();
  client.send(port, request);
  expect(await client.next()).toEqual(first);
  client.send(first?.port ?? 0, encodeData(1, Buffer.from('whole')));
  expect(await client.next()).toMatchObject({ opcode: OPCODE.ack, number: 1 });
  await wait.ended;
  await new Promise((resolve) => setTimeout(resolve, 60)); // past the damping
  client.send(first?.port ?? 0, encodeData(1, Buffer.from('whole')));
  expect(await client.next()).toMatchObject({ opcode: OPCODE.ack, number: 1 });
});

test('repeats its last answer and then gives up a stalled upload without a trace', async () => {
  const port = await startServer({ repeatMs: 200 });
  const wait = expectFile({ waitMs: 300 });
  const client = await openClient();
  client.send(port, encodeWriteRequest(NAME));
  const first = await client.next();
  client.send(first?.port ?? 0, encodeData(1, Buffer.alloc(512)));
  const rest: (number | undefined)[] = [];
  for (let answer = await client.next(); answer !== undefined; answer = await client.next()) {
    rest.push(answer.opcode === OPCODE.ack ? answer.number : undefined);
    if (answer.opcode === OPCODE.error) break;
  }
  expect(rest.slice(-4)).toEqual([1, 1, 1, undefined]);
  expect(await wait.ended).toMatchObject({ outcome: 'failed', reason: 'stalled', bytes: 512 });
  expect(await readdir(folder)).toEqual([]);
});

test('a request from the port of a finished transfer is a new transfer', async () => {
  const port = await startServer();
  const client = await openClient();
  const first = expectFile();
  await client.upload(port, NAME, Buffer.from('one'));
  await first.ended;
  const second = expectFile({ id: 'capture-2', name: 'second.bin' });
  expect(await client.upload(port, 'second.bin', Buffer.from('two'))).toMatchObject({ opcode: OPCODE.ack, number: 1 });
  expect(await second.ended).toMatchObject({ outcome: 'complete', file: { id: 'capture-2' } });
  expect(await readFile(join(folder, 'capture-1.bin'), 'utf8')).toBe('one');
});

test('the whole file again is acknowledged, another under its name is not', async () => {
  const port = await startServer();
  const wait = expectFile();
  const client = await openClient();
  const other = await openClient();
  await client.upload(port, NAME, Buffer.from('once'));
  await wait.ended;
  expect(await other.upload(port, NAME, Buffer.from('once'))).toMatchObject({ opcode: OPCODE.ack, number: 1 });
  expect(await client.upload(port, NAME, Buffer.from('twice'))).toMatchObject({ opcode: OPCODE.error, number: 6 });
  expect(await readFile(join(folder, 'capture-1.bin'), 'utf8')).toBe('once');
  expect(await readdir(folder)).toEqual(['capture-1.bin']);
});

test('two captures under one default name are told apart, a repetition is not', async () => {
  const port = await startServer();
  const name = 'PNMDsMer_001DB3C50960_1732100000';
  const first = expectFile();
  const client = await openClient();
  await client.upload(port, name, Buffer.from('channel 33'));
  await first.ended;
  const second = expectFile({ id: 'capture-2', name: 'rxmer_001db3c50960_34_2.bin' });
  const other = await openClient();
  expect(await other.upload(port, name, Buffer.from('channel 33'))).toMatchObject({ opcode: OPCODE.ack, number: 1 });
  expect(await client.upload(port, name, Buffer.from('channel 34'))).toMatchObject({ opcode: OPCODE.ack, number: 1 });
  expect(await second.ended).toMatchObject({ outcome: 'complete', file: { id: 'capture-2', name } });
  expect(await readFile(join(folder, 'capture-1.bin'), 'utf8')).toBe('channel 33');
  expect(await readFile(join(folder, 'capture-2.bin'), 'utf8')).toBe('channel 34');
});

test('strangers cannot touch a running transfer', async () => {
  const port = await startServer();
  const wait = expectFile();
  const client = await openClient();
  const stranger = await openClient('127.0.0.2');
  const neighbour = await openClient();
  client.send(port, encodeWriteRequest(NAME));
  const transferPort = (await client.next())?.port ?? 0;
  for (const foreign of [stranger, neighbour]) {
    foreign.send(transferPort, encodeData(1, Buffer.from('EVIL')));
    foreign.send(transferPort, Buffer.from('\0\x05\0\x00stop\0', 'latin1'));
    foreign.send(transferPort, Buffer.from([1]));
  }
  for (const runt of [0, 1, 2, 3]) client.send(transferPort, Buffer.alloc(runt));
  client.send(transferPort, encodeData(1, Buffer.from('good')));
  expect(await client.next()).toMatchObject({ opcode: OPCODE.ack, number: 1 });
  expect(await wait.ended).toMatchObject({ outcome: 'complete', file: { sha256: sha256(Buffer.from('good')) } });
});

test('blocks out of order wait for the one that is missing', async () => {
  const port = await startServer({ repeatMs: 1000 });
  const wait = expectFile();
  const client = await openClient();
  client.send(
    port,
    encodeWriteRequest(NAME, [
      ['blksize', '8'],
      ['windowsize', '4'],
    ]),
  );
  const first = await client.next();
  expect(first?.text).not.toContain('windowsize');
  const block = (number: number, text: string) => client.send(first?.port ?? 0, encodeData(number, Buffer.from(text)));
  block(1, 'AAAAAAAA');
  block(3, 'CCCCCCCC');
  block(2, 'BBBBBBBB');
  block(4, 'D');
  expect([(await client.next())?.number, (await client.next())?.number]).toEqual([1, 2]);
  block(3, 'CCCCCCCC');
  expect((await client.next())?.number).toBe(3);
  block(4, 'D');
  await wait.ended;
  expect(await readFile(join(folder, 'capture-1.bin'), 'utf8')).toBe('AAAAAAAABBBBBBBBCCCCCCCCD');
});

test.each([
  '../x',
  '/etc/passwd',
  'a/../../x',
  '..%2fx',
  '.',
  '',
  '__proto__',
  'constructor',
  'x'.repeat(500),
  'rxmer\nx',
  '-rf',
  'rxmer_001db3c50960_33_2.bin',
  'PNMDsMer_001DB3C50961_17',
  NAME.toUpperCase(),
])('refuses the name %j and keeps nothing', async (name) => {
  const port = await startServer();
  expectFile();
  const client = await openClient();
  client.send(port, encodeWriteRequest(name));
  const answer = await client.next(name === '' ? 100 : 1000);
  if (name !== '') expect(answer).toMatchObject({ opcode: OPCODE.error, number: 2, port });
  expect(server.openSockets).toBe(0);
  expect(await readdir(folder)).toEqual([]);
});

test.each([
  ['a right name from another address', encodeWriteRequest(NAME), '127.0.0.9', 2],
  ['reading', Buffer.from(`\0\x01${NAME}\0octet\0`, 'latin1'), '127.0.0.1', 2],
  ['netascii', encodeWriteRequest(NAME, [], 'netascii'), '127.0.0.1', 4],
  ['too big by its own word', encodeWriteRequest(NAME, [['tsize', '99999999999999']]), '127.0.0.1', 3],
])('refuses %s', async (_name, packet, source, code) => {
  const port = await startServer();
  expectFile();
  const client = await openClient(source);
  client.send(port, packet);
  const answer = await client.next();
  expect(answer).toMatchObject({ opcode: OPCODE.error, number: code });
  expect((answer?.text.length ?? 0) + 2).toBeLessThanOrEqual(packet.length + 32);
});

test('cuts a file at the cap', async () => {
  const port = await startServer();
  const wait = expectFile({ maxBytes: 1000, waitMs: 300 });
  const client = await openClient();
  expect(await client.upload(port, NAME, Buffer.alloc(2000))).toMatchObject({ opcode: OPCODE.error, number: 3 });
  expect(await wait.ended).toMatchObject({ outcome: 'failed', reason: 'too_big' });
  expect(await readdir(folder)).toEqual([]);
});

test('a full disk is said before any data is taken, and forgotten when there is room again', async () => {
  const spool = createSpool(folder, 0);
  let isFull = true;
  const port = await startServer({}, { ...spool, hasRoom: async () => !isFull });
  const wait = expectFile();
  const client = await openClient();
  client.send(port, encodeWriteRequest(NAME));
  expect(await client.next()).toMatchObject({ opcode: OPCODE.error, number: 3 });
  isFull = false;
  expect(await client.upload(port, NAME, Buffer.from('fits'))).toMatchObject({ opcode: OPCODE.ack, number: 1 });
  expect((await wait.ended).outcome).toBe('complete');
});

test('a disk that fills up on the way costs the upload, not the process', async () => {
  const spool = createSpool(folder, 0);
  const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
  const port = await startServer(
    {},
    { ...spool, write: () => ({ ...spool.write(), finish: () => Promise.reject(full) }) },
  );
  const wait = expectFile({ waitMs: 200 });
  const client = await openClient();
  expect(await client.upload(port, NAME, Buffer.from('x'))).toMatchObject({ opcode: OPCODE.error, number: 3 });
  expect(await wait.ended).toMatchObject({ outcome: 'failed', reason: 'disk' });
});

test('an ERROR after the request of a repetition leaves the stored file alone', async () => {
  const port = await startServer();
  const wait = expectFile();
  const client = await openClient();
  await client.upload(port, NAME, Buffer.from('kept'));
  await wait.ended;
  const other = await openClient();
  other.send(port, encodeWriteRequest(NAME));
  const answer = await other.next();
  other.send(answer?.port ?? 0, Buffer.from('\0\x05\0\x00stop\0', 'latin1'));
  await until(() => counts.get('failed peer_error') === 1);
  expect(await readFile(join(folder, 'capture-1.bin'), 'utf8')).toBe('kept');
});

test('a slow drip ends at the total deadline', async () => {
  const port = await startServer({ totalMs: 300, repeatMs: 5000 });
  const wait = expectFile({ waitMs: 400 });
  const client = await openClient();
  client.send(port, encodeWriteRequest(NAME));
  const first = await client.next();
  client.send(first?.port ?? 0, encodeData(1, Buffer.alloc(512)));
  expect(await wait.ended).toMatchObject({ outcome: 'failed', reason: 'deadline' });
});

test('one address may run only so many transfers', async () => {
  const port = await startServer({ transfersPerHost: 2, repeatMs: 5000 });
  expectFile();
  const answers = [];
  for (let count = 0; count < 3; count += 1) {
    const client = await openClient();
    client.send(port, encodeWriteRequest(NAME));
    answers.push((await client.next())?.opcode);
  }
  expect(answers).toEqual([OPCODE.ack, OPCODE.ack, OPCODE.error]);
});

test('refusals are answered only so often', async () => {
  const port = await startServer({ refusalsPerHostPerSec: 3 });
  const client = await openClient();
  for (let count = 0; count < 50; count += 1) client.send(port, encodeWriteRequest(`flood-${count}`));
  await until(() => (counts.get('refused unexpected') ?? 0) >= 50);
  let answered = 0;
  while ((await client.next(100)) !== undefined) answered += 1;
  expect(answered).toBeLessThanOrEqual(6); // two windows of a second may meet
});

test('a cancelled wait is refused, and late ones end by themselves', async () => {
  const port = await startServer();
  const wait = expectFile();
  wait.cancel();
  expect(await wait.ended).toEqual({ outcome: 'cancelled' });
  const client = await openClient();
  client.send(port, encodeWriteRequest(NAME));
  expect(await client.next()).toMatchObject({ opcode: OPCODE.error, number: 2 });
  expect(await expectFile({ waitMs: 1 }).ended).toMatchObject({ outcome: 'failed', reason: 'absent' });
});

test('thousands of random packets to both ports change nothing', async () => {
  const port = await startServer({ repeatMs: 5000 });
  const wait = expectFile();
  const client = await openClient();
  client.send(port, encodeWriteRequest(NAME));
  const transferPort = (await client.next())?.port ?? 0;
  const noise = await openClient('127.0.0.3');
  for (let count = 0; count < 3000; count += 1) {
    const packet = randomBytes(count % 60);
    if (packet.length > 1) packet.writeUInt16BE(count % 8, 0);
    noise.send(count % 2 === 0 ? port : transferPort, packet);
    if (count % 200 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  // as a modem does: again when nothing is heard
  for (let tries = 0; server.activeTransfers > 0 && tries < 5; tries += 1) {
    client.send(transferPort, encodeData(1, Buffer.from('still here')));
    await client.next();
  }
  expect((await wait.ended).outcome).toBe('complete');
  expect(await readdir(folder)).toEqual(['capture-1.bin']);
});

test('works over IPv6 and says what is wrong with an address or port', async () => {
  const port = await startServer({}, createSpool(folder, 0), '::1');
  const wait = expectFile({ sourceAddress: parseIp('::1') });
  const client = await openClient('::1');
  await client.upload(port, NAME, Buffer.from('six'), { address: '::1' });
  expect((await wait.ended).outcome).toBe('complete');
  const second = (address: string, taken: number) =>
    createTftpServer({
      localAddresses: [address],
      port: taken,
      spool: createSpool(folder, 0),
      log: { warn: () => undefined },
      now: () => new Date(),
    }).start();
  await expect(second('::1', port)).rejects.toMatchObject({ code: 'TFTP_PORT_TAKEN' });
  await expect(second('192.0.2.1', 0)).rejects.toMatchObject({ code: 'TFTP_ADDRESS_UNKNOWN' });
});

test('removes at the start what was never acknowledged, keeps what was', async () => {
  const spool = createSpool(folder, 0);
  await spool.prepare();
  const write = spool.write();
  await write.append(Buffer.alloc(100_000));
  const whole = spool.write();
  whole.append(Buffer.from('w'));
  await (await whole.finish()).publish('whole');
  expect((await readdir(folder)).length).toBe(2);
  await startServer({}, spool);
  expect((await spool.list()).map(({ id }) => id)).toEqual(['whole']);
  await write.discard().catch(() => undefined);
});

async function until(condition: () => boolean): Promise<void> {
  for (const endMs = performance.now() + 3000; !condition();) {
    if (performance.now() > endMs) throw new Error('the condition did not come true in 3 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
