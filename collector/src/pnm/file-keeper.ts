import { copyFile, link, mkdir, open, readdir, rm, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Mac } from '../lib/mac.js';
import type { CaptureTest } from './schemas.js';

export interface KeptName {
  readonly site: string;
  readonly mac: Mac;
  readonly test: CaptureTest;
  readonly channelId: number | null;
  /** The modem's own time where it can be right, else ours. */
  readonly at: Date;
  readonly sha256: string;
}

/** The original files, for ever decodable again: `{site}/{cm-mac}/{yyyy}/{mm}/{dd}/{test}_{channel}_{epoch}_{sha8}.bin`. */
export interface FileKeeper {
  /** Puts a durable second name on the file; the same file twice is one. Returns the path below the root. */
  keep(from: string, name: KeptName): Promise<string>;
  /** Sets a refused file apart for people; undefined when there are too many of them already. */
  quarantine(from: string, id: string, code: string, at: Date): Promise<string | undefined>;
  remove(path: string): Promise<void>;
  /** Removes what was set apart on days before. */
  clearQuarantine(before: Date): Promise<void>;
}

/** A modem that sends rubbish all day fills no disk. */
const QUARANTINE_PER_DAY = 1000;
const QUARANTINE = 'quarantine';
const DAY = /^\d{4}-\d{2}-\d{2}$/;

const slug = (text: string) => text.replace(/[^A-Za-z0-9_.-]/g, '_').replace(/^\.+/, '_') || '_';

export function keptPath({ site, mac, test, channelId, at, sha256 }: KeptName): string {
  const [year = '', month = '', day = ''] = at.toISOString().slice(0, 10).split('-');
  const epoch = Math.floor(at.getTime() / 1000);
  const file = `${test}_${channelId ?? 'modem'}_${epoch}_${sha256.slice(0, 8)}.bin`;
  return join(slug(site), mac.replaceAll(':', ''), year, month, day, file);
}

export function createFileKeeper(root: string): FileKeeper {
  return {
    async keep(from, name) {
      const path = keptPath(name);
      await place(from, join(root, path));
      return path;
    },
    async quarantine(from, id, code, at) {
      const folder = join(QUARANTINE, at.toISOString().slice(0, 10));
      await mkdir(join(root, folder), { recursive: true, mode: 0o750 });
      if ((await readdir(join(root, folder))).length >= QUARANTINE_PER_DAY) return undefined;
      const path = join(folder, `${slug(id)}_${slug(code)}.bin`);
      await place(from, join(root, path));
      return path;
    },
    async remove(path) {
      await unlink(join(root, path)).catch(ignoring('ENOENT'));
    },
    async clearQuarantine(before) {
      const today = before.toISOString().slice(0, 10);
      const days = await readdir(join(root, QUARANTINE)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
        return [];
      });
      for (const day of days) {
        if (DAY.test(day) && day < today) await rm(join(root, QUARANTINE, day), { recursive: true, force: true });
      }
    },
  };
}

/** A link where both are on one volume, else a synced copy; the folder is synced in both cases. */
async function place(from: string, to: string): Promise<void> {
  const folder = dirname(to);
  await mkdir(folder, { recursive: true, mode: 0o750 });
  try {
    await link(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') {
      if (code !== 'EXDEV' && code !== 'EPERM' && code !== 'ENOTSUP') throw error;
      await copyFile(from, to);
      await sync(to);
    }
  }
  await sync(folder);
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const ignoring = (code: string) => (error: NodeJS.ErrnoException) => {
  if (error.code !== code) throw error;
};
