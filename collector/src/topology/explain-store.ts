import type pg from 'pg';
import type { DevicePort, PreviousLink } from './explain-schemas.js';
import type { EdgeEvent, OperStatus } from './schemas.js';

/** What explaining reads beside the map and the facts in memory. */
export interface ExplainReads {
  /** The last link between the two that has ended, within the retention of edges. */
  previousLink(a: string, b: string): Promise<PreviousLink | null>;
  ports(device: string): Promise<DevicePort[]>;
  /** The newest changes of the node's links, oldest left out. */
  nodeEvents(node: string): Promise<EdgeEvent[]>;
}

const MAX_EVENTS = 30;
/** Hosts named on a port; the others are counted. */
const MAX_HOSTS = 3;

export function explainReads(pool: pg.Pool): ExplainReads {
  return {
    async previousLink(a, b) {
      const { rows } = await pool.query<PreviousRow>(
        `select a_dev, a_if, a_if_name, b_dev, b_if, b_if_name, method, valid_from, last_seen, close_reason
           from edges
          where valid_to is not null and ((a_dev = $1 and b_dev = $2) or (a_dev = $2 and b_dev = $1))
          order by valid_to desc
          limit 1`,
        [a, b],
      );
      const [row] = rows;
      if (!row) return null;
      return {
        a: { node: row.a_dev, ifIndex: row.a_if, ifName: row.a_if_name },
        b: { node: row.b_dev, ifIndex: row.b_if, ifName: row.b_if_name },
        method: row.method,
        firstSeen: row.valid_from.toISOString(),
        lastSeen: row.last_seen.toISOString(),
        reason: row.close_reason,
      };
    },

    async ports(device) {
      const { rows } = await pool.query<PortRow>(
        `select i.if_index, i.if_name, i.if_descr, i.if_alias, i.oper_status, i.admin_status, i.speed_bps, i.in_bps,
                i.out_bps, coalesce(h.hosts, 0)::int as hosts, coalesce(h.some, '[]') as some
           from interfaces i
           left join (select a_if, count(*) as hosts,
                             jsonb_agg(jsonb_build_object('id', id, 'title', title) order by id) filter (where place <= $2)
                               as some
                        from (select a_if, b_dev as id, coalesce(ips[1], substr(b_dev, 6)) as title,
                                     row_number() over (partition by a_if order by ips[1] nulls last, b_dev) as place
                                from edges
                               where valid_to is null and subject = 'host' and a_dev = $1 and b_dev like 'host:%') e
                       group by a_if) h on h.a_if = i.if_index
          where i.device_id = $1
          order by i.if_index`,
        [device, MAX_HOSTS],
      );
      return rows.map((row) => ({
        ifIndex: row.if_index,
        ifName: row.if_name ?? row.if_descr ?? String(row.if_index),
        alias: row.if_alias,
        operStatus: row.oper_status,
        adminStatus: row.admin_status,
        speedBps: row.speed_bps,
        inBps: row.in_bps,
        outBps: row.out_bps,
        hostCount: row.hosts,
        hosts: row.some,
      }));
    },

    async nodeEvents(node) {
      // an end is written as its node, or as node and port with a space between (edge-store.ts, endText)
      const { rows } = await pool.query<EventRow>(
        `select event_id, at, change, subject, edge_id, site_id, a, b, detail
           from edge_events
          where not first_discovery
            and (a = $1 or b = $1 or starts_with(a, $1 || ' ') or starts_with(b, $1 || ' '))
          order by at desc, event_id desc
          limit $2`,
        [node, MAX_EVENTS],
      );
      return rows.map((row) => ({
        id: row.event_id,
        at: row.at.toISOString(),
        change: row.change,
        subject: row.subject,
        edge: row.edge_id,
        site: row.site_id,
        a: row.a,
        b: row.b,
        detail: row.detail,
      }));
    },
  };
}

interface PreviousRow {
  a_dev: string;
  a_if: number | null;
  a_if_name: string | null;
  b_dev: string;
  b_if: number | null;
  b_if_name: string | null;
  method: PreviousLink['method'];
  valid_from: Date;
  last_seen: Date;
  close_reason: string | null;
}

interface PortRow {
  if_index: number;
  if_name: string | null;
  if_descr: string | null;
  if_alias: string | null;
  oper_status: OperStatus;
  admin_status: OperStatus;
  speed_bps: number | null;
  in_bps: number | null;
  out_bps: number | null;
  hosts: number;
  some: DevicePort['hosts'];
}

interface EventRow {
  event_id: string;
  at: Date;
  change: EdgeEvent['change'];
  subject: EdgeEvent['subject'];
  edge_id: string;
  site_id: string | null;
  a: string;
  b: string;
  detail: string;
}
