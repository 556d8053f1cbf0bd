import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PlantgraphError } from '../lib/errors.js';
import { Secret } from '../lib/secret.js';

const MIN_FREE_BYTES = 512 * 1024 * 1024;

/** The data directory cannot be used as it is. */
export class DataDirError extends PlantgraphError {
  readonly code: 'DATA_DIR_DENIED' | 'DATA_DIR_FULL' | 'DATA_DIR_IN_USE';
  readonly retryable = true;

  constructor(code: DataDirError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

export interface DataDir {
  readonly path: string;
  /** The token of the API: made once, kept with mode 0600. */
  readonly token: Secret;
  readonly tokenFile: string;
  release(): void;
}

/** Makes the folder ready for one collector: rights, space, a lock against a second one, the token. */
export function openDataDir(folder: string, givenToken?: Secret): DataDir {
  const path = resolve(folder);
  try {
    mkdirSync(path, { recursive: true, mode: 0o755 });
    accessSync(path, constants.W_OK);
  } catch {
    throw new DataDirError(
      'DATA_DIR_DENIED',
      `${path} cannot be written. Give another folder with --data-dir, or change its owner.`,
    );
  }
  const { bavail, bsize } = statfsSync(path);
  if (bavail * bsize < MIN_FREE_BYTES) {
    throw new DataDirError(
      'DATA_DIR_FULL',
      `${path} has less than 512 MB free. Make room, or give another folder with --data-dir.`,
    );
  }
  const release = lock(join(path, 'pid'), path);
  const tokenFile = join(path, 'token');
  if (givenToken) writeFileSync(tokenFile, `${givenToken.reveal()}\n`, { mode: 0o600 });
  else if (!existsSync(tokenFile))
    writeFileSync(tokenFile, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
  return { path, tokenFile, token: new Secret(readFileSync(tokenFile, 'utf8').trim()), release };
}

/** Takes the lock, also from a collector that was killed. */
function lock(file: string, folder: string): () => void {
  const mine = `${process.pid} ${startTimeOf(process.pid)}`;
  if (existsSync(file)) {
    const held = readFileSync(file, 'utf8').trim();
    const [pid = '0', startedAt] = held.split(' ');
    if (held !== mine && startedAt !== undefined && startTimeOf(Number(pid)) === startedAt) {
      throw new DataDirError(
        'DATA_DIR_IN_USE',
        `a collector (process ${pid}) already uses ${folder}. Stop it, or give another folder with --data-dir.`,
      );
    }
  }
  writeFileSync(file, mine);
  return () => rmSync(file, { force: true });
}

/** When a process started, in the kernel's own count, so that a number used again is not taken for the old process. */
function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0';
  } catch {
    return 'gone';
  }
}
