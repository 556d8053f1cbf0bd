import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { isGroupMac, parseMac } from '../src/lib/mac.js';
import { captureStore } from '../src/pnm/capture-store.js';
import { inlineDecoder } from '../src/pnm/decoding/decoder.js';
import { createFileKeeper } from '../src/pnm/file-keeper.js';
import { createImporter } from '../src/pnm/import.js';
import { createIngest } from '../src/pnm/ingest.js';
import { createSpool } from '../src/pnm/receive/spool.js';
import { describeDatabase, useDatabase } from './database.js';

/** Real files through the ingest into the database and out of the views, with the numbers that their decoders agree on. */

const samples = join(process.env['PLANTGRAPH_SHARED'] ?? join(__dirname, '../../../shared'), 'data/pnm');
const hasSamples = existsSync(join(samples, 'expected.json'));
if (!hasSamples) console.warn(`no PNM samples at ${samples}: the import of real files is not tested`);

interface Expected {
  readonly file: string;
  readonly type: string;
  readonly mac: string | null;
  readonly channel_id: number | null;
  readonly count: number;
  readonly raw_sha256?: string;
  readonly values_sha256: string;
  readonly stats?: Record<string, number>;
  readonly capture_time_plausible: boolean | null;
  readonly [more: string]: unknown;
}
const expected = hasSamples
  ? (JSON.parse(readFileSync(join(samples, 'expected.json'), 'utf8')) as { files: Expected[] }).files
  : [];

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');
/** Some publishers blanked addresses in a way that no modem has. */
const hintsOf = ({ mac }: Expected) => (mac !== null && !isGroupMac(parseMac(mac)) ? {} : { mac: MAC });
const MAC = parseMac('3c:7a:8a:10:00:00');

