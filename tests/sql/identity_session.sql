-- identity.session: employees see and end their own sessions. The functions of identity do the rest, as the owner.

begin;
set local search_path = tap, public;
select plan(40);
call test.load_company();


-- structure

select test.has_structure('identity.session',
  array['PRIMARY KEY (id)',
        'FOREIGN KEY (employee_id) REFERENCES crm.employee(id) ON DELETE CASCADE',
        'FOREIGN KEY (ended_by) REFERENCES crm.employee(id) ON DELETE SET NULL',
        'FOREIGN KEY (service_account) REFERENCES identity.service_account(name) ON DELETE CASCADE'],
  'id, employee_id, created_at, last_used_at, expires_at, read_only, second_factor, ends_at');

call test.given('dba', $$ update identity.session set expires_at = now() - interval '1 second' where employee_id = test.id('denis') $$);


-- one's own sessions

select test.column_privileges_are(who, 'select', 'identity.session', 'id, user_agent, created_at, last_used_at, expires_at, revoked_at, read_only, ends_at',
  format('%s reads of a session what concerns its owner', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.column_privileges_are(who, 'update', 'identity.session', 'revoked_at', format('%s can only end a session', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.column_privileges_are(who, 'insert', 'identity.session', '', format('%s opens no session', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.forbids(who, 'delete from identity.session', format('%s deletes no session', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;

select test.reads(who, 'select string_agg(id::text, chr(32)) from identity.session', test.session(who)::text,
  format('%s sees their own session and no other', who))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.results_in(who, 'update identity.session set revoked_at = now()',
  'select string_agg(employee_id::text, chr(32)) from identity.session where revoked_at = now()', test.id(who)::text,
  format('%s ends their own session and no other', who))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.forbids('alice', format('update identity.session set revoked_at = %s', moment),
  format('a session is ended as of now, and not %s', what))
from (values ($$ now() + interval '1 hour' $$, 'later'), ($$ now() - interval '1 hour' $$, 'before')) bad (moment, what);
call test.given('dba', $$ insert into identity.session (employee_id, user_agent, revoked_at) values (test.id('alice'), 'ended', now() - interval '1 hour') $$);
select test.affects_no_rows('alice', $$ update identity.session set revoked_at = null where user_agent = 'ended' $$,
  'a session that has ended cannot be reopened');
select test.affects_no_rows('alice', $$ update identity.session set revoked_at = now() where user_agent = 'ended' $$,
  'a session that has ended cannot be ended again');
call test.given('dba', $$ delete from identity.session where user_agent = 'ended' $$);


-- behind the grants: what the policies would still refuse if columns were granted by mistake

call test.given('dba', $$ grant select, insert, update, delete on identity.session to epic_employee $$);

select test.forbids(who, statement, format('no policy lets %s write to sessions: %s', test.department_of(who), btrim(statement)))
from unnest(array['alice', 'chloe', 'emma']) who,
     unnest(array[
       $$ insert into identity.session (employee_id) values (test.id('emma')) $$,
       $$ update identity.session set employee_id = test.id('denis'), revoked_at = now() $$,
       $$ update identity.session set expires_at = now() + interval '1 year' $$]) statement;
select test.affects_no_rows(who, statement, format('no policy lets %s write to sessions: %s', test.department_of(who), btrim(statement)))
from unnest(array['alice', 'chloe', 'emma']) who,
     unnest(array[
       $$ update identity.session set revoked_at = null where employee_id <> crm.current_employee_id() $$, $$ delete from identity.session $$]) statement;


-- the owner, whose functions open, extend and end sessions

select test.reads_all('owner', 'identity.session', 'the owner''s functions read sessions');
select test.allows('owner', $$ delete from identity.session $$,
  'the owner''s functions delete expired sessions, and no others');

select * from finish();
rollback;
