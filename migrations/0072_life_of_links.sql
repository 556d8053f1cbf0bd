-- What a change changed, so that a past state can be told as it was; where a host hangs in between; churn and flaps.
alter table edge_events add column fields jsonb not null default '{}';
comment on column edge_events.fields is 'For each thing that changed what it was and what it is: {"method": ["bridge", "lldp"]}.';
alter table edges add column via text;
comment on column edges.via is 'Of a host placement the segment between the port and the host; null when it hangs on the port itself.';

create index edge_events_edge on edge_events (edge_id, event_id);
create index edge_events_minute
  on edge_events (date_bin('1 minute', at, timestamptz '2000-01-01 00:00:00+00')) where not first_discovery;
create index facts_interfaces_life on facts_interfaces (device_id, row_key, valid_from desc);

-- Devices that were of the inventory at a time, and how their polling stood then. Without outcomes of that time (before
-- the first poll, or after retention) nobody is called silent.
create function devices_at(at timestamptz)
  returns table (device_id text, site_id text, silent boolean, first_polled_at timestamptz)
  language sql stable
as $$
  select d.device_id, d.site_id,
         k.kept and not exists (
           select from public.poll_outcomes o
            where o.device_id = d.device_id and o.mib_table = '*'
              and o.time <= $1 and o.time > $1 - 2.5 * coalesce(s.interval_sec, 60) * interval '1 second'),
         d.first_polled_at
    from public.devices d
    left join (select p.device_id, min(p.interval_sec) as interval_sec from public.poll_states p group by 1) s
      on s.device_id = d.device_id
   cross join (select exists (select from public.poll_outcomes o where o.time <= $1) as kept) k
   where d.added_at <= $1 and (d.removed_at is null or d.removed_at > $1)
$$;

-- What the last poll of each module before a time could not read whole: its edges were unknown then.
create function unread_at(at timestamptz) returns table (device_id text, kind text)
  language sql stable
as $$
  select distinct d.device_id, o.kind
    from public.devices d
   cross join (values ('tables'), ('interfaces'), ('forwarding')) m (module)
   cross join lateral (
           select p.time from public.poll_outcomes p
            where p.device_id = d.device_id and p.module = m.module
              and p.time <= $1 and p.time > $1 - interval '1 day'
            order by p.time desc limit 1) last
    join public.poll_outcomes o on o.device_id = d.device_id and o.module = m.module and o.time = last.time
   where o.outcome not in ('complete', 'endOfMib')
$$;

create view churn_events as
select e.event_id, e.at, e.site_id, e.subject, e.change
  from edge_events e
 where not e.first_discovery
   and e.change in ('added', 'removed', 'moved')
   -- what came back within the grace time goes on living: it was a flap, no churn
   and not (e.change = 'removed' and exists (
         select from edge_events later where later.edge_id = e.edge_id and later.event_id > e.event_id));
comment on view churn_events is 'What counts as churn, links and hosts apart by subject.';

create view grafana.churn as
select date_bin('1 minute', c.at, timestamptz '2000-01-01 00:00:00+00') as time,
       c.site_id as site,
       c.subject,
       (count(*) filter (where c.change = 'added'))::float8 as added,
       (count(*) filter (where c.change = 'removed'))::float8 as removed,
       (count(*) filter (where c.change = 'moved'))::float8 as moved,
       count(*)::float8 as total
  from public.churn_events c
 group by 1, 2, 3;
comment on view grafana.churn is
  'Changes a minute and site, links and hosts apart. Read by the churn rule. Published: add columns freely, never rename or drop one.';

