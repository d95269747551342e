-- Contacts: a sales contact is an active sales employee, a support contact an active support employee.

begin;
set local search_path = tap, public;
select plan(22);
call test.load_company();


-- sales contacts

create function pg_temp.hand_over(contact text) returns text
language sql
return format('update crm.client set commercial_contact_id = %s where id = test.id(''acme'')', contact);

select test.rejects('emma', pg_temp.hand_over(format('test.id(%L)', lower(who))),
  '23514', who || ' cannot look after clients: a sales contact is an active sales employee.',
  format('a client cannot be handed over to %s, who %s', who, reason))
from (values ('Chloe', 'is in support'), ('Emma', 'is in management'), ('Gaston', 'has left')) bad (who, reason);
select test.rejects('emma', pg_temp.hand_over('-1'),
  'P0002', 'There is no employee -1.',
  'a client cannot be handed over to an employee who does not exist');
select test.rejects('emma', pg_temp.hand_over('null'),
  'P0002', 'A client needs a sales contact.',
  'a client cannot be left without a sales contact');
select test.rejects('dba', $$ insert into crm.client (full_name, email, commercial_contact_id) values ('Zoé', 'zoe@new.example', test.id('emma')) $$,
  '23514', 'Emma cannot look after clients: a sales contact is an active sales employee.',
  'a new client has an active sales contact, even when a DBA enters it');

select test.results_in('emma', pg_temp.hand_over('test.id(''bruno'')'),
  $$ select string_agg(distinct full_name, ', ') from crm.contract join crm.employee on employee.id = commercial_id
    where client_id = test.id('acme') $$,
  'Bruno',
  'the contracts of a client follow it to its new sales contact');
select test.results_in('emma', pg_temp.hand_over('test.id(''bruno'')'),
  $$ select count(*) from crm.contract where commercial_id = test.id('alice') $$, '0',
  'the former sales contact keeps no contract of a client that was handed over');
select test.results_in('emma', $$ update crm.client set commercial_contact_id = test.id('basile') where id = test.id('paul') $$,
  $$ select count(*) from crm.contract where commercial_id = test.id('basile') $$, '0',
  'the contracts of other clients keep their sales contact');
create temp table contract_before as select id, ctid as place from crm.contract;
select test.results_in('emma', pg_temp.hand_over('test.id(''alice'')'),
  $$ select count(*) from crm.contract join contract_before using (id) where contract.ctid <> place $$, '0',
  'a client that keeps its sales contact leaves its contracts unchanged');

call test.given('emma', pg_temp.hand_over('test.id(''bruno'')'));
select test.affects_no_rows('alice', $$ update crm.client set phone = null where id = test.id('acme') $$,
  'after a hand-over the former sales contact no longer changes the client');
select test.affects_no_rows('alice', $$ update crm.contract set total_amount = 1 where id = test.id('acme_draft') $$,
  'after a hand-over the former sales contact no longer changes the contracts');
select test.forbids('alice', $$ insert into crm.payment (contract_id, amount) values (test.id('acme_signed'), 1) $$,
  'after a hand-over the former sales contact no longer records payments');
select test.allows('bruno', $$ update crm.contract set total_amount = 1 where id = test.id('acme_draft') $$,
  'after a hand-over the new sales contact changes the contracts');

select test.results_in('bruno', $$ update crm.client set phone = null where id = test.id('acme') $$,
  $$ select last_update = now() from crm.client where id = test.id('acme') $$, 'true',
  'the time of a client''s last change is kept by the database');
select test.results_in('dba', $$ update crm.client set last_update = '1999-12-31' where id = test.id('bistro') $$,
  $$ select last_update = now() from crm.client where id = test.id('bistro') $$, 'true',
  'a DBA who writes the time of a client''s last change does not set it');


-- support contacts

create function pg_temp.assign(contact text) returns text
language sql
return format('update crm.event set support_contact_id = %s where id = test.id(''picnic'')', contact);

select test.rejects('emma', pg_temp.assign(format('test.id(%L)', lower(who))),
  '23514', who || ' cannot run events: a support contact is an active support employee.',
  format('an event cannot be assigned to %s, who %s', who, reason))
from (values ('Alice', 'is in sales'), ('Emma', 'is in management'), ('Hector', 'has left')) bad (who, reason);
select test.rejects('emma', pg_temp.assign('-1'),
  'P0002', 'There is no employee -1.',
  'an event cannot be assigned to an employee who does not exist');
select test.rejects('emma',
  $$ insert into crm.event (contract_id, title, support_contact_id, start_date, end_date)
     values (test.id('acme_signed'), 'Concert', test.id('alice'), '2030-01-01', '2030-01-02') $$,
  '23514', 'Alice cannot run events: a support contact is an active support employee.',
  'a new event cannot be assigned to an employee of sales');

call test.given('emma', pg_temp.assign('test.id(''denis'')'));
select test.allows('denis', $$ update crm.event set notes = 'Mine.' where id = test.id('picnic') $$,
  'the employee to whom an event is assigned may change it from then on');

select * from finish();
rollback;
