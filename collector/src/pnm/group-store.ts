import type pg from 'pg';
import { inTransaction } from '../db/pool.js';
import type { ModemSignatures, Signature, SignatureGroup } from './measures/groups.js';
import type { ImpairmentGroup, GroupsQuery } from './schemas.js';

/** A fibre node of one CMTS. */
export interface NodeIdentity {
  readonly cmts: string;
  readonly fibreNode: string;
}

export type Direction = 'downstream' | 'upstream';

export interface DueNode extends NodeIdentity {
  readonly site: string | null;
  readonly newestCaptureAt: Date;
}

export type NodeSignatures = Readonly<Record<Direction, readonly ModemSignatures[]>>;

export interface NodeGroup extends SignatureGroup {
  readonly direction: Direction;
}

export interface GroupStore {
  /** Nodes with captures that their grouping has not seen, those that wait longest first. */
  due(since: Date, limit: number): Promise<DueNode[]>;
  /** What the newest captures of a node's modems show, none older than `since`. */
  signatures(node: NodeIdentity, since: Date): Promise<NodeSignatures>;
  save(node: DueNode, groups: readonly NodeGroup[], modemCount: number, at: Date): Promise<void>;
  list(query: GroupsQuery): Promise<ImpairmentGroup[]>;
}

/** Captures whose findings can be compared between modems. */
const TESTS = ['rxmer', 'channel_estimate', 'pre_equaliser'] as const;
const MAX_LISTED = 2000;

interface LatestRow {
  mac: string;
  test: (typeof TESTS)[number];
  from_hz: number | null;
  to_hz: number | null;
  findings: FindingRow[];
}

interface FindingRow {
  kind: string;
  frequency_hz: number | null;
  width_hz: number | null;
  depth_db: number | null;
  level_db: number | null;
  delay_ns: number | null;
  resolution_ns: number | null;
  period_hz: number | null;
  bands: string[];
  clock_harmonic_hz: number | null;
}

export function groupStore(pool: pg.Pool): GroupStore {
  return {
    async due(since, limit) {
      const { rows } = await pool.query<{ cmts_id: string; fibre_node: string; site_id: string | null; newest: Date }>(
        `select m.cmts_id, m.fibre_node, min(m.site_id) as site_id, max(l.received_at) as newest
           from pnm_latest l
           join modems m on m.mac = l.mac
           left join pnm_groupings g on g.cmts_id = m.cmts_id and g.fibre_node = m.fibre_node
          where m.fibre_node is not null and l.test = any($1) and l.received_at >= $2
          group by m.cmts_id, m.fibre_node, g.newest_capture_at, g.grouped_at
         having max(l.received_at) > coalesce(g.newest_capture_at, '-infinity')
          order by g.grouped_at nulls first, m.cmts_id, m.fibre_node
          limit $3`,
        [TESTS, since, limit],
      );
      return rows.map((row) => ({
        cmts: row.cmts_id,
        fibreNode: row.fibre_node,
        site: row.site_id,
        newestCaptureAt: row.newest,
      }));
    },

    async signatures({ cmts, fibreNode }, since) {
      const { rows } = await pool.query<LatestRow>(
        `select l.mac, l.test, l.from_hz, l.to_hz,
                coalesce((select jsonb_agg(jsonb_build_object(
                            'kind', f.kind, 'frequency_hz', f.frequency_hz, 'width_hz', f.width_hz, 'depth_db', f.depth_db,
                            'level_db', f.level_db, 'delay_ns', f.delay_ns, 'resolution_ns', f.resolution_ns,
                            'period_hz', f.period_hz, 'bands', f.bands, 'clock_harmonic_hz', f.clock_harmonic_hz)
                            order by f.ordinal)
                            from pnm_findings f
                           where f.capture_id = l.capture_id and f.received_at = l.received_at), '[]') as findings
           from modems m
           join pnm_latest l on l.mac = m.mac
          where m.cmts_id = $1 and m.fibre_node = $2 and l.test = any($3) and l.received_at >= $4
          order by l.mac, l.test, l.channel_key`,
        [cmts, fibreNode, TESTS, since],
      );
      return {
        downstream: byModem(rows.filter(({ test }) => test !== 'pre_equaliser')),
        upstream: byModem(rows.filter(({ test }) => test === 'pre_equaliser')),
      };
    },

    async save({ cmts, fibreNode, site, newestCaptureAt }, groups, modemCount, at) {
      await inTransaction(pool, async (client) => {
        await client.query(
          `insert into pnm_groupings as g (cmts_id, fibre_node, site_id, grouped_at, newest_capture_at, modem_count)
           values ($1, $2, $3, $4, $5, $6)
           on conflict (cmts_id, fibre_node) do update
              set site_id = excluded.site_id, grouped_at = excluded.grouped_at,
                  newest_capture_at = excluded.newest_capture_at, modem_count = excluded.modem_count`,
          [cmts, fibreNode, site, at, newestCaptureAt, modemCount],
        );
        await client.query('delete from pnm_groups where cmts_id = $1 and fibre_node = $2', [cmts, fibreNode]);
        await client.query(
          `insert into pnm_groups (cmts_id, fibre_node, ordinal, kind, direction, frequency_hz, width_hz, depth_db, level_db,
                                   delay_ns, period_hz, comparable_count, share_ratio, verdict, reason, modems)
           select $1, $2, x.ordinal, x.kind, x.direction, x.frequency_hz, x.width_hz, x.depth_db, x.level_db, x.delay_ns,
                  x.period_hz, x.comparable_count, x.share_ratio, x.verdict, x.reason, x.modems
             from jsonb_to_recordset($3::jsonb)
                    as x (ordinal integer, kind text, direction text, frequency_hz float8, width_hz float8, depth_db float8,
                          level_db float8, delay_ns float8, period_hz float8, comparable_count integer, share_ratio float8,
                          verdict text, reason text, modems text[])`,
          [cmts, fibreNode, JSON.stringify(groups.map(rowOf))],
        );
      });
    },

    async list({ site, node }) {
      const { rows } = await pool.query<GroupRow>(
        `select g.cmts_id, g.fibre_node, g.ordinal, r.site_id, r.grouped_at, g.kind, g.direction, g.frequency_hz, g.width_hz,
                g.depth_db, g.level_db, g.delay_ns, g.period_hz, g.comparable_count, g.share_ratio, g.verdict, g.reason, g.modems
           from pnm_groups g
           join pnm_groupings r using (cmts_id, fibre_node)
          where ($1::text is null or r.site_id = $1) and ($2::text is null or g.fibre_node = $2)
          order by g.cmts_id, g.fibre_node, g.ordinal
          limit ${MAX_LISTED}`,
        [site ?? null, node ?? null],
      );
      return rows.map(toGroup);
    },
  };
}

