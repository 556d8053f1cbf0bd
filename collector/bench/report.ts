import { cpus } from 'node:os';

/** One line of a bench: ours against a named peer in the same run (design, section 6). */
export interface BenchRow {
  readonly id: string;
  readonly name: string;
  readonly ours: number | null;
  readonly peer: number | null;
  readonly ratio: number | null;
  readonly bound: number | null;
  /** Null for a row that only states a figure. */
  readonly holds: boolean | null;
}

export interface BenchReport {
  readonly bench: string;
  readonly machine: string;
  readonly rows: readonly BenchRow[];
}

export interface BenchOptions {
  /** Only the row with this id. */
  readonly only: string | undefined;
  readonly rounds: number;
  /** Messages for people. */
  readonly log: (line: string) => void;
}

/** What a file `bench/<name>.ts` exports as `bench`. */
export type Bench = (options: BenchOptions) => Promise<BenchReport>;

export const machineName = (): string => `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`;

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Significant enough to compare, short enough to read. */
export const rounded = (value: number): number => Number(value.toPrecision(4));

const ROUND_MS = 4;
/** Compilers work beside the program and late on a busy machine. */
const WARM_UP_MS = 400;

/** Processor time and not the clock's: other processes of the machine slow nobody down in it. */
function microseconds(work: () => void, repeats: number): number {
  const start = process.cpuUsage();
  for (let i = 0; i < repeats; i++) work();
  const used = process.cpuUsage(start);
  return (used.user + used.system) / repeats;
}

/** Repeats that fill a round once the code is compiled. */
function repeatsOf(work: () => void): number {
  const start = performance.now();
  while (performance.now() - start < WARM_UP_MS) work();
  let repeats = 1;
  while (microseconds(work, repeats) * repeats < ROUND_MS * 1000) repeats *= 2;
  return repeats;
}

/**
 * Medians in microseconds of interleaved rounds, and the median of each round's ratio: what slows the processor then
 * slows both sides of a round alike.
 */
export function interleaved(
  ours: () => void,
  peer: () => void,
  rounds: number,
): { readonly oursUs: number; readonly peerUs: number; readonly ratio: number } {
  const oursRepeats = repeatsOf(ours);
  const peerRepeats = repeatsOf(peer);
  const oursUs: number[] = [];
  const peerUs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    oursUs.push(microseconds(ours, oursRepeats));
    peerUs.push(microseconds(peer, peerRepeats));
  }
  return {
    oursUs: medianOf(oursUs),
    peerUs: medianOf(peerUs),
    ratio: medianOf(oursUs.map((us, round) => us / peerUs[round]!)),
  };
}
