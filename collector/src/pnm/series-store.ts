import type pg from 'pg';
import type { Change } from './measures/change.js';
import { rangeOf } from './decoding/prepare.js';
import type {
  ChannelSeries,
  ConstellationSeries,
  DecodedCapture,
  FecSeries,
  HistogramSeries,
  ModulationSeries,
  RxMerSeries,
  SpectrumSeries,
  SymbolSeries,
  UpstreamRxMerSeries,
} from './decoding/series.js';
import type { CaptureTest } from './schemas.js';

/** What an RxMER capture says beside its own numbers: against what is required, and against its past. */
export interface RxMerJudgement {
  readonly requiredMerDb: number | undefined;
  readonly headroomDb: number | undefined;
  readonly change: Change;
  readonly pastCount: number;
}

/** Whose numbers they are. */
export interface SeriesOwner {
  readonly captureId: string;
  readonly mac: string;
  readonly test: CaptureTest;
  /** Null for tests of the whole band. */
  readonly channelId: number | null;
  readonly receivedAt: Date;
  /** Added to the modem's seconds gives ours; 0 where its clock can be right. */
  readonly clockOffsetSec: number;
}

type Row = Readonly<Record<string, unknown>>;

/** Tables of arrays and findings, for retention. */
export const SERIES_TABLES = [
  'pnm_rxmer',
  'pnm_constellations',
  'pnm_channel_estimates',
  'pnm_spectra',
  'pnm_fec',
  'pnm_histograms',
  'pnm_modulation_profiles',
  'pnm_symbol_captures',
  'pnm_upstream_rxmer',
  'pnm_findings',
  'pnm_profile_margins',
  'pnm_pre_equalisers',
] as const;

/** Stores the numbers of one capture and moves the pointers to the newest. To be called within a transaction. */
export async function insertSeries(
  client: pg.PoolClient,
  owner: SeriesOwner,
  capture: DecodedCapture,
  judgement: RxMerJudgement | undefined,
): Promise<void> {
  const { table, rows } = rowsOf(owner, capture, judgement);
  if (table !== undefined) await insertRows(client, table, rows);
  await insertFindings(client, owner, capture);
  if (capture.series.kind === 'rxmer') await insertMargins(client, owner, capture.series);
  await moveLatest(client, owner, capture);
  await moveMeasures(client, owner, capture, judgement);
}

/** One statement for all rows; names are those of this file, values are parameters. */
async function insertRows(client: pg.PoolClient, table: string, rows: readonly Row[]): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const names = Object.keys(first);
  const places = rows.map((_, row) => `(${names.map((_name, i) => `$${row * names.length + i + 1}`).join(', ')})`);
  const values = rows.flatMap((row) => names.map((name) => row[name] ?? null));
  await client.query(`insert into ${table} (${names.join(', ')}) values ${places.join(', ')}`, values);
}

/** Without copying; what came from another thread is ours alone. */
const octets = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, byteLength);

function rowsOf(
  owner: SeriesOwner,
  { series }: DecodedCapture,
  judgement: RxMerJudgement | undefined,
): { table: string | undefined; rows: Row[] } {
  const key = { received_at: owner.receivedAt, capture_id: owner.captureId, mac: owner.mac };
  const keyed = { ...key, channel_id: owner.channelId };
  switch (series.kind) {
    case 'rxmer':
      return { table: 'pnm_rxmer', rows: [{ ...keyed, ...rxMerRow(series, judgement) }] };
    case 'constellation':
      return { table: 'pnm_constellations', rows: [{ ...keyed, ...constellationRow(series) }] };
    case 'channel':
      return { table: 'pnm_channel_estimates', rows: [{ ...keyed, ...channelRow(series) }] };
    case 'spectrum':
      return { table: 'pnm_spectra', rows: [{ ...key, ...spectrumRow(series) }] };
    case 'fec':
      return { table: 'pnm_fec', rows: fecRows(series, owner).map((row) => ({ ...keyed, ...row })) };
    case 'histogram':
      return { table: 'pnm_histograms', rows: [{ ...key, ...histogramRow(series) }] };
    case 'modulation':
      return { table: 'pnm_modulation_profiles', rows: modulationRows(series).map((row) => ({ ...keyed, ...row })) };
    case 'symbols':
      return { table: 'pnm_symbol_captures', rows: [{ ...keyed, ...symbolRow(series) }] };
    case 'upstream_rxmer':
      return { table: 'pnm_upstream_rxmer', rows: [{ ...key, ...upstreamRow(series) }] };
    case 'unread':
      return { table: undefined, rows: [] };
  }
}

