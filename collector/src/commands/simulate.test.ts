import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createSocket } from 'node:dgram';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildProgram } from './program.js';
import { registerSimulate } from './simulate.js';

const written = { out: '', err: '' };
let onWrite: () => void = () => undefined;

beforeEach(() => {
  Object.assign(written, { out: '', err: '' });
  for (const [stream, key] of [
    [process.stdout, 'out'],
    [process.stderr, 'err'],
  ] as const) {
    jest.spyOn(stream, 'write').mockImplementation((text) => {
      written[key] += String(text);
      onWrite();
      return true;
    });
  }
});
afterEach(() => {
  onWrite = () => undefined;
  jest.restoreAllMocks();
});

const simulate = (...words: string[]) =>
  buildProgram([registerSimulate]).run(['node', 'plantgraph', 'simulate', ...words]);

async function freePort(address: string): Promise<string> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, address, resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return String(port);
}

test.each([
  [['demo', '--port', '0'], 2, '--port is a number'],
  [['demo', '--incidents', 'often'], 2, '--incidents is a number'],
  [['plant', '--modems', '0'], 2, '--modems is a number'],
  [['recorded', '.', '--address', '10.0.0.1'], 2, 'loopback'],
  [['recorded', '/nowhere/at/all'], 1, 'SIMULATOR_RECORDING'],
])('%p ends with %i', async (words, exitCode, message) => {
  expect(await simulate(...words)).toBe(exitCode);
  expect(written.err).toContain(message);
});

test('prints who answers where, and stops when told to', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'simulate-'));
  try {
    await writeFile(join(folder, 'sw1.snmprec'), '1.3.6.1.2.1.1.5.0|4|sw1\n');
    const port = await freePort('127.30.9.1');
    onWrite = () => {
      if (written.err.includes('Ctrl-C stops them')) process.emit('SIGTERM');
    };
    const words = ['recorded', folder, '--address', '127.30.9.1', '--port', port, '--output', 'json'];
    expect(await simulate(...words)).toBe(0);
    expect(JSON.parse(written.out)).toEqual({
      devices: [{ id: 'sw1', address: '127.30.9.1', port: Number(port), note: 'recorded' }],
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
