--! Previous: sha1:5972d9e37117810d099ab9532c278cc0e7cf029c
--! Hash: sha1:d94da24d8b7c1330d757ee97ad6d7cd68d708e57
--! Message: records

-- The records: six tables, what must always be true of a row, and the indexes that serve the API.
--
-- A comment on a constraint is the sentence that a person reads when it is broken. Closed sets are text with a check, not
-- enums: comparisons of enums are not leakproof and lose their indexes under row-level security. Money is numeric(12,2).
-- What has an hour is timestamptz. Names are collated by ICU, so that Élodie stands before Zoé whatever the locale of the
-- cluster. Every table is closed in the statement that follows its creation; db/policies opens it.


-- How text is compared in a search

create function crm_private.normalize_text(value text) returns text
language sql immutable strict parallel safe
set search_path = ''
as $$ select translate(lower(extensions.unaccent('extensions.unaccent', value)), '-''’', '   ') $$;
comment on function crm_private.normalize_text(text) is
  'The text as it is searched: without case and accents, and with spaces for hyphens and apostrophes. Immutable as long as the unaccent dictionary is not edited.';


-- What names, e-mail addresses and phone numbers look like: for the checks of several tables. Null is for `not null` to refuse.

create function crm_private.is_one_line(value text, max_length integer) returns boolean
language sql immutable parallel safe
return length(btrim(value)) between 1 and max_length and value !~ '[[:cntrl:]\u0085\u2028\u2029]';
comment on function crm_private.is_one_line(text, integer) is
  'Whether a text has a character other than a space, at most so many, and no line break or other control character.';

create function crm_private.is_email_address(value text) returns boolean
language sql immutable parallel safe
return length(value) <= 254 and value ~ '^[^@[:space:][:cntrl:]]+@[^@[:space:][:cntrl:]]+\.[^@[:space:][:cntrl:]]+$';
comment on function crm_private.is_email_address(text) is
  'Whether a text looks like name@example.com and has at most 254 characters.';

create function crm_private.is_phone_number(value text) returns boolean
language sql immutable parallel safe
return value ~ '^\+?[0-9(][0-9 ().-]{3,29}$';
comment on function crm_private.is_phone_number(text) is
  'Whether a text is 4 to 30 digits, spaces, dots, dashes or brackets, the first of which may be a +.';


-- employee

create table crm.employee (
  id            integer     generated always as identity,
  full_name     text        collate "und-x-icu" not null,
  email         text        not null,
  phone         text,
  department    text        not null,
  active        boolean     not null default true,
  creation_date timestamptz not null default now(),
  version       integer     not null default 1,

  constraint employee_pkey                primary key (id),
  constraint employee_full_name_is_a_name check (crm_private.is_one_line(full_name, 200)),
  constraint employee_email_is_an_address check (crm_private.is_email_address(email)),
  constraint employee_phone_is_a_number   check (crm_private.is_phone_number(phone)),
  constraint employee_department_is_known check (department in ('sales', 'support', 'management'))
);
alter table crm.employee enable row level security, force row level security;

create unique index employee_email_key on crm.employee (lower(email));
create index employee_full_name_idx    on crm.employee (full_name);
create index employee_department_idx   on crm.employee (department, active);
create index employee_active_idx       on crm.employee (active);

comment on table  crm.employee               is 'Someone who works for Epic Events.';
comment on column crm.employee.full_name     is 'First and last name.';
comment on column crm.employee.email         is 'The address to log in with; unique without regard to case.';
comment on column crm.employee.phone         is 'Where colleagues reach them.';
comment on column crm.employee.department is
'What an employee does, which decides what they may do.
- `sales`: Wins clients and contracts.
- `support`: Runs events.
- `management`: Runs the staff and the whole.';
comment on column crm.employee.active        is 'Whether the employee may log in.';
comment on column crm.employee.creation_date is 'When the employee was entered.';
comment on column crm.employee.version       is 'Goes up by one with every change. An update that sends it expects the record to be at this version, and is refused if it is not.';

