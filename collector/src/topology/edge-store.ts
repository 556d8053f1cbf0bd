import type pg from 'pg';
import { inTransaction } from '../db/pool.js';
import { writeResiliently } from '../db/resilient.js';
import { columnOf, storableJson } from '../db/values.js';
import { canonicalJson } from './current-facts.js';
import type { EdgeEndpoint, EdgeEvent, EdgeInterval } from './edges.js';

/** A node that is not of the inventory: a neighbour that is not polled, a shared medium, a host. */
export interface StoredNode {
  readonly id: string;
  readonly kind: 'external' | 'segment' | 'host';
  readonly title: string;
  readonly role: string | null;
  readonly site: string | null;
  readonly address: string | null;
  readonly ips: readonly string[];
  readonly macs: readonly string[];
}

export interface Position {
  readonly node: string;
  readonly site: string | null;
  readonly x: number;
  readonly y: number;
}

export interface EdgeChanges {
  readonly at: Date;
  /** Intervals that are new or not what is stored. */
  readonly edges: readonly EdgeInterval[];
  readonly events: readonly EdgeEvent[];
  readonly nodes: readonly StoredNode[];
  /** The site of a node, for edges and events. */
  readonly siteOf: (node: string) => string | null;
}

export interface EdgeStore {
  /** Open intervals, and those whose end was decided after `since`. */
  loadEdges(since: Date): Promise<EdgeInterval[]>;
  /** Edges, their events and the nodes at their ends, together or not at all. Resolves with the rows refused. */
  writeEdges(changes: EdgeChanges): Promise<{ readonly refused: number }>;
  loadNodes(): Promise<StoredNode[]>;
  loadPositions(): Promise<Position[]>;
  writePositions(positions: readonly Position[], at: Date): Promise<void>;
}

/** The intervals that differ from what was stored before. */
export function changedEdges(
  before: ReadonlyMap<string, EdgeInterval>,
  after: readonly EdgeInterval[],
): EdgeInterval[] {
  return after.filter((edge) => {
    const old = before.get(edge.id);
    return old === undefined || (old !== edge && canonicalJson(old) !== canonicalJson(edge));
  });
}

/** For people: `core-1 Gi1/0/1`. */
export const endText = ({ node, ifName, ifIndex }: EdgeEndpoint): string =>
  [node, ifName ?? (ifIndex === null ? null : `ifIndex ${ifIndex}`)].filter((part) => part !== null).join(' ');

export function edgeStore(pool: pg.Pool): EdgeStore {
  return {
    async loadEdges(since) {
      const { rows } = await pool.query<IntervalRow>(
        `select ${INTERVAL_COLUMNS}
           from edges
          where valid_to is null or close_decided_at >= $1
          order by edge_id`,
        [since],
      );
      return rows.map(toInterval);
    },

    async writeEdges({ at, edges, events, nodes, siteOf }) {
      let refused = 0;
      const refuse = () => refused++;
      if (edges.length === 0 && events.length === 0 && nodes.length === 0) return { refused };
      const site = (a: string, b: string) => siteOf(a) ?? siteOf(b);
      // A life that ends makes room for the next of the same link: only one may be open.
      const closedFirst = [...edges].sort((a, b) => Number(a.closedAt === null) - Number(b.closedAt === null));
      await inTransaction(pool, async (client) => {
        await writeResiliently(client, nodes, (rows) => client.query(UPSERT_NODES, [at, ...nodeColumns(rows)]), refuse);
        await writeResiliently(
          client,
          closedFirst,
          (rows) => client.query(UPSERT_EDGES, edgeColumns(rows, site)),
          refuse,
        );
        await writeResiliently(client, events, (rows) => client.query(INSERT_EVENTS, eventColumns(rows, site)), refuse);
      });
      return { refused };
    },

    async loadNodes() {
      const { rows } = await pool.query<NodeRow>(
        'select node_id, kind, title, role, site_id, address, ips, macs from nodes order by node_id',
      );
      return rows.map(({ node_id, site_id, ...rest }) => ({ id: node_id, site: site_id, ...rest }));
    },

    async loadPositions() {
      const { rows } = await pool.query<{ node_id: string; site_id: string | null; x: number; y: number }>(
        'select node_id, site_id, x, y from node_positions',
      );
      return rows.map(({ node_id, site_id, x, y }) => ({ node: node_id, site: site_id, x, y }));
    },

    async writePositions(positions, at) {
      await pool.query(
        `insert into node_positions as p (node_id, site_id, x, y, computed_at)
         select n.*, $5::timestamptz from unnest($1::text[], $2::text[], $3::float8[], $4::float8[]) n
         on conflict (node_id) do update
            set site_id = excluded.site_id, x = excluded.x, y = excluded.y, computed_at = excluded.computed_at
          where (p.site_id, p.x, p.y) is distinct from (excluded.site_id, excluded.x, excluded.y)`,
        [
          positions.map(({ node }) => node),
          positions.map(({ site }) => site),
          positions.map(({ x }) => x),
          positions.map(({ y }) => y),
          at,
        ],
      );
    },
  };
}

