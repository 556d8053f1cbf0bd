-- The whole map: network and plant.
create view grafana.nodes as
select id, title, subtitle, mainstat, secondarystat, color, icon, kind, site, role, status, statusreason, address, lastseen,
       fixedx, fixedy, detail__address, detail__lastseen
  from public.topology_nodes
union all
select id, title, subtitle, mainstat, secondarystat, color, icon, kind, site, role, status, statusreason, address, lastseen,
       fixedx, fixedy, detail__address, detail__lastseen
  from public.plant_nodes;
comment on view grafana.nodes is 'Read by the topology panel and the core node graph. Published: add columns freely, never rename or drop one.';

create view grafana.edges as
select id, source, target, mainstat, secondarystat, method, confidence, sides, layer, site, source_port, target_port,
       oper_status, load_ratio, speed_bps, blocked, state, state_reason, vlans, first_seen, last_seen, evidence, score,
       color, thickness, strokedasharray
  from public.topology_edges
union all
select id, source, target, mainstat, secondarystat, method, confidence, sides, layer, site, source_port, target_port,
       oper_status, load_ratio, speed_bps, blocked, state, state_reason, vlans, first_seen, last_seen, evidence, score,
       color, thickness, strokedasharray
  from public.plant_edges;
comment on view grafana.edges is 'Read by the topology panel and the core node graph. Published: add columns freely, never rename or drop one.';
