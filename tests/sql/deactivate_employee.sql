-- crm.deactivate_employee: an employee with clients or open events is deactivated only with a hand-over to a colleague,
-- in one transaction, and an active manager always remains.

begin;
set local search_path = tap, public;
select plan(52);
call test.load_company();

create function pg_temp.deactivate(who text, colleague text default null) returns text
language sql
return format('select crm.deactivate_employee(test.id(%L), %s)', who, case when colleague is null then 'null' else format('test.id(%L)', colleague) end);


-- who may deactivate

select test.forbids_with_reason(who, statement, format('You may not deactivate employee %s.', test.id('basile')),
  'Management changes, moves and deactivates employees.', 'management', 'management_update_any',
  format('%s cannot deactivate an employee: %s', test.department_of(who), statement))
from unnest(array['alice', 'chloe']) who,
     unnest(array[pg_temp.deactivate('basile'), pg_temp.deactivate('basile', 'bruno'), pg_temp.deactivate('basile', 'basile')]) statement;
select test.rejects(who, 'select crm.deactivate_employee(-1)', 'P0002', 'There is no employee -1.',
  format('%s cannot deactivate an employee who does not exist', test.department_of(who)))
from unnest(array['alice', 'chloe']) who;
select test.results_in('emma', $$ select set_config('test.seen', (crm.deactivate_employee(test.id('basile'))).active::text, true) $$,
  $$ select (current_setting('test.seen'), active) from crm.employee where id = test.id('basile') $$, '(false,f)',
  'management deactivates an employee without clients and events, and gets the result');
select test.results_in('emma', pg_temp.deactivate('basile'),
  $$ select string_agg(full_name, ', ') from identity.session join crm.employee on employee.id = employee_id where revoked_at = now() $$, 'Basile',
  'deactivating an employee ends their sessions, and no one else''s');
call test.given('dba', $$ insert into identity.session (employee_id, revoked_at) values (test.id('basile'), now() - interval '1 day') $$);
select test.results_in('emma', 'update crm.employee set active = false where id = test.id(''basile'')',
  $$ select count(*) from identity.session where employee_id = test.id('basile') and revoked_at < now() $$, '1',
  'deactivating an employee leaves the end of an earlier session as it was');
select test.allows('emma', pg_temp.deactivate('gaston'), 'deactivating an employee who has left is not an error');
select test.rejects('emma', $$ select crm.deactivate_employee(-1) $$,
  'P0002', 'There is no employee -1.', 'management cannot deactivate an employee who does not exist');
select test.rejects('emma', $$ select crm.deactivate_employee(test.id('basile'), -1) $$,
  'P0002', 'There is no employee -1.', 'an employee with nothing to hand over cannot be handed over to one who does not exist');


-- without a hand-over

select test.rejects('emma', statement, '23514', 'Alice still looks after 2 clients: hand them over to a colleague.',
  format('an employee with clients is not deactivated or moved: %s', btrim(statement)))
from unnest(array[
  pg_temp.deactivate('alice'),
  $$ update crm.employee set active = false where id = test.id('alice') $$,
  $$ update crm.employee set department = 'support' where id = test.id('alice') $$]) statement;
select test.rejects('emma', pg_temp.deactivate('bruno'), '23514', 'Bruno still looks after 1 client: hand them over to a colleague.',
  'an employee with one client is not deactivated');
select test.rejects('emma', statement, '23514', 'Chloe still looks after 1 open event: hand them over to a colleague.',
  format('an employee with an open event is not deactivated or moved, and completed events do not count: %s', btrim(statement)))
from unnest(array[
  pg_temp.deactivate('chloe'),
  $$ update crm.employee set active = false where id = test.id('chloe') $$,
  $$ update crm.employee set department = 'sales' where id = test.id('chloe') $$]) statement;
select test.rejects('emma', pg_temp.deactivate('denis'), '23514', 'Denis still looks after 1 open event: hand them over to a colleague.',
  'an employee with a confirmed event is not deactivated');
call test.given('emma', $$ update crm.event set status = 'cancelled' where id = test.id('banquet') $$);
select test.allows('emma', pg_temp.deactivate('denis'), 'an employee with a cancelled event is deactivated');
select test.allows('emma', $$ update crm.employee set department = 'support' where id = test.id('basile') $$,
  'an employee without clients and events is moved');

call test.given('dba', $$
  set local session_replication_role = replica;
  update crm.event set support_contact_id = test.id('alice') where title in ('Picnic', 'Gala');
  set local session_replication_role = origin $$);
select test.rejects('emma', pg_temp.deactivate('alice'), '23514', 'Alice still looks after 2 clients and 2 open events: hand them over to a colleague.',
  'the refusal counts the clients and the open events');
call test.given('dba', $$
  set local session_replication_role = replica;
  update crm.event set support_contact_id = case title when 'Gala' then test.id('chloe') end where title in ('Picnic', 'Gala');
  set local session_replication_role = origin $$);


-- handing over

select test.results_in('emma', pg_temp.deactivate('alice', 'bruno'),
  $$ select concat_ws(', ',
       (select active from crm.employee where id = test.id('alice')),
       (select count(*) from crm.client   where commercial_contact_id = test.id('bruno')),
       (select count(*) from crm.contract where commercial_id = test.id('bruno')),
       (select count(*) from crm.client   where commercial_contact_id = test.id('alice')),
       (select count(*) from crm.contract where commercial_id = test.id('alice')),
       (select count(*) from identity.session where employee_id = test.id('alice') and revoked_at is null)) $$,
  'f, 3, 5, 0, 0, 0',
  'deactivating with a colleague hands over the clients and their contracts');
