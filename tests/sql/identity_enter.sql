-- identity.enter: how every transaction of the API begins. It takes on the role and the claims of a session, once the
-- session, the account and the department are still what the token says.

begin;
set local search_path = tap, public;
select plan(32);
call test.load_company();

-- Enters as the API's login does, and records the role and the claims.
create function pg_temp.enter(who text, department text, session_of text default null, own_credential boolean default false) returns text
language sql
return format($$
  select identity.enter(%L, %L, %L, test.secret(%L), %L);
  select set_config('test.seen', concat_ws(' ', current_user,
    nullif(current_setting('jwt.claims.employee_id'), ''),
    nullif(current_setting('jwt.claims.department'), ''),
    nullif(current_setting('jwt.claims.session_id'), '')), true) $$,
  test.id(who), test.session(coalesce(session_of, who)), department, coalesce(session_of, who), own_credential);
create function pg_temp.seen() returns text language sql return $$ current_setting('test.seen') $$;

create function pg_temp.becomes(who text, department text) returns text
language sql stable
return format('epic_%s %s %s %s', department, test.id(who), department, test.session(who));


-- role and claims

select test.results_in('authenticator', pg_temp.enter(who, department), pg_temp.seen(), pg_temp.becomes(who, department),
  format('%s enters as %s, with the claims of the session', who, department))
from (values ('alice', 'sales'), ('chloe', 'support'), ('emma', 'management')) people (who, department);

select test.reads(who, $$ select concat_ws(' ', crm.current_employee_id(), crm.current_department(), identity.current_session_id()) $$,
  concat_ws(' ', test.id(who), test.department_of(who), test.session(who)),
  format('policies see the claims of %s', who))
from unnest(array['alice', 'chloe', 'emma']) who;

select test.results_in('authenticator', format($$
    select set_config('jwt.claims.employee_id', '1', true),
           set_config('jwt.claims.department', 'management', true),
           set_config('jwt.claims.session_id', 'x', true);
    select identity.enter(%L, %L, %L, %L);
    select set_config('test.seen', concat(current_user, current_setting('jwt.claims.employee_id'), current_setting('jwt.claims.department'),
                                          current_setting('jwt.claims.session_id')), true) $$,
    employee, session, department, secret),
  pg_temp.seen(), 'epic_anonymous',
  format('a request without %s runs as epic_anonymous, and claims set before are removed', what))
from (values (null,             null,                  null,    null,                 'a token'),
             (null,             test.session('alice'), 'sales', test.secret('alice'), 'an employee'),
             (test.id('alice'), null,                  'sales', test.secret('alice'), 'a session'),
             (test.id('alice'), test.session('alice'), null,    test.secret('alice'), 'a department'),
             (test.id('alice'), test.session('alice'), 'sales', null,                 'a secret')) incomplete (employee, session, department, secret, what);

select test.forbids('alice', $$ select identity.enter(test.id('emma'), null, 'management', null) $$,
  'an employee cannot enter a second session from within one');


-- refusals

select test.rejects('authenticator', pg_temp.enter('alice', 'sales', session_of => 'emma'),
  'EP401', 'This session has ended.',
  'an employee cannot enter the session of another');
select test.rejects('authenticator', $$ select identity.enter(test.id('alice'), gen_random_uuid(), 'sales', test.secret('alice')) $$,
  'EP401', 'This session has ended.',
  'a session that does not exist is not entered');
select test.rejects('authenticator', pg_temp.enter('alice', 'management'),
  'EP401', 'You have moved to sales since you logged in.',
  'an employee cannot enter as another department than their own');

call test.given('dba', $$ update identity.session set expires_at = now() where id = test.session('bruno') $$);
select test.rejects('authenticator', pg_temp.enter('bruno', 'sales'),
  'EP401', 'This session has ended.',
  'an expired session is not entered');
select test.rejects_with_data('authenticator', pg_temp.enter('bruno', 'sales'), 'EP401', 'session_ended', '', null,
  'This session has ended.', 'a session that has ended is refused with a kind of its own');

call test.given('alice', $$ select identity.log_out() $$);
select test.rejects('authenticator', pg_temp.enter('alice', 'sales'),
  'EP401', 'This session has ended.',
  'a session is not entered after logging out');

