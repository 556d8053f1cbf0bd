import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../src/db/embedded.js';

/** A database server for tests. Its `url` is of the superuser. */
export interface TestServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Nothing in a test outlives the run, so nothing has to reach the disk. */
export const TEST_SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '200',
  logging_collector: 'off',
} as const;

/** The PostgreSQL that comes with the product, without any extension, in a folder of its own. */
export async function startPlain(): Promise<TestServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'plantgraph-plain-'));
  chmodSync(dataDir, 0o755); // else root's server user could not reach it
  const database = startEmbedded({ dataDir, settings: TEST_SETTINGS });
  await database.start();
  return {
    url: database.url,
    stop: async () => {
      await database.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