comment on constraint employee_full_name_is_a_name on crm.employee is 'A name has 1 to 200 characters, all on one line.';
comment on constraint employee_email_is_an_address on crm.employee is 'An e-mail address looks like name@example.com.';
comment on constraint employee_phone_is_a_number   on crm.employee is 'A phone number is 4 to 30 digits, spaces, dots, dashes or brackets, and may begin with +.';
comment on constraint employee_department_is_known on crm.employee is 'A department is sales, support or management.';
comment on index crm.employee_email_key is 'Another employee already has this e-mail address.';

comment on index crm.employee_full_name_idx  is 'Serves employees sorted by name, and colleagues in a list to choose from.';
comment on index crm.employee_department_idx is 'Serves the employees of a department, the managers who are notified, and the rule that an active manager remains.';
comment on index crm.employee_active_idx     is 'Serves the employees who are active, and lists sorted by it.';


-- client

create table crm.client (
  id                    integer     generated always as identity,
  full_name             text        collate "und-x-icu" not null,
  email                 text,
  phone                 text,
  company_name          text        collate "und-x-icu",
  first_contact         date        not null default current_date,
  last_update           timestamptz not null default now(),
  commercial_contact_id integer     not null default crm.current_employee_id(),
  erased_at             timestamptz,
  version               integer     not null default 1,

  constraint client_pkey                       primary key (id),
  constraint client_commercial_contact_id_fkey foreign key (commercial_contact_id) references crm.employee,
  constraint client_full_name_is_a_name        check (crm_private.is_one_line(full_name, 200)),
  constraint client_email_is_an_address        check (crm_private.is_email_address(email)),
  constraint client_email_is_known             check (email is not null or erased_at is not null),
  constraint client_phone_is_a_number          check (crm_private.is_phone_number(phone)),
  constraint client_company_name_is_a_name     check (crm_private.is_one_line(company_name, 200)),
  constraint client_first_contact_is_in_range  check (first_contact between '1900-01-01' and '2199-12-31'),
  constraint client_stays_erased               check (erased_at is null or (full_name = 'Erased client' and email is null and phone is null))
);
alter table crm.client enable row level security, force row level security;

create index client_commercial_contact_id_idx on crm.client (commercial_contact_id, id);
create index client_full_name_idx             on crm.client (full_name);
create index client_company_name_idx          on crm.client (company_name);
create index client_last_update_idx           on crm.client (last_update);
create index client_first_contact_idx         on crm.client (first_contact);
create index client_email_idx                 on crm.client (lower(email));

comment on table  crm.client                       is 'Someone who buys events from us, or might.';
comment on column crm.client.full_name             is 'First and last name of the person we talk to.';
comment on column crm.client.email                 is 'Their e-mail address.';
comment on column crm.client.phone                 is 'Their phone number, as they write it.';
comment on column crm.client.company_name          is 'The company they buy for; empty for a private person.';
comment on column crm.client.first_contact         is 'The day of the first contact.';
comment on column crm.client.last_update           is 'When this record last changed, or the client was last contacted; kept by the database.';
comment on column crm.client.commercial_contact_id is 'The sales employee who looks after the client.';
comment on column crm.client.erased_at             is 'When the client''s personal data was erased on request; empty otherwise.';
comment on column crm.client.version               is 'Goes up by one with every change. An update that sends it expects the record to be at this version, and is refused if it is not.';

comment on constraint client_commercial_contact_id_fkey on crm.client is 'The employee still looks after clients: hand them over first.';
comment on constraint client_full_name_is_a_name        on crm.client is 'A name has 1 to 200 characters, all on one line.';
comment on constraint client_email_is_an_address        on crm.client is 'An e-mail address looks like name@example.com.';
comment on constraint client_email_is_known             on crm.client is 'A client needs an e-mail address.';
comment on constraint client_phone_is_a_number          on crm.client is 'A phone number is 4 to 30 digits, spaces, dots, dashes or brackets, and may begin with +.';
comment on constraint client_company_name_is_a_name     on crm.client is 'A company name has 1 to 200 characters, all on one line.';
comment on constraint client_first_contact_is_in_range  on crm.client is 'A date lies in the years 1900 to 2199.';
comment on constraint client_stays_erased               on crm.client is 'The personal data of this client was erased on request and stays erased.';


