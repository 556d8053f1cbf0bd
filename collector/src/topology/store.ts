import type pg from 'pg';
import { tryParseIp } from '../lib/ip.js';
import { tryParseMac } from '../lib/mac.js';
import { historyReads, LIVES_AT, type PastEdge } from './history-store.js';
import type {
  Edge,
  EdgeEvent,
  EdgesQuery,
  EventsAnswer,
  EventsQuery,
  FindAnswer,
  FindHit,
  FindQuery,
  InterfaceAnswer,
  InterfaceQuery,
  NodesQuery,
  TopologyNode,
} from './schemas.js';

/** What the API reads of the map, one function a question. Network and plant meet in the views of schema `grafana`. */
export interface TopologyReads {
  nodes(query: NodesQuery): Promise<TopologyNode[]>;
  edges(query: EdgesQuery): Promise<Edge[]>;
  /** Undefined when the device has no such interface. */
  interface(query: InterfaceQuery): Promise<InterfaceAnswer | undefined>;
  find(query: FindQuery): Promise<FindAnswer>;
  /** Newest first; `next` continues after the last. */
  events(query: EventsQuery, now: Date): Promise<EventsAnswer>;
  /** Devices whose last poll failed or is late. */
  staleDevices(): Promise<string[]>;
}

const MAX_HITS = 50;

export function topologyReads(pool: pg.Pool): TopologyReads {
  const history = historyReads(pool);
  const edgesWhere = async (sql: string, condition: string, values: readonly unknown[]): Promise<Edge[]> => {
    const { rows } = await pool.query<EdgeRow>(`${sql} where ${condition} order by id`, [...values]);
    return rows.map(toEdge);
  };

  return {
    async nodes({ site, role, at }) {
      const { rows } = await pool.query<NodeRow>(
        `select id, title, kind, role, site, address, status, statusreason, lastseen, fixedx, fixedy
           from ${at === undefined ? 'grafana.nodes' : NODES_AT}
          where ($1::text is null or site = $1) and ($2::text is null or role = $2)
          order by id`,
        [site ?? null, role ?? null, ...(at === undefined ? [] : [at])],
      );
      return rows.map(toNode);
    },

    async edges({ site, role, minConfidence, at }) {
      if (at !== undefined) {
        const { edges } = await history.stateAt({ at: new Date(at), site, role });
        return edges.filter(({ edge }) => edge.confidence >= minConfidence).map(pastEdge);
      }
      return edgesWhere(
        EDGES_NOW,
        `confidence >= $1 and ($2::text is null or site = $2)
           and ($3::text is null or exists (select from grafana.nodes n where n.id in (source, target) and n.role = $3))`,
        [minConfidence, site ?? null, role ?? null],
      );
    },

    async interface({ device, ifName }) {
      const { rows } = await pool.query<InterfaceRow>(
        `select device_id, if_index, if_name, if_descr, if_alias, oper_status, admin_status, speed_bps, in_bps, out_bps,
                polled_at
           from interfaces
          where device_id = $1 and (if_name = $2 or (if_name is null and if_descr = $2) or if_index::text = $2)
          order by (if_name = $2) desc nulls last, if_index
          limit 1`,
        [device, ifName],
      );
      const [row] = rows;
      if (!row) return undefined;
      const onPort = '((source = $1 and a_if = $2) or (target = $1 and b_if = $2))';
      const values = [row.device_id, row.if_index];
      const all = await edgesWhere(EDGES_NOW, onPort, values);
      const hosts = await pool.query<{ node: string; ips: string[]; vlans: number[] }>(
        `select case when a_dev = $1 then b_dev else a_dev end as node, ips, vlans
           from edges
          where valid_to is null and subject = 'host' and ((a_dev = $1 and a_if = $2) or (b_dev = $1 and b_if = $2))
          order by 1`,
        values,
      );
      return {
        device: row.device_id,
        ifIndex: row.if_index,
        ifName: row.if_name ?? row.if_descr ?? String(row.if_index),
        alias: row.if_alias,
        operStatus: row.oper_status,
        adminStatus: row.admin_status,
        speedBps: row.speed_bps,
        inBps: row.in_bps,
        outBps: row.out_bps,
        lastPolled: row.polled_at.toISOString(),
        edges: all.filter(({ a, b }) => !a.node.startsWith('host:') && !b.node.startsWith('host:')),
        hosts: hosts.rows.map(({ node, ips, vlans }) => ({ mac: node.replace(/^host:/, ''), ips, vlans })),
      };
    },

    async find({ q }) {
      const text = q.trim();
      const mac = tryParseMac(text);
      const ip = tryParseIp(text);
      const { rows } = await pool.query<HitRow>(FIND, [
        mac ?? null,
        ip ?? null,
        text,
        `%${escapeLike(text)}%`,
        MAX_HITS,
      ]);
      const hits = rows.map(toHit);
      if (hits.length > 0) return { query: q, hits, reason: null };
      return { query: q, hits, reason: await whyNot(pool, mac, ip) };
    },

    async events({ from, to, site, limit, cursor }, now) {
      const after = readCursor(cursor);
      const { rows } = await pool.query<EventRow>(
        `select event_id, at, change, subject, edge_id, site_id, a, b, detail
           from edge_events
          where not first_discovery
            and at >= $1 and at <= $2
            and ($3::text is null or site_id = $3)
            and ($4::timestamptz is null or (at, event_id) < ($4, $5::bigint))
          order by at desc, event_id desc
          limit $6`,
        [
          from ?? new Date(now.getTime() - 24 * 3_600_000),
          to ?? now,
          site ?? null,
          after?.at ?? null,
          after?.id ?? null,
          limit,
        ],
      );
      const last = rows.length === limit ? rows.at(-1) : undefined;
      return { events: rows.map(toEvent), next: last ? `${last.at.toISOString()}_${last.event_id}` : null };
    },

    async staleDevices() {
      const { rows } = await pool.query<{ device_id: string }>(
        'select device_id from device_states where silent order by device_id',
      );
      return rows.map(({ device_id }) => device_id);
    },
  };
}