interface GroupRow {
  cmts_id: string;
  fibre_node: string;
  ordinal: number;
  site_id: string | null;
  grouped_at: Date;
  kind: ImpairmentGroup['kind'];
  direction: Direction;
  frequency_hz: number | null;
  width_hz: number | null;
  depth_db: number | null;
  level_db: number | null;
  delay_ns: number | null;
  period_hz: number | null;
  comparable_count: number;
  share_ratio: number;
  verdict: ImpairmentGroup['verdict'];
  reason: string;
  modems: string[];
}

const toGroup = (row: GroupRow): ImpairmentGroup => ({
  id: `${row.cmts_id}:${row.fibre_node}:${row.ordinal}`,
  site: row.site_id,
  cmts: row.cmts_id,
  fibreNode: row.fibre_node,
  groupedAt: row.grouped_at.toISOString(),
  kind: row.kind,
  direction: row.direction,
  frequencyHz: row.frequency_hz,
  widthHz: row.width_hz,
  depthDb: row.depth_db,
  levelDb: row.level_db,
  delayNs: row.delay_ns,
  periodHz: row.period_hz,
  modems: row.modems,
  comparableCount: row.comparable_count,
  shareRatio: row.share_ratio,
  verdict: row.verdict,
  reason: row.reason,
});

/** One entry a modem: its channels together cover what they cover, and one cause may show on several. */
function byModem(rows: readonly LatestRow[]): ModemSignatures[] {
  const modems = new Map<
    string,
    { modem: string; coverage: ModemSignatures['coverage'][number][]; signatures: Signature[] }
  >();
  for (const { mac, test, from_hz: fromHz, to_hz: toHz, findings } of rows) {
    const entry = modems.get(mac) ?? { modem: mac, coverage: [], signatures: [] };
    modems.set(mac, entry);
    const kinds = test === 'rxmer' ? (['notch', 'ripple'] as const) : (['echo'] as const);
    for (const kind of kinds) entry.coverage.push({ kind, fromHz: fromHz ?? 0, toHz: toHz ?? 0 });
    entry.signatures.push(...findings.flatMap(signatureOf));
  }
  return [...modems.values()];
}

/** What of a finding can be compared; a spur of single subcarriers is of the modem itself. */
function signatureOf(finding: FindingRow): Signature[] {
  const { kind, frequency_hz: centerHz, width_hz: widthHz, depth_db: depthDb, level_db: levelDb } = finding;
  const { delay_ns: delayNs, resolution_ns: resolutionNs, period_hz: periodHz } = finding;
  if (kind === 'echo' && delayNs !== null && levelDb !== null) {
    return [{ kind: 'echo', delayNs, levelDb, resolutionNs: resolutionNs ?? 0 }];
  }
  if (kind === 'standing_wave' && periodHz !== null && depthDb !== null) {
    return [{ kind: 'ripple', periodHz, amplitudeDb: depthDb / 2 }];
  }
  if (!NOTCHES.has(kind) || centerHz === null || widthHz === null || depthDb === null) return [];
  const clockHarmonicHz = finding.clock_harmonic_hz ?? undefined;
  return [{ kind: 'notch', centerHz, widthHz, depthDb, bands: finding.bands, clockHarmonicHz }];
}

const NOTCHES: ReadonlySet<string> = new Set(['notch', 'ingress', 'lte', 'spur']);

function rowOf(
  { kind, typical, direction, modems, comparableCount, shareRatio, verdict, reason }: NodeGroup,
  ordinal: number,
) {
  return {
    ordinal,
    kind,
    direction,
    frequency_hz: typical.kind === 'notch' ? typical.centerHz : null,
    width_hz: typical.kind === 'notch' ? typical.widthHz : null,
    depth_db: typical.kind === 'notch' ? typical.depthDb : typical.kind === 'ripple' ? 2 * typical.amplitudeDb : null,
    level_db: typical.kind === 'echo' ? typical.levelDb : null,
    delay_ns: typical.kind === 'echo' ? typical.delayNs : null,
    period_hz: typical.kind === 'ripple' ? typical.periodHz : null,
    comparable_count: comparableCount,
    share_ratio: shareRatio,
    verdict,
    reason,
    modems,
  };
}
