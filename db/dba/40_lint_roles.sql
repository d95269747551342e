-- Lints of roles: what the server's logins can become, and who can become what they do.

create view dba.lint_of_roles with (security_invoker) as
with acting as (
  -- The API acts as its own roles, and through security definer functions as those who own them.
  select oid, name from dba.api_role
  union
  select role.oid, role.rolname::text
  from pg_catalog.pg_roles role
  where role.oid in (select owner from dba.linted_relation union select owner from dba.linted_function)
),
owner as (
  select role.rolname::text as name, role.oid
  from dba.setting
  join pg_catalog.pg_roles role on role.rolname = setting.owner
)


select 'privileged_api_role' as name, role.rolname::text as object,
       format('%s %s.', role.rolname, concat_ws(', ',
         case when role.rolsuper       then 'is a superuser' end,
         case when role.rolbypassrls   then 'bypasses row-level security' end,
         case when role.rolcreaterole  then 'creates roles' end,
         case when role.rolcreatedb    then 'creates databases' end,
         case when role.rolreplication then 'replicates' end)) as detail
from pg_catalog.pg_roles role
where role.oid in (select oid from acting)
  and (role.rolsuper or role.rolbypassrls or role.rolcreaterole or role.rolcreatedb or role.rolreplication)


-- privileged_api_role is about those that the API can become.

union all
select 'bypassing_role', role.rolname::text,
       format('It bypasses row-level security, and may access %s.', case count(*)
         when 1 then min(relation.object)
         else format('%s tables, such as %s', count(*), min(relation.object)) end)
from pg_catalog.pg_roles role
join dba.linted_relation relation on relation.kind in ('r', 'p') and relation.has_rls
  and (has_any_column_privilege(role.oid, relation.oid, 'select')
    or has_any_column_privilege(role.oid, relation.oid, 'insert')
    or has_any_column_privilege(role.oid, relation.oid, 'update')
    or has_table_privilege(role.oid, relation.oid, 'delete'))
where role.rolbypassrls and not role.rolsuper
  and role.oid not in (select oid from acting)
group by role.rolname
union all
select 'bypassing_role', format('%s to %s', role.rolname, member.rolname),
       format('%s can become %s, which bypasses row-level security.', member.rolname, role.rolname)
from pg_catalog.pg_roles role
join pg_catalog.pg_auth_members membership on membership.roleid = role.oid
join pg_catalog.pg_roles member            on member.oid = membership.member and not member.rolsuper and not member.rolbypassrls
where role.rolbypassrls and not role.rolsuper


-- What a connection begins with counts as if the request had set it.

union all
select 'preset_claim', format('%s of %s', split_part(value.text, '=', 1), scope.name),
       format('Every connection of %s begins with it.', scope.name)
from pg_catalog.pg_db_role_setting setting
cross join lateral unnest(setting.setconfig) as value (text)
left join pg_catalog.pg_roles role        on role.oid = setting.setrole
left join pg_catalog.pg_database database on database.oid = setting.setdatabase
cross join lateral (
  select concat_ws(' in ', coalesce(role.rolname, 'every role'), 'database ' || database.datname) as name
) scope
where (setting.setdatabase = 0 or database.datname = current_database())
  and (split_part(value.text, '=', 1) in (select name from dba.claim)
    or split_part(value.text, '=', 1) in ('role', 'row_security') and setting.setrole in (select oid from dba.api_role union all select 0))


union all
select 'predefined_api_role', format('%s to %s', role.rolname, acting.name),
       format('%s is a member of %s.', acting.name, role.rolname)
from acting
join pg_catalog.pg_auth_members membership on membership.member = acting.oid
join pg_catalog.pg_roles role              on role.oid = membership.roleid
where role.rolname ~ '^pg_'


union all
select 'owning_api_role', role.name,
       format('%s owns %s.', role.name, case owned.objects
         when 1 then owned.example
         else format('%s objects, such as %s', owned.objects, owned.example) end)
