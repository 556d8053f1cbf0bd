-- Arrays stay in wire units (one octet a subcarrier in quarter dB, 0xFF not measured; s2.13 pairs), ordered by our clock.
create table pnm_rxmer (
  received_at timestamptz not null,
  capture_id uuid not null,
  mac text not null,
  channel_id integer not null,
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
  required_mer_db double precision,
  headroom_db double precision,
  primary key (capture_id, received_at)
);
create index pnm_rxmer_series on pnm_rxmer (mac, channel_id, received_at desc);

create table pnm_constellations (
  received_at timestamptz not null,
  capture_id uuid not null,
  mac text not null,
  channel_id integer not null,
  zero_frequency_hz double precision not null,
  spacing_hz double precision not null,
  modulation_order integer,
  points bytea not null,
  count integer not null,
  mer_db double precision,
  primary key (capture_id, received_at)
);
create index pnm_constellations_series on pnm_constellations (mac, channel_id, received_at desc);

-- The newest RxMER capture of each channel, so that health costs one row a channel however long the history is.
create table pnm_rxmer_latest (
  mac text not null,
  channel_id integer not null,
  received_at timestamptz not null,
  capture_id uuid not null,
  primary key (mac, channel_id)
) with (fillfactor = 70);
