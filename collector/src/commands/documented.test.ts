import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Config } from '../config/schema.js';
import { buildProgram } from './program.js';

/** Commands, options and configuration keys that the documents name exist. */

const root = join(__dirname, '../../..');
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].map((name) => ({ name, text: readFileSync(join(root, name), 'utf8').replaceAll('\\|', ' ') }));

const named = pages.flatMap(({ name, text }) =>
  [...text.matchAll(/(?:npx |`)plantgraph ([a-z]+)(?: ([a-z]+))?([^`\n]*)/g)].map(
    ([line, noun = '', verb = '', rest]) => ({
      line: `${name}: ${line}`,
      noun,
      verb,
      options: [...(rest ?? '').replace(/#.*/, '').matchAll(/--[a-z][a-z0-9-]*/g)].map(([option]) => option),
    }),
  ),
);

async function helpOf(words: readonly string[]): Promise<string> {
  const written: string[] = [];
  const spies = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream, 'write').mockImplementation((chunk) => {
      written.push(String(chunk));
      return true;
    }),
  );
  try {
    await buildProgram().run(['node', 'plantgraph', ...words, '--help']);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return written.join('');
}

const isGroup = (help: string): boolean => /^Usage: plantgraph [a-z]+ \[options\] \[command\]/.test(help);

test('commands and options that the documents name exist', async () => {
  const wrong: string[] = [];
  for (const { line, noun, verb, options } of named) {
    const group = await helpOf([noun]);
    const help = isGroup(group) && verb !== '' ? await helpOf([noun, verb]) : group;
    const words = isGroup(group) && verb !== '' ? `${noun} ${verb}` : noun;
    if (!help.startsWith(`Usage: plantgraph ${words} `)) wrong.push(`${line}: no such command`);
    wrong.push(
      ...options.filter((option) => !new RegExp(`${option}\\b`).test(help)).map((option) => `${line}: no ${option}`),
    );
  }
  expect(named.length).toBeGreaterThan(15);
  expect(wrong).toEqual([]);
});

test('configuration keys that the documents name exist', () => {
  const groups = Object.entries(Config.properties).flatMap(([group, schema]) =>
    'properties' in schema ? [[group, Object.keys(schema.properties as object)] as const] : [],
  );
  const wrong = pages.flatMap(({ name, text }) =>
    groups.flatMap(([group, keys]) =>
      [...text.matchAll(new RegExp(`\`${group}\\.([A-Za-z]+)`, 'g'))]
        .filter(([, key = '']) => !keys.includes(key))
        .map(([found]) => `${name}: ${found}`),
    ),
  );
  expect(groups.length).toBeGreaterThan(4);
  expect(wrong).toEqual([]);
});
