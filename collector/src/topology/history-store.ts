import type pg from 'pg';
import type { ChurnQuery, ChurnWindow, FlapsQuery, LinkFlap } from './history-schemas.js';
import { INTERVAL_COLUMNS, toInterval, type IntervalRow } from './edge-store.js';
import type { EdgeInterval } from './edges.js';
import { edgeAt, type LaterChange, type PollingThen } from './history.js';
import type { OperStatus } from './schemas.js';

/** An edge as it was at an instant, with the state of its ports then. */
export interface PastEdge {
  readonly edge: EdgeInterval;
  readonly site: string | null;
  readonly aOper: OperStatus;
  readonly bOper: OperStatus;
  readonly speedBps: number | null;
}

export interface PastState {
  readonly edges: readonly PastEdge[];
  /** Devices of the inventory of then that did not answer then. */
  readonly silent: ReadonlySet<string>;
  /** When each device answered for the first time ever; null: never. */
  readonly firstPolled: ReadonlyMap<string, Date | null>;
  /** True when there are more edges than are read at once. */
  readonly isCut: boolean;
}

export interface PastQuery {
  readonly at: Date;
  readonly site?: string | undefined;
  readonly role?: string | undefined;
  readonly subject?: 'link' | 'host' | undefined;
  /** Without evidence and score, which are most of what an edge weighs. */
  readonly brief?: boolean;
}

/** What the API reads of the past. */
export interface HistoryReads {
  stateAt(query: PastQuery): Promise<PastState>;
  churn(query: { from: Date; to: Date } & Pick<ChurnQuery, 'windowSec' | 'site'>): Promise<ChurnWindow[]>;
  flaps(query: FlapsQuery): Promise<LinkFlap[]>;
}

/** More than any network of the targets has (20,000 hosts), and still an answer that fits in memory. */
const MAX_EDGES = 60_000;

export function historyReads(pool: pg.Pool): HistoryReads {
  return {
    async stateAt(query) {
      const { at, site, role, subject } = query;
      const [edges, changes, devices, unread] = await Promise.all([
        pool.query<PastRow>(stateAtSql(query.brief === true), [
          at,
          site ?? null,
          subject ?? null,
          role ?? null,
          MAX_EDGES + 1,
        ]),
        pool.query<ChangeRow>(LATER_CHANGES, [at]),
        pool.query<DeviceRow>('select device_id, site_id, silent, first_polled_at from devices_at($1)', [at]),
        pool.query<{ device_id: string; kind: string }>('select device_id, kind from unread_at($1)', [at]),
      ]);
      const silent = new Set(devices.rows.filter((row) => row.silent).map(({ device_id }) => device_id));
      const polling = { silent, unread: setsOf(unread.rows) };
      const later = new Map<string, LaterChange[]>();
      for (const { edge_id, at: changedAt, fields, was_away } of changes.rows) {
        const known = later.get(edge_id) ?? [];
        later.set(edge_id, known);
        known.push({ at: changedAt.toISOString(), fields, wasAway: was_away });
      }
      const inSite = (row: DeviceRow) => site === undefined || row.site_id === site;
      return {
        edges: edges.rows.slice(0, MAX_EDGES).flatMap((row) => toPast(row, at, later.get(row.edge_id) ?? [], polling)),
        silent: new Set(devices.rows.filter((row) => row.silent && inSite(row)).map(({ device_id }) => device_id)),
        firstPolled: new Map(devices.rows.map(({ device_id, first_polled_at }) => [device_id, first_polled_at])),
        isCut: edges.rows.length > MAX_EDGES,
      };
    },

    async churn({ from, to, windowSec, site }) {
      const values = [from, to, windowSec, site ?? null];
      const [changes, lives] = await Promise.all([
        pool.query<ChurnRow>(CHURN, values),
        pool.query<LivesRow>(LIVES, values),
      ]);
      const present = (row: ChurnRow): number =>
        lives.rows
          .filter(({ site_id, subject }) => site_id === row.site_id && subject === row.subject)
          .filter(({ first_window }) => first_window <= row.window_number)
          .filter(({ gone_window }) => gone_window === null || gone_window > row.window_number)
          .reduce((sum, one) => sum + one.lives, 0);
      return changes.rows.map((row) => {
        const { subject, added, removed, moved, total } = row;
        const time = new Date(from.getTime() + row.window_number * windowSec * 1000).toISOString();
        const before = present(row);
        const rate = before === 0 ? null : total / before;
        return { time, site: row.site_id, subject, added, removed, moved, total, rate };
      });
    },

    async flaps({ site, limit }) {
      const { rows } = await pool.query<FlapRow>(
        `select edge_id, site, a, b, flaps_1h::int, flaps_24h::int, last_change
           from grafana.link_flaps
          where ($1::text is null or site = $1)
          order by flaps_24h desc, flaps_1h desc, last_change desc, edge_id
          limit $2`,
        [site ?? null, limit],
      );
      return rows.map((row) => ({
        edge: row.edge_id,
        site: row.site,
        a: row.a,
        b: row.b,
        flaps1h: row.flaps_1h,
        flaps24h: row.flaps_24h,
        lastChange: row.last_change.toISOString(),
      }));
    },
  };
}

function setsOf(rows: readonly { device_id: string; kind: string }[]): Map<string, Set<string>> {
  const sets = new Map<string, Set<string>>();
  for (const { device_id, kind } of rows) sets.set(device_id, (sets.get(device_id) ?? new Set<string>()).add(kind));
  return sets;
}

