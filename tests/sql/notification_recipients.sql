-- Who is notified of what. Employees are not notified of what they did themselves, nor after they have left.

begin;
set local search_path = tap, public;
select plan(90);
call test.load_company();

create temp view sent as
  select employee.full_name, notification.*
  from crm.notification join crm.employee on employee.id = recipient_id
  where notification.id not in (select id from test.name where name like 'note\_to\_%');

create function pg_temp.recipients() returns text
language sql
return $$ select string_agg(concat(kind, ': ', full_name), ', ' order by kind, full_name) from sent $$;

-- The content of a notification: the record that it is about, the subject and the values. Equal ones count once.
create function pg_temp.content(kind text, who text default '%') returns text
language sql
return format($$
  select string_agg(distinct concat_ws(E'\n',
    'about ' || coalesce('event ' || event_id, 'contract ' || contract_id, 'employee ' || employee_id),
    'subject ' || subject, 'old ' || old_values::text, 'new ' || new_values::text), E'\n\n')
  from sent where kind = %L and full_name like %L $$, kind, who);

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
return format($$ select concat_ws(' ', subject, old_values, new_values) from sent
                 where kind = %L and full_name = %L and subject = (select title from crm.event where id = event_id) $$, kind, who);


-- a new event

select test.results_in('alice', pg_temp.plan_event(), pg_temp.recipients(),
  'event_created: Emma, event_created: Felix',
  'management is notified of an event that sales plan');
select test.results_in('emma', pg_temp.plan_event(), pg_temp.recipients(),
  'event_created: Alice, event_created: Felix',
  'the sales contact and the other managers are notified of an event that a manager plans');
select test.results_in('emma', pg_temp.plan_event('chloe'), pg_temp.recipients(),
  'event_assigned: Chloe, event_created: Alice, event_created: Felix',
  'the support contact is notified of an event that is planned with one');
select test.results_in('alice', pg_temp.plan_event(), pg_temp.new_event('event_created', 'Emma'),
  format('Concert %s', jsonb_build_object('events', 1, 'without_support', 1, 'start_date', '2030-01-01 23:30+00'::timestamptz)),
  'the notification of a new event holds the title, the start and that it has no support contact');
select test.results_in('emma', pg_temp.plan_event('chloe'), pg_temp.new_event('event_created', 'Alice'),
  format('Concert %s', jsonb_build_object('events', 1, 'without_support', 0, 'start_date', '2030-01-01 23:30+00'::timestamptz)),
  'the notification of a new event holds that it has a support contact');
select test.results_in('emma', pg_temp.plan_event('chloe'), pg_temp.new_event('event_assigned', 'Chloe'),
  format('Concert %s', pg_temp.contact('chloe') || '{"events": 1}'),
  'the notification to the support contact of a new event names them');
select test.results_in('alice', pg_temp.plan_event(),
  $$ select bool_and(created_at = now() and read_at is null and contract_id is null
                     and event_id = (select id from crm.event where title = 'Concert')) from sent $$, 'true',
  'a notification about a new event refers to it and is unread');

create function pg_temp.plan_events(contacts text[], contracts text[] default '{acme_signed,acme_signed,bistro_signed}') returns text
language sql
return format($$ insert into crm.event (contract_id, title, start_date, end_date, support_contact_id)
                 select test.id(contract), 'Show ' || nth, '2030-01-01 23:30+00', '2030-01-02 23:30+00', case when contact <> '' then test.id(contact) end
                 from unnest(%L::text[], %L::text[]) with ordinality season (contract, contact, nth) order by nth $$, contracts, contacts);
create function pg_temp.planned() returns text
language sql
return $$ select string_agg(concat_ws(' ', full_name || ':', title, (new_values - 'start_date' - 'support_contact_id')), E'\n' order by kind, full_name)
          from sent join crm.event on event.id = event_id and event.title = subject and sent.contract_id is null and old_values is null
          where case kind when 'event_created' then (new_values ->> 'start_date')::timestamptz = event.start_date
                else (new_values ->> 'support_contact_id')::integer = recipient_id end $$;

