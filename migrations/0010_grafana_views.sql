-- What panels, variables and alert rules read. Published: columns are added, never renamed or dropped.
create view grafana.sites as
select s.site_id as id, s.name from public.sites s;
comment on view grafana.sites is 'Read by the site variable of every dashboard.';

create view grafana.edge_events as
select e.event_id::text as id, e.at as time, e.site_id as site, e.change, e.subject, e.edge_id, e.a, e.b, e.detail
  from public.edge_events e
 where not e.first_discovery;
comment on view grafana.edge_events is
  'Read by the churn rule, the event table and annotations. What a newly polled device merely showed first is no event.';

create view grafana.canonical_links as
select l.edge_key as id,
       l.site_id as site,
       concat_ws(' ', l.a_dev, coalesce(l.a_if_name, l.a_if::text)) as a,
       concat_ws(' ', l.b_dev, coalesce(l.b_if_name, l.b_if::text)) as b,
       case when l.valid_to is null then l.state else 'lost' end as state,
       case when l.valid_to is null then 0::float8 else 1::float8 end as lost,
       case when l.valid_to is null then l.valid_from else l.valid_to end as since
  from (
    select distinct on (e.edge_key) e.*
      from public.edges e
     where e.subject = 'link'
       and (e.valid_to is null or e.close_decided_at > now() - interval '24 hours')
     order by e.edge_key, e.valid_to desc nulls first, e.valid_from desc
  ) l
 -- one that moved lives on elsewhere; one of a device taken out of the inventory is missed by nobody
 where l.valid_to is null or coalesce(l.close_reason, 'aged') = 'aged';
comment on view grafana.canonical_links is 'Read by the rule "a link is lost": lost is 1 for a day unless it returns.';

create view grafana.poll_health as
select d.site_id as site, d.device_id as device, s.module, s.last_success,
       extract(epoch from now() - coalesce(s.last_success, s.since))::float8 as silent_seconds,
       case when extract(epoch from now() - coalesce(s.last_success, s.since)) > 2.5 * s.interval_sec
            then 1::float8 else 0::float8 end as overdue
  from public.devices d
  join public.poll_states s on s.device_id = d.device_id
 where d.removed_at is null;
comment on view grafana.poll_health is 'Read by the blindness rule and the health dashboard.';
