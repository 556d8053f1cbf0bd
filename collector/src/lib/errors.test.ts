import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, PlantgraphError } from './errors.js';

/** Every code has a line in docs/errors.md (what an API problem's `type` points at), and every line a code. */

const source = join(__dirname, '..');
const page = readFileSync(join(source, '../../docs/errors.md'), 'utf8');

const SUBJECTS = [
  'AUTH',
  'BUILD',
  'CONFIG',
  'DATABASE',
  'DATA_DIR',
  'HTTP',
  'INVENTORY',
  'PNM',
  'PORT',
  'RECORDING',
  'SIMULATOR',
  'SNMP',
  'TFTP',
  'TOPOLOGY',
  'USAGE',
];
/** Look like codes and are something else. */
const NO_CODES = new Set(['DATABASE_URL']);

const sources = readdirSync(source, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => ({ name, text: readFileSync(join(source, name), 'utf8') }));

const quoted = new RegExp(`'((?:${SUBJECTS.join('|')})(?:_[A-Z0-9]+)+)'`, 'g');
const codes = new Set(
  sources
    .flatMap(({ text }) => [...text.matchAll(quoted)].map(([, code = '']) => code))
    .filter((code) => !NO_CODES.has(code)),
);
codes.add(codeOf(new Error('of nobody'))); // INTERNAL
// http/problem.ts makes these of the status when Fastify itself refuses a body
for (const status of [400, 413, 415]) codes.add(`HTTP_${status}`);

const lines = page.split('\n').filter((line) => line.startsWith('| <a id='));
const documented = lines.map((line) => /^\| <a id="([A-Z0-9_]+)"><\/a>`\1` /.exec(line)?.[1] ?? line);

test('every error code is documented', () => {
  expect(codes.size).toBeGreaterThan(80);
  expect([...codes].filter((code) => !documented.includes(code)).sort()).toEqual([]);
});

test('every documented code is one, and is documented once', () => {
  expect(documented.filter((code, at) => documented.indexOf(code) !== at)).toEqual([]);
  expect(documented.filter((code) => !codes.has(code)).sort()).toEqual([]);
});

test('every line says what it means and what to do', () => {
  const cells = lines.map((line) => line.split(' | ').map((cell) => cell.replace(/ \|$/, '').trim()));
  expect(cells.filter((row) => row.length !== 3 || row.some((cell) => cell === ''))).toEqual([]);
});

test('no code has a subject that this test does not know', () => {
  const declared = sources.flatMap(({ name, text }) =>
    [...text.matchAll(/(?:readonly code = |\bcode: |Error\(\s*(?:\d{3},\s*)?)'([A-Z]+(?:_[A-Z0-9]+)+)'/g)].map(
      ([, code = '']) => ({ name, code }),
    ),
  );
  expect(declared.filter(({ code }) => !codes.has(code))).toEqual([]);
});

test('a failure that nobody raised on purpose has the code INTERNAL', () => {
  class Known extends PlantgraphError {
    readonly code = 'HTTP_INVALID';
    readonly retryable = false;
  }
  expect([codeOf(new Known('no')), codeOf(new Error('no')), codeOf('no')]).toEqual([
    'HTTP_INVALID',
    'INTERNAL',
    'INTERNAL',
  ]);
});
