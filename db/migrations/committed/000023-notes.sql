--! Previous: sha1:b1b6d9217629a328bda161fb0cbc6121aaed0d86
--! Hash: sha1:e0142f8ebe5616cb033ffeea78be8d205f8bf361
--! Message: notes

-- squawk-ignore-file require-concurrent-index-creation
-- Notes: what an employee wants to remember about a client, a contract or an event, and when to be reminded of it. What a
-- note is about are three foreign keys of which one is set, so that the database keeps each.

create table crm.note (
  id          integer     generated always as identity,
  client_id   integer,
  contract_id integer,
  event_id    integer,
  author_id   integer     not null default crm.current_employee_id(),
  body        text        not null,
  created_at  timestamptz not null default now(),
  remind_on   date,
  done_at     timestamptz,
  version     integer     not null default 1,

  constraint note_pkey                       primary key (id),
  constraint note_client_id_fkey             foreign key (client_id) references crm.client,
  constraint note_contract_id_fkey           foreign key (contract_id) references crm.contract on delete cascade,
  constraint note_event_id_fkey              foreign key (event_id) references crm.event on delete cascade,
  constraint note_author_id_fkey             foreign key (author_id) references crm.employee,
  constraint note_is_about_one_record        check (num_nonnulls(client_id, contract_id, event_id) = 1),
  constraint note_body_is_a_text             check (length(btrim(body, E' \t\r\n')) >= 1 and length(body) <= 20000),
  constraint note_reminder_is_in_range       check (remind_on <= '2199-12-31'),
  -- The day on which it is written begins twelve hours later west of the Pacific than in Greenwich.
  constraint note_reminder_is_not_before_it  check (remind_on >= (created_at at time zone interval '-12:00')::date)
);
alter table crm.note enable row level security, force row level security;

create index note_client_id_idx   on crm.note (client_id, id);
create index note_contract_id_idx on crm.note (contract_id, id);
create index note_event_id_idx    on crm.note (event_id, id);
create index note_author_id_idx   on crm.note (author_id, id);
create index note_remind_on_idx  on crm.note (remind_on, id);
create index note_due_idx         on crm.note (remind_on, id) where done_at is null;
create index note_own_due_idx     on crm.note (author_id, remind_on, id) where done_at is null;
create index note_search_idx      on crm.note using gin (crm_private.normalize_text(body) extensions.gin_trgm_ops);

comment on table  crm.note             is 'What an employee wants to remember about a client, a contract or an event, to be followed up or not.';
comment on column crm.note.client_id   is 'The client it is about, if it is about a client.';
comment on column crm.note.contract_id is 'The contract it is about, if it is about a contract.';
comment on column crm.note.event_id    is 'The event it is about, if it is about an event.';
comment on column crm.note.author_id   is 'The employee who wrote it, and who alone changes, finishes or deletes it; never changes.';
comment on column crm.note.body        is 'The text.';
comment on column crm.note.created_at  is 'When it was written; kept by the database.';
comment on column crm.note.remind_on   is 'The day on which the author is reminded of it; empty for a note that is just kept.';
comment on column crm.note.done_at     is 'When the author finished with it; empty until then. A note that is done is not reminded of.';
comment on column crm.note.version     is 'Goes up by one with every change. An update that sends it expects the record to be at this version, and is refused if it is not.';

comment on constraint note_client_id_fkey            on crm.note is 'There are notes about the client.';
comment on constraint note_contract_id_fkey          on crm.note is 'There are notes about the contract.';
comment on constraint note_event_id_fkey             on crm.note is 'There are notes about the event.';
comment on constraint note_author_id_fkey            on crm.note is 'The employee has written notes.';
comment on constraint note_is_about_one_record       on crm.note is 'A note is about one client, one contract or one event.';
comment on constraint note_body_is_a_text            on crm.note is 'A note has 1 to 20,000 characters.';
comment on constraint note_reminder_is_in_range      on crm.note is 'A date lies in the years 1900 to 2199.';
comment on constraint note_reminder_is_not_before_it on crm.note is 'A reminder is not before the day on which the note was written.';

