-- When the levels of each modem are read next. A modem keeps its own moment within the interval, so that a plant spreads.
create table modem_polls (
  mac text primary key references modems on delete cascade,
  next_at timestamptz not null,
  last_attempt timestamptz,
  last_success timestamptz,
  last_outcome text,
  failures integer not null default 0
) with (fillfactor = 70);
create index modem_polls_due on modem_polls (next_at);
comment on column modem_polls.failures is 'In a row; a silent modem is asked less and less often, up to every twelfth interval.';

create index if not exists pnm_pre_equalisers_received on pnm_pre_equalisers (received_at desc);
