-- Who is told of what. Nobody is told of what they did themselves, and nobody who has left is told anything.

begin;
set local search_path = tap, public;
select plan(78);
call test.open_the_company();

create temp view told as
  select employee.full_name, notification.*
  from crm.notification join crm.employee on employee.id = recipient_id
  where notification.id not in (select id from test.name where name like 'note\_to\_%');

create function pg_temp.told() returns text
language sql
return $$ select string_agg(concat(kind, ': ', full_name), ', ' order by kind, full_name) from told $$;

create function pg_temp.message(kind text) returns text
language sql
return format('select distinct message from told where kind = %L', kind);

create function pg_temp.message_to(who text, kind text) returns text
language sql
return format('select message from told where full_name = %L and kind = %L', who, kind);

create function pg_temp.plan_event(contact text default 'null') returns text
language sql
return format($$ insert into crm.event (contract_id, title, start_date, end_date %2$s)
                 values (test.id('acme_signed'), 'Concert', '2030-01-01 23:30+00', '2030-01-02 23:30+00' %1$s) $$,
  case when contact <> 'null' then format(', test.id(%L)', contact) end,
  case when contact <> 'null' then ', support_contact_id' end);

create function pg_temp.change(what text) returns text
language sql
return format($$ update crm.event set %s where title = 'Gala' $$, what);


-- a new event

select test.leaves('alice', pg_temp.plan_event(), pg_temp.told(),
  'event_created: Emma, event_created: Felix',
  'when sales plan an event, management hears of it');
select test.leaves('emma', pg_temp.plan_event(), pg_temp.told(),
  'event_created: Alice, event_created: Felix',
  'when a manager plans an event, the sales contact and the other managers hear of it');
select test.leaves('emma', pg_temp.plan_event('chloe'), pg_temp.told(),
  'event_assigned: Chloe, event_created: Alice, event_created: Felix',
  'and so does whoever is to run it');
select test.leaves('alice', pg_temp.plan_event(),
  $$ select message = format('“Concert” (event %s) was planned for 2030-01-02 and needs a support contact.', event_id)
    from told where full_name = 'Emma' $$, 'true',
  'the message says what, when (in Paris), and that somebody is needed');
select test.leaves('emma', pg_temp.plan_event('chloe'),
  $$ select message = format('“Concert” (event %s) was planned for 2030-01-02.', event_id) from told where full_name = 'Alice' $$, 'true',
  'or that nobody is');
select test.leaves('alice', pg_temp.plan_event(),
  $$ select bool_and(created_at = now() and read_at is null and contract_id is null
                     and event_id = (select id from crm.event where title = 'Concert')) from told $$, 'true',
  'a notification is about its event, of now, and unread');

create function pg_temp.plan_events(contacts text[], contracts text[] default '{acme_signed,acme_signed,bistro_signed}') returns text
language sql
return format($$ insert into crm.event (contract_id, title, start_date, end_date, support_contact_id)
                 select test.id(contract), 'Show ' || nth, '2030-01-01 23:30+00', '2030-01-02 23:30+00', case when contact <> '' then test.id(contact) end
                 from unnest(%L::text[], %L::text[]) with ordinality season (contract, contact, nth) order by nth $$, contracts, contacts);
create function pg_temp.news() returns text
language sql
return $$ select string_agg(format('%s: %s', full_name, replace(message, event_id::text, '#')), ' ' order by kind, full_name) from told $$;

select test.leaves('emma', pg_temp.plan_events('{chloe,chloe,""}'), pg_temp.news(),
  'Chloe: You run “Show 1” (event #) and 1 more.'
  ' Alice: “Show 1” (event #) and 1 more event was planned.'
  ' Bruno: “Show 3” (event #) was planned for 2030-01-02 and needs a support contact.'
  ' Felix: “Show 1” (event #) and 2 more events were planned; 1 of them need a support contact.',
  'of many events that are planned at once, everybody hears in one message');
select test.leaves('emma', pg_temp.plan_events('{chloe,denis,denis}', '{acme_signed,acme_signed,acme_signed}'), pg_temp.news(),
  'Chloe: You run “Show 1” (event #).'
  ' Denis: You run “Show 2” (event #) and 1 more.'
  ' Alice: “Show 1” (event #) and 2 more events were planned.'
  ' Felix: “Show 1” (event #) and 2 more events were planned.',
  'whoever is to run them too');
