-- dba.access_matrix, dba.rls_bypass, dba.function_privilege and dba.other_privilege: who may do what, read from the
-- catalogue, manual changes included.

begin;
set local search_path = tap, public;
select plan(43);

-- Reading the matrix takes longer than all of this file's assertions: it is read once before the changes and once after.
create temp table matrix as select * from dba.access_matrix;

create function pg_temp.line(of_record text, of_verb text, of_role text) returns text
language sql
return (
  select concat_ws(' | ', rows, array_to_string(columns, ', '), via, array_to_string(policies, ', '), note)
  from matrix
  where record = of_record and verb = of_verb and role = of_role);


-- what db/policies says

select is(pg_temp.line('client', 'update', 'epic_sales'),
  'own | full_name, email, phone, company_name, version | directly | sales_update_own',
  'the matrix shows rows, columns, the way of the grant and the policy');
select is(pg_temp.line('client', 'read', 'epic_support'),
  'all | id, full_name, email, phone, company_name, first_contact, last_update, commercial_contact_id, erased_at, version | by epic_employee | employee_read_all',
  'an inherited privilege names the role it is inherited from');
select is(pg_temp.line('contract', 'delete', 'epic_management'),
  'draft | directly | management_delete_drafts',
  'the matrix shows no columns for a verb about whole rows');
select bag_eq(
  $$ select rows, via, policies from matrix where record = 'history' and verb = 'read' and role = 'epic_sales' $$,
  $$ values ('record <> ''employee''', 'by epic_employee', array['sales_read_records']) $$,
  'a view shows the policies of the table that it reads');
select is(pg_temp.line('payment', 'update', 'epic_management'), null,
  'the matrix has no row for what is denied');
select bag_eq(
  $$ select withheld, sentences, using_expressions, check_expressions, modes
     from matrix where record = 'contract' and verb = 'update' and role = 'epic_sales' $$,
  $$ values (array['id', 'client_id', 'commercial_id', 'amount_to_be_paid', 'creation_date', 'signed_at', 'updated_at'],
             array['Sales change and sign only the contracts of their own clients, and only until they are signed.'],
             array['commercial_id = (select crm.current_employee_id()) and status = ''draft'''],
             array['commercial_id = (select crm.current_employee_id()) and (status in (''draft'', ''signed''))'],
             array['permissive']) $$,
  'the matrix shows the withheld columns, and the expressions as a person would write them');
select bag_eq(
  $$ select verb, sales, support, management from dba.access_overview where record = 'event' $$,
  $$ values ('read', 'all', 'all', 'all'), ('create', 'no support contact, of own contract', '–', 'all'), ('update', '–', 'own', 'all'), ('delete', '–', '–', 'all') $$,
  'the overview shows one word for each department');

select is_empty(
  $$ with asked as (
       select record.name as record, verb.name as verb, role, attname::text as column_name,
              has_column_privilege(role, record.oid, attnum, verb.privilege)
              and has_schema_privilege(role, record.schema_name, 'usage') as holds
       from dba.record record
       join pg_attribute on attrelid = record.oid and attnum > 0 and not attisdropped
       cross join (values ('read', 'select'), ('create', 'insert'), ('update', 'update')) verb (name, privilege)
       cross join (
         select department.role from dba.department union all values ('epic_employee'), ('epic_anonymous'), ('epic_authenticator')) roles (role)
       where record.schema_name in ('crm', 'identity', 'audit')),
     listed as (
       select record, verb, role, unnest(columns) as column_name, true as is_listed from matrix)
     select * from asked left join listed using (record, verb, role, column_name)
     where holds <> (is_listed is not null) $$,
  'the matrix agrees with has_column_privilege for every column of every record');

select bag_eq(
  $$ select function from dba.function_privilege where role = 'epic_authenticator' and function not like 'test.%' $$,
  $$ values ('identity.enter'), ('identity.open_session'), ('identity.restore_timeouts') $$,
  'the API''s login may only call the functions that enter a session');
select is((select string_agg(privilege || ' ' || object, ', ') from dba.other_privilege where role = 'epic_anonymous' and object <> 'test'), 'usage identity',
  'epic_anonymous has usage of one schema, and no other privilege');
select is_empty('select from dba.default_privilege',
  'no default privilege is granted on new objects');
select is_empty(
  $$ select role, relname
     from unnest(array['epic_anonymous', 'epic_authenticator', 'epic_employee', 'epic_sales', 'epic_support', 'epic_management']) role, pg_class
     where relnamespace = 'dba'::regnamespace and relkind = 'v' and has_table_privilege(role, oid, 'select') $$,
  'no role of the API may read the views of schema dba');


