-- Lints of indexes: each rule clean, broken and fixed.

begin;
set local search_path = tap, public;
select plan(14);


select test.lint_finds('indexes', 'unindexed_foreign_key',
  'payment_contract_id_fkey on crm.payment', 'No index of crm.payment begins with its columns.',
  'drop index crm.payment_contract_id_idx',
  'create index payment_contract_id_idx on crm.payment (contract_id)');

select test.lint_finds('indexes', 'unindexed_foreign_key',
  'event_support_contact_id_fkey on crm.event', 'No index of crm.event begins with its columns.',
  'drop index crm.event_support_contact_id_idx, crm.event_own_support_idx, crm.event_own_support_status_idx,
     crm.event_own_support_status_date_idx, crm.event_own_support_contract_idx;
   create index trial_some_idx on crm.event (support_contact_id) where start_date > ''2020-01-01'';
   create index trial_second_idx on crm.event (end_date, support_contact_id)',
  'create index trial_first_idx on crm.event (support_contact_id, end_date)');

select test.lint_finds('indexes', 'duplicate_index',
  'crm.trial_idx', 'It repeats crm.payment_paid_on_idx.',
  'create index trial_idx on crm.payment (paid_on)',
  'drop index crm.trial_idx; create index trial_idx on crm.payment (paid_on desc)');

select test.lint_finds('indexes', 'duplicate_index',
  'crm.a_trial_idx', 'It repeats crm.client_pkey.',
  'create index a_trial_idx on crm.client (id)',
  'drop index crm.a_trial_idx');

select test.lint_finds('indexes', 'invalid_index',
  'crm.payment_paid_on_idx', 'It is not used, and may still be kept up to date.',
  $$ update pg_index set indisvalid = false where indexrelid = 'crm.payment_paid_on_idx'::regclass $$,
  'reindex index crm.payment_paid_on_idx');

select test.lint_finds('indexes', 'policy_column_without_index',
  'crm.client.commercial_contact_id', 'No index begins with it, and sales_update_own filters by it.',
  'drop index crm.client_commercial_contact_id_idx, crm.client_own_full_name_idx, crm.client_own_company_name_idx,
     crm.client_own_first_contact_idx, crm.client_own_last_update_idx',
  'create index client_commercial_contact_id_idx on crm.client (commercial_contact_id, id)');

select test.lint_finds('indexes', 'policy_column_without_index',
  'crm.client.phone', 'No index begins with it, and sales_update_own filters by it.',
  'alter policy sales_update_own on crm.client using (phone is null)',
  'alter policy sales_update_own on crm.client
     using (commercial_contact_id = (select crm.current_employee_id())) with check (phone is null)');

select test.lint_finds('indexes', 'leaky_index',
  'crm.trial_subject_idx', 'Not leakproof: lower(text).',
  'create index trial_subject_idx on crm.notification (lower(subject))',
  'drop index crm.trial_subject_idx; create index trial_subject_idx on crm.notification (subject)');

select test.lint_finds('indexes', 'leaky_index',
  'crm.trial_amount_idx', 'Not leakproof: =(numeric,numeric).',
  'alter table crm.notification add column amount numeric;
   create index trial_amount_idx on crm.notification (amount)',
  'drop policy employee_read_own on crm.notification;
   drop policy employee_read_in_session on crm.notification;
   drop policy worker_read_unread on crm.notification;
   create policy employee_read_all on crm.notification for select to epic_employee using (true)');


-- How often a table was read is counted by the server, not by the transaction: the rule is asked for a table that
-- nobody has read, with the usual number and with none.

create table crm.never_read (id integer);
create index never_used_idx on crm.never_read (id);
select is_empty(
  $$ select * from dba.lint_of_indexes where name = 'unused_index' and object ~ 'never_used' $$,
  'unused_index: not while the table itself is hardly used');

set local dba.enough_scans = 0;
select is_empty(
  $$ select * from dba.lint_of_indexes where name = 'unused_index' and object ~ 'never_used' $$,
  'unused_index: not while the table is small');
set local dba.enough_bytes = 0;
select results_eq(
  $$ select object collate "default", detail collate "default" from dba.lint_of_indexes where name = 'unused_index' and object ~ 'never_used' $$,
  $$ values ('crm.never_used_idx', 'crm.never_read has been read 0 times, never through it.') $$,
  'unused_index: crm.never_used_idx');
reset dba.enough_scans;

drop index crm.never_used_idx;
set local dba.enough_scans = 0;
select is_empty(
  $$ select * from dba.lint_of_indexes where name = 'unused_index' and object ~ 'never_used' $$,
  'unused_index: nothing once it is dropped');
do $$ begin perform set_config('test.linted', current_setting('test.linted') || ' unused_index', true); end $$;


select test.lint_covers('indexes');

select * from finish();
rollback;