select test.results_in('emma', pg_temp.plan_events('{chloe,chloe,""}'), pg_temp.planned(),
  E'Chloe: Show 1 {"events": 2, "support_contact": "Chloe"}\n'
  'Alice: Show 1 {"events": 2, "without_support": 0}\n'
  'Bruno: Show 3 {"events": 1, "without_support": 1}\n'
  'Felix: Show 1 {"events": 3, "without_support": 1}',
  'many events that are planned at once are one notification to each recipient');
select test.results_in('emma', pg_temp.plan_events('{chloe,denis,denis}', '{acme_signed,acme_signed,acme_signed}'), pg_temp.planned(),
  E'Chloe: Show 1 {"events": 1, "support_contact": "Chloe"}\n'
  'Denis: Show 2 {"events": 2, "support_contact": "Denis"}\n'
  'Alice: Show 1 {"events": 3, "without_support": 0}\n'
  'Felix: Show 1 {"events": 3, "without_support": 0}',
  'many events that are planned at once are one notification to each support contact');
select test.results_in('emma', pg_temp.plan_events('{"",""}', '{acme_signed,acme_signed}'), pg_temp.planned(),
  E'Alice: Show 1 {"events": 2, "without_support": 2}\n'
  'Felix: Show 1 {"events": 2, "without_support": 2}',
  'the notification of many events holds how many have no support contact');
select test.results_in('emma', pg_temp.plan_events('{}', '{}'), pg_temp.recipients(), null, 'a statement that plans no event notifies no employee');
select test.results_in('dba', pg_temp.plan_events('{"",""}', '{acme_signed,acme_signed}'), pg_temp.recipients(),
  'event_created: Alice, event_created: Emma, event_created: Felix', 'events that a DBA plans notify all managers and the sales contact');


-- assigned, unassigned

select test.results_in('emma', $$ update crm.event set support_contact_id = test.id('chloe') where id = test.id('picnic') $$, pg_temp.recipients(),
  'event_assigned: Alice, event_assigned: Chloe',
  'the support contact and the sales contact are notified of an assignment');
select test.results_in('emma', pg_temp.change($$support_contact_id = test.id('denis')$$), pg_temp.recipients(),
  'event_assigned: Alice, event_assigned: Denis, event_unassigned: Chloe',
  'both support contacts and the sales contact are notified when an event is reassigned');
select test.results_in('emma', pg_temp.change('support_contact_id = null'), pg_temp.recipients(),
  'event_unassigned: Alice, event_unassigned: Chloe, event_unassigned: Felix',
  'the former support contact, the sales contact and management are notified when an event is unassigned');
select test.results_in('emma', pg_temp.change($$support_contact_id = test.id('denis')$$), pg_temp.content(kind, who),
  pg_temp.expected(pg_temp.event('gala'), 'Gala', pg_temp.contact('chloe'), pg_temp.contact('denis')),
  format('the notification to %s holds the new and the former support contact (%s)', who, kind))
from (values ('Denis', 'event_assigned'),
             ('Alice', 'event_assigned'),
             ('Chloe', 'event_unassigned')) sentence (who, kind);
select test.results_in('emma', pg_temp.change('support_contact_id = null'), pg_temp.content('event_unassigned', who),
  pg_temp.expected(pg_temp.event('gala'), 'Gala', pg_temp.contact('chloe'), pg_temp.contact(null)),
  format('the notification to %s holds the former support contact and no new one (event_unassigned)', who))
from unnest(array['Alice', 'Chloe', 'Felix']) who;
select test.results_in('emma', $$ update crm.event set support_contact_id = test.id('chloe') where id = test.id('picnic') $$, pg_temp.content('event_assigned', who),
  pg_temp.expected(pg_temp.event('picnic'), 'Picnic', pg_temp.contact(null), pg_temp.contact('chloe')),
  format('the notification to %s holds the new support contact and no former one (event_assigned)', who))
