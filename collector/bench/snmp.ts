import { createHash, randomBytes } from 'node:crypto';
import { ENGINE_HEAP_FLAG } from '../src/snmp/engine/client.js';
import { localizeKey, passwordToKey } from '../src/snmp/usm.js';
import { machineName, medianOf, rounded, type Bench, type BenchOptions, type BenchRow } from './report.js';
import { hostileRows } from './snmp-hostile.js';
import { openLab, type Lab, type Manager } from './snmp-lab.js';
import type { Measured, Task } from './snmp-manager-worker.js';
import { sameRowsRow } from './snmp-same.js';

const AGENTS = 200;
/** Here the engine runs in the manager's own thread, with the heap that its thread has in the product. */
const ENGINE_FLAGS = [ENGINE_HEAP_FLAG];
const MILLION = 1e6;
/** Rounds of wall-clock rows, which take seconds each. */
const MOST_SLOW_ROUNDS = 3;
/** Until the compiler, which works beside the program and counts as its time, is done with it. */
const WARM_UP_ROUNDS = 12;
/** Of the wall time with silent devices, which one disturbance of the machine changes by a third. */
const MOST_SILENT_ROUNDS = 15;

interface Context extends BenchOptions {
  readonly lab: Lab;
  wants(id: string): boolean;
}

const perMillion = ({ cpuSec, varbinds }: Measured): number => (cpuSec / varbinds) * MILLION;

function rowOf(
  id: string,
  name: string,
  figures: { ours: number | null; peer: number | null; ratio: number | null; bound: number | null },
  holds: boolean | null,
): BenchRow {
  const { ours, peer, ratio, bound } = figures;
  const shown = (value: number | null) => (value === null || !Number.isFinite(value) ? null : rounded(value));
  return { id, name, ours: shown(ours), peer: shown(peer), ratio: shown(ratio), bound, holds };
}

/** Runs the candidates one after another in each round, in turns the other way round; ratios are taken within a round. */
async function rounds(
  count: number,
  candidates: readonly (() => Promise<Measured>)[],
  warmUps = WARM_UP_ROUNDS,
): Promise<Measured[][]> {
  const results: Measured[][] = candidates.map(() => []);
  for (let round = -warmUps; round < count; round++) {
    const order = [...candidates.keys()];
    if (round % 2 !== 0) order.reverse();
    for (const at of order) {
      const measured = await candidates[at]!();
      if (round >= 0) (results[at] as Measured[]).push(measured);
    }
  }
  return results;
}

const medianRatio = (a: readonly Measured[], b: readonly Measured[], of: (one: Measured) => number): number =>
  medianOf(a.map((one, round) => of(one) / of(b[round] as Measured)));
const medianBy = (all: readonly Measured[], of: (one: Measured) => number): number => medianOf(all.map(of));

/** Rows 1, 2 and 3: processor seconds of the manager alone for a million variables. */
async function cpuRows(context: Context): Promise<BenchRow[]> {
  const { lab, rounds: count, wants } = context;
  const { port } = await lab.responder({});
  const [ours, library, floor] = [await lab.manager(ENGINE_FLAGS), await lab.manager(), await lab.manager()];
  const rows: BenchRow[] = [];
  const task = (kind: Task['kind'], repetitions: number, change: Partial<Task> = {}): Task => ({
    kind,
    port,
    agents: AGENTS,
    repetitions,
    ...change,
  });
  for (const [id, repetitions, bound] of [
    ['1', 25, 4],
    ['1-10', 10, 2.8],
    ['1-50', 50, 5],
  ] as const) {
    if (!wants(id)) continue;
    const [mine, theirs] = await rounds(count, [
      () => ours.run(task('engine', repetitions)),
      () => library.run(task('net-snmp', repetitions)),
    ]);
    const ratio = medianRatio(theirs!, mine!, perMillion);
    const figures = { ours: medianBy(mine!, perMillion), peer: medianBy(theirs!, perMillion), ratio, bound };
    const name = `CPU s per million variables against npm net-snmp subtree, ${repetitions} repetitions: times fewer`;
    rows.push(rowOf(id, name, figures, ratio >= bound));
  }
  if (wants('2')) {
    const [mine, theirs] = await rounds(
      Math.min(count, 7),
      [
        () => ours.run(task('engine', 25, { columns: 3, readsRows: true, config: { columnsPerRequest: 3 } })),
        () => library.run(task('net-snmp-table', 25)),
      ],
      2,
    );
    const ratio = medianRatio(theirs!, mine!, perMillion);
    const figures = { ours: medianBy(mine!, perMillion), peer: medianBy(theirs!, perMillion), ratio, bound: 6 };
    rows.push(
      rowOf('2', 'three columns to rows that were read, against net-snmp table: times fewer', figures, ratio >= 6),
    );
  }
  if (wants('3')) {
    const [mine, theirs] = await rounds(count, [() => ours.run(task('engine', 25)), () => lab.peer(port, AGENTS, 25)]);
    const ratio = medianRatio(mine!, theirs!, perMillion);
    const figures = { ours: medianBy(mine!, perMillion), peer: medianBy(theirs!, perMillion), ratio, bound: 1.1 };
    rows.push(rowOf('3', 'CPU s per million variables against a C program on Net-SNMP', figures, ratio <= 1.1));
  }
  if (wants('3-floor')) {
    const perExchange = (one: Measured) => (one.cpuSec / one.exchanges) * MILLION;
    const [mine, theirs] = await rounds(count, [
      () => ours.run(task('engine', 25)),
      () => floor.run(task('dgram', 25)),
    ]);
    const ratio = medianRatio(mine!, theirs!, perExchange);
    const figures = { ours: medianBy(mine!, perExchange), peer: medianBy(theirs!, perExchange), ratio, bound: 1.6 };
    rows.push(rowOf('3-floor', 'CPU µs per exchange against node:dgram that does nothing else', figures, ratio <= 1.6));
  }
  await Promise.all([ours, library, floor].map((one) => one.stop()));
  return rows;
}

