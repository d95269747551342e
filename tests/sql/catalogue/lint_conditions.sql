-- Lints of the conditions of policies: each rule clean, broken and fixed.

begin;
set local search_path = tap, public;
select plan(53);


-- without a claim

select test.lint_finds('conditions', 'open_without_claim',
  'employee_read_own on crm.notification', 'With no claim set, every row passes its using.',
  'alter policy employee_read_own on crm.notification using (
     (select crm.current_employee_id()) is null or recipient_id = (select crm.current_employee_id()))',
  'alter policy employee_read_own on crm.notification using (recipient_id = (select crm.current_employee_id()))');

select test.lint_finds('conditions', 'open_without_claim',
  'employee_mark_own on crm.notification', 'Every row passes its using, whatever else it asks.',
  'alter policy employee_mark_own on crm.notification using (recipient_id = (select crm.current_employee_id()) or true)',
  'alter policy employee_mark_own on crm.notification using (recipient_id = (select crm.current_employee_id()))');

select test.lint_finds('conditions', 'open_without_claim',
  'trial on crm.client', 'With no claim set, its using restricts nothing.',
  $$ create policy trial on crm.client as restrictive for select to epic_employee
     using (coalesce((select crm.current_department()), 'sales') = 'sales') $$,
  'drop policy trial on crm.client');

-- The same said in other ways, for a claim that is null, and for one that is '' after a transaction that has set it.
create function pg_temp.opens(condition text) returns boolean
language plpgsql
as $$
begin
  execute format('alter policy employee_read_own on crm.notification using (%s)', condition);
  return exists (select from dba.lint_of_conditions where name = 'open_without_claim' and object ~ '^employee_read_own on crm.n');
