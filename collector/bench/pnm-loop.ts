import fastify from 'fastify';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { rounded, type BenchRow } from './report.js';

const BOUND_MS = 10;
const WATCH_MS = 5000;
const REQUEST_EVERY_MS = 10;
/** The monitor counts its own timer's period as delay. */
const RESOLUTION_MS = 1;

/** Event-loop delay of a process whose API answers requests while a worker decodes at full speed; the peer is without. */
export async function eventLoopRow(): Promise<BenchRow> {
  const app = fastify();
  app.get('/measurements', async () => ({ measurements: [] }));
  await app.listen({ host: '127.0.0.1', port: 0 });
  const address = app.server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/measurements`;
  const alone = await watch(url);
  const worker = new Worker(new URL('./pnm-loop-worker.js', import.meta.url));
  let decoded = 0;
  worker.on('message', (done: number) => (decoded = done));
  try {
    await once(worker, 'message'); // its files are made, it decodes
    const beside = await watch(url);
    return {
      id: 'event-loop',
      name: `event-loop delay p99 in ms beside a worker that decoded ${decoded} files, against none; ${beside.answered} requests`,
      ours: rounded(beside.p99Ms),
      peer: rounded(alone.p99Ms),
      ratio: null,
      bound: BOUND_MS,
      holds: beside.p99Ms <= BOUND_MS,
    };
  } finally {
    await worker.terminate();
    await app.close();
  }
}

async function watch(url: string): Promise<{ p99Ms: number; answered: number }> {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const start = performance.now();
  let answered = 0;
  while (performance.now() - start < WATCH_MS) {
    const response = await fetch(url);
    await response.arrayBuffer();
    answered++;
    await new Promise((resolve) => setTimeout(resolve, REQUEST_EVERY_MS));
  }
  delay.disable();
  return { p99Ms: Math.max(0, delay.percentile(99) / 1e6 - RESOLUTION_MS), answered };
}