interface NodeRow {
  node_id: string;
  kind: StoredNode['kind'];
  title: string;
  role: string | null;
  site_id: string | null;
  address: string | null;
  ips: string[];
  macs: string[];
}

/** What `toInterval` reads of table `edges`. */
export const INTERVAL_COLUMNS = `edge_id, edge_key, subject, a_dev, a_if, a_if_name, b_dev, b_if, b_if_name, layer,
                method, sides, confidence, blocked, members, vlans, via, ips, oper_status, evidence, score, witnesses,
                valid_from, valid_to, last_seen, close_decided_at, close_reason, state, state_reason, missed_polls,
                confirmations`;

/** A row of `edges`; `EdgeInterval` in the words of SQL. */
export interface IntervalRow {
  edge_id: string;
  edge_key: string;
  subject: EdgeInterval['subject'];
  a_dev: string;
  a_if: number | null;
  a_if_name: string | null;
  b_dev: string;
  b_if: number | null;
  b_if_name: string | null;
  layer: EdgeInterval['layer'];
  method: EdgeInterval['method'];
  sides: EdgeInterval['sides'];
  confidence: number;
  blocked: boolean | null;
  members: EdgeInterval['members'];
  vlans: number[];
  via: string | null;
  ips: string[];
  oper_status: EdgeInterval['operStatus'];
  evidence: EdgeInterval['evidence'];
  score: EdgeInterval['score'];
  witnesses: EdgeInterval['witnesses'];
  valid_from: Date;
  valid_to: Date | null;
  last_seen: Date;
  close_decided_at: Date | null;
  close_reason: EdgeInterval['closeReason'];
  state: EdgeInterval['state'];
  state_reason: string | null;
  missed_polls: number;
  confirmations: number;
}

export const toInterval = (row: IntervalRow): EdgeInterval => ({
  id: row.edge_id,
  key: row.edge_key,
  subject: row.subject,
  a: { node: row.a_dev, ifIndex: row.a_if, ifName: row.a_if_name },
  b: { node: row.b_dev, ifIndex: row.b_if, ifName: row.b_if_name },
  layer: row.layer,
  method: row.method,
  sides: row.sides,
  confidence: row.confidence,
  blocked: row.blocked,
  members: row.members,
  vlans: row.vlans,
  via: row.via,
  ips: row.ips,
  operStatus: row.oper_status,
  evidence: row.evidence,
  score: row.score,
  witnesses: row.witnesses,
  firstSeen: row.valid_from.toISOString(),
  lastSeen: row.last_seen.toISOString(),
  closedAt: row.valid_to?.toISOString() ?? null,
  closeDecidedAt: row.close_decided_at?.toISOString() ?? null,
  closeReason: row.close_reason,
  state: row.state,
  stateReason: row.state_reason,
  missedPolls: row.missed_polls,
  confirmations: row.confirmations,
});

/** Arrays in arrays cannot be bound (unnest flattens them), so lists travel as JSON text. */
const list = (values: readonly unknown[]) => storableJson(values);

const nodeColumns = (rows: readonly StoredNode[]): unknown[] => [
  columnOf(rows, ({ id }) => id),
  columnOf(rows, ({ kind }) => kind),
  columnOf(rows, ({ title }) => title),
  columnOf(rows, ({ role }) => role),
  columnOf(rows, ({ site }) => site),
  columnOf(rows, ({ address }) => address),
  columnOf(rows, ({ ips }) => list(ips)),
  columnOf(rows, ({ macs }) => list(macs)),
];

const UPSERT_NODES = `
insert into nodes (node_id, kind, title, role, site_id, address, ips, macs, first_seen, last_seen)
select n.node_id, n.kind, n.title, n.role, n.site_id, n.address,
       array(select jsonb_array_elements_text(n.ips)), array(select jsonb_array_elements_text(n.macs)), $1, $1
  from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::jsonb[], $9::jsonb[])
    as n (node_id, kind, title, role, site_id, address, ips, macs)
on conflict (node_id) do update
   set kind = excluded.kind, title = excluded.title, role = excluded.role, site_id = excluded.site_id,
       address = excluded.address, ips = excluded.ips, macs = excluded.macs, last_seen = excluded.last_seen`;

