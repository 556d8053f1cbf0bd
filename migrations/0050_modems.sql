-- Cable modems as their CMTS has them registered, and where in the plant they hang.
create table cmts_polls (
  cmts_id text primary key,
  site_id text,
  interval_sec double precision not null,
  since timestamptz not null default now(),
  last_attempt timestamptz,
  last_success timestamptz,
  last_outcome text,
  last_detail text,
  modem_count integer
) with (fillfactor = 70);
comment on column cmts_polls.last_success is 'Last poll in which the registration table was read whole.';

create table modems (
  mac text primary key,
  cmts_id text not null,
  site_id text,
  mac_domain integer,
  fibre_node text,
  address text,
  registration integer,
  status text not null check (status in ('online', 'offline', 'unknown')),
  vendor text,
  model text,
  firmware text,
  identified_at timestamptz,
  first_seen timestamptz not null,
  last_seen timestamptz,
  status_since timestamptz not null
) with (fillfactor = 80);
create index modems_place on modems (cmts_id, fibre_node);
create index modems_address on modems (address);
comment on column modems.registration is 'docsIf3CmtsCmRegStatusValue: 8 operational; null from the legacy table.';
comment on column modems.last_seen is 'Last time the CMTS had it online.';

create table modem_placements (
  placement_id bigint generated always as identity primary key,
  mac text not null,
  cmts_id text not null,
  mac_domain integer,
  fibre_node text,
  valid_from timestamptz not null,
  valid_to timestamptz
);
create unique index modem_placements_open on modem_placements (mac) where valid_to is null;
comment on table modem_placements is 'Where a modem hung and when: written on change only.';

create view modem_states as
select m.mac, m.cmts_id, m.site_id, m.mac_domain, m.fibre_node, m.address, m.registration, m.vendor, m.model, m.firmware,
       m.first_seen, m.last_seen, m.status_since,
       case when p.silent then 'unknown' else m.status end as status,
       case when p.silent then 'CMTS ' || m.cmts_id || coalesce(
                   ' has not answered since ' || to_char(p.last_success at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC',
                   ' has never answered') || coalesce(': ' || p.last_detail, '')
            when m.status = 'offline' then 'the CMTS has it offline since '
                   || to_char(m.status_since at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC'
            when m.status = 'unknown' then 'the CMTS states no known registration status' end as status_reason,
       p.silent as cmts_silent,
       p.last_success as confirmed_at
  from modems m
  left join lateral (
    select c.last_success, c.last_detail,
           c.last_success is null or extract(epoch from now() - c.last_success) > 2.5 * c.interval_sec as silent
      from cmts_polls c where c.cmts_id = m.cmts_id
  ) p on true;
comment on view modem_states is 'Modems with what is known now: when the CMTS is silent, so is our knowledge.';
