import type pg from 'pg';
import { inTransaction } from '../db/pool.js';
import { parseMac, type Mac } from '../lib/mac.js';
import type { AskedCapture } from './capture-run.js';
import type { AuditLog } from './modem-session.js';
import type { ProfileRequirement } from './decoding/prepare.js';
import type { DecodedCapture } from './decoding/series.js';
import type { CapturePoint } from './measures/change.js';
import type { MerSeries } from './measures/notches.js';
import type { CaptureTest } from './schemas.js';
import { insertSeries, SERIES_TABLES, type RxMerJudgement } from './series-store.js';

export type CaptureState = 'asked' | 'stored' | 'duplicate' | 'quarantined' | 'failed';

/** A capture as it was asked for. */
export interface CaptureRecord {
  readonly captureId: string;
  readonly mac: Mac;
  readonly site: string;
  readonly test: CaptureTest;
  readonly channelId: number | null;
  readonly state: CaptureState;
  readonly sameAs: string | undefined;
  /** Whether we asked a modem for it, or a person brought it. */
  readonly source: 'modem' | 'import';
}

export interface StoredFile {
  readonly captureId: string;
  readonly receivedName: string;
  readonly receivedAt: Date;
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly deviceTimeSec: number | undefined;
  readonly truncated: boolean;
  /** Added to the modem's seconds gives ours; 0 where its clock can be right. */
  readonly clockOffsetSec: number;
}

/** A channel's capture before the one in hand. */
export interface PastCapture extends CapturePoint, MerSeries {}

/** A file that a person brings, as a capture of a modem. */
export interface BroughtCapture {
  readonly captureId: string;
  readonly mac: Mac;
  readonly test: CaptureTest;
  readonly channelId: number | null;
  readonly name: string;
  readonly at: Date;
  /** Where the modem hangs, when the inventory does not know it. */
  readonly site: string | undefined;
  readonly fibreNode: string | undefined;
}

export interface CaptureStore {
  asked(capture: AskedCapture): Promise<void>;
  brought(capture: BroughtCapture): Promise<void>;
  failed(captureId: string, error: { code: string; message: string }): Promise<void>;
  get(captureId: string): Promise<CaptureRecord | undefined>;
  /** Modulation that the newest constellation of the channel before `at` was taken with, no older than `since`. */
  modulationOrder(mac: Mac, channelId: number | null, since: Date, at: Date): Promise<number | undefined>;
  /** RxMER captures of a channel before `at` and no older than `since`, newest first. */
  past(mac: Mac, channelId: number | null, since: Date, at: Date): Promise<PastCapture[]>;
  /** Profiles of a channel as read last before `at`, no older than `since`. */
  profiles(mac: Mac, channelId: number | null, since: Date, at: Date): Promise<ProfileRequirement[]>;
  /** Notes that a file ended its decoder; resolves with how many times it did. */
  crashed(captureId: string): Promise<number>;
  /** Stores file and numbers in one transaction. Resolves with the id of an earlier capture of the same bytes, if any. */
  stored(
    capture: CaptureRecord,
    file: StoredFile,
    decoded: DecodedCapture,
    judgement: RxMerJudgement | undefined,
  ): Promise<{ duplicateOf: string | undefined }>;
  /** Captures received before, oldest first, with the files that go with them. */
  olderThan(before: Date, limit: number): Promise<{ captureId: string; path: string | undefined }[]>;
  /** Removes captures whose files are gone. */
  forget(captureIds: readonly string[]): Promise<void>;
  /** Removes arrays, ended operations and what else is older. */
  forgetSeries(before: Date): Promise<void>;
  quarantined(
    captureId: string,
    file: Omit<StoredFile, 'deviceTimeSec' | 'truncated' | 'clockOffsetSec'>,
    error: { code: string; message: string },
  ): Promise<void>;
}

interface CaptureRow {
  capture_id: string;
  mac: string;
  site_id: string | null;
  test: CaptureTest;
  channel_id: number | null;
  state: CaptureState;
  same_as: string | null;
  source: CaptureRecord['source'];
}

interface PastRow {
  zero_frequency_hz: number;
  first_active: number;
  spacing_hz: number;
  quarter_db: Buffer;
  mean_mer_db: number | null;
  percentile2_mer_db: number | null;
}

interface ProfileRow {
  capture_id: string;
  profile_id: number;
  zero_frequency_hz: number;
  first_active: number;
  spacing_hz: number;
  required_quarter_db: Buffer;
  required_mean_mer_db: number | null;
}

const UNIQUE_VIOLATION = '23505';
/** Enough for a median that one bad capture does not move, and for what returns to be told from noise. */
const PAST_CAPTURES = 8;

