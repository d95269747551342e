-- auth.log_in, which a stranger calls with the hash of what was typed. How failures lock is in locking.sql.

begin;
set local search_path = tap, public;
select plan(20);
call test.open_the_company();

create function pg_temp.log_in(email text, who text, wanted text default 'outcome') returns text
language sql
return format($$ select %s from auth.log_in(%L, %L, 'token', 'epic/1.0', '192.0.2.1') $$, wanted, email, test.password(who));


-- what to hash a password with

select test.reads('stranger', format('select parameters from auth.password_parameters(%L, null)', email), '$argon2id$v=19$m=19456,t=2,p=1$c2FsdC1vZi0alice',
  format('the parameters and the salt are given for “%s”, and never the hash', email))
from unnest(array['alice@epic.example', ' Alice@EPIC.example ']) email;
select test.reads('stranger', $$ select parameters is null from auth.password_parameters('nobody@epic.example', null) $$, 'true',
  'there are no parameters for an unknown address');


-- who comes in

select test.reads('stranger', pg_temp.log_in('alice@epic.example', 'alice',
     '(outcome, employee_id = test.id(''alice''), department, must_change_password, retry_at)'),
  '(ok,t,sales,f,)',
  'with the right password one is in, as who one is');
select test.reads('stranger', pg_temp.log_in(' Alice@EPIC.example ', 'alice'), 'ok',
  'it does not matter how the address is written');
select test.reads('stranger', pg_temp.log_in('ines@epic.example', 'ines', '(outcome, must_change_password)'), '(ok,t)',
  'a one-time password opens a session, and says that it must be changed');
select test.leaves('stranger', pg_temp.log_in('alice@epic.example', 'alice'),
  $$ select (employee_id = test.id('alice'), user_agent, created_at = now(), expires_at = now() + interval '30 days', revoked_at)
     from auth.session join auth.refresh_token on session_id = session.id
     where token_hash = 'token' and used_at is null $$,
  '(t,epic/1.0,t,t,)',
  'logging in opens a session for thirty days, with a refresh token');
select test.leaves('stranger', format($$ select auth.log_in('alice@epic.example', %L, 'token', repeat('x', 500), null) $$, test.password('alice')),
  $$ select length(user_agent) from auth.session join auth.refresh_token on session_id = session.id where token_hash = 'token' $$, '200',
  'a program that boasts is cut short');


-- who does not

select test.reads('stranger', pg_temp.log_in(email, who,
     '(outcome, session_id, employee_id, department, must_change_password, retry_at)'), '(refused,,,,,)',
  format('%s is refused, and told nothing', what))
from (values ('alice@epic.example',  'bruno',  'a wrong password'),
             ('nobody@epic.example', 'alice',  'an unknown address'),
             ('gaston@epic.example', 'gaston', 'an employee who has left')) bad (email, who, what);
select test.leaves('stranger', pg_temp.log_in('alice@epic.example', 'wrong'),
  $$ select count(*) from auth.session where user_agent <> 'tests' $$, '0',
  'a failure opens no session');


-- one-time passwords

call test.given('dba', $$ update auth.credential set changed_at = now() - interval '6 days 23 hours' where employee_id = test.id('ines') $$);
select test.reads('stranger', pg_temp.log_in('ines@epic.example', 'ines'), 'ok',
  'a one-time password is good for seven days');
call test.given('dba', $$ update auth.credential set changed_at = now() - interval '7 days' where employee_id in (test.id('ines'), test.id('alice')) $$);
select test.reads('stranger', pg_temp.log_in('ines@epic.example', 'ines', '(outcome, session_id, employee_id, department, must_change_password, retry_at)'),
  '(expired,,,,,)',
  'and then opens nothing');
select test.leaves('stranger', pg_temp.log_in('ines@epic.example', 'ines'),
  $$ select (count(*), sum(failures)) from auth.session, auth.login_attempt where employee_id = test.id('ines') and user_agent <> 'tests' $$, '(0,)',
  'nor is it a failure');
select test.reads('stranger', pg_temp.log_in('ines@epic.example', 'wrong'), 'refused',
  'only whoever knows it learns that it has expired');
select test.reads('stranger', pg_temp.log_in('alice@epic.example', 'alice'), 'ok',
  'a password of one''s own does not expire');


-- sessions

call test.given('stranger', pg_temp.log_in('alice@epic.example', 'alice'));
select test.leaves('stranger', replace(pg_temp.log_in('alice@epic.example', 'alice'), 'token', 'another'),
  $$ select count(distinct session_id) from auth.refresh_token where token_hash in ('token', 'another') $$, '2',
  'each login opens a session of its own');
call test.given('dba', $$ delete from auth.session where user_agent <> 'tests' $$);
call test.given('dba', $$ insert into auth.session (employee_id, user_agent, expires_at)
                          values (test.id('alice'), 'expired', now() - interval '1 second'), (test.id('alice'), 'open', now() + interval '1 day'),
                                 (test.id('bruno'), 'expired', now() - interval '1 second') $$);
create function pg_temp.clears_expired_sessions(description text) returns text
language sql
return test.leaves('stranger', pg_temp.log_in('alice@epic.example', 'alice'),
  $$ select string_agg(concat(full_name, ' ', user_agent), ', ' order by full_name, user_agent)
     from auth.session join crm.employee on employee.id = employee_id where full_name in ('Alice', 'Bruno') $$,
  'Alice epic/1.0, Alice open, Alice tests, Bruno expired, Bruno tests', description);
select pg_temp.clears_expired_sessions('logging in clears away one''s own expired sessions');
call test.given('dba', $$ alter policy owner_delete_expired on auth.session using (true) $$);
select pg_temp.clears_expired_sessions('even if its policy were opened by mistake, logging in would clear away no other session');

select * from finish();
rollback;
