-- role: login
-- TimescaleDB where the server has loaded it. Its absence is one of the three supported editions, not a fault.
-- Before the extension is created only the settings of its loader are there, not timescaledb.license.
do $$
begin
  if current_setting('timescaledb.max_background_workers', true) is not null
     and exists (select from pg_available_extensions where name = 'timescaledb') then
    create extension if not exists timescaledb;
  end if;
end
$$;
