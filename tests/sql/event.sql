-- event: every employee reads all of them; sales plan them, management assigns them, support run their own.

begin;
set local search_path = tap, public;
select plan(103);
call test.load_company();


-- structure

select test.has_structure('crm.event',
  array['PRIMARY KEY (id)',
        'FOREIGN KEY (contract_id) REFERENCES crm.contract(id)',
        'FOREIGN KEY (support_contact_id) REFERENCES crm.employee(id)',
        'FOREIGN KEY (commercial_id) REFERENCES crm.employee(id)'],
  'id, contract_id, title, start_date, end_date, attendees, status, version, commercial_id, updated_at');

create function pg_temp.planned(contract text) returns text
language sql
return format($$ insert into crm.event (contract_id, title, start_date, end_date)
     values (test.id(%L), 'Concert', '2030-01-01 20:00', '2030-01-01 23:00') $$, contract);

create temp table change (statement text);
insert into change values
  ($$title = 'Ball'$$), ($$start_date = start_date - interval '1 hour'$$), ($$end_date = end_date + interval '1 hour'$$),
  ($$location = 'Rome'$$), ($$attendees = 7$$), ($$notes = 'Bring chairs.'$$), ($$status = 'confirmed'$$);


-- read

select test.reads_all(who, 'crm.event', format('%s reads every event', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- columns

select test.column_privileges_are(who, 'select', 'crm.event',
  'id, contract_id, title, support_contact_id, start_date, end_date, location, attendees, notes, status, version, commercial_id, updated_at',
  format('%s reads every column of an event', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;

select test.column_privileges_are('alice', 'insert', 'crm.event', 'contract_id, title, support_contact_id, start_date, end_date, location, attendees, notes',
  'sales enter every column of an event; the policy keeps the support contact empty');
select test.column_privileges_are('chloe', 'insert', 'crm.event', '',
  'support enter no events');
select test.column_privileges_are('emma',  'insert', 'crm.event', 'contract_id, title, support_contact_id, start_date, end_date, location, attendees, notes',
  'management enters every column of an event, the support contact included');

select test.column_privileges_are('alice', 'update', 'crm.event', '',
  'sales change nothing about events');
select test.column_privileges_are('chloe', 'update', 'crm.event', 'title, start_date, end_date, location, attendees, notes, status, version',
  'support change every column of an event but the support contact');
select test.column_privileges_are('emma',  'update', 'crm.event', 'title, support_contact_id, start_date, end_date, location, attendees, notes, status, version',
  'management changes every column of an event, the support contact included');


-- create

select test.allows('alice', pg_temp.planned('acme_signed'),
  'sales plan events under a contract of their own client');
select test.forbids('alice', pg_temp.planned('bistro_signed'),
  'sales do not plan events under a contract of a colleague''s client');
select test.forbids('chloe', pg_temp.planned('acme_signed'),
  'support do not plan events');
select test.allows('emma', pg_temp.planned(contract),
  format('management plans events under any contract: %s', contract))
from unnest(array['acme_signed', 'bistro_signed']) contract;
select test.results_in(who, pg_temp.planned('acme_signed'),
  $$ select (support_contact_id, location, attendees, notes, status, commercial_id = test.id('alice')) from crm.event where title = 'Concert' $$,
  '(,,0,,planned,t)',
  format('an event that %s plans has the sales contact of its contract, and no support contact yet', test.department_of(who)))
from unnest(array['alice', 'emma']) who;
select test.forbids('alice',
  $$ insert into crm.event (contract_id, title, support_contact_id, start_date, end_date)
     values (test.id('acme_signed'), 'Concert', test.id('chloe'), '2030-01-01', '2030-01-02') $$,
  'sales cannot plan an event with a support contact');
select test.allows('emma',
  $$ insert into crm.event (contract_id, title, support_contact_id, start_date, end_date)
     values (test.id('acme_signed'), 'Concert', test.id('chloe'), '2030-01-01', '2030-01-02') $$,
  'management plans an event with a support contact');


-- update

select test.allows('chloe', format($$ update crm.event set %s where id = test.id('gala') $$, statement),
  format('support change an event that they run: %s', statement))
from change;
select test.affects_no_rows('chloe', format($$ update crm.event set %s where id = test.id('banquet') $$, statement),
  format('support do not change an event that a colleague runs: %s', statement))
from change;
select test.affects_no_rows('chloe', $$ update crm.event set notes = 'Mine?' where id = test.id('picnic') $$,
  'support do not change an event without a support contact');
select test.forbids('alice', format($$ update crm.event set %s where id = test.id('gala') $$, statement),
  format('sales do not change an event, even of their own client: %s', statement))
from change;
select test.allows('emma', format($$ update crm.event set %s where id = test.id(%L) $$, statement, event),
  format('management changes any event: %s, %s', event, statement))
from change, unnest(array['gala', 'picnic']) event;


-- assign

select test.allows('emma', $$ update crm.event set support_contact_id = test.id('denis') where id = test.id('picnic') $$,
  'management assigns an event without a support contact');
select test.allows('emma', $$ update crm.event set support_contact_id = test.id('denis') where id = test.id('gala') $$,
  'management gives an event to another support employee');
select test.allows('emma', $$ update crm.event set support_contact_id = null where id = test.id('gala') $$,
  'management takes an event from the support employee who runs it');
select test.forbids('alice', $$ update crm.event set support_contact_id = test.id('denis') where id = test.id('picnic') $$,
  'sales do not assign events');
select test.forbids('chloe', $$ update crm.event set support_contact_id = test.id('chloe') where id = test.id('picnic') $$,
  'support do not assign themselves');
select test.forbids('chloe', format($$ update crm.event set support_contact_id = %s where id = test.id('gala') $$, contact),
  format('support do not give away an event that they run (%s)', contact))
from unnest(array['null', $$test.id('denis')$$]) contact;


-- delete

select test.forbids(who, $$ delete from crm.event where id = test.id('gala') $$,
  format('%s deletes no event', test.department_of(who)))
from unnest(array['alice', 'chloe']) who;
select test.allows('emma', format($$ delete from crm.event where id = test.id(%L) $$, event),
  format('management deletes any event: %s', event))
from unnest(array['gala', 'picnic', 'banquet', 'reunion']) event;
select test.results_in('emma', $$ delete from crm.event where id = test.id('gala') $$,
  $$ select count(*) from crm.notification where id = test.id('note_to_chloe') $$, '0',
  'the notifications about a deleted event go with it');


-- what an event must be

select test.rejects('chloe', format($$ update crm.event set title = %L where id = test.id('gala') $$, title),
  '23514', 'A title has 1 to 200 characters, all on one line.',
  format('%s is not accepted as a title', what))
from (values ('', 'nothing'), ('   ', 'a blank'), (repeat('x', 201), 'a page'), (E'Ga\nla', 'a paragraph')) bad (title, what);
select test.rejects('chloe', format($$ update crm.event set location = %L where id = test.id('gala') $$, place),
  '23514', 'A location has 1 to 500 characters.',
  format('%s is not accepted as a location', what))
from (values ('', 'nothing'), ('   ', 'a blank'), (repeat('x', 501), 'a page')) bad (place, what);
select test.rejects('chloe', $$ update crm.event set notes = repeat('x', 200001) where id = test.id('gala') $$,
  '23514', 'Notes have at most 200,000 characters.',
  'notes of more than 200,000 characters are refused');
select test.results_in('chloe', $$ update crm.event set notes = repeat('é', 100000) || E'\n''; drop table crm.event; --' where id = test.id('gala') $$,
  $$ select right(notes, 28) from crm.event where id = test.id('gala') $$, E'\n''; drop table crm.event; --',
  'long notes with several lines are stored exactly');
select test.rejects('chloe', format($$ update crm.event set end_date = %s where id = test.id('gala') $$, ends),
  '23514', 'An event ends after it starts.',
  format('an event cannot end at %s', ends))
from unnest(array['start_date', $$start_date - interval '1 second'$$]) ends;
select test.rejects('alice',
  $$ insert into crm.event (contract_id, title, start_date, end_date) values (test.id('acme_signed'), 'Concert', '2030-01-02', '2030-01-01') $$,
  '23514', 'An event ends after it starts.',
  'an event is not planned to end before it starts');
select test.rejects('chloe', $$ update crm.event set attendees = -1 where id = test.id('gala') $$,
  '23514', 'The number of attendees is zero or more.',
  'an event cannot have fewer than zero attendees');
select test.allows('chloe', $$ update crm.event set attendees = 0, location = null, notes = null where id = test.id('gala') $$,
  'an event needs no attendees, location or notes yet');
select test.rejects('chloe', $$ update crm.event set status = 'postponed' where id = test.id('gala') $$,
  '23514', 'An event is planned, confirmed, completed or cancelled.',
  'an event has no status but planned, confirmed, completed and cancelled');
select test.allows('chloe', format($$ update crm.event set status = %L where id = test.id('gala') $$, status),
  format('an event can be %s', status))
from unnest(array['planned', 'confirmed', 'completed', 'cancelled']) status;


-- behind the grants: what the policies would still refuse if columns were granted by mistake

call test.given('dba', $$ grant insert, update, delete on crm.event to epic_employee $$);

select test.forbids('alice',
  $$ insert into crm.event (contract_id, title, support_contact_id, start_date, end_date)
     values (test.id('acme_signed'), 'Concert', test.id('chloe'), '2030-01-01', '2030-01-02') $$,
  'no policy lets sales plan an event with a support contact');
select test.forbids('chloe', pg_temp.planned('acme_signed'),
  'no policy lets support plan an event');
select test.forbids('chloe', format($$ update crm.event set support_contact_id = %s where id = test.id('gala') $$, contact),
  format('no policy lets support give away an event that they run (%s)', contact))
from unnest(array['null', $$test.id('denis')$$]) contact;
select test.affects_no_rows('chloe', $$ update crm.event set support_contact_id = test.id('chloe') where id = test.id('picnic') $$,
  'no policy lets support assign themselves');
select test.affects_no_rows('alice', $$ update crm.event set notes = 'Mine?' $$,
  'no policy lets sales change an event');
select test.affects_no_rows(who, $$ delete from crm.event where id = test.id('gala') $$,
  format('no policy lets %s delete an event', test.department_of(who)))
from unnest(array['alice', 'chloe']) who;


-- the owner, whose functions count the events of those who leave, and hand events over with their contract

select test.reads_all('owner', 'crm.event', 'the owner''s functions look events up');
select test.forbids('owner', pg_temp.planned('acme_signed'),
  'the owner cannot plan an event');
select test.forbids('owner', $$ update crm.event set commercial_id = test.id('bruno') where id = test.id('gala') $$,
  'the owner cannot give an event another sales contact than its contract has');
select test.affects_no_rows('owner', $$ delete from crm.event $$,
  'the owner cannot delete an event');

select * from finish();
rollback;
