-- Who is told of what. Nobody is told of what they did themselves, and nobody who has left is told anything.

begin;
set local search_path = tap, public;
select plan(89);
call test.open_the_company();

create temp view told as
  select employee.full_name, notification.*
  from crm.notification join crm.employee on employee.id = recipient_id
  where notification.id not in (select id from test.name where name like 'note\_to\_%');

create function pg_temp.told() returns text
language sql
return $$ select string_agg(concat(kind, ': ', full_name), ', ' order by kind, full_name) from told $$;

-- What a notification holds: the record that it is about, and the facts. Several say the same.
create function pg_temp.facts(kind text, who text default '%') returns text
language sql
return format($$
  select string_agg(distinct concat_ws(E'\n',
    'about ' || coalesce('event ' || event_id, 'contract ' || contract_id, 'employee ' || employee_id),
    'subject ' || subject, 'old ' || old_values::text, 'new ' || new_values::text), E'\n\n')
  from told where kind = %L and full_name like %L $$, kind, who);

create function pg_temp.expected(about text, subject text, old_values jsonb default null, new_values jsonb default null) returns text
language sql
return concat_ws(E'\n', 'about ' || about, 'subject ' || subject, 'old ' || old_values::text, 'new ' || new_values::text);

create function pg_temp.event(title text) returns text
language sql
return 'event ' || test.id(title);

create function pg_temp.contract(name text) returns text
language sql
return 'contract ' || test.id(name);

create function pg_temp.contact(name text) returns jsonb
language sql
return jsonb_build_object('support_contact_id', case when name is not null then test.id(name) end, 'support_contact', initcap(name));

create function pg_temp.plan_event(contact text default 'null') returns text
language sql
return format($$ insert into crm.event (contract_id, title, start_date, end_date %2$s)
                 values (test.id('acme_signed'), 'Concert', '2030-01-01 23:30+00', '2030-01-02 23:30+00' %1$s) $$,
  case when contact <> 'null' then format(', test.id(%L)', contact) end,
  case when contact <> 'null' then ', support_contact_id' end);

create function pg_temp.change(what text) returns text
language sql
return format($$ update crm.event set %s where title = 'Gala' $$, what);

-- The same of an event whose id is not known beforehand.
create function pg_temp.new_event(kind text, who text) returns text
language sql
return format($$ select concat_ws(' ', subject, old_values, new_values) from told
                 where kind = %L and full_name = %L and subject = (select title from crm.event where id = event_id) $$, kind, who);


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
select test.leaves('alice', pg_temp.plan_event(), pg_temp.new_event('event_created', 'Emma'),
  format('Concert %s', jsonb_build_object('events', 1, 'without_support', 1, 'start_date', '2030-01-01 23:30+00'::timestamptz)),
  'the notification holds what, when, and that a support contact is needed');
select test.leaves('emma', pg_temp.plan_event('chloe'), pg_temp.new_event('event_created', 'Alice'),
  format('Concert %s', jsonb_build_object('events', 1, 'without_support', 0, 'start_date', '2030-01-01 23:30+00'::timestamptz)),
  'or that none is');
select test.leaves('emma', pg_temp.plan_event('chloe'), pg_temp.new_event('event_assigned', 'Chloe'),
  format('Concert %s', pg_temp.contact('chloe') || '{"events": 1}'),
  'the support contact is told that it is them');
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
return $$ select string_agg(concat_ws(' ', full_name || ':', title, (new_values - 'start_date' - 'support_contact_id')), E'\n' order by kind, full_name)
          from told join crm.event on event.id = event_id and event.title = subject and told.contract_id is null and old_values is null
          where case kind when 'event_created' then (new_values ->> 'start_date')::timestamptz = event.start_date
                else (new_values ->> 'support_contact_id')::integer = recipient_id end $$;

select test.leaves('emma', pg_temp.plan_events('{chloe,chloe,""}'), pg_temp.news(),
  E'Chloe: Show 1 {"events": 2, "support_contact": "Chloe"}\n'
  'Alice: Show 1 {"events": 2, "without_support": 0}\n'
  'Bruno: Show 3 {"events": 1, "without_support": 1}\n'
  'Felix: Show 1 {"events": 3, "without_support": 1}',
  'of many events that are planned at once, everybody hears in one notification');
select test.leaves('emma', pg_temp.plan_events('{chloe,denis,denis}', '{acme_signed,acme_signed,acme_signed}'), pg_temp.news(),
  E'Chloe: Show 1 {"events": 1, "support_contact": "Chloe"}\n'
  'Denis: Show 2 {"events": 2, "support_contact": "Denis"}\n'
  'Alice: Show 1 {"events": 3, "without_support": 0}\n'
  'Felix: Show 1 {"events": 3, "without_support": 0}',
  'the support contacts too');
