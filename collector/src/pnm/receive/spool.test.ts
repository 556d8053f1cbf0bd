import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSpool } from './spool.js';

test('a file that is stored while the folder is listed costs the others nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spool-'));
  try {
    await writeFile(join(folder, 'kept.bin'), 'x');
    // in the folder when it is read, and nothing there when it is looked at
    await symlink(join(folder, 'nowhere'), join(folder, 'stored.bin'));
    const files = await createSpool(folder).list();
    expect(files.map(({ id }) => id)).toEqual(['kept']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
