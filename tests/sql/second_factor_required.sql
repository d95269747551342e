-- What needs the second factor: creating and changing employees, giving passwords, erasing clients. Asked of those who have
-- one, and, by identity.configuration, of a whole department.

begin;
set local search_path = tap, public;
select plan(141);
call test.load_company();

-- Emma has no second factor; Felix has one, which this session lacks, unless confirmed.
call test.given('dba', $$ insert into identity.second_factor (employee_id, secret, enabled_at) values (test.id('felix'), '12345678901234567890', now()) $$);
call test.given('dba', $$ delete from identity.credential where employee_id = test.id('basile') $$);

create table pg_temp.need (title text, statement text, record text, verb text, refused text, kind text);
insert into need values
  ('create an employee', $$ insert into crm.employee (full_name, email, department) values ('Zoe', 'zoe@epic.example', 'sales') $$,
   null, 'create', null, null),
  ('change an employee', $$ update crm.employee set phone = '0102030405' where id = test.id('alice') $$, null, 'update', null, null),
  ('change a department', $$ update crm.employee set department = 'support' where id = test.id('basile') $$, null, 'update', null, null),
  ('give a first password', $$ insert into identity.credential (employee_id, password_hash) values (test.id('basile'), test.password('once')) $$,
   null, 'create', null, null),
  ('give another password', $$ update identity.credential set password_hash = test.password('once'), must_change = true, changed_at = now()
                               where employee_id = test.id('alice') $$, null, 'update', null, null),
  ('move an employee', $$ select crm.move_employee(test.id('basile'), 'support') $$, 'employee', 'move',
   format('You may not move employee %s.', test.id('basile')), 'management_update'),
  ('deactivate an employee', $$ select crm.deactivate_employee(test.id('basile')) $$, 'employee', 'deactivate',
   format('You may not deactivate employee %s.', test.id('basile')), 'management_update'),
  ('activate an employee', $$ select crm.activate_employee(test.id('gaston')) $$, 'employee', 'activate',
   format('You may not activate employee %s.', test.id('gaston')), 'management_update'),
  ('reset a password', $$ select crm.reset_password(test.id('alice'), test.password('once')) $$, 'employee', 'reset_password',
   format('You may not reset the password of employee %s.', test.id('alice')), 'management_reset_password'),
  ('erase a client', $$ select crm.erase_client(test.id('acme'), true) $$, 'client', 'erase',
   format('You may not erase client %s.', test.id('acme')), 'management_erase'),
  ('merge clients', $$ select crm.merge_clients(test.id('acme'), test.id('bistro')) $$, 'client', 'merge',
   format('You may not merge client %s.', test.id('acme')), 'management_merge'),
  ('see what merging would do', $$ select crm.merge_clients(test.id('acme'), test.id('bistro'), dry_run => true) $$, 'client', 'merge',
   format('You may not merge client %s.', test.id('acme')), 'management_merge'),
  ('export a client', $$ select crm.export_client(test.id('acme')) $$, 'client', 'export',
   format('You may not export the data of client %s.', test.id('acme')), 'management_export');
grant select on need to public;

-- What stays without the second factor.
create table pg_temp.open (title text, statement text);
insert into open values
  ('read employees',    $$ select from crm.employee where id = test.id('alice') $$),
  ('see who has a password', $$ select employee_id from identity.credential where employee_id = test.id('alice') $$),
  ('hand a client over', $$ select crm.hand_over_client(test.id('acme'), test.id('bruno')) $$),
  ('cancel a contract', $$ select crm.cancel_contract(test.id('acme_draft')) $$),
  ('delete an employee', $$ delete from crm.employee where id = test.id('hector') $$);


-- without a second factor, where none is asked for

select test.allows('emma', statement, format('management without a second factor may %s', title)) from need;


-- with one that is not confirmed

create function pg_temp.is_refused(who text, why text, sentence text) returns setof text
language sql
as $$
  select case
    when need.refused is null then
      test.rejects(who, need.statement, '42501',
        format('new row violates row-level security policy "management_%s_%s" for table "%s"', need.verb, why,
          substring(need.statement from '\.(employee|credential)')),
        format('%s %s refuses to %s', who, why, need.title))
    else
      test.forbids_with_reason(who, need.statement, need.refused, sentence, null, format('%s_%s', need.kind, why),
        format('%s %s refuses to %s', who, why, need.title))
  end
  from pg_temp.need
$$;
select pg_temp.is_refused('felix', 'with_second_factor', 'Log in with your second factor first.');
select test.forbids_with_reason('felix', $$ select crm.move_employee(test.id('alice'), 'support') $$,
  format('You may not move employee %s.', test.id('alice')), 'Log in with your second factor first.', null, 'management_update_with_second_factor',
  'the second factor is asked for before a colleague to hand over to');
select test.allows('felix', statement, format('a second factor that is not confirmed is not needed to %s', title)) from open;
select test.results_in('felix', format('select identity.change_password(test.password(%L), test.password(%L), null)', 'felix', 'new'),
  $$ select count(*) from identity.credential where password_hash = identity.password_digest(test.password('new')) $$, '1',
  'a second factor that is not confirmed is not needed to change one''s own password');

-- A forged claim is not proven.
select test.rejects('felix', $$
    select set_config('jwt.claims.second_factor', 'true', true);
    select crm.reset_password(test.id('alice'), test.password('once')) $$, 'P0002', format('There is no employee %s.', test.id('alice')),
  'a second factor that is claimed by hand ends the session');
