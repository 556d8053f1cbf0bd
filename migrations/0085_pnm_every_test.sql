-- Every test of DOCS-PNM-MIB: what is asked, what came of it, and the numbers of each type in wire units.
alter table pnm_operations drop constraint pnm_operations_test_check;
alter table pnm_operations add constraint pnm_operations_test_check check (test in (
  'rxmer', 'constellation', 'channel_estimate', 'pre_equaliser', 'pre_equaliser_last_update', 'fec_summary', 'histogram',
  'symbol_capture', 'modulation_profile', 'spectrum', 'latency_report'));

-- a file that a person brings was never asked of a modem; histogram and spectrum are of the whole band and have no channel
alter table pnm_captures
  alter column operation_id drop not null,
  alter column if_index drop not null,
  alter column address drop not null,
  alter column channel_id drop not null,
  add column source text not null default 'modem' check (source in ('modem', 'import')),
  add column file_kind text,
  add column unread_reason text,
  add column crash_count integer not null default 0;
comment on column pnm_captures.unread_reason is 'Set where the file is kept but gave no numbers, since nobody has published its layout.';
comment on column pnm_captures.crash_count is 'Decoders that this file has ended or kept too long; the third sets it apart.';
create index pnm_captures_text on pnm_captures ((capture_id::text));
create index pnm_captures_node on pnm_captures (cmts_id, fibre_node, received_at desc) where state = 'stored';

alter table pnm_rxmer
  add column notch_count integer,
  add column deepest_notch_db double precision,
  add column tilt_db double precision,
  add column capacity_bps double precision,
  add column ripple_db double precision,
  add column ripple_period_hz double precision,
  add column mean_change_db double precision,
  add column percentile2_change_db double precision,
  add column change_verdict text check (change_verdict in ('better', 'worse', 'same', 'unknown')),
  add column past_count integer;
comment on column pnm_rxmer.mean_change_db is
  'Against the median of the captures of this channel before it. One healthy capture moves by 0.016 dB by itself.';
comment on column pnm_rxmer.deepest_notch_db is 'Of the notches that are no multiple of 125 MHz: those are the Ethernet clock of the home.';
create index pnm_rxmer_text on pnm_rxmer ((capture_id::text));
create index pnm_constellations_text on pnm_constellations ((capture_id::text));

create table pnm_channel_estimates (
  received_at timestamptz not null,
  capture_id uuid not null,
  mac text not null,
  channel_id integer,
  direction text not null check (direction in ('downstream', 'upstream')),
  form text not null check (form in ('estimate', 'pre_equaliser', 'last_update')),
  zero_frequency_hz double precision not null,
  first_active integer,
  spacing_hz double precision not null,
  fraction_bits integer not null,
  coefficients bytea not null,
  count integer not null,
  measured_count integer not null,
  mean_magnitude_db double precision,
  ripple_db double precision,
  tilt_db double precision,
  group_delay_ripple_ns double precision,
  bulk_delay_ns double precision,
  echo_count integer,
  strongest_echo_db double precision,
  strongest_echo_delay_ns double precision,
  strongest_echo_distance_m double precision,
  strongest_echo_uncertainty_m double precision,
  primary key (capture_id, received_at)
);
create index pnm_channel_estimates_series on pnm_channel_estimates (mac, channel_id, received_at desc);
create index pnm_channel_estimates_text on pnm_channel_estimates ((capture_id::text));
comment on column pnm_channel_estimates.first_active is 'Absent from the unversioned layout: such a capture has no frequencies of its own.';
comment on column pnm_channel_estimates.echo_count is 'Null where echoes were not looked for: the last update is an adjustment and no channel.';

create table pnm_spectra (
  received_at timestamptz not null,
  capture_id uuid not null,
  mac text not null,
  first_frequency_hz double precision not null,
  spacing_hz double precision not null,
  enbw_bins double precision not null,
  amplitudes bytea not null,
  count integer not null,
  measured_count integer not null,
  total_power_dbmv double precision,
  noise_floor_dbmv double precision,
  peak_frequency_hz double precision,
  peak_dbmv double precision,
  primary key (capture_id, received_at)
);
create index pnm_spectra_series on pnm_spectra (mac, received_at desc);
create index pnm_spectra_text on pnm_spectra ((capture_id::text));
comment on column pnm_spectra.amplitudes is 'Big-endian i16, hundredths of dBmV on one even axis; 0x8000 where no bin was sent.';