from unnest(array['Alice', 'Chloe']) who;
select test.results_in('emma', $$ update crm.event set support_contact_id = null where id = test.id('banquet') $$, pg_temp.recipients(),
  'event_unassigned: Bruno, event_unassigned: Denis, event_unassigned: Felix',
  'management is notified when a confirmed event is unassigned');
select test.results_in('emma', $$ update crm.event set support_contact_id = null where id = test.id('reunion') $$, pg_temp.recipients(),
  'event_unassigned: Chloe',
  'only the former support contact is notified when a completed event is unassigned');


-- rescheduled, moved, confirmed, completed, cancelled

select test.results_in('chloe', pg_temp.change(what), pg_temp.recipients(), kind || ': Alice',
  format('the sales contact is notified when support change an event: %s', what))
from (values ($$start_date = '2030-06-01 18:00+00', end_date = '2030-06-01 23:00+00'$$, 'event_rescheduled'),
             ($$end_date = end_date + interval '1 hour'$$,                              'event_rescheduled'),
             ($$location = 'Rome'$$,                                                    'event_moved'),
             ($$location = null$$,                                                      'event_moved'),
             ($$status = 'confirmed'$$,                                                 'event_confirmed'),
             ($$status = 'completed'$$,                                                 'event_completed'),
             ($$status = 'cancelled'$$,                                                 'event_cancelled')) happening (what, kind);
select test.results_in('emma', pg_temp.change(what), pg_temp.recipients(), format('%1$s: Alice, %1$s: Chloe', kind),
  format('the sales and the support contact are notified when management changes an event: %s', what))
from (values ($$start_date = now()$$,     'event_rescheduled'),
             ($$location = 'Rome'$$,      'event_moved'),
             ($$status = 'cancelled'$$,   'event_cancelled')) happening (what, kind);
select test.results_in('chloe', pg_temp.change(what), pg_temp.content(kind),
  pg_temp.expected(pg_temp.event('gala'), 'Gala', old_values, new_values),
  format('the notification of a change holds the values before and after (%s)', what))
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
select test.results_in('chloe', pg_temp.change($$location = 'Rome', status = 'confirmed'$$), pg_temp.recipients(),
  'event_confirmed: Alice, event_moved: Alice',
  'an event that is both moved and confirmed is two notifications');
select test.results_in('chloe', pg_temp.change(what), pg_temp.recipients(), null,
  format('a minor change of an event notifies no employee: %s', what))
from unnest(array[$$title = 'Gala'$$, $$notes = 'Bring chairs.'$$, 'attendees = 7', $$status = 'planned'$$,
                  'location = location', 'start_date = start_date']) what;

select test.results_in('denis', $$ update crm.event set status = 'planned' where id = test.id('banquet') $$, pg_temp.recipients(),
  'event_planned: Bruno',
  'the sales contact is notified of an event that is planned again');
select test.results_in('denis', $$ update crm.event set status = 'planned' where id = test.id('banquet') $$, pg_temp.content('event_planned'),
  pg_temp.expected(pg_temp.event('banquet'), 'Banquet', '{"status": "confirmed"}', '{"status": "planned"}'),
  'the notification of an event that is planned again holds both statuses');


-- deleted

select test.results_in('emma', $$ delete from crm.event where id = test.id('gala') $$, pg_temp.recipients(),
  'event_deleted: Alice, event_deleted: Chloe',
  'the sales and the support contact are notified of an event that is deleted');
select test.results_in('emma', $$ delete from crm.event where id = test.id('gala') $$,
  pg_temp.content('event_deleted'),
  pg_temp.expected(pg_temp.contract('acme_signed'), 'Gala',
    (select jsonb_build_object('id', id, 'start_date', start_date) from crm.event where title = 'Gala')),
  'the notification of a deleted event refers to its contract');