-- contract

create table crm.contract (
  id                integer       generated always as identity,
  client_id         integer       not null,
  commercial_id     integer       not null,
  total_amount      numeric(12,2) not null,
  amount_to_be_paid numeric(12,2) not null,
  creation_date     timestamptz   not null default now(),
  status            text          not null default 'draft',
  signed_at         timestamptz,
  version           integer       not null default 1,

  constraint contract_pkey                     primary key (id),
  constraint contract_client_id_fkey           foreign key (client_id) references crm.client,
  constraint contract_commercial_id_fkey       foreign key (commercial_id) references crm.employee,
  constraint contract_total_is_an_amount       check (total_amount >= 0 and total_amount <> 'NaN'),
  constraint contract_what_remains_is_in_total check (amount_to_be_paid between 0 and total_amount),
  constraint contract_status_is_known          check (status in ('draft', 'signed', 'cancelled')),
  constraint contract_signed_has_a_date        check (case status when 'draft' then signed_at is null when 'signed' then signed_at is not null else true end)
);
alter table crm.contract enable row level security, force row level security;

create index contract_client_id_idx     on crm.contract (client_id, id);
create index contract_commercial_id_idx on crm.contract (commercial_id, id);
create index contract_creation_date_idx on crm.contract (creation_date);
create index contract_total_amount_idx  on crm.contract (total_amount);
create index contract_status_idx        on crm.contract (status, id);
create index contract_unsigned_idx      on crm.contract (id) where status = 'draft';
create index contract_unpaid_idx        on crm.contract (id) where status = 'signed' and amount_to_be_paid > 0;
create index contract_signed_at_idx     on crm.contract (signed_at) where status = 'signed';

comment on table  crm.contract                   is 'What a client has agreed to buy, or is about to.';
comment on column crm.contract.client_id         is 'The client; never changes.';
comment on column crm.contract.commercial_id     is 'The sales employee who looks after the client; follows the client.';
comment on column crm.contract.total_amount      is 'The price in euros.';
comment on column crm.contract.amount_to_be_paid is 'What remains to be paid, in euros: the total less the payments; kept by the database.';
comment on column crm.contract.creation_date     is 'When the contract was entered.';
comment on column crm.contract.status is
'How far the contract has come. It never goes back.
- `draft`: Not signed yet.
- `signed`: Signed: it is paid, and events are organised under it.
- `cancelled`: Called off, before or after it was signed.';
comment on column crm.contract.signed_at         is 'When the contract was signed; kept by the database.';
comment on column crm.contract.version           is 'Goes up by one with every change. An update that sends it expects the record to be at this version, and is refused if it is not.';

comment on constraint contract_client_id_fkey           on crm.contract is 'The client still has contracts.';
comment on constraint contract_commercial_id_fkey       on crm.contract is 'The employee still looks after contracts: hand their clients over first.';
comment on constraint contract_total_is_an_amount       on crm.contract is 'The total of a contract is an amount of zero euros or more.';
comment on constraint contract_what_remains_is_in_total on crm.contract is 'What remains to be paid is never less than zero and never more than the total.';
comment on constraint contract_status_is_known          on crm.contract is 'A contract is draft, signed or cancelled.';
comment on constraint contract_signed_has_a_date        on crm.contract is 'A signed contract has the time of its signature, and a draft has none.';

comment on index crm.contract_client_id_idx     is 'Serves the contracts of a client, also where contracts and events are searched by client.';
comment on index crm.contract_commercial_id_idx is 'Serves the contracts of a sales employee: condition mine, and the events under them.';
comment on index crm.contract_creation_date_idx is 'Serves contracts created in a period, and lists sorted by creation date.';
comment on index crm.contract_total_amount_idx  is 'Serves contracts sorted by their total.';
comment on index crm.contract_status_idx        is 'Serves the contracts of a status, and lists sorted by it.';
comment on index crm.contract_unsigned_idx      is 'Serves drafts: condition unsigned, and the report of the pipeline.';
comment on index crm.contract_unpaid_idx        is 'Serves signed contracts with an amount to be paid: conditions unpaid and overdue, and the report of what is overdue.';
comment on index crm.contract_signed_at_idx     is 'Serves the reports of revenue: the contracts signed in a period.';