create table pnm_fec (
  received_at timestamptz not null,
  capture_id uuid not null,
  ordinal integer not null,
  mac text not null,
  channel_id integer,
  profile_id integer not null,
  set_count integer not null,
  interval_sec double precision,
  total_codewords double precision not null,
  corrected_codewords double precision not null,
  uncorrectable_codewords double precision not null,
  corrected_ratio double precision,
  uncorrectable_ratio double precision,
  uncorrectable_bound double precision,
  errored_sets integer not null,
  pattern text not null,
  verdict text not null,
  enough boolean not null,
  clock_offset_sec double precision not null,
  sets bytea not null,
  primary key (capture_id, received_at, ordinal)
);
create index pnm_fec_series on pnm_fec (mac, channel_id, received_at desc);
create index pnm_fec_text on pnm_fec ((capture_id::text));
comment on column pnm_fec.sets is 'Per interval four big-endian u32: the modem''s seconds, total, corrected, uncorrectable.';
comment on column pnm_fec.clock_offset_sec is 'Added to the modem''s seconds gives ours: 0 where its clock can be right.';
comment on column pnm_fec.uncorrectable_ratio is 'Null below the number of codewords that says something.';

create table pnm_histograms (
  received_at timestamptz not null,
  capture_id uuid not null,
  mac text not null,
  hits bytea not null,
  count integer not null,
  hit_sum double precision not null,
  bin_mean double precision,
  bin_std_dev double precision,
  skew double precision,
  verdict text not null,
  verdict_reason text not null,
  primary key (capture_id, received_at)
);
create index pnm_histograms_series on pnm_histograms (mac, received_at desc);

create table pnm_modulation_profiles (
  received_at timestamptz not null,
  capture_id uuid not null,
  ordinal integer not null,
  mac text not null,
  channel_id integer,
  profile_id integer not null,
  zero_frequency_hz double precision not null,
  first_active integer not null,
  spacing_hz double precision not null,
  bits bytea not null,
  required_quarter_db bytea not null,
  count integer not null,
  mean_bits double precision,
  required_mean_mer_db double precision,
  primary key (capture_id, received_at, ordinal)
);
create index pnm_modulation_profiles_series on pnm_modulation_profiles (mac, channel_id, received_at desc);
comment on column pnm_modulation_profiles.bits is 'One octet a subcarrier: bits a symbol, 0 carries none, 255 a code that nobody has published.';

create table pnm_symbol_captures (
  received_at timestamptz not null,
  capture_id uuid not null,
  mac text not null,
  channel_id integer,
  zero_frequency_hz double precision not null,
  sample_rate_hz double precision not null,
  fft_length integer not null,
  samples bytea not null,
  count integer not null,
  primary key (capture_id, received_at)
);
create index pnm_symbol_captures_series on pnm_symbol_captures (mac, channel_id, received_at desc);
comment on table pnm_symbol_captures is 'Pairs of s3.12 in time order. No file of this type was ever seen: kept, not judged.';

-- What a capture shows of the plant, one row each.
create table pnm_findings (
  received_at timestamptz not null,
  capture_id uuid not null,
  ordinal integer not null,
  mac text not null,
  channel_id integer,
  test text not null,
  direction text not null check (direction in ('downstream', 'upstream')),
  kind text not null,
  frequency_hz double precision,
  width_hz double precision,
  depth_db double precision,
  level_db double precision,
  delay_ns double precision,
  resolution_ns double precision,
  period_hz double precision,
  distance_m double precision,
  uncertainty_m double precision,
  bands text[] not null default '{}',
  clock_harmonic_hz double precision,
  detail text not null,
  primary key (capture_id, received_at, ordinal)
);
create index pnm_findings_series on pnm_findings (mac, received_at desc);
create index pnm_findings_time on pnm_findings (received_at desc);
create index pnm_findings_text on pnm_findings ((capture_id::text));