const escapeLike = (text: string) => text.replace(/[\\%_]/g, (character) => `\\${character}`);

/** A cursor that is none starts from the beginning: it can only have been made by hand. */
function readCursor(cursor: string | undefined): { at: Date; id: string } | undefined {
  const parts = /^([\dT:.-]+Z)_(\d{1,18})$/.exec(cursor ?? '');
  const at = new Date(parts?.[1] ?? NaN);
  return parts?.[2] === undefined || Number.isNaN(at.getTime()) ? undefined : { at, id: parts[2] };
}

interface NodeRow {
  id: string;
  title: string;
  kind: TopologyNode['kind'];
  role: string | null;
  site: string | null;
  address: string | null;
  status: TopologyNode['status'];
  statusreason: string | null;
  lastseen: Date | null;
  fixedx: number | null;
  fixedy: number | null;
}

const toNode = (row: NodeRow): TopologyNode => ({
  id: row.id,
  title: row.title,
  kind: row.kind,
  role: row.role,
  site: row.site,
  address: row.address,
  status: row.status,
  statusReason: row.statusreason,
  lastSeen: row.lastseen?.toISOString() ?? null,
  x: row.fixedx,
  y: row.fixedy,
});

/** $3 is the time. A device was up then when it answered; how its neighbours saw it is not kept. */
const NODES_AT = `(
  with lives as (
    ${LIVES_AT('$3')}
  ), ends as (
    select a_dev as id from lives union select b_dev from lives union select via from lives where via is not null
  )
  select d.device_id as id, coalesce(d.sys_name, d.device_id) as title, 'device' as kind, d.role, d.site_id as site,
         d.address, case when t.silent then 'unknown' else 'up' end as status,
         case when t.silent then 'it did not answer then' end as statusreason,
         null::timestamptz as lastseen, p.x as fixedx, p.y as fixedy
    from devices_at($3) t join devices d on d.device_id = t.device_id
    left join node_positions p on p.node_id = d.device_id
  union all
  select n.node_id, n.title, n.kind, n.role, n.site_id, n.address, 'unknown', 'the status at that time is not kept',
         null, p.x, p.y
    from nodes n join ends e on e.id = n.node_id left join node_positions p on p.node_id = n.node_id
   where not exists (select from devices d where d.device_id = n.node_id)
) as nodes_then`;