create view grafana.link_flaps as
with turns as (
  select e.edge_key, e.at,
         case when e.change = 'changed' then
                (e.fields -> 'state' ->> 0 = 'down' and e.fields -> 'state' ->> 1 = 'up') or e.fields ? 'presence'
              when e.change = 'added' then exists (
                select from public.edges p
                 where p.edge_key = e.edge_key and p.edge_id <> e.edge_id and p.valid_to > e.at - interval '24 hours')
              else false end as is_return,
         e.change = 'removed' or coalesce(e.fields -> 'state' ->> 1 = 'down', false) as is_loss
    from public.edge_events e
   where e.subject = 'link' and not e.first_discovery and e.at > now() - interval '24 hours'
), counted as (
  select t.edge_key,
         count(*) filter (where t.is_return and t.at > now() - interval '1 hour') as last_hour,
         count(*) filter (where t.is_return) as last_day,
         max(t.at) as last_change
    from turns t
   where coalesce(t.is_return, false) or t.is_loss
   group by t.edge_key
)
select l.edge_id, l.site_id as site,
       concat_ws(' ', l.a_dev, coalesce(l.a_if_name, l.a_if::text)) as a,
       concat_ws(' ', l.b_dev, coalesce(l.b_if_name, l.b_if::text)) as b,
       c.last_hour::float8 as flaps_1h, c.last_day::float8 as flaps_24h, c.last_change
  from counted c
 cross join lateral (
   select e.edge_id, e.site_id, e.a_dev, e.a_if, e.a_if_name, e.b_dev, e.b_if, e.b_if_name
     from public.edges e
    where e.edge_key = c.edge_key
    order by e.valid_from desc limit 1) l;
comment on view grafana.link_flaps is
  'Links that went down or away and how often they came back. Published: add columns freely, never rename or drop one.';

create or replace view topology_edges as
select e.edge_id as id, e.a_dev as source, e.b_dev as target,
       e.confidence as mainstat,
       concat_ws(' ', e.method, concat_ws(' – ', coalesce(e.a_if_name, e.a_if::text), coalesce(e.b_if_name, e.b_if::text))) as secondarystat,
       e.method, e.confidence, e.sides::float8 as sides, e.layer::float8 as layer, e.site_id as site,
       coalesce(e.a_if_name, e.a_if::text) as source_port, coalesce(e.b_if_name, e.b_if::text) as target_port,
       case when 'down' in (ia.oper_status, ib.oper_status) then 'down'
            when 'up' in (ia.oper_status, ib.oper_status) then 'up'
            else e.oper_status end as oper_status,
       greatest(
         greatest(ia.in_bps, ia.out_bps) / nullif(ia.speed_bps, 0),
         greatest(ib.in_bps, ib.out_bps) / nullif(ib.speed_bps, 0)) as load_ratio,
       least(nullif(ia.speed_bps, 0), nullif(ib.speed_bps, 0)) as speed_bps,
       case when e.blocked is null then 'unknown' when e.blocked then 'true' else 'false' end as blocked,
       e.state, e.state_reason,
       array_to_string(e.vlans, ',') as vlans,
       e.valid_from as first_seen, e.last_seen, e.evidence, e.score,
       null::text as color,
       1 + 2 * e.confidence as thickness,
       case when e.blocked then '2 6' when e.state <> 'current' then '6 4' end as strokedasharray,
       e.via
  from edges e
  left join interfaces ia on ia.device_id = e.a_dev and ia.if_index = e.a_if
  left join interfaces ib on ib.device_id = e.b_dev and ib.if_index = e.b_if
 where e.valid_to is null
   -- an edge to a node that is not shown would end the core node graph panel
   and exists (select from devices d where d.device_id = e.a_dev and d.removed_at is null
               union all select from nodes n where n.node_id = e.a_dev)
   and exists (select from devices d where d.device_id = e.b_dev and d.removed_at is null
               union all select from nodes n where n.node_id = e.b_dev);

create or replace view grafana.edges as
select id, source, target, mainstat, secondarystat, method, confidence, sides, layer, site, source_port, target_port,
       oper_status, load_ratio, speed_bps, blocked, state, state_reason, vlans, first_seen, last_seen, evidence, score,
       color, thickness, strokedasharray, via
  from public.topology_edges
union all
select id, source, target, mainstat, secondarystat, method, confidence, sides, layer, site, source_port, target_port,
       oper_status, load_ratio, speed_bps, blocked, state, state_reason, vlans, first_seen, last_seen, evidence, score,
       color, thickness, strokedasharray, null
  from public.plant_edges;
