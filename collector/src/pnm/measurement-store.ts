import type pg from 'pg';
import { MEASUREMENT_SOURCES, sourceSql } from './measurement-source.js';
import type { CaptureTest, Measurement, MeasurementData, MeasurementFinding, MeasurementsQuery } from './schemas.js';

export interface MeasurementStore {
  list(query: MeasurementsQuery): Promise<Measurement[]>;
  get(id: string): Promise<MeasurementData | undefined>;
}

interface CaptureRow {
  capture_id: string;
  mac: string;
  site_id: string | null;
  fibre_node: string | null;
  test: CaptureTest;
  channel_id: number | null;
  received_at: Date;
  source: Measurement['source'];
  truncated: boolean;
  unread_reason: string | null;
  file_sha256: string;
  file_bytes: number;
  warnings: MeasurementData['warnings'] | null;
}

interface SeriesRow {
  capture_id: string;
  profile_id: number | null;
  zero_frequency_hz: number | null;
  first_frequency_hz: number | null;
  spacing_hz: number | null;
  count: number;
  measured_count: number;
  measures: Measurement['measures'];
  values: Buffer | null;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const COLUMNS = `capture_id, mac, site_id, fibre_node, test, channel_id, received_at, source, truncated, unread_reason,
                 file_sha256, file_bytes, warnings`;

const numberOf = (value: Measurement['measures'][string] | undefined): number | null =>
  typeof value === 'number' ? value : null;

function toMeasurement(row: CaptureRow, series: readonly SeriesRow[]): Measurement {
  const [first] = series;
  const isByProfile = first !== undefined && first.profile_id !== null;
  const measures = first === undefined || isByProfile ? {} : first.measures;
  const total = (pick: (part: SeriesRow) => number) => series.reduce((sum, part) => sum + pick(part), 0);
  // profiles of one channel are of the same subcarriers; their intervals add up
  const isOfSubcarriers = row.test === 'modulation_profile';
  return {
    id: row.capture_id,
    mac: row.mac,
    site: row.site_id,
    fibreNode: row.fibre_node,
    test: row.test,
    channelId: row.channel_id,
    receivedAt: row.received_at.toISOString(),
    zeroFrequencyHz: first?.zero_frequency_hz ?? null,
    firstFrequencyHz: first?.first_frequency_hz ?? null,
    spacingHz: first?.spacing_hz ?? null,
    count: isOfSubcarriers ? (first?.count ?? 0) : total(({ count }) => count),
    measuredCount: isOfSubcarriers ? (first?.measured_count ?? 0) : total(({ measured_count: n }) => n),
    meanMerDb: numberOf(measures['meanMerDb'] ?? measures['merDb']),
    stdDevMerDb: numberOf(measures['stdDevMerDb']),
    minMerDb: numberOf(measures['minMerDb']),
    percentile2MerDb: numberOf(measures['percentile2MerDb']),
    requiredMerDb: numberOf(measures['requiredMerDb']),
    headroomDb: numberOf(measures['headroomDb']),
    modulationOrder: numberOf(measures['modulationOrder']),
    measures,
    profiles: isByProfile
      ? series.map((part) => ({ profileId: part.profile_id ?? 0, count: part.count, measures: part.measures }))
      : [],
    source: row.source,
    truncated: row.truncated,
    unreadReason: row.unread_reason,
    fileSha256: row.file_sha256,
    fileBytes: row.file_bytes,
  };
}

/** Stored captures with their numbers, newest first. The arrays come one capture at a time. */
export function measurementStore(pool: pg.Pool): MeasurementStore {
  /** One query a test on the page, each by the primary key. */
  const seriesOf = async (rows: readonly CaptureRow[], withValues: boolean): Promise<Map<string, SeriesRow[]>> => {
    const found = new Map<string, SeriesRow[]>();
    for (const test of new Set(rows.map((row) => row.test))) {
      const source = MEASUREMENT_SOURCES[test];
      if (source === undefined) continue;
      const own = rows.filter((row) => row.test === test);
      const { rows: series } = await pool.query<SeriesRow>(sourceSql(source, withValues), [
        own.map((row) => row.capture_id),
        own.map((row) => row.received_at),
      ]);
      for (const part of series) {
        const parts = found.get(part.capture_id);
        if (parts === undefined) found.set(part.capture_id, [part]);
        else parts.push(part);
      }
    }
    return found;
  };

  const findingsOf = async ({ capture_id: id, received_at: at }: CaptureRow): Promise<MeasurementFinding[]> => {
    const { rows } = await pool.query<MeasurementFinding>(
      `select kind, direction, frequency_hz as "frequencyHz", width_hz as "widthHz", depth_db as "depthDb",
              level_db as "levelDb", delay_ns as "delayNs", period_hz as "periodHz", distance_m as "distanceM",
              uncertainty_m as "uncertaintyM", detail
         from pnm_findings where capture_id = $1 and received_at = $2 order by ordinal`,
      [id, at],
    );
    return rows;
  };

  return {
    async list({ mac, node, test, from, to, limit }) {
      const { rows } = await pool.query<CaptureRow>(
        `select ${COLUMNS} from pnm_captures
          where state = 'stored'
            and ($1::text is null or mac = $1)
            and ($2::text is null or fibre_node = $2)
            and ($3::text is null or test = $3)
            and ($4::timestamptz is null or received_at >= $4)
            and ($5::timestamptz is null or received_at <= $5)
          order by received_at desc, capture_id
          limit $6`,
        [mac ?? null, node ?? null, test ?? null, from ?? null, to ?? null, limit],
      );
      const series = await seriesOf(rows, false);
      return rows.map((row) => toMeasurement(row, series.get(row.capture_id) ?? []));
    },

    async get(id) {
      if (!UUID.test(id)) return undefined;
      const { rows } = await pool.query<CaptureRow>(
        `select ${COLUMNS} from pnm_captures where state = 'stored' and capture_id = $1`,
        [id],
      );
      const row = rows[0];
      if (row === undefined) return undefined;
      const series = (await seriesOf([row], true)).get(id) ?? [];
      const unit = MEASUREMENT_SOURCES[row.test]?.unit ?? null;
      const isByProfile = MEASUREMENT_SOURCES[row.test]?.isByProfile ?? false;
      const values = isByProfile ? undefined : series[0]?.values;
      return {
        ...toMeasurement(row, series),
        valuesBase64: values?.toString('base64') ?? null,
        unit: values ? unit : null,
        profileValues: isByProfile
          ? series.map((part) => ({
              profileId: part.profile_id ?? 0,
              valuesBase64: part.values?.toString('base64') ?? null,
              unit,
            }))
          : [],
        findings: await findingsOf(row),
        warnings: row.warnings ?? [],
      };
    },
  };
}
