-- identity.log_in, which an anonymous request calls with the hash of the password. Locks are in auth_lockout.sql.

begin;
set local search_path = tap, public;
select plan(30);
call test.load_company();

create function pg_temp.log_in(email text, who text, wanted text default 'outcome') returns text
language sql
return format($$ select %s from identity.log_in(%L, %L, 'token', uuid_send(gen_random_uuid()), 'epic/1.0', '192.0.2.1') $$, wanted, email, test.password(who));


-- the parameters of a hash

select test.reads('anonymous', format('select parameters from identity.password_parameters(%L, null)', email), '$argon2id$v=19$m=19456,t=2,p=1$c2FsdC1vZi0alice',
  format('identity.password_parameters returns the parameters and the salt for “%s”, and not the hash', email))
from unnest(array['alice@epic.example', ' Alice@EPIC.example ']) email;
select test.reads('anonymous', $$
    select (regexp_replace(parameters, '[^$]*$', ''), length(decode(regexp_replace(parameters, '^.*\$', '') || '==', 'base64')))
    from identity.password_parameters('unknown@epic.example', null) $$, '("$argon2id$v=19$m=19456,t=2,p=1$",16)',
  'identity.password_parameters returns parameters and a salt of 16 bytes for an unknown address');
select test.reads('anonymous', $$
    select count(distinct parameters) from unnest(array['unknown@epic.example', ' Unknown@epic.example', 'other@epic.example']) email,
      identity.password_parameters(email, null) $$, '2',
  'identity.password_parameters returns the same salt each time, and another one for another unknown address');
call test.given('dba', $$ create temp table taken on commit drop as select * from identity.credential; delete from identity.credential $$);
select test.reads('anonymous', $$ select parameters is null from identity.password_parameters('alice@epic.example', null) $$, 'true',
  'identity.password_parameters returns nothing while there is no password');
call test.given('dba', $$ set local session_replication_role = replica; insert into identity.credential select * from taken; set local session_replication_role = origin $$);


-- success

select test.reads('anonymous', pg_temp.log_in('alice@epic.example', 'alice',
     '(outcome, employee_id = test.id(''alice''), department, must_change_password, retry_at)'),
  '(ok,t,sales,f,)',
  'the right password logs in, and returns the employee and the department');
select test.reads('anonymous', pg_temp.log_in(' Alice@EPIC.example ', 'alice'), 'ok',
  'logging in ignores case and spaces of the e-mail address');
select test.reads('anonymous', pg_temp.log_in('ines@epic.example', 'ines', '(outcome, must_change_password)'), '(ok,t)',
  'a one-time password logs in, and returns that it must be changed');
select test.results_in('anonymous', pg_temp.log_in('alice@epic.example', 'alice'),
  $$ select (employee_id = test.id('alice'), user_agent, created_at = now(), expires_at = now() + interval '30 days', revoked_at)
     from identity.session join identity.refresh_token on session_id = session.id
     where token_hash = 'token' and used_at is null $$,
  '(t,epic/1.0,t,t,)',
  'logging in opens a session for thirty days, with a refresh token');
select test.results_in('anonymous', format($$ select identity.log_in('alice@epic.example', %L, 'token', 'secret', repeat('x', 500), null) $$, test.password('alice')),
  $$ select length(user_agent) from identity.session join identity.refresh_token on session_id = session.id where token_hash = 'token' $$, '200',
  'a long user agent is truncated to 200 characters');


-- failure

select test.reads('anonymous', pg_temp.log_in(email, who,
     '(outcome, session_id, employee_id, department, must_change_password, retry_at)'), '(refused,,,,,)',
  format('%s is refused without further information', what))
from (values ('alice@epic.example',  'bruno',  'a wrong password'),
             ('nobody@epic.example', 'alice',  'an unknown address'),
             ('gaston@epic.example', 'gaston', 'an employee who has left')) bad (email, who, what);
select test.results_in('anonymous', pg_temp.log_in('alice@epic.example', 'wrong'),
  $$ select count(*) from identity.session where user_agent <> 'tests' $$, '0',
  'a failed login opens no session');


-- sessions that end

select test.results_in('anonymous', format($$ select identity.log_in('alice@epic.example', %L, 'token', 'secret', 'epic', null, %L) $$, test.password('alice'), read_only),
  $$ select read_only from identity.session where user_agent = 'epic' $$, read_only::text,
  format('logging in opens a session that is read-only if it is asked for (%s)', read_only))
