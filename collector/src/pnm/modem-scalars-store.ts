import type pg from 'pg';
import { inTransaction } from '../db/pool.js';
import { parseIp, type Ip } from '../lib/ip.js';
import { parseMac, type Mac } from '../lib/mac.js';
import type { AtdmaPreEq } from './formats/atdma-preeq.js';
import type { AtdmaMetrics } from './measures/atdma.js';
import type { ModemReading } from './modem-scalars.js';

/** A modem whose levels are due. */
export interface DueModem {
  readonly mac: Mac;
  readonly address: Ip;
  readonly cmts: string;
}

export interface DecodedPreEqualiser {
  readonly channelId: number;
  readonly octets: Uint8Array;
  readonly preEq: AtdmaPreEq;
  readonly metrics: AtdmaMetrics;
}

export interface ModemScalarsStore {
  /** Takes what is due and plans its next reading, so that no other collector takes it too. */
  claim(at: Date, intervalSec: number, limit: number): Promise<DueModem[]>;
  stored(mac: Mac, reading: ModemReading, preEqualisers: readonly DecodedPreEqualiser[], at: Date): Promise<void>;
  /** Plans the next try later with every failure in a row. */
  failed(mac: Mac, code: string, intervalSec: number, at: Date): Promise<void>;
}

const MAX_BACKOFF_INTERVALS = 12;
/** A pre-equaliser moves a little with every reading: it is kept when it says something new, and once in a while. */
const PRE_EQ_EVERY_SEC = 3600;
const PRE_EQ_NEWS_DB = 2;

interface DueRow {
  mac: string;
  address: string;
  cmts_id: string;
}

/** The modem's own moment within the interval: the same after a restart, evenly spread over a plant. */
const NEXT = `to_timestamp((floor((extract(epoch from $1::timestamptz) - phase) / $2) + 1) * $2 + phase)`;
const PHASE = `(hashtext(m.mac) & 2147483647) % $2::int as phase`;

export function modemScalarsStore(pool: pg.Pool): ModemScalarsStore {
  return {
    async claim(at, intervalSec, limit) {
      await pool.query(
        `insert into modem_polls (mac, next_at)
         select mac, ${NEXT}
           from (select m.mac, ${PHASE} from modems m
                  where m.status = 'online' and m.address is not null
                    and not exists (select from modem_polls p where p.mac = m.mac)) fresh
         on conflict do nothing`,
        [at, intervalSec],
      );
      const { rows } = await pool.query<DueRow>(
        `with due as (
           select p.mac from modem_polls p join modems m on m.mac = p.mac
            where p.next_at <= $1 and m.status = 'online' and m.address is not null
            order by p.next_at limit $3 for update of p skip locked)
         update modem_polls p set next_at = ${NEXT.replaceAll('phase', 'n.phase')}, last_attempt = $1
           from (select m.mac, m.address, m.cmts_id, ${PHASE} from modems m join due on due.mac = m.mac) n
          where p.mac = n.mac
         returning n.mac, n.address, n.cmts_id`,
        [at, intervalSec, limit],
      );
      return rows.map((row) => ({ mac: parseMac(row.mac), address: parseIp(row.address), cmts: row.cmts_id }));
    },

    async stored(mac, { scalars, isWhole }, preEqualisers, at) {
      await inTransaction(pool, async (client) => {
        await client.query(
          `insert into pnm_modem_scalars as s (mac, channel_key, name, value, read_at)
           select distinct on (channel_key, name) $1, channel_key, name, value, $5
             from unnest($2::int[], $3::text[], $4::float8[]) as n (channel_key, name, value)
           on conflict (mac, channel_key, name) do update set value = excluded.value, read_at = excluded.read_at
            where s.read_at <= excluded.read_at`,
          [
            mac,
            scalars.map(({ channelId }) => channelId ?? -1),
            scalars.map(({ name }) => name),
            scalars.map(({ value }) => value),
            at,
          ],
        );
        if (isWhole) await client.query('delete from pnm_modem_scalars where mac = $1 and read_at < $2', [mac, at]);
        for (const one of preEqualisers) await insertNews(client, mac, one, at);
        await client.query(`update modem_polls set last_success = $2, last_outcome = $3, failures = 0 where mac = $1`, [
          mac,
          at,
          isWhole ? 'ok' : 'partial',
        ]);
      });
    },

    async failed(mac, code, intervalSec, at) {
      await pool.query(
        `update modem_polls
            set failures = failures + 1, last_outcome = $2,
                next_at = next_at + make_interval(secs => $3 * (least(power(2, least(failures, 10)), $4) - 1))
          where mac = $1 and last_attempt = $5`,
        [mac, code, intervalSec, MAX_BACKOFF_INTERVALS, at],
      );
    },
  };
}

async function insertNews(
  client: pg.PoolClient,
  mac: Mac,
  { channelId, octets, preEq, metrics }: DecodedPreEqualiser,
  at: Date,
): Promise<void> {
  const ratioDb = metrics.nonMainTapToTotalDb;
  const { rows } = await client.query<{ is_old: boolean; is_same: boolean; main_tap: number; ratio_db: number | null }>(
    `select received_at <= $3::timestamptz - make_interval(secs => $4) as is_old, octets = $5 as is_same, main_tap,
            non_main_tap_to_total_energy_db as ratio_db
       from pnm_pre_equalisers where mac = $1 and channel_id = $2
      order by received_at desc limit 1`,
    [mac, channelId, at, PRE_EQ_EVERY_SEC, Buffer.from(octets)],
  );
  const last = rows[0];
  const isNews =
    last === undefined ||
    (!last.is_same &&
      (last.is_old ||
        last.main_tap !== preEq.mainTapLocation ||
        Math.abs((last.ratio_db ?? -100) - (ratioDb ?? -100)) >= PRE_EQ_NEWS_DB));
  if (!isNews) return;
  const reflection = metrics.microReflection;
  await client.query(
    `insert into pnm_pre_equalisers (received_at, mac, channel_id, octets, encoding, tap_count, main_tap, main_tap_ratio_db,
            non_main_tap_to_total_energy_db, total_tap_energy_db, pre_post_energy_symmetry_db, main_tap_compression_db,
            micro_reflection_level_db, micro_reflection_distance_m, micro_reflection_uncertainty_m, verdict)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
     on conflict do nothing`,
    [
      at,
      mac,
      channelId,
      Buffer.from(octets),
      preEq.encoding,
      preEq.forwardTapCount + preEq.reverseTapCount,
      preEq.mainTapLocation,
      metrics.mainTapRatioDb ?? null,
      ratioDb ?? null,
      metrics.totalTapEnergy > 0 ? 10 * Math.log10(metrics.totalTapEnergy) : null,
      metrics.prePostEnergySymmetryDb ?? null,
      metrics.mainTapCompressionDb ?? null,
      reflection?.levelDb ?? null,
      reflection?.distance.lengthM ?? null,
      reflection?.distance.uncertaintyM ?? null,
      metrics.verdict,
    ],
  );
}