select test.leaves('emma', pg_temp.plan_events('{"",""}', '{acme_signed,acme_signed}'), pg_temp.news(),
  'Alice: “Show 1” (event #) and 1 more event was planned; 2 of them need a support contact.'
  ' Felix: “Show 1” (event #) and 1 more event was planned; 2 of them need a support contact.',
  'and how many are in need of somebody');
select test.leaves('emma', pg_temp.plan_events('{}', '{}'), pg_temp.told(), null, 'of none, nobody hears');
select test.leaves('dba', pg_temp.plan_events('{"",""}', '{acme_signed,acme_signed}'), pg_temp.told(),
  'event_created: Alice, event_created: Emma, event_created: Felix', 'whatever door they come through');


-- assigned, unassigned

select test.leaves('emma', $$ update crm.event set support_contact_id = test.id('chloe') where id = test.id('picnic') $$, pg_temp.told(),
  'event_assigned: Alice, event_assigned: Chloe',
  'whoever is assigned an event hears of it, and so does the sales contact');
select test.leaves('emma', pg_temp.change($$support_contact_id = test.id('denis')$$), pg_temp.told(),
  'event_assigned: Alice, event_assigned: Denis, event_unassigned: Chloe',
  'when an event changes hands, both hear of it, and so does the sales contact');
select test.leaves('emma', pg_temp.change('support_contact_id = null'), pg_temp.told(),
  'event_unassigned: Alice, event_unassigned: Chloe, event_unassigned: Felix',
  'when nobody runs an event any more, management hears that somebody must, and the sales contact that nobody does');
select test.leaves('emma', pg_temp.change($$support_contact_id = test.id('denis')$$), pg_temp.message_to(who, kind), format(message, test.id('gala')),
  format('in a sentence for %s (%s)', who, kind))
from (values ('Denis', 'event_assigned',   'You run “Gala” (event %s).'),
             ('Alice', 'event_assigned',   'Denis runs “Gala” (event %s).'),
             ('Chloe', 'event_unassigned', 'You no longer run “Gala” (event %s).')) sentence (who, kind, message);
select test.leaves('emma', pg_temp.change('support_contact_id = null'), pg_temp.message_to(who, 'event_unassigned'),
  format('“Gala” (event %s) needs a support contact again.', test.id('gala')),
  format('in a sentence for %s (event_unassigned)', who))
from unnest(array['Alice', 'Felix']) who;
select test.leaves('emma', $$ update crm.event set support_contact_id = null where id = test.id('banquet') $$, pg_temp.told(),
  'event_unassigned: Bruno, event_unassigned: Denis, event_unassigned: Felix',
  'a confirmed event needs somebody too');
select test.leaves('emma', $$ update crm.event set support_contact_id = null where id = test.id('reunion') $$, pg_temp.told(),
  'event_unassigned: Chloe',
  'an event that is over needs nobody');


-- rescheduled, moved, confirmed, completed, cancelled

select test.leaves('chloe', pg_temp.change(what), pg_temp.told(), kind || ': Alice',
  format('the sales contact hears of it when support change an event: %s', what))
from (values ($$start_date = '2030-06-01 18:00+00', end_date = '2030-06-01 23:00+00'$$, 'event_rescheduled'),
             ($$end_date = end_date + interval '1 hour'$$,                              'event_rescheduled'),
             ($$location = 'Rome'$$,                                                    'event_moved'),
             ($$location = null$$,                                                      'event_moved'),
             ($$status = 'confirmed'$$,                                                 'event_confirmed'),
             ($$status = 'completed'$$,                                                 'event_completed'),
             ($$status = 'cancelled'$$,                                                 'event_cancelled')) happening (what, kind);
select test.leaves('emma', pg_temp.change(what), pg_temp.told(), format('%1$s: Alice, %1$s: Chloe', kind),
  format('the sales and the support contact hear of it when management changes an event: %s', what))
from (values ($$start_date = now()$$,     'event_rescheduled'),
             ($$location = 'Rome'$$,      'event_moved'),
             ($$status = 'cancelled'$$,   'event_cancelled')) happening (what, kind);
select test.leaves('chloe', pg_temp.change(what), pg_temp.message(kind), format(message, test.id('gala')),
  format('in a sentence (%s)', what))
