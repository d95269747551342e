-- crm.mark_notifications_read: everybody marks their own, all of them or up to one, in one statement.

begin;
set local search_path = tap, public;
select plan(15);
call test.open_the_company();

-- Two more for Alice, the first of them read long ago.
call test.given('dba', $$
  insert into crm.notification (recipient_id, kind, event_id, read_at)
  values (test.id('alice'), 'event_confirmed', test.id('gala'), '2020-02-02'),
         (test.id('alice'), 'event_moved', test.id('gala'), null) $$);

create function pg_temp.unread() returns text
language sql
return $$ select string_agg(concat(full_name, ': ', kind), ', ' order by notification.id)
          from crm.notification join crm.employee on employee.id = recipient_id where read_at is null $$;

select test.leaves('alice', 'select crm.mark_notifications_read()', pg_temp.unread(), 'Chloe: event_assigned, Emma: event_created',
  'sales mark all of their own notifications read, and nobody else''s');
select test.leaves('chloe', 'select crm.mark_notifications_read()', pg_temp.unread(), 'Alice: contract_signed, Emma: event_created, Alice: event_moved',
  'so do support');
select test.leaves('emma', 'select crm.mark_notifications_read()', pg_temp.unread(), 'Alice: contract_signed, Chloe: event_assigned, Alice: event_moved',
  'and management');
select test.leaves('alice', 'select crm.mark_notifications_read()',
  $$ select string_agg((read_at = now())::text, ', ' order by id) from crm.notification where recipient_id = test.id('alice') $$,
  'true, false, true',
  'they are read now; what has been read stays read since then');
select test.reads('alice', $$ select string_agg(kind, ' ') from crm.mark_notifications_read() $$, 'contract_signed event_moved',
  'those that were unread are returned, the oldest first');
select test.reads('denis', 'select count(*) from crm.mark_notifications_read()', '0',
  'who has none is given none');
select test.touches_nothing('basile', 'select crm.mark_notifications_read()', 'and changes nothing');

select test.reads('alice', format($$ select string_agg(kind, ' ') from crm.mark_notifications_read(test.id('note_to_alice')%s) $$, further), marked,
  format('up to one: that one is the last (%s)', further))
from (values (' - 1', ''), ('', 'contract_signed'), (' + 1', 'contract_signed'), (' + 100', 'contract_signed event_moved')) up_to (further, marked);
select test.leaves('alice', $$ select crm.mark_notifications_read(test.id('note_to_alice')) $$, pg_temp.unread(),
  'Chloe: event_assigned, Emma: event_created, Alice: event_moved',
  'what came in after it stays unread');

select test.touches_nothing('dba', 'select crm.mark_notifications_read()', 'a DBA, who has none, does not mark those of others');
select test.forbids(who, 'select crm.mark_notifications_read()', format('%s marks nothing', who))
from unnest(array['stranger', 'login']) who;

select * from finish();
rollback;