-- payment

create table crm.payment (
  id          integer       generated always as identity,
  contract_id integer       not null,
  amount      numeric(12,2) not null,
  paid_on     date          not null default current_date,
  recorded_by integer       not null default crm.current_employee_id(),

  constraint payment_pkey                 primary key (id),
  constraint payment_contract_id_fkey     foreign key (contract_id) references crm.contract,
  constraint payment_recorded_by_fkey     foreign key (recorded_by) references crm.employee,
  constraint payment_amount_is_an_amount  check (amount <> 0 and amount <> 'NaN'),
  constraint payment_date_is_in_range     check (paid_on >= '1900-01-01'),
  -- Not immutable, but once true it stays true.
  constraint payment_is_not_in_the_future check (paid_on <= current_date)
);
alter table crm.payment enable row level security, force row level security;

create index payment_contract_id_idx on crm.payment (contract_id);
create index payment_recorded_by_idx on crm.payment (recorded_by);
create index payment_paid_on_idx     on crm.payment (paid_on);

comment on table  crm.payment             is 'Money received for a contract, or, when negative, the correction of an entry. Never changed, never deleted.';
comment on column crm.payment.contract_id is 'The contract that is paid.';
comment on column crm.payment.amount      is 'Euros received; negative for a correction.';
comment on column crm.payment.paid_on     is 'The day the money arrived.';
comment on column crm.payment.recorded_by is 'The employee who entered the payment; kept by the database.';

comment on constraint payment_contract_id_fkey     on crm.payment is 'The contract has payments.';
comment on constraint payment_recorded_by_fkey     on crm.payment is 'The employee has recorded payments.';
comment on constraint payment_amount_is_an_amount  on crm.payment is 'A payment is an amount other than zero.';
comment on constraint payment_date_is_in_range     on crm.payment is 'A date lies in the years 1900 to 2199.';
comment on constraint payment_is_not_in_the_future on crm.payment is 'A payment is not dated in the future.';

comment on index crm.payment_contract_id_idx is 'Serves the payments of a contract, and the check that a contract to be deleted has none.';
comment on index crm.payment_recorded_by_idx is 'Serves the payments that an employee recorded, and the check that an employee to be deleted recorded none.';
comment on index crm.payment_paid_on_idx     is 'Serves the reports of revenue: the payments of a period; and payments sorted by day.';


-- event

create table crm.event (
  id                 integer     generated always as identity,
  contract_id        integer     not null,
  title              text        not null,
  support_contact_id integer,
  start_date         timestamptz not null,
  end_date           timestamptz not null,
  location           text,
  attendees          integer     not null default 0,
  notes              text,
  status             text        not null default 'planned',
  version            integer     not null default 1,

  constraint event_pkey                    primary key (id),
  constraint event_contract_id_fkey        foreign key (contract_id) references crm.contract,
  constraint event_support_contact_id_fkey foreign key (support_contact_id) references crm.employee,
  constraint event_title_is_a_title        check (crm_private.is_one_line(title, 200)),
  -- The other two bounds follow, since an event ends after it starts.
  constraint event_start_is_in_range       check (start_date >= '1900-01-01 00:00+00'),
  constraint event_end_is_in_range         check (end_date < '2200-01-01 00:00+00'),
  constraint event_ends_after_it_starts    check (end_date > start_date),
  constraint event_location_is_a_place     check (length(btrim(location)) between 1 and 500),
  constraint event_attendees_are_counted   check (attendees >= 0),
  constraint event_notes_are_not_too_long  check (length(notes) <= 200000),
  constraint event_status_is_known         check (status in ('planned', 'confirmed', 'completed', 'cancelled'))
);
alter table crm.event enable row level security, force row level security;