from unnest(array[true, false]) read_only;
call test.given('owner', $$ update identity.configuration set session_lifetime = '1 day' $$);
select test.results_in('anonymous', pg_temp.log_in('alice@epic.example', 'alice'),
  $$ select (expires_at = now() + interval '1 day', ends_at = expires_at) from identity.session where user_agent = 'epic/1.0' $$, '(t,t)',
  'a session does not expire after its end');
select test.rejects('dba', $$ update identity.session set expires_at = ends_at + interval '1 second' $$, '23514',
  'A session expires when it ends, or before.', 'no session expires after its end');


-- one-time passwords

select test.reads('anonymous', format($$ select (outcome, session_id) from identity.log_in('ines@epic.example', %L, 'token', 'secret', 'epic', null, true) $$, test.password('ines')),
  '(must_change,)', 'a one-time password opens no read-only session, in which it could not be changed');

call test.given('dba', $$ update identity.credential set changed_at = now() - interval '6 days 23 hours' where employee_id = test.id('ines') $$);
select test.reads('anonymous', pg_temp.log_in('ines@epic.example', 'ines'), 'ok',
  'a one-time password is valid for seven days');
call test.given('dba', $$ update identity.credential set changed_at = now() - interval '7 days' where employee_id in (test.id('ines'), test.id('alice')) $$);
select test.reads('anonymous', pg_temp.log_in('ines@epic.example', 'ines', '(outcome, session_id, employee_id, department, must_change_password, retry_at)'),
  '(expired,,,,,)',
  'a one-time password of seven days ago has expired');
select test.results_in('anonymous', pg_temp.log_in('ines@epic.example', 'ines'),
  $$ select (count(*), sum(failures)) from identity.session, identity.login_attempt where employee_id = test.id('ines') and user_agent <> 'tests' $$, '(0,)',
  'an expired one-time password opens no session and does not count as a failure');
select test.reads('anonymous', pg_temp.log_in('ines@epic.example', 'wrong'), 'refused',
  'a wrong password is refused, and does not tell that the one-time password has expired');
select test.reads('anonymous', pg_temp.log_in('alice@epic.example', 'alice'), 'ok',
  'a password chosen by the employee does not expire');


-- what is kept

select test.reads('dba', $$ select password_hash from identity.credential where employee_id = test.id('alice') $$,
  (select format('$argon2id$v=19$m=19456,t=2,p=1$c2FsdC1vZi0alice$%s', encode(sha256(convert_to(test.password('alice'), 'UTF8')), 'base64'))),
  'of a password hash its SHA-256 is kept, beside its parameters and salt');
select test.reads('anonymous', format($$ select outcome from identity.log_in('alice@epic.example', %L, 'token', 'secret', 'epic/1.0', '192.0.2.1') $$, password_hash),
  'refused', 'what is kept of a password does not log in')
from identity.credential where employee_id = test.id('alice');
call test.given('dba', $$ update identity.credential set password_hash = password_hash where employee_id = test.id('alice') $$);
select test.reads('anonymous', pg_temp.log_in('alice@epic.example', 'alice'), 'ok', 'what is kept and not changed stays as it is');


-- sessions

call test.given('anonymous', pg_temp.log_in('alice@epic.example', 'alice'));
select test.results_in('anonymous', replace(pg_temp.log_in('alice@epic.example', 'alice'), 'token', 'another'),
  $$ select count(distinct session_id) from identity.refresh_token where token_hash in ('token', 'another') $$, '2',
  'each login opens a new session');
call test.given('dba', $$ delete from identity.session where user_agent <> 'tests' $$);
call test.given('dba', $$ insert into identity.session (employee_id, user_agent, expires_at)
                          values (test.id('alice'), 'expired', now() - interval '1 second'), (test.id('alice'), 'open', now() + interval '1 day'),
                                 (test.id('bruno'), 'expired', now() - interval '1 second') $$);
create function pg_temp.clears_expired_sessions(description text) returns text
language sql
return test.results_in('anonymous', pg_temp.log_in('alice@epic.example', 'alice'),
  $$ select string_agg(concat(full_name, ' ', user_agent), ', ' order by full_name, user_agent)
     from identity.session join crm.employee on employee.id = employee_id where full_name in ('Alice', 'Bruno') $$,
  'Alice epic/1.0, Alice open, Alice tests, Bruno expired, Bruno tests', description);
select pg_temp.clears_expired_sessions('logging in deletes the employee''s expired sessions');
call test.given('dba', $$ alter policy owner_delete_expired on identity.session using (true) $$);
select pg_temp.clears_expired_sessions('logging in deletes no other session, even if the policy allowed it');

select * from finish();
rollback;
