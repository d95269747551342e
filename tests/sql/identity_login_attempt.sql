-- identity.login_attempt: no role of the API reads or writes it. The functions of identity do, as the owner.

begin;
set local search_path = tap, public;
select plan(27);
call test.load_company();


-- structure

select test.has_structure('identity.login_attempt',
  array['PRIMARY KEY (account, address)'],
  'account, address, failures, last_attempt_at');

call test.given('dba', $$ insert into identity.login_attempt (account, address, failures, last_attempt_at)
  values ('someone', '', 3, now() - interval '23 hours'), ('someone', 'else', 3, now() - interval '25 hours') $$);


-- grants

select test.column_privileges_are(who, privilege, 'identity.login_attempt', '',
  format('%s has no right to %s any column of identity.login_attempt', test.department_of(who), privilege))
from unnest(array['alice', 'chloe', 'emma']) who, unnest(array['select', 'insert', 'update']) privilege;
select test.forbids(who, 'delete from identity.login_attempt', format('%s cannot delete from identity.login_attempt', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- behind the grants: what the policies would still refuse if columns were granted by mistake

call test.given('dba', $$ grant select, insert, update, delete on identity.login_attempt to epic_employee $$);

select test.reads(who, 'select count(*) from identity.login_attempt', '0', format('no policy lets %s read identity.login_attempt', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.forbids(who, $$ insert into identity.login_attempt (account, address) values ('', '') $$,
  format('no policy lets %s insert into identity.login_attempt', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.affects_no_rows(who, statement, format('no policy lets %s change identity.login_attempt: %s', test.department_of(who), statement))
from unnest(array['alice', 'chloe', 'emma']) who,
     unnest(array['update identity.login_attempt set locked_until = null', 'delete from identity.login_attempt']) statement;


-- the owner, whose functions count attempts

select test.reads_all('owner', 'identity.login_attempt', 'the owner''s functions read login attempts');
select test.results_in('owner', 'delete from identity.login_attempt', $$ select string_agg(failures || encode(address, 'escape'), chr(32)) from identity.login_attempt $$, '3',
  'the owner''s functions delete login attempts after a day, and not before');

select * from finish();
rollback;
