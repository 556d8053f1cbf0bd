-- The last report of every MIB table of a device (outcome, rows, reasons of dropped ones): what evidence is dated by
-- and what the next cycle builds on after a restart. Overwritten by each poll.
create table device_tables (
  device_id text primary key references devices on delete cascade,
  sys_up_time_ms double precision,
  polled_at timestamptz not null,
  tables jsonb not null
) with (fillfactor = 70);

comment on table poll_outcomes is
  'Every poll: one row (table *) when all its tables were read whole, else one row for each that was not.';