from (values ($$start_date = '2030-06-01 18:00+00', end_date = '2030-06-01 23:00+00'$$,
              'event_rescheduled', '“Gala” (event %s) now starts on 2030-06-01 at 20:00.'),
             ($$end_date = '2040-06-02 01:00+00'$$,
              'event_rescheduled', '“Gala” (event %s) now ends on 2040-06-02 at 03:00.'),
             ($$location = 'Rome'$$,      'event_moved',     '“Gala” (event %s) now takes place at: Rome.'),
             ($$location = null$$,        'event_moved',     '“Gala” (event %s) now takes place at: a place to be found.'),
             ($$status = 'cancelled'$$,   'event_cancelled', '“Gala” (event %s) is cancelled.')) sentence (what, kind, message);
select test.leaves('chloe', pg_temp.change($$location = 'Rome', status = 'confirmed'$$), pg_temp.told(),
  'event_confirmed: Alice, event_moved: Alice',
  'two things that happen to an event are two notifications');
select test.leaves('chloe', pg_temp.change(what), pg_temp.told(), null,
  format('nobody hears of small things: %s', what))
from unnest(array[$$title = 'Gala'$$, $$notes = 'Bring chairs.'$$, 'attendees = 7', $$status = 'planned'$$,
                  'location = location', 'start_date = start_date']) what;

select test.leaves('denis', $$ update crm.event set status = 'planned' where id = test.id('banquet') $$, pg_temp.told(),
  'event_planned: Bruno',
  'the sales contact hears of an event that is only planned again');
select test.leaves('denis', $$ update crm.event set status = 'planned' where id = test.id('banquet') $$, pg_temp.message('event_planned'),
  format('“Banquet” (event %s) is planned again.', test.id('banquet')),
  'in a sentence (planned again)');


-- deleted

select test.leaves('emma', $$ delete from crm.event where id = test.id('gala') $$, pg_temp.told(),
  'event_deleted: Alice, event_deleted: Chloe',
  'the sales and the support contact hear of an event that is deleted');
select test.leaves('emma', $$ delete from crm.event where id = test.id('gala') $$,
  $$ select distinct message || ' ' || (contract_id = test.id('acme_signed') and event_id is null) from told $$,
  format('“Gala” (event %s) was deleted. true', test.id('gala')),
  'the notification is about the contract, since there is no event any more');
select test.leaves('emma', $$ delete from crm.event where id = test.id('picnic') $$, pg_temp.told(),
  'event_deleted: Alice',
  'only the sales contact does when nobody ran it');


-- a contract is signed

select test.leaves('alice', $$ update crm.contract set status = 'signed' where id = test.id('acme_draft') $$, pg_temp.told(),
  'contract_signed: Emma, contract_signed: Felix',
  'when sales sign a contract, management hears of it');
select test.leaves('emma', $$ update crm.contract set status = 'signed' where id = test.id('acme_draft') $$, pg_temp.told(),
  'contract_signed: Alice, contract_signed: Felix',
  'when a manager signs a contract, its sales contact and the other managers hear of it');
select test.leaves('alice', $$ update crm.contract set status = 'signed' where id = test.id('acme_draft') $$, pg_temp.message('contract_signed'),
  format('Contract %s (Acme Événements, 1 000.00 €) was signed.', test.id('acme_draft')),
  'the message says which, for whom, and for how much');
select test.leaves('alice', $$ update crm.contract set status = 'signed' where id = test.id('acme_draft') $$,
  $$ select bool_and(contract_id = test.id('acme_draft') and event_id is null) from told $$, 'true',
  'the notification is about the contract');
select test.leaves('emma', format('update crm.contract set %s where id = test.id(%L)', change, contract), pg_temp.told(), null,
  format('nobody hears of it when a contract changes otherwise: %s, %s', contract, change))
from (values ('acme_draft', 'total_amount = 1'), ('acme_signed', $$status = 'signed'$$), ('acme_signed', 'total_amount = 6000'),
             ('acme_cancelled', $$status = 'cancelled'$$)) other (contract, change);

create function pg_temp.enter(status text, signed_at text) returns text
language sql
return format('insert into crm.contract (client_id, total_amount, status, signed_at) values (test.id(%L), 77, %L, %s)', 'paul', status, signed_at);

select test.leaves('dba', pg_temp.enter('signed', signed), pg_temp.told(), 'contract_signed: Alice, contract_signed: Emma, contract_signed: Felix',
  format('a contract that is entered as signed just now is news (%s)', signed))
