-- The roles of db/roles.sql as the server has them. Roles belong to the server, so there is no second copy to compare
-- with; but a transaction can create one and roll it back:
--
--   begin;
--   call dba.stash_roles();
--   \ir ../roles.sql
--   \copy (select * from dba.role_snapshot order by kind, name, property) to expected
--   rollback;
--   \copy (select * from dba.role_snapshot order by kind, name, property) to found
--   \! diff expected found

create view dba.role_snapshot with (security_invoker) as
with ours as (
  select *
  from pg_catalog.pg_roles
  where rolname ~ '^epic_'
),
stashed (stashed) as (
  select coalesce(current_setting('dba.stashed', true), '') = 'on'
)
select 'role' as kind, ours.rolname::text as name, null as part_of,
       regexp_replace(property.key, '^rol', '') as property, property.value
from ours
cross join lateral jsonb_each_text(
  to_jsonb(ours) - array['oid', 'rolname', 'rolpassword', 'rolconfig']
  || jsonb_build_object('comment', shobj_description(ours.oid, 'pg_authid'))) property
where property.value <> ''

union all
-- PostgreSQL 16 and later keep one for each grantor, and more options.
select 'membership', format('%s in %s', member::regrole, roleid::regrole), null, replace(property.key, '_', ' '),
       bool_or(property.value::boolean)::text
from pg_catalog.pg_auth_members
cross join lateral jsonb_each_text(to_jsonb(pg_auth_members) - array['oid', 'roleid', 'member', 'grantor']) property
where roleid in (select oid from ours)
   or member in (select oid from ours)
group by 1, 2, 3, 4

union all
select 'setting',
       format('%s of %s%s',
         split_part(setting, '=', 1),
         case setrole when 0 then 'every role' else setrole::regrole::text end,
         case setdatabase when 0 then '' else ' in this database' end),
       null, 'value', substr(setting, strpos(setting, '=') + 1)
from pg_catalog.pg_db_role_setting
cross join lateral unnest(setconfig) setting
cross join stashed
where (setrole = 0 and not stashed or setrole in (select oid from ours))
  and (setdatabase = 0 or setdatabase = (select oid from pg_catalog.pg_database where datname = current_database()))

union all
select 'grant',
       format('%s on %s %s to %s',
         lower(acl.privilege_type), object.kind, object.name,
         case acl.grantee when 0 then 'public' else acl.grantee::regrole::text end),
       null, 'with grant option', bool_or(acl.is_grantable)::text
from (
  select 'parameter', parname, paracl from pg_catalog.pg_parameter_acl
  union all
  select 'tablespace', spcname::text, spcacl from pg_catalog.pg_tablespace
) object (kind, name, acl)
cross join lateral aclexplode(object.acl) acl
cross join stashed
where acl.grantee = 0 and not stashed
   or acl.grantee in (select oid from ours)
group by 1, 2, 3, 4;
comment on view dba.role_snapshot is
  'Everything that can be changed by hand about the roles named epic_…: attributes, memberships, settings, and what they hold on the server rather than in a database.';


create procedure dba.stash_roles()
language plpgsql
set search_path = ''
as $$
declare
  found record;
begin
  for found in
    select oid, rolname
    from pg_catalog.pg_roles
    where rolname ~ '^epic_' and rolname not in (session_user, current_user)
  loop
    execute format('alter role %I rename to %I', found.rolname, 'stashed ' || found.oid);
  end loop;

  -- What is for every role stays, since only a superuser changes it, and counts as none of ours.
  perform set_config('dba.stashed', 'on', true);
end
$$;
comment on procedure dba.stash_roles() is
  'Renames the roles named epic_…, so that db/roles.sql runs as on a new server. For who administers them, in a transaction that is rolled back.';
