-- What panels and rules read of every test. Published: columns are added, never renamed or dropped.
create function pnm_u32(bytes bytea, at integer) returns double precision
  language sql immutable strict parallel safe
as $$
  select get_byte(bytes, at) * 16777216.0::float8 + (get_byte(bytes, at + 1) << 16 | get_byte(bytes, at + 2) << 8 | get_byte(bytes, at + 3))
$$;
create function pnm_i16(bytes bytea, at integer) returns integer
  language sql immutable strict parallel safe
as $$
  select ((get_byte(bytes, at) << 8 | get_byte(bytes, at + 1)) # 32768) - 32768
$$;
grant execute on function pnm_u32, pnm_i16 to grafana_reader;
create function pnm_base64(bytes bytea) returns text
  language sql immutable strict parallel safe
as $$ select translate(encode(bytes, 'base64'), E'\n', '') $$;
grant execute on function pnm_base64 to grafana_reader;

create or replace view grafana.rxmer_captures as
select c.capture_id::text as id, r.received_at as time, c.site_id as site, c.fibre_node, r.mac,
       r.channel_id::text as channel_id,
       r.zero_frequency_hz + r.first_active * r.spacing_hz as first_frequency_hz,
       r.spacing_hz,
       r.count::float8 as count, r.measured_count::float8 as measured_count,
       r.mean_mer_db, r.std_dev_mer_db, r.min_mer_db, r.percentile2_mer_db, r.required_mer_db, r.headroom_db,
       translate(encode(r.quarter_db, 'base64'), E'\n', '') as mer_base64,
       r.notch_count::float8 as notch_count, r.deepest_notch_db, r.tilt_db, r.capacity_bps, r.ripple_db, r.ripple_period_hz,
       r.mean_change_db, r.percentile2_change_db, r.change_verdict
  from public.pnm_rxmer r
  join public.pnm_captures c on c.capture_id = r.capture_id;

create or replace view grafana.rxmer_subcarriers as
select r.capture_id::text as capture_id, r.received_at as time, r.mac, r.channel_id::text as channel_id,
       r.zero_frequency_hz + (r.first_active + s.i) * r.spacing_hz as frequency_hz,
       nullif(get_byte(v.bytes, s.i), 255) / 4.0::float8 as mer_db
  from public.pnm_rxmer r
 -- read from storage once, not once a subcarrier
 cross join lateral (select substring(r.quarter_db from 1) as bytes offset 0) v
 cross join lateral generate_series(0, r.count - 1) as s(i);

create view grafana.channel_estimate_captures as
select e.capture_id::text as id, e.received_at as time, c.site_id as site, c.fibre_node, e.mac, e.channel_id::text as channel_id,
       e.direction, e.form, e.zero_frequency_hz + e.first_active * e.spacing_hz as first_frequency_hz, e.spacing_hz,
       e.count::float8 as count, e.measured_count::float8 as measured_count, e.mean_magnitude_db, e.ripple_db, e.tilt_db,
       e.group_delay_ripple_ns, e.echo_count::float8 as echo_count, e.strongest_echo_db, e.strongest_echo_delay_ns,
       e.strongest_echo_distance_m, e.strongest_echo_uncertainty_m, e.fraction_bits::float8 as fraction_bits,
       public.pnm_base64(e.coefficients) as coefficients_base64, e.bulk_delay_ns
  from public.pnm_channel_estimates e
  join public.pnm_captures c on c.capture_id = e.capture_id;
comment on view grafana.channel_estimate_captures is
  'Read by the spectrum panel: channel estimates and upstream pre-equalisers, pairs re, im of big-endian 16 bits over 2^fraction_bits.';

create view grafana.channel_estimate_subcarriers as
select p.capture_id::text as capture_id, p.received_at as time, p.mac, p.channel_id::text as channel_id,
       p.zero_frequency_hz + (p.first_active + p.i) * p.spacing_hz as frequency_hz,
       case when p.power > 0 then 10 * log(p.power) - 20 * p.fraction_bits * log(2::float8) end as magnitude_db,
       p.direction, p.form
  from (
    select e.capture_id, e.received_at, e.mac, e.channel_id, e.zero_frequency_hz, e.first_active, e.spacing_hz, e.fraction_bits,
           e.direction, e.form, s.i,
           public.pnm_i16(v.bytes, 4 * s.i)::float8 ^ 2 + public.pnm_i16(v.bytes, 4 * s.i + 2)::float8 ^ 2 as power
      from public.pnm_channel_estimates e
     cross join lateral (select substring(e.coefficients from 1) as bytes offset 0) v
     cross join lateral generate_series(0, e.count - 1) as s(i)
  ) p;
comment on view grafana.channel_estimate_subcarriers is
  'One row a subcarrier, for panels of the core; null where the coefficient is zero. Always filter by capture or by modem and time.';

create view grafana.spectrum_captures as
select s.capture_id::text as id, s.received_at as time, c.site_id as site, c.fibre_node, s.mac, null::text as channel_id,
       s.first_frequency_hz, s.spacing_hz, s.count::float8 as count, s.measured_count::float8 as measured_count,
       s.total_power_dbmv, s.noise_floor_dbmv, s.peak_frequency_hz, s.peak_dbmv,
       public.pnm_base64(s.amplitudes) as amplitudes_base64, s.enbw_bins
  from public.pnm_spectra s
  join public.pnm_captures c on c.capture_id = s.capture_id;
comment on view grafana.spectrum_captures is
  'Read by the spectrum panel: big-endian 16 bits, hundredths of dBmV, 0x8000 where no bin was sent.';

create view grafana.spectrum_bins as
select t.capture_id::text as capture_id, t.received_at as time, t.mac,
       t.first_frequency_hz + s.i * t.spacing_hz as frequency_hz,
       nullif(public.pnm_i16(v.bytes, 2 * s.i), -32768) / 100.0::float8 as level_dbmv
  from public.pnm_spectra t
 cross join lateral (select substring(t.amplitudes from 1) as bytes offset 0) v
 cross join lateral generate_series(0, t.count - 1) as s(i);
comment on view grafana.spectrum_bins is 'One row a bin, for panels of the core. Always filter by capture or by modem and time.';

create view grafana.fec_captures as
select f.capture_id::text as id, f.received_at as time, c.site_id as site, c.fibre_node, f.mac, f.channel_id::text as channel_id,
       f.profile_id::text as profile_id, f.set_count::float8 as set_count, f.interval_sec as interval_seconds,
       f.total_codewords, f.corrected_codewords, f.uncorrectable_codewords, f.corrected_ratio, f.uncorrectable_ratio,
       f.enough::text as enough, f.uncorrectable_bound, f.errored_sets::float8 as errored_sets, f.pattern, f.verdict
  from public.pnm_fec f
  join public.pnm_captures c on c.capture_id = f.capture_id;
comment on view grafana.fec_captures is
  'Read by the codeword panels: one row a capture and profile; 255 is the next-codeword pointer. Ratios are null below the count that says something.';

create view grafana.fec_intervals as
select f.capture_id::text as capture_id,
       to_timestamp(public.pnm_u32(v.bytes, 16 * s.i) + f.clock_offset_sec) as time,
       c.site_id as site, c.fibre_node, f.mac, f.channel_id::text as channel_id, f.profile_id::text as profile_id,
       public.pnm_u32(v.bytes, 16 * s.i + 4) as total_codewords,
       public.pnm_u32(v.bytes, 16 * s.i + 8) as corrected_codewords,
       public.pnm_u32(v.bytes, 16 * s.i + 12) as uncorrectable_codewords,
       f.received_at as received
  from public.pnm_fec f
  join public.pnm_captures c on c.capture_id = f.capture_id
 cross join lateral (select substring(f.sets from 1) as bytes offset 0) v
 cross join lateral generate_series(0, f.set_count - 1) as s(i);
comment on view grafana.fec_intervals is
  'One row an interval of a capture. Always filter by capture, or by modem and `received` (a day of sets may come before it).';

create view grafana.histogram_captures as
select h.capture_id::text as id, h.received_at as time, c.site_id as site, c.fibre_node, h.mac, null::text as channel_id,
       h.count::float8 as count, h.verdict, h.verdict_reason, public.pnm_base64(h.hits) as hits_base64, h.hit_sum, h.skew
  from public.pnm_histograms h
  join public.pnm_captures c on c.capture_id = h.capture_id;
comment on view grafana.histogram_captures is 'Read by the histogram panel: big-endian 32-bit hits of each bin of the ADC.';

create view grafana.modulation_profiles as
select p.capture_id::text as capture_id, p.received_at as time, c.site_id as site, c.fibre_node, p.mac,
       p.channel_id::text as channel_id, p.profile_id::text as profile_id,
       p.zero_frequency_hz + p.first_active * p.spacing_hz as first_frequency_hz, p.spacing_hz, p.count::float8 as count,
       public.pnm_base64(p.bits) as bits_base64, public.pnm_base64(p.required_quarter_db) as required_mer_base64,
       p.mean_bits, p.required_mean_mer_db
  from public.pnm_modulation_profiles p
  join public.pnm_captures c on c.capture_id = p.capture_id;
comment on view grafana.modulation_profiles is
  'Read by the RxMER panel''s overlay: bits and required MER (quarter dB, 255 none) of each subcarrier of each profile.';

create view grafana.impairments as
select f.capture_id::text as capture_id, f.received_at as time, c.site_id as site, c.fibre_node, f.mac,
       f.channel_id::text as channel_id, f.test, f.kind, f.frequency_hz, f.width_hz, f.depth_db, f.delay_ns, f.period_hz,
       f.distance_m, f.uncertainty_m, f.detail, f.level_db, f.direction
  from public.pnm_findings f
  join public.pnm_captures c on c.capture_id = f.capture_id;
comment on view grafana.impairments is 'Read by the impairment tables: what each capture shows, one row a finding.';

create view grafana.echoes as
select f.capture_id::text as capture_id, f.received_at as time, c.site_id as site, c.fibre_node, f.mac,
       f.channel_id::text as channel_id, f.direction, f.delay_ns, f.level_db, f.distance_m, f.uncertainty_m
  from public.pnm_findings f
  join public.pnm_captures c on c.capture_id = f.capture_id
 where f.kind = 'echo';
comment on view grafana.echoes is 'Read by the echo tables: reflections with the length between the two reflecting points.';

create view grafana.impairment_groups as
select g.cmts_id || ':' || g.fibre_node || ':' || g.ordinal as id, r.grouped_at as time, r.site_id as site, g.fibre_node, g.kind,
       g.frequency_hz, g.width_hz, g.depth_db, g.delay_ns, g.period_hz, cardinality(g.modems)::float8 as modem_count,
       g.comparable_count::float8 as comparable_count, g.share_ratio, g.verdict, g.reason,
       array_to_string(g.modems, ',') as modems, g.level_db, g.direction, g.cmts_id as cmts
  from public.pnm_groups g
  join public.pnm_groupings r using (cmts_id, fibre_node);
comment on view grafana.impairment_groups is 'Read by the fibre node dashboard: modems with a common signature, newest grouping of each node.';

create view grafana.pnm_health as
select m.site_id as site, m.fibre_node, l.mac, nullif(l.channel_key, -1)::text as channel_id, l.measure, l.value,
       extract(epoch from now() - l.received_at)::float8 as age_seconds, l.direction, l.received_at as time,
       l.capture_id::text as capture_id
  from public.pnm_measures_latest l
  join public.modems m on m.mac = l.mac
 where l.value is not null;
comment on view grafana.pnm_health is
  'Read by the PNM rules: the newest headroom, notch depth, echo level and uncorrectable ratio of each modem and channel.';

create view grafana.pre_equalisers as
select p.received_at as time, m.site_id as site, m.fibre_node, p.mac, p.channel_id::text as channel_id,
       p.tap_count::float8 as tap_count, p.main_tap::float8 as main_tap, p.main_tap_ratio_db,
       p.non_main_tap_to_total_energy_db, p.total_tap_energy_db, p.pre_post_energy_symmetry_db, p.main_tap_compression_db,
       p.micro_reflection_distance_m, public.pnm_base64(p.octets) as coefficients_base64,
       p.micro_reflection_level_db, p.micro_reflection_uncertainty_m, p.verdict
  from public.pnm_pre_equalisers p
  left join public.modems m on m.mac = p.mac;
comment on view grafana.pre_equalisers is
  'Read by the upstream dashboard: DOCSIS 3.0 pre-equalisers read by SNMP; four octets of header, then taps of 16-bit pairs.';

create view grafana.modem_scalars as
select s.read_at as time, m.site_id as site, m.fibre_node, s.mac, nullif(s.channel_key, -1)::text as channel_id, s.name, s.value
  from public.pnm_modem_scalars s
  left join public.modems m on m.mac = s.mac;
comment on view grafana.modem_scalars is 'Read by the modem dashboard: the newest of what the modem states of itself by SNMP.';
