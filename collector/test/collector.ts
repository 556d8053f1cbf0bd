import { mkdtemp, rm } from 'node:fs/promises';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import type pg from 'pg';
import { composeCollector, type Collector } from '../src/compose.js';
import { parseConfig } from '../src/config/load.js';
import { Secret } from '../src/lib/secret.js';

export interface TestCollector {
  readonly collector: Collector;
  stop(): Promise<void>;
}

/** A collector as `serve` composes it, on a database of the test and a configuration given as text. */
export async function startCollector(pool: pg.Pool, yaml: string): Promise<TestCollector> {
  const dataDir = await mkdtemp(join(tmpdir(), 'plantgraph-collector-'));
  const log = pino({ level: 'silent' });
  const collector = await composeCollector({
    loaded: parseConfig(yaml, join(dataDir, 'plantgraph.yaml')),
    pool,
    dataDir,
    token: new Secret('test'),
    log,
    signal: new AbortController().signal,
    say: () => undefined,
  });
  const started: Collector['components'][number][] = [];
  for (const component of collector.components) {
    await component.start();
    started.unshift(component);
  }
  return {
    collector,
    async stop() {
      for (const component of started) await component.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Waits for a condition; the last value is in the error. */
export async function until<T>(ask: () => Promise<T>, holds: (value: T) => boolean, limitMs: number): Promise<T> {
  const endMs = performance.now() + limitMs;
  for (;;) {
    const value = await ask();
    if (holds(value)) return value;
    if (performance.now() > endMs)
      throw new Error(`did not come true within ${limitMs} ms: ${JSON.stringify(value)?.slice(0, 2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

export async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}
