import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PlantgraphError } from '../lib/errors.js';
import { parseRecording, type Instance } from '../snmp/recording.js';
import type { RecordedDevice } from '../snmp/recording-reader.js';

/** One recorded device: `NAME.snmprec`, its `NAME@CONTEXT.snmprec` and `NAME.lost`. */
export interface NamedRecording extends RecordedDevice {
  readonly id: string;
}

/** Nothing to read where the command line points. */
export class NoRecordingError extends PlantgraphError {
  readonly code = 'USAGE_NO_RECORDING';
  readonly retryable = false;
}

const ENDING = '.snmprec';

async function filesOf(path: string): Promise<string[]> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new NoRecordingError(`cannot read ${path}: name a folder of *.snmprec, or files`, { cause });
  });
  if (!found.isDirectory()) return [path];
  return (await readdir(path)).filter((name) => name.endsWith(ENDING)).map((name) => join(path, name));
}

/** Lines of a `.lost` file are OIDs of subtrees; what follows a space is a remark. */
async function lostSubtrees(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s/)[0] ?? '')
    .filter((oid) => /^\.?\d+(\.\d+)*$/.test(oid));
}

/** Reads folders and files; a device named as a file brings its contexts beside it. Sorted by id. */
export async function readRecordings(paths: readonly string[]): Promise<NamedRecording[]> {
  const mains = new Map<string, string>();
  for (const path of paths) {
    for (const file of await filesOf(path)) {
      const name = basename(file, ENDING);
      if (!name.includes('@')) mains.set(name, file);
    }
  }
  const recordings = await Promise.all(
    [...mains].map(async ([id, file]): Promise<NamedRecording> => {
      const folder = dirname(file);
      const contexts = new Map<number, Instance[]>();
      for (const beside of await readdir(folder)) {
        const vlan =
          beside.startsWith(`${id}@`) && beside.endsWith(ENDING) ? beside.slice(id.length + 1, -ENDING.length) : '';
        if (/^\d+$/.test(vlan))
          contexts.set(Number(vlan), parseRecording(await readFile(join(folder, beside), 'utf8')));
      }
      const instances = parseRecording(await readFile(file, 'utf8'));
      return { id, instances, contexts, lost: await lostSubtrees(join(folder, `${id}.lost`)) };
    }),
  );
  return recordings.sort((a, b) => (a.id < b.id ? -1 : 1));
}
