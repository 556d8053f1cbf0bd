import type pg from 'pg';
import { migrate } from '../src/db/migrate.js';
import { createPool } from '../src/db/pool.js';
import { buildGraph, type GraphEdge } from '../src/topology/graph.js';
import { findPath } from '../src/topology/path.js';
import { startPlain } from '../test/postgres.js';
import { medianOf, rounded, type BenchRow } from './report.js';

/** Stages of two parallel links each: every further one doubles the ways. */
const STAGES = [10, 12, 14, 16, 18] as const;
const TURNS = 3;

const stage = (number: number): string => `s${String(number).padStart(3, '0')}`;

/** The seed's way: follow links outward with the nodes seen so far in an array. The view is read once only. */
const FOLLOW = `
  with recursive links as materialized (select a_dev, b_dev from vw_links_canonical),
  steps as materialized (select a_dev as here, b_dev as there from links union all select b_dev, a_dev from links),
  walk as (
    select $1::text as node, array[$1::text] as visited
    union all
    select s.there, w.visited || s.there
      from walk w join steps s on s.here = w.node
     where s.there <> all (w.visited)
  )
  select count(*)::int as ways, min(cardinality(visited))::int as shortest from walk where node = $2`;

async function fill(pool: pg.Pool, stages: number): Promise<void> {
  await pool.query('truncate edges');
  const ends = Array.from({ length: stages }, (_, i) => [0, 1].map((twin) => [i, twin] as const)).flat();
  await pool.query(
    `insert into edges (edge_id, edge_key, subject, a_dev, a_if, a_if_name, b_dev, b_if, b_if_name, layer, method, sides,
       confidence, members, vlans, ips, oper_status, evidence, score, witnesses, valid_from, last_seen, state,
       missed_polls, confirmations)
     select id, id, 'link', a, a_if, 'out' || a_if, b, b_if, 'in' || b_if, 2, 'lldp', 2, 1, '[]', '{}', '{}', 'up', '[]',
            '[]', '[]', now(), now(), 'current', 0, 3
       from unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::int[]) as t (id, a, a_if, b, b_if)`,
    [
      ends.map(([i, twin]) => `e${i}-${twin}`),
      ends.map(([i]) => stage(i)),
      ends.map(([, twin]) => 10 + twin),
      ends.map(([i]) => stage(i + 1)),
      ends.map(([, twin]) => 20 + twin),
    ],
  );
}

function ourPath(stages: number): number {
  const end = (node: string, ifIndex: number) => ({ node, ifIndex, ifName: null, operStatus: 'up' as const });
  const edges = Array.from({ length: 2 * stages }, (_, i): GraphEdge => ({
    id: `e${String(i).padStart(3, '0')}`,
    a: end(stage(i >> 1), 10 + (i & 1)),
    b: end(stage((i >> 1) + 1), 20 + (i & 1)),
    layer: 2,
    method: 'lldp',
    confidence: 1,
    blocked: (i & 1) === 1,
    members: [],
    vlans: [],
    lastSeen: '2026-01-01T00:00:00.000Z',
    state: 'current',
  }));
  const start = performance.now();
  findPath(buildGraph([], edges), stage(0), stage(stages), { layer: 2, now: new Date(0), alternatives: 2 });
  return performance.now() - start;
}

/** One path beside the recursive query over the same links, and how the query grows with the redundant stages. */
export async function sqlRows(wanted: (id: string) => boolean, log: (line: string) => void): Promise<BenchRow[]> {
  if (!wanted('path-sql')) return [];
  let ended = false;
  const server = await startPlain();
  const pool = createPool(server.url, {
    applicationName: 'plantgraph-bench',
    queryTimeoutMs: 65_000,
    statementTimeoutMs: 60_000,
    onError: (error) => {
      if (!ended) log(`the database connection failed: ${error.message}`);
    },
  });
  try {
    await migrate(pool);
    const figures: { stages: number; sqlMs: number; oursMs: number }[] = [];
    for (const stages of STAGES) {
      await fill(pool, stages);
      const [sql, ours]: [number[], number[]] = [[], []];
      for (let turn = 0; turn < TURNS; turn++) {
        const start = performance.now();
        const { rows } = await pool.query<{ ways: number }>(FOLLOW, [stage(0), stage(stages)]);
        sql.push(performance.now() - start);
        if (rows[0]?.ways !== 2 ** stages) throw new Error(`${stages} stages gave ${rows[0]?.ways} ways`);
        ours.push(ourPath(stages));
      }
      figures.push({ stages, sqlMs: medianOf(sql), oursMs: medianOf(ours) });
      log(
        `${stages} redundant stages: recursive SQL ${medianOf(sql).toFixed(1)} ms, ours ${medianOf(ours).toFixed(2)} ms`,
      );
    }
    const last = figures.at(-1) as (typeof figures)[number];
    const growth = figures.map(({ stages, sqlMs }) => `${stages}: ${sqlMs.toFixed(0)} ms`).join(', ');
    return [
      {
        id: 'path-sql',
        name: `ms: three ways through ${last.stages} redundant stages, against recursive SQL over vw_links_canonical (${growth})`,
        ours: rounded(last.oursMs),
        peer: rounded(last.sqlMs),
        ratio: rounded(last.oursMs / last.sqlMs),
        bound: null,
        holds: null,
      },
    ];
  } finally {
    ended = true;
    await pool.end();
    await server.stop();
  }
}
