-- dba.access_matrix and what stands beside it: who may do what, read from the catalogue, whatever was done to it by hand.

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
  'a row says which rows, which columns, how it was granted, and by which policy');
select is(pg_temp.line('client', 'read', 'epic_support'),
  'all | id, full_name, email, phone, company_name, first_contact, last_update, commercial_contact_id, erased_at, version | by epic_employee | employee_read_all',
  'what a department inherits says through whom');
select is(pg_temp.line('contract', 'delete', 'epic_management'),
  'drafts | directly | management_delete_drafts',
  'a verb about whole rows has no columns');
select bag_eq(
  $$ select rows, via, policies from matrix where record = 'history' and verb = 'read' and role = 'epic_sales' $$,
  $$ values ('records', 'by epic_employee', array['sales_read_records']) $$,
  'a view shows the policies of the table that it reads');
select is(pg_temp.line('payment', 'update', 'epic_management'), null,
  'what is denied is not in it');
select bag_eq(
  $$ select withheld, sentences, using_expressions, check_expressions, modes
     from matrix where record = 'contract' and verb = 'update' and role = 'epic_sales' $$,
  $$ values (array['id', 'client_id', 'commercial_id', 'amount_to_be_paid', 'creation_date', 'signed_at'],
             array['Sales change and sign only the contracts of their own clients, and only until they are signed.'],
             array['commercial_id = (select crm.current_employee_id()) and status = ''draft'''],
             array['commercial_id = (select crm.current_employee_id()) and (status in (''draft'', ''signed''))'],
             array['permissive']) $$,
  'it says what is withheld, and quotes the policy as one would write it');
select bag_eq(
  $$ select verb, sales, support, management from dba.access_overview where record = 'event' $$,
  $$ values ('read', 'all', 'all', 'all'), ('create', 'own', '–', 'all'), ('update', '–', 'own', 'all'), ('delete', '–', '–', 'all') $$,
  'the overview says it in a word for each department');

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
       where record.schema_name in ('crm', 'auth', 'audit')),
     listed as (
       select record, verb, role, unnest(columns) as column_name, true as is_listed from matrix)
     select * from asked left join listed using (record, verb, role, column_name)
     where holds <> (is_listed is not null) $$,
  'of every column of every record it says exactly what PostgreSQL would');

select bag_eq(
  $$ select function from dba.function_privilege where role = 'epic_authenticator' and function not like 'test.%' $$,
  $$ values ('auth.enter'), ('auth.session_state') $$,
  'the API''s login calls what enters a session, and nothing else');
select is((select string_agg(privilege || ' ' || object, ', ') from dba.other_privilege where role = 'epic_anonymous' and object <> 'test'), 'usage auth',
  'a stranger holds the usage of one schema, and nothing else');
select is_empty('select from dba.default_privilege',
  'new objects give nothing away');
select is_empty(
  $$ select role, relname
     from unnest(array['epic_anonymous', 'epic_authenticator', 'epic_employee', 'epic_sales', 'epic_support', 'epic_management']) role, pg_class
     where relnamespace = 'dba'::regnamespace and relkind = 'v' and has_table_privilege(role, oid, 'select') $$,
  'no role of the API reads any of it');


-- what somebody changes by hand

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
create view crm.every_password as select employee_id, password_hash from auth.credential;
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
  'what comes by two ways names both');
select is(pg_temp.line('payment', 'read', 'public'),
  'closed | amount | directly | no usage of schema crm',
  'a grant in a schema that one cannot enter is closed');
select is(pg_temp.line('audit.change', 'read', 'epic_anonymous'),
  'closed | record | by PUBLIC | a grant, but no policy',
  'a grant to PUBLIC reaches everybody, and without a policy it is closed');
select is(pg_temp.line('payment', 'delete', 'epic_sales'),
  'closed | directly with grant option | a grant, but no policy',
  'so is a grant to a department, which may hand it on');
select is(pg_temp.line('payment', 'truncate', 'epic_support'), 'all | directly | row-level security does not apply',
  'no policy is asked about truncate');
select bag_eq($$ select kind, reached_by from rls_bypass where name = 'payment' $$,
  $$ values ('truncate granted', array['epic_support']) $$,
  'and that is a way around');


-- policies

select is(pg_temp.line('client', 'delete', 'epic_support'),
  'closed | support_delete_own | a policy, but no grant',
  'a policy without a grant is closed');
select is(pg_temp.line('event', 'delete', 'epic_support'),
  'own + planned & weekdays | directly | support_delete_own, support_delete_planned, weekdays',
  'permissive policies add up, a restrictive one limits them; a name that does not say which rows is shown whole');
select is(pg_temp.line('client', 'update', 'epic_support'),
  'all | phone | directly | support_update_own_too',
  'a policy that looks at nothing is about all rows, whatever its name says');


-- row-level security

select is(pg_temp.line('contract', 'create', 'epic_sales'),
  'all | client_id, total_amount | directly | sales_create_own | row-level security is off',
  'without row-level security the grants alone decide');
select bag_eq($$ select name, reached_by from rls_bypass where kind = 'table without row-level security' and name = 'contract' $$,
  $$ select 'contract', array_agg(role order by role collate "C")
     from (select role from dba.department union all values ('epic_employee'), ('matrix_intern')) roles $$,
  'and that is a way around');
