-- Leaving: there is always an active manager, and nobody leaves with clients or open events in their hands.
-- crm.deactivate_employee hands them over to a named colleague and deactivates, in one transaction.

begin;
set local search_path = tap, public;
select plan(52);
call test.open_the_company();

create function pg_temp.deactivate(who text, colleague text default null) returns text
language sql
return format('select crm.deactivate_employee(test.id(%L), %s)', who, case when colleague is null then 'null' else format('test.id(%L)', colleague) end);


-- who deactivates

select test.denies(who, statement, format('You may not deactivate employee %s.', test.id('basile')),
  'Management changes, moves and deactivates employees.', 'management', 'management_update_any',
  format('%s deactivates nobody: %s', test.team(who), statement))
from unnest(array['alice', 'chloe']) who,
     unnest(array[pg_temp.deactivate('basile'), pg_temp.deactivate('basile', 'bruno'), pg_temp.deactivate('basile', 'basile')]) statement;
select test.refuses(who, 'select crm.deactivate_employee(-1)', 'P0002', 'There is no employee -1.',
  format('%s deactivates nobody who does not exist', test.team(who)))
from unnest(array['alice', 'chloe']) who;
select test.leaves('emma', $$ select set_config('test.seen', (crm.deactivate_employee(test.id('basile'))).active::text, true) $$,
  $$ select (current_setting('test.seen'), active) from crm.employee where id = test.id('basile') $$, '(false,f)',
  'management deactivates an employee with nothing in their hands, and sees the result');
select test.leaves('emma', pg_temp.deactivate('basile'),
  $$ select string_agg(full_name, ', ') from auth.session join crm.employee on employee.id = employee_id where revoked_at = now() $$, 'Basile',
  'deactivating an employee ends their sessions, and no one else''s');
call test.given('dba', $$ insert into auth.session (employee_id, revoked_at) values (test.id('basile'), now() - interval '1 day') $$);
select test.leaves('emma', 'update crm.employee set active = false where id = test.id(''basile'')',
  $$ select count(*) from auth.session where employee_id = test.id('basile') and revoked_at < now() $$, '1',
  'a session that ended before stays ended since then');
select test.allows('emma', pg_temp.deactivate('gaston'), 'deactivating somebody who has left changes nothing, and is no error');
select test.refuses('emma', $$ select crm.deactivate_employee(-1) $$,
  'P0002', 'There is no employee -1.', 'nobody is deactivated who does not exist');
select test.refuses('emma', $$ select crm.deactivate_employee(test.id('basile'), -1) $$,
  'P0002', 'There is no employee -1.', 'nor is anything handed over to somebody who does not exist, not even nothing');


-- who cannot leave yet

select test.refuses('emma', statement, '23514', 'Alice still looks after 2 clients: hand them over to a colleague.',
  format('an employee with clients does not leave: %s', btrim(statement)))
from unnest(array[
  pg_temp.deactivate('alice'),
  $$ update crm.employee set active = false where id = test.id('alice') $$,
  $$ update crm.employee set department = 'support' where id = test.id('alice') $$]) statement;
select test.refuses('emma', pg_temp.deactivate('bruno'), '23514', 'Bruno still looks after 1 client: hand them over to a colleague.',
  'one client is enough');
select test.refuses('emma', statement, '23514', 'Chloe still looks after 1 open event: hand them over to a colleague.',
  format('an employee with an open event does not leave, and completed ones do not count: %s', btrim(statement)))
from unnest(array[
  pg_temp.deactivate('chloe'),
  $$ update crm.employee set active = false where id = test.id('chloe') $$,
  $$ update crm.employee set department = 'sales' where id = test.id('chloe') $$]) statement;
select test.refuses('emma', pg_temp.deactivate('denis'), '23514', 'Denis still looks after 1 open event: hand them over to a colleague.',
  'a confirmed event is open too');
call test.given('emma', $$ update crm.event set status = 'cancelled' where id = test.id('banquet') $$);
select test.allows('emma', pg_temp.deactivate('denis'), 'a cancelled event is no reason to stay');
select test.allows('emma', $$ update crm.employee set department = 'support' where id = test.id('basile') $$,
  'an employee with nothing in their hands moves to another department');

call test.given('dba', $$
  set local session_replication_role = replica;
  update crm.event set support_contact_id = test.id('alice') where title in ('Picnic', 'Gala');
  set local session_replication_role = origin $$);
select test.refuses('emma', pg_temp.deactivate('alice'), '23514', 'Alice still looks after 2 clients and 2 open events: hand them over to a colleague.',
  'all that is in somebody''s hands is named');
call test.given('dba', $$
  set local session_replication_role = replica;
  update crm.event set support_contact_id = case title when 'Gala' then test.id('chloe') end where title in ('Picnic', 'Gala');
  set local session_replication_role = origin $$);


-- handing over

select test.leaves('emma', pg_temp.deactivate('alice', 'bruno'),
  $$ select concat_ws(', ',
       (select active from crm.employee where id = test.id('alice')),
       (select count(*) from crm.client   where commercial_contact_id = test.id('bruno')),
       (select count(*) from crm.contract where commercial_id = test.id('bruno')),
       (select count(*) from crm.client   where commercial_contact_id = test.id('alice')),
       (select count(*) from crm.contract where commercial_id = test.id('alice')),
       (select count(*) from auth.session where employee_id = test.id('alice') and revoked_at is null)) $$,
  'f, 3, 5, 0, 0, 0',
  'an employee leaves, and a colleague looks after their clients and contracts');
