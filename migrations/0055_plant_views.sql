-- The cable plant in the shape of the map: CMTS, fibre node, modem.
create view plant_nodes as
with fibre_nodes as (
  select m.cmts_id, m.fibre_node, min(m.site_id) as site,
         count(*) as modem_count,
         count(*) filter (where m.status = 'online') as online_count,
         bool_and(coalesce(m.cmts_silent, true)) as silent,
         min(m.status_reason) filter (where m.cmts_silent) as reason,
         max(m.last_seen) as lastseen
    from modem_states m
   where m.fibre_node is not null
   group by m.cmts_id, m.fibre_node
), every as (
  select 'node:' || f.cmts_id || ':' || f.fibre_node as id, f.fibre_node as title,
         f.online_count || ' of ' || f.modem_count || ' modems online' as subtitle,
         f.modem_count + 1 as mainstat,
         'fibre_node' as kind, 'code-branch' as icon, f.site,
         case when f.silent then 'unknown' when f.online_count > 0 then 'up' else 'down' end as status,
         case when f.silent then f.reason when f.online_count = 0 then 'none of its modems is online' end as statusreason,
         null::text as address, f.lastseen
    from fibre_nodes f
  union all
  select 'cm:' || m.mac, m.mac, concat_ws(' · ', m.model, m.address), 1, 'modem', 'cube', m.site_id,
         case m.status when 'online' then 'up' when 'offline' then 'down' else 'unknown' end,
         m.status_reason, m.address, m.last_seen
    from modem_states m
)
select v.id, v.title, v.subtitle, v.mainstat::float8 as mainstat, v.status as secondarystat, null::text as color,
       v.icon, v.kind, v.site, v.kind as role, v.status, v.statusreason, v.address, v.lastseen,
       p.x as fixedx, p.y as fixedy, v.address as detail__address, v.lastseen as detail__lastseen
  from every v left join node_positions p on p.node_id = v.id;
comment on view plant_nodes is 'Fibre nodes and modems: the plant part of grafana.nodes.';

create view plant_edges as
with cmts as (
  select d.device_id from devices d where d.removed_at is null
), links as (
  select 'docsis:' || m.mac as id,
         case when m.fibre_node is null then m.cmts_id else 'node:' || m.cmts_id || ':' || m.fibre_node end as source,
         'cm:' || m.mac as target,
         m.cmts_id, m.site_id as site,
         case m.status when 'online' then 'up' when 'offline' then 'down' else 'unknown' end as oper_status,
         m.cmts_silent, m.status_reason, p.valid_from as first_seen, coalesce(m.confirmed_at, m.last_seen) as last_seen,
         'docsIf3CmtsCmRegStatusTable' as mib_table,
         'has ' || m.mac || ' registered' || coalesce(' in MAC domain ' || m.mac_domain, '')
           || coalesce(', fibre node ' || m.fibre_node, '') || coalesce(', status ' || m.registration, '') as said
    from modem_states m
    join modem_placements p on p.mac = m.mac and p.valid_to is null
  union all
  select 'docsis:' || m.cmts_id || ':' || m.fibre_node, m.cmts_id, 'node:' || m.cmts_id || ':' || m.fibre_node,
         m.cmts_id, min(m.site_id),
         case when bool_or(m.status = 'online') then 'up' when bool_and(m.status = 'offline') then 'down' else 'unknown' end,
         bool_and(coalesce(m.cmts_silent, true)), min(m.status_reason) filter (where m.cmts_silent),
         min(p.valid_from), max(coalesce(m.confirmed_at, m.last_seen)),
         'docsIf3MdNodeStatusTable',
         'names fibre node ' || m.fibre_node || ' for the service groups of ' || count(*) || ' modems'
    from modem_states m
    join modem_placements p on p.mac = m.mac and p.valid_to is null
   where m.fibre_node is not null
   group by m.cmts_id, m.fibre_node
)
select l.id, l.source, l.target, 0.95::float8 as mainstat, 'docsis' as secondarystat, 'docsis' as method,
       0.95::float8 as confidence, 1::float8 as sides, 2::float8 as layer, l.site,
       null::text as source_port, null::text as target_port, l.oper_status,
       null::float8 as load_ratio, null::float8 as speed_bps, 'unknown' as blocked,
       case when l.cmts_silent then 'unknown' else 'current' end as state,
       case when l.cmts_silent then l.status_reason end as state_reason,
       '' as vlans, l.first_seen, l.last_seen,
       jsonb_build_array(jsonb_build_object('device', l.cmts_id, 'table', l.mib_table, 'text', l.said,
         'seenAt', to_char(l.last_seen at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))) as evidence,
       jsonb_build_array(jsonb_build_object('name', 'docsis', 'value', 0.95,
         'reason', 'the CMTS reports it by its own protocol')) as score,
       null::text as color, 1 + 2 * 0.95::float8 as thickness,
       case when l.cmts_silent then '6 4' end as strokedasharray
  from links l
 -- an edge to a node that is not shown would end the core node graph panel
 where l.source <> l.cmts_id or l.cmts_id in (select device_id from cmts);
comment on view plant_edges is 'CMTS to fibre node to modem: the plant part of grafana.edges.';