create index event_contract_id_idx        on crm.event (contract_id, start_date);
create index event_support_contact_id_idx on crm.event (support_contact_id, start_date);
create index event_start_date_idx         on crm.event (start_date);
create index event_status_idx             on crm.event (status, start_date);
create index event_without_support_idx    on crm.event (start_date) where support_contact_id is null;

comment on table  crm.event                    is 'A party or corporate event that we organise under a contract.';
comment on column crm.event.contract_id        is 'The contract it is organised under; never changes. Client and sales contact come from it.';
comment on column crm.event.title              is 'What it is called.';
comment on column crm.event.support_contact_id is 'The support employee who runs it; empty until one is assigned.';
comment on column crm.event.start_date         is 'When it begins.';
comment on column crm.event.end_date           is 'When it ends.';
comment on column crm.event.location           is 'Where it takes place.';
comment on column crm.event.attendees          is 'How many people are expected.';
comment on column crm.event.notes              is 'Anything that those who run it should know.';
comment on column crm.event.status is
'How far the event has come.
- `planned`: Entered, and not confirmed yet.
- `confirmed`: It will take place.
- `completed`: It has taken place.
- `cancelled`: It will not take place.';
comment on column crm.event.version            is 'Goes up by one with every change. An update that sends it expects the record to be at this version, and is refused if it is not.';

comment on constraint event_contract_id_fkey        on crm.event is 'The contract has events.';
comment on constraint event_support_contact_id_fkey on crm.event is 'The employee is the support contact of events.';
comment on constraint event_title_is_a_title        on crm.event is 'A title has 1 to 200 characters, all on one line.';
comment on constraint event_start_is_in_range       on crm.event is 'A date lies in the years 1900 to 2199.';
comment on constraint event_end_is_in_range         on crm.event is 'A date lies in the years 1900 to 2199.';
comment on constraint event_ends_after_it_starts    on crm.event is 'An event ends after it starts.';
comment on constraint event_location_is_a_place     on crm.event is 'A location has 1 to 500 characters.';
comment on constraint event_attendees_are_counted   on crm.event is 'The number of attendees is zero or more.';
comment on constraint event_notes_are_not_too_long  on crm.event is 'Notes have at most 200,000 characters.';
comment on constraint event_status_is_known         on crm.event is 'An event is planned, confirmed, completed or cancelled.';


-- notification

create table crm.notification (
  id           integer     generated always as identity,
  recipient_id integer     not null,
  kind         text        not null,
  event_id     integer,
  contract_id  integer,
  employee_id  integer,
  subject      text,
  old_values   jsonb,
  new_values   jsonb,
  created_at   timestamptz not null default now(),
  read_at      timestamptz,

  constraint notification_pkey                primary key (id),
  constraint notification_recipient_id_fkey   foreign key (recipient_id) references crm.employee on delete cascade,
  constraint notification_event_id_fkey       foreign key (event_id) references crm.event on delete cascade,
  constraint notification_contract_id_fkey    foreign key (contract_id) references crm.contract on delete cascade,
  constraint notification_employee_id_fkey    foreign key (employee_id) references crm.employee on delete cascade,
  constraint notification_is_about_one_record check (num_nonnulls(event_id, contract_id, employee_id) = 1),
  constraint notification_kind_is_known       check (kind in (
    'event_created', 'event_assigned', 'event_unassigned', 'event_rescheduled', 'event_moved',
    'event_planned', 'event_confirmed', 'event_completed', 'event_cancelled', 'event_deleted',
    'contract_signed', 'contract_cancelled', 'password_changed', 'password_reset'))
);
alter table crm.notification enable row level security, force row level security;

create index notification_recipient_id_idx on crm.notification (recipient_id, id);
create index notification_unread_idx       on crm.notification (recipient_id, id) where read_at is null;
create index notification_event_id_idx     on crm.notification (event_id);
create index notification_contract_id_idx  on crm.notification (contract_id);
create index notification_employee_id_idx  on crm.notification (employee_id);

