import { randomUUID } from 'node:crypto';
import type { JobSpec } from '../jobs/queue.js';
import type { JobKind } from '../jobs/worker.js';
import type { SnmpReader } from '../snmp/reader.js';
import { CMTS_WALK_LIMITS, readCmts } from './cmts.js';
import type { CaptureStore } from './capture-store.js';
import { groupNodes } from './group-job.js';
import type { GroupStore } from './group-store.js';
import type { FileKeeper } from './file-keeper.js';
import type { OperationStore } from './operation-store.js';
import { TRIGGER_TESTS, type TriggerTest } from './schemas.js';
import { pollDueModems, type ModemScalarsOptions } from './modem-scalars-job.js';
import type { CmtsIdentity, ModemStore } from './store.js';
import type { CaptureWorker } from './worker.js';

/** A CMTS of the inventory and its agent. */
export interface CmtsTarget extends CmtsIdentity {
  readonly openReader: () => SnmpReader;
}

export interface PnmJobsOptions {
  readonly modems: ModemStore;
  readonly operations: OperationStore;
  readonly worker: Pick<CaptureWorker, 'wake'>;
  readonly cmts: readonly CmtsTarget[];
  /** How often a CMTS's registration table is read. */
  readonly inventoryEverySec: number;
  /** 0 or absent is off. Ignored while nothing may be written to modems. */
  readonly everySec: Readonly<Partial<Record<TriggerTest, number>>>;
  readonly writeAllowed: boolean;
  /** Reads levels of modems; absent: nobody asked for them. */
  readonly scalars?: ModemScalarsOptions;
  readonly now: () => Date;
  readonly groups: GroupStore;
  /** Deletes captures and their files after so many days; absent: they are kept for ever. */
  readonly retention?: { readonly captures: CaptureStore; readonly files: FileKeeper; readonly days: number };
}

export interface PnmJobs {
  readonly kinds: Readonly<Record<string, JobKind>>;
  /** What `syncPeriodic` gets for each kind. */
  readonly periodic: readonly {
    readonly kind: string;
    readonly specs: readonly (JobSpec & { readonly intervalMs: number })[];
  }[];
}

export const CMTS_JOB = 'pnm-cmts';
export const SCHEDULE_JOB = 'pnm-schedule';
export const RETENTION_JOB = 'pnm-retention';
export const SCALARS_JOB = 'pnm-modem-levels';
export const GROUP_JOB = 'pnm-groups';

const SCHEDULE_EVERY_SEC = 30;
const SCHEDULE_DEADLINE_MS = 20_000;
/** Operations queued in one go; the next go continues. */
const SCHEDULE_BATCH = 200;
/** Due modems are looked for this often; each has a moment of its own within its interval. */
const SCALARS_TICK_SEC = 10;
const SCALARS_RUN_MS = 45_000;
const SCALARS_DEADLINE_MS = 75_000;
/** Captures of a node come in over minutes: more often would mostly group the same again. */
const GROUP_EVERY_SEC = 60;
const GROUP_DEADLINE_MS = 120_000;
const RETENTION_EVERY_SEC = 3600;
const RETENTION_DEADLINE_MS = 10 * 60_000;
const RETENTION_BATCH = 500;
/** Scheduled work that waits at most: a plant that answers slowly must not pile it up. */
const SCHEDULE_QUEUED_MAX = 1000;

