-- crm.my_session, crm.revoke_session and crm.revoke_other_sessions. Logging out is in auth_change_password.sql.

begin;
set local search_path = tap, public;
select plan(21);
call test.load_company();

call test.given('dba', $$
  insert into identity.session (employee_id, user_agent, expires_at, revoked_at) values
    (test.id('alice'), 'phone',   now() + interval '1 day',    null),
    (test.id('alice'), 'laptop',  now() + interval '1 day',    null),
    (test.id('alice'), 'expired', now() - interval '1 second', null),
    (test.id('alice'), 'ended',   now() + interval '1 day',    now() - interval '1 hour'),
    (test.id('emma'),  'tablet',  now() + interval '1 day',    null) $$);

create function pg_temp.session(program text) returns uuid
language sql stable
return (select id from identity.session where user_agent = program);

create function pg_temp.ended() returns text
language sql immutable
return $$ select string_agg(concat(full_name, ' ', user_agent), ', ' order by full_name, user_agent)
          from identity.session join crm.employee on employee.id = employee_id where revoked_at = now() $$;


-- read

select test.reads('alice', $$ select string_agg(user_agent, ', ' order by user_agent) from crm.my_session $$, 'laptop, phone, tests',
  'an employee sees their own open sessions');
select test.reads('emma', $$ select string_agg(user_agent, ', ' order by user_agent) from crm.my_session $$, 'tablet, tests',
  'management sees only their own open sessions');
select test.reads('alice', $$ select string_agg(user_agent, ', ') from crm.my_session where current $$, 'tests',
  'an employee sees which session is the current one');
select test.reads('alice', $$ select (id, created_at = now(), last_used_at = now(), expires_at = now() + interval '30 days')
                              from crm.my_session where current $$, format('(%s,t,t,t)', test.session('alice')),
  'an employee sees since when and until when a session is open');
select test.reads('alice', $$ select (read_only, ends_at = now() + interval '90 days') from crm.my_session where current $$, '(f,t)',
  'an employee sees that a session may write, and when it ends at the latest');
call test.given('dba', $$ update identity.session set read_only = true where user_agent = 'phone' $$);
select test.reads('alice', $$ select string_agg(user_agent, ' ') from crm.my_session where read_only $$, 'phone',
  'an employee sees which of their other sessions are read-only');
select test.reads('chloe', 'select string_agg(user_agent, chr(32)) from crm.my_session', 'tests', 'support see their own open sessions');
select test.forbids('anonymous', 'select from crm.my_session', 'an anonymous request cannot read crm.my_session');
select test.forbids('alice', 'update crm.my_session set expires_at = now() + interval ''1 year''',
  'an employee cannot extend a session through the view');


-- end one

select test.results_in('alice', format('select crm.revoke_session(%L)', pg_temp.session('phone')), pg_temp.ended(), 'Alice phone',
  'an employee ends one of their sessions, and no other');
select test.results_in('alice', format('select crm.revoke_session(%L)', test.session('alice')), pg_temp.ended(), 'Alice tests',
  'an employee ends the current session');
select test.reads('alice', format('select user_agent from crm.revoke_session(%L)', pg_temp.session('phone')), 'phone',
  'ending a session returns it');
select test.rejects('alice', format('select crm.revoke_session(%L)', id), 'P0002', 'You have no such session, or it has ended already.',
  format('an employee cannot end %s', what))
from (values (pg_temp.session('tablet'),  'the session of a colleague'),
             (pg_temp.session('ended'),   'a session that has ended'),
             (pg_temp.session('expired'), 'a session that has expired'),
             (gen_random_uuid(),          'a session that never was'),
             (null,                       'no session at all')) bad (id, what);


-- end the others

select test.results_in('alice', 'select crm.revoke_other_sessions()', pg_temp.ended(), 'Alice laptop, Alice phone',
  'an employee ends their other sessions, and neither the current one nor a colleague''s');
select test.reads('alice', 'select crm.revoke_other_sessions()', '2', 'ending the other sessions returns their number');
call test.given('alice', 'select crm.revoke_other_sessions()');
select test.reads('alice', 'select crm.revoke_other_sessions()', '0', 'ending the other sessions a second time returns 0');
call test.given('dba', $$ insert into identity.access_token values (sha256('phone'), pg_temp.session('phone'), now() + interval '1 minute') $$);
select test.rejects('authenticator', format('select identity.enter(test.id(%L), %L, %L, %L)', 'alice', pg_temp.session('phone'), 'sales', 'phone'),
  'EP401', 'This session has ended.', 'a session that was ended is not entered');

select * from finish();
rollback;
