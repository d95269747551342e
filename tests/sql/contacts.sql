-- Who may look after whom: a sales contact is an active sales employee, a support contact an active support employee.

begin;
set local search_path = tap, public;
select plan(22);
call test.open_the_company();


-- sales contacts

create function pg_temp.hand_over(contact text) returns text
language sql
return format('update crm.client set commercial_contact_id = %s where id = test.id(''acme'')', contact);

select test.refuses('emma', pg_temp.hand_over(format('test.id(%L)', lower(who))),
  '23514', who || ' cannot look after clients: a sales contact is an active sales employee.',
  format('no client is handed over to %s, who %s', who, reason))
from (values ('Chloe', 'is in support'), ('Emma', 'is in management'), ('Gaston', 'has left')) bad (who, reason);
select test.refuses('emma', pg_temp.hand_over('-1'),
  'P0002', 'There is no employee -1.',
  'no client is handed over to somebody who does not exist');
select test.refuses('emma', pg_temp.hand_over('null'),
  'P0002', 'A client needs a sales contact.',
  'no client is handed over to nobody');
select test.refuses('dba', $$ insert into crm.client (full_name, email, commercial_contact_id) values ('Zoé', 'zoe@new.example', test.id('emma')) $$,
  '23514', 'Emma cannot look after clients: a sales contact is an active sales employee.',
  'a new client has a sales contact too, whoever enters it');

select test.leaves('emma', pg_temp.hand_over('test.id(''bruno'')'),
  $$ select string_agg(distinct full_name, ', ') from crm.contract join crm.employee on employee.id = commercial_id
    where client_id = test.id('acme') $$,
  'Bruno',
  'the contracts of a client follow it to its new sales contact');
select test.leaves('emma', pg_temp.hand_over('test.id(''bruno'')'),
  $$ select count(*) from crm.contract where commercial_id = test.id('alice') $$, '0',
  'and its former sales contact keeps none of them');
select test.leaves('emma', $$ update crm.client set commercial_contact_id = test.id('basile') where id = test.id('paul') $$,
  $$ select count(*) from crm.contract where commercial_id = test.id('basile') $$, '0',
  'the contracts of other clients stay where they are');
create temp table contract_before as select id, ctid as place from crm.contract;
select test.leaves('emma', pg_temp.hand_over('test.id(''alice'')'),
  $$ select count(*) from crm.contract join contract_before using (id) where contract.ctid <> place $$, '0',
  'a client that stays where it is leaves its contracts untouched');

call test.given('emma', pg_temp.hand_over('test.id(''bruno'')'));
select test.touches_nothing('alice', $$ update crm.client set phone = null where id = test.id('acme') $$,
  'after a hand-over the former sales contact no longer changes the client');
select test.touches_nothing('alice', $$ update crm.contract set total_amount = 1 where id = test.id('acme_draft') $$,
  'nor its contracts');
select test.forbids('alice', $$ insert into crm.payment (contract_id, amount) values (test.id('acme_signed'), 1) $$,
  'nor records its payments');
select test.allows('bruno', $$ update crm.contract set total_amount = 1 where id = test.id('acme_draft') $$,
  'and the new one does');

select test.leaves('bruno', $$ update crm.client set phone = null where id = test.id('acme') $$,
  $$ select last_update = now() from crm.client where id = test.id('acme') $$, 'true',
  'the time of a client''s last change is kept by the database');
select test.leaves('dba', $$ update crm.client set last_update = '1999-12-31' where id = test.id('bistro') $$,
  $$ select last_update = now() from crm.client where id = test.id('bistro') $$, 'true',
  'whatever is written');


-- support contacts

create function pg_temp.assign(contact text) returns text
language sql
return format('update crm.event set support_contact_id = %s where id = test.id(''picnic'')', contact);

select test.refuses('emma', pg_temp.assign(format('test.id(%L)', lower(who))),
  '23514', who || ' cannot run events: a support contact is an active support employee.',
  format('no event is assigned to %s, who %s', who, reason))
from (values ('Alice', 'is in sales'), ('Emma', 'is in management'), ('Hector', 'has left')) bad (who, reason);
select test.refuses('emma', pg_temp.assign('-1'),
  'P0002', 'There is no employee -1.',
  'no event is assigned to somebody who does not exist');
select test.refuses('emma',
  $$ insert into crm.event (contract_id, title, support_contact_id, start_date, end_date)
     values (test.id('acme_signed'), 'Concert', test.id('alice'), '2030-01-01', '2030-01-02') $$,
  '23514', 'Alice cannot run events: a support contact is an active support employee.',
  'nobody but support is assigned to a new event');

call test.given('emma', pg_temp.assign('test.id(''denis'')'));
select test.allows('denis', $$ update crm.event set notes = 'Mine.' where id = test.id('picnic') $$,
  'whoever is assigned an event changes it from then on');

select * from finish();
rollback;