const rxMerRow = (s: RxMerSeries, judgement: RxMerJudgement | undefined): Row => ({
  zero_frequency_hz: s.zeroFrequencyHz,
  first_active: s.firstActive,
  spacing_hz: s.spacingHz,
  quarter_db: octets(s.quarterDb),
  count: s.count,
  measured_count: s.measuredCount,
  mean_mer_db: s.meanMerDb,
  std_dev_mer_db: s.stdDevMerDb,
  min_mer_db: s.minMerDb,
  percentile2_mer_db: s.percentile2MerDb,
  notch_count: s.notchCount,
  deepest_notch_db: s.deepestNotchDb,
  tilt_db: s.tiltDb,
  capacity_bps: s.capacityBps,
  ripple_db: s.rippleDb,
  ripple_period_hz: s.ripplePeriodHz,
  required_mer_db: judgement?.requiredMerDb,
  headroom_db: judgement?.headroomDb,
  mean_change_db: judgement?.change.meanChangeDb,
  percentile2_change_db: judgement?.change.percentileChangeDb,
  change_verdict: judgement?.change.verdict,
  past_count: judgement?.pastCount,
});

const constellationRow = (s: ConstellationSeries): Row => ({
  zero_frequency_hz: s.zeroFrequencyHz,
  spacing_hz: s.spacingHz,
  modulation_order: s.modulationOrder,
  points: octets(s.points),
  count: s.count,
  mer_db: s.merDb,
});

const channelRow = (s: ChannelSeries): Row => ({
  direction: s.direction,
  form: s.form,
  zero_frequency_hz: s.zeroFrequencyHz,
  first_active: s.firstActive,
  spacing_hz: s.spacingHz,
  fraction_bits: s.fractionBits,
  coefficients: octets(s.coefficients),
  count: s.count,
  measured_count: s.measuredCount,
  mean_magnitude_db: s.meanMagnitudeDb,
  ripple_db: s.rippleDb,
  tilt_db: s.tiltDb,
  group_delay_ripple_ns: s.groupDelayRippleNs,
  bulk_delay_ns: s.bulkDelayNs,
  echo_count: s.echoCount,
  strongest_echo_db: s.strongestEcho?.levelDb,
  strongest_echo_delay_ns: s.strongestEcho?.delayNs,
  strongest_echo_distance_m: s.strongestEcho?.distanceM,
  strongest_echo_uncertainty_m: s.strongestEcho?.uncertaintyM,
});

const spectrumRow = (s: SpectrumSeries): Row => ({
  first_frequency_hz: s.firstFrequencyHz,
  spacing_hz: s.spacingHz,
  enbw_bins: s.enbwBins,
  amplitudes: octets(s.amplitudes),
  count: s.count,
  measured_count: s.measuredCount,
  total_power_dbmv: s.totalPowerDbmv,
  noise_floor_dbmv: s.noiseFloorDbmv,
  peak_frequency_hz: s.peakFrequencyHz,
  peak_dbmv: s.peakDbmv,
});

const fecRows = ({ profiles, intervalSec }: FecSeries, { clockOffsetSec }: SeriesOwner): Row[] =>
  profiles.map((profile, ordinal) => ({
    ordinal,
    profile_id: profile.profileId,
    set_count: profile.setCount,
    interval_sec: intervalSec,
    total_codewords: profile.totalCodewords,
    corrected_codewords: profile.correctedCodewords,
    uncorrectable_codewords: profile.uncorrectableCodewords,
    corrected_ratio: profile.correctedRatio,
    uncorrectable_ratio: profile.uncorrectableRatio,
    uncorrectable_bound: profile.uncorrectableBound,
    errored_sets: profile.erroredSets,
    pattern: profile.pattern,
    verdict: profile.verdict,
    enough: profile.enough,
    clock_offset_sec: clockOffsetSec,
    sets: octets(profile.sets),
  }));

const histogramRow = (s: HistogramSeries): Row => ({
  hits: octets(s.hits),
  count: s.count,
  hit_sum: s.hitSum,
  bin_mean: s.binMean,
  bin_std_dev: s.binStdDev,
  skew: s.skew,
  verdict: s.verdict,
  verdict_reason: s.verdictReason,
});

const modulationRows = ({ profiles, zeroFrequencyHz, firstActive, spacingHz }: ModulationSeries): Row[] =>
  profiles.map((profile, ordinal) => ({
    ordinal,
    profile_id: profile.profileId,
    zero_frequency_hz: zeroFrequencyHz,
    first_active: firstActive,
    spacing_hz: spacingHz,
    bits: octets(profile.bits),
    required_quarter_db: octets(profile.requiredQuarterDb),
    count: profile.count,
    mean_bits: profile.meanBits,
    required_mean_mer_db: profile.requiredMeanMerDb,
  }));

const symbolRow = (s: SymbolSeries): Row => ({
  zero_frequency_hz: s.zeroFrequencyHz,
  sample_rate_hz: s.sampleRateHz,
  fft_length: s.fftLength,
  samples: octets(s.samples),
  count: s.count,
});

const upstreamRow = (s: UpstreamRxMerSeries): Row => ({
  ccap_id: s.ccapId,
  ccap_if_index: s.ccapIfIndex,
  average_count: s.averageCount,
  pre_equalised: s.isPreEqualised,
  zero_frequency_hz: s.zeroFrequencyHz,
  first_active: s.firstActive,
  spacing_hz: s.spacingHz,
  quarter_db: octets(s.quarterDb),
  count: s.count,
  measured_count: s.measuredCount,
  mean_mer_db: s.meanMerDb,
  std_dev_mer_db: s.stdDevMerDb,
  min_mer_db: s.minMerDb,
  percentile2_mer_db: s.percentile2MerDb,
});

