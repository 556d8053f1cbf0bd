-- Routing tables, as intervals like the other facts: what layer 3 paths are looked up in.
create table facts_routes (
  fact_id bigint generated always as identity primary key,
  device_id text not null references devices on delete cascade,
  row_key text not null,
  body jsonb not null,
  network text generated always as (body ->> 'network') stored,
  prefix_length integer generated always as ((body ->> 'prefixLength')::integer) stored,
  next_hop text generated always as (body ->> 'nextHop') stored,
  valid_from timestamptz not null,
  valid_to timestamptz
);
create unique index facts_routes_open on facts_routes (device_id, row_key) where valid_to is null;
comment on table facts_routes is 'Routes in use; none of a device whose table is too large to be read.';
