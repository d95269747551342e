-- What is signalled: every new notification to its recipient, and every event that is entered, changed or deleted to
-- everybody; what is too old is removed by the way. Nothing commits here: that the bells ring is tested in tests/server.

begin;
set local search_path = tap, public;
select plan(24);
call test.open_the_company();
delete from audit.signal;

create function pg_temp.signals(about text default 'event') returns text
language sql
return format(
  $$ select string_agg(concat_ws(' ', action, coalesce(title, row_id::text), full_name), ', ' order by signal.id)
     from audit.signal
     left join crm.event    on event.id = row_id and topic = 'event'
     left join crm.employee on employee.id = recipient_id
     where topic = %L $$, about);


-- events

select test.leaves(who, $$ insert into crm.event (contract_id, title, start_date, end_date)
                          values (test.id('acme_signed'), 'Concert', '2030-01-01', '2030-01-02') $$,
  pg_temp.signals(), 'insert Concert',
  format('everybody hears of an event that %s plans', test.team(who)))
from unnest(array['alice', 'emma']) who;
select test.leaves('chloe', $$ update crm.event set notes = 'Bring chairs.' where title = 'Gala' $$,
  pg_temp.signals(), 'update Gala',
  'everybody hears of an event that support change');
select test.leaves('emma', $$ update crm.event set attendees = 7 $$,
  pg_temp.signals(), 'update Gala, update Picnic, update Banquet, update Reunion',
  'a statement that changes several events is a signal for each, in order');
select test.leaves('emma', $$ update crm.event set attendees = 60 $$,
  pg_temp.signals(), 'update Gala, update Picnic, update Reunion',
  'an event that stays as it was is no signal');
select test.leaves('emma', $$ delete from crm.event where title = 'Picnic' $$,
  pg_temp.signals(), 'delete ' || test.id('picnic'),
  'everybody hears of an event that management deletes');
select test.leaves('emma', $$ update crm.event set attendees = 8 where title = 'Gala'; delete from crm.event where title = 'Gala' $$,
  pg_temp.signals(), format('update %1$s, delete %1$s', test.id('gala')),
  'each statement is a signal');
select test.leaves('emma', what, pg_temp.signals(), null, format('nothing is no signal: %s', what))
from unnest(array['update crm.event set attendees = 7 where false', 'update crm.event set attendees = attendees',
                  'delete from crm.event where false']) what;
select test.leaves('dba', $$ insert into crm.event (contract_id, title, start_date, end_date)
                             select test.id('acme_signed'), 'Concert', now(), now() + interval '1 day' where false $$,
  pg_temp.signals(), null, 'nor is an insert of nothing');
select test.leaves('dba', $$ update crm.event set title = 'Ball' where title = 'Gala' $$,
  $$ select recipient_id is null from audit.signal where topic = 'event' $$, 'true',
  'a signal about an event is for everybody');


-- notifications

select test.leaves('emma', $$ update crm.event set support_contact_id = test.id('denis') where title = 'Gala' $$,
  $$ select string_agg(concat_ws(' ', signal.action, kind, full_name), ', ' order by signal.id)
     from audit.signal
     join crm.notification on notification.id = row_id
     join crm.employee     on employee.id = signal.recipient_id and employee.id = notification.recipient_id
     where topic = 'notification' $$,
  'insert event_unassigned Chloe, insert event_assigned Alice, insert event_assigned Denis',
  'whoever is told of something hears of it');
select test.leaves('dba', $$ insert into crm.notification (recipient_id, kind, event_id)
                             select id, 'event_moved', test.id('gala') from crm.employee
                             where department = 'support' and active order by full_name desc $$,
  $$ select string_agg(full_name, ', ' order by signal.id)
     from audit.signal join crm.employee on employee.id = recipient_id $$,
  'Ines, Denis, Chloe',
  'a statement that tells several is a signal for each, in the order of the notifications');
select test.leaves('alice', 'update crm.notification set read_at = now()',
  pg_temp.signals('notification'), null,
  'a notification that is read is no signal');
select test.leaves('emma', 'delete from crm.event where id = test.id(''picnic'')',
  $$ select string_agg(distinct action::text, ', ') from audit.signal where topic = 'notification' $$, 'insert',
  'nor is one that goes with its event, only the one that tells of that');


-- what is too old is removed by the way

insert into audit.signal (created_at, topic, row_id, action)
select now() - age, 'event', nth, 'update'
from (values (1, interval '7 days 23 hours'), (2, interval '8 days 1 minute'), (3, interval '90 days')) old (nth, age);

create function pg_temp.left_of_old() returns text
language sql
return $$ select string_agg(row_id::text, ', ' order by row_id) from audit.signal where created_at < now() $$;

select is(audit.signal_retention(), interval '8 days', 'signals are kept for eight days');
select test.leaves('chloe', $$ update crm.event set attendees = 7 where title = 'Gala' $$, pg_temp.left_of_old(), '1',
  'a change of an event removes the signals that are too old');
select test.leaves('emma', what, pg_temp.left_of_old(), '1, 2, 3', format('what signals nothing removes nothing: %s', what))
from unnest(array['update crm.event set attendees = attendees', 'delete from crm.event where false']) what;
select test.leaves('owner', 'select audit.prune_signals()', pg_temp.left_of_old(), '1',
  'whoever looks after the database can do it by hand');
select test.forbids(who, 'select audit.prune_signals()', format('%s does not', who))
from unnest(array['emma', 'login']) who;

-- behind the policies: what pruning would still not do if one were opened by mistake

call test.given('dba', 'alter policy owner_read_old on audit.signal using (true)');
call test.given('dba', 'alter policy owner_delete_old on audit.signal using (true)');
select test.leaves('owner', 'select audit.prune_signals()', pg_temp.left_of_old(), '1',
  'only what is too old is removed');

select * from finish();
rollback;
