import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { createSnmpCounters } from '../guard.js';
import { createEngineReader } from '../engine-reader.js';
import { agent, closeAfterEach, honest, opened, requestOf, ROOT, run, targetOf, until } from '../test-agents.js';
import { createWorkerEngine } from './client.js';

closeAfterEach();

/** The engine's thread as it is built, and one that ends when it is told to. */
let folder: string;
let script: URL;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plantgraph-engine-'));
  const outfile = join(folder, 'worker.mjs');
  const entryPoints = [join(__dirname, 'worker.ts')];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'silent' });
  const mortal = join(folder, 'mortal.mjs');
  writeFileSync(
    mortal,
    `import './worker.mjs';
     import { parentPort } from 'node:worker_threads';
     parentPort.on('message', ({ request }) => {
       if (request?.id === 'exit') process.exit(3);
       if (request?.id === 'throw') setImmediate(() => { throw new Error('a defect'); });
     });`,
  );
  script = pathToFileURL(mortal);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(['exit', 'throw'])(
  'when the thread ends by %s every walk ends in an outcome, and the next one is read',
  async (id) => {
    const silent = await agent(() => []);
    const live = await agent((datagram) => [honest(datagram, 40)]);
    const counters = createSnmpCounters();
    const engine = opened(createWorkerEngine({ counters }, script));
    const reader = (port: number) => opened(createEngineReader(targetOf(port, { timeoutMs: 60_000 }), { engine }));
    expect((await reader(live).walk([ROOT])).outcome).toBe('complete');

    const walks = Array.from({ length: 5 }, () => reader(silent).walk([ROOT]));
    const got = reader(silent).get(['1.3.6.1.2.1.1.3.0']);
    const deadly = engine.run(requestOf({ port: silent, id }));
    await expect(deadly).rejects.toThrow();
    for (const walk of await Promise.all(walks)) {
      expect(walk).toMatchObject({ outcome: 'cancelled', rows: { length: 0 } });
      expect(walk.detail).toContain('ended');
    }
    await expect(got).rejects.toMatchObject({ code: 'SNMP_CANCELLED' });

    expect(await reader(live).walk([ROOT])).toMatchObject({ outcome: 'complete', rows: { length: 40 } });
  },
);

test('results come from the thread as they are, counters follow, a walk can be cancelled', async () => {
  const live = await agent((datagram) => [honest(datagram, 40)]);
  const silent = await agent(() => []);
  const counters = createSnmpCounters();
  const engine = opened(createWorkerEngine({ counters }, script));
  const { rows, head } = await run(engine, { port: live, id: 'across' });
  expect({ rows: rows.length, id: head.id }).toEqual({ rows: 40, id: 'across' });
  expect((await engine.counters()).accepted).toBe(5);

  const controller = new AbortController();
  const walk = run(engine, { port: silent, config: { timeoutMs: 60_000 } }, controller.signal);
  controller.abort();
  expect((await walk).head.outcome).toBe('cancelled');
  await until(() => counters.accepted === 5);

  await expect(engine.run(requestOf({ port: live, host: 'no-address' }))).rejects.toThrow(RangeError);
  await engine.close();
  await expect(engine.run(requestOf({ port: live }))).rejects.toThrow('closed');
});

test('an engine that is closed ends what is under way', async () => {
  const silent = await agent(() => []);
  const engine = createWorkerEngine({}, script);
  const reader = opened(createEngineReader(targetOf(silent, { timeoutMs: 60_000 }), { engine }));
  const walk = reader.walk([ROOT]);
  await engine.close();
  expect((await walk).outcome).toBe('cancelled');
});
