-- crm.mark_notifications_read: employees mark their own notifications read, all of them or up to an id.

begin;
set local search_path = tap, public;
select plan(15);
call test.load_company();

-- Two more for Alice, the first of them read long ago.
call test.given('dba', $$
  insert into crm.notification (recipient_id, kind, event_id, read_at)
  values (test.id('alice'), 'event_confirmed', test.id('gala'), '2020-02-02'),
         (test.id('alice'), 'event_moved', test.id('gala'), null) $$);

create function pg_temp.unread() returns text
language sql
return $$ select string_agg(concat(full_name, ': ', kind), ', ' order by notification.id)
          from crm.notification join crm.employee on employee.id = recipient_id where read_at is null $$;

select test.results_in('alice', 'select crm.mark_notifications_read()', pg_temp.unread(), 'Chloe: event_assigned, Emma: event_created',
  'sales mark all of their own notifications read, and no others');
select test.results_in('chloe', 'select crm.mark_notifications_read()', pg_temp.unread(), 'Alice: contract_signed, Emma: event_created, Alice: event_moved',
  'support mark all of their own notifications read, and no others');
select test.results_in('emma', 'select crm.mark_notifications_read()', pg_temp.unread(), 'Alice: contract_signed, Chloe: event_assigned, Alice: event_moved',
  'management marks all of their own notifications read, and no others');
select test.results_in('alice', 'select crm.mark_notifications_read()',
  $$ select string_agg((read_at = now())::text, ', ' order by id) from crm.notification where recipient_id = test.id('alice') $$,
  'true, false, true',
  'marking sets the present time, and keeps that of notifications already read');
select test.reads('alice', $$ select string_agg(kind, ' ') from crm.mark_notifications_read() $$, 'contract_signed event_moved',
  'marking returns the notifications that were unread, the oldest first');
select test.reads('denis', 'select count(*) from crm.mark_notifications_read()', '0',
  'an employee without notifications gets none');
select test.affects_no_rows('basile', 'select crm.mark_notifications_read()', 'an employee without notifications changes nothing');

select test.reads('alice', format($$ select string_agg(kind, ' ') from crm.mark_notifications_read(test.id('note_to_alice')%s) $$, further), marked,
  format('marking up to an id includes that notification and no later one (%s)', further))
from (values (' - 1', ''), ('', 'contract_signed'), (' + 1', 'contract_signed'), (' + 100', 'contract_signed event_moved')) up_to (further, marked);
select test.results_in('alice', $$ select crm.mark_notifications_read(test.id('note_to_alice')) $$, pg_temp.unread(),
  'Chloe: event_assigned, Emma: event_created, Alice: event_moved',
  'a notification after the given id stays unread');

select test.affects_no_rows('dba', 'select crm.mark_notifications_read()', 'a DBA marks no notification');
select test.forbids(who, 'select crm.mark_notifications_read()', format('%s cannot mark notifications read', who))
from unnest(array['anonymous', 'authenticator']) who;

select * from finish();
rollback;
