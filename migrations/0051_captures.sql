-- What was asked of modems, by whom, how it went, and what came of it.
create table pnm_operations (
  operation_id uuid primary key,
  mac text not null,
  test text not null check (test in ('rxmer', 'constellation')),
  channel_ids integer[] not null default '{}',
  origin text not null check (origin in ('user', 'schedule')),
  requested_by text not null,
  reason text,
  state text not null check (state in ('queued', 'running', 'done', 'partial', 'failed', 'cancelled')),
  progress_ratio double precision not null default 0,
  steps jsonb not null default '[]',
  error_code text,
  error_message text,
  cancel_requested boolean not null default false,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz
) with (fillfactor = 70);
create index pnm_operations_open on pnm_operations (origin desc, created_at) where state in ('queued', 'running');
create index pnm_operations_modem on pnm_operations (mac, created_at desc);

create table pnm_captures (
  capture_id uuid primary key,
  operation_id uuid not null references pnm_operations on delete cascade,
  mac text not null,
  test text not null,
  channel_id integer not null,
  if_index integer not null,
  site_id text,
  cmts_id text,
  fibre_node text,
  address text not null,
  asked_name text not null,
  requested_at timestamptz not null,
  required_mer_db double precision,
  state text not null check (state in ('asked', 'stored', 'duplicate', 'quarantined', 'failed')),
  truncated boolean not null default false,
  error_code text,
  error_message text,
  received_name text,
  received_at timestamptz,
  file_path text,
  file_sha256 text,
  file_bytes integer,
  device_time_sec bigint,
  warnings jsonb,
  same_as uuid
);
create index pnm_captures_operation on pnm_captures (operation_id);
create index pnm_captures_modem on pnm_captures (mac, received_at desc) where state = 'stored';
create index pnm_captures_received on pnm_captures (received_at desc) where state = 'stored';
create unique index pnm_captures_once on pnm_captures (file_sha256, mac, test) where state = 'stored';
comment on table pnm_captures is
  'One file asked of one channel. The row is there before the modem is told, so that a file found in the spool has an owner.';

create table audit_log (
  audit_id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  actor text not null,
  action text not null,
  subject text not null,
  address text not null,
  operation_id uuid,
  detail jsonb not null,
  outcome text,
  finished_at timestamptz
);
create index audit_log_at on audit_log (at desc);
create index audit_log_subject on audit_log (subject, at desc);
comment on table audit_log is 'A row is committed before anything is written to a device; the outcome follows. Never deleted by the collector.';
revoke update, delete on audit_log from plantgraph_writer;
grant update (outcome, finished_at) on audit_log to plantgraph_writer;
