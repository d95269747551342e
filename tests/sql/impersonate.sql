-- dba.impersonate: a DBA acts as an employee for the length of a transaction.

begin;
set local search_path = tap, public;
select plan(27);
call test.load_company();

create function pg_temp.as_employee(email text, query text) returns text
language plpgsql
as $$
declare
  answer text;
begin
  perform dba.impersonate(email);
  execute query into answer;
  return answer;
end
$$;

-- Runs a statement as another login than the superuser who runs the tests, and returns the answer or the error.
create function pg_temp.as_dba(login text, statement text) returns text
language plpgsql
as $$
declare
  tester constant text := session_user;
  answer text;
  hint   text;
begin
  perform set_config('session_authorization', login, true);
  begin
    execute statement into answer;
    raise exception using errcode = 'UNDO0';
  exception
    when sqlstate 'UNDO0' then
      null;
    when others then
      get stacked diagnostics hint = pg_exception_hint;
      answer := concat_ws(' | ', sqlstate, sqlerrm, nullif(hint, ''));
  end;
  perform set_config('session_authorization', tester, true);
  return answer;
end
$$;


-- acting as an employee

select is(
  test.summary(test.attempt('dba', format($$ select set_config('test.answer', dba.impersonate(%L), true) $$, email))), '1 row',
  format('a DBA impersonates an employee: %s', email))
from unnest(array['alice@epic.example', 'chloe@epic.example', 'EMMA@epic.example', 'ines@epic.example']) email;

select test.reads('dba', $$ select dba.impersonate('alice@epic.example') $$,
  format('You are Alice (employee %s, sales) until rollback or commit.', test.id('alice')),
  'impersonating returns who the employee is');
select test.reads('dba', $$ select pg_temp.as_employee('alice@epic.example', 'select current_user') $$, 'epic_sales',
  'impersonating sets the role of the department');
select test.reads('dba', $$ select pg_temp.as_employee('alice@epic.example', 'select crm.current_employee_id()') $$, test.id('alice')::text,
  'impersonating sets the claim of the employee');
call test.given('dba', $$ insert into identity.second_factor (employee_id, secret, enabled_at) values (test.id('emma'), '12345678901234567890', now()) $$);
select test.reads('dba', $$ select pg_temp.as_employee('emma@epic.example', 'select identity.second_factor_confirmed()') $$, 'true',
  'impersonating confirms the second factor of an employee who has one');
select test.reads('dba', $$ select pg_temp.as_employee('chloe@epic.example', 'select crm.current_department()') $$, 'support',
  'impersonating sets the claim of the department');
select test.reads('dba', $$ select case when set_config('jwt.claims.session_id', gen_random_uuid()::text, true) <> ''
    then pg_temp.as_employee('alice@epic.example', 'select identity.current_session_id()') end $$, '',
  'impersonating removes the claim of a session');

select test.forbids('dba', $$ select pg_temp.as_employee('alice@epic.example', 'delete from crm.client returning id') $$,
  'an impersonating DBA is refused what the department is not granted');
select test.reads('dba', $$ select coalesce(pg_temp.as_employee('alice@epic.example',
    format('update crm.client set phone = %L where id = %s returning id', '+33 1', test.id('bistro'))), 'nothing') $$, 'nothing',
  'an impersonating DBA cannot change what a policy hides from the employee');
select test.reads('dba', $$ select pg_temp.as_employee('alice@epic.example', 'select count(*) from crm.notification') $$, '1',
  'an impersonating DBA sees what the employee sees');

call test.given('dba', $$ select pg_temp.as_employee('alice@epic.example',
  format('update crm.client set phone = %L where id = %s returning id', '+33 1 00 00 00 00', test.id('acme'))) $$);
select results_eq(
  $$ select employee_id, session_id, database_user from audit.change where record = 'client' and row_id = test.id('acme') $$,
  $$ select test.id('alice'), null::uuid, session_user $$,
  'history records the impersonated employee and the login of the DBA');


-- refusals

select test.rejects('dba', $$ select dba.impersonate('nobody@epic.example') $$,
  'P0002', 'No employee has the e-mail address nobody@epic.example.',
  'an unknown e-mail address is refused');
select test.hints('dba', $$ select dba.impersonate('nobody@epic.example') $$,
  'See who does: select full_name, email, department from crm.employee where active;',
  'the refusal of an unknown address hints at a query of the employees');
select test.rejects('dba', $$ select dba.impersonate('gaston@epic.example') $$,
  '55000', 'Gaston has been deactivated, and may do nothing.',
  'a deactivated employee is not impersonated');
select test.hints('dba', $$ select dba.impersonate('gaston@epic.example') $$,
  'Be another employee of sales: select email from crm.employee where active and department = ''sales'';',
  'the refusal of a deactivated employee hints at a query of their department');
select test.forbids(who, $$ select dba.impersonate('emma@epic.example') $$,
  format('%s cannot impersonate an employee', who))
from unnest(array['alice', 'emma', 'anonymous', 'authenticator']) who;


-- autocommit

create function pg_temp.impersonate_and_commit() returns void
language plpgsql
as $$
declare
  nothing text;
begin
  perform dba.impersonate('alice@epic.example');
  execute 'fetch all from dba_impersonation' into nothing;  -- as committing does
end
$$;
select test.rejects('dba', $$ select pg_temp.impersonate_and_commit() $$,
  '25P01', 'You would be yourself again before your next statement: dba.impersonate needs a transaction that is begun before it and ended after it.',
  'impersonating with autocommit is refused');
select test.hints('dba', $$ select pg_temp.impersonate_and_commit() $$,
  'Send begin, then dba.impersonate, and at last rollback or commit, one at a time.',
  'the refusal of autocommit hints at begin');


-- a DBA who is not a superuser

create role impersonating_dba login;
grant epic_owner, epic_sales to impersonating_dba;
create role impersonating_guest login;
select is(pg_temp.as_dba('impersonating_dba', $$ select dba.impersonate('alice@epic.example') $$),
  format('You are Alice (employee %s, sales) until rollback or commit.', test.id('alice')),
  'a member of epic_owner and of a department impersonates an employee of it');
select is(pg_temp.as_dba('impersonating_dba', $$ select dba.impersonate('chloe@epic.example') $$),
  '42501 | You may not become epic_support, which Chloe works as. | Have an administrator of the server run: grant epic_support to impersonating_dba',
  'a member of epic_owner cannot impersonate an employee of a department that it is not a member of');
select is(pg_temp.as_dba('impersonating_guest', $$ select dba.impersonate('alice@epic.example') $$),
  '42501 | permission denied for schema dba',
  'a login that is not a member of epic_owner cannot impersonate');

select * from finish();
rollback;
