-- The roles of db/roles.sql and their memberships. What they may use is in ../privileges.sql and
-- ../function_privileges.sql.

begin;
set local search_path = tap, public;
select plan(15 + (select count(*)::integer from dba.department));


-- attributes

select bag_eq(
  $$ select rolname::text from pg_roles where rolname like 'epic\_%' $$,
  $$ values ('epic_owner'), ('epic_authenticator'), ('epic_anonymous'), ('epic_employee'), ('epic_worker'), ('epic_backup')
     union all select role from dba.department $$,
  'the roles are the owner, the three logins, anonymous, employee and one for each department');

select is_empty(
  $$ select rolname from pg_roles
     where rolname like 'epic\_%' and (rolsuper or rolcreaterole or rolcreatedb or rolreplication) $$,
  'no role is a superuser, creates roles or databases, or replicates');

select is_empty(
  $$ select rolname from pg_roles where rolname like 'epic\_%' and rolname <> 'epic_backup' and rolbypassrls $$,
  'no role but that of backups bypasses row-level security');

select bag_eq(
  $$ select rolname::text from pg_roles where rolname like 'epic\_%' and rolcanlogin $$,
  $$ values ('epic_authenticator'), ('epic_worker'), ('epic_backup') $$,
  'only the API, the job queue and backups log in');

select is_empty(
  $$ select rolname from pg_roles where rolname like 'epic\_%' and shobj_description(oid, 'pg_authid') is null $$,
  'every role says in a comment what it is for');


-- memberships

select bag_eq(
  $$ select member.rolname::text as member, role.rolname::text as role
     from pg_auth_members membership
     join pg_roles member on member.oid = membership.member
     join pg_roles role   on role.oid = membership.roleid
     where member.rolname like 'epic\_%' $$,
  $$ values ('epic_authenticator', 'epic_anonymous')
     union all select role, 'epic_employee' from dba.department
     union all select 'epic_authenticator', role from dba.department $$,
  'departments inherit epic_employee; the API''s login may become anonymous or a department');

select is_empty(
  $$ select member.rolname
     from pg_auth_members membership join pg_roles member on member.oid = membership.member
     where member.rolname like 'epic\_%' and membership.admin_option $$,
  'no role may grant its membership');

select is(pg_has_role(department, 'epic_employee', 'usage'), true, format('%s has the rights of every employee', department))
from (select role from dba.department) departments (department);

select is_empty(
  $$ select role.rolname from pg_roles role
     where role.rolname like 'epic\_%' and role.rolname <> 'epic_authenticator'
       and pg_has_role('epic_authenticator', role.oid, 'usage') $$,
  'the API''s login has the rights of no other role until it enters a session');

select is_empty(
  $$ select one.rolname, other.rolname from pg_roles one, pg_roles other
     where one.rolname like 'epic\_%' and one.rolname not in ('epic_owner', 'epic_authenticator')
       and other.rolname like 'epic\_%' and other.rolname <> 'epic_employee'
       and one.oid <> other.oid and pg_has_role(one.oid, other.oid, 'member') $$,
  'no department is a member of another, and the job queue''s login of none');

select is(pg_has_role(login, other, 'member'), false, format('%s cannot become %s', login, other))
from (values ('epic_authenticator', 'epic_worker'), ('epic_worker', 'epic_authenticator')) pair (login, other);


-- timeouts

select bag_eq(
  format($$ select unnest(setconfig) from pg_db_role_setting where setdatabase = 0 and setrole = %L::regrole $$, login),
  format($$ values ('statement_timeout=15s'), ('lock_timeout=5s'), ('idle_in_transaction_session_timeout=30s')
     union all
     select 'transaction_timeout=60s' from pg_settings where name = 'transaction_timeout'
     union all
     select * from (values ('jit=off'), ('random_page_cost=1.1')) planner where %L = 'epic_authenticator' $$, login),
  format('a statement of %s ends after 15 seconds, its wait for a lock after 5, an idle transaction after 30, any after 60', login))
from unnest(array['epic_authenticator', 'epic_worker']) login;


-- the database and its schemas

-- A database that was copied from a template has lost its privileges, and has nothing to show here.
select case
  when (select datacl is null from pg_database where datname = current_database()) then skip('this database is a copy')
  else bag_eq(
    $$ select role::text, privilege
       from (select rolname as role from pg_roles where rolname like 'epic\_%' and rolname <> 'epic_owner') roles,
            unnest(array['connect', 'create', 'temporary']) privilege
       where has_database_privilege(role, current_database(), privilege) $$,
    $$ values ('epic_authenticator', 'connect'), ('epic_worker', 'connect'), ('epic_backup', 'connect') $$,
    'the three logins connect; no role creates schemas or temporary tables')
  end;

select is_empty(
  $$ select nspname, privilege_type from pg_namespace cross join lateral aclexplode(nspacl) acl
     where nspowner = 'epic_owner'::regrole and acl.grantee = 0 $$,
  'no schema is granted to PUBLIC');

select * from finish();
rollback;