/** Row 4: 5 % of the requests are lost. */
async function lossRows({ lab, rounds: count }: Context): Promise<BenchRow[]> {
  const responder = await lab.responder({ lossPerMille: 50 });
  const [ours, library]: [Manager, Manager] = [await lab.manager(ENGINE_FLAGS), await lab.manager()];
  const base = { port: responder.port, agents: AGENTS, repetitions: 25, timeoutMs: 1_000, retries: 5 };
  const resends: number[] = [];
  const [mine, theirs] = await rounds(
    Math.min(count, MOST_SLOW_ROUNDS),
    [
      async () => {
        await responder.stats();
        const measured = await ours.run({ ...base, kind: 'engine' });
        const { lost } = await responder.stats();
        resends.push(measured.resent / lost);
        return measured;
      },
      () => library.run({ ...base, kind: 'net-snmp' }),
    ],
    1,
  );
  await Promise.all([responder.stop(), ours.stop(), library.stop()]);
  const wall = (one: Measured) => one.wallSec;
  const ratio = medianRatio(mine!, theirs!, wall);
  const cut = mine!.reduce((sum, one) => sum + one.cut, 0);
  const failed = mine!.reduce((sum, one) => sum + one.failed, 0);
  const resent = medianOf(resends.slice(1));
  return [
    rowOf(
      '4',
      'wall s with 5 % loss, against net-snmp with 1 s and 5 retries',
      {
        ours: medianBy(mine!, wall),
        peer: medianBy(theirs!, wall),
        ratio,
        bound: 0.3,
      },
      ratio <= 0.3,
    ),
    rowOf(
      '4-cut',
      `walks that say complete and are not (failed and said so: ${failed})`,
      { ours: cut, peer: null, ratio: null, bound: 0 },
      cut === 0,
    ),
    rowOf(
      '4-resends',
      'repeats for each lost request',
      { ours: resent, peer: null, ratio: null, bound: 1.3 },
      resent <= 1.3,
    ),
  ];
}

/** Row 5: one device 20 ms away; its rows are split by the fourth octet of their index. */
async function latencyRow({ lab }: Context): Promise<BenchRow[]> {
  const rows = 10_000;
  const responder = await lab.responder({ rows, delayUs: 20_000 });
  const ours = await lab.manager(ENGINE_FLAGS);
  const parts = 8;
  const last = Math.floor((rows - 1) / 256);
  const ranges = Array.from({ length: parts }, (_, part) => ({
    start: [0, 29, 0, Math.floor((part * (last + 1)) / parts)],
    stop: [0, 29, 0, Math.floor(((part + 1) * (last + 1)) / parts) - 1],
  }));
  const base: Task = { kind: 'engine', port: responder.port, agents: 1, repetitions: 25, columns: 3 };
  const serial = await ours.run({ ...base, config: { columnsPerRequest: 1, maxInFlight: 1 } });
  const wide = await ours.run({ ...base, config: { columnsPerRequest: 1, maxInFlight: 8 }, ranges });
  await Promise.all([responder.stop(), ours.stop()]);
  const ratio = wide.wallSec / serial.wallSec;
  const isWhole = wide.varbinds === 3 * rows && serial.varbinds === 3 * rows;
  const figures = { ours: wide.wallSec, peer: serial.wallSec, ratio, bound: rounded(1 / 6) };
  return [
    rowOf(
      '5',
      'wall s, one device 20 ms away, 3 × 10,000 rows, 8 in flight against 1',
      figures,
      isWhole && ratio <= 1 / 6,
    ),
  ];
}