select test.results_in('emma', pg_temp.deactivate('chloe', 'denis'),
  $$ select string_agg(concat(title, ': ', full_name), ', ' order by title)
    from crm.event left join crm.employee on employee.id = support_contact_id $$,
  'Banquet: Denis, Gala: Denis, Picnic: , Reunion: Chloe',
  'deactivating with a colleague hands over the open events, and not the past ones');
select test.rejects('emma', pg_temp.deactivate('alice', colleague), '23514', sentence,
  format('clients cannot be handed over to %s, and the employee stays active', colleague))
from (values ('chloe',  'Chloe cannot look after clients: a sales contact is an active sales employee.'),
             ('gaston', 'Gaston cannot look after clients: a sales contact is an active sales employee.'),
             ('alice',  'An employee cannot hand over to themselves: name a colleague.')) bad (colleague, sentence);
select test.rejects('emma', pg_temp.deactivate('chloe', 'bruno'), '23514',
     'Bruno cannot run events: a support contact is an active support employee.',
  'open events cannot be handed over to sales, and the employee stays active');
select test.rejects('emma', $$ select crm.deactivate_employee(test.id('alice'), -1) $$,
  'P0002', 'There is no employee -1.', 'clients cannot be handed over to an employee who does not exist');

call test.given('emma', $$ select crm.erase_client(test.id('acme'), true), crm.erase_client(test.id('paul'), true) $$);
select test.results_in('emma', pg_temp.deactivate('alice'),
  $$ select count(*) from crm.client where commercial_contact_id = test.id('alice') $$, '2',
  'an employee with erased clients only is deactivated');
select test.results_in('emma', pg_temp.deactivate('alice', 'bruno'),
  $$ select count(*) from crm.client where commercial_contact_id = test.id('alice') $$, '2',
  'erased clients are not handed over');


-- the last manager

select test.allows('emma', statement, format('one of two active managers can be deactivated, moved or deleted: %s', btrim(statement)))
from unnest(array[
  pg_temp.deactivate('felix'), pg_temp.deactivate('emma'),
  $$ update crm.employee set department = 'sales' where id = test.id('felix') $$,
  $$ update crm.employee set department = 'sales' where id = test.id('emma') $$,
  $$ delete from crm.employee where id = test.id('felix') $$]) statement;

select matches(test.summary(test.attempt('emma', statement, compare_data => true)),
  '^23514: (Emma|Felix) is the last active manager and can be neither deleted, deactivated nor moved\.$',
  format('two active managers cannot be deactivated or moved in one statement: %s', btrim(statement)))
from unnest(array[
  $$ update crm.employee set active = false where department = 'management' $$,
  $$ update crm.employee set department = 'sales' where department = 'management' $$,
  $$ update crm.employee set active = id = test.id('emma'), department = case id when test.id('emma') then 'sales' else department end where department = 'management' $$]) statement;
select matches(test.summary(test.attempt('dba', $$ delete from crm.employee where department = 'management' $$, compare_data => true)),
  '^23514: (Emma|Felix) is the last active manager and can be neither deleted, deactivated nor moved\.$',
  'a DBA cannot delete both active managers in one statement');

call test.given('emma', pg_temp.deactivate('felix'));
select test.rejects('emma', statement,
  '23514', 'Emma is the last active manager and can be neither deleted, deactivated nor moved.',
  format('the last active manager cannot be deactivated or moved: %s', btrim(statement)))
from unnest(array[
  pg_temp.deactivate('emma'),
  pg_temp.deactivate('emma', 'bruno'),
  $$ update crm.employee set active = false where id = test.id('emma') $$,
  $$ update crm.employee set department = 'support' where id = test.id('emma') $$]) statement;
select test.rejects('dba', $$ delete from crm.employee where id = test.id('emma') $$,
  '23514', 'Emma is the last active manager and can be neither deleted, deactivated nor moved.',
  'a DBA cannot delete the last active manager');
select test.allows('emma', $$ update crm.employee set full_name = 'Emma B.' where id = test.id('emma') $$,
  'the last active manager can still be renamed');
select test.allows('emma', $$ delete from crm.employee where id = test.id('felix') $$,
  'a deactivated manager can be deleted');
call test.given('emma', $$ update crm.employee set department = 'management' where id = test.id('basile') $$);
select test.allows('emma', pg_temp.deactivate('emma'),
  'a manager can be deactivated once there is another active one');

-- A row lock shows in xmax. It prevents two managers from removing each other at the same time.
call test.given('dba', $$
  insert into crm.employee (full_name, email, department, active) values ('Karim', 'karim@epic.example', 'management', false) $$);
create temp table employee_before as select id, xmax as lock from crm.employee;
select test.results_in('emma', $$ update crm.employee set department = 'sales' where id = test.id('emma') $$,
  $$ select string_agg(full_name, ', ') from crm.employee join employee_before using (id)
     where employee.xmax <> lock and id <> test.id('emma') $$,
  'Basile',
  'moving a manager locks the other active managers, and no other employee');

select * from finish();
rollback;