/** Reading CMTS tables and queueing scheduled captures, as jobs of the shared worker. */
export function pnmJobs(options: PnmJobsOptions): PnmJobs {
  const byId = new Map(options.cmts.map((cmts) => [cmts.id, cmts]));
  return {
    kinds: {
      [CMTS_JOB]: {
        deadlineMs: CMTS_WALK_LIMITS.timeMs * 3,
        handler: async (job, signal) => {
          const cmts = byId.get(String(job.payload['cmts']));
          return cmts === undefined ? { ok: true } : pollCmts(cmts, options, signal);
        },
      },
      [SCHEDULE_JOB]: {
        deadlineMs: SCHEDULE_DEADLINE_MS,
        handler: async () => {
          await queueScheduled(options);
          return { ok: true };
        },
      },
      [SCALARS_JOB]: {
        deadlineMs: SCALARS_DEADLINE_MS,
        handler: async (_job, signal) => {
          if (options.scalars) await pollDueModems(options.scalars, signal, performance.now() + SCALARS_RUN_MS);
          return { ok: true };
        },
      },
      [GROUP_JOB]: {
        deadlineMs: GROUP_DEADLINE_MS,
        handler: async (_job, signal) => {
          await groupNodes(options, signal);
          return { ok: true };
        },
      },
      [RETENTION_JOB]: {
        deadlineMs: RETENTION_DEADLINE_MS,
        handler: async (_job, signal) => {
          if (options.retention) await forgetOld(options.retention, options.now(), signal);
          return { ok: true };
        },
      },
    },
    periodic: [
      {
        kind: CMTS_JOB,
        specs: options.cmts.map(({ id }) => ({
          key: `${CMTS_JOB}:${id}`,
          kind: CMTS_JOB,
          subject: id,
          payload: { cmts: id },
          intervalMs: options.inventoryEverySec * 1000,
        })),
      },
      {
        kind: SCHEDULE_JOB,
        specs: options.writeAllowed ? [alone(SCHEDULE_JOB, SCHEDULE_EVERY_SEC)] : [],
      },
      { kind: SCALARS_JOB, specs: options.scalars ? [alone(SCALARS_JOB, SCALARS_TICK_SEC)] : [] },
      { kind: GROUP_JOB, specs: options.cmts.length > 0 ? [alone(GROUP_JOB, GROUP_EVERY_SEC)] : [] },
      { kind: RETENTION_JOB, specs: options.retention ? [alone(RETENTION_JOB, RETENTION_EVERY_SEC)] : [] },
    ],
  };
}

/** The one job of its kind. */
const alone = (kind: string, everySec: number) => ({
  key: kind,
  kind,
  subject: kind,
  payload: {},
  intervalMs: everySec * 1000,
});

/** Files first: a row without its file is found again, a file without its row never. */
export async function forgetOld(
  { captures, files, days }: NonNullable<PnmJobsOptions['retention']>,
  now: Date,
  signal: AbortSignal,
): Promise<number> {
  const before = new Date(now.getTime() - days * 24 * 3600 * 1000);
  let count = 0;
  while (!signal.aborted) {
    const old = await captures.olderThan(before, RETENTION_BATCH);
    for (const { path } of old) if (path !== undefined) await files.remove(path);
    await captures.forget(old.map(({ captureId }) => captureId));
    count += old.length;
    if (old.length < RETENTION_BATCH) break;
  }
  await files.clearQuarantine(before);
  await captures.forgetSeries(before);
  return count;
}

/** Reads one CMTS and stores who is where. A partial reading is stored as far as it goes and takes nothing away. */
export async function pollCmts(
  cmts: CmtsTarget,
  { modems, inventoryEverySec, now }: Pick<PnmJobsOptions, 'modems' | 'inventoryEverySec' | 'now'>,
  signal: AbortSignal,
): Promise<{ ok: true } | { ok: false; error: string }> {
  const reader = cmts.openReader();
  try {
    const inventory = await readCmts(reader, { signal });
    await modems.applyInventory(cmts, inventory, inventoryEverySec, now());
    if (inventory.isWhole) return { ok: true };
    return { ok: false, error: `registration table: ${inventory.detail ?? inventory.outcome}` };
  } finally {
    reader.close();
  }
}

/** Queues what is due, each modem at its own time since its own last run. */
export async function queueScheduled({
  operations,
  worker,
  everySec,
  now,
}: Pick<PnmJobsOptions, 'operations' | 'worker' | 'everySec' | 'now'>): Promise<number> {
  let count = 0;
  for (const test of TRIGGER_TESTS) {
    const intervalSec = everySec[test] ?? 0;
    if (intervalSec <= 0) continue;
    const room = SCHEDULE_QUEUED_MAX - (await operations.queuedCount());
    if (room <= 0) break;
    const at = now();
    for (const mac of await operations.due(test, intervalSec, at, Math.min(room, SCHEDULE_BATCH))) {
      await operations.create(
        {
          id: randomUUID(),
          mac,
          test,
          channelIds: [],
          origin: 'schedule',
          requestedBy: 'schedule',
          reason: undefined,
        },
        at,
      );
      count += 1;
    }
  }
  if (count > 0) worker.wake();
  return count;
}