select is(pg_temp.line('notification', 'delete', 'epic_owner'),
  'all | as owner | row-level security is not forced on the owner',
  'without force it does not bind the owner');


-- roles

select is(pg_temp.line('client', 'create', 'matrix_intern'),
  'own | id, full_name, email, phone, company_name, first_contact, last_update, commercial_contact_id, erased_at, version'
  ' | by epic_sales: full_name, email, phone, company_name, first_contact; by pg_write_all_data: every column | sales_create_own',
  'a role that was made a member has what it inherits, from PostgreSQL''s own roles too');
select is(pg_temp.line('employee', 'read', 'matrix_intern'),
  'all | id, full_name, email, phone, department, active, creation_date, version | by epic_employee | employee_read_all',
  'and what it inherits at second hand');
select is(pg_temp.line('employee', 'delete', 'matrix_intern'),
  'closed | by pg_write_all_data | a grant, but no policy',
  'all of it behind the policies');
select is(pg_temp.line('employee', 'read', 'matrix_watcher'),
  'all | id, full_name, email, phone, department, active, creation_date, version | by epic_owner as owner, directly | owner_read_all | matrix_watcher bypasses row-level security',
  'unless the role bypasses row-level security');
select bag_eq($$ select kind, runs_as from rls_bypass where name = 'matrix_watcher' $$,
  $$ values ('role that bypasses row-level security', null), ('role that may act as the owner', 'epic_owner') $$,
  'which is a way around, and so is to be a member of the owner');
select is((select string_agg(concat_ws(' ', privilege, object, via), ', ') from dba.other_privilege where role = 'matrix_intern' and kind = 'role' and privilege = 'inherits'),
  'inherits epic_employee directly, inherits epic_sales directly, inherits pg_write_all_data directly',
  'whose rights a role has is said by itself, too');


-- default privileges

select is(pg_temp.line('new tables of crm', 'read', 'epic_support'),
  'all | by epic_employee, by default privileges of epic_owner | a new table has no row-level security',
  'default privileges are in it: what the next table will give');
select is(pg_temp.line('new tables of crm', 'read', 'epic_employee'),
  'all | by default privileges of epic_owner | a new table has no row-level security',
  'to whom they name and to whom inherits');
select bag_eq('select * from dba.default_privilege',
  $$ values ('epic_owner', 'table', 'crm', 'epic_employee', 'select'), ('epic_owner', 'function', null, 'public', 'execute') $$,
  'and are said by themselves, those for functions too');


-- functions and views

select bag_eq(
  $$ select role, via, runs_as, note from dba.function_privilege
     where function = 'crm.all_salaries' and role in ('public', 'epic_sales', 'epic_anonymous') $$,
  format($$ values ('epic_sales', 'by PUBLIC, PostgreSQL''s default', %1$L, null),
                   ('epic_anonymous', 'by PUBLIC, PostgreSQL''s default', %1$L, 'no usage of schema crm'),
                   ('public', 'directly, PostgreSQL''s default', %1$L, 'no usage of schema crm') $$, current_user),
  'a function that nobody revoked may be called by all, and it says that this is a default');
select bag_eq(
  $$ select via, runs_as from dba.function_privilege where role = 'epic_support' and function = 'auth.my_password_parameters' $$,
  $$ values ('by epic_employee', 'epic_owner') $$,
  'it says by which way a role may call a function, and as whom that runs');
select is(
  (select sentence from dba.function_privilege where role = 'epic_management' and function = 'crm.deactivate_employee'),
  'Deactivates an employee and ends their sessions. Clients and open events are handed over to a named colleague in the same transaction.',
  'and what it does, without what its comment says of each argument');
select is((select reached_by from rls_bypass where name = 'crm.all_salaries'), array['PUBLIC'],
  'one that runs as its owner is a way around');
select bag_eq(
  $$ select runs_as, reached_by, fired_by, sentence from rls_bypass where name = 'crm_private.payment_check_amount' $$,
  $$ values ('epic_owner', null::text[], array['payment'],
             'A payment is for a signed contract and is at most what remains to be paid; a correction is at most what was paid.') $$,
  'so is a trigger that does, with what it is for');
select is(pg_temp.line('every_password', 'read', 'epic_support'),
  'all | employee_id, password_hash | directly | owner_read_all',
  'a view that asks as its owner shows the policies of its owner');
select bag_eq($$ select kind, reached_by from rls_bypass where name = 'every_password' $$,
  $$ values ('view that asks as its owner', array['epic_support']) $$,
  'and is a way around');


-- how policies are quoted

select is(dba.pretty_expression(expression), readable, format('it is quoted: %s', readable))
from (values
  ('status = ''A::text  AND (( SELECT x() AS x))''::text', 'status = ''A::text  AND (( SELECT x() AS x))'''),
  ('"Owner" IS NOT NULL', '"Owner" IS NOT NULL'),
  ('id <> (( SELECT crm.current_employee_id() AS current_employee_id))', 'id <> (select crm.current_employee_id())')) quoted (expression, readable);

select * from finish();
rollback;
