import { accuracyOf, accuracyRows } from './topology-accuracy.js';
import { graphRows } from './topology-graph.js';
import { inferenceRows } from './topology-inference.js';
import { sqlRows } from './topology-sql.js';
import { machineName, type Bench, type BenchRow } from './report.js';

const SEEDS = 100;
const BARS = {
  'links-precision': 0.99,
  'links-recall': 0.98,
  'blockedLinks-recall': 1,
  'hosts-precision': 0.98,
  'hosts-recall': 0.97,
};
const HIDDEN_BARS = { ...BARS, 'links-precision': 0.97, 'links-recall': 0.9 };

/** Path, impact and inference against their floors, and the accuracy over generated networks. */
export const bench: Bench = async ({ only, rounds, log }) => {
  const wanted = (id: string): boolean => only === undefined || only === id;
  const isPart = (prefix: string): boolean => only === undefined || only === prefix || only.startsWith(`${prefix}-`);
  const rows: BenchRow[] = [
    ...graphRows(rounds, wanted),
    ...(await sqlRows(wanted, log)),
    ...(await inferenceRows(rounds, wanted, log)),
  ];
  if (isPart('defaults')) rows.push(...accuracyRows('defaults', await accuracyOf(SEEDS, {}, log), BARS));
  if (isPart('hidden')) {
    rows.push(...accuracyRows('hidden', await accuracyOf(SEEDS, { visibleMacRatio: 0 }, log), HIDDEN_BARS));
  }
  return { bench: 'topology', machine: machineName(), rows };
};
