-- identity.configuration: read by the functions of identity, as the owner, and changed by an administrator.

begin;
set local search_path = tap, public;
select plan(33);
call test.load_company();


-- structure

select test.has_structure('identity.configuration', array['PRIMARY KEY (id)'], 'id, session_lifetime, second_factor_required_for, statement_timeout, lock_timeout, idle_in_transaction_session_timeout');
select test.rejects('dba', 'insert into identity.configuration (id) values (false)', '23514', 'There is one configuration.', 'there is no second configuration');
select test.results_in('dba', 'delete from identity.configuration; insert into identity.configuration default values',
  $$ select (id, session_lifetime, second_factor_required_for, statement_timeout, lock_timeout, idle_in_transaction_session_timeout) from identity.configuration $$,
  '(t,"90 days",{},00:00:15,00:00:05,00:00:30)', 'a configuration has these values unless another is entered');


-- grants

select test.column_privileges_are(who, privilege, 'identity.configuration', '',
  format('%s has no right to %s any column of identity.configuration', test.department_of(who), privilege))
from unnest(array['alice', 'chloe', 'emma']) who, unnest(array['select', 'insert', 'update']) privilege;
select test.forbids(who, 'delete from identity.configuration', format('%s cannot delete from identity.configuration', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- behind the grants: what the policies would still refuse if columns were granted by mistake

call test.given('dba', $$ grant select, insert, update, delete on identity.configuration to epic_employee $$);

select test.reads(who, 'select count(*) from identity.configuration', '0', format('no policy lets %s read identity.configuration', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.forbids(who, $$ insert into identity.configuration default values $$,
  format('no policy lets %s insert into identity.configuration', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.affects_no_rows(who, statement, format('no policy lets %s change identity.configuration: %s', test.department_of(who), statement))
from unnest(array['alice', 'chloe', 'emma']) who,
     unnest(array['update identity.configuration set id = true', 'delete from identity.configuration']) statement;


-- the owner

select test.reads_all('owner', 'identity.configuration', 'the owner''s functions read the configuration');
select test.allows('owner', $$ update identity.configuration set session_lifetime = '1 day' $$, 'the owner changes the configuration');
select test.affects_no_rows('owner', 'delete from identity.configuration', 'the owner cannot delete the configuration');
select test.forbids('owner', 'insert into identity.configuration default values', 'the owner adds no configuration');
select test.results_in('anonymous', $$ select identity.log_in('alice@epic.example', test.password('alice'), 'token', 'secret', 'epic', null) $$,
  $$ select ends_at - created_at from identity.session where user_agent = 'epic' $$, '90 days', 'a session lasts at most 90 days by default');
call test.given('owner', $$ update identity.configuration set session_lifetime = '2 days' $$);
select test.results_in('anonymous', $$
    select identity.log_in('alice@epic.example', test.password('alice'), 'token', 'secret', 'epic', null);
    select identity.refresh('token', 'next', 'another secret') $$,
  $$ select (ends_at - created_at, expires_at = ends_at) from identity.session where user_agent = 'epic' $$, '("2 days",t)',
  'refreshing does not extend a session beyond its end');

select * from finish();
rollback;
