-- How well each RxMER capture carries each profile that the channel had then (docsPnmCmDsOfdmMerMar*).
create table pnm_profile_margins (
  received_at timestamptz not null,
  capture_id uuid not null,
  profile_id integer not null,
  mac text not null,
  channel_id integer,
  profile_capture_id uuid not null,
  data_subcarrier_count integer not null,
  measured_count integer not null,
  required_mean_mer_db double precision,
  measured_mean_mer_db double precision,
  margin_db double precision,
  headroom_db double precision,
  below_required_ratio double precision,
  fits boolean,
  primary key (capture_id, received_at, profile_id)
);
create index pnm_profile_margins_series on pnm_profile_margins (mac, channel_id, received_at desc);
create index pnm_profile_margins_text on pnm_profile_margins ((capture_id::text));
comment on column pnm_profile_margins.margin_db is 'Measured mean minus required mean: hides notches.';
comment on column pnm_profile_margins.headroom_db is 'The 2nd percentile of MER minus requirement, subcarrier by subcarrier: shows them.';

create view grafana.profile_margins as
select p.capture_id::text as capture_id, p.received_at as time, c.site_id as site, c.fibre_node, p.mac,
       p.channel_id::text as channel_id, p.profile_id::text as profile_id, p.required_mean_mer_db, p.measured_mean_mer_db,
       p.margin_db, p.headroom_db, p.below_required_ratio, p.fits::text as fits,
       p.data_subcarrier_count::float8 as data_subcarrier_count, p.measured_count::float8 as measured_count
  from public.pnm_profile_margins p
  join public.pnm_captures c on c.capture_id = p.capture_id;
comment on view grafana.profile_margins is 'Read by the modem dashboard: which profiles a modem''s RxMER carries, one row a capture and profile.';
