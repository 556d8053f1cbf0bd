-- A link whose port says that it is down is lost at that poll, not only when its neighbour rows have aged out.
create or replace view grafana.canonical_links as
select l.edge_key as id,
       l.site_id as site,
       concat_ws(' ', l.a_dev, coalesce(l.a_if_name, l.a_if::text)) as a,
       concat_ws(' ', l.b_dev, coalesce(l.b_if_name, l.b_if::text)) as b,
       case when l.valid_to is not null then 'lost' when down.is_down then 'down' else l.state end as state,
       case when l.valid_to is not null or down.is_down then 1::float8 else 0::float8 end as lost,
       case when l.valid_to is not null then l.valid_to
            when down.is_down then coalesce(down.since, l.last_seen)
            else l.valid_from end as since
  from (
    select distinct on (e.edge_key) e.*
      from public.edges e
     where e.subject = 'link'
       and (e.valid_to is null or e.close_decided_at > now() - interval '24 hours')
     order by e.edge_key, e.valid_to desc nulls first, e.valid_from desc
  ) l
  left join lateral (
    select coalesce(bool_or(i.oper_status = 'down'), false) as is_down,
           min(f.valid_from) filter (where i.oper_status = 'down') as since
      from public.interfaces i
      left join public.facts_interfaces f
        on f.device_id = i.device_id and f.row_key = i.if_index::text and f.valid_to is null
     where (i.device_id = l.a_dev and i.if_index = l.a_if) or (i.device_id = l.b_dev and i.if_index = l.b_if)
  ) down on true
 -- one that moved lives on elsewhere; one of a device taken out of the inventory is missed by nobody
 where l.valid_to is null or coalesce(l.close_reason, 'aged') = 'aged';
