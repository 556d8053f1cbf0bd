import { InvalidArgumentError } from 'commander';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Bench, BenchReport } from '../../bench/report.js';
import { PlantgraphError } from '../lib/errors.js';
import { EXIT, noun, type Register } from './register.js';
import { formatTable } from './text-table.js';

interface BenchFlags {
  readonly only?: string;
  readonly rounds: number;
  readonly output: 'json' | 'table';
}

/** The benches live beside the sources: an installed package without them cannot run any. */
class BenchMissingError extends PlantgraphError {
  readonly code = 'USAGE_BENCH_MISSING';
  readonly retryable = false;
}

/** Each is `bench/<name>.ts`, which exports `bench`. */
const BENCHES: readonly { name: string; description: string }[] = [
  {
    name: 'snmp',
    description: 'Walks against npm net-snmp, a C program on Net-SNMP and Debian’s tools; hostile agents',
  },
  { name: 'pnm', description: 'Decoding of every PNM file type, damaged inputs, impairments found' },
  { name: 'topology', description: 'Paths, impact, inference and its accuracy over generated networks' },
];
const DEFAULT_ROUNDS = 31;

/** `plantgraph bench NAME`: ours against named peers, interleaved in one run. */
export const registerBench: Register = (program, run) => {
  const bench = noun(program, 'bench', 'Measures against named peers, in the repository only');
  for (const { name, description } of BENCHES) {
    bench
      .command(name)
      .description(description)
      .option('--only <id>', 'only the row with this id')
      .option('--rounds <n>', 'interleaved rounds', parseRounds, DEFAULT_ROUNDS)
      .option('--output <format>', 'json or table', parseOutput, 'table')
      .action(
        run(async (flags: BenchFlags) => {
          const measure = await loadBench(name);
          const log = (line: string) => process.stderr.write(`${line}\n`);
          const report = await measure({ only: flags.only, rounds: flags.rounds, log });
          process.stdout.write(flags.output === 'json' ? `${JSON.stringify(report)}\n` : table(report));
          if (report.rows.length === 0) return EXIT.usage;
          return report.rows.some((row) => row.holds === false) ? EXIT.failure : EXIT.ok;
        }),
      );
  }
};

/** Benches are built when they are run: nothing of them is in the product's own build. */
async function loadBench(name: string): Promise<Bench> {
  const folder = fileURLToPath(new URL('../../bench', import.meta.url));
  if (!existsSync(join(folder, `${name}.ts`))) {
    throw new BenchMissingError(`no ${join(folder, `${name}.ts`)}: benches run in a checkout of the repository`);
  }
  const { build } = await import('esbuild');
  // not in dist: a build that somebody starts meanwhile empties it
  const outdir = fileURLToPath(new URL(`../../.cache/bench/${name}-${process.pid}`, import.meta.url));
  process.on('exit', () => rmSync(outdir, { recursive: true, force: true }));
  const entryPoints = readdirSync(folder)
    .filter((file) => file === `${name}.ts` || (file.startsWith(`${name}-`) && file.endsWith('-worker.ts')))
    .map((file) => join(folder, file));
  await build({
    entryPoints,
    outdir,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
  const built = (await import(pathToFileURL(join(outdir, `${name}.js`)).href)) as { bench: Bench };
  return built.bench;
}

function parseRounds(text: string): number {
  const rounds = Number(text);
  if (Number.isInteger(rounds) && rounds >= 1 && rounds <= 1000) return rounds;
  throw new InvalidArgumentError('give a number of rounds from 1 to 1000');
}

function parseOutput(text: string): BenchFlags['output'] {
  if (text === 'json' || text === 'table') return text;
  throw new InvalidArgumentError('give json or table');
}

function table({ machine, rows }: BenchReport): string {
  const cell = (value: number | null) => (value === null ? '-' : String(value));
  const verdict = (holds: boolean | null) => (holds === null ? '-' : holds ? 'holds' : 'MISSED');
  const lines = rows.map((row) => {
    return [row.id, cell(row.ours), cell(row.peer), cell(row.ratio), cell(row.bound), verdict(row.holds), row.name];
  });
  return `${machine}\n${formatTable(['ID', 'OURS', 'PEER', 'RATIO', 'BOUND', 'VERDICT', 'NAME'], lines)}`;
}
