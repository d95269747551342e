-- auth.enter: how every transaction of the API begins. It takes on the role and the claims of a session, once the
-- session, the account and the department are still what the token says.

begin;
set local search_path = tap, public;
select plan(27);
call test.open_the_company();

-- Enters as the API's login does, and notes who one then is.
create function pg_temp.enter(who text, department text, session_of text default null, own_credential boolean default false) returns text
language sql
return format($$
  select auth.enter(%L, %L, %L, %L);
  select set_config('test.seen', concat_ws(' ', current_user,
    nullif(current_setting('jwt.claims.employee_id'), ''),
    nullif(current_setting('jwt.claims.department'), ''),
    nullif(current_setting('jwt.claims.session_id'), '')), true) $$,
  test.id(who), test.session(coalesce(session_of, who)), department, own_credential);
create function pg_temp.seen() returns text language sql return $$ current_setting('test.seen') $$;

create function pg_temp.becomes(who text, department text) returns text
language sql stable
return format('epic_%s %s %s %s', department, test.id(who), department, test.session(who));


-- who one becomes

select test.leaves('login', pg_temp.enter(who, department), pg_temp.seen(), pg_temp.becomes(who, department),
  format('%s enters as %s, with the claims of the session', who, department))
from (values ('alice', 'sales'), ('chloe', 'support'), ('emma', 'management')) people (who, department);

select test.reads(who, $$ select concat_ws(' ', crm.current_employee_id(), crm.current_department(), auth.current_session_id()) $$,
  concat_ws(' ', test.id(who), test.team(who), test.session(who)),
  format('policies see who %s is', who))
from unnest(array['alice', 'chloe', 'emma']) who;

select test.leaves('login', format($$
    select set_config('jwt.claims.employee_id', '1', true),
           set_config('jwt.claims.department', 'management', true),
           set_config('jwt.claims.session_id', 'x', true);
    select auth.enter(%L, %L, %L);
    select set_config('test.seen', concat(current_user, current_setting('jwt.claims.employee_id'), current_setting('jwt.claims.department'),
                                          current_setting('jwt.claims.session_id')), true) $$,
    employee, session, department),
  pg_temp.seen(), 'epic_anonymous',
  format('without %s one is nobody, and claims made up before are gone', what))
from (values (null,             null,                  null,    'a token'),
             (null,             test.session('alice'), 'sales', 'an employee'),
             (test.id('alice'), null,                  'sales', 'a session'),
             (test.id('alice'), test.session('alice'), null,    'a department')) incomplete (employee, session, department, what);

select test.forbids('alice', $$ select auth.enter(test.id('emma'), null, 'management') $$,
  'nobody enters a second session from within one');


-- who is turned away

select test.refuses('login', pg_temp.enter('alice', 'sales', session_of => 'emma'),
  'EP401', 'This session has ended.',
  'nobody enters the session of someone else');
select test.refuses('login', $$ select auth.enter(test.id('alice'), gen_random_uuid(), 'sales') $$,
  'EP401', 'This session has ended.',
  'nobody enters a session that does not exist');
select test.refuses('login', pg_temp.enter('alice', 'management'),
  'EP401', 'You have moved to sales since you logged in.',
  'nobody enters as a department that is not their own');

call test.given('dba', $$ update auth.session set expires_at = now() where id = test.session('bruno') $$);
select test.refuses('login', pg_temp.enter('bruno', 'sales'),
  'EP401', 'This session has ended.',
  'an expired session is not entered');
select test.raises('login', pg_temp.enter('bruno', 'sales'), 'EP401', 'session_ended', '', null,
  'This session has ended.', 'a session that has ended has its own kind');

call test.given('alice', $$ select auth.log_out() $$);
select test.refuses('login', pg_temp.enter('alice', 'sales'),
  'EP401', 'This session has ended.',
  'a session is not entered after logging out');

call test.given('emma', $$ update crm.employee set department = 'support' where id = test.id('basile') $$);
select test.refuses('login', pg_temp.enter('basile', 'sales'),
  'EP401', 'You have moved to support since you logged in.',
  'whoever has moved to another department no longer enters as the former one');
select test.raises('login', pg_temp.enter('basile', 'sales'), 'EP401', 'department_changed', '', '{"department": "support"}',
  'You have moved to support since you logged in.', 'a change of department has its own kind, and says where to');

call test.given('emma', $$ update crm.employee set active = false where id = test.id('felix') $$);
select test.refuses('login', pg_temp.enter('felix', 'management'),
  'EP401', 'This session has ended.',
  'deactivating an employee ends their sessions');
call test.given('emma', $$ update crm.employee set active = true where id = test.id('felix') $$);
select test.refuses('login', pg_temp.enter('felix', 'management'),
  'EP401', 'This session has ended.',
  'activating an employee again does not revive their sessions');

call test.given('dba', $$
  set local session_replication_role = replica;
  update crm.employee set active = false where id = test.id('denis');
  set local session_replication_role = origin $$);
select test.refuses('login', pg_temp.enter('denis', 'support'),
  'EP401', 'This account has been deactivated.',
  'a deactivated employee does not enter, whatever their session says');
select test.raises('login', pg_temp.enter('denis', 'support'), 'EP401', 'account_deactivated', '', null,
  'This account has been deactivated.', 'a deactivated account has its own kind');


-- one-time passwords

select test.refuses('login', pg_temp.enter('ines', 'support'),
  'EP403', 'Choose a password of your own first: this one is for one login only.',
  'with a one-time password one enters nothing');
select test.raises('login', pg_temp.enter('ines', 'support'), 'EP403', 'must_change_password', '', null,
  'Choose a password of your own first: this one is for one login only.', 'a one-time password has its own kind');
select test.leaves('login', pg_temp.enter('ines', 'support', own_credential => true), pg_temp.seen(), pg_temp.becomes('ines', 'support'),
  'with a one-time password one enters to change it');
call test.given('dba', $$ delete from auth.credential where employee_id = test.id('chloe') $$);
select test.refuses('login', pg_temp.enter('chloe', 'support'),
  'EP403', 'Choose a password of your own first: this one is for one login only.',
  'without a password one enters nothing');

select * from finish();
rollback;