select test.leaves('emma', pg_temp.deactivate('chloe', 'denis'),
  $$ select string_agg(concat(title, ': ', full_name), ', ' order by title)
    from crm.event left join crm.employee on employee.id = support_contact_id $$,
  'Banquet: Denis, Gala: Denis, Picnic: , Reunion: Chloe',
  'an employee leaves, and a colleague runs their open events; past ones stay theirs');
select test.refuses('emma', pg_temp.deactivate('alice', colleague), '23514', sentence,
  format('clients are not handed over to %s, and nobody is deactivated', colleague))
from (values ('chloe',  'Chloe cannot look after clients: a sales contact is an active sales employee.'),
             ('gaston', 'Gaston cannot look after clients: a sales contact is an active sales employee.'),
             ('alice',  'An employee cannot hand over to themselves: name a colleague.')) bad (colleague, sentence);
select test.refuses('emma', pg_temp.deactivate('chloe', 'bruno'), '23514',
     'Bruno cannot run events: a support contact is an active support employee.',
  'open events are not handed over to sales, and nobody is deactivated');
select test.refuses('emma', $$ select crm.deactivate_employee(test.id('alice'), -1) $$,
  'P0002', 'There is no employee -1.', 'nothing is handed over to somebody who does not exist');

call test.given('emma', $$ select crm.erase_client(test.id('acme'), true), crm.erase_client(test.id('paul'), true) $$);
select test.leaves('emma', pg_temp.deactivate('alice'),
  $$ select count(*) from crm.client where commercial_contact_id = test.id('alice') $$, '2',
  'erased clients are no reason to stay');
select test.leaves('emma', pg_temp.deactivate('alice', 'bruno'),
  $$ select count(*) from crm.client where commercial_contact_id = test.id('alice') $$, '2',
  'erased clients are not handed over');


-- the last manager

select test.allows('emma', statement, format('one of two managers can go: %s', btrim(statement)))
from unnest(array[
  pg_temp.deactivate('felix'), pg_temp.deactivate('emma'),
  $$ update crm.employee set department = 'sales' where id = test.id('felix') $$,
  $$ update crm.employee set department = 'sales' where id = test.id('emma') $$,
  $$ delete from crm.employee where id = test.id('felix') $$]) statement;

select matches(test.summary(test.attempt('emma', statement, watched => true)),
  '^23514: (Emma|Felix) is the last active manager and can be neither deleted, deactivated nor moved\.$',
  format('two managers cannot go together: %s', btrim(statement)))
from unnest(array[
  $$ update crm.employee set active = false where department = 'management' $$,
  $$ update crm.employee set department = 'sales' where department = 'management' $$,
  $$ update crm.employee set active = id = test.id('emma'), department = case id when test.id('emma') then 'sales' else department end where department = 'management' $$]) statement;
select matches(test.summary(test.attempt('dba', $$ delete from crm.employee where department = 'management' $$, watched => true)),
  '^23514: (Emma|Felix) is the last active manager and can be neither deleted, deactivated nor moved\.$',
  'not even when a DBA deletes both');

call test.given('emma', pg_temp.deactivate('felix'));
select test.refuses('emma', statement,
  '23514', 'Emma is the last active manager and can be neither deleted, deactivated nor moved.',
  format('the last active manager stays: %s', btrim(statement)))
from unnest(array[
  pg_temp.deactivate('emma'),
  pg_temp.deactivate('emma', 'bruno'),
  $$ update crm.employee set active = false where id = test.id('emma') $$,
  $$ update crm.employee set department = 'support' where id = test.id('emma') $$]) statement;
select test.refuses('dba', $$ delete from crm.employee where id = test.id('emma') $$,
  '23514', 'Emma is the last active manager and can be neither deleted, deactivated nor moved.',
  'the last active manager is not deleted, by whichever door');
select test.allows('emma', $$ update crm.employee set full_name = 'Emma B.' where id = test.id('emma') $$,
  'the last active manager still changes their name');
select test.allows('emma', $$ delete from crm.employee where id = test.id('felix') $$,
  'a manager who has left is not the last active one, and can be deleted');
call test.given('emma', $$ update crm.employee set department = 'management' where id = test.id('basile') $$);
select test.allows('emma', pg_temp.deactivate('emma'),
  'once there is another manager, the last one can go');

-- A lock leaves its mark on the row: so that two managers cannot remove one another at the same moment.
call test.given('dba', $$
  insert into crm.employee (full_name, email, department, active) values ('Karim', 'karim@epic.example', 'management', false) $$);
create temp table employee_before as select id, xmax as mark from crm.employee;
select test.leaves('emma', $$ update crm.employee set department = 'sales' where id = test.id('emma') $$,
  $$ select string_agg(full_name, ', ') from crm.employee join employee_before using (id)
     where employee.xmax <> mark and id <> test.id('emma') $$,
  'Basile',
  'while a manager goes, those who are to stay are locked, and nobody else');

select * from finish();
rollback;
