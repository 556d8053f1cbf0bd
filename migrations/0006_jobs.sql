-- Work that is due, leased rather than locked: a collector that dies gives its lease up by time.
create table jobs (
  job_key text primary key,
  kind text not null,
  subject text not null,
  payload jsonb not null default '{}',
  interval_ms bigint check (interval_ms > 0),
  phase_ms bigint not null default 0,
  run_at timestamptz not null,
  leased_until timestamptz,
  leased_by text,
  failures integer not null default 0,
  last_started_at timestamptz,
  last_finished_at timestamptz,
  last_error text
) with (fillfactor = 70);
create index jobs_due on jobs (run_at);
create index jobs_subject on jobs (subject) where leased_until is not null;
comment on column jobs.subject is 'Whom the job keeps busy: two jobs of one subject never run at once.';
comment on column jobs.interval_ms is 'Null: once, and the row goes when it is done.';