interface EdgeRow {
  id: string;
  source: string;
  target: string;
  a_if: number | null;
  b_if: number | null;
  source_port: string | null;
  target_port: string | null;
  a_oper: Edge['a']['operStatus'];
  b_oper: Edge['b']['operStatus'];
  layer: number;
  method: Edge['method'];
  sides: number;
  confidence: number;
  state: Edge['state'];
  state_reason: string | null;
  blocked: boolean | null;
  members: Edge['members'];
  vlans: number[];
  via: string | null;
  speed_bps: number | null;
  load_ratio: number | null;
  first_seen: Date;
  last_seen: Date;
  evidence: Edge['evidence'];
  score: Edge['score'];
}

const toEdge = (row: EdgeRow): Edge => ({
  id: row.id,
  a: { node: row.source, ifIndex: row.a_if, ifName: row.source_port, operStatus: row.a_oper },
  b: { node: row.target, ifIndex: row.b_if, ifName: row.target_port, operStatus: row.b_oper },
  layer: row.layer,
  method: row.method,
  sides: row.sides,
  confidence: row.confidence,
  state: row.state,
  stateReason: row.state_reason,
  blocked: row.blocked,
  members: row.members,
  vlans: row.vlans,
  via: row.via,
  speedBps: row.speed_bps,
  loadRatio: row.load_ratio,
  firstSeen: row.first_seen.toISOString(),
  lastSeen: row.last_seen.toISOString(),
  evidence: row.evidence,
  score: row.score,
});

const EDGES_NOW = `select * from (
  select v.id, v.source, v.target, e.a_if, e.b_if, v.source_port, v.target_port,
         coalesce(ia.oper_status, case when e.edge_id is null then v.oper_status else 'unknown' end) as a_oper,
         coalesce(ib.oper_status, case when e.edge_id is null then v.oper_status else 'unknown' end) as b_oper,
         v.layer::int as layer, v.method, v.sides::int as sides, v.confidence, v.state, v.state_reason, e.blocked,
         coalesce(e.members, '[]') as members, coalesce(e.vlans, '{}') as vlans, v.via,
         v.speed_bps, v.load_ratio, v.first_seen, v.last_seen, v.evidence, v.score, v.site
    from grafana.edges v
    left join edges e on e.edge_id = v.id
    left join interfaces ia on ia.device_id = e.a_dev and ia.if_index = e.a_if
    left join interfaces ib on ib.device_id = e.b_dev and ib.if_index = e.b_if
) as edges_now`;

const pastEdge = ({ edge, aOper, bOper, speedBps }: PastEdge): Edge => ({
  id: edge.id,
  a: { ...edge.a, operStatus: aOper },
  b: { ...edge.b, operStatus: bOper },
  layer: edge.layer,
  method: edge.method,
  sides: edge.sides,
  confidence: edge.confidence,
  state: edge.state,
  stateReason: edge.stateReason,
  blocked: edge.blocked,
  members: edge.members.map(([a, b]) => [a, b]),
  vlans: [...edge.vlans],
  via: edge.via ?? null,
  speedBps,
  loadRatio: null,
  firstSeen: edge.firstSeen,
  lastSeen: edge.lastSeen,
  evidence: [...edge.evidence],
  score: [...edge.score],
});

interface InterfaceRow {
  device_id: string;
  if_index: number;
  if_name: string | null;
  if_descr: string | null;
  if_alias: string | null;
  oper_status: InterfaceAnswer['operStatus'];
  admin_status: InterfaceAnswer['adminStatus'];
  speed_bps: number | null;
  in_bps: number | null;
  out_bps: number | null;
  polled_at: Date;
}

interface HitRow {
  kind: FindHit['kind'];
  id: string;
  title: string;
  mac: string | null;
  ips: string[];
  site: string | null;
  device: string | null;
  port: string | null;
  vlans: number[] | null;
  via: string | null;
  evidence: FindHit['evidence'] | null;
  confidence: number | null;
  lastseen: Date | null;
  matched: FindHit['matchedBy'];
}

const toHit = (row: HitRow): FindHit => ({
  kind: row.kind,
  id: row.id,
  title: row.title,
  mac: row.mac,
  ips: row.ips,
  site: row.site,
  device: row.device,
  ifName: row.port,
  vlans: row.vlans ?? [],
  via: row.via,
  evidence: row.evidence ?? [],
  confidence: row.confidence,
  lastSeen: row.lastseen?.toISOString() ?? null,
  matchedBy: row.matched,
});