export function captureStore(pool: pg.Pool): CaptureStore {
  return {
    async asked(capture) {
      await pool.query(
        `insert into pnm_captures (capture_id, operation_id, mac, test, channel_id, if_index, site_id, cmts_id, fibre_node,
                                   address, asked_name, requested_at, state)
         select $1, $2, $3, $4, $5, $6, m.site_id, m.cmts_id, m.fibre_node, $7, $8, $9, 'asked'
           from (select $3::text as mac) asked left join modems m on m.mac = asked.mac`,
        [
          capture.captureId,
          capture.operationId,
          capture.mac,
          capture.test,
          capture.channelId,
          capture.ifIndex,
          capture.address,
          capture.askedName,
          capture.requestedAt,
        ],
      );
    },

    async brought({ captureId, mac, test, channelId, name, at, site, fibreNode }) {
      await pool.query(
        `insert into pnm_captures (capture_id, mac, test, channel_id, site_id, cmts_id, fibre_node, asked_name, requested_at,
                                   state, source)
         select $1, $2, $3, $4, coalesce(m.site_id, $5), m.cmts_id, coalesce(m.fibre_node, $6), $7, $8, 'asked', 'import'
           from (select $2::text as mac) brought left join modems m on m.mac = brought.mac`,
        [captureId, mac, test, channelId, site ?? null, fibreNode ?? null, name, at],
      );
    },

    async failed(captureId, { code, message }) {
      await pool.query(
        `update pnm_captures set state = 'failed', error_code = $2, error_message = $3
          where capture_id = $1 and state = 'asked'`,
        [captureId, code, message],
      );
    },

    async get(captureId) {
      const { rows } = await pool.query<CaptureRow>(
        `select capture_id, mac, site_id, test, channel_id, state, same_as, source from pnm_captures where capture_id = $1`,
        [captureId],
      );
      const row = rows[0];
      return (
        row && {
          captureId: row.capture_id,
          mac: parseMac(row.mac),
          site: row.site_id ?? 'unknown',
          test: row.test,
          channelId: row.channel_id,
          state: row.state,
          sameAs: row.same_as ?? undefined,
          source: row.source,
        }
      );
    },

    async modulationOrder(mac, channelId, since, at) {
      const { rows } = await pool.query<{ modulation_order: number | null }>(
        `select modulation_order from pnm_constellations
          where mac = $1 and channel_id = $2 and received_at >= $3 and received_at <= $4
          order by received_at desc limit 1`,
        [mac, channelId, since, at],
      );
      return rows[0]?.modulation_order ?? undefined;
    },

    async past(mac, channelId, since, at) {
      const { rows } = await pool.query<PastRow>(
        `select zero_frequency_hz, first_active, spacing_hz, quarter_db, mean_mer_db, percentile2_mer_db
           from pnm_rxmer
          where mac = $1 and channel_id = $2 and received_at >= $3 and received_at < $4
          order by received_at desc limit ${PAST_CAPTURES}`,
        [mac, channelId, since, at],
      );
      return rows.map((row) => ({
        zeroSubcarrierHz: row.zero_frequency_hz,
        firstActiveSubcarrier: row.first_active,
        spacingHz: row.spacing_hz,
        quarterDb: row.quarter_db,
        meanMerDb: row.mean_mer_db ?? undefined,
        percentileMerDb: row.percentile2_mer_db ?? undefined,
      }));
    },

    async profiles(mac, channelId, since, at) {
      const { rows } = await pool.query<ProfileRow>(
        `select p.capture_id, p.profile_id, p.zero_frequency_hz, p.first_active, p.spacing_hz, p.required_quarter_db,
                p.required_mean_mer_db
           from (select capture_id, received_at from pnm_modulation_profiles
                  where mac = $1 and channel_id = $2 and received_at >= $3 and received_at <= $4
                  order by received_at desc limit 1) newest
           join pnm_modulation_profiles p on p.capture_id = newest.capture_id and p.received_at = newest.received_at
          order by p.ordinal`,
        [mac, channelId, since, at],
      );
      return rows.map((row) => ({
        captureId: row.capture_id,
        profileId: row.profile_id,
        zeroSubcarrierHz: row.zero_frequency_hz,
        firstActiveSubcarrier: row.first_active,
        spacingHz: row.spacing_hz,
        requiredQuarterDb: row.required_quarter_db,
        requiredMeanMerDb: row.required_mean_mer_db ?? undefined,
      }));
    },

    async crashed(captureId) {
      const { rows } = await pool.query<{ crash_count: number }>(
        'update pnm_captures set crash_count = crash_count + 1 where capture_id = $1 returning crash_count',
        [captureId],
      );
      return rows[0]?.crash_count ?? 0;
    },

    async stored({ captureId, mac, test, channelId }, file, decoded, judgement) {
      const { receivedAt, clockOffsetSec } = file;
      try {
        await inTransaction(pool, async (client) => {
          await updateCapture(client, file, decoded);
          const owner = { captureId, mac, test, channelId, receivedAt, clockOffsetSec };
          await insertSeries(client, owner, decoded, judgement);
        });
        return { duplicateOf: undefined };
      } catch (error) {
        if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error;
      }
      const { rows } = await pool.query<{ capture_id: string }>(
        `update pnm_captures d
            set state = 'duplicate', same_as = s.capture_id, received_at = $4, received_name = $5, file_sha256 = $2, file_bytes = $6
           from pnm_captures s
          where d.capture_id = $1 and s.file_sha256 = $2 and s.mac = $3 and s.test = d.test and s.state = 'stored'
            and s.capture_id <> d.capture_id -- two collectors may have taken up the same file
         returning s.capture_id`,
        [captureId, file.sha256, mac, receivedAt, file.receivedName, file.bytes],
      );
      return { duplicateOf: rows[0]?.capture_id };
    },

    async olderThan(before, limit) {
      const { rows } = await pool.query<{ capture_id: string; file_path: string | null }>(
        `select capture_id, case when state in ('stored', 'quarantined') then file_path end as file_path
           from pnm_captures
          where coalesce(received_at, requested_at) < $1
          order by coalesce(received_at, requested_at)
          limit $2`,
        [before, limit],
      );
      return rows.map((row) => ({ captureId: row.capture_id, path: row.file_path || undefined }));
    },

    async forget(captureIds) {
      await pool.query('delete from pnm_captures where capture_id = any($1::uuid[])', [captureIds]);
    },

    async forgetSeries(before) {
      await pool.query('delete from pnm_rxmer_latest where received_at < $1', [before]);
      for (const table of ['pnm_latest', 'pnm_measures_latest']) {
        await pool.query(`delete from ${table} where received_at < $1`, [before]);
      }
      await pool.query('delete from pnm_modem_scalars where read_at < $1', [before]);
      await pool.query('delete from pnm_groupings where newest_capture_at < $1', [before]);
      for (const table of SERIES_TABLES) await deleteOlder(pool, table, before);
      await pool.query(
        `delete from pnm_operations o
          where o.finished_at < $1 and not exists (select from pnm_captures c where c.operation_id = o.operation_id)`,
        [before],
      );
      await pool.query('delete from modem_placements where valid_to < $1', [before]);
    },

    async quarantined(captureId, file, { code, message }) {
      await pool.query(
        `update pnm_captures
            set state = 'quarantined', error_code = $2, error_message = $3, received_name = $4, received_at = $5,
                file_path = $6, file_sha256 = $7, file_bytes = $8
          where capture_id = $1`,
        [captureId, code, message, file.receivedName, file.receivedAt, file.path, file.sha256, file.bytes],
      );
    },
  };
}

