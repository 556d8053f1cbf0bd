-- What panels and rules read of modems and measurements. Published: columns are added, never renamed or dropped.
create view grafana.modems as
select 'cm:' || m.mac as id, m.mac, coalesce(m.model || ' ', '') || m.mac as title, m.site_id as site, m.cmts_id as cmts,
       m.fibre_node, m.address, m.status, m.model, m.firmware, m.last_seen
  from public.modem_states m;
comment on view grafana.modems is 'Read by the modem variable and the modem table of the dashboards.';

create view grafana.rxmer_captures as
select c.capture_id::text as id, r.received_at as time, c.site_id as site, c.fibre_node, r.mac,
       r.channel_id::text as channel_id,
       r.zero_frequency_hz + r.first_active * r.spacing_hz as first_frequency_hz,
       r.spacing_hz,
       r.count::float8 as count, r.measured_count::float8 as measured_count,
       r.mean_mer_db, r.std_dev_mer_db, r.min_mer_db, r.percentile2_mer_db, r.required_mer_db, r.headroom_db,
       translate(encode(r.quarter_db, 'base64'), E'\n', '') as mer_base64
  from public.pnm_rxmer r
  join public.pnm_captures c on c.capture_id = r.capture_id;
comment on view grafana.rxmer_captures is 'Read by the RxMER panel: octets of quarter dB, 255 where the modem measured nothing.';

create view grafana.rxmer_subcarriers as
select r.capture_id::text as capture_id, r.received_at as time, r.mac, r.channel_id::text as channel_id,
       r.zero_frequency_hz + (r.first_active + s.i) * r.spacing_hz as frequency_hz,
       nullif(get_byte(r.quarter_db, s.i), 255) / 4.0::float8 as mer_db
  from public.pnm_rxmer r
 cross join lateral generate_series(0, r.count - 1) as s(i);
comment on view grafana.rxmer_subcarriers is
  'One row a subcarrier, for panels of the core. Always filter by capture or by modem and time.';

create view grafana.constellation_captures as
select c.capture_id::text as id, k.received_at as time, c.site_id as site, c.fibre_node, k.mac,
       k.channel_id::text as channel_id, k.modulation_order::float8 as modulation_order, k.count::float8 as count, k.mer_db,
       translate(encode(k.points, 'base64'), E'\n', '') as points_base64
  from public.pnm_constellations k
  join public.pnm_captures c on c.capture_id = k.capture_id;
comment on view grafana.constellation_captures is 'Read by the constellation panel: big-endian 16-bit pairs, s2.13.';

create view grafana.rxmer_health as
select m.site_id as site, m.fibre_node, l.mac, l.channel_id::text as channel_id,
       r.percentile2_mer_db, r.required_mer_db, r.headroom_db,
       extract(epoch from now() - l.received_at)::float8 as age_seconds
  from public.pnm_rxmer_latest l
  join public.pnm_rxmer r on r.capture_id = l.capture_id and r.received_at = l.received_at
  join public.modems m on m.mac = l.mac;
comment on view grafana.rxmer_health is 'Read by the RxMER rules: the newest capture of each modem and channel.';
