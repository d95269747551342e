-- The session of a service account: a program acts with the rights of its owner, by its name, and manages neither passwords
-- nor its owner's sessions.

begin;
set local search_path = tap, public;
select plan(39);
call test.load_company();

call test.create_program('alice');
call test.create_program('bruno', read_only => true);
call test.create_program('chloe');
call test.create_program('emma');
call test.create_program('ines');


-- rights

select test.reads('program of ' || who, $$ select concat_ws(' ', current_user, crm.current_employee_id(), crm.current_department(), identity.current_service_account()) $$,
  format('epic_%s %s %s program-of-%s', test.department_of(who), test.id(who), test.department_of(who), who),
  format('a program enters as its owner, %s, and by its name', who))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.reads(who, 'select identity.current_service_account()', '', format('%s acts through no program', who))
from unnest(array['alice', 'dba', 'owner']) who;
select test.allows('program of alice', $$ update crm.client set full_name = 'Acme again' where id = test.id('acme') $$, 'a program changes what its owner may change');
select test.affects_no_rows('program of alice', $$ update crm.client set full_name = 'Mine' where id = test.id('bistro') $$, 'a program does not change what its owner may not change');
select test.allows('program of emma', $$ select crm.cancel_contract(test.id('acme_draft')) $$, 'a program uses the business verbs of its owner');
select test.allows('program of bruno', 'select from crm.client where id = test.id(''bistro'')', 'a program that only reads reads');
select test.forbids('program of bruno', $$ update crm.client set full_name = 'Bistro again' where id = test.id('bistro') $$, 'a program that only reads changes nothing');
select test.reads('program of emma', $$ select current_setting('jwt.claims.second_factor') $$, 'false', 'a program has no second factor');
select test.allows('authenticator', format('select identity.enter(%s, %L, %L, %L)', test.id('ines'), test.session('program of ines'), 'support', test.secret('program of ines')),
  'a program enters while its owner has a password for one login');
call test.given('dba', $$ delete from identity.credential where employee_id = test.id('chloe') $$);
select test.reads('program of chloe', $$ select count(*) from crm.employee where id = test.id('chloe') $$, '1', 'a program acts for an owner who has no password');


-- the claim is proven with the others

select test.reads('program of alice', format($$ select concat(set_config('jwt.claims.service_account', %L, true), identity.current_service_account(), crm.current_employee_id()) $$, forged),
  forged, format('a program that calls itself “%s” has no claims left', forged))
from unnest(array['', 'program-of-emma']) forged;
select test.reads('alice', $$ select concat(set_config('jwt.claims.service_account', 'program-of-emma', true), crm.current_employee_id()) $$, 'program-of-emma',
  'an employee who claims to be a program has no claims left');


-- passwords

select test.rejects('program of alice', $$ select identity.change_password(test.password('alice'), test.password('new'), null) $$,
  'EP403', 'A program manages neither the password nor the second factor of its owner.',
  'a program cannot change the password of its owner, even if it knows it');
select test.rejects_with_data('program of emma', $$ select crm.reset_password(test.id('alice'), test.password('new')) $$, '42501', 'management_reset_others', '',
  jsonb_build_object('reason', 'Management gives others a new password for one login, but not themselves: changing one''s own takes the present one. A program gives no one a password.'),
  format('You may not reset the password of employee %s.', test.id('alice')), 'the program of a manager resets no password');
select test.forbids('program of emma', $$ select crm.reset_password(test.id('chloe'), test.password('new')) $$, 'the program of a manager gives no one a first password');


-- the second factor

select test.rejects('program of alice', statement, 'EP403', 'A program manages neither the password nor the second factor of its owner.',
  format('a program does not manage the second factor of its owner: %s', statement))
from unnest(array[
  $$ select identity.begin_second_factor(test.password('alice'), null) $$,
  $$ select identity.enable_second_factor('123456', null) $$,
  $$ select identity.confirm_second_factor('123456', null) $$,
  $$ select identity.disable_second_factor(test.password('alice'), '123456', null) $$,
  $$ select identity.replace_recovery_codes('123456', null) $$]) statement;


-- sessions

call test.given('dba', $$ insert into identity.session (employee_id, user_agent) values (test.id('alice'), 'phone') $$);
select test.reads('alice', $$ select string_agg(user_agent, ', ' order by user_agent) from crm.my_session $$, 'phone, tests', 'an employee''s list of sessions is without those of programs');
select test.reads('program of alice', $$ select string_agg(user_agent, ', ') from crm.my_session $$, 'program of alice', 'a program sees its own sessions, and not those of its owner');
select test.rejects(who, format('select crm.revoke_session(%L)', test.session(whose)), 'P0002', 'You have no such session, or it has ended already.',
  format('%s ends no session of %s', who, whose))
from (values ('program of alice', 'alice'), ('alice', 'program of alice'), ('program of emma', 'alice')) bad (who, whose);
select test.results_in('program of alice', statement, $$ select string_agg(user_agent, ', ') from identity.session where revoked_at is not null $$, ended, format('a program %s', what))
from (values ('select crm.revoke_other_sessions()', null, 'ends no other session, since it has none'),
             ('select identity.log_out()', 'program of alice', 'ends its own session'),
             (format('select crm.revoke_session(%L)', test.session('program of alice')), 'program of alice', 'ends its own session by its id')) good (statement, ended, what);
select test.affects_no_rows('program of alice', $$ update identity.session set revoked_at = now() where user_agent = 'phone' $$, 'no policy lets a program end a session of its owner');
select test.results_in('alice', 'update identity.session set revoked_at = now()', $$ select string_agg(user_agent, ', ' order by user_agent) from identity.session where revoked_at is not null $$,
  'phone, tests', 'an employee who ends sessions without naming one ends those of their own, and not those of their programs');
select test.results_in('alice', 'select crm.revoke_other_sessions()', $$ select string_agg(user_agent, ', ') from identity.session where revoked_at is not null $$, 'phone',
  'ending one''s other sessions leaves those of programs open');


-- history

select test.results_in('program of alice', $$ update crm.client set full_name = 'Acme again' where id = test.id('acme') $$,
  $$ select string_agg(concat_ws(' ', record, employee_id = test.id('alice'), service_account), ', ') from audit.change where employee_id is not null $$, 'client t program-of-alice',
  'history says through which program an employee changed a record');
call test.given('program of alice', $$ update crm.client set full_name = 'Acme again' where id = test.id('acme') $$);
call test.given('alice', $$ update crm.client set full_name = 'Acme' where id = test.id('acme') $$);
call test.given('dba', $$ delete from identity.service_account where name = 'program-of-alice' $$);
select test.reads('bruno', $$ select string_agg(concat_ws(' ', employee_id = test.id('alice'), service_account, database_user), ', ' order by id) from crm.history where record = 'client' $$,
  (select string_agg(line || ' ' || session_user, ', ') from unnest(array['t program-of-alice', 't']) line),
  'history says it when the account is gone, and nothing where there was none');
call test.given('dba', $$
  select set_config('jwt.claims.service_account', 'program-of-emma', true);
  update crm.client set full_name = 'Acme once more' where id = test.id('acme') $$);
select test.reads('bruno', $$ select concat_ws(' ', employee_id, service_account, database_user) from crm.history order by id desc limit 1 $$, session_user::text,
  'a claim without a proof is not in the history');

select * from finish();
rollback;
