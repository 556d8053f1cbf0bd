import type { Component } from '../lib/component.js';
import type { Job, JobQueue } from './queue.js';
import { nextRun, retryRun } from './schedule.js';

/** How a run ended. `error` is one sentence for people. */
export type JobResult = { readonly ok: true } | { readonly ok: false; readonly error: string };

/** Does one job. Must end soon after `signal` is aborted. May run twice: a collector can die before it is recorded. */
export type JobHandler = (job: Job, signal: AbortSignal) => Promise<JobResult>;

export interface JobKind {
  readonly handler: JobHandler;
  /** After this the run is aborted and counts as failed. */
  readonly deadlineMs: number;
}

export interface WorkerOptions {
  readonly queue: JobQueue;
  readonly kinds: Readonly<Record<string, JobKind>>;
  /** The same after a restart, so that leases of the last life are given back. */
  readonly name: string;
  /** Runs at once. Of these at most a quarter are of subjects that failed last time: the dead delay nobody. */
  readonly concurrency: number;
  readonly now: () => Date;
  readonly onError: (error: unknown, what: string) => void;
  readonly pollMs?: number;
  readonly stopDeadlineMs?: number;
}

export interface WorkerCounters {
  claimed: number;
  succeeded: number;
  failed: number;
  /** Ended by the deadline. */
  late: number;
  /** Did not end even then; its subject stays busy until it does. */
  abandoned: number;
  /** The queue could not be asked or told. */
  queueErrors: number;
}

export interface Worker extends Component {
  readonly counters: Readonly<WorkerCounters>;
  readonly runningCount: number;
  /** Looks for due jobs at once. */
  wake(): void;
}

interface Run {
  readonly job: Job;
  readonly abort: AbortController;
  done: Promise<void>;
}

/** Why a run is aborted when the worker stops: nobody's failure, so nothing of it is recorded. */
const STOPPING = new Error('the worker stops');
export const isStopping = (signal: AbortSignal): boolean => signal.reason === STOPPING;

/** After its deadline a handler has this long to notice. */
const ABORT_GRACE_MS = 5_000;
const MAX_QUEUE_WAIT_MS = 10_000;

export function createWorker(options: WorkerOptions): Worker {
  const { queue, kinds, name, concurrency, now, onError } = options;
  const pollMs = options.pollMs ?? 500;
  const longestMs = Math.max(...Object.values(kinds).map(({ deadlineMs }) => deadlineMs));
  const leaseMs = longestMs + 2 * ABORT_GRACE_MS;
  const suspectPlaces = Math.max(1, Math.floor(concurrency / 4));
  const counters: WorkerCounters = { claimed: 0, succeeded: 0, failed: 0, late: 0, abandoned: 0, queueErrors: 0 };
  const runs = new Set<Run>();
  /** Subjects of runs that ignored their deadline. */
  const stuck = new Map<string, Promise<unknown>>();
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  let again = false;
  let stopping = true;
  let queueErrorsInARow = 0;

  const runJob = async (run: Run): Promise<void> => {
    const { job, abort } = run;
    const kind = kinds[job.kind];
    if (!kind) return;
    const result = await withDeadline(kind, job, abort);
    if (isStopping(abort.signal)) return; // interrupted, not failed: the next life does it
    if (result.ok) counters.succeeded++;
    else counters.failed++;
    const at = now();
    const { intervalMs, phaseMs, failures, key } = job;
    const error = result.ok ? null : result.error.slice(0, 1_000);
    const runAt =
      intervalMs === null
        ? null
        : result.ok
          ? nextRun(at, intervalMs, phaseMs)
          : retryRun(at, intervalMs, phaseMs, failures + 1);
    await queue.finish({ key, worker: name, now: at, runAt, error }).catch((failure: unknown) => {
      counters.queueErrors++;
      onError(failure, `recording the end of ${key}`); // its lease ends by itself and it runs again
    });
  };

  const withDeadline = async (kind: JobKind, job: Job, abort: AbortController): Promise<JobResult> => {
    const failed = (error: unknown): JobResult => {
      onError(error, `running ${job.key}`);
      return { ok: false, error: error instanceof Error ? error.message : String(error) };
    };
    const work = kind.handler(job, abort.signal).catch(failed);
    const deadline = timeout(kind.deadlineMs);
    const inTime = await Promise.race([work, deadline.promise]);
    deadline.cancel();
    if (inTime !== LATE) return inTime;
    counters.late++;
    abort.abort(new Error('deadline'));
    const grace = timeout(ABORT_GRACE_MS);
    const ended = await Promise.race([work, grace.promise]);
    grace.cancel();
    if (ended === LATE) {
      counters.abandoned++;
      const ending = work.finally(() => stuck.delete(job.subject));
      stuck.set(job.subject, ending);
    }
    return { ok: false, error: `did not end within ${kind.deadlineMs / 1000} s` };
  };

  const claim = async (failing: boolean, places: number): Promise<void> => {
    const busy = [...[...runs].map(({ job }) => job.subject), ...stuck.keys()];
    const jobs = await queue.claim({
      kinds: Object.keys(kinds),
      worker: name,
      now: now(),
      leaseMs,
      limit: Math.max(0, places),
      failing,
      busy,
    });
    counters.claimed += jobs.length;
    for (const job of jobs) {
      const run: Run = { job, abort: new AbortController(), done: Promise.resolve() };
      runs.add(run);
      run.done = runJob(run).finally(() => {
        runs.delete(run);
        wake();
      });
    }
  };

  const look = async (): Promise<void> => {
    do {
      again = false;
      try {
        const suspects = [...runs].filter(({ job }) => job.failures > 0).length;
        if (!stopping) await claim(false, concurrency - runs.size);
        if (!stopping) await claim(true, Math.min(suspectPlaces - suspects, concurrency - runs.size));
        queueErrorsInARow = 0;
      } catch (error) {
        counters.queueErrors++;
        queueErrorsInARow++;
        onError(error, 'asking for due jobs');
        return;
      }
    } while (again && !stopping);
  };

  function wake(): void {
    if (stopping) return;
    if (looking) {
      again = true;
      return;
    }
    clearTimeout(timer);
    looking = look().finally(() => {
      looking = undefined;
      const waitMs = Math.min(pollMs * 2 ** Math.min(queueErrorsInARow, 10), MAX_QUEUE_WAIT_MS);
      if (!stopping) timer = setTimeout(wake, queueErrorsInARow > 0 ? waitMs : pollMs);
    });
  }

  return {
    name: 'job worker',
    counters,
    get runningCount() {
      return runs.size;
    },
    wake,
    async start() {
      await queue.release(name);
      stopping = false;
      wake();
    },
    async stop() {
      stopping = true;
      clearTimeout(timer);
      await looking;
      for (const { abort } of runs) abort.abort(STOPPING);
      const limit = timeout(options.stopDeadlineMs ?? 10_000);
      await Promise.race([Promise.allSettled([...runs].map(({ done }) => done)), limit.promise]);
      limit.cancel();
      await queue.release(name);
    },
  };
}

const LATE = Symbol('late');

function timeout(ms: number): { promise: Promise<typeof LATE>; cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  const promise = new Promise<typeof LATE>((resolve) => (timer = setTimeout(() => resolve(LATE), ms)));
  return { promise, cancel: () => clearTimeout(timer) };
}
