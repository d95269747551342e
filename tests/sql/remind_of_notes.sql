-- crm_private.remind_of_notes: on its day the author of a note is notified, once, in the morning of a time zone.

begin;
set local search_path = tap, public;
select plan(28);
call test.load_company();

-- A zone in which it is now between this hour and the next, on the day on which it is seven in another: whatever the hour of the test.
create function pg_temp.zone(local_hour integer) returns text
language sql
return (
  select format('<x>%s', 7 - local_hour - ahead_at_seven)
  from (select mod(7 - extract(hour from now() at time zone 'UTC')::integer + 36, 24) - 12) zone (ahead_at_seven));

create function pg_temp.today() returns date
language sql
return (now() at time zone pg_temp.zone(7))::date;

create function pg_temp.remind(hour integer default 7) returns text
language sql
return format('select set_config(%L, crm_private.remind_of_notes(%L)::text, true)', 'test.reminded', pg_temp.zone(hour));

-- How many were reminded, and who of what.
create function pg_temp.reminded() returns text
language sql
return $query$
  select concat_ws(' ', current_setting('test.reminded'), (
    select string_agg(lower(employee.full_name) || ':' || name.name, ' ' order by notification.id)
    from crm.notification
    join crm.employee  on employee.id = recipient_id
    join test.name     on name.id = note_id and name.name in ('caterer', 'chairs', 'discount')
    where kind = 'note_due')) $query$;

call test.given('dba', 'update crm.note set done_at = null, remind_on = null');


-- when

select test.results_in('worker', pg_temp.remind(), pg_temp.reminded(), '0', 'of a note without a reminder no one is reminded');
call test.given('alice', format('update crm.note set remind_on = %L where id = test.id(%L)', pg_temp.today(), 'caterer'));
select test.results_in('worker', pg_temp.remind(), pg_temp.reminded(), '1 alice:caterer', 'from seven o''clock on the day the author is reminded');
select test.results_in('worker', pg_temp.remind(6), pg_temp.reminded(), '0', 'before seven o''clock no one is reminded');
select test.results_in('worker', pg_temp.remind() || ';' || pg_temp.remind(), pg_temp.reminded(), '0 alice:caterer',
  'reminding a second time reminds no one: a reminder is written once');
select test.results_in('worker', pg_temp.remind(),
  $$ select (kind, event_id, contract_id, employee_id, note_id = test.id('caterer'), subject, old_values, new_values, read_at)
     from crm.notification where note_id is not null $$,
  format('(note_due,,,,t,"Call about the caterer",,"%s",)', replace(jsonb_build_object(
    'remind_on', pg_temp.today(), 'about', 'Acme Événements', 'client_id', test.id('acme'))::text, '"', '""')),
  'the reminder says how the note begins, its day and what it is about');
select test.results_in('worker', pg_temp.remind(),
  $$ select payload ->> 'notification' = (select max(id)::text from crm.notification)
     from graphile_worker._private_jobs order by id desc limit 1 $$, 'true',
  'the reminder is also sent by e-mail');
select test.results_in('worker', pg_temp.remind(),
  $$ select recipient_id = test.id('alice') and row_id = (select max(id) from crm.notification) from audit.signal order by id desc limit 1 $$, 'true',
  'a program that has subscribed hears of it');

-- each on its day

call test.given('alice', format('update crm.note set remind_on = %L where id = test.id(%L)', pg_temp.today() + 1, 'caterer'));
select test.results_in('worker', pg_temp.remind(), pg_temp.reminded(), '0', 'of tomorrow''s note no one is reminded today');
call test.given('alice', format('update crm.note set remind_on = %L where id = test.id(%L)', pg_temp.today() - 13, 'caterer'));
select test.results_in('worker', pg_temp.remind(), pg_temp.reminded(), '1 alice:caterer',
  'a reminder that no server has written for two weeks is written late');
call test.given('alice', format('update crm.note set remind_on = %L where id = test.id(%L)', pg_temp.today() - 14, 'caterer'));
select test.results_in('worker', pg_temp.remind(), pg_temp.reminded(), '0', 'a reminder of more than two weeks ago is no news');

