import { scorePolls } from '../src/commands/topology-polls.js';
import { generateNetwork } from '../src/simulator/campus/generate.js';
import type { Parameters } from '../src/simulator/campus/parameters.js';
import { twoPolls } from '../src/simulator/campus/polls.js';
import { ratioOf, type Judgement, type Tally } from '../src/simulator/campus/score.js';
import { truthOf } from '../src/simulator/campus/truth.js';
import { differenceText } from '../src/topology/diff.js';
import type { BenchRow } from './report.js';

const KINDS = ['links', 'blockedLinks', 'hosts', 'segments'] as const;
type Kind = (typeof KINDS)[number];

export interface Accuracy {
  readonly tallies: Readonly<Record<Kind, Tally>>;
  readonly wrongMerges: number;
  readonly wrongSplits: number;
  readonly falseChanges: number;
}

/** Scores a number of generated networks, from seed 1 on, and adds up what was found, wrong and missed. */
export async function accuracyOf(
  seeds: number,
  parameters: Partial<Parameters>,
  log: (line: string) => void,
): Promise<Accuracy> {
  const judgements: Judgement[] = [];
  let falseChanges = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const network = generateNetwork({ ...parameters, seed });
    const { judgement, changes } = await scorePolls(truthOf(network), ...twoPolls(network));
    judgements.push(judgement);
    falseChanges += changes.length;
    for (const change of changes) log(`seed ${seed}: false change: ${change.change}: ${differenceText(change)}`);
    const grave = judgement.complaints.filter((complaint) => !complaint.startsWith('missed segment'));
    for (const complaint of grave) log(`seed ${seed}: ${complaint}`);
    if (seed % 10 === 0) log(`${seed} of ${seeds} networks scored`);
  }
  const sum = (pick: (judgement: Judgement) => number): number =>
    judgements.reduce((total, one) => total + pick(one), 0);
  const tally = (kind: Kind): Tally => ({
    found: sum((one) => one[kind].found),
    wrong: sum((one) => one[kind].wrong),
    missed: sum((one) => one[kind].missed),
  });
  return {
    tallies: {
      links: tally('links'),
      blockedLinks: tally('blockedLinks'),
      hosts: tally('hosts'),
      segments: tally('segments'),
    },
    wrongMerges: sum((one) => one.wrongMerges),
    wrongSplits: sum((one) => one.wrongSplits),
    falseChanges,
  };
}

const row = (id: string, name: string, ours: number, bound: number | null, holds: boolean | null): BenchRow => ({
  id,
  name,
  ours,
  peer: null,
  ratio: null,
  bound,
  holds,
});

/** The bars of the generated networks, as rows. */
export function accuracyRows(prefix: string, accuracy: Accuracy, bars: Readonly<Record<string, number>>): BenchRow[] {
  const atLeast = (id: string, name: string, value: number): BenchRow => {
    const bound = bars[id] ?? null;
    return row(`${prefix}-${id}`, name, Number(value.toFixed(5)), bound, bound === null ? null : value >= bound);
  };
  const none = (id: string, name: string, count: number): BenchRow =>
    row(`${prefix}-${id}`, name, count, 0, count === 0);
  const rows = KINDS.flatMap((kind) => {
    const { precision, recall } = ratioOf(accuracy.tallies[kind]);
    return [
      atLeast(`${kind}-precision`, `${prefix}: precision of ${kind}`, precision),
      atLeast(`${kind}-recall`, `${prefix}: recall of ${kind}`, recall),
    ];
  });
  return [
    ...rows,
    none('wrong-merges', `${prefix}: devices wrongly merged`, accuracy.wrongMerges),
    row(`${prefix}-wrong-splits`, `${prefix}: devices wrongly split`, accuracy.wrongSplits, null, null),
    none('false-changes', `${prefix}: changes between two polls of a quiet network`, accuracy.falseChanges),
  ];
}
