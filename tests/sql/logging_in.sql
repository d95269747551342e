-- auth.log_in, and the lock that grows with every failure. A stranger calls it with the hash of what was typed.

begin;
set local search_path = tap, public;
select plan(35);
call test.open_the_company();

create function pg_temp.log_in(email text, who text, wanted text default 'outcome') returns text
language sql
return format($$ select %s from auth.log_in(%L, %L, 'token', 'epic/1.0') $$, wanted, email, test.password(who));

create function pg_temp.failures(email text) returns text
language sql
return format($$ select failures from auth.login_attempt where email_digest = sha256(convert_to(%L, 'UTF8')) $$, email);


-- what to hash a password with

select test.reads('stranger', format('select auth.password_parameters(%L)', email), '$argon2id$v=19$m=19456,t=2,p=1$c2FsdC1vZi0alice',
  format('the parameters and the salt are given for “%s”, and never the hash', email))
from unnest(array['alice@epic.example', ' Alice@EPIC.example ']) email;
select test.reads('stranger', $$ select auth.password_parameters('nobody@epic.example') is null $$, 'true',
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
select test.leaves('stranger', format($$ select auth.log_in('alice@epic.example', %L, 'token', repeat('x', 500)) $$, test.password('alice')),
  $$ select length(user_agent) from auth.session join auth.refresh_token on session_id = session.id where token_hash = 'token' $$, '200',
  'a program that boasts is cut short');


-- who does not

select test.reads('stranger', pg_temp.log_in(email, who,
     '(outcome, session_id, employee_id, department, must_change_password, retry_at)'), '(refused,,,,,)',
  format('%s is refused, and told nothing', what))
from (values ('alice@epic.example',  'bruno',  'a wrong password'),
             ('nobody@epic.example', 'alice',  'an unknown address'),
             ('gaston@epic.example', 'gaston', 'an employee who has left')) bad (email, who, what);
select test.leaves('stranger', pg_temp.log_in(email, 'wrong'), pg_temp.failures(email), '1',
  format('a failure is counted for %s', email))
from unnest(array['alice@epic.example', 'nobody@epic.example', 'gaston@epic.example']) email;
select test.leaves('stranger', pg_temp.log_in('alice@epic.example', 'wrong'),
  $$ select count(*) from auth.session where user_agent <> 'tests' $$, '0',
  'a failure opens no session');


-- the lock grows

create function pg_temp.locks_for(email text, nth integer, seconds text) returns text
language plpgsql
as $$
begin
  call test.given('dba', 'delete from auth.login_attempt');
  if nth > 1 then
    call test.given('dba', format('insert into auth.login_attempt (email_digest, failures) values (sha256(%L), %s)', email, nth - 1));
  end if;
  return test.leaves('stranger', pg_temp.log_in(email, 'wrong'),
    -- To a quarter of a minute, so that a slow machine is not a reason to fail.
    'select concat(failures, '': '', round(extract(epoch from locked_until - clock_timestamp()) / 15) * 15) from auth.login_attempt',
    concat(nth, ': ', seconds),
    format('after failure %s in a row %s is %s', nth, email, case seconds when '' then 'not locked yet' else 'locked for ' || seconds || ' seconds' end));
end
$$;
select pg_temp.locks_for('alice@epic.example', nth, seconds)
from (values (1, ''), (4, ''), (5, '15'), (6, '30'), (7, '60'), (8, '120'),
             (12, '1920'), (13, '3600'), (14, '3600'), (1000, '3600')) growth (nth, seconds);
select pg_temp.locks_for('nobody@epic.example', 5, '15');

call test.given('dba', $$ delete from auth.login_attempt $$);
call test.given('stranger', pg_temp.log_in('alice@epic.example', 'wrong'));
call test.given('stranger', pg_temp.log_in(' ALICE@epic.example', 'wrong'));
call test.given('stranger', pg_temp.log_in('alice@epic.example ', 'wrong'));
call test.given('stranger', pg_temp.log_in('Alice@epic.example', 'wrong'));
select test.reads('stranger', pg_temp.log_in('alice@epic.example', 'wrong'), 'refused',
  'the fifth attempt is still compared');
call test.given('stranger', pg_temp.log_in('alice@epic.example', 'wrong'));

select test.reads('stranger', pg_temp.log_in('alice@epic.example', 'alice',
     '(outcome, session_id, employee_id, department, must_change_password, retry_at > now())'),
  '(locked,,,,,t)',
  'while the lock holds even the right password is not compared, and one is told when to try again');
select test.leaves('stranger', pg_temp.log_in('alice@epic.example', 'wrong'), pg_temp.failures('alice@epic.example'), '5',
  'while the lock holds attempts are not counted');
select test.reads('stranger', pg_temp.log_in('bruno@epic.example', 'bruno'), 'ok',
  'the lock of one account is not that of another');


-- and is forgotten

call test.given('dba', $$ update auth.login_attempt set locked_until = clock_timestamp() $$);
call test.given('dba', $$ insert into auth.login_attempt (email_digest, failures, last_failure_at)
                          values ('long ago', 1, now() - interval '25 hours'), ('today', 1, now() - interval '23 hours') $$);
select test.reads('stranger', pg_temp.log_in('alice@epic.example', 'alice'), 'ok',
  'after the lock the right password opens a session');
select test.leaves('stranger', pg_temp.log_in('alice@epic.example', 'alice'),
  $$ select string_agg(encode(email_digest, 'escape'), ', ') from auth.login_attempt $$, 'today',
  'a success forgets one''s own failures, and those of others after a day');
select test.leaves('stranger', pg_temp.log_in('nobody@epic.example', 'wrong'),
  $$ select string_agg(encode(email_digest, 'escape'), ', ') from auth.login_attempt where email_digest in ('long ago', 'today') $$, 'today',
  'a failure too forgets those of others after a day');

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
