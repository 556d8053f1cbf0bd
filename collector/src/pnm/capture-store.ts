import type pg from 'pg';
import { inTransaction } from '../db/pool.js';
import { parseMac, type Mac } from '../lib/mac.js';
import type { AskedCapture } from './capture-run.js';
import type { AuditLog } from './modem-session.js';
import type { CaptureTest } from './schemas.js';

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
  readonly warnings: readonly unknown[];
}

export interface RxMerSeries {
  readonly kind: 'rxmer';
  readonly zeroFrequencyHz: number;
  readonly firstActive: number;
  readonly spacingHz: number;
  readonly quarterDb: Uint8Array;
  readonly count: number;
  readonly measuredCount: number;
  readonly meanMerDb: number | undefined;
  readonly stdDevMerDb: number | undefined;
  readonly minMerDb: number | undefined;
  readonly percentile2MerDb: number | undefined;
  readonly requiredMerDb: number | undefined;
  readonly headroomDb: number | undefined;
}

export interface ConstellationSeries {
  readonly kind: 'constellation';
  readonly zeroFrequencyHz: number;
  readonly spacingHz: number;
  readonly modulationOrder: number | undefined;
  readonly points: Uint8Array;
  readonly count: number;
  readonly merDb: number | undefined;
}

export interface CaptureStore {
  asked(capture: AskedCapture): Promise<void>;
  failed(captureId: string, error: { code: string; message: string }): Promise<void>;
  get(captureId: string): Promise<CaptureRecord | undefined>;
  /** Modulation that the newest constellation of the channel was taken at, no older than `since`. */
  modulationOrder(mac: Mac, channelId: number | null, since: Date): Promise<number | undefined>;
  /** Stores file and numbers in one transaction. Resolves with the id of an earlier capture of the same bytes, if any. */
  stored(
    capture: CaptureRecord,
    file: StoredFile,
    series: RxMerSeries | ConstellationSeries | undefined,
  ): Promise<{ duplicateOf: string | undefined }>;
  /** Captures received before, oldest first, with the files that go with them. */
  olderThan(before: Date, limit: number): Promise<{ captureId: string; path: string | undefined }[]>;
  /** Removes captures whose files are gone. */
  forget(captureIds: readonly string[]): Promise<void>;
  /** Removes arrays, ended operations and what else is older. */
  forgetSeries(before: Date): Promise<void>;
  quarantined(
    captureId: string,
    file: Omit<StoredFile, 'warnings' | 'deviceTimeSec' | 'truncated'>,
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
}

const UNIQUE_VIOLATION = '23505';

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

    async failed(captureId, { code, message }) {
      await pool.query(
        `update pnm_captures set state = 'failed', error_code = $2, error_message = $3
          where capture_id = $1 and state = 'asked'`,
        [captureId, code, message],
      );
    },

    async get(captureId) {
      const { rows } = await pool.query<CaptureRow>(
        `select capture_id, mac, site_id, test, channel_id, state, same_as from pnm_captures where capture_id = $1`,
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
        }
      );
    },

    async modulationOrder(mac, channelId, since) {
      const { rows } = await pool.query<{ modulation_order: number | null }>(
        `select modulation_order from pnm_constellations
          where mac = $1 and channel_id = $2 and received_at >= $3
          order by received_at desc limit 1`,
        [mac, channelId, since],
      );
      return rows[0]?.modulation_order ?? undefined;
    },

    async stored(capture, file, series) {
      try {
        await inTransaction(pool, async (client) => {
          await updateCapture(client, file, 'stored');
          if (series?.kind === 'rxmer') await insertRxMer(client, capture, file, series);
          if (series?.kind === 'constellation') await insertConstellation(client, capture, file, series);
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
         returning s.capture_id`,
        [capture.captureId, file.sha256, capture.mac, file.receivedAt, file.receivedName, file.bytes],
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
      for (const table of ['pnm_rxmer', 'pnm_constellations']) await deleteOlder(pool, table, before);
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

async function updateCapture(client: pg.PoolClient, file: StoredFile, state: CaptureState): Promise<void> {
  await client.query(
    `update pnm_captures
        set state = $2, received_name = $3, received_at = $4, file_path = $5, file_sha256 = $6, file_bytes = $7,
            device_time_sec = $8, truncated = $9, warnings = $10, error_code = null, error_message = null
      where capture_id = $1`,
    [
      file.captureId,
      state,
      file.receivedName,
      file.receivedAt,
      file.path,
      file.sha256,
      file.bytes,
      file.deviceTimeSec ?? null,
      file.truncated,
      JSON.stringify(file.warnings),
    ],
  );
}

async function insertRxMer(client: pg.PoolClient, { mac, channelId }: CaptureRecord, file: StoredFile, s: RxMerSeries) {
  await client.query(
    `insert into pnm_rxmer (received_at, capture_id, mac, channel_id, zero_frequency_hz, first_active, spacing_hz, quarter_db,
                            count, measured_count, mean_mer_db, std_dev_mer_db, min_mer_db, percentile2_mer_db,
                            required_mer_db, headroom_db)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
    [
      file.receivedAt,
      file.captureId,
      mac,
      channelId,
      s.zeroFrequencyHz,
      s.firstActive,
      s.spacingHz,
      Buffer.from(s.quarterDb),
      s.count,
      s.measuredCount,
      s.meanMerDb ?? null,
      s.stdDevMerDb ?? null,
      s.minMerDb ?? null,
      s.percentile2MerDb ?? null,
      s.requiredMerDb ?? null,
      s.headroomDb ?? null,
    ],
  );
  await client.query(
    `insert into pnm_rxmer_latest as l (mac, channel_id, received_at, capture_id) values ($1, $2, $3, $4)
     on conflict (mac, channel_id) do update
        set received_at = excluded.received_at, capture_id = excluded.capture_id
      where l.received_at <= excluded.received_at`,
    [mac, channelId, file.receivedAt, file.captureId],
  );
}

async function insertConstellation(
  client: pg.PoolClient,
  { mac, channelId }: CaptureRecord,
  file: StoredFile,
  s: ConstellationSeries,
) {
  await client.query(
    `insert into pnm_constellations (received_at, capture_id, mac, channel_id, zero_frequency_hz, spacing_hz,
                                     modulation_order, points, count, mer_db)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      file.receivedAt,
      file.captureId,
      mac,
      channelId,
      s.zeroFrequencyHz,
      s.spacingHz,
      s.modulationOrder ?? null,
      Buffer.from(s.points),
      s.count,
      s.merDb ?? null,
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