end
$$;
select is(pg_temp.opens(condition), true, format('open_without_claim: %s', condition))
from (values
  ('not ((select crm.current_employee_id()) is not null) or id < 0'),
  ('coalesce(recipient_id = (select crm.current_employee_id()), true)'),
  ('(recipient_id = (select crm.current_employee_id())) is not false'),
  ('(select crm.current_department()) is distinct from ''support'''),
  ('case when (select crm.current_employee_id()) is null then true else id < 0 end'),
  ('not exists (select from crm.client where commercial_contact_id = (select crm.current_employee_id()))'),
  ('current_setting(''jwt.claims.department'', true) = '''' or id < 0'),
  ('current_setting(''jwt.claims.department'', true) <> ''support'''),
  ('not (select identity.in_session()) or id < 0')
) careless (condition);
select is(pg_temp.opens(condition), false, format('open_without_claim: not %s', condition))
from (values
  ('recipient_id is null or recipient_id = (select crm.current_employee_id())'),
  ('recipient_id = (select nullif(current_setting(''jwt.claims.employee_id'', true), '''')::integer)'),
  ('coalesce(recipient_id = (select crm.current_employee_id()), id < 0)'),
  ('case when id < 0 then (select crm.current_employee_id()) is null end'),
  ('exists (select from crm.client where commercial_contact_id = (select crm.current_employee_id()) and id = event_id)')
) careful (condition);
alter policy employee_read_own on crm.notification using (recipient_id = (select crm.current_employee_id()));


-- what a row may become

select test.lint_finds('conditions', 'check_forgets_owner',
  'sales_update_own on crm.contract', 'Its using asks for commercial_id, its with check does not.',
  $$ alter policy sales_update_own on crm.contract with check (status in ('draft', 'signed')) $$,
  $$ alter policy sales_update_own on crm.contract
       with check (commercial_id = (select crm.current_employee_id()) and status in ('draft', 'signed')) $$);

select test.lint_finds('conditions', 'check_forgets_owner',
  'trial on crm.client', 'Its using asks for commercial_contact_id, its with check does not.',
  'create policy trial on crm.client to epic_sales
     using (commercial_contact_id = any (array[(select crm.current_employee_id())])) with check (email is not null)',
  'alter policy trial on crm.client with check (commercial_contact_id = (select crm.current_employee_id()))');
drop policy trial on crm.client;


-- the row

select test.lint_finds('conditions', 'subquery_not_bound',
  'sales_create_own on crm.contract', 'Its with check asks whether there is any such row in crm.client.',
  $$ alter policy sales_create_own on crm.contract with check (status = 'draft' and exists (
       select from crm.client where client.commercial_contact_id = (select crm.current_employee_id()))) $$,
  $$ alter policy sales_create_own on crm.contract with check (status = 'draft' and exists (
       select from crm.client
       where client.id = contract.client_id and client.commercial_contact_id = (select crm.current_employee_id()))) $$);

select test.lint_finds('conditions', 'subquery_not_bound',
  'sales_update_own on crm.client', 'Its using asks whether there is any such row in crm.employee.',
  $$ alter policy sales_update_own on crm.client using (id > 0 and exists (
       select from crm.employee where department = 'management')) $$,
  $$ alter policy sales_update_own on crm.client using (id > 0 and exists (
       select from crm.employee where employee.id = (select crm.current_employee_id()) and department = 'management')) $$);

select test.lint_finds('conditions', 'policy_ignores_row',
  'trial on crm.payment', 'It asks who the caller is, and nothing of the row.',
  'create policy trial on crm.payment for delete to epic_management using ((select crm.current_employee_id()) is not null)',
  'alter policy trial on crm.payment using (recorded_by = (select crm.current_employee_id()))');
drop policy trial on crm.payment;


-- its columns and values

create table crm.trial (id integer primary key, owner_id integer not null, status text not null, email text);
alter table crm.trial enable row level security, force row level security;
alter table crm.trial add check (status in ('draft', 'done')), add foreign key (owner_id) references crm.employee;
create policy support_read_own on crm.trial for select to epic_support
  using (owner_id = (select crm.current_employee_id()));

select test.lint_finds('conditions', 'nullable_policy_key',
  'crm.trial.owner_id', 'A row without it has no owner: support_read_own compares it with a claim.',
  'alter table crm.trial alter owner_id drop not null',
  'alter table crm.trial alter owner_id set not null');

select test.lint_finds('conditions', 'literal_not_allowed',
  'management_delete_drafts on crm.contract', $$status is never 'drafts'.$$,
  $$ alter policy management_delete_drafts on crm.contract using (status = 'drafts') $$,
  $$ alter policy management_delete_drafts on crm.contract using (status = 'draft') $$);

select test.lint_finds('conditions', 'literal_not_allowed',
  'support_read_own on crm.trial', $$status is never 'planned' or 'signed'.$$,
  $$ alter policy support_read_own on crm.trial
       using (owner_id = (select crm.current_employee_id()) and status in ('planned', 'done', 'signed')) $$,
  $$ alter policy support_read_own on crm.trial
       using (owner_id = (select crm.current_employee_id()) and status <> 'done') $$);

select test.lint_finds('conditions', 'literal_not_allowed',
  'sales_record_own on crm.payment', $$status is never 'sign'.$$,
  $$ alter policy sales_record_own on crm.payment with check (exists (
       select from crm.contract where contract.id = payment.contract_id and contract.status = 'sign')) $$,
  $$ alter policy sales_record_own on crm.payment with check (
       amount > 0 and recorded_by = (select crm.current_employee_id()) and exists (
         select from crm.contract
         where contract.id = payment.contract_id and contract.commercial_id = (select crm.current_employee_id()))) $$);

select test.lint_finds('conditions', 'policy_for_one_value',
  'support_read_own on crm.trial', 'It is about one fixed owner_id, not about the caller''s.',
  'alter policy support_read_own on crm.trial using (owner_id = 1)',
  'alter policy support_read_own on crm.trial using (owner_id = (select crm.current_employee_id()))');

select test.lint_finds('conditions', 'policy_by_database_role',
  'support_read_own on crm.trial', 'It compares email with the role of PostgreSQL.',
  'alter policy support_read_own on crm.trial using (email = current_user)',
  'alter policy support_read_own on crm.trial using (owner_id = (select crm.current_employee_id()))');

select test.lint_finds('conditions', 'policy_by_pattern',
  'support_read_own on crm.trial', 'A claim decides which pattern ~~* matches.',
  $$ alter policy support_read_own on crm.trial using (email ilike (select current_setting('jwt.claims.email', true))) $$,
  $$ alter policy support_read_own on crm.trial using (email = (select current_setting('jwt.claims.email', true))) $$);


-- its claims

select test.lint_finds('conditions', 'claim_without_prefix',
  'support_read_own on crm.trial', $$There is no setting 'employee_id'.$$,
  $$ alter policy support_read_own on crm.trial using (owner_id = (select current_setting('employee_id', true)::integer)) $$,
  $$ alter policy support_read_own on crm.trial using (owner_id = (select current_setting('jwt.employee_id', true)::integer)) $$);

select test.lint_finds('conditions', 'claim_must_be_set',
  'support_read_own on crm.trial', 'Without jwt.employee_id it fails, and every statement with it.',
  $$ alter policy support_read_own on crm.trial using (owner_id = (select current_setting('jwt.employee_id')::integer)) $$,
  $$ alter policy support_read_own on crm.trial using (owner_id = (select current_setting('jwt.employee_id', true)::integer)) $$);


-- what it calls and reads

select test.lint_finds('conditions', 'volatile_policy',
  'support_read_own on crm.trial', 'It calls clock_timestamp(), random(), which may differ from row to row.',
  'alter policy support_read_own on crm.trial using (owner_id > random() and clock_timestamp() > now())',
  'alter policy support_read_own on crm.trial using (owner_id = (select crm.current_employee_id()))');

select test.lint_finds('conditions', 'per_row_function_call',
  'sales_update_own on crm.client', 'It calls crm.current_employee_id() for each row.',
  'alter policy sales_update_own on crm.client using (commercial_contact_id = crm.current_employee_id())',
  'alter policy sales_update_own on crm.client using (commercial_contact_id = (select crm.current_employee_id()))');

select test.lint_finds('conditions', 'per_row_function_call',
  'employee_read_own on crm.notification', 'It calls current_setting(text,boolean) for each row.',
  $$ alter policy employee_read_own on crm.notification
       using (recipient_id = current_setting('jwt.claims.employee_id', true)::integer) $$,
  $$ alter policy employee_read_own on crm.notification
       using (recipient_id = (select current_setting('jwt.claims.employee_id', true)::integer)) $$);
alter policy employee_read_own on crm.notification using (recipient_id = (select crm.current_employee_id()));

select test.lint_finds('conditions', 'per_row_function_call',
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
  $$ select * from dba.lint_of_conditions where name = 'per_row_function_call' $$,
  'per_row_function_call: not a call that needs the row, nor now()');
alter policy sales_update_own on crm.client using (commercial_contact_id = (select crm.current_employee_id()));

create index on crm.trial (email);
select test.lint_finds('conditions', 'wrapped_policy_column',
  'support_read_own on crm.trial', 'Its index on email does not serve lower(text).',
  $$ alter policy support_read_own on crm.trial using (lower(email) = (select current_setting('jwt.claims.email', true))) $$,
  'create index on crm.trial (lower(email))');

create table crm.member (employee_id integer primary key, trial_id integer);
select test.lint_finds('conditions', 'policy_reads_open_table',
  'support_read_own on crm.trial', 'crm.member has no row-level security: its rows decide what this policy opens.',
  'alter policy support_read_own on crm.trial using (id in (
     select trial_id from crm.member where employee_id = (select crm.current_employee_id())))',
  'alter table crm.member enable row level security');

select test.lint_finds('conditions', 'recursive_policy',
  'support_read_own on crm.trial', 'It reads crm.trial, whose policies are asked in turn.',
  'alter policy support_read_own on crm.trial using (owner_id in (
     select owner_id from crm.trial mine where mine.owner_id = (select crm.current_employee_id())))',
  'alter policy support_read_own on crm.trial using (owner_id = (select crm.current_employee_id()))');

select test.lint_finds('conditions', 'recursive_policy',
  'support_read_own on crm.trial', 'It reads crm.trial, whose policies are asked in turn.',
  $$ create function crm.trials_of_caller() returns setof integer language sql stable
       as 'select id from crm.trial where owner_id = crm.current_employee_id()';
     alter policy support_read_own on crm.trial using (id in (select crm.trials_of_caller())) $$,
  'alter function crm.trials_of_caller() security definer');
alter policy support_read_own on crm.trial using (owner_id = (select crm.current_employee_id()));

-- Two tables whose policies read one another, for one role.
create policy management_read_members on crm.member for select to epic_management
  using (exists (select from crm.trial where trial.id = member.trial_id and trial.owner_id = (select crm.current_employee_id())));
alter policy support_read_own on crm.trial using (exists (
  select from crm.member where member.trial_id = trial.id and member.employee_id = (select crm.current_employee_id())));
select is_empty(
  $$ select * from dba.lint_of_conditions where name = 'recursive_policy' $$,
  'recursive_policy: not between policies that no role is asked together');
grant select on crm.member, crm.trial to epic_support;
alter policy management_read_members on crm.member to epic_support;
select set_eq(
  $$ select object collate "default" from dba.lint_of_conditions where name = 'recursive_policy' $$,
  array['management_read_members on crm.member', 'support_read_own on crm.trial'],
  'recursive_policy: two tables that read one another');
create function pg_temp.error_of_support(statement text) returns text
language plpgsql
as $$
begin
  set local role epic_support;
  execute statement;
  return 'none';
exception when others then
  return sqlerrm;
end
$$;
select is(pg_temp.error_of_support('select from crm.member'), 'infinite recursion detected in policy for relation "member"',
  'recursive_policy: PostgreSQL refuses what is found');
drop policy management_read_members on crm.member;
alter policy support_read_own on crm.trial using (owner_id = (select crm.current_employee_id()));


-- name, comment and expression

select test.lint_finds('conditions', 'policy_disagrees',
  'sales_update_own on crm.contract', 'Its name says own, and rows pass that are not compared with the caller.',
  $$ alter policy sales_update_own on crm.contract using (status = 'draft') $$,
  $$ alter policy sales_update_own on crm.contract
       using (commercial_id = (select crm.current_employee_id()) and status = 'draft') $$);

select test.lint_finds('conditions', 'policy_disagrees',
  'sales_update_own on crm.contract', 'Its name says own, and rows pass that are not compared with the caller.',
  $$ alter policy sales_update_own on crm.contract
       using (commercial_id = (select crm.current_employee_id()) or status = 'draft') $$,
  $$ alter policy sales_update_own on crm.contract
       using (commercial_id = (select crm.current_employee_id()) and status = 'draft') $$);

select test.lint_finds('conditions', 'policy_disagrees',
  'management_delete_drafts on crm.contract', 'Its name says less: every row passes.',
  'alter policy management_delete_drafts on crm.contract using (true)',
  $$ alter policy management_delete_drafts on crm.contract using (status = 'draft') $$);

select test.lint_finds('conditions', 'policy_disagrees',
  'employee_read_all on crm.client', 'Its comment says less: every row passes.',
  $$ comment on policy employee_read_all on crm.client is 'Employees read only their clients.' $$,
  $$ comment on policy employee_read_all on crm.client is 'Every employee reads every client.' $$);

select test.lint_finds('conditions', 'policy_disagrees',
  'management_delete_drafts on crm.contract', 'Its comment says own, and it does not ask who the caller is.',
  $$ comment on policy management_delete_drafts on crm.contract is 'Management deletes their own drafts.' $$,
  $$ comment on policy management_delete_drafts on crm.contract is 'Management deletes contracts only while they are drafts.' $$);

select test.lint_finds('conditions', 'policy_disagrees',
  'employee_read_all on crm.client', 'Its name says all, and not every row passes.',
  'alter policy employee_read_all on crm.client using (erased_at is null)',
  'alter policy employee_read_all on crm.client using (true)');

select test.lint_finds('conditions', 'policy_disagrees',
  'management_update_any on crm.event', 'Its name says any, and only the caller''s rows pass.',
  'alter policy management_update_any on crm.event using (support_contact_id = (select crm.current_employee_id()))',
  'alter policy management_update_any on crm.event using (true)');

select test.lint_finds('conditions', 'policy_disagrees',
  'sales_delete_drafts on crm.contract', 'Its name says sales, and it is for epic_management.',
  'alter policy management_delete_drafts on crm.contract rename to sales_delete_drafts',
  'alter policy sales_delete_drafts on crm.contract rename to management_delete_drafts');

select test.lint_finds('conditions', 'policy_disagrees',
  'management_update_drafts on crm.contract', 'Its name says update, and it is for delete.',
  'alter policy management_delete_drafts on crm.contract rename to management_update_drafts',
  'alter policy management_update_drafts on crm.contract rename to management_delete_drafts');


select test.lint_covers('conditions');

select * from finish();
rollback;
