-- dba.impersonate: a DBA becomes an employee, for the length of a transaction.

begin;
set local search_path = tap, public;
select plan(26);
call test.open_the_company();

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

-- Somebody else than the superuser who runs the tests does something; gives what came of it.
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


-- being somebody

select is(
  test.summary(test.attempt('dba', format($$ select set_config('test.answer', dba.impersonate(%L), true) $$, email))), '1 row',
  format('a DBA becomes an employee: %s', email))
from unnest(array['alice@epic.example', 'chloe@epic.example', 'EMMA@epic.example', 'ines@epic.example']) email;

select test.reads('dba', $$ select dba.impersonate('alice@epic.example') $$,
  format('You are Alice (employee %s, sales) until rollback or commit.', test.id('alice')),
  'and is told who they are');
select test.reads('dba', $$ select pg_temp.as_employee('alice@epic.example', 'select current_user') $$, 'epic_sales',
  'the role is the department''s');
select test.reads('dba', $$ select pg_temp.as_employee('alice@epic.example', 'select crm.current_employee_id()') $$, test.id('alice')::text,
  'the claims are the employee''s');
select test.reads('dba', $$ select pg_temp.as_employee('chloe@epic.example', 'select crm.current_department()') $$, 'support',
  'the department is the employee''s');
select test.reads('dba', $$ select case when set_config('jwt.claims.session_id', gen_random_uuid()::text, true) <> ''
    then pg_temp.as_employee('alice@epic.example', 'select auth.current_session_id()') end $$, '',
  'there is no session, also when there was one before');

select test.forbids('dba', $$ select pg_temp.as_employee('alice@epic.example', 'delete from crm.client returning id') $$,
  'what the department is not granted is refused to the DBA');
select test.reads('dba', $$ select coalesce(pg_temp.as_employee('alice@epic.example',
    format('update crm.client set phone = %L where id = %s returning id', '+33 1', test.id('bistro'))), 'nothing') $$, 'nothing',
  'what a policy keeps from the employee is kept from the DBA');
select test.reads('dba', $$ select pg_temp.as_employee('alice@epic.example', 'select count(*) from crm.notification') $$, '1',
  'the DBA sees what the employee sees');

call test.given('dba', $$ select pg_temp.as_employee('alice@epic.example',
  format('update crm.client set phone = %L where id = %s returning id', '+33 1 00 00 00 00', test.id('acme'))) $$);
select results_eq(
  $$ select employee_id, session_id, database_user from audit.change where record = 'client' and row_id = test.id('acme') $$,
  $$ select test.id('alice'), null::uuid, session_user $$,
  'history says who it was done as, and by which login');


-- refusals

select test.refuses('dba', $$ select dba.impersonate('nobody@epic.example') $$,
  'P0002', 'No employee has the e-mail address nobody@epic.example.',
  'nobody becomes somebody unknown');
select test.advises('dba', $$ select dba.impersonate('nobody@epic.example') $$,
  'See who does: select full_name, email, department from crm.employee where active;',
  'and is told how to find out');
select test.refuses('dba', $$ select dba.impersonate('gaston@epic.example') $$,
  '55000', 'Gaston has been deactivated, and may do nothing.',
  'nobody becomes who has left');
select test.advises('dba', $$ select dba.impersonate('gaston@epic.example') $$,
  'Be another employee of sales: select email from crm.employee where active and department = ''sales'';',
  'and is told whom to become instead');
select test.forbids(who, $$ select dba.impersonate('emma@epic.example') $$,
  format('%s becomes nobody', who))
from unnest(array['alice', 'emma', 'stranger', 'login']) who;


-- the end of it

create function pg_temp.ended_by_its_own_statement() returns void
language plpgsql
as $$
declare
  nothing text;
begin
  perform dba.impersonate('alice@epic.example');
  execute 'fetch all from dba_impersonation' into nothing;  -- as committing does
end
$$;
select test.refuses('dba', $$ select pg_temp.ended_by_its_own_statement() $$,
  '25P01', 'You would be yourself again before your next statement: dba.impersonate needs a transaction that is begun before it and ended after it.',
  'a statement that is its own transaction becomes nobody');
select test.advises('dba', $$ select pg_temp.ended_by_its_own_statement() $$,
  'Send begin, then dba.impersonate, and at last rollback or commit, one at a time.',
  'and is told to begin one');


-- a DBA who is no superuser

create role impersonating_dba login;
grant epic_owner, epic_sales to impersonating_dba;
create role impersonating_guest login;
select is(pg_temp.as_dba('impersonating_dba', $$ select dba.impersonate('alice@epic.example') $$),
  format('You are Alice (employee %s, sales) until rollback or commit.', test.id('alice')),
  'whoever may become epic_owner and the department becomes an employee of it');
select is(pg_temp.as_dba('impersonating_dba', $$ select dba.impersonate('chloe@epic.example') $$),
  '42501 | You may not become epic_support, which Chloe works as. | Have an administrator of the server run: grant epic_support to impersonating_dba',
  'but not of another one, and is told what is missing');
select is(pg_temp.as_dba('impersonating_guest', $$ select dba.impersonate('alice@epic.example') $$),
  '42501 | permission denied for schema dba',
  'who may not become epic_owner becomes nobody');

select * from finish();
rollback;
