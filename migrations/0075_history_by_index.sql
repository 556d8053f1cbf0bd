-- What the past is told by, without reading more than a few rows a device or the changes of links since.
create index edge_events_fields on edge_events (at) where fields <> '{}';

-- What the last poll of each module before a time could not read whole, as long as that poll was not overdue by then.
create or replace function unread_at(at timestamptz) returns table (device_id text, kind text)
  language sql stable
as $$
  select distinct d.device_id, o.kind
    from public.devices d
   cross join (values ('tables'), ('interfaces'), ('forwarding')) m (module)
    left join public.poll_states s on s.device_id = d.device_id and s.module = m.module
   cross join lateral (
           select max(p.time) as time from public.poll_outcomes p
            where p.device_id = d.device_id and p.module = m.module
              and p.time <= $1 and p.time > $1 - 2.5 * coalesce(s.interval_sec, 300) * interval '1 second') last
    join public.poll_outcomes o on o.device_id = d.device_id and o.module = m.module and o.time = last.time
   where o.outcome not in ('complete', 'endOfMib')
$$;
