import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataDir } from './data-dir.js';

const fresh = () => join(mkdtempSync(join(tmpdir(), 'plantgraph-data-')), 'data');

test('keeps its token, for its owner only', () => {
  const folder = fresh();
  const first = openDataDir(folder);
  expect(statSync(first.tokenFile).mode & 0o777).toBe(0o600);
  first.release();
  expect(openDataDir(folder).token.reveal()).toBe(first.token.reveal());
});

test('one collector at a time; a dead one holds nothing', () => {
  const folder = fresh();
  const first = openDataDir(folder);
  first.release();
  writeFileSync(join(folder, 'pid'), `1 ${'x'}`); // an old process with this number
  expect(() => openDataDir(folder)).not.toThrow();
});

test('says what to do when another runs', () => {
  const folder = fresh();
  openDataDir(folder).release();
  const other = process.ppid;
  const stat = readFileSync(`/proc/${other}/stat`, 'utf8');
  writeFileSync(join(folder, 'pid'), `${other} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`);
  expect(() => openDataDir(folder)).toThrow(expect.objectContaining({ code: 'DATA_DIR_IN_USE' }));
});
