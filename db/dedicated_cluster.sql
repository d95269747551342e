-- For a cluster that serves Epic Events CRM alone, as the embedded one does: no role but a superuser connects to another
-- database than one of epic_owner's. PostgreSQL lets every role connect to postgres and template1. An administrator runs it
-- in any database:
--
--   psql --dbname postgres --file db/dedicated_cluster.sql
--
-- On a cluster that others use too it would lock them out; pg_hba.conf can refuse the two logins of epic-server there.

do $$
declare
  other name;
begin
  for other in
    select datname from pg_catalog.pg_database
    where datdba <> 'epic_owner'::regrole
      and has_database_privilege('public', oid, 'connect')
  loop
    execute format('revoke connect, temporary on database %I from public', other);
  end loop;
end
$$;
