-- identity.recovery_code: no role of the API reads or writes it. The functions of identity do, as the owner: second_factor.sql.

begin;
set local search_path = tap, public;
select plan(31);
call test.load_company();


-- structure

select test.has_structure('identity.recovery_code',
  array['PRIMARY KEY (employee_id, code_hash)',
        'FOREIGN KEY (employee_id) REFERENCES identity.second_factor(employee_id) ON DELETE CASCADE'],
  'employee_id, code_hash');

call test.given('dba', $$
  insert into identity.second_factor (employee_id, secret)
  values (test.id('alice'), '12345678901234567890'), (test.id('emma'), '12345678901234567890') $$);
call test.given('dba', $$
  insert into identity.recovery_code values (test.id('alice'), sha256('one')), (test.id('alice'), sha256('two')), (test.id('emma'), sha256('one')) $$);


-- grants

select test.column_privileges_are(who, privilege, 'identity.recovery_code', '',
  format('%s has no right to %s any column of identity.recovery_code', test.department_of(who), privilege))
from unnest(array['alice', 'chloe', 'emma']) who, unnest(array['select', 'insert', 'update']) privilege;
select test.forbids(who, 'delete from identity.recovery_code', format('%s cannot delete from identity.recovery_code', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- behind the grants: what the policies would still refuse if columns were granted by mistake

call test.given('dba', $$ grant select, insert, update, delete on identity.recovery_code to epic_employee $$);

select test.reads(who, 'select count(*) from identity.recovery_code', '0', format('no policy lets %s read identity.recovery_code', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.forbids(who, $$ insert into identity.recovery_code values (crm.current_employee_id(), sha256('mine')) $$,
  format('no policy lets %s insert into identity.recovery_code', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.affects_no_rows(who, statement, format('no policy lets %s change identity.recovery_code: %s', test.department_of(who), statement))
from unnest(array['alice', 'chloe', 'emma']) who,
     unnest(array['update identity.recovery_code set code_hash = sha256(code_hash)', 'delete from identity.recovery_code']) statement;


-- the owner, whose functions draw codes and use them up

select test.reads_all('owner', 'identity.recovery_code', 'the owner''s functions read recovery codes');
select test.forbids('owner', $$ insert into identity.recovery_code values (test.id('alice'), sha256('three')) $$,
  'the owner draws no recovery code outside a session');
select test.allows('owner', $$
    select identity.set_claims('epic_owner', test.id('alice'), null, 'sales');
    insert into identity.recovery_code values (test.id('alice'), sha256('three')) $$,
  'the owner''s functions draw recovery codes for the caller');
select test.affects_no_rows('owner', $$ update identity.recovery_code set code_hash = sha256(code_hash) $$,
  'the owner cannot change a recovery code');
select test.results_in('owner', $$ delete from identity.recovery_code where code_hash = sha256('two') $$,
  $$ select count(*) from identity.recovery_code $$, '2', 'the owner''s functions use a recovery code up');
select test.results_in('owner', $$ delete from identity.second_factor where employee_id = test.id('alice') $$,
  $$ select string_agg(employee_id::text, ', ') from identity.recovery_code $$, test.id('emma')::text,
  'recovery codes are deleted with their second factor');

select * from finish();
rollback;
