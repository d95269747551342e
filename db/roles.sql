-- The roles of Epic Events CRM. Roles belong to the cluster, not to a database, so this is the one file that
-- an administrator of the cluster runs; it may be run again at any time and changes only what differs.
--
--   psql --dbname postgres --file db/roles.sql
--   \password epic_authenticator
--   create database epic owner epic_owner;

do $$
declare
  wanted text;
begin
  foreach wanted in array array[
    'epic_owner', 'epic_authenticator', 'epic_anonymous',
    'epic_employee', 'epic_sales', 'epic_support', 'epic_management', 'epic_worker'
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

-- The API connects as it. On its own it can enter a session (auth.enter) and nothing else.
alter role epic_authenticator login noinherit;

-- What a request without claims runs as: it can log in and nothing else.
alter role epic_anonymous     nologin noinherit;

-- What every department may do, and the departments.
alter role epic_employee      nologin noinherit;
alter role epic_sales         nologin inherit;
alter role epic_support       nologin inherit;
alter role epic_management    nologin inherit;

-- What the server delivers the queue as: e-mails, the business journal.
alter role epic_worker        nologin noinherit;

grant epic_employee to epic_sales, epic_support, epic_management;
grant epic_anonymous, epic_sales, epic_support, epic_management, epic_worker to epic_authenticator;

-- A request that runs away, waits for a lock or forgets its transaction ends by itself. PostgreSQL applies the settings
-- of a role when it logs in, and not on `set role`: these hold for whatever the API does, in the name of any role.
alter role epic_authenticator set statement_timeout = '15s';
alter role epic_authenticator set lock_timeout = '5s';
alter role epic_authenticator set idle_in_transaction_session_timeout = '30s';

-- Nor does a transaction go on for ever that does a little now and then; PostgreSQL 17 and later can tell.
do $$
begin
  if exists (select from pg_settings where name = 'transaction_timeout') then
    alter role epic_authenticator set transaction_timeout = '60s';
  end if;
end
$$;

comment on role epic_owner         is 'Owns every object of Epic Events CRM. It has no login.';
comment on role epic_authenticator is 'The login of the API. On its own it can enter a session and nothing else.';
comment on role epic_anonymous     is 'A request without a session. It can log in and nothing else.';
comment on role epic_employee      is 'What every department may do.';
comment on role epic_sales         is 'Sales: win clients and contracts.';
comment on role epic_support       is 'Support: run the events.';
comment on role epic_management    is 'Management: run the staff and the whole.';
comment on role epic_worker        is 'Works through the job queue: e-mails, the business journal.';
