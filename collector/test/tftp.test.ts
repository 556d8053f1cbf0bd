import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseIp } from '../src/lib/ip.js';
import { parseMac } from '../src/lib/mac.js';
import { createSpool } from '../src/pnm/receive/spool.js';
import { createTftpServer, type TftpServer } from '../src/pnm/receive/tftp-server.js';
import { RawClient } from '../src/pnm/receive/tftp-test-client.js';

/** Clients that other people wrote, against our receiver over real sockets. */

const mac = parseMac('00:1d:b3:c5:09:60');

let folder: string;
let server: TftpServer;
let port: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plantgraph-tftp-'));
  server = createTftpServer({
    localAddresses: ['127.0.0.1'],
    port: 0,
    spool: createSpool(join(folder, 'spool'), 0),
    log: { warn: () => undefined },
    now: () => new Date(),
  });
  await server.start();
  port = server.addresses[0]?.port ?? 0;
});
afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

const expectFile = (id: string, name: string, sourceAddress = '127.0.0.1') =>
  server.expect({
    id,
    name,
    defaultPrefix: 'PNMDsMer',
    mac,
    sourceAddress: parseIp(sourceAddress),
    maxBytes: 50_000_000,
    waitMs: 30_000,
  });

const sha256 = (body: Uint8Array) => createHash('sha256').update(body).digest('hex');

function run(command: string, args: readonly string[]): Promise<{ code: number | null; text: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    const limit = setTimeout(() => child.kill('SIGKILL'), 25_000);
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.on('error', (error) => resolve({ code: -1, text: error.message }));
    child.on('close', (code) => {
      clearTimeout(limit);
      resolve({ code, text });
    });
  });
}

const SIZES = [0, 1, 511, 512, 513, 1428, 1468, 7600, 40_000_000];

const clients: [name: string, path: string, args: (file: string, name: string) => string[]][] = [
  ['tftp-hpa', '/usr/bin/tftp', (file, name) => ['-m', 'binary', '127.0.0.1', String(port), '-c', 'put', file, name]],
  ['curl', '/usr/bin/curl', (file, name) => ['-sS', '-T', file, `tftp://127.0.0.1:${port}/${name}`]],
  [
    'curl with a block size',
    '/usr/bin/curl',
    (file, name) => ['-sS', '--tftp-blksize', '1428', '-T', file, `tftp://127.0.0.1:${port}/${name}`],
  ],
  [
    'atftp with options',
    '/usr/bin/atftp',
    (file, name) => [
      '--option',
      'blksize 1428',
      '--option',
      'tsize 0',
      '--option',
      'timeout 2',
      '--put',
      '-l',
      file,
      '-r',
      name,
      '127.0.0.1',
      String(port),
    ],
  ],
];

for (const [title, path, args] of clients) {
  const ifThere = existsSync(path) ? test : test.skip;
  if (!existsSync(path)) console.warn(`skipped: ${title} needs ${path}`);
  ifThere(
    `takes files of any size from ${title}`,
    async () => {
      for (const size of SIZES) {
        const body = randomBytes(size);
        const file = join(folder, `local-${size}`);
        const name = `pnm/rxmer_${size}.bin`;
        await writeFile(file, body);
        const wait = expectFile(`capture-${size}`, name);
        const { code, text } = await run(path, args(file, name));
        // the file is whole at its final name when the client has its last ACK, not some time later
        const stored = await readFile(join(folder, 'spool', `capture-${size}.bin`)).catch(() => undefined);
        expect({ size, code, text: code === 0 ? '' : text, stored: stored && sha256(stored) }).toEqual({
          size,
          code: 0,
          text: '',
          stored: sha256(body),
        });
        expect(await wait.ended).toMatchObject({ outcome: 'complete' });
      }
    },
    60_000,
  );
}

test('tells a real client that its name was not asked for', async () => {
  const file = join(folder, 'evil');
  await writeFile(file, 'x');
  const { code } = await run('/usr/bin/curl', ['-sS', '-T', file, `tftp://127.0.0.1:${port}/evil`]);
  expect(code).toBe(69); // CURLE_TFTP_PERM
  expect(await readdir(join(folder, 'spool'))).toEqual([]);
});

test('takes 400 uploads at once from as many addresses', async () => {
  const COUNT = 400;
  const body = randomBytes(7600);
  const addressOf = (index: number) => `127.31.${index >> 8}.${index & 0xff}`;
  const senders = await Promise.all(Array.from({ length: COUNT }, (_, index) => RawClient.open(addressOf(index))));
  const waits = senders.map((_, index) => expectFile(`c-${index}`, `rxmer_${index}.bin`, addressOf(index)));
  const startedAtMs = performance.now();
  const retry = async (sender: RawClient, index: number) => {
    // a sender that hears nothing starts again, as a modem does
    for (let tries = 0; tries < 10; tries += 1) {
      const answer = await sender.upload(port, `rxmer_${index}.bin`, body);
      if (answer !== undefined) return tries;
    }
    return undefined;
  };
  const repeats = await Promise.all(senders.map(retry));
  const tookMs = performance.now() - startedAtMs;
  const ends = await Promise.all(waits.map((wait) => wait.ended));
  expect(ends.filter((end) => end.outcome === 'complete')).toHaveLength(COUNT);
  expect(await readdir(join(folder, 'spool'))).toHaveLength(COUNT);
  const repeated = repeats.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  console.warn(`400 uploads at once: ${Math.round((COUNT / tookMs) * 1000)} files/s, ${repeated} repeated requests`);
  for (const sender of senders) sender.close();
}, 60_000);
