-- The roles of Epic Events CRM. Roles belong to the cluster, not to a database, so an administrator of the cluster runs this
-- file: a superuser, or on managed PostgreSQL a login with CREATEROLE. It may be run again at any time, and changes only
-- what differs.
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
  statement text;
begin
  for statement in
    with wanted (name, login, inherits, comment) as (values
      -- `epic-server migrate` becomes it with `set role`. It inherits, since PostgreSQL 15 lets only an owner of the
      -- database that does revoke the privileges of its schema public.
      ('epic_owner',         false, true,  'Owns every object of Epic Events CRM. It has no login.'),
      ('epic_authenticator', true,  false, 'The login of the API. On its own it can enter a session and nothing else.'),
      ('epic_anonymous',     false, false, 'A request without a session. It can log in and nothing else.'),
      ('epic_employee',      false, false, 'What every department may do.'),
      ('epic_sales',         false, true,  'Sales: win clients and contracts.'),
      ('epic_support',       false, true,  'Support: run the events.'),
      ('epic_management',    false, true,  'Management: run the staff and the whole.'),
      ('epic_worker',        true,  false, 'The login of the job queue''s workers: e-mails, the business journal.'),
      ('epic_backup',        true,  false, 'The login of backups. It reads everything and changes nothing.')
    ),
    found as (
      select wanted.*, pg_roles.oid, rolcanlogin, rolinherit, rolbypassrls
      from wanted left join pg_catalog.pg_roles on rolname = name
    )
    select format('create role %I %s %s', name,
             case when login then 'login' else 'nologin' end, case when inherits then 'inherit' else 'noinherit' end)
    from found where oid is null
    union all
    select format('alter role %I %s %s', name,
             case when login then 'login' else 'nologin' end, case when inherits then 'inherit' else 'noinherit' end)
    from found where (login, inherits) <> (rolcanlogin, rolinherit)
    union all
    -- It reads everything, secrets included. Past row-level security where this login may give that, so that pg_dump refuses to
    -- leave rows out; elsewhere by policies (dba.close_table).
    select 'alter role epic_backup bypassrls'
    from found cross join pg_catalog.pg_roles me
    where found.name = 'epic_backup' and found.rolbypassrls is not true and me.rolname = current_user
      and (me.rolsuper or me.rolbypassrls and current_setting('server_version_num')::integer >= 160000)
    union all
    select format('comment on role %I is %L', name, comment)
    from found where oid is null or comment is distinct from shobj_description(oid, 'pg_authid')
  loop
    execute statement;
  end loop;
end
$$;

do $$
declare
  statement text;
begin
  for statement in
    with wanted (role, member) as (values
      ('epic_employee',   'epic_sales'),
      ('epic_employee',   'epic_support'),
      ('epic_employee',   'epic_management'),
      ('epic_anonymous',  'epic_authenticator'),
      ('epic_sales',      'epic_authenticator'),
      ('epic_support',    'epic_authenticator'),
      ('epic_management', 'epic_authenticator')
    ),
    found (role, member) as (
      select roleid::regrole::text, member::regrole::text from pg_catalog.pg_auth_members
    )
    select format('grant %I to %I', role, member) from (table wanted except table found) missing
    union all
    -- Neither login can become the other. An earlier version made one a member.
    select format('revoke %I from %I', role, member)
    from found where (role, member) = ('epic_worker', 'epic_authenticator')
    union all
    -- The administrator who made the roles, and is no superuser, deploys as a member of the owner.
    select format('grant epic_owner to %I', current_user)
    from pg_catalog.pg_roles
    where rolname = 'epic_owner' and not pg_has_role(oid, 'usage')
      and case
        when current_setting('server_version_num')::integer >= 160000 then pg_has_role(oid, 'member with admin option')
        else oid not in (select roleid from pg_catalog.pg_auth_members)
      end
  loop
    execute statement;
  end loop;
end
$$;

do $$
declare
  statement text;
begin
  for statement in
    with wanted (login, name, value) as (
      -- Limits for slow statements, lock waits and idle transactions; PostgreSQL 17 and later limit the whole transaction
      -- too. PostgreSQL applies a role's settings at login and not on `set role`, so these hold for all that the API does.
      select login, name, value
      from (values ('epic_authenticator'), ('epic_worker')) limited (login)
      cross join (values
        ('statement_timeout',                   '15s'),
        ('lock_timeout',                        '5s'),
        ('idle_in_transaction_session_timeout', '30s'),
        ('transaction_timeout',                 '60s')) time_limit (name, value)
      where time_limit.name in (select pg_settings.name from pg_catalog.pg_settings)
      union all
      -- JIT compilation takes longer than any query of the API; random reads are cheap in memory and on an SSD, which makes
      -- the planner use the indexes of the contacts.
      values ('epic_authenticator', 'jit',              'off'),
             ('epic_authenticator', 'random_page_cost', '1.1')
    )
    select format('alter role %I set %I = %L', login, name, value)
    from wanted
    where not exists (
      select from pg_catalog.pg_db_role_setting
      where setrole = login::regrole and setdatabase = 0 and format('%s=%s', name, value) = any (setconfig))
  loop
    execute statement;
  end loop;
end
$$;
