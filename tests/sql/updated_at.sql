-- When a contract or event was last changed: kept by the database, and by no one else.

begin;
set local search_path = tap, public;
select plan(17);
call test.load_company();

create function pg_temp.updated(record text, called text) returns text
language sql
return format($$ select case updated_at when now() then 'now' else 'long ago' end from crm.%I where id = test.id(%L) $$, record, called);


-- every change sets it

select test.results_in(who, statement, pg_temp.updated(record, called), 'now', format('%s by %s is when the %s %s was updated', what, who, record, called))
from (values
  ('alice', 'contract', 'acme_draft',  'a new total',  $$ update crm.contract set total_amount = 1 where id = test.id('acme_draft') $$),
  ('emma',  'contract', 'acme_draft',  'a signature',  $$ select crm.sign_contract(test.id('acme_draft')) $$),
  ('alice', 'contract', 'acme_signed', 'a payment',    $$ select crm.record_payment(test.id('acme_signed'), 1) $$),
  ('emma',  'contract', 'acme_draft',  'a hand-over',  $$ select crm.hand_over_client(test.id('acme'), test.id('bruno')) $$),
  ('emma',  'event',    'gala',        'a hand-over',  $$ select crm.hand_over_client(test.id('acme'), test.id('bruno')) $$),
  ('chloe', 'event',    'gala',        'new notes',    $$ update crm.event set notes = 'Back entrance' where id = test.id('gala') $$),
  ('emma',  'event',    'picnic',      'an assignment', $$ select crm.assign_support(test.id('picnic'), test.id('chloe')) $$),
  ('dba',   'event',    'banquet',     'a change',     $$ update crm.event set attendees = 7, updated_at = '1999-12-31' where id = test.id('banquet') $$)
) change (who, record, called, what, statement);


-- and nothing else does

select test.results_in(who, statement, pg_temp.updated(record, called), 'long ago', title)
from (values
  ('alice', 'contract', 'acme_draft', $$ update crm.contract set total_amount = total_amount where id = test.id('acme_draft') $$,
    'an update that changes nothing leaves when a contract was updated'),
  ('chloe', 'event', 'gala', $$ update crm.event set notes = notes where id = test.id('gala') $$,
    'an update that changes nothing leaves when an event was updated'),
  ('chloe', 'event', 'reunion', $$ update crm.event set notes = 'Back entrance' where id = test.id('gala') $$,
    'a change of one event leaves when another was updated'),
  ('dba', 'contract', 'acme_draft', $$ update crm.contract set updated_at = now() where id = test.id('acme_draft') $$,
    'a DBA who writes when a contract was updated does not set it')
) change (who, record, called, statement, title);
select test.rejects('alice', $$ update crm.contract set updated_at = now() where id = test.id('acme_draft') $$,
  '42501', 'permission denied for table contract', 'an employee who writes when a contract was updated is refused');


-- history has the time of every change already

select test.results_in('chloe', $$ update crm.event set notes = 'Back entrance' where id = test.id('gala') $$,
  $$ select (old_values, new_values) from crm.history where record = 'event' and row_id = test.id('gala') $$,
  '("{""notes"": null}","{""notes"": ""Back entrance""}")', 'history does not repeat when a record was updated');
select test.results_in('emma', $$ delete from crm.event where id = test.id('picnic') $$,
  $$ select old_values ? 'updated_at' from crm.history where record = 'event' and row_id = test.id('picnic') $$, 'false',
  'nor when one was that is deleted');
select test.results_in('dba', $$ update crm.contract set updated_at = now() where id = test.id('acme_draft') $$,
  $$ select count(*) from crm.history where record = 'contract' and row_id = test.id('acme_draft') $$, '0',
  'what changes nothing is not in history');
select is(
  (select array_agg(tgrelid::regclass::text order by 1) from pg_trigger
   where tgfoid = 'crm_private.check_version()'::regprocedure and tgnargs > 0),
  array['crm.contract', 'crm.event'], 'the trigger of every table with the column keeps it');

select * from finish();
rollback;
