-- Devices with the state of their polling. A device is silent when no module of it was read whole for 2.5 intervals
-- of its most frequent module; why is what the last attempt said.
create view device_states as
select d.device_id, d.address, d.site_id, d.role, d.profile, d.anchor, d.sys_name, d.sys_descr, d.added_at,
       p.last_success, p.last_attempt, p.last_detail, p.last_outcome,
       p.last_success is null
         or extract(epoch from now() - p.last_success) > 2.5 * coalesce(p.interval_sec, 60) as silent
  from devices d
  left join lateral (
    select max(s.last_success) as last_success,
           max(s.last_attempt) as last_attempt,
           min(s.interval_sec) as interval_sec,
           (array_agg(s.last_detail order by s.last_attempt desc nulls last))[1] as last_detail,
           (array_agg(s.last_outcome order by s.last_attempt desc nulls last))[1] as last_outcome
      from poll_states s
     where s.device_id = d.device_id
  ) p on true
 where d.removed_at is null;
comment on view device_states is 'Read by inventory/store.ts and the views of the map.';

create view vw_edges_current as
select distinct on (e.a_dev, e.a_port, e.b_dev, e.b_port, e.method)
       e.edge_id, e.a_dev, e.a_port as a_if, e.b_dev, e.b_port as b_if, e.method, e.confidence,
       e.valid_from as first_seen, e.last_seen, e.evidence,
       e.subject, e.layer, e.sides, e.site_id, e.a_if as a_if_index, e.b_if as b_if_index, e.state
  from (
    select x.*, coalesce(x.a_if_name, x.a_if::text) as a_port, coalesce(x.b_if_name, x.b_if::text) as b_port
      from edges x
     where x.valid_to is null
  ) e
 order by e.a_dev, e.a_port, e.b_dev, e.b_port, e.method, e.last_seen desc, e.edge_id;
comment on view vw_edges_current is
  'The latest edge per end pair and method. Published: add columns freely, never rename or drop one.';

create view vw_links_canonical as
select distinct on (pair_low, pair_high)
       edge_id, a_dev, a_if, b_dev, b_if, method, confidence, first_seen, last_seen, evidence,
       layer, sides, site_id, a_if_index, b_if_index, state
  from (
    select e.*,
           least(array[e.a_dev, coalesce(e.a_if, '')] , array[e.b_dev, coalesce(e.b_if, '')]) as pair_low,
           greatest(array[e.a_dev, coalesce(e.a_if, '')] , array[e.b_dev, coalesce(e.b_if, '')]) as pair_high
      from vw_edges_current e
     where e.subject = 'link'
       -- once both ports of a link are known, the sighting that knew only one is no second link
       and ((e.a_if is not null and e.b_if is not null) or not exists (
         select from vw_edges_current k
          where k.subject = 'link' and k.edge_id <> e.edge_id and k.a_if is not null and k.b_if is not null
            and ((e.b_if is null and e.a_if is not null
                  and ((k.a_dev = e.a_dev and k.a_if = e.a_if and k.b_dev = e.b_dev)
                    or (k.b_dev = e.a_dev and k.b_if = e.a_if and k.a_dev = e.b_dev)))
              or (e.a_if is null and e.b_if is not null
                  and ((k.b_dev = e.b_dev and k.b_if = e.b_if and k.a_dev = e.a_dev)
                    or (k.a_dev = e.b_dev and k.a_if = e.b_if and k.b_dev = e.a_dev))))))
  ) e
 order by pair_low, pair_high,
       array_position(array['lldp', 'cdp', 'lag', 'stp', 'bridge', 'arp', 'ospf', 'isis', 'bgp', 'docsis'], method),
       confidence desc, sides desc, last_seen desc, edge_id;
comment on view vw_links_canonical is
  'One row per unordered pair of interfaces: highest class, then confidence, then two-sided, then newest. Published.';

create view topology_nodes as
with ends as (
  select e.a_dev as node_id, e.state, e.state_reason, e.oper_status, e.subject, e.last_seen from edges e where e.valid_to is null
  union all
  select e.b_dev, e.state, e.state_reason, e.oper_status, e.subject, e.last_seen from edges e where e.valid_to is null
), stats as (
  select node_id,
         count(*)::float8 as open_count,
         bool_and(oper_status = 'down') as all_down,
         bool_or(state = 'current') as any_current,
         max(state_reason) filter (where state <> 'current') as reason,
         max(last_seen) as last_seen
    from ends group by node_id
), every as (
  select d.device_id as id, coalesce(d.sys_name, d.device_id) as title, 'device' as kind, d.site_id as site, d.role,
         case when not d.silent then 'up' when s.all_down then 'down' else 'unknown' end as status,
         case when not d.silent then null
              when d.last_attempt is null then 'not polled yet'
              else (case when s.all_down then 'its neighbours see every link to it down; it ' else '' end)
                   || case when d.last_success is null then 'has never answered'
                           else 'has not answered since ' || to_char(d.last_success at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC' end
                   || coalesce(': ' || d.last_detail, '') end as statusreason,
         d.address, d.last_success as lastseen, coalesce(s.open_count, 0) as mainstat
    from device_states d left join stats s on s.node_id = d.device_id
  union all
  select n.node_id, n.title, n.kind, n.site_id, n.role,
         case when s.all_down then 'down' when s.any_current then 'up' else 'unknown' end,
         case when s.all_down then 'its link is down' when s.any_current then null else s.reason end,
         n.address, greatest(n.last_seen, s.last_seen), s.open_count
    from nodes n join stats s on s.node_id = n.node_id
   where not exists (select from devices d where d.device_id = n.node_id and d.removed_at is null)
)
select v.id, v.title,
       concat_ws(' · ', v.role, v.address) as subtitle,
       v.mainstat::float8 as mainstat,
       v.status as secondarystat,
       null::text as color,
       case v.kind when 'device' then case when v.role like '%rout%' then 'sitemap' else 'layer-group' end
                   when 'external' then 'external-link-alt' when 'segment' then 'share-alt' else 'monitor' end as icon,
       v.kind, v.site, v.role, v.status, v.statusreason, v.address, v.lastseen,
       p.x as fixedx, p.y as fixedy,
       v.address as detail__address, v.lastseen as detail__lastseen
  from every v left join node_positions p on p.node_id = v.id;
comment on view topology_nodes is 'Devices, neighbours, segments and hosts: the topology part of grafana.nodes.';

create view topology_edges as
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
       case when e.blocked then '2 6' when e.state <> 'current' then '6 4' end as strokedasharray
  from edges e
  left join interfaces ia on ia.device_id = e.a_dev and ia.if_index = e.a_if
  left join interfaces ib on ib.device_id = e.b_dev and ib.if_index = e.b_if
 where e.valid_to is null
   -- an edge to a node that is not shown would end the core node graph panel
   and exists (select from devices d where d.device_id = e.a_dev and d.removed_at is null
               union all select from nodes n where n.node_id = e.a_dev)
   and exists (select from devices d where d.device_id = e.b_dev and d.removed_at is null
               union all select from nodes n where n.node_id = e.b_dev);
comment on view topology_edges is 'Links and host placements: the topology part of grafana.edges.';