select test.leaves('emma', pg_temp.plan_events('{"",""}', '{acme_signed,acme_signed}'), pg_temp.news(),
  E'Alice: Show 1 {"events": 2, "without_support": 2}\n'
  'Felix: Show 1 {"events": 2, "without_support": 2}',
  'and how many need a support contact');
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
select test.leaves('emma', pg_temp.change($$support_contact_id = test.id('denis')$$), pg_temp.facts(kind, who),
  pg_temp.expected(pg_temp.event('gala'), 'Gala', pg_temp.contact('chloe'), pg_temp.contact('denis')),
  format('%s is told who runs it, and who did (%s)', who, kind))
from (values ('Denis', 'event_assigned'),
             ('Alice', 'event_assigned'),
             ('Chloe', 'event_unassigned')) sentence (who, kind);
select test.leaves('emma', pg_temp.change('support_contact_id = null'), pg_temp.facts('event_unassigned', who),
  pg_temp.expected(pg_temp.event('gala'), 'Gala', pg_temp.contact('chloe'), pg_temp.contact(null)),
  format('%s is told who ran it, and that nobody does (event_unassigned)', who))
from unnest(array['Alice', 'Chloe', 'Felix']) who;
select test.leaves('emma', $$ update crm.event set support_contact_id = test.id('chloe') where id = test.id('picnic') $$, pg_temp.facts('event_assigned', who),
  pg_temp.expected(pg_temp.event('picnic'), 'Picnic', pg_temp.contact(null), pg_temp.contact('chloe')),
  format('%s is told who runs it, and that nobody did (event_assigned)', who))
from unnest(array['Alice', 'Chloe']) who;
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
select test.leaves('chloe', pg_temp.change(what), pg_temp.facts(kind),
  pg_temp.expected(pg_temp.event('gala'), 'Gala', old_values, new_values),
  format('what was before, and what is after (%s)', what))
from crm.event,
lateral (values
  ($$start_date = '2030-06-01 18:00+00', end_date = '2030-06-01 23:00+00'$$, 'event_rescheduled',
   jsonb_build_object('start_date', start_date, 'end_date', end_date),
   jsonb_build_object('start_date', '2030-06-01 18:00+00'::timestamptz, 'end_date', '2030-06-01 23:00+00'::timestamptz)),
  ($$end_date = '2040-06-02 01:00+00'$$, 'event_rescheduled',
   jsonb_build_object('start_date', start_date, 'end_date', end_date),
   jsonb_build_object('start_date', start_date, 'end_date', '2040-06-02 01:00+00'::timestamptz)),
  ($$location = 'Rome'$$,      'event_moved',     '{"location": "Paris"}', '{"location": "Rome"}'),
  ($$location = null$$,        'event_moved',     '{"location": "Paris"}', '{"location": null}'),
  ($$status = 'confirmed'$$,   'event_confirmed', '{"status": "planned"}', '{"status": "confirmed"}'),
  ($$status = 'completed'$$,   'event_completed', '{"status": "planned"}', '{"status": "completed"}'),
  ($$status = 'cancelled'$$,   'event_cancelled', '{"status": "planned"}', '{"status": "cancelled"}')) happening (what, kind, old_values, new_values)
where event.title = 'Gala';
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
select test.leaves('denis', $$ update crm.event set status = 'planned' where id = test.id('banquet') $$, pg_temp.facts('event_planned'),
  pg_temp.expected(pg_temp.event('banquet'), 'Banquet', '{"status": "confirmed"}', '{"status": "planned"}'),
  'what was before, and what is after (planned again)');


-- deleted

select test.leaves('emma', $$ delete from crm.event where id = test.id('gala') $$, pg_temp.told(),
  'event_deleted: Alice, event_deleted: Chloe',
  'the sales and the support contact hear of an event that is deleted');