select test.reads('felix', $$ select identity.second_factor_confirmed() from set_config('jwt.claims.second_factor', 'true', true) $$, 'false',
  'a second factor that is claimed by hand is not confirmed');
select test.reads('felix', $$ select identity.second_factor_enrolled() from set_config('jwt.claims.second_factor', 'true', true) $$, 'false',
  'a session whose claims are changed by hand is not enrolled');


-- with one that is confirmed

call test.given('dba', $$ update identity.session set second_factor = true where id = test.session('felix') $$);
select test.allows('felix', statement, format('management with the second factor confirmed may %s', title)) from need;
call test.given('dba', $$ update identity.session set second_factor = false where id = test.session('felix') $$);
call test.given('dba', $$ update identity.second_factor set enabled_at = null $$);
select test.allows('felix', statement, format('a second factor that is only begun is not needed to %s', title)) from need;
call test.given('dba', $$ update identity.second_factor set enabled_at = now() $$);


-- where the department needs one

call test.given('owner', $$ update identity.configuration set second_factor_required_for = '{sales,management}' $$);
select pg_temp.is_refused('emma', 'once_enrolled', 'Your department needs a second factor for this: enable one first.');
select pg_temp.is_refused('felix', 'with_second_factor', 'Log in with your second factor first.');
select test.allows('emma', statement, format('where a second factor is required, it is not needed to %s', title)) from open;
call test.given('dba', $$ update identity.second_factor set enabled_at = null $$);
select test.reads('felix', 'identity.second_factor_enrolled()', 'false', 'a second factor that is only begun is none');
call test.given('dba', $$ update identity.second_factor set enabled_at = now() $$);
call test.given('dba', $$ update identity.session set second_factor = true where id = test.session('felix') $$);
select test.allows('felix', statement, format('where a second factor is required, management with it confirmed may %s', title)) from need;
select test.allows('alice', $$ update crm.client set phone = '0102030405' where id = test.id('acme') $$,
  'where a second factor is required, sales without one do as ever');
call test.given('owner', $$ update identity.configuration set second_factor_required_for = '{sales,support}' $$);
select test.allows('emma', statement, format('where other departments need a second factor, management without one may %s', title)) from need;
select test.rejects('owner', $$ update identity.configuration set second_factor_required_for = '{marketing}' $$, '23514',
  'A second factor is required of sales, support or management.', 'a second factor is required of departments that there are');


-- the explanations

create function pg_temp.verdict(record text, verb text) returns text
language sql
return format($$ select concat_ws(' ', name, holds, sentence) from crm.explain_access(%L, %L) where kind = 'verdict' $$, record, verb);

select test.reads('emma', pg_temp.verdict(record, verb), expected, format('without a second factor, management may %s %s', verb, record))
from (values
  ('employee', 'create', 'management_create_any t Management creates employees.'),
  ('employee', 'update', 'management_update_any t Management changes, moves and deactivates employees.'),
  ('employee', 'move',   'management_update_any t Management changes, moves and deactivates employees.'),
  ('employee', 'reset_password', 'reset_password t Management may do this.'),
  ('client',   'erase',  'erase_client t Management may do this.')) question (record, verb, expected);
call test.given('dba', $$ update identity.session set second_factor = false where id = test.session('felix') $$);
select test.reads('felix', pg_temp.verdict(record, verb), format('management_%s_with_second_factor f Log in with your second factor first.', kind),
  format('without the second factor, the explanation of %s %s says to log in with it', verb, record))
from (values ('employee', 'create', 'create'), ('employee', 'update', 'update'), ('employee', 'move', 'update'),
             ('employee', 'reset_password', 'reset_password'), ('client', 'erase', 'erase')) question (record, verb, kind);
call test.given('owner', $$ update identity.configuration set second_factor_required_for = '{management}' $$);
select test.reads('emma', pg_temp.verdict(record, verb), format('management_%s_once_enrolled f Your department needs a second factor for this: enable one first.', kind),
  format('where a second factor is required, the explanation of %s %s says to enable one', verb, record))
from (values ('employee', 'create', 'create'), ('employee', 'update', 'update'), ('employee', 'move', 'update'),
             ('employee', 'reset_password', 'reset_password'), ('client', 'erase', 'erase')) question (record, verb, kind);
select test.reads('emma', $$ (select string_agg(concat_ws(' ', step, kind, name, role, mode, is_mine, holds), ', ' order by step) from crm.explain_access('client', 'erase')) $$,
  '1 grant execute epic_management t t, 2 policy management_erase_once_enrolled epic_management restrictive t f, '
  || '3 policy management_erase_with_second_factor epic_management restrictive t t, 4 verdict management_erase_once_enrolled epic_management t f',
  'the explanation of a call lists the conditions of the second factor');
select test.reads('alice', pg_temp.verdict(record, verb), expected, format('sales hear nothing of the second factor of management: %s %s', verb, record))
from (values
  ('employee', 'update', 'management_update_any f Management changes, moves and deactivates employees.'),
  ('client',   'erase',  'erase_client f Only management may do this.')) question (record, verb, expected);
select test.reads('felix', $$ (select concat_ws(' ', is_visible, message, policy, reason, contact_department) from crm.explain_refusal('employee', 'create')) $$,
  't You may not create this employee. management_create_with_second_factor Log in with your second factor first.',
  'a refusal for want of the second factor has its reason, and names no one to ask');

select * from finish();
rollback;