/** Row 6: the kernel's own receive buffer. */
async function dropsRow({ lab, rounds: count }: Context): Promise<BenchRow[]> {
  const responder = await lab.responder({});
  const ours = await lab.manager(ENGINE_FLAGS);
  const task: Task = { kind: 'engine', port: responder.port, agents: 1_000, repetitions: 50, receiveBuffer: 'default' };
  const [mine] = await rounds(Math.min(count, MOST_SLOW_ROUNDS), [() => ours.run(task)], 1);
  await Promise.all([responder.stop(), ours.stop()]);
  const drops = mine!.reduce((sum, one) => sum + one.drops, 0);
  const bad = mine!.reduce((sum, one) => sum + one.failed + one.cut, 0);
  const name = `kernel drops, 1,000 devices at once, default receive buffer (walks not whole: ${bad})`;
  return [rowOf('6', name, { ours: drops, peer: null, ratio: null, bound: 0 }, drops === 0 && bad === 0)];
}

/** Row 7: every tenth device is silent. */
async function silentRow({ lab, rounds: count }: Context): Promise<BenchRow[]> {
  const responder = await lab.responder({ silentEvery: 10 });
  const ours = await lab.manager(ENGINE_FLAGS);
  const base: Task = {
    kind: 'engine',
    port: responder.port,
    agents: 1_000,
    repetitions: 25,
    retries: 1,
    isFresh: true,
  };
  const [mixed, alone] = await rounds(
    Math.min(count, MOST_SILENT_ROUNDS),
    [() => ours.run({ ...base, silentEvery: 10 }), () => ours.run({ ...base, leaveOutEvery: 10 })],
    2,
  );
  await Promise.all([responder.stop(), ours.stop()]);
  const wall = (one: Measured) => one.wallSec;
  const ratio = medianRatio(mixed!, alone!, wall);
  const figures = { ours: medianBy(mixed!, wall), peer: medianBy(alone!, wall), ratio, bound: 1.15 };
  return [rowOf('7', 'wall s until 900 live devices of 1,000 are read, against the 900 alone', figures, ratio <= 1.15)];
}

/** Row 8: SNMPv3 with SHA-256 and AES-128. */
async function v3Rows({ lab, rounds: count }: Context): Promise<BenchRow[]> {
  const responder = await lab.responder({});
  const [plain, secret]: [Manager, Manager] = [await lab.manager(ENGINE_FLAGS), await lab.manager(ENGINE_FLAGS)];
  const base: Task = { kind: 'engine', port: responder.port, agents: AGENTS, repetitions: 25 };
  const [mine, v2c] = await rounds(count, [() => secret.run({ ...base, isV3: true }), () => plain.run(base)]);
  const first = await secret.run({ ...base, agents: 1_000, isV3: true, isFirstPoll: true, isFresh: true });
  await Promise.all([responder.stop(), plain.stop(), secret.stop()]);
  const ratio = medianRatio(mine!, v2c!, perMillion);
  const each = first.exchanges / 1_000;
  const keys = keyRatio(count);
  return [
    rowOf(
      '8',
      'CPU s per million variables, v3 authPriv against v2c',
      {
        ours: medianBy(mine!, perMillion),
        peer: medianBy(v2c!, perMillion),
        ratio,
        bound: 2.5,
      },
      ratio <= 2.5,
    ),
    rowOf(
      '8-first',
      '1,000 engines: exchanges of the first poll, each',
      { ours: each, peer: null, ratio: null, bound: 3 },
      each <= 3 && first.failed === 0,
    ),
    rowOf('8-keys', 'ms to localise 1,000 keys, against 1,000 bare hashes', { ...keys, bound: 1.2 }, keys.ratio <= 1.2),
  ];
}