comment on table  crm.notification              is 'What an employee should hear about, as data: written by the database, read by its recipient alone.';
comment on column crm.notification.recipient_id is 'Who is told.';
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
- `password_reset`: The recipient was given a password for one login.';
comment on column crm.notification.event_id     is 'The event it is about, if it is about an event.';
comment on column crm.notification.contract_id  is 'The contract it is about, if it is about a contract.';
comment on column crm.notification.employee_id  is 'The employee it is about, if it is about an employee.';
comment on column crm.notification.subject      is 'The title of the event, or the company of the contract''s client, as it was then; empty for a private client, and for an employee.';
comment on column crm.notification.old_values   is 'Before: what has changed of the record, by column.';
comment on column crm.notification.new_values   is 'After: what has changed of the record, by column, and what else the kind says.';
comment on column crm.notification.created_at   is 'When it happened.';
comment on column crm.notification.read_at      is 'When the recipient marked it read; empty until then.';

comment on constraint notification_is_about_one_record on crm.notification is 'A notification is about one event, one contract or one employee.';
comment on constraint notification_kind_is_known       on crm.notification is 'A notification is of a kind that the database writes.';

comment on index crm.notification_recipient_id_idx is 'Serves the notifications of an employee, the latest first.';
comment on index crm.notification_unread_idx       is 'Serves the unread notifications of an employee: condition unread, counting them, and marking them read.';
comment on index crm.notification_event_id_idx     is 'Serves the notifications about an event, which are deleted with it.';
comment on index crm.notification_contract_id_idx  is 'Serves the notifications about a contract, which are deleted with it.';
comment on index crm.notification_employee_id_idx  is 'Serves the notifications about an employee, which are deleted with them.';


-- Searching. The indexes hold what crm_private.client_search_text and crm_private.event_search_text say: those are
-- inlined, so that the one serves the other. An inlined text has the default collation, and so has the index.

create function crm_private.phone_digits(phone text) returns text
language sql immutable strict parallel safe
return right(regexp_replace(phone, '[^0-9]', '', 'g'), 9);
comment on function crm_private.phone_digits(text) is
  'What two ways to write a phone number have in common, +33 6 12 34 56 78 and 06.12.34.56.78: its last nine digits.';

create index client_search_idx on crm.client using gin
  ((crm_private.normalize_text(full_name || ' ' || coalesce(company_name, '') || ' ' || coalesce(email, '')) collate "default")
   extensions.gin_trgm_ops);
create index event_search_idx on crm.event using gin
  (crm_private.normalize_text(title || ' ' || coalesce(location, '')) extensions.gin_trgm_ops);
create index client_phone_idx on crm.client (crm_private.phone_digits(phone));


-- What reports return: types with a name, so that their columns have comments.

create type crm.pipeline_band as (
  from_days    integer,
  to_days      integer,
  contracts    integer,
  total_amount numeric(16,2)
);
comment on type   crm.pipeline_band              is 'The drafts of one age: what may be signed yet.';
comment on column crm.pipeline_band.from_days    is 'How many days ago the youngest of them may have been entered.';
comment on column crm.pipeline_band.to_days      is 'How many days ago the oldest may have been entered; empty for the last band.';
comment on column crm.pipeline_band.contracts    is 'How many drafts there are.';
comment on column crm.pipeline_band.total_amount is 'What they amount to, in euros.';

create type crm.month_revenue as (
  month            date,
  signed_contracts integer,
  signed_amount    numeric(16,2),
  paid_amount      numeric(16,2)
);
comment on type   crm.month_revenue                  is 'What was signed and what was paid in a month.';
comment on column crm.month_revenue.month            is 'The first day of the month.';
comment on column crm.month_revenue.signed_contracts is 'How many contracts were signed, and have not been cancelled since.';
comment on column crm.month_revenue.signed_amount    is 'What they amount to, in euros.';
comment on column crm.month_revenue.paid_amount      is 'The money that arrived, less corrections, in euros; whenever its contract was signed.';

