import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseMac } from '../lib/mac.js';
import { encodeRxMer } from '../pnm/formats/rxmer.js';
import { registerPnmDecode } from './pnm-decode.js';
import { buildProgram } from './program.js';

const folder = mkdtempSync(join(tmpdir(), 'pnm-decode-'));
afterAll(() => rmSync(folder, { recursive: true }));

const good = join(folder, 'good');
const cut = join(folder, 'cut');
const rxMer = encodeRxMer({
  family: 'PNN',
  version: { major: 1, minor: 0 },
  deviceTimeSec: 1_700_000_000,
  channelId: 33,
  modemMac: parseMac('00:1d:b3:c5:09:60'),
  zeroSubcarrierHz: 631_100_000,
  firstActiveSubcarrier: 356,
  spacingHz: 25_000,
  quarterDb: Uint8Array.of(160, 0xff, 164),
});
writeFileSync(good, rxMer);
writeFileSync(cut, rxMer.subarray(0, -1));

async function decode(...args: string[]): Promise<{ code: number; out: string }> {
  const written: string[] = [];
  const spy = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  try {
    const code = await buildProgram([registerPnmDecode]).run(['node', 'plantgraph', 'pnm', 'decode', ...args]);
    return { code, out: written.join('') };
  } finally {
    spy.mockRestore();
  }
}

test('prints one object a line and file, with the keys of the contract', async () => {
  const { code, out } = await decode(good, '--output', 'json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual({
    file: good,
    type: 'ds_ofdm_rxmer',
    family: 'PNN',
    mac: '00:1d:b3:c5:09:60',
    captureTime: 1_700_000_000,
    channelId: 33,
    subcarrierZeroHz: 631_100_000,
    firstActiveSubcarrier: 356,
    spacingHz: 25_000,
    count: 3,
    stats: { n: 2, mean: 40.5, min: 40, max: 41, stddev: 0.5 },
    valuesSha256: createHash('sha256').update('40.00,null,41.00').digest('hex'),
    warnings: [],
  });
});

test('a refused file has its error and nothing else', async () => {
  const { code, out } = await decode(cut, '--output', 'json');
  expect(code).toBe(1);
  expect(JSON.parse(out)).toEqual({
    file: cut,
    error: { code: 'PNM_TRUNCATED', offset: 28, message: expect.any(String) },
  });
});

test.each([
  ['some refused', () => [good, cut], 3],
  ['unreadable only', () => [join(folder, 'absent'), folder], 1],
  ['no file named', () => [], 2],
  ['an unknown format', () => [good, '--output', 'xml'], 2],
])('%s: the exit code says so', async (_name, args, expected) => {
  const silent = jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
  expect((await decode(...args())).code).toBe(expected);
  silent.mockRestore();
});

test('adds measures and fields on request', async () => {
  const { out } = await decode(good, '--output', 'json', '--measures', '--explain');
  const { measures, explain } = JSON.parse(out) as { measures: object; explain: object[] };
  expect(measures).toMatchObject({ measuredCount: 2, percentileMerDb: 40 });
  expect(explain).toContainEqual({ offset: 10, length: 1, field: 'channelId', hex: '21', value: '33' });
  expect((await decode(cut, '--explain')).out).toContain('PNM_TRUNCATED');
});
