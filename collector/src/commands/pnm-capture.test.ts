import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Operation } from '../pnm/schemas.js';
import { buildProgram } from './program.js';

const operation = (state: Operation['state'], more: Partial<Operation> = {}): Operation => ({
  id: 'op-1',
  mac: '3c:7a:8a:10:00:00',
  test: 'spectrum',
  state,
  progressRatio: 0,
  steps: [
    { name: 'find', channelId: null, state: 'done', detail: '127.0.0.1', startedAt: null, finishedAt: null },
    { name: 'trigger', channelId: 33, state: 'running', detail: null, startedAt: null, finishedAt: null },
  ],
  captureIds: [],
  error: null,
  requestedBy: 'api token',
  createdAt: '2026-11-20T00:00:00Z',
  finishedAt: null,
  ...more,
});
const ended = { finishedAt: '2026-11-20T00:00:01Z' };

let server: Server;
let folder: string;
let answers: { status: number; body: unknown }[];
let asked: { method: string; url: string; body: string; token: string }[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plantgraph-pnm-capture-'));
  writeFileSync(join(folder, 'token'), 'secret\n');
  answers = [];
  asked = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { method = '', url = '' } = request;
      asked.push({ method, url, body, token: request.headers.authorization ?? '' });
      const answer = answers.shift() ?? { status: 500, body: {} };
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const written = { out: '', err: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    jest.spyOn(process[name], 'write').mockImplementation((chunk) => {
      written[name === 'stdout' ? 'out' : 'err'] += String(chunk);
      return true;
    }),
  );
  try {
    const { port } = server.address() as AddressInfo;
    const place = ['--api', `http://127.0.0.1:${port}/`, '--token-file', join(folder, 'token')];
    const code = await buildProgram().run(['node', 'plantgraph', 'pnm', 'capture', ...args, ...place]);
    return { code, ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

test('asks, follows and prints the end', async () => {
  answers = [
    { status: 202, body: operation('running') },
    { status: 200, body: operation('done', { ...ended, captureIds: ['c-1'] }) },
  ];
  const { code, out, err } = await run('3c:7a:8a:10:00:00', '--test', 'spectrum', '--output', 'json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ state: 'done', captureIds: ['c-1'] });
  expect(err).toBe('✓ find: 127.0.0.1\n');
  expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'POST /api/v1/captures',
    'GET /api/v1/captures/op-1',
  ]);
  expect(asked[0]?.token).toBe('Bearer secret');
  expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ mac: '3c:7a:8a:10:00:00', test: 'spectrum', channelIds: [] });
});

test.each<[Operation['state'], number]>([
  ['partial', 3],
  ['failed', 1],
  ['cancelled', 1],
])('an operation that ends %s exits with %d', async (state, exit) => {
  const error = { code: 'PNM_UPLOAD_MISSING', message: 'nothing arrived' };
  answers = [{ status: 202, body: operation(state, { ...ended, error }) }];
  const { code, out } = await run('3c:7a:8a:10:00:00', '--channel', '33', '--channel', '34');
  expect(code).toBe(exit);
  expect(out).toContain('PNM_UPLOAD_MISSING: nothing arrived');
  expect(JSON.parse(asked[0]?.body ?? '')).toMatchObject({ test: 'rxmer', channelIds: [33, 34] });
});

test.each([
  ['a modem that is not known', 404, { code: 'PNM_MODEM_UNKNOWN', detail: 'no CMTS has it' }, 1, 'PNM_MODEM_UNKNOWN'],
  ['something that is no collector', 502, 'bad gateway', 69, 'HTTP_UNREACHABLE'],
])('%s', async (_name, status, body, exit, said) => {
  answers = [{ status, body }];
  const { code, err } = await run('3c:7a:8a:10:00:00');
  expect([code, err]).toEqual([exit, expect.stringContaining(said)]);
});

test.each([
  [['--test', 'echo_canceller']],
  [['--test', 'pre_equaliser_last_update']],
  [['--channel', '256']],
  [['--output', 'xml']],
])('refuses %j', async (args) => {
  expect((await run('3c:7a:8a:10:00:00', ...args)).code).toBe(2);
  expect(asked).toEqual([]);
});