create type crm.salesperson_revenue as (
  employee_id      integer,
  full_name        text,
  signed_contracts integer,
  signed_amount    numeric(16,2),
  paid_amount      numeric(16,2)
);
comment on type   crm.salesperson_revenue                  is 'What was signed with the clients of a sales employee, and what they paid.';
comment on column crm.salesperson_revenue.employee_id      is 'Who looks after the clients today.';
comment on column crm.salesperson_revenue.full_name        is 'Their name.';
comment on column crm.salesperson_revenue.signed_contracts is 'How many contracts were signed, and have not been cancelled since.';
comment on column crm.salesperson_revenue.signed_amount    is 'What they amount to, in euros.';
comment on column crm.salesperson_revenue.paid_amount      is 'The money that arrived, less corrections, in euros; whenever its contract was signed.';

create type crm.overdue_share as (
  employee_id       integer,
  full_name         text,
  contracts         integer,
  amount_to_be_paid numeric(16,2),
  oldest_signed_at  timestamptz
);
comment on type   crm.overdue_share                   is 'What the clients of a sales employee should have paid by now.';
comment on column crm.overdue_share.employee_id       is 'Who looks after the clients today.';
comment on column crm.overdue_share.full_name         is 'Their name.';
comment on column crm.overdue_share.contracts         is 'How many contracts are overdue.';
comment on column crm.overdue_share.amount_to_be_paid is 'What remains to be paid for them, in euros.';
comment on column crm.overdue_share.oldest_signed_at  is 'When the oldest of them was signed.';

create type crm.support_load as (
  employee_id     integer,
  full_name       text,
  events          integer,
  upcoming_events integer,
  next_start      timestamptz
);
comment on type   crm.support_load                 is 'The events of a support employee, or those without a support contact.';
comment on column crm.support_load.employee_id     is 'The support contact; empty for events without one.';
comment on column crm.support_load.full_name       is 'Their name.';
comment on column crm.support_load.events          is 'How many events begin between the two days.';
comment on column crm.support_load.upcoming_events is 'How many are still to begin, at any time.';
comment on column crm.support_load.next_start      is 'When the next one begins.';


-- What erasing a client returns

create type crm.event_mention as (
  event_id integer,
  title    text
);
comment on type   crm.event_mention          is 'An event whose title or notes hold the name of a client.';
comment on column crm.event_mention.event_id is 'The event.';
comment on column crm.event_mention.title    is 'Its title.';

comment on index crm.event_contract_id_idx        is 'Serves the events of a contract by date, and the check that a contract to be deleted has none.';
comment on index crm.event_support_contact_id_idx is 'Serves the events of a support employee by date: condition mine, and what must be handed over before the employee leaves.';
comment on index crm.event_start_date_idx         is 'Serves events of a period, upcoming events, and lists sorted by start date.';
comment on index crm.event_status_idx             is 'Serves the events of a status by date: condition open, and lists sorted by status.';
comment on index crm.event_without_support_idx    is 'Serves the events without a support contact by date: condition withoutSupport.';
comment on index crm.event_search_idx             is 'Serves searching events by a part of their title or location.';

create type crm.client_erasure as (
  client_id    integer,
  mentioned_in crm.event_mention[]
);
comment on type   crm.client_erasure              is 'What erasing a client has done, and what it has not.';
comment on column crm.client_erasure.client_id    is 'The client whose personal data was erased.';
comment on column crm.client_erasure.mentioned_in is 'The events whose title or notes still hold the name of the client. They stay as they are.';

comment on index crm.client_commercial_contact_id_idx is 'Serves the clients of a sales employee: condition mine, and what must be handed over before the employee leaves.';
comment on index crm.client_full_name_idx             is 'Serves clients sorted or found by their full name.';
comment on index crm.client_company_name_idx          is 'Serves clients sorted or found by their company.';
comment on index crm.client_last_update_idx           is 'Serves clients not contacted since a time, and lists sorted by their last update.';
comment on index crm.client_first_contact_idx         is 'Serves clients of a first contact in a period, and lists sorted by it.';
comment on index crm.client_email_idx                 is 'Serves the clients with the e-mail address of a new client or of a line of an import, without regard to case.';
comment on index crm.client_phone_idx                 is 'Serves searching clients by telephone number, and finding similar clients, however the number is written.';
comment on index crm.client_search_idx                is 'Serves searching clients by a part of their name, company or e-mail address, and finding similar clients.';


