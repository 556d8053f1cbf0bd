-- The same views of nodes, planned well also on tables that were never analysed: what is wanted of one device is
-- looked up by index, what is wanted of all nodes is joined once; nothing is computed per row of the map.
create or replace view device_states as
select d.device_id, d.address, d.site_id, d.role, d.profile, d.anchor, d.sys_name, d.sys_descr, d.added_at,
       p.last_success, p.last_attempt, p.last_detail, p.last_outcome, p.silent,
       s.open_count,
       case when not p.silent then 'up' when s.all_down then 'down' else 'unknown' end as status,
       case when not p.silent then null
            when p.last_attempt is null then 'not polled yet'
            else (case when s.all_down then 'its neighbours see every link to it down; it ' else '' end)
                 || case when p.last_success is null then 'has never answered'
                         else 'has not answered since ' || to_char(p.last_success at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC' end
                 || coalesce(': ' || p.last_detail, '') end as status_reason
  from devices d
  left join lateral (
    select max(s.last_success) as last_success,
           max(s.last_attempt) as last_attempt,
           (array_agg(s.last_detail order by s.last_attempt desc nulls last))[1] as last_detail,
           (array_agg(s.last_outcome order by s.last_attempt desc nulls last))[1] as last_outcome,
           max(s.last_success) is null
             or extract(epoch from now() - max(s.last_success)) > 2.5 * coalesce(min(s.interval_sec), 60) as silent
      from poll_states s
     where s.device_id = d.device_id
  ) p on true
  left join lateral (
    select count(*)::float8 as open_count, bool_and(e.oper_status = 'down') as all_down
      from (select a.oper_status from edges a where a.valid_to is null and a.a_dev = d.device_id
            union all
            select b.oper_status from edges b where b.valid_to is null and b.b_dev = d.device_id) e
  ) s on true
 where d.removed_at is null;

create or replace view topology_nodes as
with ends as (
  select e.a_dev as node_id, e.state, e.state_reason, e.oper_status, e.last_seen from edges e where e.valid_to is null
  union all
  select e.b_dev, e.state, e.state_reason, e.oper_status, e.last_seen from edges e where e.valid_to is null
), stats as materialized (
  select node_id,
         count(*)::float8 as open_count,
         bool_and(oper_status = 'down') as all_down,
         bool_or(state = 'current') as any_current,
         max(state_reason) filter (where state <> 'current') as reason,
         max(last_seen) as last_seen
    from ends group by node_id
), every as (
  select d.device_id as id, coalesce(d.sys_name, d.device_id) as title, 'device' as kind, d.site_id as site, d.role,
         d.status, d.status_reason as statusreason, d.address, d.last_success as lastseen, d.open_count as mainstat
    from device_states d
  union all
  select n.node_id, n.title, n.kind, n.site_id, n.role,
         case when s.all_down then 'down' when s.any_current then 'up' else 'unknown' end,
         case when s.all_down then 'its link is down' when s.any_current then null else s.reason end,
         n.address, greatest(n.last_seen, s.last_seen), s.open_count
    from nodes n join stats s on s.node_id = n.node_id
   where n.node_id not in (select d.device_id from devices d where d.removed_at is null)
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
), near as materialized (
  select n.id, min(n.x) + 30 as x, min(n.y) + 30 as y
    from (select e.a_dev as id, p.x, p.y
            from public.edges e join public.node_positions p on p.node_id = e.b_dev where e.valid_to is null
          union all
          select e.b_dev, p.x, p.y
            from public.edges e join public.node_positions p on p.node_id = e.a_dev where e.valid_to is null) n
   group by n.id
), anywhere as materialized (
  select max(p.x) as x, max(p.y) + 60 as y from public.node_positions p
)
select v.id, v.title, v.subtitle, v.mainstat, v.secondarystat, v.color, v.icon, v.kind, v.site, v.role, v.status,
       v.statusreason, v.address, v.lastseen,
       coalesce(v.fixedx, near.x, anywhere.x) as fixedx, coalesce(v.fixedy, near.y, anywhere.y) as fixedy,
       v.detail__address, v.detail__lastseen
  from every v
  left join near on near.id = v.id
  cross join anywhere;
