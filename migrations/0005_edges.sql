-- Conclusions: nodes that are not of the inventory, edges and host placements as intervals, what happened to them.

create table nodes (
  node_id text primary key,
  kind text not null check (kind in ('external', 'segment', 'host')),
  title text not null,
  role text,
  site_id text,
  address text,
  ips text[] not null default '{}',
  macs text[] not null default '{}',
  first_seen timestamptz not null,
  last_seen timestamptz not null
);
comment on table nodes is 'Neighbours that are not polled, shared media, hosts. Devices are in `devices`.';
create index nodes_ips on nodes using gin (ips);
create index nodes_macs on nodes using gin (macs);

create table edges (
  edge_id text primary key,
  edge_key text not null,
  subject text not null check (subject in ('link', 'host')),
  a_dev text not null,
  a_if integer,
  a_if_name text,
  b_dev text not null,
  b_if integer,
  b_if_name text,
  layer smallint not null,
  method text not null,
  sides smallint not null,
  confidence double precision not null check (confidence between 0 and 1),
  site_id text,
  blocked boolean,
  members jsonb not null,
  vlans integer[] not null,
  ips text[] not null,
  oper_status text not null,
  evidence jsonb not null,
  score jsonb not null,
  witnesses jsonb not null,
  valid_from timestamptz not null,
  valid_to timestamptz,
  last_seen timestamptz not null,
  close_decided_at timestamptz,
  close_reason text,
  state text not null check (state in ('current', 'stale', 'unknown')),
  state_reason text,
  missed_polls integer not null,
  confirmations integer not null,
  check (valid_to is null or valid_to >= valid_from)
);
comment on table edges is
  'Lives of links and host placements: valid_from first sighting, valid_to last sighting once closed, null while open.';
create unique index edges_open_key on edges (edge_key) where valid_to is null;
create index edges_a on edges (a_dev) where valid_to is null;
create index edges_b on edges (b_dev) where valid_to is null;
create index edges_ips on edges using gin (ips) where valid_to is null;
create index edges_closed on edges (valid_to) where valid_to is not null;
create index edges_key on edges (edge_key, valid_from desc);

create table edge_events (
  event_id bigint generated always as identity primary key,
  at timestamptz not null,
  change text not null check (change in ('added', 'removed', 'moved', 'changed')),
  subject text not null check (subject in ('link', 'host')),
  edge_id text not null,
  edge_key text not null,
  site_id text,
  a text not null,
  b text not null,
  detail text not null,
  first_discovery boolean not null
);
create index edge_events_at on edge_events (at desc, event_id desc);
comment on column edge_events.first_discovery is 'New to the system, not to the network: no churn.';

create table node_positions (
  node_id text primary key,
  site_id text,
  x double precision not null,
  y double precision not null,
  computed_at timestamptz not null
);

-- Links and placements as they were at a time: exact as long as retention has left them.
create function edges_at(at timestamptz) returns setof edges
  language sql stable
as $$
  select e.* from public.edges e where e.valid_from <= $1 and (e.valid_to is null or e.valid_to > $1)
$$;
