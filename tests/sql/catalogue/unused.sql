-- dba.unused: grants, columns and policies of employees that nothing has used. Using one takes it off the list.

begin;
set local search_path = tap, public;
select plan(20);
call test.load_company();

create function pg_temp.listed(role text, relation text, days integer default null) returns text
language sql
return (
  select coalesce(string_agg(kind || ' ' || name, '; ' order by kind, name), 'nothing')
  from dba.unused(days) unused
  where unused.role = listed.role and unused.relation = listed.relation and unused.watched_by = 'history');


-- what is watched

select is((select watched_by || ' ' || (since = now()) from dba.watch() where what = 'writes'), 'history true',
  'writes are watched since history begins');
select is((select concat(watched_by, since) from dba.watch() where what = 'reads'), '',
  'reads are not watched where pg_stat_statements is missing');
select is_empty($$ select from dba.unused() where watched_by <> 'history' $$, 'then no read is listed');


-- using one takes it off the list

select is(pg_temp.listed('epic_sales', 'crm.client'),
  'grant insert (company_name, email, first_contact, full_name, phone); grant update (company_name, email, full_name, phone); '
  'policy sales_create_own; policy sales_update_own',
  'at first everything is listed');
call test.given('alice', $$ update crm.client set phone = '0102030405' where id = test.id('acme') $$);
select is(pg_temp.listed('epic_sales', 'crm.client'),
  'column update (company_name); column update (email); column update (full_name); '
  'grant insert (company_name, email, first_contact, full_name, phone); policy sales_create_own',
  'an update takes off its grant, its policy and its column');
call test.given('alice', $$ insert into crm.client (full_name, email) values ('Nina', 'nina@home.example') $$);
select is(pg_temp.listed('epic_sales', 'crm.client'),
  'column insert (company_name); column insert (phone); column update (company_name); column update (email); column update (full_name)',
  'a new row takes off the columns that it has a value in');
select is(pg_temp.listed('epic_management', 'crm.contract'),
  'grant delete; grant insert (client_id, total_amount); grant update (status, total_amount); '
  'policy management_create_any; policy management_delete_drafts; policy management_update_any',
  'what one department uses stays listed for another');
call test.given('emma', $$ delete from crm.contract where id = test.id('bistro_draft') $$);
select is(pg_temp.listed('epic_management', 'crm.contract'),
  'grant insert (client_id, total_amount); grant update (status, total_amount); policy management_create_any; policy management_update_any',
  'a deletion takes off its grant and its policy');
call test.given('emma', $$ select crm.sign_contract(test.id('acme_draft')) $$);
select is(pg_temp.listed('epic_management', 'crm.contract'),
  'column update (total_amount); grant insert (client_id, total_amount); policy management_create_any',
  'a business verb takes off what it writes');
call test.given('dba', $$ update crm.event set title = 'Grand gala' where id = test.id('gala') $$);
select ok(pg_temp.listed('epic_support', 'crm.event') ~ 'policy support_update_own',
  'what was changed outside a session counts for no department');


-- the department at that time

call test.given('chloe', $$ update crm.event set notes = 'Red carpet.' where id = test.id('gala') $$);
select ok(pg_temp.listed('epic_support', 'crm.event') !~ 'policy|notes', 'support have changed notes');
alter table audit.change disable trigger user;
update audit.change set changed_at = now() - interval '3 days' where employee_id = test.id('chloe');
update audit.change set changed_at = now() - interval '200 days' where employee_id = test.id('emma');
alter table audit.change enable trigger user;
call test.given('dba', $$ update crm.event set support_contact_id = null where support_contact_id = test.id('chloe') $$);
call test.given('felix', $$ update crm.employee set department = 'sales' where id in (test.id('chloe'), test.id('emma')) $$);
select ok(pg_temp.listed('epic_support', 'crm.event') !~ 'policy|notes',
  'what an employee did before they moved counts for the department that they left');
select ok(pg_temp.listed('epic_sales', 'crm.contract') ~ 'policy sales_update_own',
  'and not for the one that they moved to');


-- within a number of days

select is((select since = now() - interval '200 days' from dba.watch() where what = 'writes'), true,
  'without a number of days it is watched since the first change');
select is((select since = now() - interval '90 days' from dba.watch(90) where what = 'writes'), true,
  'with one it is watched for so long');
select is((select since = now() - interval '200 days' from dba.watch(900) where what = 'writes'), true,
  'and not for longer than there is history');
select ok(pg_temp.listed('epic_management', 'crm.contract') !~ 'management_update_any', 'management have changed contracts');
select ok(pg_temp.listed('epic_management', 'crm.contract', 90) ~ 'management_update_any', 'but not within 90 days');
select ok(pg_temp.listed('epic_support', 'crm.event', 90) !~ 'policy', 'what was used within 90 days is not listed');


-- who may ask

select test.rejects('owner', 'select from dba.unused()', '42501', 'epic_owner reads only a part of history.',
  'a role that reads only a part of history gets no list');

select * from finish();
rollback;