select test.results_in('emma', $$ delete from crm.event where id = test.id('picnic') $$, pg_temp.recipients(),
  'event_deleted: Alice',
  'only the sales contact is notified of a deleted event without a support contact');


-- a contract is signed

select test.results_in('alice', $$ update crm.contract set status = 'signed' where id = test.id('acme_draft') $$, pg_temp.recipients(),
  'contract_signed: Emma, contract_signed: Felix',
  'management is notified of a contract that sales sign');
select test.results_in('emma', $$ update crm.contract set status = 'signed' where id = test.id('acme_draft') $$, pg_temp.recipients(),
  'contract_signed: Alice, contract_signed: Felix',
  'the sales contact and the other managers are notified of a contract that a manager signs');
select test.results_in('alice', $$ update crm.contract set status = 'signed' where id = test.id('acme_draft') $$, pg_temp.content('contract_signed'),
  pg_temp.expected(pg_temp.contract('acme_draft'), 'Acme Événements', null, '{"total_amount": "1000.00"}'),
  'the notification of a signed contract holds the company and the total');
select test.results_in('emma', format('update crm.contract set %s where id = test.id(%L)', change, contract), pg_temp.recipients(), null,
  format('another change of a contract notifies no employee: %s, %s', contract, change))
from (values ('acme_draft', 'total_amount = 1'), ('acme_signed', 'total_amount = 6000')) other (contract, change);

create function pg_temp.enter(status text, signed_at text) returns text
language sql
return format('insert into crm.contract (client_id, total_amount, status, signed_at) values (test.id(%L), 77, %L, %s)', 'paul', status, signed_at);

select test.results_in('dba', pg_temp.enter('signed', signed), pg_temp.recipients(), 'contract_signed: Alice, contract_signed: Emma, contract_signed: Felix',
  format('a contract that is entered as signed just now notifies its sales contact and management (%s)', signed))
from unnest(array['null', 'now()']) signed;
select test.results_in('dba', pg_temp.enter('signed', 'null'),
  $$ select distinct concat_ws(' ', subject, old_values, new_values, (select total_amount from crm.contract where id = contract_id)) from sent $$,
  '{"total_amount": "77.00"} 77.00',
  'the notification of a contract with a private client has no subject');
select test.results_in('dba', pg_temp.enter(status, signed), pg_temp.recipients(), null,
  format('another new contract notifies no employee: %s, %s', status, signed))
from (values ('signed', $$now() - interval '1 day'$$), ('draft', 'null'), ('cancelled', 'null'), ('cancelled', 'now()')) old (status, signed);


-- a contract is cancelled

create function pg_temp.cancel(contract text) returns text
language sql
return format($$ update crm.contract set status = 'cancelled' where id = test.id(%L) $$, contract);

select test.results_in('emma', pg_temp.cancel('acme_draft'), pg_temp.recipients(),
  'contract_cancelled: Alice',
  'the sales contact is notified of a cancelled draft');
select test.results_in('emma', pg_temp.cancel('acme_draft'), pg_temp.content('contract_cancelled'),
  pg_temp.expected(pg_temp.contract('acme_draft'), 'Acme Événements', null, '{"total_amount": "1000.00", "open_events": 0}'),
  'the notification of a cancelled draft holds the company, the total and no open events');
select test.results_in('emma', pg_temp.cancel('acme_signed'), pg_temp.recipients(),
  'contract_cancelled: Alice, contract_cancelled: Chloe, contract_cancelled: Felix',
  'the sales contact, management and the support contacts of open events are notified of a cancelled contract');
select test.results_in('emma', pg_temp.cancel('acme_signed'), pg_temp.content('contract_cancelled', who), facts,
  format('the notification of a cancelled contract refers to it, or for a support contact to the event (%s)', who))
