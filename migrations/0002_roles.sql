-- role: login
-- Three roles: who owns, who writes, who reads views for Grafana. Group roles without login: an operator grants them
-- to logins of his own (or gives one of them a password). They are of the whole server, so another database of ours
-- may have made them already, at this very moment too.
do $$
declare
  wanted text;
begin
  foreach wanted in array array['plantgraph_owner', 'plantgraph_writer', 'grafana_reader'] loop
    begin
      if not exists (select from pg_roles where rolname = wanted) then
        execute format('create role %I nologin', wanted);
      end if;
    exception when duplicate_object or unique_violation then null;
    end;
  end loop;
  if not pg_has_role(current_user, 'plantgraph_owner', 'member') then
    execute format('grant plantgraph_owner to %I', current_user);
  end if;
end
$$;

-- A dashboard's viewer can send any SQL to a data source: bound what one statement may take. A login that is only a
-- member of grafana_reader needs the same settings of its own: settings are not inherited.
do $$
begin
  if not exists (select from pg_db_role_setting s join pg_roles r on r.oid = s.setrole where r.rolname = 'grafana_reader') then
    alter role grafana_reader set statement_timeout = '15s';
    alter role grafana_reader set search_path = grafana;
    alter role grafana_reader set default_transaction_read_only = on;
    alter role grafana_reader set idle_in_transaction_session_timeout = '30s';
  end if;
exception when insufficient_privilege or object_in_use or internal_error then
  raise warning 'the settings of role grafana_reader could not be made: %', sqlerrm;
end
$$;

-- Only a superuser may bound temporary files; the settings above must not fail with this one.
do $$
begin
  if not exists (select from pg_db_role_setting s join pg_roles r on r.oid = s.setrole
                  where r.rolname = 'grafana_reader' and s.setconfig::text like '%temp_file_limit%') then
    alter role grafana_reader set temp_file_limit = '1GB';
  end if;
exception when insufficient_privilege or object_in_use or internal_error then
  raise warning 'temp_file_limit of role grafana_reader could not be set: %', sqlerrm;
end
$$;

-- Nobody gets anything of this database by default.
do $$
begin
  execute format('revoke create, temporary on database %I from public', current_database());
exception when insufficient_privilege then
  raise warning 'not the owner of this database: temporary tables stay allowed to everybody';
end
$$;
revoke create on schema public from public;
grant usage, create on schema public to plantgraph_owner;
grant usage on schema public to plantgraph_writer;

do $$
begin
  execute format('grant create on database %I to plantgraph_owner', current_database());
exception when insufficient_privilege then
  raise warning 'plantgraph_owner cannot make schemas in this database';
end
$$;
create schema if not exists grafana authorization plantgraph_owner;
grant usage on schema grafana to grafana_reader, plantgraph_writer;

alter default privileges for role plantgraph_owner in schema public
  grant select, insert, update, delete on tables to plantgraph_writer;
alter default privileges for role plantgraph_owner in schema public
  grant usage, select on sequences to plantgraph_writer;
alter default privileges for role plantgraph_owner
  revoke execute on functions from public;
alter default privileges for role plantgraph_owner in schema public
  grant execute on functions to plantgraph_writer;
alter default privileges for role plantgraph_owner in schema grafana
  grant select on tables to grafana_reader, plantgraph_writer;
