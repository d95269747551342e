-- identity.second_factor: no role of the API reads or writes it. The functions of identity do, as the owner: second_factor.sql.

begin;
set local search_path = tap, public;
select plan(33);
call test.load_company();


-- structure

select test.has_structure('identity.second_factor',
  array['PRIMARY KEY (employee_id)',
        'FOREIGN KEY (employee_id) REFERENCES crm.employee(id) ON DELETE CASCADE'],
  'employee_id, secret, created_at, last_step');
select test.rejects('dba', $$ insert into identity.second_factor (employee_id, secret) values (test.id('emma'), 'short') $$,
  '23514', 'The secret of an authenticator app is 20 bytes long.', 'a short secret is refused');

call test.given('dba', $$
  insert into identity.second_factor (employee_id, secret)
  values (test.id('alice'), '12345678901234567890'), (test.id('emma'), '12345678901234567890') $$);


-- grants

select test.column_privileges_are(who, privilege, 'identity.second_factor', '',
  format('%s has no right to %s any column of identity.second_factor', test.department_of(who), privilege))
from unnest(array['alice', 'chloe', 'emma']) who, unnest(array['select', 'insert', 'update']) privilege;
select test.forbids(who, 'delete from identity.second_factor', format('%s cannot delete from identity.second_factor', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- behind the grants: what the policies would still refuse if columns were granted by mistake

call test.given('dba', $$ grant select, insert, update, delete on identity.second_factor to epic_employee $$);

select test.reads(who, 'select count(*) from identity.second_factor', '0', format('no policy lets %s read identity.second_factor', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.forbids(who, format($$ insert into identity.second_factor (employee_id, secret) values (test.id(%L), '12345678901234567890') $$, who),
  format('no policy lets %s insert into identity.second_factor', test.department_of(who)))
from unnest(array['bruno', 'chloe', 'felix']) who;
select test.affects_no_rows(who, statement, format('no policy lets %s change identity.second_factor: %s', test.department_of(who), statement))
from unnest(array['alice', 'chloe', 'emma']) who,
     unnest(array['update identity.second_factor set enabled_at = now()', 'delete from identity.second_factor']) statement;


-- the owner, whose functions draw secrets and check codes

select test.reads_all('owner', 'identity.second_factor', 'the owner''s functions read second factors');
select test.forbids('owner', $$ insert into identity.second_factor (employee_id, secret) values (test.id('bruno'), '12345678901234567890') $$,
  'the owner draws no secret outside a session');
select test.allows('owner', $$
    select identity.set_claims('epic_owner', test.id('bruno'), null, 'sales');
    insert into identity.second_factor (employee_id, secret) values (test.id('bruno'), '12345678901234567890') $$,
  'the owner''s functions draw a secret for the caller');
select test.results_in('owner', $$ update identity.second_factor set last_step = 7 $$,
  $$ select count(*) from identity.second_factor where last_step = 7 $$, '2', 'the owner''s functions remember the last code of any employee');
select test.results_in('owner', $$ delete from identity.second_factor where employee_id = test.id('alice') $$,
  $$ select string_agg(employee_id::text, ', ') from identity.second_factor $$, test.id('emma')::text,
  'the owner''s functions remove a second factor');
select test.results_in('dba', $$ delete from crm.employee where id = test.id('hector') $$,
  $$ select count(*) from identity.second_factor $$, '2', 'the second factors of others stay when an employee is deleted');
call test.given('dba', $$ insert into identity.second_factor (employee_id, secret) values (test.id('hector'), '12345678901234567890') $$);
select test.results_in('emma', $$ delete from crm.employee where id = test.id('hector') $$,
  $$ select count(*) from identity.second_factor $$, '2', 'a second factor is deleted with its employee');

select * from finish();
rollback;
