import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runningEmbeddedUrl } from '../db/embedded.js';
import { DatabaseError } from '../db/errors.js';
import { createPool, waitUntilReachable } from '../db/pool.js';
import { codeOf, PlantgraphError } from '../lib/errors.js';
import { captureStore } from '../pnm/capture-store.js';
import { inlineDecoder } from '../pnm/decoding/decoder.js';
import { createFileKeeper } from '../pnm/file-keeper.js';
import { createImporter } from '../pnm/import.js';
import { createIngest } from '../pnm/ingest.js';
import { createSpool } from '../pnm/receive/spool.js';
import type { ImportFlags } from './pnm-import.js';
import { EXIT } from './register.js';
import { formatTable } from './text-table.js';

interface Line {
  readonly file: string;
  readonly result: 'stored' | 'duplicate' | 'refused';
  readonly captureId: string | null;
  readonly test: string | null;
  readonly mac: string | null;
  readonly channelId: number | null;
  readonly receivedAt: string | null;
  readonly error: { code: string; message: string } | null;
}

/** Stores each file; one that cannot be stored keeps none of the others from it. Resolves with the exit code. */
export async function importFiles(paths: readonly string[], flags: ImportFlags): Promise<number> {
  const dataDir = resolve(flags.dataDir);
  const url = flags.databaseUrl ?? runningEmbeddedUrl(dataDir);
  if (url === undefined) {
    throw new DatabaseError(
      'DATABASE_UNREACHABLE',
      `no collector runs on ${dataDir}: start it, or name its database with --database-url`,
    );
  }
  const pool = createPool(url, {
    maxConnections: 2,
    applicationName: 'plantgraph pnm import',
    onError: ({ message }) => void process.stderr.write(`connection lost: ${message}\n`),
  });
  const lines: Line[] = [];
  const folder = join(dataDir, `import-${process.pid}`);
  try {
    await waitUntilReachable(pool, 15_000);
    const spool = createSpool(folder);
    await spool.prepare();
    const now = () => new Date();
    const captures = captureStore(pool);
    const files = createFileKeeper(join(dataDir, 'pnm'));
    const log = { warn: () => undefined }; // every refusal is a line of the answer
    const defaultRequiredMerDb = flags.requiredMer;
    const ingest = createIngest({ captures, files, spool, now, defaultRequiredMerDb, log });
    const importFile = createImporter({ captures, ingest, spool, decoder: inlineDecoder, now });
    const { mac, channel: channelId, site, node: fibreNode } = flags;
    for (const file of paths) {
      const line = await importFile(file, { mac, channelId, site, fibreNode }).then(
        ({ receivedAt, isDuplicate, ...rest }): Line => ({
          file,
          result: isDuplicate ? 'duplicate' : 'stored',
          ...rest,
          receivedAt: receivedAt.toISOString(),
          error: null,
        }),
        (error: unknown) => refusal(file, error),
      );
      lines.push(line);
      if (flags.output === 'json') process.stdout.write(`${JSON.stringify(line)}\n`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
    await pool.end();
  }
  if (flags.output === 'table') process.stdout.write(formatTable(HEAD, lines.map(cellsOf)));
  const refused = lines.filter(({ result }) => result === 'refused').length;
  return refused === 0 ? EXIT.ok : refused === lines.length ? EXIT.failure : EXIT.partial;
}

const HEAD = ['RESULT', 'TEST', 'MODEM', 'CHANNEL', 'TAKEN', 'FILE'];

const cellsOf = ({ file, result, test, mac, channelId, receivedAt, error }: Line): string[] => [
  result,
  test ?? '',
  mac ?? '',
  channelId === null ? '' : String(channelId),
  receivedAt ?? '',
  error === null ? file : `${file}: ${error.code} ${error.message}`,
];

/** Whatever is wrong with one file; what is wrong with the database ends the command. */
function refusal(file: string, error: unknown): Line {
  const { syscall, message } = error as NodeJS.ErrnoException;
  const isOfFileSystem = syscall === 'open' || syscall === 'read' || syscall === 'stat';
  if (!(error instanceof PlantgraphError) && !isOfFileSystem) throw error;
  const code = isOfFileSystem ? 'PNM_FILE_UNREADABLE' : codeOf(error);
  const nothing = { captureId: null, test: null, mac: null, channelId: null, receivedAt: null };
  return { file, result: 'refused', ...nothing, error: { code, message } };
}
