-- Sites, devices and how their polling goes.
create table sites (
  site_id text primary key,
  name text not null
);
comment on table sites is 'The sites of the configuration; written at each start.';

create table devices (
  device_id text primary key,
  address text not null,
  port integer not null,
  site_id text not null references sites,
  role text not null,
  profile text not null,
  anchor boolean not null default false,
  sys_name text,
  sys_descr text,
  sys_object_id text,
  added_at timestamptz not null default now(),
  first_polled_at timestamptz,
  removed_at timestamptz
);
comment on table devices is 'Devices of the inventory. A device that leaves it keeps its row and its history: removed_at.';

-- One row per device and polling module, updated by every poll: what "silent" and "overdue" are computed from.
create table poll_states (
  device_id text not null references devices on delete cascade,
  module text not null,
  interval_sec double precision not null,
  since timestamptz not null default now(),
  last_attempt timestamptz,
  last_success timestamptz,
  last_outcome text,
  last_detail text,
  failures integer not null default 0,
  primary key (device_id, module)
) with (fillfactor = 70);
comment on column poll_states.last_success is 'Last poll of the module in which every table was read whole.';

create table interfaces (
  device_id text not null references devices on delete cascade,
  if_index integer not null,
  if_name text,
  if_descr text,
  if_alias text,
  if_type integer,
  mac text,
  speed_bps double precision,
  admin_status text not null,
  oper_status text not null,
  in_octets double precision,
  out_octets double precision,
  counters_at timestamptz,
  in_bps double precision,
  out_bps double precision,
  polled_at timestamptz not null,
  primary key (device_id, if_index)
) with (fillfactor = 70);
create index interfaces_name on interfaces (device_id, if_name);
comment on table interfaces is 'Interfaces as last read whole; their rates are of the last two reads.';

create table interface_counters (
  time timestamptz not null,
  device_id text not null,
  if_index integer not null,
  in_bps double precision,
  out_bps double precision
);
create index interface_counters_series on interface_counters (device_id, if_index, time desc);

create table poll_outcomes (
  time timestamptz not null,
  device_id text not null,
  module text not null,
  mib_table text not null,
  kind text not null,
  outcome text not null,
  detail text,
  row_count integer not null,
  used_count integer not null
);
create index poll_outcomes_device on poll_outcomes (device_id, time desc);
comment on table poll_outcomes is 'How the reading of every MIB table ended, whole or not.';