describeDatabase('imported captures', (edition) => {
  const database = useDatabase(edition);
  let folder: string;
  let reader: pg.Pool;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plantgraph-import-'));
    reader = database.poolAs('grafana_reader');
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function importer() {
    const spool = createSpool(join(folder, `spool-${randomUUID()}`), 0);
    await spool.prepare();
    const captures = captureStore(database.pool);
    const now = () => new Date();
    const files = createFileKeeper(join(folder, 'pnm'));
    const log = { warn: () => undefined };
    const ingest = createIngest({ captures, files, spool, now, defaultRequiredMerDb: 41, log });
    return { spool, importFile: createImporter({ captures, ingest, spool, decoder: inlineDecoder, now }) };
  }

  const one = async <Row extends object>(sql: string, id: string): Promise<Row> => {
    const { rows } = await reader.query<Row>(sql, [id]);
    expect(rows).toHaveLength(1);
    return rows[0] as Row;
  };

  (hasSamples ? test : test.skip)(
    'of every kind come out of the views as they went in',
    async () => {
      const { importFile, spool } = await importer();
      for (const want of expected) {
        const { captureId, test: asTest, mac } = await importFile(join(samples, want.file), hintsOf(want));
        const isNamed = want.mac !== null && !isGroupMac(parseMac(want.mac));
        expect({ file: want.file, mac }).toEqual({ file: want.file, mac: isNamed ? want.mac : MAC });
        await CHECKS[asTest]?.(captureId, want);
      }
      expect(await spool.list()).toEqual([]);
      expect(new Set(expected.map(({ type }) => type)).size).toBe(11);
    },
    120_000,
  );

  type Check = (id: string, want: Expected) => Promise<void>;
  const arrayIs = (base64: string, want: Expected, bytesEach: 1 | 2) => {
    const bytes = Buffer.from(base64, 'base64');
    const values = Array.from({ length: bytes.length / bytesEach }, (_, i) =>
      bytesEach === 1 ? bytes[i] : bytes.readInt16BE(2 * i),
    );
    const { file, raw_sha256: digest } = want;
    expect({ file, sha256: sha256(values.join(',')) }).toEqual({ file, sha256: digest });
  };
  const channel: Check = async (id, want) => {
    const row = await one<Record<string, number> & { coefficients_base64: string; channel_id: string }>(
      'select * from grafana.channel_estimate_captures where id = $1',
      id,
    );
    arrayIs(row.coefficients_base64, want, 2);
    expect(row.channel_id).toBe(String(want.channel_id));
    expect(row.first_frequency_hz).toBe(want['frequency_first_hz']);
    expect(row.mean_magnitude_db).toBeCloseTo(want['amp_mean_db'] as number, 5);
    expect(row.ripple_db).toBeCloseTo(want['amp_ripple_pkpk_db'] as number, 4);
    expect(row.group_delay_ripple_ns).toBeCloseTo(want['group_delay_ripple_pkpk_ns'] as number, 3);
    const points = await one<{ n: number; mean: number; from: number; to: number }>(
      `select count(magnitude_db)::float8 as n, avg(magnitude_db)::float8 as mean, min(frequency_hz) as from, max(frequency_hz) as to
         from grafana.channel_estimate_subcarriers where capture_id = $1`,
      id,
    );
    const stats = want['magnitude_db_stats'] as { n: number; mean: number };
    expect({ n: points.n, from: points.from, to: points.to }).toEqual({
      n: stats.n,
      from: want['frequency_first_hz'],
      to: want['frequency_last_hz'],
    });
    expect(points.mean).toBeCloseTo(stats.mean, 5);
  };
  const CHECKS: Partial<Record<string, Check>> = {
    rxmer: async (id, want) => {
      const row = await one<Record<string, number> & { mer_base64: string }>(
        'select * from grafana.rxmer_captures where id = $1',
        id,
      );
      arrayIs(row.mer_base64, want, 1);
      expect(row).toMatchObject({ count: want.count, percentile2_mer_db: want['percentile2_db'] });
      expect(row.mean_mer_db).toBeCloseTo(want.stats?.['mean'] as number, 5);
      expect(row.std_dev_mer_db).toBeCloseTo(want.stats?.['stddev'] as number, 5);
      expect(row.headroom_db).toBe((want['percentile2_db'] as number) - (row.required_mer_db ?? NaN));
    },
    upstream_rxmer: async (id, want) => {
      const row = await one<Record<string, number> & { mer_base64: string }>(
        'select * from grafana.upstream_rxmer_captures where id = $1',
        id,
      );
      arrayIs(row.mer_base64, want, 1);
      expect(row).toMatchObject({
        measured_count: want.stats?.['n'],
        percentile2_mer_db: want['percentile2_db'],
        ccap_id: want['ccap_id'],
        first_frequency_hz: want['frequency_first_hz'],
      });
      expect(row.mean_mer_db).toBeCloseTo(want.stats?.['mean'] as number, 5);
    },
    constellation: async (id, want) => {
      const row = await one<{ points_base64: string; mer_db: number }>(
        'select * from grafana.constellation_captures where id = $1',
        id,
      );
      arrayIs(row.points_base64, want, 2);
      expect(row.mer_db).toBeCloseTo(want['slicer_mer_db'] as number, 4);
    },
    channel_estimate: channel,
    pre_equaliser: channel,
    pre_equaliser_last_update: channel,
    fec_summary: async (id, want) => {
      const { rows } = await reader.query<Record<string, unknown>>(
        'select * from grafana.fec_captures where id = $1 order by profile_id',
        [id],
      );
      const profiles = want['profiles'] as Record<string, number>[];
      const sums = (profile: Record<string, unknown>) => ({
        profile_id: String(profile['profile_id']),
        total: profile['total_codewords'],
        corrected: profile['corrected_codewords'],
        uncorrectable: profile['uncorrectable_codewords'],
      });
      const byProfile = (a: { profile_id: string }, b: { profile_id: string }) =>
        a.profile_id < b.profile_id ? -1 : 1;
      expect(rows.map(sums).sort(byProfile)).toEqual(profiles.map(sums).sort(byProfile));
      const { rows: sets } = await reader.query<{ profile_id: string; at: string; values: string }>(
        `select profile_id, extract(epoch from time)::text as at,
                concat_ws(',', total_codewords, corrected_codewords, uncorrectable_codewords) as values
           from grafana.fec_intervals where capture_id = $1 order by time`,
        [id],
      );
      expect(sets).toHaveLength(want.count);
      if ((profiles[0]?.['first_timestamp'] ?? 0) < 1e9) return; // by the modem's uptime: moved to our clock
      const text = profiles.map(({ profile_id: profile }) => {
        const own = sets.filter(({ profile_id }) => profile_id === String(profile));
        return `${profile}:${own.map(({ at, values }) => `${Number(at)},${values}`).join(';')}`;
      });
      expect(sha256(text.join('|'))).toBe(want.values_sha256);
    },
    histogram: async (id, want) => {
      const row = await one<{ hits_base64: string; count: number; hit_sum: number }>(
        'select * from grafana.histogram_captures where id = $1',
        id,
      );
      expect(row).toMatchObject({ count: want.count, hit_sum: want['hit_sum'] });
      const hits = Buffer.from(row.hits_base64, 'base64');
      const values = Array.from({ length: hits.length / 4 }, (_, i) => hits.readUInt32BE(4 * i));
      expect(sha256(values.join(','))).toBe(want.values_sha256);
    },
    modulation_profile: async (id, want) => {
      const { rows } = await reader.query<
        Record<string, number> & { bits_base64: string; required_mer_base64: string }
      >('select * from grafana.modulation_profiles where capture_id = $1', [id]);
      const profiles = want['profiles'] as { profile_id: number; code_counts: Record<string, number> }[];
      expect(rows).toHaveLength(profiles.length);
      for (const { profile_id: profile, code_counts: codes } of profiles) {
        const row = rows.find(({ profile_id: found }) => String(found) === String(profile));
        const bits = Buffer.from(row?.bits_base64 ?? '', 'base64');
        const data = Object.entries(codes).filter(([code]) => Number(code) >= 2 && Number(code) <= 14);
        for (const [code, times] of data) expect(bits.filter((bit) => bit === Number(code))).toHaveLength(times);
        expect(bits).toHaveLength(want.count);
        expect(bits.includes(255)).toBe(false);
        const required = Buffer.from(row?.required_mer_base64 ?? '', 'base64');
        expect(required.filter((quarter) => quarter !== 255)).toHaveLength(
          data.reduce((sum, [, times]) => sum + times, 0),
        );
      }
    },
    spectrum: async (id, want) => {
      const row = await one<Record<string, number> & { amplitudes_base64: string }>(
        'select * from grafana.spectrum_captures where id = $1',
        id,
      );
      const powers = Buffer.from(row.amplitudes_base64, 'base64');
      const values = Array.from({ length: powers.length / 2 }, (_, i) => (powers.readInt16BE(2 * i) / 100).toFixed(2));
      expect({ file: want.file, sha256: sha256(values.join(',')) }).toEqual({
        file: want.file,
        sha256: want.values_sha256,
      });
      expect(row).toMatchObject({
        count: want.count,
        measured_count: want.count,
        peak_dbmv: want['peak_dbmv'],
        first_frequency_hz: want['frequency_first_hz'],
      });
      const bins = await one<{ n: number; peak: number }>(
        'select count(*)::float8 as n, max(level_dbmv) as peak from grafana.spectrum_bins where capture_id = $1',
        id,
      );
      expect(bins).toEqual({ n: want.count, peak: want['peak_dbmv'] });
    },
  };

  (hasSamples ? test : test.skip)('are there once, however often they are brought', async () => {
    const { importFile } = await importer();
    const file = join(samples, expected.find(({ type }) => type === 'ds_histogram')?.file ?? '');
    const first = await importFile(file, { mac: MAC });
    expect(await importFile(file, { mac: MAC })).toEqual({ ...first, isDuplicate: true });
  });

  test('that are no PNM file, or of somebody else, leave nothing behind', async () => {
    const { importFile, spool } = await importer();
    const broken = join(folder, 'broken.bin');
    await writeFile(broken, '<html>');
    const before = await database.pool.query('select count(*) from pnm_captures');
    await expect(importFile(broken)).rejects.toMatchObject({ code: 'PNM_UNKNOWN_TYPE' });
    const report = join(folder, 'report.bin');
    await writeFile(report, 'LLD01 whatever');
    await expect(importFile(report)).rejects.toMatchObject({ code: 'PNM_MAC_UNUSABLE' });
    expect((await database.pool.query('select count(*) from pnm_captures')).rows).toEqual(before.rows);
    expect(await spool.list()).toEqual([]);
    expect(await readdir(join(folder, 'pnm')).catch(() => [])).not.toContain('quarantine');
  });

  test('whose layout nobody has published are kept and say that they gave no numbers', async () => {
    const { importFile } = await importer();
    const report = join(folder, 'latency.bin');
    await writeFile(report, 'LLD01 whatever');
    const { captureId } = await importFile(report, { mac: MAC });
    const { rows } = await database.pool.query('select state, unread_reason from pnm_captures where capture_id = $1', [
      captureId,
    ]);
    expect(rows).toEqual([{ state: 'stored', unread_reason: 'the layout of latency reports is not published' }]);
  });
});
