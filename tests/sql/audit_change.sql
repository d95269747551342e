-- audit.change, and crm.history, the view of it: one row for every row that was changed, by any client.
-- Sales and support read all but the rows about employees, management all. That nothing escapes history is in
-- history_complete.sql, that nothing is taken out of it in history_append_only.sql and prune_history.sql.

begin;
set local search_path = tap, public;
select plan(89);
call test.load_company();


-- structure

select test.has_structure('audit.change',
  array['PRIMARY KEY (id)'],
  'id, changed_at, transaction_id, database_user, record, row_id, action');

create function pg_temp.latest(wanted text) returns text
language sql
return format('select %s from audit.change where id = (select max(id) from audit.change)', wanted);

create function pg_temp.keys(object jsonb) returns text
language sql
return (select string_agg(key, ', ' order by key) from jsonb_object_keys(object) key);


-- what is written

select test.results_in('alice', $$ update crm.client set phone = '01 02 03 04' where id = test.id('acme') $$,
  pg_temp.latest($$ (record, action, row_id = test.id('acme'), employee_id = test.id('alice'), session_id = test.session('alice'),
                     database_user = session_user, transaction_id = pg_current_xact_id(), changed_at = now()) $$),
  '(client,update,t,t,t,t,t,t)',
  'a change says which record was changed, by whom, in which session and transaction, and when');
select test.results_in('alice', $$ update crm.client set phone = '01 02 03 04', full_name = full_name where id = test.id('acme') $$,
  pg_temp.latest($$ (pg_temp.keys(old_values), pg_temp.keys(new_values), old_values ->> 'phone', new_values ->> 'phone') $$),
  '("last_update, phone","last_update, phone","+33 1 02 03 04 05","01 02 03 04")',
  'an update is written with the columns that changed, before and after, and no others');
select test.results_in('alice', $$ insert into crm.client (full_name, email) values ('Zoé', 'zoe@new.example') $$,
  pg_temp.latest($$ (action, old_values is null, new_values = (select to_jsonb(client) - 'version' from crm.client where id = row_id)) $$),
  '(insert,t,t)',
  'an insert is written with the whole new record');
select test.results_in('emma', $$ delete from crm.event where id = test.id('picnic') $$,
  $$ select (action, new_values is null, old_values ->> 'title', row_id = test.id('picnic')) from audit.change where record = 'event' $$,
  '(delete,t,Picnic,t)',
  'a delete is written with the whole old record');
select test.results_in('emma', $$ update crm.contract set total_amount = total_amount $$,
  'select count(*) from audit.change', '0',
  'an update that changes nothing is not written');
select test.results_in('emma', $$ update crm.client set commercial_contact_id = test.id('bruno') where id = test.id('acme') $$,
  $$ select (count(*), count(distinct transaction_id), count(*) filter (where record = 'contract'), count(*) filter (where record = 'event')) from audit.change $$,
  '(6,1,3,2)',
  'every changed row is written once, also those that a rule changed along');

select test.results_in(who, statement,
  format('select count(*) from audit.change where record = %L and action = %L', record, action), count::text,
  format('history has every %s of a %s: %s', action, record, btrim(statement)))
from (values
  ('emma',  'employee',     'insert', 1, $$ insert into crm.employee (full_name, email, department) values ('Joël', 'joel@epic.example', 'sales') $$),
  ('emma',  'employee',     'update', 1, $$ update crm.employee set full_name = 'Basil' where id = test.id('basile') $$),
  ('emma',  'employee',     'delete', 1, $$ delete from crm.employee where id = test.id('basile') $$),
  ('alice', 'client',       'insert', 1, $$ insert into crm.client (full_name, email) values ('Zoé', 'zoe@new.example') $$),
  ('alice', 'client',       'update', 2, $$ update crm.client set phone = '01 02 03 04' $$),
  ('dba',   'client',       'delete', 1, $$ delete from crm.client where id = test.id('paul') $$),
  ('alice', 'contract',     'insert', 1, $$ insert into crm.contract (client_id, total_amount) values (test.id('acme'), 1) $$),
  ('alice', 'contract',     'update', 1, $$ update crm.contract set status = 'signed' where id = test.id('acme_draft') $$),
  ('emma',  'contract',     'delete', 1, $$ delete from crm.contract where id = test.id('acme_draft') $$),
  ('alice', 'payment',      'insert', 1, $$ insert into crm.payment (contract_id, amount) values (test.id('acme_signed'), 1) $$),
  ('alice', 'contract',     'update', 1, $$ insert into crm.payment (contract_id, amount) values (test.id('acme_signed'), 1) $$),
  ('dba',   'payment',      'update', 1, $$ update crm.payment set paid_on = '2024-02-29' $$),
  ('dba',   'payment',      'delete', 1, $$ delete from crm.payment $$),
  ('alice', 'event',        'insert', 1, $$ insert into crm.event (contract_id, title, start_date, end_date) values (test.id('acme_signed'), 'Concert', '2030-01-01', '2030-01-02') $$),
  ('chloe', 'event',        'update', 1, $$ update crm.event set notes = 'Bring chairs.' where id = test.id('gala') $$),
  ('emma',  'event',        'delete', 4, $$ delete from crm.event $$),
  ('bruno', 'note',         'insert', 1, $$ insert into crm.note (client_id, body) values (test.id('acme'), 'New') $$),
  ('alice', 'note',         'update', 1, $$ select crm.finish_note(test.id('caterer')) $$),
  ('chloe', 'note',         'delete', 1, $$ delete from crm.note $$)
) change (who, record, action, count, statement);