comment on index crm.note_client_id_idx   is 'Serves the notes about a client, which move along when clients are merged.';
comment on index crm.note_contract_id_idx is 'Serves the notes about a contract, which are deleted with it.';
comment on index crm.note_event_id_idx    is 'Serves the notes about an event, which are deleted with it.';
comment on index crm.note_author_id_idx   is 'Serves the notes of an author (condition mine), and the check that an employee to be deleted has written none.';
comment on index crm.note_remind_on_idx  is 'Serves notes sorted by the day of their reminder.';
comment on index crm.note_due_idx         is 'Serves notes that are not done by the day of their reminder: conditions open and due, and the reminders of a day.';
comment on index crm.note_own_due_idx     is 'Serves the notes of an author (condition mine) that are not done, by the day of their reminder.';
comment on index crm.note_search_idx      is 'Serves the search for notes by any part of their text.';


-- A reminder is a notification, and there is one for each note and day, whichever server writes it.

alter table crm.notification
  add column note_id integer,
  drop constraint notification_kind_is_known,
  drop constraint notification_is_about_one_record;
-- Notifications are few, and read quickly.
alter table crm.notification
  -- squawk-ignore adding-foreign-key-constraint, constraint-missing-not-valid
  add constraint notification_note_id_fkey foreign key (note_id) references crm.note on delete cascade,
  -- squawk-ignore constraint-missing-not-valid
  add constraint notification_is_about_one_record check (num_nonnulls(event_id, contract_id, employee_id, note_id) = 1),
  -- squawk-ignore constraint-missing-not-valid
  add constraint notification_kind_is_known check (kind in (
    'event_created', 'event_assigned', 'event_unassigned', 'event_rescheduled', 'event_moved',
    'event_planned', 'event_confirmed', 'event_completed', 'event_cancelled', 'event_deleted',
    'contract_signed', 'contract_cancelled', 'password_changed', 'password_reset',
    'second_factor_enabled', 'second_factor_disabled', 'second_factor_reset',
    'recovery_codes_replaced', 'recovery_code_used', 'note_due'));
create unique index notification_note_id_key on crm.notification (note_id, (new_values ->> 'remind_on'));

comment on column crm.notification.note_id is 'The note it is about, if it is about a note.';
comment on column crm.notification.subject is 'The title of the event, the company of the contract''s client, or how the note begins, as it was then; empty for a private client, and for an employee.';
comment on constraint notification_is_about_one_record on crm.notification is 'A notification is about one event, one contract, one employee or one note.';
comment on constraint notification_kind_is_known on crm.notification is 'A notification is of a kind that the database writes.';
comment on index crm.notification_note_id_key is 'There is a reminder of this note for this day already.';
comment on column crm.notification.kind is
'What happened.
- `event_created`: Events were planned: `events` of them, `without_support` of which have no support contact. The first is the one that it is about.
- `event_assigned`: The event has a support contact, who may be the recipient; of `events` planned together, the first.
- `event_unassigned`: The event no longer has the support contact that it had, who may be the recipient.
- `event_rescheduled`: The event begins or ends at another time.
- `event_moved`: The event takes place somewhere else.
- `event_planned`: The event is planned again.
- `event_confirmed`: The event will take place.
- `event_completed`: The event has taken place.
- `event_cancelled`: The event will not take place.
- `event_deleted`: An event of the contract was deleted.
- `contract_signed`: The contract was signed.
- `contract_cancelled`: The contract, or that of the event, was cancelled; `open_events` of it are still planned or confirmed.
- `password_changed`: The recipient has changed their password.
- `password_reset`: The recipient was given a password for one login.
- `second_factor_enabled`: The recipient has enabled a second factor.
- `second_factor_disabled`: The recipient has disabled their second factor.
- `second_factor_reset`: An operator has removed the recipient''s second factor.
- `recovery_codes_replaced`: The recipient has drawn new recovery codes; the former ones are no longer good.
- `recovery_code_used`: A recovery code of the recipient was used; `left` of them have not been.
- `note_due`: The day has come, `remind_on`, on which the note is to be followed up; `about` says what it is about, `client_id`, `contract_id` or `event_id` which, and `author` who wrote it, where that is not the recipient.';


comment on column crm.search_result.kind is
'What kind of record it is.
- `client`: A client.
- `contract`: A contract.
- `employee`: An employee.
- `event`: An event.
- `note`: A note.';
comment on column crm.search_result.title is 'What it is called: the name of a person, the title of an event, the client of a contract, how a note begins.';