from (values
  ('Alice', pg_temp.expected(pg_temp.contract('acme_signed'), 'Acme Événements', null, '{"total_amount": "5000.00", "open_events": 2}')),
  ('Felix', pg_temp.expected(pg_temp.contract('acme_signed'), 'Acme Événements', null, '{"total_amount": "5000.00", "open_events": 2}')),
  ('Chloe', pg_temp.expected(pg_temp.event('gala'), 'Gala'))) expected (who, facts);
select test.results_in('emma', pg_temp.cancel('bistro_signed'), pg_temp.recipients(),
  'contract_cancelled: Bruno, contract_cancelled: Denis, contract_cancelled: Felix',
  'the support contact of a confirmed event is notified of a cancelled contract, that of a completed one is not');
select test.results_in('emma', pg_temp.cancel('bistro_signed'), pg_temp.content('contract_cancelled', 'Bruno'),
  pg_temp.expected(pg_temp.contract('bistro_signed'), 'Bistro 100%_sûr', null, '{"total_amount": "800.00", "open_events": 1}'),
  'the notification of a cancelled contract counts open events only');


-- a password

create function pg_temp.change_password(who text) returns text
language sql
return format('select identity.change_password(%L, %L, %L)', test.password(who), test.password('new'), '192.0.2.1');

select test.results_in(who, pg_temp.change_password(who), pg_temp.recipients(), 'password_changed: ' || initcap(who),
  format('an employee of %s who changes their password is notified, and no other', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.results_in('alice', pg_temp.change_password('alice'), pg_temp.content('password_changed'),
  pg_temp.expected('employee ' || test.id('alice'), null),
  'the notification of a changed password refers to the employee and holds nothing else');
select test.results_in('alice', pg_temp.change_password('bruno'), pg_temp.recipients(), null,
  'a refused change of a password notifies no employee');
select test.results_in('emma', format('select crm.reset_password(test.id(%L), test.password(%L))', who, 'new'), pg_temp.recipients(),
  'password_reset: ' || initcap(who),
  format('%s is notified when management resets their password, and no other employee is', who))
from unnest(array['alice', 'denis', 'felix']) who;
select test.results_in('emma', $$ select crm.reset_password(test.id('denis'), test.password('new')) $$, pg_temp.content('password_reset'),
  pg_temp.expected('employee ' || test.id('denis'), null, null, jsonb_build_object('reset_by', 'Emma', 'reset_by_id', test.id('emma'))),
  'the notification of a reset password refers to the employee and holds who reset it');
select test.results_in('owner', $$ select crm.reset_password(test.id('denis'), test.password('new')) $$, pg_temp.content('password_reset'),
  pg_temp.expected('employee ' || test.id('denis'), null, null, '{"reset_by": null, "reset_by_id": null}'),
  'the notification of a password that an operator reset holds no employee');


-- those who have left

call test.given('emma', $$ select crm.deactivate_employee(test.id('felix')) $$);
select test.results_in('alice', pg_temp.plan_event(), pg_temp.recipients(),
  'event_created: Emma',
  'a manager who has left is not notified');
call test.given('emma', $$ select crm.deactivate_employee(test.id('chloe'), test.id('denis')) $$);
call test.given('dba', $$ delete from crm.notification $$);
select test.results_in('emma', $$ update crm.event set location = 'Rome' where id = test.id('reunion') $$, pg_temp.recipients(),
  'event_moved: Bruno',
  'a support contact who has left is not notified');

select test.results_in('dba', pg_temp.change($$location = 'Rome'$$), pg_temp.recipients(),
  'event_moved: Alice, event_moved: Denis',
  'the sales and the support contact are notified when a DBA changes an event');


-- notifications written by hand

select test.forbids(who, $$ select crm_private.notify_employees(array[test.id('bruno')], 'event_moved', 'Gala', test.id('gala')) $$,
  format('%s cannot call crm_private.notify_employees', test.department_of(who)))
from unnest(array['alice', 'denis', 'emma']) who;

select * from finish();
rollback;