-- changes made by hand

grant usage on schema audit to public;
grant select (record) on audit.change to public;
grant select (amount) on crm.payment to public;
grant delete on crm.payment to epic_sales with grant option;
grant truncate on crm.payment to epic_support;

create policy support_delete_own on crm.client for delete to epic_support using (commercial_contact_id = 1);
create policy support_delete_own on crm.event for delete to epic_support using (support_contact_id = 1);
create policy support_delete_planned on crm.event for delete to epic_support using (status = 'planned');
create policy weekdays on crm.event as restrictive for all to public using (extract(isodow from start_date) < 6);
grant delete on crm.event to epic_support;
create policy support_update_own_too on crm.client for update to epic_support using (true);
grant update (phone) on crm.client to epic_support;

alter table crm.contract disable row level security;
alter table crm.notification no force row level security;

create role matrix_intern;
grant epic_sales, pg_write_all_data to matrix_intern;
create role matrix_watcher bypassrls;
grant usage on schema crm to matrix_watcher;
grant select on crm.employee to matrix_watcher;
grant epic_owner to matrix_watcher;

create function crm.all_salaries() returns integer language sql security definer set search_path = '' return 1;
set local role epic_owner;
create view crm.every_password as select employee_id, password_hash from identity.credential;
grant select on crm.every_password to epic_support;
reset role;

alter default privileges for role epic_owner in schema crm grant select on tables to epic_employee;
alter default privileges for role epic_owner grant execute on functions to public;

delete from matrix;
insert into matrix select * from dba.access_matrix;
create temp table rls_bypass as select * from dba.rls_bypass;


-- grants

select is(pg_temp.line('payment', 'read', 'epic_sales'),
  'all | id, contract_id, amount, paid_on, recorded_by | by PUBLIC: amount; by epic_employee: every column | employee_read_all',
  'a privilege that comes in two ways shows both');
select is(pg_temp.line('payment', 'read', 'public'),
  'closed | amount | directly | no usage of schema crm',
  'a grant without usage of the schema is closed');
select is(pg_temp.line('audit.change', 'read', 'epic_anonymous'),
  'closed | record | by PUBLIC | a grant, but no policy',
  'a grant to PUBLIC is shown for every role, and without a policy it is closed');
select is(pg_temp.line('payment', 'delete', 'epic_sales'),
  'closed | directly with grant option | a grant, but no policy',
  'a grant with grant option says so, and without a policy it is closed');
select is(pg_temp.line('payment', 'truncate', 'epic_support'), 'all | directly | row-level security does not apply',
  'truncate is shown as exempt from row-level security');
select bag_eq($$ select kind, reached_by from rls_bypass where name = 'payment' $$,
  $$ values ('truncate granted', array['epic_support']) $$,
  'a grant of truncate bypasses row-level security');


-- policies

select is(pg_temp.line('client', 'delete', 'epic_support'),
  'closed | support_delete_own | a policy, but no grant',
  'a policy without a grant is closed');
select is(pg_temp.line('event', 'delete', 'epic_support'),
  '(planned + support_contact_id = 1) & extract(isodow from start_date) < 6 | directly | support_delete_own, support_delete_planned, weekdays',
  'permissive policies are joined by +, restrictive ones by &');
select is(pg_temp.line('client', 'update', 'epic_support'),
  'all | phone | directly | support_update_own_too',
  'a policy that is true is about all rows, whatever its name says');


-- row-level security

select is(pg_temp.line('contract', 'create', 'epic_sales'),
  'all | client_id, total_amount | directly | sales_create_own | row-level security is off',
  'a table without row-level security is open to its grants');
select bag_eq($$ select name, reached_by from rls_bypass where kind = 'table without row-level security' and name = 'contract' $$,
  $$ select 'contract', array_agg(role order by role collate "C")
     from (select role from dba.department union all values ('epic_employee'), ('epic_backup'), ('matrix_intern')) roles $$,
  'a table without row-level security is in dba.rls_bypass');
select is(pg_temp.line('notification', 'delete', 'epic_owner'),
  'all | as owner | owner_delete_reminders | row-level security is not forced on the owner',
  'row-level security that is not forced does not apply to the owner');


-- roles

select is(pg_temp.line('client', 'create', 'matrix_intern'),
  'own | id, full_name, email, phone, company_name, first_contact, last_update, commercial_contact_id, erased_at, version'
  ' | by epic_sales: full_name, email, phone, company_name, first_contact; by pg_write_all_data: every column | sales_create_own',
  'a member has the privileges that it inherits, from predefined roles too');
