import { jobStore, type ClaimOptions } from '../src/jobs/queue.js';
import { describeDatabase, useDatabase } from './database.js';

describeDatabase('jobs', (edition) => {
  const db = useDatabase(edition);
  const start = new Date('2026-01-01T00:00:00Z');
  const later = (ms: number) => new Date(start.getTime() + ms);
  const specs = (devices: readonly string[]) =>
    devices.flatMap((device) =>
      ['tables', 'interfaces'].map((module) => ({
        key: `poll:${device}:${module}`,
        kind: 'poll',
        subject: device,
        payload: { device, module },
        intervalMs: 60_000,
      })),
    );
  const claim = (now: Date, more: Partial<ClaimOptions> = {}): ClaimOptions => ({
    kinds: ['poll'],
    worker: 'one',
    now,
    leaseMs: 90_000,
    limit: 50,
    failing: false,
    busy: [],
    ...more,
  });

  beforeEach(async () => {
    await db.pool.query('delete from jobs');
    await jobStore(db.pool).syncPeriodic('poll', specs(['a', 'b', 'c']), start);
  });

  test('nobody gets a job that another has, nor a second one of the same device', async () => {
    const [first, second] = await Promise.all([
      jobStore(db.pool).claim(claim(later(10_000), { worker: 'one' })),
      jobStore(db.pool).claim(claim(later(10_000), { worker: 'two' })),
    ]);
    const keys = [...first, ...second].map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(first.length).toBeLessThanOrEqual(3);
    const third = await jobStore(db.pool).claim(claim(later(10_000)));
    const claimed = new Set([...first, ...second].map(({ subject }) => subject));
    expect(third.filter(({ subject }) => claimed.has(subject))).toEqual([]);
  });

  test('a lease that ran out is given to the next; a finished one comes back at its time', async () => {
    const queue = jobStore(db.pool);
    const [job] = await queue.claim(claim(later(10_000), { limit: 1 }));
    expect(
      await queue.claim(claim(later(50_000), { busy: ['a', 'b', 'c'].filter((x) => x !== job?.subject) })),
    ).toEqual([]);
    const again = await queue.claim(claim(later(101_000), { worker: 'two', limit: 50 }));
    expect(again.map(({ key }) => key)).toContain(job?.key);
    const key = job?.key ?? '';
    // the first worker's word comes too late to count
    await queue.finish({ key, worker: 'one', now: later(101_000), runAt: later(999_000), error: null });
    await queue.finish({ key, worker: 'two', now: later(102_000), runAt: later(160_000), error: 'timeout' });
    const { rows } = await db.pool.query('select failures, last_error, run_at from jobs where job_key = $1', [key]);
    expect(rows).toEqual([{ failures: 1, last_error: 'timeout', run_at: later(160_000) }]);
  });

  test('jobs that failed are claimed apart', async () => {
    const queue = jobStore(db.pool);
    await db.pool.query(`update jobs set failures = 2 where subject = 'a'`);
    const healthy = await queue.claim(claim(later(10_000)));
    expect(healthy.map(({ subject }) => subject).sort()).toEqual(['b', 'c']);
    const failing = await queue.claim(claim(later(10_000), { failing: true }));
    expect(failing.map(({ subject, failures }) => [subject, failures])).toEqual([['a', 2]]);
  });

  test('a new inventory keeps the time of what stays and drops what left', async () => {
    const queue = jobStore(db.pool);
    const times = async () =>
      (await db.pool.query<{ job_key: string; run_at: Date }>('select job_key, run_at from jobs order by 1')).rows;
    const before = await times();
    await queue.syncPeriodic('poll', specs(['b', 'd']), later(30_000));
    const after = await times();
    expect(after.map(({ job_key }) => job_key)).toEqual(
      specs(['b', 'd'])
        .map(({ key }) => key)
        .sort(),
    );
    const b = (rows: typeof before) => rows.filter(({ job_key }) => job_key.startsWith('poll:b'));
    expect(b(after)).toEqual(b(before));
  });

  test('what is done once is enqueued once, goes when done, and stays with its reason when it failed', async () => {
    const queue = jobStore(db.pool);
    const once = { key: 'capture:1', kind: 'capture', subject: 'cm:1', payload: { text: 'NUL \0 and \ud800' } };
    expect(await queue.enqueue(once, start)).toBe(true);
    expect(await queue.enqueue(once, start)).toBe(false);
    const [job] = await queue.claim(claim(later(1), { kinds: ['capture'] }));
    expect(job?.payload).toEqual({ text: 'NUL  and \ufffd' });
    await queue.finish({ key: 'capture:1', worker: 'one', now: later(2), runAt: null, error: 'gone' });
    expect((await db.pool.query(`select last_error from jobs where kind = 'capture'`)).rows).toEqual([
      { last_error: 'gone' },
    ]);
    await queue.enqueue({ ...once, key: 'capture:2', subject: 'cm:2' }, start);
    await queue.claim(claim(later(1), { kinds: ['capture'] }));
    await queue.finish({ key: 'capture:2', worker: 'one', now: later(2), runAt: null, error: null });
    expect((await db.pool.query(`select from jobs where job_key = 'capture:2'`)).rowCount).toBe(0);
  });

  test('a restarted worker gets back what it had', async () => {
    const queue = jobStore(db.pool);
    const before = await queue.claim(claim(later(10_000)));
    await queue.release('one');
    const after = await queue.claim(claim(later(10_001)));
    expect(after.map(({ key }) => key).sort()).toEqual(before.map(({ key }) => key).sort());
  });
});
