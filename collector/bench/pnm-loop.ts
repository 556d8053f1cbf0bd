import fastify from 'fastify';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createDecodePool, type DecodePool } from '../src/pnm/decoding/decode-pool.js';
import { FILES } from './pnm-files.js';
import { randomOf } from './pnm-plant.js';
import { rounded, type BenchRow } from './report.js';

const BOUND_MS = 10;
const WATCH_MS = 5000;
const REQUEST_EVERY_MS = 10;
/** Enough that the thread never waits for us. */
const IN_FLIGHT = 4;
/** The monitor counts its own timer's period as delay. */
const RESOLUTION_MS = 1;

/**
 * Event-loop delay of a process whose API answers requests while its decoding thread decodes and measures at full speed and
 * hands over what it made; the peer is without.
 */
export async function eventLoopRow(): Promise<BenchRow> {
  const app = fastify();
  app.get('/measurements', async () => ({ measurements: [] }));
  await app.listen({ host: '127.0.0.1', port: 0 });
  const address = app.server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/measurements`;
  const alone = await watch(url);
  const folder = mkdtempSync(join(tmpdir(), 'plantgraph-bench-'));
  const pool = createDecodePool({ script: new URL('./pnm-decode-worker.js', import.meta.url) });
  const work = decodeAll(pool, folder);
  try {
    await work.warm;
    const before = work.decoded;
    const beside = await watch(url);
    return {
      id: 'event-loop',
      name: `event-loop delay p99 in ms beside a thread that decoded and measured ${work.decoded - before} files, against none; ${beside.answered} requests`,
      ours: rounded(beside.p99Ms),
      peer: rounded(alone.p99Ms),
      ratio: null,
      bound: BOUND_MS,
      holds: beside.p99Ms <= BOUND_MS,
    };
  } finally {
    work.end();
    await pool.stop();
    await app.close();
    rmSync(folder, { recursive: true });
  }
}

/** Files of every type one after another, until it is ended. */
function decodeAll(pool: DecodePool, folder: string) {
  const random = randomOf(1);
  const paths = FILES.map(({ make }, i) => {
    const path = join(folder, `${i}.bin`);
    writeFileSync(path, make(random));
    return path;
  });
  const context = { nowSec: Date.now() / 1000, past: [] };
  let decoded = 0;
  let isEnded = false;
  const run = async (from: number) => {
    for (let at = from; !isEnded; at += IN_FLIGHT) {
      await pool.decode(paths[at % paths.length]!, context).catch(() => undefined); // it is stopped in the middle of one
      decoded += 1;
    }
  };
  const warm = pool.decode(paths[0]!, context); // the thread is there and has compiled what it runs
  void warm.then(() => Promise.all(Array.from({ length: IN_FLIGHT }, (_, from) => run(from))));
  return {
    warm,
    get decoded() {
      return decoded;
    },
    end: () => {
      isEnded = true;
    },
  };
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
