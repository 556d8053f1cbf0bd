import { registerBench } from './bench.js';
import { buildProgram } from './program.js';

test.each([
  ['an unknown bench', ['nothing']],
  ['no rounds', ['pnm', '--rounds', '0']],
  ['an unknown format', ['pnm', '--output', 'xml']],
])('%s is a mistake of usage', async (_name, args) => {
  const silent = jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const code = await buildProgram([registerBench]).run(['node', 'plantgraph', 'bench', ...args]);
  silent.mockRestore();
  expect(code).toBe(2);
});
