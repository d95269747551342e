-- Lints of policies, and of grants without them: each rule clean, broken and fixed.

begin;
set local search_path = tap, public;
select plan(32);


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


-- what a policy does not do

drop policy trial_delete on crm.client;
drop policy trial_update on crm.payment;
select test.lint_finds('policies', 'false_policy',
  'trial_delete on crm.client', 'No row passes its using.',
  'create policy trial_delete on crm.client for delete to epic_sales using (1 = 0)',
  'alter policy trial_delete on crm.client using (id < 0)');

select test.lint_finds('policies', 'false_policy',
  'trial_create on crm.client', 'It has no condition, and lets no row in.',
  'create policy trial_create on crm.client for insert to epic_management',
  'alter policy trial_create on crm.client with check (id < 0)');

select test.lint_finds('policies', 'false_policy',
  'trial_floor on crm.client', 'No row passes its using, whatever other policies say.',
  'create policy trial_floor on crm.client as restrictive for select to epic_sales using (false)',
  'drop policy trial_floor on crm.client');

select test.lint_finds('policies', 'restrictive_without_effect',
  'trial_floor on crm.client', 'It restricts nothing.',
  'create policy trial_floor on crm.client as restrictive for update to epic_sales using (true)',
  'alter policy trial_floor on crm.client with check (id > 0)');

select test.lint_finds('policies', 'restrictive_without_effect',
  'trial_floor on crm.client', 'It restricts nothing.',
  'drop policy trial_floor on crm.client;
   create policy trial_floor on crm.client as restrictive for insert to epic_sales',
  'alter policy trial_floor on crm.client with check (id > 0)');

select test.lint_finds('policies', 'idle_restrictive_policy',
  'trial_floor on crm.payment', 'No permissive policy opens delete to epic_sales.',
  'create policy trial_floor on crm.payment as restrictive for delete to epic_sales using (id > 0)',
  'create policy trial_delete on crm.payment for delete to epic_sales using (id < 0)');

select test.lint_finds('policies', 'idle_restrictive_policy',
  'trial_floor on crm.payment', 'No permissive policy opens delete to epic_support.',
  'alter policy trial_floor on crm.payment to epic_support',
  'drop policy trial_floor on crm.payment; drop policy trial_delete on crm.payment');

select test.lint_finds('policies', 'duplicate_policy',
  'trial_read on crm.client', 'It repeats employee_read_all.',
  'create policy trial_read on crm.client for select to epic_employee using (true)',
  'drop policy trial_read on crm.client');

select test.lint_finds('policies', 'placeholder_policy',
  'sales_read_tmp on crm.client', 'Its name says that it was not meant to stay.',
  'create policy sales_read_tmp on crm.client for select to epic_sales using (id < 0)',
  'alter policy sales_read_tmp on crm.client rename to sales_read_template');
drop policy sales_read_template on crm.client;


-- whom a policy is for

select test.lint_finds('policies', 'write_before_login',
  'anonymous_create_any on crm.client', 'epic_anonymous may insert without a login.',
  'create policy anonymous_create_any on crm.client for insert to epic_anonymous with check (id > 0)',
  'alter policy anonymous_create_any on crm.client to epic_management');

-- The login of the API is what a request has until it has entered a session.
select test.lint_finds('policies', 'write_before_login',
  'login_update on crm.client', 'epic_authenticator may update without a login.',
  'create policy login_update on crm.client for update to epic_authenticator using (id > 0)',
  'drop policy login_update on crm.client');

create role epic_copier bypassrls;
select test.lint_finds('policies', 'policy_for_bypassing_role',
  'backup_read on crm.client', 'epic_copier is asked no policy.',
  'create policy backup_read on crm.client for select to epic_copier using (id > 0)',
  'drop policy backup_read on crm.client');

grant select on crm.client to epic_copier;
select is_empty(
  $$ select * from dba.lint_of_policies where name = 'grant_without_policy' and object ~ 'epic_copier' $$,
  'grant_without_policy: not of a role that bypasses row-level security, which needs no policy');
revoke select on crm.client from epic_copier;


-- what errors tell of hidden rows

select test.lint_finds('policies', 'reference_reveals_rows',
  'trial_notification_id_fkey on crm.trial', 'epic_sales learns which rows of crm.notification there are.',
  'create table crm.trial (notification_id integer references crm.notification, owner_id integer);
   alter table crm.trial enable row level security;
   create policy sales_create_trial on crm.trial for insert to epic_sales with check (owner_id > 0);
   grant insert (notification_id) on crm.trial to epic_sales',
  'create policy trial_read on crm.notification for select to epic_sales using (true)');
drop policy trial_read on crm.notification;
alter policy sales_create_trial on crm.trial with check (exists (
  select from crm.notification where notification.id = trial.notification_id));
select is_empty(
  $$ select * from dba.lint_of_policies where name = 'reference_reveals_rows' $$,
  'reference_reveals_rows: not where the policy says which rows may be referred to');
alter table crm.trial drop constraint trial_notification_id_fkey;

select test.lint_finds('policies', 'unique_reveals_rows',
  'crm.trial_key', 'epic_sales learns which values are taken in rows of others.',
  'create unique index trial_key on crm.trial (notification_id);
   create policy sales_read_own on crm.trial for select to epic_sales using (owner_id = (select crm.current_employee_id()));
   grant select on crm.trial to epic_sales',
  'drop index crm.trial_key; create unique index trial_key on crm.trial (owner_id, notification_id)');

select test.lint_finds('policies', 'owner_column_ignored',
  'crm.trial.owner_id', 'No policy of the table asks for it.',
  'drop policy sales_read_own on crm.trial',
  'create policy sales_read_own on crm.trial for select to epic_sales using (owner_id = (select crm.current_employee_id()))');


select test.lint_covers('policies');

select * from finish();
rollback;
