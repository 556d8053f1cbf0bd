-- A table without chunks is cleaned in batches, so that no statement runs into its time limit: the caller repeats the
-- call until fewer rows than a batch went.
create or replace function delete_older_than(relation regclass, time_column name, before timestamptz) returns bigint
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
as $$
declare
  deleted bigint;
  is_hypertable boolean := false;
begin
  if (select relnamespace <> 'public'::regnamespace from pg_class where oid = relation) then
    raise exception 'only tables of schema public have a retention';
  end if;
  if exists (select from pg_extension where extname = 'timescaledb') then
    execute 'select exists (select from timescaledb_information.hypertables h
                             where h.hypertable_schema = ''public'' and h.hypertable_name = $1)'
      into is_hypertable using (select relname from pg_class where oid = relation);
  end if;
  if is_hypertable then
    execute 'select count(*) from drop_chunks($1, older_than => $2)' into deleted using relation, before;
  else
    execute format('delete from %s where ctid = any(array(select ctid from %s where %I < $1 limit 20000))',
                   relation, relation, time_column) using before;
    get diagnostics deleted = row_count;
  end if;
  return deleted;
end
$$;
comment on function delete_older_than is 'Returns the number of rows, at most 20000 a call, or of chunks for a hypertable.';