-- The newest of everything, so that health and groups cost one row a channel however long the history is.
create table pnm_latest (
  mac text not null,
  test text not null,
  channel_key integer not null,
  received_at timestamptz not null,
  capture_id uuid not null,
  from_hz double precision,
  to_hz double precision,
  primary key (mac, test, channel_key)
) with (fillfactor = 70);
comment on column pnm_latest.channel_key is 'The channel; -1 for tests of the whole band.';

create table pnm_measures_latest (
  mac text not null,
  direction text not null,
  channel_key integer not null,
  measure text not null check (measure in ('headroom_db', 'notch_depth_db', 'echo_level_db', 'uncorrectable_ratio')),
  value double precision,
  received_at timestamptz not null,
  capture_id uuid not null,
  primary key (mac, direction, channel_key, measure)
) with (fillfactor = 70);
comment on column pnm_measures_latest.value is 'Null where the newest capture shows none: no echo above what receivers make of a clean channel, too few codewords.';

insert into pnm_latest (mac, test, channel_key, received_at, capture_id, from_hz, to_hz)
select l.mac, 'rxmer', l.channel_id, l.received_at, l.capture_id,
       r.zero_frequency_hz + (r.first_active - 0.5) * r.spacing_hz,
       r.zero_frequency_hz + (r.first_active + r.count - 0.5) * r.spacing_hz
  from pnm_rxmer_latest l
  join pnm_rxmer r on r.capture_id = l.capture_id and r.received_at = l.received_at;
insert into pnm_measures_latest (mac, direction, channel_key, measure, value, received_at, capture_id)
select l.mac, 'downstream', l.channel_id, 'headroom_db', r.headroom_db, l.received_at, l.capture_id
  from pnm_rxmer_latest l
  join pnm_rxmer r on r.capture_id = l.capture_id and r.received_at = l.received_at;

-- Modems of a fibre node by what they have in common: the newest grouping only.
create table pnm_groupings (
  cmts_id text not null,
  fibre_node text not null,
  site_id text,
  grouped_at timestamptz not null,
  newest_capture_at timestamptz not null,
  modem_count integer not null,
  primary key (cmts_id, fibre_node)
) with (fillfactor = 70);
create table pnm_groups (
  cmts_id text not null,
  fibre_node text not null,
  ordinal integer not null,
  kind text not null,
  direction text not null,
  frequency_hz double precision,
  width_hz double precision,
  depth_db double precision,
  level_db double precision,
  delay_ns double precision,
  period_hz double precision,
  comparable_count integer not null,
  share_ratio double precision not null,
  verdict text not null check (verdict in ('home', 'plant', 'unknown')),
  reason text not null,
  modems text[] not null,
  primary key (cmts_id, fibre_node, ordinal),
  foreign key (cmts_id, fibre_node) references pnm_groupings on delete cascade
);

-- Read by SNMP, not sent as a file.
create table pnm_pre_equalisers (
  received_at timestamptz not null,
  mac text not null,
  channel_id integer not null,
  octets bytea not null,
  encoding text not null,
  tap_count integer not null,
  main_tap integer not null,
  main_tap_ratio_db double precision,
  non_main_tap_to_total_energy_db double precision,
  total_tap_energy_db double precision,
  pre_post_energy_symmetry_db double precision,
  main_tap_compression_db double precision,
  micro_reflection_level_db double precision,
  micro_reflection_distance_m double precision,
  micro_reflection_uncertainty_m double precision,
  verdict text not null,
  primary key (mac, channel_id, received_at)
);
comment on column pnm_pre_equalisers.octets is 'docsIf3CmStatusUsEqData as it came: header and pairs of 16 bits.';

create table pnm_modem_scalars (
  mac text not null,
  channel_key integer not null,
  name text not null,
  value double precision not null,
  read_at timestamptz not null,
  primary key (mac, channel_key, name)
) with (fillfactor = 70);
