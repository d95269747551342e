-- What epic_owner revokes from itself.

begin;
set local search_path = tap, public;
select plan(2);

create temp view kept as
  select pg_class.oid::regclass::text as relation, null as column_name, acl.privilege_type as privilege
  from pg_class cross join lateral aclexplode(relacl) acl
  where acl.grantee = relowner
  union all
  select pg_class.oid::regclass::text, attname, acl.privilege_type
  from pg_class join pg_attribute on attrelid = pg_class.oid cross join lateral aclexplode(attacl) acl
  where acl.grantee = relowner;

select set_eq(
  $$ select oid::regclass::text from pg_class
     where relkind in ('r', 'v') and relowner = 'epic_owner'::regrole and not relacl @> acldefault('r', relowner) $$,
  $$ values ('audit.change') $$,
  'the owner revokes privileges from itself on audit.change only');
select bag_eq(
  $$ select privilege, column_name::text from kept where relation = 'audit.change' $$,
  $$ values ('SELECT', null), ('DELETE', null), ('TRIGGER', null),
            ('INSERT', 'employee_id'), ('INSERT', 'session_id'), ('INSERT', 'record'), ('INSERT', 'row_id'), ('INSERT', 'action'),
            ('INSERT', 'old_values'), ('INSERT', 'new_values'),
            ('UPDATE', 'old_values'), ('UPDATE', 'new_values') $$,
  'the owner keeps the privileges on history that its functions need');

select * from finish();
rollback;
