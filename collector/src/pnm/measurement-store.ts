import type pg from 'pg';
import type { Measurement, MeasurementData, MeasurementsQuery } from './schemas.js';

export interface MeasurementStore {
  list(query: MeasurementsQuery): Promise<Measurement[]>;
  get(id: string): Promise<MeasurementData | undefined>;
}

interface MeasurementRow {
  capture_id: string;
  mac: string;
  site_id: string | null;
  fibre_node: string | null;
  test: Measurement['test'];
  channel_id: number;
  received_at: Date;
  zero_frequency_hz: number;
  first_active: number | null;
  spacing_hz: number;
  count: number;
  measured_count: number;
  mean_mer_db: number | null;
  std_dev_mer_db: number | null;
  min_mer_db: number | null;
  percentile2_mer_db: number | null;
  required_mer_db: number | null;
  headroom_db: number | null;
  modulation_order: number | null;
  file_sha256: string;
  file_bytes: number;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const FROM = `
  from pnm_captures c
  left join pnm_rxmer r on c.test = 'rxmer' and r.capture_id = c.capture_id and r.received_at = c.received_at
  left join pnm_constellations k on c.test = 'constellation' and k.capture_id = c.capture_id and k.received_at = c.received_at
 where c.state = 'stored'`;

const SELECT = `
select c.capture_id, c.mac, c.site_id, c.fibre_node, c.test, c.channel_id, c.received_at,
       coalesce(r.zero_frequency_hz, k.zero_frequency_hz) as zero_frequency_hz, r.first_active,
       coalesce(r.spacing_hz, k.spacing_hz) as spacing_hz,
       coalesce(r.count, k.count) as count, coalesce(r.measured_count, k.count) as measured_count,
       coalesce(r.mean_mer_db, k.mer_db) as mean_mer_db, r.std_dev_mer_db, r.min_mer_db, r.percentile2_mer_db,
       r.required_mer_db, r.headroom_db, k.modulation_order, c.file_sha256, c.file_bytes`;

const toMeasurement = (row: MeasurementRow): Measurement => ({
  id: row.capture_id,
  mac: row.mac,
  site: row.site_id,
  fibreNode: row.fibre_node,
  test: row.test,
  channelId: row.channel_id,
  receivedAt: row.received_at.toISOString(),
  zeroFrequencyHz: row.zero_frequency_hz,
  firstFrequencyHz: row.first_active === null ? null : row.zero_frequency_hz + row.first_active * row.spacing_hz,
  spacingHz: row.spacing_hz,
  count: row.count,
  measuredCount: row.measured_count,
  meanMerDb: row.mean_mer_db,
  stdDevMerDb: row.std_dev_mer_db,
  minMerDb: row.min_mer_db,
  percentile2MerDb: row.percentile2_mer_db,
  requiredMerDb: row.required_mer_db,
  headroomDb: row.headroom_db,
  modulationOrder: row.modulation_order,
  fileSha256: row.file_sha256,
  fileBytes: row.file_bytes,
});

/** Stored captures with their numbers, newest first. The arrays come one capture at a time. */
export function measurementStore(pool: pg.Pool): MeasurementStore {
  return {
    async list({ mac, node, test, from, to, limit }) {
      const { rows } = await pool.query<MeasurementRow>(
        `${SELECT} ${FROM}
            and coalesce(r.count, k.count) is not null
            and ($1::text is null or c.mac = $1)
            and ($2::text is null or c.fibre_node = $2)
            and ($3::text is null or c.test = $3)
            and ($4::timestamptz is null or c.received_at >= $4)
            and ($5::timestamptz is null or c.received_at <= $5)
          order by c.received_at desc, c.capture_id
          limit $6`,
        [mac ?? null, node ?? null, test ?? null, from ?? null, to ?? null, limit],
      );
      return rows.map(toMeasurement);
    },

    async get(id) {
      if (!UUID.test(id)) return undefined;
      const { rows } = await pool.query<MeasurementRow & { values: Buffer }>(
        `${SELECT}, coalesce(r.quarter_db, k.points) as values ${FROM}
            and coalesce(r.count, k.count) is not null and c.capture_id = $1`,
        [id],
      );
      const row = rows[0];
      return row && { ...toMeasurement(row), valuesBase64: row.values.toString('base64') };
    },
  };
}