interface DeviceRow {
  device_id: string;
  site_id: string;
  silent: boolean;
  first_polled_at: Date | null;
}

interface ChangeRow {
  edge_id: string;
  at: Date;
  fields: LaterChange['fields'];
  was_away: boolean;
}

interface PastRow extends IntervalRow {
  site_id: string | null;
  a_oper: OperStatus | null;
  b_oper: OperStatus | null;
  a_speed: number | null;
  b_speed: number | null;
}

function toPast(row: PastRow, at: Date, later: readonly LaterChange[], polling: PollingThen): PastEdge[] {
  const edge = edgeAt(toInterval(row), at, later, polling);
  if (edge === undefined) return [];
  const speeds = [row.a_speed, row.b_speed].filter((speed): speed is number => speed !== null && speed > 0);
  return [
    {
      edge,
      site: row.site_id,
      aOper: row.a_oper ?? 'unknown',
      bOper: row.b_oper ?? 'unknown',
      speedBps: speeds.length === 0 ? null : Math.min(...speeds),
    },
  ];
}

/**
 * Lives that go through an instant, and those of which it was not decided yet that they had ended: when nobody could
 * be asked then, they were unknown and not gone.
 */
export const LIVES_AT = (at: string): string =>
  `select * from edges where valid_from <= ${at} and (valid_to is null or valid_to >= ${at} or close_decided_at > ${at})`;

/** $1 the instant, $2 a site, $3 a subject, $4 a role of one of its ends, $5 the most rows. */
const stateAtSql = (isBrief: boolean): string => `
select ${isBrief ? INTERVAL_COLUMNS.replace('evidence, score,', `'[]'::jsonb as evidence, '[]'::jsonb as score,`) : INTERVAL_COLUMNS}, e.site_id,
       ia.body ->> 'operStatus' as a_oper, ib.body ->> 'operStatus' as b_oper,
       (ia.body ->> 'speedBps')::float8 as a_speed, (ib.body ->> 'speedBps')::float8 as b_speed
  from (${LIVES_AT('$1')}) e
  left join lateral (
         select f.body from facts_interfaces f
          where f.device_id = e.a_dev and f.row_key = e.a_if::text
            and f.valid_from <= $1 and (f.valid_to is null or f.valid_to > $1)
          order by f.valid_from desc limit 1) ia on e.a_if is not null
  left join lateral (
         select f.body from facts_interfaces f
          where f.device_id = e.b_dev and f.row_key = e.b_if::text
            and f.valid_from <= $1 and (f.valid_to is null or f.valid_to > $1)
          order by f.valid_from desc limit 1) ib on e.b_if is not null
 where ($2::text is null or e.site_id = $2)
   and ($3::text is null or e.subject = $3)
   and ($4::text is null
        or exists (select from devices d where d.device_id in (e.a_dev, e.b_dev) and d.role = $4)
        or exists (select from nodes n where n.node_id in (e.a_dev, e.b_dev) and n.role = $4))
 limit $5`;

/** Newest first, so that taking them back one after the other ends at the instant. */
const LATER_CHANGES = `
select v.edge_id, v.at, v.fields,
       v.fields ? 'presence' and not exists (
         select from edge_events r
          where r.edge_id = v.edge_id and r.change = 'removed' and r.at > $1 and r.event_id < v.event_id) as was_away
  from edge_events v
  join edges e on e.edge_id = v.edge_id and e.valid_from <= $1
 where v.at > $1 and v.fields <> '{}'
 order by v.event_id desc`;

interface ChurnRow {
  window_number: number;
  site_id: string | null;
  subject: 'link' | 'host';
  added: number;
  removed: number;
  moved: number;
  total: number;
}

/** $1 from, $2 to, $3 window in seconds, $4 a site. Windows are counted from the start that was asked for. */
const CHURN = `
select floor(extract(epoch from c.at - $1::timestamptz) / $3)::int as window_number, c.site_id, c.subject,
       count(*) filter (where c.change = 'added')::int as added,
       count(*) filter (where c.change = 'removed')::int as removed,
       count(*) filter (where c.change = 'moved')::int as moved,
       count(*)::int as total
  from churn_events c
 where c.at >= $1 and c.at < $2 and ($4::text is null or c.site_id = $4)
 group by 1, 2, 3
 order by 1, 2 nulls last, 3 desc`;

interface LivesRow {
  site_id: string | null;
  subject: 'link' | 'host';
  first_window: number;
  /** The first window at whose start it was gone; null while it lives. */
  gone_window: number | null;
  lives: number;
}

/** Lives by the windows at whose start they were there; parameters as of `CHURN`. */
const LIVES = `
select e.site_id, e.subject,
       greatest(0, ceil(extract(epoch from e.valid_from - $1::timestamptz) / $3))::int as first_window,
       floor(extract(epoch from e.valid_to - $1::timestamptz) / $3)::int + 1 as gone_window,
       count(*)::int as lives
  from edges e
 where e.valid_from <= $2 and (e.valid_to is null or e.valid_to >= $1) and ($4::text is null or e.site_id = $4)
 group by 1, 2, 3, 4`;

interface FlapRow {
  edge_id: string;
  site: string | null;
  a: string;
  b: string;
  flaps_1h: number;
  flaps_24h: number;
  last_change: Date;
}
