import { InvalidArgumentError } from 'commander';
import type { Score } from '../simulator/campus/score.js';
import { differenceText } from '../topology/diff.js';
import { noun, type Register } from './register.js';

interface ScoreFlags {
  readonly output: 'json' | 'table';
  readonly explain?: boolean;
}

function parseOutput(text: string): ScoreFlags['output'] {
  if (text === 'json' || text === 'table') return text;
  throw new InvalidArgumentError('give json or table');
}

const percent = (value: number): string => `${(100 * value).toFixed(2)} %`;

function toTable(score: Score): string {
  const ratios = (['links', 'blockedLinks', 'hosts', 'segments'] as const).map(
    (name) =>
      `${name.padEnd(14)}${percent(score[name].precision).padStart(11)}${percent(score[name].recall).padStart(11)}`,
  );
  const counts = (['wrongMerges', 'wrongSplits', 'falseChanges'] as const).map(
    (name) => `${name.padEnd(14)}${String(score[name]).padStart(11)}`,
  );
  return [`${''.padEnd(14)}${'precision'.padStart(11)}${'recall'.padStart(11)}`, ...ratios, ...counts, ''].join('\n');
}

/** `plantgraph topology score`: infers both polls of a generated network and compares with its truth. */
export const registerTopologyScore: Register = (program, run) => {
  noun(program, 'topology', 'How the network is connected')
    .command('score')
    .description('Infers a generated network and says how right the result is')
    .argument('<folder>', 'what topology generate wrote')
    .option('--output <format>', 'json (one line) or table', parseOutput, 'table')
    .option('--explain', 'name every mistake on stderr')
    .addHelpText('after', '\nExample:\n  plantgraph topology score /tmp/net --output json')
    .action(
      run(async (folder: string, flags: ScoreFlags) => {
        const { scoreFolder } = await import('./topology-polls.js');
        const { score, judgement, changes } = await scoreFolder(folder);
        process.stdout.write(flags.output === 'json' ? `${JSON.stringify(score)}\n` : toTable(score));
        if (flags.explain === true) {
          const changed = changes.map((change) => `false change: ${change.change}: ${differenceText(change)}`);
          for (const line of [...judgement.complaints, ...changed]) process.stderr.write(`${line}\n`);
        }
        return 0;
      }),
    );
};
