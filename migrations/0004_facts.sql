-- What devices said, as intervals that are written only on change. `body` is the fact as the poller made it (so that
-- inference can be repeated on what was known at any time); the columns taken from it are for searching.
-- `row_key` identifies a row within its device and kind.

create table facts_device (
  fact_id bigint generated always as identity primary key,
  device_id text not null references devices on delete cascade,
  row_key text not null,
  body jsonb not null,
  valid_from timestamptz not null,
  valid_to timestamptz
);
comment on table facts_device is 'One row per part of a device that has no table of its own: system, bridge, identity …';

create table facts_interfaces (
  fact_id bigint generated always as identity primary key,
  device_id text not null references devices on delete cascade,
  row_key text not null,
  body jsonb not null,
  if_index integer generated always as ((body ->> 'ifIndex')::integer) stored,
  if_name text generated always as (body ->> 'ifName') stored,
  mac text generated always as (body ->> 'mac') stored,
  valid_from timestamptz not null,
  valid_to timestamptz
);
comment on table facts_interfaces is 'Interfaces without their counters.';

create table facts_arp (
  fact_id bigint generated always as identity primary key,
  device_id text not null references devices on delete cascade,
  row_key text not null,
  body jsonb not null,
  ip text generated always as (body ->> 'ip') stored,
  mac text generated always as (body ->> 'mac') stored,
  if_index integer generated always as ((body ->> 'ifIndex')::integer) stored,
  valid_from timestamptz not null,
  valid_to timestamptz
);
create index facts_arp_ip on facts_arp (ip) where valid_to is null;
create index facts_arp_mac on facts_arp (mac) where valid_to is null;

create table facts_mac (
  fact_id bigint generated always as identity primary key,
  device_id text not null references devices on delete cascade,
  row_key text not null,
  body jsonb not null,
  mac text generated always as (body ->> 'mac') stored,
  vlan integer generated always as ((body ->> 'vlan')::integer) stored,
  bridge_port integer generated always as ((body ->> 'bridgePort')::integer) stored,
  if_index integer generated always as ((body ->> 'ifIndex')::integer) stored,
  valid_from timestamptz not null,
  valid_to timestamptz
);
create index facts_mac_mac on facts_mac (mac) where valid_to is null;

create table facts_lldp (
  fact_id bigint generated always as identity primary key,
  device_id text not null references devices on delete cascade,
  row_key text not null,
  body jsonb not null,
  if_index integer generated always as ((body ->> 'ifIndex')::integer) stored,
  chassis_id text generated always as (body ->> 'chassisId') stored,
  port_id text generated always as (body ->> 'portId') stored,
  sys_name text generated always as (body ->> 'sysName') stored,
  valid_from timestamptz not null,
  valid_to timestamptz
);

create table facts_cdp (
  fact_id bigint generated always as identity primary key,
  device_id text not null references devices on delete cascade,
  row_key text not null,
  body jsonb not null,
  if_index integer generated always as ((body ->> 'ifIndex')::integer) stored,
  remote_id text generated always as (body ->> 'deviceId') stored,
  port_id text generated always as (body ->> 'portId') stored,
  valid_from timestamptz not null,
  valid_to timestamptz
);

create table facts_stp (
  fact_id bigint generated always as identity primary key,
  device_id text not null references devices on delete cascade,
  row_key text not null,
  body jsonb not null,
  valid_from timestamptz not null,
  valid_to timestamptz
);

create table facts_lag (
  fact_id bigint generated always as identity primary key,
  device_id text not null references devices on delete cascade,
  row_key text not null,
  body jsonb not null,
  valid_from timestamptz not null,
  valid_to timestamptz
);

create table facts_routing (
  fact_id bigint generated always as identity primary key,
  device_id text not null references devices on delete cascade,
  row_key text not null,
  body jsonb not null,
  valid_from timestamptz not null,
  valid_to timestamptz
);

-- One open interval a row: what makes a poll that is stored twice harmless.
create unique index facts_device_open on facts_device (device_id, row_key) where valid_to is null;
create unique index facts_interfaces_open on facts_interfaces (device_id, row_key) where valid_to is null;
create unique index facts_arp_open on facts_arp (device_id, row_key) where valid_to is null;
create unique index facts_mac_open on facts_mac (device_id, row_key) where valid_to is null;
create unique index facts_lldp_open on facts_lldp (device_id, row_key) where valid_to is null;
create unique index facts_cdp_open on facts_cdp (device_id, row_key) where valid_to is null;
create unique index facts_stp_open on facts_stp (device_id, row_key) where valid_to is null;
create unique index facts_lag_open on facts_lag (device_id, row_key) where valid_to is null;
create unique index facts_routing_open on facts_routing (device_id, row_key) where valid_to is null;

create table raw_rows (
  time timestamptz not null,
  device_id text not null,
  kind text not null,
  row_key text not null,
  change text not null check (change in ('appeared', 'gone', 'partial')),
  body jsonb not null
);
create index raw_rows_device on raw_rows (device_id, kind, time desc);
comment on table raw_rows is
  'What was read, row by row: changes, and the rows of walks that were cut short (which change no fact). Kept for days.';
