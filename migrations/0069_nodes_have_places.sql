-- The core node graph panel throws when some nodes have a place and others have none. A node that came since the last
-- arrangement stands at its neighbour's until it gets one of its own; before the first arrangement nobody has one.
create or replace view grafana.nodes as
with every as (
  select id, title, subtitle, mainstat, secondarystat, color, icon, kind, site, role, status, statusreason, address,
         lastseen, fixedx, fixedy, detail__address, detail__lastseen
    from public.topology_nodes
  union all
  select id, title, subtitle, mainstat, secondarystat, color, icon, kind, site, role, status, statusreason, address,
         lastseen, fixedx, fixedy, detail__address, detail__lastseen
    from public.plant_nodes
)
select v.id, v.title, v.subtitle, v.mainstat, v.secondarystat, v.color, v.icon, v.kind, v.site, v.role, v.status,
       v.statusreason, v.address, v.lastseen,
       coalesce(v.fixedx, near.x, anywhere.x) as fixedx, coalesce(v.fixedy, near.y, anywhere.y) as fixedy,
       v.detail__address, v.detail__lastseen
  from every v
  left join lateral (
    select p.x + 30 as x, p.y + 30 as y
      from public.edges e
      join public.node_positions p on p.node_id = case when e.a_dev = v.id then e.b_dev else e.a_dev end
     where v.fixedx is null and e.valid_to is null and v.id in (e.a_dev, e.b_dev)
     order by e.edge_id
     limit 1
  ) near on true
  left join lateral (
    select max(p.x) as x, max(p.y) + 60 as y from public.node_positions p where v.fixedx is null
  ) anywhere on true;
comment on view grafana.nodes is 'Read by the topology panel and the core node graph. Published: add columns freely, never rename or drop one.';
