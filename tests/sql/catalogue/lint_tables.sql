-- Lints of tables, views, triggers and constraints: each rule clean, broken and fixed.

begin;
set local search_path = tap, public;
select plan(26);


-- row-level security

select test.lint_finds('tables', 'rls_disabled',
  'crm.client', 'Row-level security is off: a role with a grant reaches every row, whatever the policies say.',
  'alter table crm.client disable row level security',
  'alter table crm.client enable row level security');

select test.lint_finds('tables', 'rls_not_forced',
  'identity.credential', 'Row-level security does not hold for its owner, epic_owner.',
  'alter table identity.credential no force row level security',
  'alter table identity.credential force row level security');

select test.lint_finds('tables', 'rls_without_policy',
  'audit.trial', 'It has row-level security and not one policy.',
  'create table audit.trial (id integer primary key);
   alter table audit.trial enable row level security, force row level security',
  'create policy trial on audit.trial for select to epic_sales using (false)');

select test.lint_finds('tables', 'session_not_required',
  'crm.event', 'Without a proven session employees can: select, delete.',
  $$ drop policy employee_read_in_session on crm.event;
     alter policy employee_delete_in_session on crm.event using ((select identity.in_session())) $$,
  $$ alter policy employee_delete_in_session on crm.event using ((select identity.in_writable_session()));
     create policy employee_read_in_session on crm.event as restrictive for select to epic_employee using ((select nullif(identity.in_session(), false)) is not null) $$);
select test.lint_finds('tables', 'session_not_required',
  'crm.payment', 'Without a proven session employees can: insert.',
  'alter policy employee_create_in_session on crm.payment to epic_sales',
  'alter policy employee_create_in_session on crm.payment to epic_employee');


-- tables

select test.lint_finds('tables', 'no_primary_key',
  'public.trial', 'It has no primary key.',
  'create table public.trial (id integer not null)',
  'alter table public.trial add primary key (id)');

select test.lint_finds('tables', 'autovacuum_disabled',
  'crm.event', 'Autovacuum is switched off.',
  'alter table crm.event set (autovacuum_enabled = off)',
  'alter table crm.event reset (autovacuum_enabled)');

select test.lint_finds('tables', 'upgrade_blocking_type',
  'identity.session.helper', 'It is of type regprocedure.',
  'alter table identity.session add column helper regprocedure',
  'alter table identity.session alter column helper type text');