async function insertFindings(client: pg.PoolClient, owner: SeriesOwner, { findings }: DecodedCapture): Promise<void> {
  await insertRows(
    client,
    'pnm_findings',
    findings.map((finding, ordinal) => ({
      received_at: owner.receivedAt,
      capture_id: owner.captureId,
      ordinal,
      mac: owner.mac,
      channel_id: owner.channelId,
      test: owner.test,
      direction: finding.direction,
      kind: finding.kind,
      frequency_hz: finding.frequencyHz,
      width_hz: finding.widthHz,
      depth_db: finding.depthDb,
      level_db: finding.levelDb,
      delay_ns: finding.delayNs,
      resolution_ns: finding.resolutionNs,
      period_hz: finding.periodHz,
      distance_m: finding.distanceM,
      uncertainty_m: finding.uncertaintyM,
      bands: [...(finding.bands ?? [])],
      clock_harmonic_hz: finding.clockHarmonicHz,
      detail: finding.detail,
    })),
  );
}

async function insertMargins(client: pg.PoolClient, owner: SeriesOwner, { margins }: RxMerSeries): Promise<void> {
  await insertRows(
    client,
    'pnm_profile_margins',
    margins.map((margin) => ({
      received_at: owner.receivedAt,
      capture_id: owner.captureId,
      profile_id: margin.profileId,
      mac: owner.mac,
      channel_id: owner.channelId,
      profile_capture_id: margin.profileCaptureId,
      data_subcarrier_count: margin.dataSubcarrierCount,
      measured_count: margin.measuredCount,
      required_mean_mer_db: margin.requiredMeanMerDb,
      measured_mean_mer_db: margin.measuredMeanMerDb,
      margin_db: margin.marginDb,
      headroom_db: margin.headroomDb,
      below_required_ratio: margin.belowRequiredRatio,
      fits: margin.fits,
    })),
  );
}

/** The channel in a key; tests of the whole band have none. */
const channelKey = ({ channelId }: SeriesOwner): number => channelId ?? -1;

async function moveLatest(client: pg.PoolClient, owner: SeriesOwner, capture: DecodedCapture): Promise<void> {
  const { mac, test, receivedAt, captureId } = owner;
  const range = rangeOf(capture);
  await client.query(
    `insert into pnm_latest as l (mac, test, channel_key, received_at, capture_id, from_hz, to_hz)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (mac, test, channel_key) do update
        set received_at = excluded.received_at, capture_id = excluded.capture_id, from_hz = excluded.from_hz, to_hz = excluded.to_hz
      where l.received_at <= excluded.received_at`,
    [mac, test, channelKey(owner), receivedAt, captureId, range?.fromHz ?? null, range?.toHz ?? null],
  );
  if (test !== 'rxmer') return;
  await client.query(
    `insert into pnm_rxmer_latest as l (mac, channel_id, received_at, capture_id) values ($1, $2, $3, $4)
     on conflict (mac, channel_id) do update
        set received_at = excluded.received_at, capture_id = excluded.capture_id
      where l.received_at <= excluded.received_at`,
    [mac, channelKey(owner), receivedAt, captureId],
  );
}

async function moveMeasures(
  client: pg.PoolClient,
  owner: SeriesOwner,
  capture: DecodedCapture,
  judgement: RxMerJudgement | undefined,
): Promise<void> {
  const measures = measuresOf(capture, judgement);
  if (measures === undefined) return;
  await client.query(
    `insert into pnm_measures_latest as l (mac, direction, channel_key, measure, value, received_at, capture_id)
     select $1, $2, $3, i.measure, i.value, $4, $5 from unnest($6::text[], $7::float8[]) as i (measure, value)
     on conflict (mac, direction, channel_key, measure) do update
        set value = excluded.value, received_at = excluded.received_at, capture_id = excluded.capture_id
      where l.received_at <= excluded.received_at`,
    [
      owner.mac,
      measures.direction,
      channelKey(owner),
      owner.receivedAt,
      owner.captureId,
      Object.keys(measures.values),
      Object.values(measures.values).map((value) => value ?? null),
    ],
  );
}

/** What rules compare. */
function measuresOf({ series }: DecodedCapture, judgement: RxMerJudgement | undefined) {
  if (series.kind === 'rxmer') {
    const values = {
      headroom_db: judgement?.headroomDb,
      notch_depth_db: series.measuredCount === 0 ? undefined : (series.deepestNotchDb ?? 0),
    };
    return { direction: 'downstream', values };
  }
  if (series.kind === 'channel' && series.form !== 'last_update') {
    return { direction: series.direction, values: { echo_level_db: series.strongestEcho?.levelDb } };
  }
  if (series.kind === 'fec') {
    const ratios = series.profiles.flatMap(({ uncorrectableRatio }) => uncorrectableRatio ?? []);
    const worst = ratios.length === 0 ? undefined : Math.max(...ratios);
    return { direction: 'downstream', values: { uncorrectable_ratio: worst } };
  }
  return undefined;
}