/** Rows that one call of `delete_older_than` takes at most, where the table has no chunks. */
const DELETE_BATCH_ROWS = 20_000;

async function deleteOlder(pool: pg.Pool, table: string, before: Date): Promise<void> {
  for (let isFull = true; isFull;) {
    const { rows } = await pool.query<{ count: string }>(
      `select delete_older_than($1::regclass, 'received_at', $2) as count`,
      [`public.${table}`, before],
    );
    isFull = Number(rows[0]?.count) >= DELETE_BATCH_ROWS;
  }
}

async function updateCapture(client: pg.PoolClient, file: StoredFile, decoded: DecodedCapture): Promise<void> {
  const { series, kind, warnings } = decoded;
  await client.query(
    `update pnm_captures
        set state = 'stored', received_name = $2, received_at = $3, file_path = $4, file_sha256 = $5, file_bytes = $6,
            device_time_sec = $7, truncated = $8, warnings = $9, file_kind = $10, unread_reason = $11,
            error_code = null, error_message = null
      where capture_id = $1`,
    [
      file.captureId,
      file.receivedName,
      file.receivedAt,
      file.path,
      file.sha256,
      file.bytes,
      file.deviceTimeSec ?? null,
      file.truncated,
      JSON.stringify(warnings),
      kind,
      series.kind === 'unread' ? series.reason : null,
    ],
  );
}

/** The audit log in the database: a row is committed before the packet leaves. */
export function auditLog(pool: pg.Pool, now: () => Date): AuditLog {
  return {
    async begin({ actor, action, subject, address, operationId, detail }) {
      const { rows } = await pool.query<{ audit_id: string }>(
        `insert into audit_log (at, actor, action, subject, address, operation_id, detail)
         values ($1, $2, $3, $4, $5, $6, $7) returning audit_id`,
        [now(), actor, action, subject, address, operationId, JSON.stringify(detail)],
      );
      return (rows[0] as { audit_id: string }).audit_id;
    },
    async end(auditId, outcome) {
      await pool.query('update audit_log set outcome = $2, finished_at = $3 where audit_id = $1', [
        auditId,
        outcome,
        now(),
      ]);
    },
  };
}