call test.given('alice', format('update crm.note set remind_on = %L where id = test.id(%L)', pg_temp.today() - 1, 'caterer'));
call test.given('worker', pg_temp.remind());
call test.given('alice', format('update crm.note set remind_on = %L where id = test.id(%L)', pg_temp.today(), 'caterer'));
select test.results_in('worker', pg_temp.remind(), pg_temp.reminded(), '1 alice:caterer alice:caterer',
  'of a note that was put off the author is reminded again');
call test.given('dba', 'delete from crm.notification where note_id is not null');
call test.given('alice', $$ select crm.finish_note(test.id('caterer')) $$);
select test.results_in('worker', pg_temp.remind(), pg_temp.reminded(), '0', 'of a note that is done no one is reminded');
call test.given('alice', $$ select crm.reopen_note(test.id('caterer')) $$);


-- who

call test.given('dba', format('update crm.note set remind_on = %L', pg_temp.today()));
select test.results_in('worker', pg_temp.remind(), pg_temp.reminded(), '3 alice:caterer chloe:chairs emma:discount',
  'each author is reminded of their own');
call test.given('dba', $$ update crm.note set author_id = test.id('gaston') $$);
select test.results_in('worker', pg_temp.remind(), pg_temp.reminded(), '3 alice:caterer chloe:chairs alice:discount',
  'of the note of an author who has left, who looks after the client, runs the event or sold the contract is reminded');
select test.results_in('worker', pg_temp.remind(),
  $$ select string_agg(distinct new_values ->> 'author', ', ') from crm.notification where note_id is not null $$, 'Gaston',
  'and told whose it was');
call test.given('emma', $$ select crm.unassign_support(test.id('gala')) $$);
select test.results_in('worker', pg_temp.remind(), pg_temp.reminded(), '3 alice:caterer alice:chairs alice:discount',
  'of a note about an event that no one supports, who sold it is reminded');
call test.given('dba', $$ update crm.event set support_contact_id = test.id('chloe') where id = test.id('gala') $$);
call test.given('dba', $$ update crm.note set author_id = test.id('alice') $$);


-- what settles it

call test.given('worker', pg_temp.remind());
create function pg_temp.unread() returns text
language sql
return $query$ select count(*) from crm.notification where kind = 'note_due' and read_at is null $query$;
select test.results_in('alice', statement, pg_temp.unread(), unread, format('reminders that stay unread after %s: %s', statement, unread))
from (values
  ($$select crm.finish_note(test.id('caterer'))$$, '2'),
  ($$update crm.note set remind_on = remind_on + 7 where id = test.id('discount')$$, '2'),
  ($$update crm.note set remind_on = null where id = test.id('discount')$$, '2'),
  ($$update crm.note set body = 'Call' where id = test.id('caterer')$$, '3')) settled (statement, unread);
select test.results_in('alice', $$ delete from crm.note where id = test.id('caterer') $$,
  $$ select count(*) from crm.notification where kind = 'note_due' $$, '2', 'the reminder of a deleted note goes with it');
call test.given('dba', $$ update crm.notification set recipient_id = test.id('basile') where note_id = test.id('caterer') $$);
select test.results_in('alice', $$ select crm.finish_note(test.id('caterer')) $$,
  $$ select read_at = now() from crm.notification where note_id = test.id('caterer') $$, 'true',
  'the reminder that a colleague has of a note is settled too');
select test.results_in('alice', $$ select crm.finish_note(test.id('caterer')) $$,
  $$ select count(*) from crm.notification where kind <> 'note_due' and read_at is not null $$, '0',
  'other notifications stay unread');


-- how a note begins

select is(crm_private.note_title(body), title, format('a note begins with its first line: %s', left(title, 20)))
from (values
  (E'  Call\n\nLater',   'Call'),
  (E'\n\tCall  ',        'Call'),
  (E'Call\r\nLater',     'Call'),
  (repeat('é', 100),      repeat('é', 100)),
  (repeat('é', 101),      repeat('é', 99) || '…')) note (body, title);

select * from finish();
rollback;
