-- The calendar: the events of each day, and those that they overlap with.

begin;
set local search_path = tap, public;
select plan(23);
call test.load_company();

call test.given('dba', $$
  insert into crm.event (title, contract_id, support_contact_id, start_date, end_date, status)
  select title, test.id(contract), case when who is not null then test.id(who) end, starts::timestamptz, ends::timestamptz, status
  from (values
    (1, 'Late',   'acme_signed',   'chloe', '2031-03-05 23:30 Europe/Paris', '2031-03-06 02:00 Europe/Paris', 'planned'),
    (2, 'Fair',   'acme_signed',   null,    '2031-03-05 10:00 Europe/Paris', '2031-03-07 10:00 Europe/Paris', 'planned'),
    (3, 'Dinner', 'bistro_signed', 'chloe', '2031-03-06 01:00 Europe/Paris', '2031-03-06 03:00 Europe/Paris', 'confirmed'),
    (4, 'Lunch',  'bistro_signed', 'denis', '2031-03-06 12:00 Europe/Paris', '2031-03-06 14:00 Europe/Paris', 'planned'),
    (5, 'Off',    'bistro_signed', 'denis', '2031-03-06 13:00 Europe/Paris', '2031-03-06 14:00 Europe/Paris', 'cancelled'),
    (6, 'Next',   'bistro_signed', 'denis', '2031-03-06 14:00 Europe/Paris', '2031-03-06 15:00 Europe/Paris', 'planned')
  ) party (nth, title, contract, who, starts, ends, status)
  order by nth $$);

create function pg_temp.shown(arguments text) returns text
language sql
return format($$
  select string_agg(days, '; ' order by day)
  from (
    select day, concat(coalesce(day - '2031-03-01'::date + 1, 0), ' (', day_events, '): ',
      string_agg(concat(title, case when mine then '*' end, case when double_booked then '!' end), ', ' order by start_date, event_id)) as days
    from crm.calendar(%s)
    group by day, day_events) listed $$, arguments);
create function pg_temp.march(more text) returns text
language sql
return pg_temp.shown($$'2031-03-01', '2031-03-31', 'Europe/Paris'$$ || more);


-- who may read it

select test.reads(who, pg_temp.march(''), expected,
  format('%s see the events of each day, theirs and double-booked ones marked', test.department_of(who)))
from (values
  ('alice', '5 (2): Fair*, Late*!; 6 (5): Fair*, Dinner!, Lunch, Off, Next; 7 (1): Fair*'),
  ('chloe', '5 (2): Fair, Late*!; 6 (5): Fair, Dinner*!, Lunch, Off, Next; 7 (1): Fair'),
  ('emma',  '5 (2): Fair, Late!; 6 (5): Fair, Dinner!, Lunch, Off, Next; 7 (1): Fair')) seen (who, expected);
select test.forbids(who, $$ select crm.calendar('2031-03-01', '2031-03-31', 'UTC') $$, format('%s sees no calendar', who))
from unnest(array['anonymous', 'authenticator', 'worker']) who;


-- days

select test.reads('emma', pg_temp.shown($$'2031-03-06', '2031-03-06', 'Europe/Paris'$$), '6 (5): Fair, Dinner!, Lunch, Off, Next; 0 (): Late!',
  'a calendar of one day has what began before and goes on, and, without a day, what overlaps');
select test.reads('emma', pg_temp.shown($$'2031-03-01', '2031-03-31', 'America/New_York'$$), '5 (3): Fair, Late!, Dinner!; 6 (4): Fair, Lunch, Off, Next; 7 (1): Fair',
  'the days of a calendar are those of the time zone');
select test.reads('emma', pg_temp.shown($$'2031-03-07', '2031-03-31', 'Europe/Paris'$$), '7 (1): Fair', 'an event that goes on for days is on each of them');
select test.reads('emma', pg_temp.shown($$'2031-03-08', '2031-03-31', 'Europe/Paris'$$), '', 'a calendar without events is empty');
select test.reads('emma', pg_temp.shown($$'2031-03-31', '2031-03-01', 'Europe/Paris'$$), '', 'a calendar that ends before it begins is empty');


-- how many

select test.reads('emma', pg_temp.march(', per_day => 1'), '5 (2): Fair; 6 (5): Fair; 7 (1): Fair', 'a calendar shows the first events of a day, and counts all');
select test.reads('emma', pg_temp.march(', per_day => 2'), '5 (2): Fair, Late!; 6 (5): Fair, Dinner!; 7 (1): Fair', 'a calendar shows as many events of a day as were asked for');
select test.rejects('emma', format($$ select crm.calendar('2031-03-01', '2031-03-31', 'UTC', per_day => %s) $$, per_day),
  '22023', 'A calendar shows 1 to 100 events a day.', format('a calendar does not show %s events a day', per_day))
from unnest(array['0', '101', 'null']) per_day;
select test.reads('emma', $$ select count(*) from crm.calendar('2031-03-01', '2032-03-01', 'UTC') where day is not null $$, '8', 'a calendar may cover 366 days');
select test.rejects('emma', $$ select crm.calendar('2031-03-01', '2032-03-03', 'UTC') $$,
  '22023', 'A calendar covers at most 366 days.', 'a calendar of more than 366 days is refused');


-- whose

select test.reads('chloe', pg_temp.march(', mine => true'), '5 (1): Late*!; 6 (1): Dinner*!', 'the calendar of a support employee is what they run');
select test.reads('alice', pg_temp.march(', mine => true'), '5 (2): Fair*, Late*!; 6 (1): Fair*; 7 (1): Fair*; 0 (): Dinner!',
  'the calendar of a sales employee is what they sold, with what it overlaps');
select test.reads('emma', pg_temp.march(format(', support_contact_id => %s', test.id('denis'))), '6 (3): Lunch, Off, Next', 'a calendar is that of a support contact');
select test.reads('alice', pg_temp.march(format(', mine => true, support_contact_id => %s', test.id('denis'))), '', 'a calendar of mine and of a support contact is what both have in common');

call test.given('dba', $$
  insert into crm.event (title, contract_id, start_date, end_date)
  select 'Party ' || nth, test.id('acme_signed'), '2032-01-01 10:00Z', '2032-01-01 11:00Z' from generate_series(1, 1005) nth $$);
select test.reads('emma', $$ select string_agg(distinct day_events::text, ' ') || ' ' || count(*) from crm.calendar('2032-01-01', '2032-01-01', 'UTC') $$,
  '1001 10', 'a day is counted to 1,000');

select * from finish();
rollback;
