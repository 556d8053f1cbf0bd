import type { Job } from '../src/jobs/queue.js';
import { retentionJobs, runRetention, topologyRetention } from '../src/jobs/retention.js';
import { describeDatabase, useDatabase } from './database.js';

describeDatabase('retention', (edition) => {
  const db = useDatabase(edition);
  const now = new Date('2026-06-30T00:00:00Z');

  test('takes what is too old of every table, and nothing that is open', async () => {
    await db.pool.query(`insert into sites values ('s', 'S');
      insert into devices (device_id, address, port, site_id, role, profile) values ('d', '192.0.2.1', 161, 's', 'r', 'p');
      insert into facts_arp (device_id, row_key, body, valid_from, valid_to)
        values ('d', '1', '{"ip": "10.0.0.1"}', '2026-01-01', '2026-01-02'), ('d', '2', '{"ip": "10.0.0.2"}', '2026-01-01', null);
      insert into raw_rows values ('2026-01-01', 'd', 'arp', '1', 'appeared', '{}'), ('2026-06-29 12:00Z', 'd', 'arp', '1', 'gone', '{}');
      insert into poll_outcomes values ('2026-01-01', 'd', 'm', '*', '*', 'complete', null, 1, 1), ('2026-06-29 12:00Z', 'd', 'm', '*', '*', 'complete', null, 1, 1)`);
    const rules = topologyRetention({ rawDays: 7, pollDays: 30, edgeDays: 400 });
    const { kinds, specs } = retentionJobs(db.pool, rules, () => now);
    const job = { phaseMs: 0, failures: 0, ...specs[0] } as Job;
    expect(await kinds.retention.handler(job, new AbortController().signal)).toEqual({ ok: true });
    const counts = await db.pool.query(
      'select (select count(*) from facts_arp)::int as facts, (select count(*) from raw_rows)::int as raw, (select count(*) from poll_outcomes)::int as polls',
    );
    expect(counts.rows).toEqual([{ facts: 1, raw: 1, polls: 1 }]);
  });

  test('a table that cannot be cleaned does not keep the others from it', async () => {
    const result = await runRetention(
      db.pool,
      [
        { table: 'no_such_table', time: 'at', days: 1 },
        { table: 'edge_events', time: 'at', days: 1 },
      ],
      now,
    );
    expect(result).toMatchObject({ ok: false, error: expect.stringContaining('no_such_table') });
  });
});