select test.leaves('emma', $$ delete from crm.event where id = test.id('gala') $$,
  pg_temp.facts('event_deleted'),
  pg_temp.expected(pg_temp.contract('acme_signed'), 'Gala',
    (select jsonb_build_object('id', id, 'start_date', start_date) from crm.event where title = 'Gala')),
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
select test.leaves('alice', $$ update crm.contract set status = 'signed' where id = test.id('acme_draft') $$, pg_temp.facts('contract_signed'),
  pg_temp.expected(pg_temp.contract('acme_draft'), 'Acme Événements', null, '{"total_amount": "1000.00"}'),
  'the notification is about the contract, and holds for whom, and for how much');
select test.leaves('emma', format('update crm.contract set %s where id = test.id(%L)', change, contract), pg_temp.told(), null,
  format('nobody hears of it when a contract changes otherwise: %s, %s', contract, change))
from (values ('acme_draft', 'total_amount = 1'), ('acme_signed', 'total_amount = 6000')) other (contract, change);

create function pg_temp.enter(status text, signed_at text) returns text
language sql
return format('insert into crm.contract (client_id, total_amount, status, signed_at) values (test.id(%L), 77, %L, %s)', 'paul', status, signed_at);

select test.leaves('dba', pg_temp.enter('signed', signed), pg_temp.told(), 'contract_signed: Alice, contract_signed: Emma, contract_signed: Felix',
  format('a contract that is entered as signed just now is news (%s)', signed))
from unnest(array['null', 'now()']) signed;
select test.leaves('dba', pg_temp.enter('signed', 'null'),
  $$ select distinct concat_ws(' ', subject, old_values, new_values, (select total_amount from crm.contract where id = contract_id)) from told $$,
  '{"total_amount": "77.00"} 77.00',
  'for a private client too, of whom the subject says nothing');
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
select test.leaves('emma', pg_temp.cancel('acme_draft'), pg_temp.facts('contract_cancelled'),
  pg_temp.expected(pg_temp.contract('acme_draft'), 'Acme Événements', null, '{"total_amount": "1000.00", "open_events": 0}'),
  'for whom, for how much, and that no event is open (a draft)');
select test.leaves('emma', pg_temp.cancel('acme_signed'), pg_temp.told(),
  'contract_cancelled: Alice, contract_cancelled: Chloe, contract_cancelled: Felix',
  'when a signed contract is cancelled, management hears of it as well, and so do those who run its open events');
select test.leaves('emma', pg_temp.cancel('acme_signed'), pg_temp.facts('contract_cancelled', who), facts,
  format('the notification is about the contract, or about the event for the support contact (%s)', who))
from (values
  ('Alice', pg_temp.expected(pg_temp.contract('acme_signed'), 'Acme Événements', null, '{"total_amount": "5000.00", "open_events": 2}')),
  ('Felix', pg_temp.expected(pg_temp.contract('acme_signed'), 'Acme Événements', null, '{"total_amount": "5000.00", "open_events": 2}')),
  ('Chloe', pg_temp.expected(pg_temp.event('gala'), 'Gala'))) told (who, facts);
select test.leaves('emma', pg_temp.cancel('bistro_signed'), pg_temp.told(),
  'contract_cancelled: Bruno, contract_cancelled: Denis, contract_cancelled: Felix',
  'a confirmed event is open too; who ran one that is over hears nothing');
select test.leaves('emma', pg_temp.cancel('bistro_signed'), pg_temp.facts('contract_cancelled', 'Bruno'),
  pg_temp.expected(pg_temp.contract('bistro_signed'), 'Bistro 100%_sûr', null, '{"total_amount": "800.00", "open_events": 1}'),
  'and events that are over need not be cancelled');


-- a password

create function pg_temp.change_password(who text) returns text
language sql
return format('select auth.change_password(%L, %L, %L)', test.password(who), test.password('new'), '192.0.2.1');

select test.leaves(who, pg_temp.change_password(who), pg_temp.told(), 'password_changed: ' || initcap(who),
  format('when %s change their password, they hear of it themselves, and nobody else does', test.team(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.leaves('alice', pg_temp.change_password('alice'), pg_temp.facts('password_changed'),
  pg_temp.expected('employee ' || test.id('alice'), null),
  'the notification is about the employee, and holds nothing of the password');
select test.leaves('alice', pg_temp.change_password('bruno'), pg_temp.told(), null,
  'a password that is not changed, since the present one was wrong, is no news');
select test.leaves('emma', format('select crm.reset_password(test.id(%L), test.password(%L))', who, 'new'), pg_temp.told(),
  'password_reset: ' || initcap(who),
  format('when management resets the password of %s, that person hears of it, and nobody else does', who))
from unnest(array['alice', 'denis', 'felix']) who;
select test.leaves('emma', $$ select crm.reset_password(test.id('denis'), test.password('new')) $$, pg_temp.facts('password_reset'),
  pg_temp.expected('employee ' || test.id('denis'), null),
  'the notification is about the employee, and holds nothing of the new password');


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

select test.forbids(who, $$ select crm_private.notify_employees(array[test.id('bruno')], 'event_moved', 'Gala', test.id('gala')) $$,
  format('%s notifies nobody by hand', test.team(who)))
from unnest(array['alice', 'denis', 'emma']) who;

select * from finish();
rollback;
