-- Lints of policies, and of grants without them: each rule clean, broken and fixed.

begin;
set local search_path = tap, public;
select plan(19);


-- what a policy says of itself

select test.lint_finds('policies', 'policy_without_role',
  'trial on crm.payment', 'It is for PUBLIC, which is every role there is and will be.',
  'create policy trial on crm.payment for update using (id < 0) with check (id < 0)',
  'alter policy trial on crm.payment to epic_management');

select test.lint_finds('policies', 'policy_for_all_commands',
  'trial_all on crm.event', 'It is for select, insert, update and delete alike.',
  'create policy trial_all on crm.event to epic_support using (id < 0)',
  'drop policy trial_all on crm.event');

drop policy trial on crm.payment;
select test.lint_finds('policies', 'policy_without_comment',
  'employee_read_all on crm.client', 'It has no comment.',
  'comment on policy employee_read_all on crm.client is null',
  $$ comment on policy employee_read_all on crm.client is 'Every employee reads every client.' $$);


-- policies and one another

select test.lint_finds('policies', 'multiple_permissive_policies',
  'select on crm.client to epic_sales', 'employee_read_all, trial_read: one that holds is enough.',
  'create policy trial_read on crm.client for select to epic_sales using (id < 0)',
  'alter policy trial_read on crm.client to epic_owner; drop policy trial_read on crm.client');

select test.lint_finds('policies', 'multiple_permissive_policies',
  'delete on crm.contract to epic_management', 'management_delete_drafts, trial_delete: one that holds is enough.',
  'create policy trial_delete on crm.contract for delete to epic_management using (id < 0)',
  'drop policy trial_delete on crm.contract;
   create policy trial_delete on crm.contract as restrictive for delete to epic_management using (id < 0)');


-- policies and grants

select test.lint_finds('policies', 'policy_without_grant',
  'trial_delete on crm.client', 'None of its roles has been granted delete.',
  'create policy trial_delete on crm.client for delete to epic_management using (id < 0)',
  'grant delete on crm.client to epic_management');

select test.lint_finds('policies', 'policy_without_grant',
  'management_update_any on crm.event', 'None of its roles has been granted update.',
  'revoke update on crm.event from epic_management',
  'grant update (title) on crm.event to epic_management');

select test.lint_finds('policies', 'grant_without_policy',
  'delete on crm.payment to epic_support', 'No policy opens a row to it.',
  'grant delete on crm.payment to epic_support',
  'revoke delete on crm.payment from epic_support');

select test.lint_finds('policies', 'grant_without_policy',
  'insert on crm.notification to epic_management', 'No policy opens a row to it.',
  'grant insert (subject) on crm.notification to epic_management',
  'create policy trial_create on crm.notification for insert to epic_management with check (id < 0)');

create role epic_outsider;
select test.lint_finds('policies', 'grant_without_policy',
  'select on graphile_migrate.migrations to epic_outsider', 'No policy opens a row to it.',
  'grant select (filename) on graphile_migrate.migrations to epic_outsider',
  'revoke select (filename) on graphile_migrate.migrations from epic_outsider');

create role epic_deployer;
grant epic_owner to epic_deployer;
grant select on crm.client to epic_deployer;
select is_empty(
  $$ select * from dba.lint_of_policies where name = 'grant_without_policy' $$,
  'grant_without_policy: not what whoever deploys as the owner has from the owner');


-- what a policy lets through

select test.lint_finds('policies', 'always_true_write_policy',
  'trial_update on crm.payment', 'Every row passes using true and with check true.',
  'create policy trial_update on crm.payment for update to epic_sales using (true)',
  'alter policy trial_update on crm.payment with check (false)');

select test.lint_finds('policies', 'always_true_write_policy',
  'sales_update_own on crm.client', 'Every row passes with check (1 = 1).',
  'alter policy sales_update_own on crm.client with check (1 = 1)',
  'alter policy sales_update_own on crm.client with check (commercial_contact_id = (select crm.current_employee_id()))');

select test.lint_finds('policies', 'always_true_write_policy',
  'management_delete_drafts on crm.contract', 'Every row passes using true.',
  'alter policy management_delete_drafts on crm.contract using (true)',
  $$ alter policy management_delete_drafts on crm.contract using (status = 'draft') $$);


-- what a policy does for each row

select test.lint_finds('policies', 'per_row_function_call',
  'sales_update_own on crm.client', 'It calls crm.current_employee_id() for each row.',
  'alter policy sales_update_own on crm.client using (commercial_contact_id = crm.current_employee_id())',
  'alter policy sales_update_own on crm.client using (commercial_contact_id = (select crm.current_employee_id()))');

select test.lint_finds('policies', 'per_row_function_call',
  'employee_read_own on crm.notification', 'It calls current_setting(text,boolean) for each row.',
  $$ alter policy employee_read_own on crm.notification
       using (recipient_id = current_setting('jwt.claims.employee_id', true)::integer) $$,
  $$ alter policy employee_read_own on crm.notification
       using (recipient_id = (select current_setting('jwt.claims.employee_id', true)::integer)) $$);

select test.lint_finds('policies', 'per_row_function_call',
  'sales_record_own on crm.payment', 'It calls crm.current_employee_id() for each row.',
  $$ alter policy sales_record_own on crm.payment with check (
       recorded_by = (select crm.current_employee_id())
       and exists (select from crm.contract
                   where contract.id = payment.contract_id and commercial_id = crm.current_employee_id())) $$,
  $$ alter policy sales_record_own on crm.payment with check (
       recorded_by = (select crm.current_employee_id())
       and exists (select from crm.contract
                   where contract.id = payment.contract_id and commercial_id = (select crm.current_employee_id()))) $$);

-- A function that is asked about the row cannot be asked once, and PostgreSQL's own are cheap.
create function crm.trial(id integer) returns boolean language sql stable set search_path = '' return id < 0;
alter policy sales_update_own on crm.client using (crm.trial(id) and last_update < now());
select is_empty(
  $$ select * from dba.lint_of_policies where name = 'per_row_function_call' $$,
  'per_row_function_call: not a call that needs the row, nor now()');


select test.lint_covers('policies');

select * from finish();
rollback;
