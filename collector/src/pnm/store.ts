import type pg from 'pg';
import { inTransaction } from '../db/pool.js';
import { parseIp, type Ip } from '../lib/ip.js';
import type { Mac } from '../lib/mac.js';
import type { CmtsInventory } from './cmts.js';
import type { ModemDescription } from './identify.js';
import type { Modem, ModemsQuery } from './schemas.js';

/** A CMTS whose tables are read. */
export interface CmtsIdentity {
  readonly id: string;
  readonly site: string;
}

/** What a capture needs of a modem. */
export interface KnownModem {
  readonly mac: Mac;
  readonly address: Ip | undefined;
  readonly site: string;
  readonly cmts: string;
  readonly fibreNode: string | undefined;
  readonly status: Modem['status'];
}

export interface ModemStore {
  list(query: ModemsQuery): Promise<Modem[]>;
  find(mac: Mac): Promise<KnownModem | undefined>;
  /** Writes one reading of a CMTS; only a whole one takes modems off. */
  applyInventory(cmts: CmtsIdentity, inventory: CmtsInventory, intervalSec: number, at: Date): Promise<void>;
  recordDescription(mac: Mac, description: ModemDescription, at: Date): Promise<void>;
}

interface ModemRow {
  mac: string;
  address: string | null;
  site_id: string | null;
  cmts_id: string;
  mac_domain: number | null;
  fibre_node: string | null;
  status: Modem['status'];
  model: string | null;
  firmware: string | null;
  last_seen: Date | null;
}

const COLUMNS = 'mac, address, site_id, cmts_id, mac_domain, fibre_node, status, model, firmware, last_seen';
const MAX_LISTED = 10_000;

const toModem = (row: ModemRow): Modem => ({
  mac: row.mac,
  address: row.address,
  site: row.site_id,
  cmts: row.cmts_id,
  macDomain: row.mac_domain,
  fibreNode: row.fibre_node,
  status: row.status,
  model: row.model,
  firmware: row.firmware,
  lastSeen: row.last_seen?.toISOString() ?? null,
});

/** Modems as their CMTS has them. */
export function modemStore(pool: pg.Pool): ModemStore {
  return {
    async list({ site, node, q }) {
      const { rows } = await pool.query<ModemRow>(
        `select ${COLUMNS}
           from modem_states
          where ($1::text is null or site_id = $1)
            and ($2::text is null or fibre_node = $2)
            and ($3::text is null or strpos(lower(concat_ws(' ', mac, replace(mac, ':', ''), address, model, fibre_node)), lower($3)) > 0)
          order by cmts_id, fibre_node, mac
          limit ${MAX_LISTED}`,
        [site ?? null, node ?? null, q ?? null],
      );
      return rows.map(toModem);
    },

    async find(mac) {
      const { rows } = await pool.query<ModemRow>(`select ${COLUMNS} from modem_states where mac = $1`, [mac]);
      const row = rows[0];
      if (row === undefined) return undefined;
      return {
        mac,
        address: row.address === null ? undefined : parseIp(row.address),
        site: row.site_id ?? 'unknown',
        cmts: row.cmts_id,
        fibreNode: row.fibre_node ?? undefined,
        status: row.status,
      };
    },

    async applyInventory(cmts, inventory, intervalSec, at) {
      await inTransaction(pool, async (client) => {
        await upsertModems(client, cmts, inventory, at);
        await upsertPlacements(client, cmts, at);
        await recordPoll(client, cmts, inventory, intervalSec, at);
      });
    },

    async recordDescription(mac, { vendor, model, firmware }, at) {
      await pool.query(
        `update modems set vendor = coalesce($2, vendor), model = coalesce($3, model), firmware = coalesce($4, firmware),
                identified_at = $5
          where mac = $1`,
        [mac, vendor ?? null, model ?? null, firmware ?? null, at],
      );
    },
  };
}