from dba.api_role role
cross join lateral (
  select count(*) as objects, min(pg_describe_object(classid, objid, objsubid)) as example
  from pg_catalog.pg_shdepend
  where refclassid = 'pg_catalog.pg_authid'::regclass and refobjid = role.oid and deptype = 'o'
    and dbid in (0, (select oid from pg_catalog.pg_database where datname = current_database()))
) owned
where owned.objects > 0


union all
select 'login_inherits_rights', format('%s to %s', role.name, login.rolname),
       format('%s inherits the rights of %s.', login.rolname, role.name)
from dba.server_login
join pg_catalog.pg_roles login on login.oid = server_login.oid and not login.rolsuper
join dba.api_role role         on role.oid <> login.oid and pg_has_role(login.oid, role.oid, 'usage')


-- The API becomes the role of a request. The worker is what it is from the start, and no role may become it.

union all
select 'logins_not_separate', format('%s to %s', role.name, login.rolname),
       format('%s can become %s.', login.rolname, role.name)
from dba.server_login
join pg_catalog.pg_roles login on login.oid = server_login.oid and not login.rolsuper
join dba.api_role role         on role.oid <> login.oid and pg_has_role(login.oid, role.oid, 'member')
where login.rolname = 'epic_worker'
   or role.oid in (select oid from dba.server_login)


union all
select 'login_with_api_role', login.rolname,
       format('%s logs in, and can act as %s.', login.rolname,
         string_agg(distinct reached.role, ', ' order by reached.role))
from pg_catalog.pg_roles login
join (
  with recursive path (login, role) as (
    select oid, oid from pg_catalog.pg_roles
    where rolcanlogin and not rolsuper and oid not in (select oid from dba.server_login)
    union
    select path.login, membership.roleid
    from path
    join pg_catalog.pg_auth_members membership on membership.member = path.role
    -- From PostgreSQL 16 on, a membership may permit nothing but handing it on.
    where coalesce((to_jsonb(membership) ->> 'set_option')::boolean, true)
       or coalesce((to_jsonb(membership) ->> 'inherit_option')::boolean, true)
  )
  select path.login, role.name as role
  from path
  join dba.api_role role on role.oid = path.role
) reached on reached.login = login.oid
-- A role that may become the owner deploys the database, and could grant itself everything anyway.
where not exists (select from owner where pg_has_role(login.oid, owner.oid, 'member'))
group by login.rolname


union all
select 'login_without_timeout', format('%s of %s', timeout.name, login.name),
       format('%s has no %s.', login.name, timeout.name)
from (values ('statement_timeout'), ('lock_timeout'), ('idle_in_transaction_session_timeout')) timeout (name)
cross join dba.server_login login
where not exists (
  select from (
    select value.text
    from pg_catalog.pg_db_role_setting setting
    cross join lateral unnest(setting.setconfig) as value (text)
    where setting.setrole = login.oid
      and setting.setdatabase in (0, (select oid from pg_catalog.pg_database where datname = current_database()))
      and value.text like timeout.name || '=%'
    order by setting.setdatabase desc  -- one for this database goes before one for all
    limit 1
  ) effective
  where effective.text !~ '=0\D*$')


union all
select 'owner_mismatch', owned.object,
       format('%s owns it, not %s.', owned.owner::regrole, owner.name)
from owner
cross join lateral (
  select format('database %s', datname) as object, datdba as owner
  from pg_catalog.pg_database where datname = current_database()
  union all
  -- Schema public belongs to the owner of the database.
  select format('schema %I', schema.name), namespace.nspowner
  from dba.linted_schema schema
  join pg_catalog.pg_namespace namespace on namespace.oid = schema.oid
  where namespace.nspowner::regrole::text <> 'pg_database_owner'
  union all
  select object, linted_relation.owner from dba.linted_relation
  union all
  select object, linted_function.owner from dba.linted_function
) owned
where owned.owner <> owner.oid;
comment on view dba.lint_of_roles is
  'Findings about roles, memberships and owners.';
