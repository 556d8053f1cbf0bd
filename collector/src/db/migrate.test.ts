import { migrationsDir, parseMigration, readMigrations } from './migrate.js';

test.each([
  ['create table a (id int);', { inTransaction: true, editions: undefined, asLogin: false }],
  ['-- no-transaction\ncreate index concurrently a on b (c);', { inTransaction: false }],
  ['-- only: apache, timescale\nselect 1;', { editions: ['apache', 'timescale'] }],
  ['-- role: login\ncreate role a;', { asLogin: true }],
])('%p is run as its head says', (sql, expected) => {
  expect(parseMigration('0001_a.sql', sql)).toMatchObject(expected);
});

test('an edition that there is not is refused', () => {
  expect(() => parseMigration('0001_a.sql', '-- only: enterprise\n')).toThrow('no edition "enterprise"');
});

test('numbers of migrations are used once', () => {
  const numbers = readMigrations(migrationsDir()).map(({ name }) => name.slice(0, 4));
  expect(numbers.length).toBeGreaterThan(5);
  expect(new Set(numbers).size).toBe(numbers.length);
});
