--! Previous: sha1:4416d15e5bfad9eb1fdb00047f938ee8b3556a4f
--! Hash: sha1:10e8201e33e297c84d345765b9ff586121706140
--! Message: calendar

-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion

-- What the calendar of a period returns.


drop function if exists crm.calendar(date, date, text, integer, boolean, integer);
drop type if exists crm.calendar_entry;

create type crm.calendar_entry as (
  day                date,
  day_events         integer,
  event_id           integer,
  title              text,
  start_date         timestamptz,
  end_date           timestamptz,
  status             text,
  support_contact_id integer,
  support_contact    text,
  mine               boolean,
  double_booked      boolean
);
comment on type   crm.calendar_entry                    is 'An event on a day of a calendar.';
comment on column crm.calendar_entry.day                is 'The day; empty for an event that is there only because it overlaps with one of the same support contact.';
comment on column crm.calendar_entry.day_events         is 'How many events the day has; 1,001 if there are over 1,000.';
comment on column crm.calendar_entry.event_id           is 'The event.';
comment on column crm.calendar_entry.title              is 'What it is called.';
comment on column crm.calendar_entry.start_date         is 'When it begins.';
comment on column crm.calendar_entry.end_date           is 'When it ends.';
comment on column crm.calendar_entry.status             is 'How far it has come.';
comment on column crm.calendar_entry.support_contact_id is 'The support employee who runs it; empty until one is assigned.';
comment on column crm.calendar_entry.support_contact    is 'Their name.';
comment on column crm.calendar_entry.mine               is 'Whether I run or sold it.';
comment on column crm.calendar_entry.double_booked      is 'Whether its support contact runs another at the same time; cancelled ones do not count.';


-- Few events go on for longer than a day.
drop index if exists crm.event_long_idx;
create index event_long_idx on crm.event (start_date) where end_date - start_date > interval '24 hours';
comment on index crm.event_long_idx is 'Serves the calendar: events that go on for days.';
