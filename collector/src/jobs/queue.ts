import type pg from 'pg';
import { storableJson } from '../db/values.js';
import { firstRun, stablePhaseMs } from './schedule.js';

/** Work that is done again and again, or once when it has no interval. */
export interface JobSpec {
  /** One row a key: `poll:core-1:tables`. */
  readonly key: string;
  readonly kind: string;
  /** Whom it keeps busy, usually a device: two jobs of one subject never run at once. */
  readonly subject: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface Job extends JobSpec {
  readonly intervalMs: number | null;
  readonly phaseMs: number;
  /** Failures in a row before this run. */
  readonly failures: number;
}

export interface ClaimOptions {
  readonly kinds: readonly string[];
  readonly worker: string;
  readonly now: Date;
  readonly leaseMs: number;
  readonly limit: number;
  /** Claims jobs that failed last time, or those that did not: each have places of their own. */
  readonly failing: boolean;
  /** Subjects that this worker is still busy with. */
  readonly busy: readonly string[];
}

export interface Finish {
  readonly key: string;
  readonly worker: string;
  readonly now: Date;
  /** Null: the job is over and its row goes, unless it failed. */
  readonly runAt: Date | null;
  readonly error: string | null;
}

/** What the worker needs of a queue; many sites may put another behind it. */
export interface JobQueue {
  claim(options: ClaimOptions): Promise<Job[]>;
  finish(finish: Finish): Promise<void>;
  /** Gives back what an earlier life of this worker had leased. */
  release(worker: string): Promise<void>;
}

export interface JobStore extends JobQueue {
  /** Makes the periodic jobs of a kind exactly these; those that stay keep their time. */
  syncPeriodic(kind: string, specs: readonly (JobSpec & { readonly intervalMs: number })[], now: Date): Promise<void>;
  /** Adds a job that runs once; a second one of the same key changes nothing. */
  enqueue(spec: JobSpec, runAt: Date): Promise<boolean>;
  /** Brings a job forward, e.g. when a person asks for a poll now. */
  runNow(key: string, now: Date): Promise<boolean>;
}

interface JobRow {
  job_key: string;
  kind: string;
  subject: string;
  payload: Record<string, unknown>;
  interval_ms: string | null;
  phase_ms: string;
  failures: number;
}

const toJob = (row: JobRow): Job => ({
  key: row.job_key,
  kind: row.kind,
  subject: row.subject,
  payload: row.payload,
  intervalMs: row.interval_ms === null ? null : Number(row.interval_ms),
  phaseMs: Number(row.phase_ms),
  failures: row.failures,
});

/** Jobs in PostgreSQL: leased with `for update skip locked`, so that no lock is held while the work is done. */
export function jobStore(pool: pg.Pool): JobStore {
  return {
    async claim({ kinds, worker, now, leaseMs, limit, failing, busy }) {
      if (limit <= 0) return [];
      const { rows } = await pool.query<JobRow>(CLAIM, [kinds, now, failing, busy, limit, leaseMs, worker]);
      return rows.map(toJob);
    },

    async finish({ key, worker, now, runAt, error }) {
      await pool.query(
        `with over as (
           delete from jobs where job_key = $1 and leased_by = $2 and $4::timestamptz is null and $5::text is null
         )
         update jobs
            set leased_until = null, leased_by = null, last_finished_at = $3, last_error = $5,
                failures = case when $5::text is null then 0 else failures + 1 end,
                run_at = coalesce($4, 'infinity')
          where job_key = $1 and leased_by = $2 and not ($4::timestamptz is null and $5::text is null)`,
        [key, worker, now, runAt, error],
      );
    },

    async release(worker) {
      await pool.query('update jobs set leased_until = null, leased_by = null where leased_by = $1', [worker]);
    },

    async syncPeriodic(kind, specs, now) {
      await pool.query(SYNC, [
        kind,
        specs.map(({ key }) => key),
        specs.map(({ subject }) => subject),
        specs.map(({ payload }) => storableJson(payload)),
        specs.map(({ intervalMs }) => intervalMs),
        specs.map(({ key, intervalMs }) => stablePhaseMs(key, intervalMs)),
        specs.map(({ key, intervalMs }) => firstRun(now, key, intervalMs)),
        now,
      ]);
    },

    async enqueue({ key, kind, subject, payload }, runAt) {
      const { rowCount } = await pool.query(
        `insert into jobs (job_key, kind, subject, payload, run_at) values ($1, $2, $3, $4, $5)
         on conflict (job_key) do nothing`,
        [key, kind, subject, storableJson(payload), runAt],
      );
      return rowCount === 1;
    },

    async runNow(key, now) {
      const { rowCount } = await pool.query(
        'update jobs set run_at = least(run_at, $2), failures = 0 where job_key = $1 and leased_until is null',
        [key, now],
      );
      return rowCount === 1;
    },
  };
}

const CLAIM = `
with candidates as materialized (
  select j.job_key, j.subject, j.run_at
    from jobs j
   where j.kind = any($1::text[])
     and j.run_at <= $2
     and (j.leased_until is null or j.leased_until <= $2)
     and (j.failures > 0) = $3
     and j.subject <> all($4::text[])
     and not exists (select from jobs o where o.subject = j.subject and o.leased_until > $2)
   order by j.run_at, j.job_key
   limit 8 * $5
     for update skip locked
), one_each as (
  select distinct on (subject) job_key, run_at from candidates order by subject, run_at, job_key
), chosen as (
  select job_key from one_each order by run_at, job_key limit $5
)
update jobs j
   set leased_until = $2::timestamptz + make_interval(secs => $6 / 1000.0), leased_by = $7, last_started_at = $2
  from chosen c
 where j.job_key = c.job_key
returning j.job_key, j.kind, j.subject, j.payload, j.interval_ms, j.phase_ms, j.failures`;

// A collector that was away for long must not find everything due at once: what is overdue by a period starts afresh.
const SYNC = `
with wanted as (
  select * from unnest($2::text[], $3::text[], $4::jsonb[], $5::bigint[], $6::bigint[], $7::timestamptz[])
    as w (job_key, subject, payload, interval_ms, phase_ms, run_at)
), gone as (
  delete from jobs where kind = $1 and interval_ms is not null and job_key <> all($2::text[])
)
insert into jobs as j (job_key, kind, subject, payload, interval_ms, phase_ms, run_at)
select job_key, $1, subject, payload, interval_ms, phase_ms, run_at from wanted
on conflict (job_key) do update
   set subject = excluded.subject, payload = excluded.payload, interval_ms = excluded.interval_ms,
       phase_ms = excluded.phase_ms,
       run_at = case when j.interval_ms = excluded.interval_ms
                      and j.run_at > $8::timestamptz - make_interval(secs => j.interval_ms / 1000.0)
                     then j.run_at else excluded.run_at end`;
