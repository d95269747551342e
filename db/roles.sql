-- The roles of Epic Events CRM. Roles belong to the cluster, not to a database, so an administrator of the cluster
-- runs this file; it may be run again at any time and changes only what differs.
--
--   psql --dbname postgres --file db/roles.sql
--   \password epic_authenticator
--   \password epic_worker
--   \password epic_backup
--   create database epic owner epic_owner;
--
-- superuser.sql and dedicated_cluster.sql are for an administrator too: they close what PostgreSQL opens to every role.

do $$
declare
  wanted text;
begin
  foreach wanted in array array[
    'epic_owner', 'epic_authenticator', 'epic_anonymous',
    'epic_employee', 'epic_sales', 'epic_support', 'epic_management', 'epic_worker', 'epic_backup'
  ] loop
    if not exists (select from pg_roles where rolname = wanted) then
      execute format('create role %I', wanted);
    end if;
  end loop;
end
$$;

-- Owns every object; it has no login. `epic-server migrate` becomes it with `set role`. It inherits, since
-- PostgreSQL 15 lets only an owner of the database that does revoke the privileges of its schema public.
alter role epic_owner         nologin inherit;

-- The API connects as it. On its own it can enter a session (identity.enter) and nothing else.
alter role epic_authenticator login noinherit;

-- What a request without claims runs as: it can log in and nothing else.
alter role epic_anonymous     nologin noinherit;

-- What every department may do, and the departments.
alter role epic_employee      nologin noinherit;
alter role epic_sales         nologin inherit;
alter role epic_support       nologin inherit;
alter role epic_management    nologin inherit;

-- The job queue's workers connect as it.
alter role epic_worker        login noinherit;

-- Backups log in as it: it reads everything, secrets included, and changes nothing. Past row-level security where the role
-- that runs this may give that, so that pg_dump refuses to leave rows out; elsewhere by policies (dba.close_table).
alter role epic_backup        login noinherit;
do $$
begin
  if exists (
    select from pg_roles
    where rolname = current_user
      and (rolsuper or rolbypassrls and current_setting('server_version_num')::integer >= 160000)
  ) then
    alter role epic_backup bypassrls;
  end if;
end
$$;

grant epic_employee to epic_sales, epic_support, epic_management;
grant epic_anonymous, epic_sales, epic_support, epic_management to epic_authenticator;

-- Neither login can become the other. An earlier version made one a member.
do $$
begin
  if exists (select from pg_auth_members
             where roleid = 'epic_worker'::regrole and member = 'epic_authenticator'::regrole) then
    revoke epic_worker from epic_authenticator;
  end if;
end
$$;

-- Limits for slow statements, lock waits and idle transactions; PostgreSQL 17 and later limit the whole transaction too.
-- PostgreSQL applies a role's settings at login and not on `set role`, so these hold for everything the API does.
do $$
declare
  login text;
begin
  foreach login in array array['epic_authenticator', 'epic_worker'] loop
    execute format('alter role %I set statement_timeout = %L', login, '15s');
    execute format('alter role %I set lock_timeout = %L', login, '5s');
    execute format('alter role %I set idle_in_transaction_session_timeout = %L', login, '30s');
    if exists (select from pg_settings where name = 'transaction_timeout') then
      execute format('alter role %I set transaction_timeout = %L', login, '60s');
    end if;
  end loop;
end
$$;

-- JIT compilation takes longer than any query of the API; random reads are cheap in memory and on an SSD, which makes the
-- planner use the indexes of the contacts.
alter role epic_authenticator set jit = off;
alter role epic_authenticator set random_page_cost = 1.1;

comment on role epic_owner         is 'Owns every object of Epic Events CRM. It has no login.';
comment on role epic_authenticator is 'The login of the API. On its own it can enter a session and nothing else.';
comment on role epic_anonymous     is 'A request without a session. It can log in and nothing else.';
comment on role epic_employee      is 'What every department may do.';
comment on role epic_sales         is 'Sales: win clients and contracts.';
comment on role epic_support       is 'Support: run the events.';
comment on role epic_management    is 'Management: run the staff and the whole.';
comment on role epic_worker        is 'The login of the job queue''s workers: e-mails, the business journal.';
comment on role epic_backup        is 'The login of backups. It reads everything and changes nothing.';
