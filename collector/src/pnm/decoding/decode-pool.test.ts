import { build } from 'esbuild';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { encodeRxMer } from '../formats/rxmer.js';
import { parseMac } from '../../lib/mac.js';
import { createDecodePool, type DecodePool, type DecodePoolOptions } from './decode-pool.js';
import { inlineDecoder } from './decoder.js';

const scratch = join(__dirname, '../../../.cache/test');
let folder: string;
let decodeScript: URL;
let hostileScript: URL;
const pools: DecodePool[] = [];

/** Does as the file's name says, which no PNM file can: what the pool has to withstand. */
const HOSTILE = `
import { parentPort } from 'node:worker_threads';
parentPort.on('message', ({ number, path }) => {
  if (path === 'crash') process.exit(1);
  if (path === 'throw') throw new Error('a defect');
  if (path === 'hang') for (;;);
  if (path === 'hoard') { const all = []; for (;;) all.push(new Array(1000).fill(path)); }
  if (path === 'wait') return;
  parentPort.postMessage({ number, outcome: 'decoded', capture: { kind: path, series: {} } });
});`;

beforeAll(async () => {
  mkdirSync(scratch, { recursive: true });
  folder = mkdtempSync(join(scratch, 'decode-'));
  const outfile = join(folder, 'decode-worker.mjs');
  const entryPoints = [join(__dirname, 'decode-worker.ts')];
  await build({ entryPoints, outfile, bundle: true, packages: 'external', format: 'esm', platform: 'node' });
  decodeScript = pathToFileURL(outfile);
  writeFileSync(join(folder, 'hostile.mjs'), HOSTILE);
  hostileScript = pathToFileURL(join(folder, 'hostile.mjs'));
});
afterEach(async () => void (await Promise.all(pools.splice(0).map((pool) => pool.stop()))));
afterAll(() => rmSync(folder, { recursive: true }));

function started(options: DecodePoolOptions): DecodePool {
  const pool = createDecodePool(options);
  pools.push(pool);
  return pool;
}

const context = { nowSec: 1_790_000_000, past: [] };
const file = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};
const rxMer = encodeRxMer({
  family: 'PNN',
  version: { major: 1, minor: 0 },
  deviceTimeSec: 1_780_000_000,
  channelId: 33,
  modemMac: parseMac('3c:7a:8a:10:00:00'),
  zeroSubcarrierHz: 600_000_000,
  firstActiveSubcarrier: 148,
  spacingHz: 25_000,
  quarterDb: Uint8Array.from({ length: 4000 }, (_, i) => (i % 7 === 0 ? 0xff : i > 1900 && i < 2100 ? 120 : 160)),
});

test('a thread makes of a file what this one would', async () => {
  const path = file('rxmer.bin', rxMer);
  const capture = await started({ script: decodeScript }).decode(path, context);
  expect(capture.series).toEqual((await inlineDecoder.decode(path, context)).series);
  expect(capture).toEqual(await inlineDecoder.decode(path, context));
  expect(capture.findings).toMatchObject([{ kind: 'notch', widthHz: expect.closeTo(5e6, -6) }]);
});

test('what is no PNM file is refused with code and offset; one that is not there is told apart', async () => {
  const pool = started({ script: decodeScript });
  const inline = await inlineDecoder.decode(file('cut.bin', rxMer.subarray(0, 30)), context).catch((e: unknown) => e);
  await expect(pool.decode(join(folder, 'cut.bin'), context)).rejects.toMatchObject({
    code: 'PNM_TRUNCATED',
    offset: 28,
    message: (inline as Error).message,
  });
  await expect(pool.decode(join(folder, 'absent.bin'), context)).rejects.toMatchObject({ code: 'ENOENT' });
});

test.each([
  ['ends', 'crash', 'PNM_DECODE_CRASHED'],
  ['throws', 'throw', 'PNM_DECODE_CRASHED'],
  ['never ends', 'hang', 'PNM_DECODE_TIMEOUT'],
  ['eats memory', 'hoard', 'PNM_DECODE_CRASHED'],
])(
  'a file whose thread %s costs the others nothing',
  async (_what, path, code) => {
    const events: string[] = [];
    const pool = started({
      script: hostileScript,
      heapMb: 16,
      // long enough for a thread to start, also where memory has to run out first
      deadlineMs: path === 'hang' ? 2000 : 60_000,
      onEvent: (event) => events.push(event),
    });
    const all = await Promise.allSettled(['first', path, 'second', 'third'].map((name) => pool.decode(name, context)));
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect((all[1] as PromiseRejectedResult).reason).toMatchObject({ code, isOfFile: true });
    expect(events).toEqual([code]);
  },
  90_000,
);

test('more than may wait are turned away, and those that wait are told when the pool stops', async () => {
  const events: string[] = [];
  const pool = started({ script: hostileScript, queueLimit: 2, onEvent: (event) => events.push(event) });
  const waiting = ['wait', 'a', 'b'].map((path) => pool.decode(path, context).catch((error: unknown) => error));
  await expect(pool.decode('c', context)).rejects.toMatchObject({ code: 'PNM_DECODE_BUSY', isOfFile: false });
  expect(pool.waitingCount).toBe(2);
  await pool.stop();
  for (const one of waiting) expect(await one).toMatchObject({ code: 'PNM_DECODE_STOPPED', isOfFile: false });
  await expect(pool.decode('d', context)).rejects.toMatchObject({ code: 'PNM_DECODE_STOPPED' });
  expect(events).toEqual(['PNM_DECODE_BUSY']);
});