function keyRatio(count: number): { ours: number; peer: number; ratio: number } {
  const master = passwordToKey('sha256', 'bench-auth-pass');
  const ids = Array.from({ length: 1_000 }, () => randomBytes(9));
  const timed = (work: (id: Buffer) => void) => {
    const before = process.cpuUsage();
    for (let i = 0; i < 5; i++) ids.forEach(work);
    const used = process.cpuUsage(before);
    return (used.user + used.system) / 5_000;
  };
  const ours = (id: Buffer) => void localizeKey('sha256', master, id);
  const bare = (id: Buffer) => void createHash('sha256').update(master).update(id).update(master).digest();
  timed(ours);
  timed(bare);
  const pairs = Array.from({ length: Math.max(5, count) }, () => ({ ours: timed(ours), peer: timed(bare) }));
  return {
    ours: medianOf(pairs.map((pair) => pair.ours)),
    peer: medianOf(pairs.map((pair) => pair.peer)),
    ratio: medianOf(pairs.map((pair) => pair.ours / pair.peer)),
  };
}

/** Row 10: the thread that is not the engine's, while that one has all it can do. */
async function delayRow({ lab }: Context): Promise<BenchRow[]> {
  const responder = await lab.responder({});
  const ours = await lab.manager(ENGINE_FLAGS);
  const task: Task = { kind: 'engine-thread', port: responder.port, agents: AGENTS, repetitions: 25, lastsMs: 5_000 };
  const measured = await ours.run(task);
  const alone = await ours.run({ ...task, kind: 'idle', lastsMs: 2_000 });
  await Promise.all([responder.stop(), ours.stop()]);
  const name = `event-loop delay p99 in ms beside a busy engine, against none at all (${Math.round(measured.varbinds / measured.wallSec)} variables/s)`;
  const figures = { ours: measured.delayMs, peer: alone.delayMs, ratio: null, bound: 10 };
  return [rowOf('10', name, figures, measured.delayMs <= 10)];
}

/** Row 12: what 10,000 devices would cost, from 1,000 that were read. */
async function shareRow({ lab }: Context): Promise<BenchRow[]> {
  const responder = await lab.responder({ rows: 667 });
  const ours = await lab.manager(ENGINE_FLAGS);
  const task: Task = {
    kind: 'engine',
    port: responder.port,
    agents: 1_000,
    repetitions: 25,
    columns: 3,
    readsRows: true,
  };
  const [mine] = await rounds(
    1,
    [() => ours.run({ ...task, config: { columnsPerRequest: 3, maxResponseVarbinds: 50 } })],
    1,
  );
  await Promise.all([responder.stop(), ours.stop()]);
  const one = mine![0] as Measured;
  const share = ((one.cpuSec * 10) / 300) * 100;
  const name = `% of a core for 10,000 devices of ${one.varbinds / 1_000} variables every 5 minutes, from 1,000 read (v2c, rows built)`;
  return [rowOf('12', name, { ours: share, peer: null, ratio: null, bound: null }, null)];
}

const GROUPS: readonly { ids: readonly string[]; measure: (context: Context) => Promise<BenchRow[]> }[] = [
  { ids: ['1', '1-10', '1-50', '2', '3', '3-floor'], measure: cpuRows },
  { ids: ['4', '4-cut', '4-resends'], measure: lossRows },
  { ids: ['5'], measure: latencyRow },
  { ids: ['6'], measure: dropsRow },
  { ids: ['7'], measure: silentRow },
  { ids: ['8', '8-first', '8-keys'], measure: v3Rows },
  { ids: ['9', '9-mutated'], measure: ({ log }) => hostileRows(log) },
  { ids: ['10'], measure: delayRow },
  { ids: ['11'], measure: () => sameRowsRow() },
  { ids: ['12'], measure: shareRow },
];

/** Our SNMP engine against npm net-snmp, a C program on Net-SNMP and Debian's tools, in one run. */
export const bench: Bench = async (options) => {
  const wants = (id: string) => options.only === undefined || options.only === id || id.startsWith(`${options.only}-`);
  const lab = openLab(options.log);
  const rows: BenchRow[] = [];
  try {
    for (const { ids, measure } of GROUPS) {
      if (!ids.some(wants)) continue;
      options.log(`measuring ${ids.filter(wants).join(', ')}`);
      rows.push(...(await measure({ ...options, lab, wants })).filter(({ id }) => wants(id)));
    }
  } finally {
    await lab.close();
  }
  return { bench: 'snmp', machine: machineName(), rows };
};