-- What an explanation returns

create type crm.access_step as (
  step     integer,
  kind     text,
  name     text,
  role     text,
  mode     text,
  clause   text,
  is_mine  boolean,
  holds    boolean,
  sentence text
);
comment on type   crm.access_step          is 'A grant or a policy that bears on a question about access, or the verdict.';
comment on column crm.access_step.step     is 'Its place in the order of PostgreSQL, from 1.';
comment on column crm.access_step.kind is
'What a step is.
- `grant`: A privilege that a role has been granted.
- `policy`: A policy of row-level security.
- `verdict`: What follows from the others: whether I may. It comes last.';
comment on column crm.access_step.name     is 'The privilege and its columns, or the policy; of the verdict, the policies that decide.';
comment on column crm.access_step.role     is 'Whose grant or policy it is.';
comment on column crm.access_step.mode is
'How a policy counts beside others.
- `permissive`: One way in: one that is fulfilled is enough.
- `restrictive`: A condition: all must be fulfilled.';
comment on column crm.access_step.clause   is 'What of a policy fails: `using` (the row as it is) or `with check` (as it would become).';
comment on column crm.access_step.is_mine  is 'Whether it applies to me.';
comment on column crm.access_step.holds    is 'Whether it is fulfilled; of the verdict, whether I may. Null where it depends on what was not given, and for others.';
comment on column crm.access_step.sentence is 'The same for a person to read.';

create type crm.refusal as (
  is_visible         boolean,
  message            text,
  policy             text,
  reason             text,
  contact_id         integer,
  contact_name       text,
  contact_department text
);
comment on type   crm.refusal                    is 'Why something is refused, and who may do it.';
comment on column crm.refusal.is_visible         is 'Whether I can see the row at all.';
comment on column crm.refusal.message            is 'What is refused, in a sentence.';
comment on column crm.refusal.policy             is 'The policies that decide.';
comment on column crm.refusal.reason             is 'Why, in a sentence.';
comment on column crm.refusal.contact_id         is 'The employee who may do it, where it is one.';
comment on column crm.refusal.contact_name       is 'Their name.';
comment on column crm.refusal.contact_department is 'Their department, or one that may do it.';


-- What a search returns

create type crm.search_result as (
  kind      text,
  id        integer,
  title     text,
  detail    text,
  closeness text
);
comment on type   crm.search_result        is 'A record that was found by a search.';
comment on column crm.search_result.kind is
'What kind of record it is.
- `client`: A client.
- `contract`: A contract.
- `employee`: An employee.
- `event`: An event.';
comment on column crm.search_result.id     is 'Identifies the record among those of its kind.';
comment on column crm.search_result.title  is 'What it is called: the name of a person, the title of an event, the client of a contract.';
comment on column crm.search_result.detail is 'What tells it apart from others, for a person to read.';
comment on column crm.search_result.closeness is
'How well it answers what was looked for.
- `exact`: That is its number, name, title, company, e-mail address or phone number.
- `contains`: It contains every word.
- `similar`: Every word is spelt much like one of it, and nothing contains them all.';

create type crm.similar_client as (
  id              integer,
  full_name       text,
  company_name    text,
  email           text,
  phone           text,
  commercial_name text,
  same_email      boolean,
  same_phone      boolean,
  close_name      boolean
);
comment on type   crm.similar_client                 is 'A client who might be the one that is about to be entered.';
comment on column crm.similar_client.id              is 'Identifies the client.';
comment on column crm.similar_client.full_name       is 'First and last name.';
comment on column crm.similar_client.company_name    is 'The company they buy for; empty for a private person.';
comment on column crm.similar_client.email           is 'Their e-mail address.';
comment on column crm.similar_client.phone           is 'Their phone number, as they write it.';
comment on column crm.similar_client.commercial_name is 'The name of the sales employee who looks after them.';
comment on column crm.similar_client.same_email      is 'Whether the e-mail address is the same.';
comment on column crm.similar_client.same_phone      is 'Whether the phone number is the same.';
comment on column crm.similar_client.close_name      is 'Whether the name is nearly the same.';