call test.given('emma', $$ update crm.employee set department = 'support' where id = test.id('basile') $$);
select test.rejects('authenticator', pg_temp.enter('basile', 'sales'),
  'EP401', 'You have moved to support since you logged in.',
  'an employee who has moved no longer enters as the former department');
select test.rejects_with_data('authenticator', pg_temp.enter('basile', 'sales'), 'EP401', 'department_changed', '', '{"department": "support"}',
  'You have moved to support since you logged in.', 'a change of department is refused with a kind of its own and the new department');

call test.given('emma', $$ update crm.employee set active = false where id = test.id('felix') $$);
select test.rejects('authenticator', pg_temp.enter('felix', 'management'),
  'EP401', 'This session has ended.',
  'deactivating an employee ends their sessions');
call test.given('emma', $$ update crm.employee set active = true where id = test.id('felix') $$);
select test.rejects('authenticator', pg_temp.enter('felix', 'management'),
  'EP401', 'This session has ended.',
  'activating an employee again does not revive their sessions');

call test.given('dba', $$
  set local session_replication_role = replica;
  update crm.employee set active = false where id = test.id('denis');
  set local session_replication_role = origin $$);
select test.rejects('authenticator', pg_temp.enter('denis', 'support'),
  'EP401', 'This account has been deactivated.',
  'a deactivated employee does not enter, even with an open session');
select test.rejects_with_data('authenticator', pg_temp.enter('denis', 'support'), 'EP401', 'account_deactivated', '', null,
  'This account has been deactivated.', 'a deactivated account is refused with a kind of its own');


-- one-time passwords

select test.rejects('authenticator', pg_temp.enter('ines', 'support'),
  'EP403', 'Choose a password of your own first: this one is for one login only.',
  'a session with a one-time password is not entered');
select test.rejects_with_data('authenticator', pg_temp.enter('ines', 'support'), 'EP403', 'must_change_password', '', null,
  'Choose a password of your own first: this one is for one login only.', 'a one-time password is refused with a kind of its own');
select test.results_in('authenticator', pg_temp.enter('ines', 'support', own_credential => true), pg_temp.seen(), pg_temp.becomes('ines', 'support'),
  'a session with a one-time password is entered to change it');
call test.given('dba', $$ delete from identity.credential where employee_id = test.id('chloe') $$);
select test.rejects('authenticator', pg_temp.enter('chloe', 'support'),
  'EP403', 'Choose a password of your own first: this one is for one login only.',
  'a session of an employee without a password is not entered');


-- timeouts, which the login may switch off for itself

create function pg_temp.timeouts_after(statements text) returns text
language sql
return format($$
  set local session authorization epic_authenticator;
  %s
  select identity.enter(%L, %L, 'management', test.secret('emma'));
  select set_config('test.seen', concat_ws(' ', current_setting('statement_timeout'), current_setting('lock_timeout'),
    current_setting('idle_in_transaction_session_timeout')), true);
  reset session authorization $$, statements, test.id('emma'), test.session('emma'));

select test.results_in('dba', pg_temp.timeouts_after($$
    set local statement_timeout = 0; set local lock_timeout = 0; set local idle_in_transaction_session_timeout = 0; $$),
  pg_temp.seen(), '15s 5s 30s', 'timeouts that the login has switched off are set again');
select test.results_in('dba', pg_temp.timeouts_after($$
    set local statement_timeout = '7min'; set local lock_timeout = '8s'; set local idle_in_transaction_session_timeout = '9s'; $$),
  pg_temp.seen(), '7min 8s 9s', 'other timeouts stay as they are');
call test.given('owner', $$ update identity.configuration set lock_timeout = '1500 milliseconds' $$);
select test.results_in('dba', pg_temp.timeouts_after($$
    set local statement_timeout = '7min'; set local lock_timeout = 0; set local idle_in_transaction_session_timeout = '9s'; $$),
  pg_temp.seen(), '7min 1500ms 9s', 'each is set as identity.configuration says');
select test.results_in('dba', $$ set local statement_timeout = 0; select identity.enter(null, null, null, null);
    select set_config('test.seen', current_setting('statement_timeout'), true); reset role $$,
  pg_temp.seen(), '0', 'the timeouts of other logins, such as a DBA''s, are theirs');

select * from finish();
rollback;
