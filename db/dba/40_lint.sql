-- Lints: what is wrong, or might be, with the permissions and the structure of this database.
--
--   select * from dba.finding;                             what `epic-server policies lint` prints
--   select * from dba.lint where name = 'rls_disabled';    one rule, with what is suppressed
--
-- 40_lint_rule.sql lists the rules; the other 40_lint_*.sql find what breaks them, a view for each subject;
-- 41_suppression.sql holds the accepted findings, each with its reason; 42_finding.sql puts all of it together.
-- No rule knows a department: they go by what the server's logins can become, so that a new role needs no new rule.


-- The schemas that are linted: all but PostgreSQL's own and those that tests/sql/support adds to a scratch database, and
-- the tools themselves where they are a guest. What extensions have created is left out object by object.

create view dba.linted_schema with (security_invoker) as
select oid, name, owner
from dba.schema
where name not in ('tap', 'test')
  and (name <> 'dba' or to_regnamespace('crm') is not null);
comment on view dba.linted_schema is
  'The schemas that are linted: every one of this database but those of the tests.';


-- The logins of epic-server, and the roles of the API: those logins, and every role that one is a member of, directly or
-- not.

create view dba.server_login with (security_invoker) as
select oid, rolname::text as name
from pg_catalog.pg_roles
where rolname = any (array(select unnest(api_logins) from dba.setting));
comment on view dba.server_login is
  'The logins of the API''s server, of dba.setting; of Epic Events that of the API, and that of the job queue.';


create view dba.api_role with (security_invoker) as
with recursive reachable (oid) as (
  select oid from dba.server_login
  union
  select membership.roleid
  from reachable
  join pg_catalog.pg_auth_members membership on membership.member = reachable.oid
)
select
  role.oid,
  role.rolname::text as name,
  -- One that departments inherit from, such as epic_employee, is never the role of a request.
  not exists (
    select from pg_catalog.pg_auth_members membership
    join reachable on reachable.oid = membership.member
    where membership.roleid = role.oid
      and membership.member not in (select oid from dba.server_login)) as is_entered
from reachable
join pg_catalog.pg_roles role on role.oid = reachable.oid;
comment on view dba.api_role is
  'Every role that a login of epic-server is or can become; is_entered unless others of them only inherit from it.';


-- Without a login, requests run as a role that is called so, or as the login itself where it takes on another role later.
create view dba.anonymous_role with (security_invoker) as
select role.oid, role.name
from dba.api_role role
where role.name ~ '(^|_)(anon|anonymous|guest|unauthenticated|visitor)(_|$)'
   or role.oid in (select oid from dba.server_login)
      and exists (
        select from pg_catalog.pg_auth_members membership
        where membership.member = role.oid
          and membership.roleid in (select oid from dba.api_role));
comment on view dba.anonymous_role is
  'The roles that requests have without a login.';


-- A function as findings name it, independent of the caller's search_path.

create function dba.signature(function oid) returns text
language sql stable
set search_path = ''
as $$ select function::regprocedure::text $$;
comment on function dba.signature(oid) is
  'The name of a function or procedure with its schema and the types of its arguments.';


-- The grants that are effective for the API: those to its roles, and to PUBLIC.

create view dba.api_privilege with (security_invoker) as
select privilege.*, named.object,
       format('%s%s on %s to %s', privilege.privilege, ' (' || quote_ident(privilege.column_name) || ')',
         named.object, privilege.role) as grant_made
from dba.privilege
cross join lateral (
  select case
    when privilege.kind in ('schema', 'database')      then format('%s %I', privilege.kind, privilege.object_name)
    when privilege.kind in ('function', 'procedure')   then dba.signature(privilege.oid)
    else format('%I.%I', privilege.schema_name, privilege.object_name)
  end as object
) named
where privilege.role = 'public'
   or privilege.role in (select name from dba.api_role);
comment on view dba.api_privilege is
  'The rows of dba.privilege that are effective for the API, through one of its roles or PUBLIC; grant_made names the grant.';


-- The relations of those schemas, except those of extensions.

create view dba.linted_relation with (security_invoker) as
select relation.oid, schema.name as schema_name, relation.relname as name,
       format('%I.%I', schema.name, relation.relname) as object,
       relation.relkind as kind, relation.relowner as owner, relation.reloptions as options,
       relation.relrowsecurity as has_rls, relation.relforcerowsecurity as forces_rls
from pg_catalog.pg_class relation
join dba.linted_schema schema on schema.oid = relation.relnamespace
where relation.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  and not exists (
    select from pg_catalog.pg_depend
    where classid = 'pg_catalog.pg_class'::regclass and objid = relation.oid and deptype = 'e');
comment on view dba.linted_relation is
  'Every table, view, materialized view, foreign table and sequence of the linted schemas; object is its full name.';


-- Their functions and procedures, likewise.

create view dba.linted_function with (security_invoker) as
select function.oid, schema.name as schema_name,
       dba.signature(function.oid) as object,
       function.proowner as owner, function.prosecdef as is_definer, function.proleakproof as is_leakproof,
       function.proconfig as settings, function.prosqlbody is not null as is_parsed
from pg_catalog.pg_proc function
join dba.linted_schema schema on schema.oid = function.pronamespace
where not exists (
  select from pg_catalog.pg_depend
  where classid = 'pg_catalog.pg_proc'::regclass and objid = function.oid and deptype = 'e');
comment on view dba.linted_function is
  'Every function and procedure of the linted schemas; is_parsed when its body was bound as it was created.';