select test.lint_finds('tables', 'secret_column_exposed',
  'crm.payment.card_pin',
  format('%s may read it.', (
    select string_agg(role, ', ' order by role collate "C")
    from (select role from dba.department union all select 'epic_employee') roles)),
  'alter table crm.payment add column card_pin text',
  'revoke select on crm.payment from epic_employee;
   grant select (id, contract_id, amount, paid_on, recorded_by) on crm.payment to epic_employee');


-- what is read in the place of tables

select test.lint_finds('tables', 'view_without_security_invoker',
  'crm.trial_view', 'It reads its tables as its owner, epic_owner.',
  'create view crm.trial_view as select * from crm.client;
   alter view crm.trial_view owner to epic_owner',
  'alter view crm.trial_view set (security_invoker = on)');

select test.lint_finds('tables', 'view_without_security_invoker',
  'crm.history', 'It reads its tables as its owner, epic_owner.',
  'alter view crm.history set (security_invoker = false)',
  'alter view crm.history set (security_invoker)');

select test.lint_finds('tables', 'materialized_view_exposed',
  'crm.trial_copy', 'epic_employee, public may read it, and no policy applies to it.',
  'create materialized view crm.trial_copy as select * from crm.client;
   grant select on crm.trial_copy to epic_employee, public',
  'revoke select on crm.trial_copy from epic_employee, public');

select test.lint_finds('tables', 'foreign_table_exposed',
  'crm.trial_elsewhere', 'epic_sales may read it, and no policy applies to it.',
  'create foreign data wrapper trial;
   create server trial foreign data wrapper trial;
   create foreign table crm.trial_elsewhere (id integer) server trial;
   grant select (id) on crm.trial_elsewhere to epic_sales',
  'revoke select (id) on crm.trial_elsewhere from epic_sales');


-- triggers

select test.lint_finds('tables', 'missing_audit_trigger',
  'crm.trial_record', 'No trigger writes history for: insert, delete, update.',
  'create table crm.trial_record (id integer primary key)',
  'call audit.track(''crm.trial_record'')');

select test.lint_finds('tables', 'missing_audit_trigger',
  'crm.trial_record', 'No trigger writes history for: insert.',
  'drop trigger trial_record_90_record_insert on crm.trial_record;
   create trigger trial_90_audit_sometimes after insert on crm.trial_record
     for each row when (new.id > 10) execute function audit.record_change();
   alter table crm.trial_record enable always trigger trial_90_audit_sometimes',
  'drop trigger trial_90_audit_sometimes on crm.trial_record;
   create trigger trial_90_audit_always after insert on crm.trial_record
     for each row execute function audit.record_change();
   alter table crm.trial_record enable always trigger trial_90_audit_always');

select test.lint_finds('tables', 'missing_audit_trigger',
  'crm.payment', 'No trigger writes history for: insert.',
  'alter table crm.payment enable trigger payment_90_record_insert',
  'alter table crm.payment enable always trigger payment_90_record_insert');

select test.lint_finds('tables', 'disabled_trigger',
  'contract_20_check_status on crm.contract', 'It is switched off.',
  'alter table crm.contract disable trigger contract_20_check_status',
  'alter table crm.contract enable trigger contract_20_check_status');

select test.lint_finds('tables', 'disabled_trigger',
  'refresh_token_session_id_fkey on identity.refresh_token', 'It is switched off. It keeps a constraint.',
  'alter table identity.refresh_token disable trigger all',
  'alter table identity.refresh_token enable trigger all');


-- constraints

select test.lint_finds('tables', 'constraint_not_valid',
  'trial on crm.client', 'Rows that were there before it were never checked, or none is.',
  'alter table crm.client add constraint trial check (id > 0) not valid',
  'alter table crm.client validate constraint trial');



-- personal data

create function pg_temp.mark(more text default ', (''client'', ''phone'', null)') returns text
language sql
return format($mark$ create or replace function audit.personal_columns(out record text, out column_name text, out erased_as text) returns setof record
  language sql immutable parallel safe set search_path = '' as $values$
    values ('client', 'full_name', 'Erased client'), ('client', 'email', null::text), ('note', 'body', 'Erased note')%s $values$ $mark$, more);

select test.lint_finds('tables', 'personal_data_forgotten', 'crm.client.nickname',
  'It holds text about a client, which is neither erased nor named in an export.',
  'alter table crm.client add column nickname text', 'alter table crm.client drop column nickname');
select test.lint_finds('tables', 'personal_data_forgotten', 'crm.note.links',
  'It holds text about a client, which is neither erased nor named in an export.',
  'alter table crm.note add column links jsonb', 'alter table crm.note drop column links');
select test.lint_finds('tables', 'personal_data_forgotten', 'crm.client.phone',
  'The constraint client_stays_erased keeps it erased, and nothing erases it.', pg_temp.mark(''), pg_temp.mark());
select test.lint_finds('tables', 'personal_data_forgotten', 'crm.client.shoe_size',
  'It is marked as personal, and there is no such column.',
  pg_temp.mark(', (''client'', ''phone'', null), (''client'', ''shoe_size'', null)'), pg_temp.mark());
select test.lint_finds('tables', 'personal_data_forgotten', 'crm.client.first_contact',
  'It cannot be left empty, and nothing is to stand there once it is erased.',
  pg_temp.mark(', (''client'', ''phone'', null), (''client'', ''first_contact'', null)'), pg_temp.mark());
select test.lint_finds('tables', 'personal_data_forgotten', 'crm.client.birthday',
  'The constraint client_stays_erased does not keep it erased.',
  'alter table crm.client add column birthday date; ' || pg_temp.mark(', (''client'', ''phone'', null), (''client'', ''birthday'', null)'),
  $$ alter table crm.client drop constraint client_stays_erased, add constraint client_stays_erased
     check (erased_at is null or full_name = 'Erased client' and email is null and phone is null and birthday is null) $$);

select test.lint_covers('tables');

select * from finish();
rollback;