select test.rejects('dba', $$ insert into audit.change (record, row_id, action) values ('client', 1, 'rename') $$,
  '22P02', 'invalid input value for enum audit.action: "rename"',
  'history has no actions but insert, update, delete and prune');


-- who reads what

call test.given('alice', $$ update crm.client set phone = '01 02 03 04' where id = test.id('acme') $$);
call test.given('alice', $$ update crm.contract set status = 'signed' where id = test.id('acme_draft') $$);
call test.given('alice', $$ insert into crm.payment (contract_id, amount) values (test.id('acme_signed'), 1) $$);
call test.given('chloe', $$ update crm.event set notes = 'Bring chairs.' where id = test.id('gala') $$);
call test.given('emma',  $$ update crm.employee set full_name = 'Basil' where id = test.id('basile') $$);
call test.given('emma',  $$ select crm.finish_note(test.id('discount')) $$);

select test.reads(who, format($$ select string_agg(distinct record, ', ' order by record) from %s where record <> 'notification' $$, place), records,
  format('%s reads in %s the history of: %s', test.department_of(who), place, records))
from (values
  ('alice', 'client, contract, event, note, payment'),
  ('chloe', 'client, contract, event, note, payment'),
  ('emma',  'client, contract, employee, event, note, payment')) sight (who, records),
  unnest(array['crm.history', 'audit.change']) place;
select test.reads_all('emma', relation::regclass, format('management reads all of %s', relation))
from unnest(array['crm.history', 'audit.change']) relation;


-- columns

select test.column_privileges_are(who, 'select', 'crm.history',
  'id, changed_at, transaction_id, record, row_id, action, employee_id, service_account, database_user, old_values, new_values',
  format('%s reads in crm.history who changed what and what was changed together, and no sessions', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.column_privileges_are(who, 'select', 'audit.change',
  'id, changed_at, transaction_id, employee_id, database_user, record, row_id, action, old_values, new_values, service_account',
  format('%s reads in audit.change no more than in crm.history', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.column_privileges_are(who, verb, 'audit.change', '',
  format('%s has no right to %s a column of audit.change', test.department_of(who), verb))
from unnest(array['alice', 'chloe', 'emma']) who, unnest(array['insert', 'update']) verb;


-- no role writes

select test.forbids(who, statement, format('%s cannot write to history: %s', test.department_of(who), btrim(statement)))
from unnest(array['alice', 'chloe', 'emma']) who,
     unnest(array[
       $$ insert into audit.change (record, row_id, action) values ('client', 1, 'update') $$,
       $$ insert into crm.history (record, row_id) values ('client', 1) $$,
       $$ update audit.change set employee_id = null $$,
       $$ update crm.history set employee_id = null $$,
       $$ delete from audit.change $$,
       $$ delete from crm.history $$]) statement;


-- not even the owner, beyond what its functions need

select test.column_privileges_are('owner', 'insert', 'audit.change', 'employee_id, session_id, record, row_id, action, old_values, new_values',
  'the owner''s functions write what was changed and by whom, but not when and in which transaction');
select test.forbids('owner', $$ insert into audit.change (employee_id, record, row_id, action) values (test.id('alice'), 'client', 1, 'update') $$,
  'the owner cannot write outside a session that an employee changed something');
select test.forbids('owner', format($$
    select identity.set_claims('epic_owner', test.id('alice'), null, 'sales');
    insert into audit.change (employee_id, record, row_id, action) values (%s, 'client', 1, 'update') $$, employee),
  'nor, in the session of one, that another did, or none')
from unnest(array['test.id(''bruno'')', 'null']) employee;
select test.column_privileges_are('owner', 'update', 'audit.change', 'old_values, new_values',
  'the owner''s functions may redact the changed values, and change nothing else');
select test.reads('owner', $$ select string_agg(distinct record, ', ') from audit.change $$, 'client, note',
  'the owner''s functions read the history of clients and notes, to erase them, and no other history');
select test.affects_no_rows('owner', $$ update audit.change set new_values = '{}' where record not in ('client', 'note') $$,
  'the owner cannot update the history of anything but clients and notes');
select test.forbids('owner', $$ update audit.change set record = 'contract' $$,
  'the owner cannot turn the history of a client into that of another record');


-- behind the grants: what the policies would still refuse if columns were granted by mistake

call test.given('dba', $$ grant select, insert, update, delete on audit.change, crm.history to epic_employee $$);
call test.given('dba', $$ grant update on audit.change to epic_owner $$);

select test.forbids(who, $$ insert into audit.change (record, row_id, action) values ('client', 1, 'update') $$,
  format('no policy lets %s add to history', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.affects_no_rows(who, statement, format('no policy lets %s rewrite history: %s', test.department_of(who), btrim(statement)))
from unnest(array['alice', 'chloe', 'emma']) who,
     unnest(array[$$ update audit.change set employee_id = null $$, $$ update crm.history set employee_id = null $$]) statement;
select test.forbids(who, statement, format('no policy lets %s delete history: %s', test.department_of(who), btrim(statement)))
from unnest(array['alice', 'chloe', 'emma']) who,
     unnest(array[$$ delete from audit.change $$, $$ delete from crm.history $$]) statement;
select test.forbids('owner', $$ update audit.change set record = 'history' where record = 'client' $$,
  'no policy lets the owner turn the history of a client into that of another record');

select * from finish();
rollback;
