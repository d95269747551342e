-- What only a superuser can change in the database itself. `epic-server migrate` runs it when it logs in as one; otherwise
-- `epic-server policies lint` lists what is still to be done, and an administrator runs it once, in that database:
--
--   psql --dbname epic --file db/superuser.sql

-- PostgreSQL lets every role make large objects. They ask no policy, are in no table, and may fill the disk.
do $$
declare
  maker regprocedure;
begin
  for maker in
    select oid from pg_catalog.pg_proc
    where pronamespace = 'pg_catalog'::regnamespace
      and proname in ('lo_creat', 'lo_create', 'lo_from_bytea')
      and has_function_privilege('public', oid, 'execute')
  loop
    execute format('revoke execute on function %s from public', maker);
  end loop;
end
$$;
