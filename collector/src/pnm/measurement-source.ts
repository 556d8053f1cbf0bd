import type { CaptureTest, MeasurementData } from './schemas.js';

/** Where the numbers of a test are stored, and what is told of them. */
export interface MeasurementSource {
  readonly table: string;
  /** Of the array; undefined where `values` names a column with its number of fraction bits. */
  readonly unit: MeasurementData['unit'];
  readonly values: string;
  /** SQL of the axis: null where the test has none. */
  readonly zeroFrequencyHz: string;
  readonly firstFrequencyHz: string;
  readonly spacingHz: string;
  readonly count: string;
  readonly measuredCount: string;
  /** Columns; the API's name is theirs in camel case. */
  readonly measures: readonly string[];
  /** A row a profile instead of one a capture. */
  readonly isByProfile: boolean;
}

const NO_AXIS = { zeroFrequencyHz: 'null', firstFrequencyHz: 'null', spacingHz: 'null' };
const SUBCARRIERS = {
  zeroFrequencyHz: 't.zero_frequency_hz',
  firstFrequencyHz: 't.zero_frequency_hz + t.first_active * t.spacing_hz',
  spacingHz: 't.spacing_hz',
};
const COUNTS = { count: 't.count', measuredCount: 't.measured_count' };
const ALL_MEASURED = { count: 't.count', measuredCount: 't.count' };

const CHANNEL: MeasurementSource = {
  table: 'pnm_channel_estimates',
  unit: 's2.13_pairs',
  values: 'coefficients',
  ...SUBCARRIERS,
  ...COUNTS,
  measures: [
    'direction',
    'form',
    'fraction_bits',
    'mean_magnitude_db',
    'ripple_db',
    'tilt_db',
    'group_delay_ripple_ns',
    'bulk_delay_ns',
    'echo_count',
    'strongest_echo_db',
    'strongest_echo_delay_ns',
    'strongest_echo_distance_m',
    'strongest_echo_uncertainty_m',
  ],
  isByProfile: false,
};

/** Undefined for tests whose files are kept without being read. */
export const MEASUREMENT_SOURCES: Readonly<Record<CaptureTest, MeasurementSource | undefined>> = {
  rxmer: {
    table: 'pnm_rxmer',
    unit: 'quarter_db_u8',
    values: 'quarter_db',
    ...SUBCARRIERS,
    ...COUNTS,
    measures: [
      'mean_mer_db',
      'std_dev_mer_db',
      'min_mer_db',
      'percentile2_mer_db',
      'required_mer_db',
      'headroom_db',
      'notch_count',
      'deepest_notch_db',
      'tilt_db',
      'capacity_bps',
      'ripple_db',
      'ripple_period_hz',
      'mean_change_db',
      'percentile2_change_db',
      'change_verdict',
      'past_count',
    ],
    isByProfile: false,
  },
  constellation: {
    table: 'pnm_constellations',
    unit: 's2.13_pairs',
    values: 'points',
    ...SUBCARRIERS,
    firstFrequencyHz: 'null', // points have no place on the axis
    ...ALL_MEASURED,
    measures: ['mer_db', 'modulation_order'],
    isByProfile: false,
  },
  channel_estimate: CHANNEL,
  pre_equaliser: CHANNEL,
  pre_equaliser_last_update: { ...CHANNEL, unit: 's1.14_pairs' },
  fec_summary: {
    table: 'pnm_fec',
    unit: 'seconds_total_corrected_uncorrectable_u32',
    values: 'sets',
    ...NO_AXIS,
    count: 't.set_count',
    measuredCount: 't.set_count',
    measures: [
      'interval_sec',
      'total_codewords',
      'corrected_codewords',
      'uncorrectable_codewords',
      'corrected_ratio',
      'uncorrectable_ratio',
      'uncorrectable_bound',
      'errored_sets',
      'pattern',
      'verdict',
      'enough',
      'clock_offset_sec',
    ],
    isByProfile: true,
  },
  histogram: {
    table: 'pnm_histograms',
    unit: 'hits_u32',
    values: 'hits',
    ...NO_AXIS,
    ...ALL_MEASURED,
    measures: ['hit_sum', 'bin_mean', 'bin_std_dev', 'skew', 'verdict', 'verdict_reason'],
    isByProfile: false,
  },
  symbol_capture: {
    table: 'pnm_symbol_captures',
    unit: 's3.12_pairs',
    values: 'samples',
    ...NO_AXIS,
    zeroFrequencyHz: 't.zero_frequency_hz',
    ...ALL_MEASURED,
    measures: ['sample_rate_hz', 'fft_length'],
    isByProfile: false,
  },
  modulation_profile: {
    table: 'pnm_modulation_profiles',
    unit: 'bits_u8',
    values: 'bits',
    ...SUBCARRIERS,
    ...ALL_MEASURED,
    measures: ['mean_bits', 'required_mean_mer_db'],
    isByProfile: true,
  },
  spectrum: {
    table: 'pnm_spectra',
    unit: 'centi_dbmv_i16',
    values: 'amplitudes',
    zeroFrequencyHz: 'null',
    firstFrequencyHz: 't.first_frequency_hz',
    spacingHz: 't.spacing_hz',
    ...COUNTS,
    measures: ['total_power_dbmv', 'noise_floor_dbmv', 'peak_frequency_hz', 'peak_dbmv', 'enbw_bins'],
    isByProfile: false,
  },
  upstream_rxmer: {
    table: 'pnm_upstream_rxmer',
    unit: 'quarter_db_u8',
    values: 'quarter_db',
    ...SUBCARRIERS,
    ...COUNTS,
    measures: [
      'mean_mer_db',
      'std_dev_mer_db',
      'min_mer_db',
      'percentile2_mer_db',
      'ccap_id',
      'ccap_if_index',
      'average_count',
      'pre_equalised',
    ],
    isByProfile: false,
  },
  latency_report: undefined,
};

const camel = (column: string): string => column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Reads the numbers of captures, of one test, that `$1` and `$2` name by id and time; with their arrays when asked. */
export function sourceSql(source: MeasurementSource, withValues: boolean): string {
  const measures = source.measures.map((column) => `'${camel(column)}', t.${column}`).join(', ');
  return `
    select t.capture_id, ${source.isByProfile ? 't.profile_id' : 'null::integer as profile_id'},
           ${source.zeroFrequencyHz}::float8 as zero_frequency_hz, ${source.firstFrequencyHz}::float8 as first_frequency_hz,
           ${source.spacingHz}::float8 as spacing_hz, ${source.count} as count, ${source.measuredCount} as measured_count,
           jsonb_build_object(${measures}) as measures, ${withValues ? `t.${source.values}` : 'null::bytea'} as "values"
      from unnest($1::uuid[], $2::timestamptz[]) as asked (capture_id, received_at)
      join ${source.table} t on t.capture_id = asked.capture_id and t.received_at = asked.received_at
     order by t.capture_id${source.isByProfile ? ', t.ordinal' : ''}`;
}
