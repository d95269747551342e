-- crm.reset_password: management gives an employee a password for one login.

begin;
set local search_path = tap, public;
select plan(25);
call test.load_company();

create function pg_temp.reset(who text) returns text
language sql
return format('select full_name from crm.reset_password(test.id(%L), test.password(''once''))', who);


-- who may reset

select test.reads('emma', pg_temp.reset('alice'), 'Alice', 'management resets a password, and gets the employee');
select test.reads('emma', pg_temp.reset('felix'), 'Felix', 'management resets the password of another manager');
select test.results_in('emma', pg_temp.reset('alice'),
  $$ select (password_hash = identity.password_digest(test.password('once')), must_change, changed_at = now()) from identity.credential where employee_id = test.id('alice') $$,
  '(t,t,t)',
  'a reset password is for one login');
select test.results_in('emma', pg_temp.reset('alice'),
  $$ select string_agg(employee_id::text, ', ') from identity.credential where password_hash = identity.password_digest(test.password('once')) $$, test.id('alice')::text,
  'a reset changes the password of no other employee');
select test.forbids(who, pg_temp.reset('alice'), format('%s cannot reset a password', test.department_of(who)))
from unnest(array['alice', 'bruno', 'chloe']) who;
create function pg_temp.refuses_their_own(description text) returns text
language sql
return test.rejects_with_data('emma', pg_temp.reset('emma'), '42501', 'management_reset_others', '',
  jsonb_build_object('reason', (
    select obj_description(oid, 'pg_policy') from pg_policy
    where polrelid = 'identity.credential'::regclass and polname = 'management_reset_others')),
  format('You may not reset the password of employee %s.', test.id('emma')), description);
select pg_temp.refuses_their_own('management cannot reset their own password');
call test.given('dba', $$ create policy management_reset_others on identity.session for select to epic_owner using (true) $$);
select pg_temp.refuses_their_own('the refusal has the sentence of the policy on identity.credential, not of another with its name');
call test.given('dba', $$ drop policy management_reset_others on identity.session $$);
select test.rejects('emma', $$ select crm.reset_password(0, test.password('once')) $$, 'P0002', 'There is no employee 0.',
  'the password of an employee who does not exist cannot be reset');
select test.rejects('emma', $$ select crm.reset_password(test.id('alice'), 'correct horse battery staple') $$,
  '23514', 'A password is stored only as an argon2id hash.',
  'a reset cannot store a password in the clear');

call test.given('dba', $$ delete from identity.credential where employee_id = test.id('basile') $$);
select test.results_in('emma', pg_temp.reset('basile'),
  $$ select (password_hash = identity.password_digest(test.password('once')), must_change) from identity.credential where employee_id = test.id('basile') $$, '(t,t)',
  'a reset gives an employee without a password their first one');


-- sessions and failed logins

call test.given('dba', $$
  insert into identity.session (employee_id, user_agent, revoked_at)
  values (test.id('alice'), 'another', null), (test.id('alice'), 'ended', now() - interval '1 day') $$);
select test.results_in('emma', pg_temp.reset('alice'),
  $$ select string_agg(concat(full_name, ' ', user_agent), ', ' order by user_agent)
     from identity.session join crm.employee on employee.id = employee_id where revoked_at = now() $$,
  'Alice another, Alice tests',
  'a reset ends the open sessions of the employee, and no others');

create function pg_temp.enter(who text, secret bytea) returns text
language sql
return format('select identity.enter(%L, %L, %L, %L)', test.id(who), test.session(who), test.department_of(who), secret);
call test.given('emma', pg_temp.reset('denis'));
select test.rejects_with_data('authenticator', pg_temp.enter('denis', test.secret('denis')), 'EP401', 'password_reset', '', null,
  'Your password was reset by Emma.', 'a session that a reset ended says who reset the password');
select test.rejects_with_data('authenticator', pg_temp.enter('denis', test.secret('alice')), 'EP401', 'session_ended', '', null,
  'This session has ended.', 'a session that a reset ended says so to no one without its token');
call test.given('owner', pg_temp.reset('chloe'));
select test.rejects('authenticator', pg_temp.enter('chloe', test.secret('chloe')), 'EP401',
  'Your password was reset by an operator of the server.', 'a session that ended with a reset by an operator says so');
call test.given('dba', $$ update identity.session set revoked_at = now() where id = test.session('basile') $$);
call test.given('emma', pg_temp.reset('basile'));
select test.rejects('authenticator', pg_temp.enter('basile', test.secret('basile')), 'EP401', 'This session has ended.',
  'a reset changes nothing about a session that had ended before');
select test.reads('dba', $$ select string_agg(concat_ws(' ', row_id = test.id('denis'), employee_id = test.id('emma'), employee_id is null, new_values), ', ' order by id)
                           from audit.change where record = 'employee' and row_id in (test.id('denis'), test.id('chloe')) $$,
  't t f {"password": "reset"}, f t {"password": "reset"}', 'a reset is in the history, with the manager who did it, or none for an operator');
select test.results_in('dba', $$ update crm.employee set active = false where id = test.id('felix');
    insert into identity.session (employee_id, end_reason, ended_by) values (test.id('alice'), 'password_reset', test.id('felix'));
    delete from crm.employee where id = test.id('felix') $$,
  $$ select (count(*), count(ended_by)) from identity.session where employee_id = test.id('alice') and end_reason = 'password_reset' $$, '(1,0)',
  'a session stays when the manager who ended it is deleted');
select test.rejects('dba', $$ update identity.session set end_reason = 'boredom' $$, '23514', 'A session is ended for a known reason.',
  'a session is not ended for an unknown reason');

call test.given('dba', $$
  insert into identity.login_attempt (account, address, failures, locked_until)
  select account, address, 7, now() + interval '1 hour'
  from unnest(array['alice@epic.example', 'bruno@epic.example']) email, identity.attempt_counters(email, '192.0.2.1')
  on conflict do nothing $$);
select test.results_in('emma', pg_temp.reset('alice'),
  $$ select string_agg(failures::text, ' ') from identity.login_attempt
     where account = identity.email_digest('alice@epic.example') and locked_until is null $$, '0 0',
  'a reset forgets the failed logins of the account from every address');
select test.results_in('emma', pg_temp.reset('alice'),
  $$ select string_agg(failures::text, ' ') from identity.login_attempt
     where account <> identity.email_digest('alice@epic.example') and locked_until is not null $$, '7 7 7',
  'a reset keeps the failed logins of other accounts and of addresses');

call test.given('emma', pg_temp.reset('alice'));
select test.reads('anonymous', $$ select (outcome, must_change_password) from identity.log_in('alice@epic.example', test.password('once'), 'token', 'secret', 'epic', '192.0.2.9') $$,
  '(ok,t)',
  'a reset password logs in, and must be changed');
select test.reads('anonymous', $$ select outcome from identity.log_in('alice@epic.example', test.password('alice'), 'token', 'secret', 'epic', '192.0.2.9') $$,
  'refused',
  'the former password no longer logs in');

select test.results_in('bruno', format('select identity.change_password(%L, %L, null)', test.password('bruno'), test.password('new')),
  $$ select count(*) from identity.session where revoked_at = now() and employee_id = test.id('bruno') $$, '0',
  'changing one''s own password leaves the current session open');

select * from finish();
rollback;