select is(pg_temp.line('employee', 'read', 'matrix_intern'),
  'all | id, full_name, email, phone, department, active, creation_date, version | by epic_employee | employee_read_all',
  'a member has the privileges that it inherits indirectly');
select is(pg_temp.line('employee', 'delete', 'matrix_intern'),
  'closed | by pg_write_all_data | a grant, but no policy',
  'an inherited privilege without a policy is closed');
select is(pg_temp.line('employee', 'read', 'matrix_watcher'),
  'all | id, full_name, email, phone, department, active, creation_date, version | by epic_owner as owner, directly | owner_read_all | matrix_watcher bypasses row-level security',
  'a role with bypassrls has all rows');
select bag_eq($$ select kind, runs_as from rls_bypass where name = 'matrix_watcher' $$,
  $$ values ('role that bypasses row-level security', null), ('role that may act as the owner', 'epic_owner') $$,
  'a role with bypassrls, and a member of the owner, are in dba.rls_bypass');
select is((select string_agg(concat_ws(' ', privilege, object, via), ', ') from dba.other_privilege where role = 'matrix_intern' and kind = 'role' and privilege = 'inherits'),
  'inherits epic_employee directly, inherits epic_sales directly, inherits pg_write_all_data directly',
  'dba.other_privilege lists the roles that a role inherits from');


-- default privileges

select is(pg_temp.line('new tables of crm', 'read', 'epic_support'),
  'all | by epic_employee, by default privileges of epic_owner | a new table has no row-level security',
  'the matrix shows what default privileges will grant on new tables');
select is(pg_temp.line('new tables of crm', 'read', 'epic_employee'),
  'all | by default privileges of epic_owner | a new table has no row-level security',
  'default privileges are shown for the role that they name');
select bag_eq('select * from dba.default_privilege',
  $$ values ('epic_owner', 'table', 'crm', 'epic_employee', 'select'), ('epic_owner', 'function', null, 'public', 'execute') $$,
  'dba.default_privilege lists default privileges, those on functions too');


-- functions and views

select bag_eq(
  $$ select role, via, runs_as, note from dba.function_privilege
     where function = 'crm.all_salaries' and role in ('public', 'epic_sales', 'epic_anonymous') $$,
  format($$ values ('epic_sales', 'by PUBLIC, PostgreSQL''s default', %1$L, null),
                   ('epic_anonymous', 'by PUBLIC, PostgreSQL''s default', %1$L, 'no usage of schema crm'),
                   ('public', 'directly, PostgreSQL''s default', %1$L, 'no usage of schema crm') $$, current_user),
  'a function that was not revoked from PUBLIC is shown with PostgreSQL''s default');
select bag_eq(
  $$ select via, runs_as from dba.function_privilege where role = 'epic_support' and function = 'identity.my_password_parameters' $$,
  $$ values ('by epic_employee', 'epic_owner') $$,
  'dba.function_privilege shows the way of the grant, and the role that the function runs as');
select is(
  (select sentence from dba.function_privilege where role = 'epic_management' and function = 'crm.deactivate_employee'),
  'Deactivates an employee and ends their sessions. Clients and open events are handed over to a named colleague in the same transaction.',
  'dba.function_privilege shows the comment without the list of arguments');
select is((select reached_by from rls_bypass where name = 'crm.all_salaries'), array['PUBLIC'],
  'a security definer function is in dba.rls_bypass');
select bag_eq(
  $$ select runs_as, reached_by, fired_by, sentence from rls_bypass where name = 'crm_private.payment_check_amount' $$,
  $$ values ('epic_owner', null::text[], array['payment'],
             'A payment is for a signed contract and is at most what remains to be paid; a correction is at most what was paid.') $$,
  'a security definer trigger is in dba.rls_bypass, with its comment');
select is(pg_temp.line('every_password', 'read', 'epic_support'),
  'all | employee_id, password_hash | directly | owner_read_all',
  'a view without security_invoker shows the policies of its owner');
select bag_eq($$ select kind, reached_by from rls_bypass where name = 'every_password' $$,
  $$ values ('view that asks as its owner', array['epic_support']) $$,
  'a view without security_invoker is in dba.rls_bypass');


-- how policies are quoted

select is(dba.pretty_expression(expression), readable, format('an expression is printed as written: %s', readable))
from (values
  ('status = ''A::text  AND (( SELECT x() AS x))''::text', 'status = ''A::text  AND (( SELECT x() AS x))'''),
  ('"Owner" IS NOT NULL', '"Owner" is not null'),
  ('id <> (( SELECT crm.current_employee_id() AS current_employee_id))', 'id <> (select crm.current_employee_id())')) quoted (expression, readable);

select * from finish();
rollback;
