import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { editionOf } from '../src/db/edition.js';
import { migrate, migrationsDir, readMigrations } from '../src/db/migrate.js';
import { describeDatabase, useDatabase } from './database.js';

const all = () => readMigrations(migrationsDir());

describeDatabase('migrations from nothing', (edition) => {
  const db = useDatabase(edition, { empty: true });

  test('all apply, once, also when two collectors start together', async () => {
    const [first, second] = await Promise.all([migrate(db.pool), migrate(db.pool)]);
    expect(first.applied.length + second.applied.length).toBe(all().length);
    expect((await migrate(db.pool)).applied).toEqual([]);
    expect(await editionOf(db.pool)).toBe(edition === 'plain' ? 'plain' : 'apache');
  });
});

describeDatabase('migration runner', (edition) => {
  const db = useDatabase(edition);
  const folder = mkdtempSync(join(tmpdir(), 'plantgraph-migrations-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = (name: string, sql: string) => writeFileSync(join(folder, name), sql);

  beforeAll(() => {
    for (const { name, sql } of all()) write(name, sql);
  });

  test('keeps nothing of a file that fails', async () => {
    write('9000_fails.sql', 'create table half_made (id int);\nselect 1 / 0;\n');
    await expect(migrate(db.pool, { directory: folder })).rejects.toMatchObject({ code: 'DATABASE_MIGRATION_FAILED' });
    const { rows } = await db.pool.query(`select to_regclass('public.half_made') as made`);
    expect(rows).toEqual([{ made: null }]);
    rmSync(join(folder, '9000_fails.sql'));
  });

  test('runs a statement that no transaction takes, and records a file of another edition without running it', async () => {
    write('9001_table.sql', 'create table things (id int);\n');
    write('9002_index.sql', '-- no-transaction\ncreate index concurrently things_id on things (id);\n');
    write('9003_elsewhere.sql', '-- only: timescale\nselect no_such_function();\n');
    const { applied } = await migrate(db.pool, { directory: folder });
    expect(applied.map(({ name, ran }) => [name, ran])).toEqual([
      ['9001_table.sql', true],
      ['9002_index.sql', true],
      ['9003_elsewhere.sql', false],
    ]);
  });

  test('refuses an applied file that was changed, and a database newer than the files', async () => {
    write('9001_table.sql', 'create table things (id bigint);\n');
    await expect(migrate(db.pool, { directory: folder })).rejects.toMatchObject({ code: 'DATABASE_MIGRATION_CHANGED' });
    await expect(migrate(db.pool)).rejects.toMatchObject({ code: 'DATABASE_NEWER' });
  });
});
