-- employee: every employee reads all of them; management alone creates, changes and deletes them, but not themselves.

begin;
set local search_path = tap, public;
select plan(74);
call test.load_company();


-- structure

select test.has_structure('crm.employee',
  array['PRIMARY KEY (id)'],
  'id, full_name, email, department, active, creation_date, version');


-- read

select test.reads_all(who, 'crm.employee', format('%s reads every employee', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- columns

select test.column_privileges_are(who, 'select', 'crm.employee', 'id, full_name, email, phone, department, active, creation_date, version',
  format('%s reads every column of an employee', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;

select test.column_privileges_are('alice', 'insert', 'crm.employee', '',
  'sales enter nothing about employees');
select test.column_privileges_are('chloe', 'insert', 'crm.employee', '',
  'support enter nothing about employees');
select test.column_privileges_are('emma',  'insert', 'crm.employee', 'full_name, email, phone, department',
  'management enters the name, e-mail address and department of an employee');

select test.column_privileges_are('alice', 'update', 'crm.employee', '',
  'sales change nothing about employees');
select test.column_privileges_are('chloe', 'update', 'crm.employee', '',
  'support change nothing about employees');
select test.column_privileges_are('emma',  'update', 'crm.employee', 'full_name, email, phone, department, active, version',
  'management changes the name, e-mail address, department and activity of an employee');


-- create

select test.forbids('alice', $$ insert into crm.employee (full_name, email, department) values ('Joël', 'joel@epic.example', 'sales') $$,
  'sales do not create employees');
select test.forbids('chloe', $$ insert into crm.employee (full_name, email, department) values ('Joël', 'joel@epic.example', 'support') $$,
  'support do not create employees');
select test.allows('emma', format($$ insert into crm.employee (full_name, email, department) values ('Joël', 'joel@epic.example', %L) $$, department),
  format('management creates employees of %s', department))
from unnest(array['sales', 'support', 'management']) department;
select test.results_in('emma',
  $$ insert into crm.employee (full_name, email, department) values ('Joël', 'joel@epic.example', 'sales') $$,
  $$ select (active, creation_date = now()) from crm.employee where email = 'joel@epic.example' $$,
  '(t,t)',
  'a new employee is active, and was entered now');


-- update

select test.allows('emma', format($$ update crm.employee set %s where id = test.id('basile') $$, change),
  format('management changes an employee: %s', change))
from unnest(array[$$full_name = 'Basil'$$, $$email = 'basil@epic.example'$$, $$department = 'support'$$, $$active = false$$]) change;
select test.allows('emma', $$ update crm.employee set active = true where id = test.id('gaston') $$,
  'management reactivates an employee');
select test.allows('emma', $$ update crm.employee set full_name = 'Emma B.' where id = test.id('emma') $$,
  'management changes its own name');

select test.forbids(who, format($$ update crm.employee set %s where id = test.id('basile') $$, change),
  format('%s does not change an employee: %s', test.department_of(who), change))
from unnest(array['alice', 'chloe']) who,
     unnest(array[$$full_name = 'Basil'$$, $$email = 'basil@epic.example'$$, $$department = 'support'$$, $$active = false$$]) change;
select test.forbids('alice', $$ update crm.employee set full_name = 'Alicia' where id = test.id('alice') $$,
  'sales do not even change their own name');
select test.forbids('chloe', $$ update crm.employee set department = 'management' where id = test.id('chloe') $$,
  'support do not promote themselves');


-- delete

select test.forbids('alice', $$ delete from crm.employee where id = test.id('basile') $$,
  'sales do not delete employees');
select test.forbids('chloe', $$ delete from crm.employee where id = test.id('ines') $$,
  'support do not delete employees');
select test.allows('emma', $$ delete from crm.employee where id = test.id('basile') $$,
  'management deletes an employee to whom no record refers');
select test.allows('emma', $$ delete from crm.employee where id = test.id('felix') $$,
  'management deletes another manager');
select test.affects_no_rows('emma', $$ delete from crm.employee where id = test.id('emma') $$,
  'management cannot delete themselves');
select test.results_in('emma',
  $$ delete from crm.employee where id = test.id('ines') $$,
  $$ select (select count(*) from identity.credential where employee_id = test.id('ines'))
          + (select count(*) from identity.session where employee_id = test.id('ines')) $$,
  '0',
  'the password and the sessions of a deleted employee go with them');

select test.rejects('emma', $$ delete from crm.employee where id = test.id('alice') $$,
  '23503', 'The employee still looks after clients: hand them over first.',
  'an employee who looks after clients is not deleted');
select test.rejects('emma', $$ delete from crm.employee where id = test.id('denis') $$,
  '23503', 'The employee is the support contact of events.',
  'an employee who runs events is not deleted');

call test.given('dba', $$ update crm.contract set commercial_id = test.id('basile') where id = test.id('acme_draft') $$);
select test.rejects('emma', $$ delete from crm.employee where id = test.id('basile') $$,
  '23503', 'The employee still looks after contracts: hand their clients over first.',
  'an employee who looks after contracts is not deleted');

call test.given('felix', $$ insert into crm.payment (contract_id, amount) values (test.id('bistro_signed'), 1) $$);
select test.rejects('emma', $$ delete from crm.employee where id = test.id('felix') $$,
  '23503', 'The employee has recorded payments.',
  'an employee who has recorded payments is not deleted');

call test.given('dba', $$ insert into crm.notification (recipient_id, kind, event_id)
     values (test.id('ines'), 'event_assigned', test.id('picnic')) $$);
select test.allows('emma', $$ delete from crm.employee where id = test.id('ines') $$,
  'an employee who only has notifications can be deleted');


-- what an employee must be

select test.rejects('emma', format($$ update crm.employee set full_name = %L where id = test.id('basile') $$, name),
  '23514', 'A name has 1 to 200 characters, all on one line.',
  format('%s is not accepted as the name of an employee', what))
from (values ('', 'nothing'), ('   ', 'a blank'), (repeat('x', 201), 'a page'), (E'Basile\nB.', 'a paragraph')) bad (name, what);
select test.allows('emma', format($$ update crm.employee set full_name = %L where id = test.id('basile') $$, name),
  format('%s is accepted as the name of an employee', what))
from (values ('X', 'one letter'), (repeat('é', 200), 'two hundred letters'), ('عليّ 🎉', 'right-to-left text')) good (name, what);

select test.rejects('emma', format($$ update crm.employee set email = %L where id = test.id('basile') $$, address),
  '23514', 'An e-mail address looks like name@example.com.',
  format('“%s” is not accepted as the e-mail address of an employee', replace(left(address, 30), chr(10), '↵')))
from unnest(array['', 'basile', 'basile@epic', 'basile@@epic.example', 'ba sile@epic.example', '@epic.example', E'basile@epic.example\n',
                  repeat('x', 250) || '@epic.example']) address;

select test.rejects('emma', format($$ insert into crm.employee (full_name, email, department) values ('Alice', %L, 'sales') $$, address),
  '23505', 'Another employee already has this e-mail address.',
  format('a second employee with the address %s is refused', address))
from unnest(array['alice@epic.example', 'ALICE@Epic.Example']) address;

select test.rejects('emma', $$ update crm.employee set department = 'catering' where id = test.id('basile') $$,
  '23514', 'A department is sales, support or management.',
  'an employee cannot be moved to an unknown department');


-- behind the grants: what the policies would still refuse if columns were granted by mistake

call test.given('dba', $$ grant insert, update, delete on crm.employee to epic_employee $$);

select test.forbids(who, $$ insert into crm.employee (full_name, email, department) values ('Joël', 'joel@epic.example', 'sales') $$,
  format('no policy lets %s create an employee', test.department_of(who)))
from unnest(array['alice', 'chloe']) who;
select test.affects_no_rows(who, $$ update crm.employee set full_name = 'Nobody' $$,
  format('no policy lets %s change an employee', test.department_of(who)))
from unnest(array['alice', 'chloe']) who;
select test.affects_no_rows(who, $$ delete from crm.employee $$,
  format('no policy lets %s delete an employee', test.department_of(who)))
from unnest(array['alice', 'chloe']) who;


-- the owner, whose functions look employees up and lock them

select test.reads_all('owner', 'crm.employee', 'the owner''s functions look employees up');
select test.allows('owner', $$ insert into crm.employee (full_name, email, department) values ('First', 'first@epic.example', 'management') $$,
  'the owner creates the first manager');
select test.forbids('owner', $$ update crm.employee set full_name = 'Nobody' where id = test.id('basile') $$,
  'the owner''s functions lock employees but cannot change them');
select test.affects_no_rows('owner', $$ delete from crm.employee where id = test.id('basile') $$,
  'the owner cannot delete an employee');

select * from finish();
rollback;
