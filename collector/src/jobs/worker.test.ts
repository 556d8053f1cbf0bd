import { createWorker, type JobHandler, type WorkerOptions } from './worker.js';
import type { ClaimOptions, Finish, Job, JobQueue } from './queue.js';

/** A queue in memory with the same promises: no subject twice at once, failing ones apart. */
function memoryQueue(jobs: Job[]): JobQueue & { finished: Finish[] } {
  const finished: Finish[] = [];
  return {
    finished,
    async claim({ failing, limit, busy }: ClaimOptions) {
      const taken: Job[] = [];
      for (const job of [...jobs]) {
        if (taken.length >= limit) break;
        const isBusy = busy.includes(job.subject) || taken.some(({ subject }) => subject === job.subject);
        if (job.failures > 0 !== failing || isBusy) continue;
        jobs.splice(jobs.indexOf(job), 1);
        taken.push(job);
      }
      return taken;
    },
    async finish(finish) {
      finished.push(finish);
    },
    async release() {},
  };
}

const job = (subject: string, failures = 0, key = `poll:${subject}`): Job => ({
  key,
  kind: 'poll',
  subject,
  payload: {},
  intervalMs: 60_000,
  phaseMs: 0,
  failures,
});

const until = async (condition: () => boolean) => {
  const limit = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > limit) throw new Error('the condition did not come true');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
};

function workerOf(queue: JobQueue, handler: JobHandler, more: Partial<WorkerOptions> = {}, deadlineMs = 30_000) {
  return createWorker({
    queue,
    kinds: { poll: { handler, deadlineMs } },
    name: 'test',
    concurrency: 4,
    now: () => new Date('2026-01-01T00:00:30Z'),
    onError: () => undefined,
    pollMs: 5,
    ...more,
  });
}

const hangs: JobHandler = (_job, signal) =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve({ ok: false, error: 'aborted' })));

test('the dead take a quarter of the places and delay nobody', async () => {
  const dead = Array.from({ length: 20 }, (_, i) => job(`dead-${i}`, 3));
  const alive = Array.from({ length: 20 }, (_, i) => job(`alive-${i}`));
  const queue = memoryQueue([...dead, ...alive]);
  const worker = workerOf(queue, (one, signal) =>
    one.subject.startsWith('dead') ? hangs(one, signal) : Promise.resolve({ ok: true as const }),
  );
  await worker.start();
  await until(() => queue.finished.length === 20);
  expect(queue.finished.every(({ key, error }) => key.startsWith('poll:alive') && error === null)).toBe(true);
  expect(worker.runningCount).toBe(1);
  await worker.stop();
});

test('a device is asked one thing at a time', async () => {
  const queue = memoryQueue([job('a', 0, 'poll:a:1'), job('a', 0, 'poll:a:2'), job('a', 0, 'poll:a:3')]);
  let running = 0;
  let most = 0;
  const worker = workerOf(queue, async () => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
    return { ok: true };
  });
  await worker.start();
  await until(() => queue.finished.length === 3);
  await worker.stop();
  expect(most).toBe(1);
});

test('a run past its deadline is aborted, failed and tried later', async () => {
  const queue = memoryQueue([job('slow', 1)]);
  const worker = workerOf(queue, hangs, {}, 20);
  await worker.start();
  await until(() => queue.finished.length === 1);
  await worker.stop();
  expect(worker.counters).toMatchObject({ late: 1, failed: 1, abandoned: 0 });
  expect(queue.finished[0]?.error).toBe('did not end within 0.02 s');
  expect(queue.finished[0]?.runAt?.getTime()).toBeGreaterThanOrEqual(Date.parse('2026-01-01T00:02:30Z'));
});

test('a handler that throws fails its job only', async () => {
  const queue = memoryQueue([job('bad'), job('good')]);
  const worker = workerOf(queue, async (one) => {
    if (one.subject === 'bad') throw new Error('a bug');
    return { ok: true };
  });
  await worker.start();
  await until(() => queue.finished.length === 2);
  await worker.stop();
  expect(queue.finished.map(({ key, error }) => [key, error]).sort()).toEqual([
    ['poll:bad', 'a bug'],
    ['poll:good', null],
  ]);
});

test('goes on when the queue fails for a while, and interrupts what runs when it stops', async () => {
  const queue = memoryQueue([job('a')]);
  let asked = 0;
  const flaky: JobQueue = {
    ...queue,
    claim: async (options) => {
      if (++asked < 3) throw new Error('connection lost');
      return queue.claim(options);
    },
  };
  const worker = workerOf(flaky, hangs);
  await worker.start();
  await until(() => worker.runningCount === 1);
  await worker.stop();
  expect(worker.counters.queueErrors).toBe(2);
  expect(queue.finished).toEqual([]);
});