from unnest(array['null', 'now()']) signed;
select test.leaves('dba', pg_temp.enter('signed', 'null'),
  $$ select distinct message = format('Contract %s (a private client, 77.00 €) was signed.', contract_id) from told $$, 'true',
  'in a sentence, of a private client too');
select test.leaves('dba', pg_temp.enter(status, signed), pg_temp.told(), null,
  format('nobody hears of other contracts that are entered: %s, %s', status, signed))
from (values ('signed', $$now() - interval '1 day'$$), ('draft', 'null'), ('cancelled', 'null'), ('cancelled', 'now()')) old (status, signed);


-- a contract is cancelled

create function pg_temp.cancel(contract text) returns text
language sql
return format($$ update crm.contract set status = 'cancelled' where id = test.id(%L) $$, contract);

select test.leaves('emma', pg_temp.cancel('acme_draft'), pg_temp.told(),
  'contract_cancelled: Alice',
  'when a draft is cancelled, its sales contact hears of it');
select test.leaves('emma', pg_temp.cancel('acme_draft'), pg_temp.message('contract_cancelled'),
  format('Contract %s (Acme Événements, 1 000.00 €) was cancelled.', test.id('acme_draft')),
  'in a sentence (a draft)');
select test.leaves('emma', pg_temp.cancel('acme_signed'), pg_temp.told(),
  'contract_cancelled: Alice, contract_cancelled: Chloe, contract_cancelled: Felix',
  'when a signed contract is cancelled, management hears of it as well, and so do those who run its open events');
select test.leaves('emma', pg_temp.cancel('acme_signed'), pg_temp.message_to(who, 'contract_cancelled'), sentence,
  format('in a sentence for %s', who))
from (values
  ('Alice', format('Contract %s (Acme Événements, 5 000.00 €) was cancelled. Still to be cancelled: 2 events.', test.id('acme_signed'))),
  ('Felix', format('Contract %s (Acme Événements, 5 000.00 €) was cancelled. Still to be cancelled: 2 events.', test.id('acme_signed'))),
  ('Chloe', format('The contract of “Gala” (event %s) was cancelled.', test.id('gala')))) told (who, sentence);
select test.leaves('emma', pg_temp.cancel('acme_signed'),
  $$ select string_agg(concat(full_name, ' ', contract_id = test.id('acme_signed'), ' ', event_id = test.id('gala')), ', ' order by full_name) from told $$,
  'Alice t , Chloe  t, Felix t ',
  'the notification is about the contract, or about the event for who runs it');
select test.leaves('emma', pg_temp.cancel('bistro_signed'), pg_temp.told(),
  'contract_cancelled: Bruno, contract_cancelled: Denis, contract_cancelled: Felix',
  'a confirmed event is open too; who ran one that is over hears nothing');
select test.leaves('emma', pg_temp.cancel('bistro_signed'), pg_temp.message_to('Bruno', 'contract_cancelled'),
  format('Contract %s (Bistro 100%%_sûr, 800.00 €) was cancelled. Still to be cancelled: 1 event.', test.id('bistro_signed')),
  'and events that are over need not be cancelled');


-- those who have left

call test.given('emma', $$ select crm.deactivate_employee(test.id('felix')) $$);
select test.leaves('alice', pg_temp.plan_event(), pg_temp.told(),
  'event_created: Emma',
  'a manager who has left hears of nothing');
call test.given('emma', $$ select crm.deactivate_employee(test.id('chloe'), test.id('denis')) $$);
call test.given('dba', $$ delete from crm.notification $$);
select test.leaves('emma', $$ update crm.event set location = 'Rome' where id = test.id('reunion') $$, pg_temp.told(),
  'event_moved: Bruno',
  'a support contact who has left hears of nothing');

select test.leaves('dba', pg_temp.change($$location = 'Rome'$$), pg_temp.told(),
  'event_moved: Alice, event_moved: Denis',
  'when a DBA changes an event, everybody concerned hears of it');


-- nobody writes notifications through the back door

select test.forbids(who, $$ select crm_private.notify_employees(array[test.id('bruno')], 'event_moved', 'Moved.', test.id('gala')) $$,
  format('%s notifies nobody by hand', test.team(who)))
from unnest(array['alice', 'denis', 'emma']) who;

select * from finish();
rollback;