function edgeColumns(rows: readonly EdgeInterval[], site: (a: string, b: string) => string | null): unknown[] {
  const column = (value: (edge: EdgeInterval) => unknown) => columnOf(rows, value);
  return [
    column(({ id }) => id),
    column(({ key }) => key),
    column(({ subject }) => subject),
    column(({ a }) => a.node),
    column(({ a }) => a.ifIndex),
    column(({ a }) => a.ifName),
    column(({ b }) => b.node),
    column(({ b }) => b.ifIndex),
    column(({ b }) => b.ifName),
    column(({ layer }) => layer),
    column(({ method }) => method),
    column(({ sides }) => sides),
    column(({ confidence }) => confidence),
    column(({ a, b }) => site(a.node, b.node)),
    column(({ blocked }) => blocked),
    column(({ members }) => list(members)),
    column(({ vlans }) => list(vlans)),
    column(({ ips }) => list(ips)),
    column(({ operStatus }) => operStatus),
    column(({ evidence }) => list(evidence)),
    column(({ score }) => list(score)),
    column(({ witnesses }) => list(witnesses)),
    column(({ firstSeen }) => firstSeen),
    column(({ closedAt }) => closedAt),
    column(({ lastSeen }) => lastSeen),
    column(({ closeDecidedAt }) => closeDecidedAt),
    column(({ closeReason }) => closeReason),
    column(({ state }) => state),
    column(({ stateReason }) => stateReason),
    column(({ missedPolls }) => missedPolls),
    column(({ confirmations }) => confirmations),
    column(({ via }) => via ?? null),
  ];
}

const UPSERT_EDGES = `
insert into edges (edge_id, edge_key, subject, a_dev, a_if, a_if_name, b_dev, b_if, b_if_name, layer, method, sides,
                   confidence, site_id, blocked, members, vlans, ips, oper_status, evidence, score, witnesses,
                   valid_from, valid_to, last_seen, close_decided_at, close_reason, state, state_reason, missed_polls,
                   confirmations, via)
select n.edge_id, n.edge_key, n.subject, n.a_dev, n.a_if, n.a_if_name, n.b_dev, n.b_if, n.b_if_name, n.layer, n.method,
       n.sides, n.confidence, n.site_id, n.blocked, n.members,
       array(select jsonb_array_elements_text(n.vlans)::int), array(select jsonb_array_elements_text(n.ips)),
       n.oper_status, n.evidence, n.score, n.witnesses, n.valid_from, n.valid_to, n.last_seen, n.close_decided_at,
       n.close_reason, n.state, n.state_reason, n.missed_polls, n.confirmations, n.via
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::text[], $7::text[], $8::int[], $9::text[],
              $10::smallint[], $11::text[], $12::smallint[], $13::float8[], $14::text[], $15::boolean[], $16::jsonb[],
              $17::jsonb[], $18::jsonb[], $19::text[], $20::jsonb[], $21::jsonb[], $22::jsonb[], $23::timestamptz[],
              $24::timestamptz[], $25::timestamptz[], $26::timestamptz[], $27::text[], $28::text[], $29::text[],
              $30::int[], $31::int[], $32::text[])
    as n (edge_id, edge_key, subject, a_dev, a_if, a_if_name, b_dev, b_if, b_if_name, layer, method, sides, confidence,
          site_id, blocked, members, vlans, ips, oper_status, evidence, score, witnesses, valid_from, valid_to,
          last_seen, close_decided_at, close_reason, state, state_reason, missed_polls, confirmations, via)
on conflict (edge_id) do update
   set a_if = excluded.a_if, a_if_name = excluded.a_if_name, b_if = excluded.b_if, b_if_name = excluded.b_if_name,
       method = excluded.method, sides = excluded.sides, confidence = excluded.confidence, site_id = excluded.site_id,
       blocked = excluded.blocked, members = excluded.members, vlans = excluded.vlans, ips = excluded.ips,
       oper_status = excluded.oper_status, evidence = excluded.evidence, score = excluded.score,
       witnesses = excluded.witnesses, valid_from = excluded.valid_from, valid_to = excluded.valid_to,
       last_seen = excluded.last_seen, close_decided_at = excluded.close_decided_at,
       close_reason = excluded.close_reason, state = excluded.state, state_reason = excluded.state_reason,
       missed_polls = excluded.missed_polls, confirmations = excluded.confirmations, via = excluded.via`;

const eventColumns = (rows: readonly EdgeEvent[], site: (a: string, b: string) => string | null): unknown[] => [
  columnOf(rows, ({ at }) => at),
  columnOf(rows, ({ change }) => change),
  columnOf(rows, ({ subject }) => subject),
  columnOf(rows, ({ edgeId }) => edgeId),
  columnOf(rows, ({ edgeKey }) => edgeKey),
  columnOf(rows, ({ a, b }) => site(a.node, b.node)),
  columnOf(rows, ({ a }) => endText(a)),
  columnOf(rows, ({ b }) => endText(b)),
  columnOf(rows, ({ detail }) => detail),
  columnOf(rows, ({ firstDiscovery }) => firstDiscovery),
  columnOf(rows, ({ fields }) => storableJson(fields)),
];

const INSERT_EVENTS = `
insert into edge_events (at, change, subject, edge_id, edge_key, site_id, a, b, detail, first_discovery, fields)
select n.* from unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                       $8::text[], $9::text[], $10::boolean[], $11::jsonb[]) n`;
