-- RxMER of a modem's OFDMA transmission, measured by the CCAP (type 0x69): brought as files, not asked of modems.
create table pnm_upstream_rxmer (
  received_at timestamptz not null,
  capture_id uuid not null,
  mac text not null,
  ccap_id text not null,
  ccap_if_index bigint not null,
  average_count integer not null,
  pre_equalised boolean not null,
  zero_frequency_hz double precision not null,
  first_active integer not null,
  spacing_hz double precision not null,
  quarter_db bytea not null,
  count integer not null,
  measured_count integer not null,
  mean_mer_db double precision,
  std_dev_mer_db double precision,
  min_mer_db double precision,
  percentile2_mer_db double precision,
  primary key (capture_id, received_at)
);
create index pnm_upstream_rxmer_series on pnm_upstream_rxmer (mac, received_at desc);
create index pnm_upstream_rxmer_text on pnm_upstream_rxmer ((capture_id::text));

create view grafana.upstream_rxmer_captures as
select r.capture_id::text as id, r.received_at as time, c.site_id as site, c.fibre_node, r.mac, null::text as channel_id,
       r.ccap_id, r.ccap_if_index::float8 as ccap_if_index,
       r.zero_frequency_hz + r.first_active * r.spacing_hz as first_frequency_hz, r.spacing_hz,
       r.count::float8 as count, r.measured_count::float8 as measured_count,
       r.mean_mer_db, r.std_dev_mer_db, r.min_mer_db, r.percentile2_mer_db, public.pnm_base64(r.quarter_db) as mer_base64
  from public.pnm_upstream_rxmer r
  join public.pnm_captures c on c.capture_id = r.capture_id;
comment on view grafana.upstream_rxmer_captures is
  'Read by the upstream panels: octets of quarter dB as the CCAP measured them, 255 where its probe left the subcarrier out.';
