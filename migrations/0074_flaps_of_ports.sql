-- A port that went down and came back between two readings of its neighbours is a flap too, though the link lived on.
-- Both ends tell of the same flap: the end that saw more of them counts, or the life of the link.
create index facts_interfaces_since on facts_interfaces (valid_from);
create index edges_decided on edges (close_decided_at) where close_decided_at is not null;

create or replace view grafana.link_flaps as
with links as (
  select distinct on (e.edge_key) e.edge_key, e.edge_id, e.site_id, e.a_dev, e.a_if, e.a_if_name, e.b_dev, e.b_if, e.b_if_name
    from public.edges e
   where e.subject = 'link' and (e.valid_to is null or e.close_decided_at > now() - interval '24 hours')
   order by e.edge_key, e.valid_to desc nulls first, e.valid_from desc
), port_turns as materialized (
  select f.device_id, f.row_key, f.valid_from as at, f.body ->> 'operStatus' = 'up' as is_return
    from public.facts_interfaces f
    join public.facts_interfaces p
      on p.device_id = f.device_id and p.row_key = f.row_key and p.valid_to = f.valid_from and p.fact_id <> f.fact_id
   where f.valid_from > now() - interval '24 hours'
     and ((f.body ->> 'operStatus' = 'up' and p.body ->> 'operStatus' = 'down')
       or (f.body ->> 'operStatus' = 'down' and p.body ->> 'operStatus' = 'up'))
), turns as (
  select l.edge_key, 'a' as witness, t.at, t.is_return
    from links l join port_turns t on t.device_id = l.a_dev and t.row_key = l.a_if::text
  union all
  select l.edge_key, 'b', t.at, t.is_return
    from links l join port_turns t on t.device_id = l.b_dev and t.row_key = l.b_if::text
  union all
  select e.edge_key, 'life', e.at,
         case e.change
           when 'changed' then e.fields ? 'presence'
                            or coalesce(e.fields -> 'state' ->> 0 = 'down' and e.fields -> 'state' ->> 1 = 'up', false)
           else e.change = 'added' end
    from public.edge_events e
   where e.subject = 'link' and not e.first_discovery and e.at > now() - interval '24 hours'
     and case e.change
           when 'removed' then true
           when 'changed' then e.fields ? 'presence' or coalesce(e.fields -> 'state' ->> 1 in ('up', 'down'), false)
           when 'added' then exists (
             select from public.edges p
              where p.edge_key = e.edge_key and p.edge_id <> e.edge_id and p.valid_to > e.at - interval '24 hours')
           else false end
), counted as (
  select t.edge_key, t.witness,
         count(*) filter (where t.is_return and t.at > now() - interval '1 hour') as last_hour,
         count(*) filter (where t.is_return) as last_day,
         max(t.at) as last_change
    from turns t
   group by t.edge_key, t.witness
)
select l.edge_id, l.site_id as site,
       concat_ws(' ', l.a_dev, coalesce(l.a_if_name, l.a_if::text)) as a,
       concat_ws(' ', l.b_dev, coalesce(l.b_if_name, l.b_if::text)) as b,
       max(c.last_hour)::float8 as flaps_1h, max(c.last_day)::float8 as flaps_24h, max(c.last_change) as last_change
  from links l
  join counted c on c.edge_key = l.edge_key
 group by l.edge_key, l.edge_id, l.site_id, l.a_dev, l.a_if, l.a_if_name, l.b_dev, l.b_if, l.b_if_name;

-- valid_to is the last sighting: at that instant it was still there.
create or replace function edges_at(at timestamptz) returns setof edges
  language sql stable
as $$
  select e.* from public.edges e where e.valid_from <= $1 and (e.valid_to is null or e.valid_to >= $1)
$$;
