import { createHash, type Hash } from 'node:crypto';
import { mkdir, open, readdir, rename, stat, statfs, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

const FLUSH_BYTES = 64 * 1024;
/** Left free for everybody else on the volume (operations F-06). */
const RESERVE_BYTES = 64 * 1024 * 1024;
const FREE_CHECK_MS = 1000;

/** A file that is wholly on disk but not yet acknowledged. */
export interface WrittenFile {
  readonly sha256: string;
  readonly bytes: number;
  /** Gives it its final name, `<id>.bin`; durable when this resolves. */
  publish(id: string): Promise<string>;
  discard(): Promise<void>;
}

/** One upload on its way to disk, under a private name until it is whole. */
export interface SpoolWrite {
  /** Takes a block. When it returns a promise, the sender has to wait for it. */
  append(chunk: Uint8Array): Promise<void> | undefined;
  /** Everything written and synced. */
  finish(): Promise<WrittenFile>;
  discard(): Promise<void>;
}

export interface Spool {
  readonly folder: string;
  /** Makes the folder and removes what was never acknowledged. */
  prepare(): Promise<void>;
  hasRoom(bytes: number): Promise<boolean>;
  write(): SpoolWrite;
  /** Files acknowledged and not yet taken away, oldest first. */
  list(): Promise<{ id: string; path: string; receivedAt: Date }[]>;
  remove(path: string): Promise<void>;
}

/** Uploads wait here between their last ACK and their ingest; both ends survive a kill. */
export function createSpool(folder: string, reserveBytes = RESERVE_BYTES): Spool {
  let sequence = 0;
  let free = { atMs: -Infinity, bytes: 0 };
  const syncFolder = sharedSync(folder);

  return {
    folder,
    async prepare() {
      await mkdir(folder, { recursive: true, mode: 0o750 });
      for (const name of await readdir(folder)) if (name.endsWith('.part')) await unlink(join(folder, name));
    },
    async hasRoom(bytes) {
      const nowMs = performance.now();
      if (nowMs - free.atMs > FREE_CHECK_MS) {
        const volume = await statfs(folder);
        free = { atMs: nowMs, bytes: volume.bavail * volume.bsize };
      }
      return free.bytes - bytes >= reserveBytes;
    },
    write() {
      sequence += 1;
      return spoolWrite(folder, `${process.pid}-${sequence}.part`, syncFolder);
    },
    async list() {
      const names = (await readdir(folder)).filter((name) => name.endsWith('.bin'));
      const files = await Promise.all(
        names.map(async (name) => {
          const path = join(folder, name);
          const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
            if (error.code === 'ENOENT') return undefined; // stored since the folder was read
            throw error;
          });
          return found && { id: name.slice(0, -'.bin'.length), path, receivedAt: found.mtime };
        }),
      );
      return files.filter((file) => file !== undefined).sort((a, b) => a.receivedAt.getTime() - b.receivedAt.getTime());
    },
    async remove(path) {
      await unlink(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
    },
  };
}

function spoolWrite(folder: string, name: string, syncFolder: () => Promise<void>): SpoolWrite {
  const temporary = join(folder, name);
  const hash: Hash = createHash('sha256');
  let handle: FileHandle | undefined;
  let isOnDisk = false;
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let totalBytes = 0;
  // one step at a time, so that a discard never overtakes an open
  let busy: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(step: () => Promise<T>): Promise<T> => {
    const turn = busy.then(step);
    busy = turn.catch(() => undefined);
    return turn;
  };

  const flush = async () => {
    const chunk = Buffer.concat(pending);
    pending = [];
    pendingBytes = 0;
    if (handle === undefined) {
      // opened late: a small upload holds no descriptor while its blocks come in
      handle = await open(temporary, 'wx', 0o640);
      isOnDisk = true;
    }
    await handle.writeFile(chunk);
  };
  const remove = async () => {
    pending = [];
    const opened = handle;
    handle = undefined;
    await opened?.close();
    if (isOnDisk) await unlink(temporary);
    isOnDisk = false;
  };

  return {
    append(chunk) {
      hash.update(chunk);
      pending.push(chunk);
      pendingBytes += chunk.length;
      totalBytes += chunk.length;
      return pendingBytes >= FLUSH_BYTES ? inTurn(flush) : undefined;
    },
    finish: () =>
      inTurn(async () => {
        await flush();
        const opened = handle as FileHandle;
        await opened.datasync();
        handle = undefined;
        await opened.close();
        return {
          sha256: hash.digest('hex'),
          bytes: totalBytes,
          publish: (id) =>
            inTurn(async () => {
              const final = join(folder, `${id}.bin`);
              await rename(temporary, final);
              isOnDisk = false;
              await syncFolder();
              return final;
            }),
          discard: () => inTurn(remove),
        };
      }),
    discard: () => inTurn(remove),
  };
}

/** Syncs a folder; callers that come while one runs share the next one. */
export function sharedSync(folder: string): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const sync = async () => {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  };
  const start = () => {
    running = sync().finally(() => {
      running = undefined;
    });
    return running;
  };
  return () => {
    if (running === undefined) return start();
    // the one that runs may have begun before the caller's rename
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return start();
      });
    return next;
  };
}