async function upsertModems(
  client: pg.PoolClient,
  cmts: CmtsIdentity,
  { modems, knowsNodes, isWhole }: CmtsInventory,
  at: Date,
): Promise<void> {
  const macs = modems.map(({ mac }) => mac);
  // a modem that moved is online at one CMTS and a leftover at the other: the one that has it online wins
  await client.query(
    `insert into modems as m (mac, cmts_id, site_id, mac_domain, fibre_node, address, registration, status,
                              first_seen, last_seen, status_since)
     select i.mac, $1, $2, i.mac_domain, i.fibre_node, i.address, i.registration, i.status,
            $3, case when i.status = 'online' then $3::timestamptz end, $3
       from unnest($4::text[], $5::int[], $6::text[], $7::text[], $8::int[], $9::text[])
              as i (mac, mac_domain, fibre_node, address, registration, status)
     on conflict (mac) do update
        set cmts_id = excluded.cmts_id, site_id = excluded.site_id, mac_domain = excluded.mac_domain,
            fibre_node = case when $10 or m.cmts_id <> excluded.cmts_id then excluded.fibre_node else m.fibre_node end,
            address = coalesce(excluded.address, m.address),
            registration = excluded.registration, status = excluded.status,
            last_seen = coalesce(excluded.last_seen, m.last_seen),
            status_since = case when m.status = excluded.status then m.status_since else excluded.status_since end
      where m.cmts_id = excluded.cmts_id or excluded.status = 'online' or m.status <> 'online'`,
    [
      cmts.id,
      cmts.site,
      at,
      macs,
      modems.map(({ macDomain }) => macDomain ?? null),
      modems.map(({ fibreNode }) => fibreNode ?? null),
      modems.map(({ address }) => address ?? null),
      modems.map(({ registration }) => registration ?? null),
      modems.map(({ status }) => status),
      knowsNodes,
    ],
  );
  if (!isWhole) return;
  await client.query(
    `update modems set status = 'offline', registration = null, status_since = $3
      where cmts_id = $1 and mac <> all($2::text[]) and status <> 'offline'`,
    [cmts.id, macs, at],
  );
}

async function upsertPlacements(client: pg.PoolClient, cmts: CmtsIdentity, at: Date): Promise<void> {
  await client.query(
    `update modem_placements p set valid_to = $2
       from modems m
      where m.cmts_id = $1 and p.mac = m.mac and p.valid_to is null
        and (p.cmts_id, p.mac_domain, p.fibre_node) is distinct from (m.cmts_id, m.mac_domain, m.fibre_node)`,
    [cmts.id, at],
  );
  await client.query(
    `insert into modem_placements (mac, cmts_id, mac_domain, fibre_node, valid_from)
     select m.mac, m.cmts_id, m.mac_domain, m.fibre_node, $2
       from modems m
      where m.cmts_id = $1
        and not exists (select from modem_placements p where p.mac = m.mac and p.valid_to is null)`,
    [cmts.id, at],
  );
}

async function recordPoll(
  client: pg.PoolClient,
  cmts: CmtsIdentity,
  { isWhole, outcome, detail, modems }: CmtsInventory,
  intervalSec: number,
  at: Date,
): Promise<void> {
  const values = [cmts.id, intervalSec, at, isWhole, outcome, detail ?? null];
  await client.query(
    `insert into cmts_polls as c (cmts_id, interval_sec, last_attempt, last_success, last_outcome, last_detail, site_id, modem_count)
     values ($1, $2, $3, case when $4 then $3::timestamptz end, $5, $6, $7, $8)
     on conflict (cmts_id) do update
        set interval_sec = excluded.interval_sec, last_attempt = excluded.last_attempt,
            last_success = coalesce(excluded.last_success, c.last_success), last_outcome = excluded.last_outcome,
            last_detail = excluded.last_detail, site_id = excluded.site_id,
            modem_count = case when $4 then excluded.modem_count else c.modem_count end`,
    [...values, cmts.site, modems.length],
  );
  // the same facts for the health of all polling
  await client.query(
    `insert into poll_states as s (device_id, module, interval_sec, last_attempt, last_success, last_outcome, last_detail, failures)
     select device_id, 'modems', $2, $3, case when $4 then $3::timestamptz end, $5, $6, case when $4 then 0 else 1 end
       from devices where device_id = $1
     on conflict (device_id, module) do update
        set interval_sec = excluded.interval_sec, last_attempt = excluded.last_attempt,
            last_success = coalesce(excluded.last_success, s.last_success), last_outcome = excluded.last_outcome,
            last_detail = excluded.last_detail, failures = case when $4 then 0 else s.failures + 1 end`,
    values,
  );
}
