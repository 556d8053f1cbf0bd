import { describeDatabase, useDatabase } from './database.js';

describeDatabase('views of schema grafana', (edition) => {
  const database = useDatabase(edition);

  test('answer the reader, also when there is nothing', async () => {
    const { rows: views } = await database.pool.query<{ name: string }>(
      `select viewname as name from pg_views where schemaname = 'grafana' order by viewname`,
    );
    expect(views.length).toBeGreaterThan(20);
    const reader = database.poolAs('grafana_reader');
    for (const { name } of views) await reader.query(`select * from grafana.${name} limit 1`);
  });
});
