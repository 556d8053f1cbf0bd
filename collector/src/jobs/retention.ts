import type pg from 'pg';
import type { JobSpec } from './queue.js';
import type { JobKind, JobResult } from './worker.js';

/** How long a table keeps its rows; `time` is the column that ages them. */
export interface RetentionRule {
  readonly table: string;
  readonly time: string;
  readonly days: number;
}

export interface RetentionDays {
  readonly rawDays: number;
  readonly pollDays: number;
  readonly edgeDays: number;
}

/** What the topology and the inventory keep. Open intervals have no end and so never age. */
export const topologyRetention = ({ rawDays, pollDays, edgeDays }: RetentionDays): RetentionRule[] => [
  { table: 'raw_rows', time: 'time', days: rawDays },
  { table: 'poll_outcomes', time: 'time', days: pollDays },
  { table: 'interface_counters', time: 'time', days: pollDays },
  ...['device', 'interfaces', 'arp', 'mac', 'lldp', 'cdp', 'stp', 'lag', 'routing', 'routes'].map((kind) => ({
    table: `facts_${kind}`,
    time: 'valid_to',
    days: pollDays,
  })),
  { table: 'edges', time: 'valid_to', days: edgeDays },
  { table: 'edge_events', time: 'at', days: edgeDays },
];

/** What one call of `delete_older_than` takes at most. */
const BATCH_ROWS = 20_000;

/** Deletes what is too old, table by table: one that fails keeps its rows and is said. */
export async function runRetention(pool: pg.Pool, rules: readonly RetentionRule[], now: Date): Promise<JobResult> {
  const failed: string[] = [];
  for (const { table, time, days } of rules) {
    const before = new Date(now.getTime() - days * 86_400_000);
    try {
      for (let full = true; full;) {
        const { rows } = await pool.query<{ n: string }>('select delete_older_than($1::regclass, $2, $3) as n', [
          `public.${table}`,
          time,
          before,
        ]);
        full = Number(rows[0]?.n) >= BATCH_ROWS;
      }
    } catch (error) {
      failed.push(`${table}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return failed.length === 0 ? { ok: true } : { ok: false, error: failed.join('; ') };
}

/** Retention as a job of every hour: `kinds` for the worker, `specs` for `syncPeriodic('retention', …)`. */
export function retentionJobs(
  pool: pg.Pool,
  rules: readonly RetentionRule[],
  now: () => Date,
): {
  readonly kinds: Readonly<Record<'retention', JobKind>>;
  readonly specs: readonly (JobSpec & { intervalMs: number })[];
} {
  return {
    kinds: { retention: { handler: () => runRetention(pool, rules, now()), deadlineMs: 600_000 } },
    specs: [{ key: 'retention', kind: 'retention', subject: 'retention', payload: {}, intervalMs: 3_600_000 }],
  };
}
