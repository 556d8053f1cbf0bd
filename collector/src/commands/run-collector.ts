import pino, { type Logger } from 'pino';
import type pg from 'pg';
import { composeCollector, type Collector } from '../compose.js';
import type { Loaded } from '../config/load.js';
import { mustResolveSecret } from '../config/secrets.js';
import { startEmbedded } from '../db/embedded.js';
import { describeDatabase } from '../db/edition.js';
import { migrate } from '../db/migrate.js';
import { createPool, waitUntilReachable } from '../db/pool.js';
import type { DataDir } from './data-dir.js';
import type { Progress } from './progress.js';

const DATABASE_DEADLINE_MS = 30_000;
const STOP_DEADLINE_MS = 20_000;

/** JSON lines on stderr; what is raised on purpose carries its code. */
export const createLog = (level: string): Logger =>
  pino({ level, base: null }, pino.destination({ fd: 2, sync: true }));

export interface RunOptions {
  readonly loaded: Loaded;
  readonly dataDir: DataDir;
  readonly progress: Progress;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Called when everything runs; a failure ends the collector. */
  readonly onReady: (collector: Collector, database: { readonly pool: pg.Pool; readonly url: string }) => Promise<void>;
  /** Called first when it ends. */
  readonly beforeStop?: () => Promise<void>;
}

/** Database, migrations and all parts of a collector, until the signal. Everything that was started is stopped, last first. */
export async function runCollector({
  loaded,
  dataDir,
  progress,
  log,
  signal,
  onReady,
  beforeStop,
}: RunOptions): Promise<void> {
  const stops: { what: string; stop: () => Promise<void> }[] = [];
  try {
    const url = await openDatabase(loaded, dataDir, progress, stops);
    const pool = createPool(url, {
      maxConnections: loaded.config.database.maxConnections,
      onError: ({ message }) => log.warn({ reason: message }, 'database connection lost'), // the error holds the whole client
    });
    stops.push({ what: 'database connections', stop: () => pool.end() });
    await progress.step('database', async (update) => {
      await waitUntilReachable(pool, DATABASE_DEADLINE_MS);
      const { applied } = await migrate(pool, { onApplied: ({ name }) => update(name) });
      if (applied.length > 0) update(`${applied.length} migrations`);
    });
    progress.say((await describeDatabase(pool)).text);

    const collector = await composeCollector({
      loaded,
      pool,
      dataDir: dataDir.path,
      token: dataDir.token,
      log,
      signal,
      say: (text) => progress.say(text),
    });
    await progress.step(`collector for ${collector.devices.length} devices`, async (update) => {
      for (const component of collector.components) {
        if (signal.aborted) return;
        update(component.name);
        await component.start();
        stops.push({ what: component.name, stop: () => component.stop() });
      }
    });
    if (!signal.aborted) await onReady(collector, { pool, url });
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  } finally {
    if (beforeStop) stops.push({ what: 'what was started last', stop: beforeStop });
    for (const { what, stop } of stops.reverse()) {
      await withDeadline(stop()).catch((error: unknown) => log.error({ err: error }, `stopping: ${what}`));
    }
  }
}

async function openDatabase(
  { config, baseDir }: Loaded,
  dataDir: DataDir,
  progress: Progress,
  stops: { what: string; stop: () => Promise<void> }[],
): Promise<string> {
  if (config.database.url !== undefined) return mustResolveSecret(config.database.url, baseDir).reveal();
  const database = startEmbedded({ dataDir: dataDir.path, say: (text) => progress.say(text) });
  await progress.step('embedded PostgreSQL', () => database.start());
  stops.push({ what: 'embedded database', stop: () => database.stop() });
  return database.url;
}

async function withDeadline(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('took too long')), STOP_DEADLINE_MS);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