/** $1 MAC, $2 IP, $3 the text, $4 the text as a pattern. Exact matches first. */
const FIND = `
with candidates as (
  select 'host:' || $1 as id, 'mac' as matched, 0 as rank where $1::text is not null
  union all select 'cm:' || $1, 'mac', 0 where $1 is not null
  union all select node_id, 'mac', 0 from nodes where $1 = any(macs)
  union all select device_id, 'mac', 1 from interfaces where mac = $1
  union all select node_id, 'ip', 0 from nodes where $2 = any(ips)
  union all select device_id, 'ip', 0 from devices where address = $2
  union all select case when a_dev like 'host:%' then a_dev else b_dev end, 'ip', 0
              from edges where valid_to is null and subject = 'host' and ips @> array[$2]
  union all select device_id, 'ip', 1 from facts_interfaces
             where valid_to is null and $2::text is not null
               and body -> 'addresses' @> jsonb_build_array(jsonb_build_object('ip', $2))
  union all select id, 'ip', 0 from grafana.nodes where kind = 'modem' and address = $2
  union all select id, 'id', 0 from grafana.nodes where id = $3
  union all select id, 'name', case when lower(title) = lower($3) then 1 when title ilike $3 || '%' then 2 else 3 end
              from grafana.nodes where title ilike $4
  union all select device_id, 'id', 4 from devices where device_id ilike $4
), best as (
  select distinct on (id) id, matched, rank from candidates order by id, rank, matched
)
select n.kind, n.id, n.title, n.site, n.lastseen, b.matched,
       case when n.id like 'host:%' or n.id like 'cm:%' then substr(n.id, strpos(n.id, ':') + 1) else o.macs[1] end as mac,
       case when cardinality(coalesce(p.ips, '{}')) > 0 then p.ips
            when cardinality(coalesce(o.ips, '{}')) > 0 then o.ips
            when n.address is not null then array[n.address] else '{}' end as ips,
       p.device, p.port, p.vlans, p.via, p.evidence, p.confidence
  from best b
  join grafana.nodes n on n.id = b.id
  left join nodes o on o.node_id = b.id
  left join lateral (
    select case when e.a_dev = b.id then e.b_dev else e.a_dev end as device,
           case when e.a_dev = b.id then coalesce(e.b_if_name, e.b_if::text) else coalesce(e.a_if_name, e.a_if::text) end as port,
           e.vlans, e.via, e.evidence, e.confidence, e.ips
      from edges e
     where e.valid_to is null and b.id in (e.a_dev, e.b_dev) and n.kind <> 'device'
    union all
    select v.source, null, '{}', null, v.evidence, v.confidence, '{}' from plant_edges v where v.target = b.id and n.kind = 'modem'
    order by confidence desc
    limit 1
  ) p on true
 order by b.rank, n.kind <> 'device', n.id
 limit $5`;

/** Why a well-formed address has no place, with what was seen of it. */
async function whyNot(pool: pg.Pool, mac: string | undefined, ip: string | undefined): Promise<string> {
  if (mac === undefined && ip === undefined) return 'no device, neighbour, host or modem has this in its name';
  const { rows } = await pool.query<{ device_id: string; if_name: string | null; mac: string }>(
    `select a.device_id, i.if_name, a.mac
       from facts_arp a left join interfaces i on i.device_id = a.device_id and i.if_index = a.if_index
      where a.valid_to is null and (a.mac = $1 or a.ip = $2)
      order by 1 limit 1`,
    [mac ?? null, ip ?? null],
  );
  const [arp] = rows;
  if (arp) {
    return `only the ARP table of ${arp.device_id} has it (${arp.mac}, ${arp.if_name ?? 'unnamed interface'}): no polled switch learned it on a port that leads to no other switch`;
  }
  const learned = await pool.query<{ device_id: string }>(
    'select distinct device_id from facts_mac where valid_to is null and mac = $1 order by 1 limit 3',
    [mac ?? null],
  );
  if (learned.rows.length > 0) {
    return `learned by ${learned.rows.map(({ device_id }) => device_id).join(', ')}, though only on ports between switches`;
  }
  return 'no polled device has it in an ARP or forwarding table';
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

const toEvent = (row: EventRow): EdgeEvent => ({
  id: row.event_id,
  at: row.at.toISOString(),
  change: row.change,
  subject: row.subject,
  edge: row.edge_id,
  site: row.site_id,
  a: row.a,
  b: row.b,
  detail: row.detail,
});
