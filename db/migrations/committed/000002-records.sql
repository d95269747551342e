--! Previous: sha1:5c51a82958c1efceb48ce82bfc9482e4910342bd
--! Hash: sha1:b4852646e245fb337e020e9ff97f86c61fb5eda4
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


-- employee

create table crm.employee (
  id            integer     generated always as identity,
  full_name     text        collate "und-x-icu" not null,
  email         text        not null,
  department    text        not null,
  active        boolean     not null default true,
  creation_date timestamptz not null default now(),
  version       integer     not null default 1,

  constraint employee_pkey                primary key (id),
  constraint employee_full_name_is_a_name check (length(btrim(full_name)) between 1 and 200 and full_name !~ '[[:cntrl:]]'),
  constraint employee_email_is_an_address check (length(email) <= 254 and email ~ '^[^@[:space:][:cntrl:]]+@[^@[:space:][:cntrl:]]+\.[^@[:space:][:cntrl:]]+$'),
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
comment on column crm.employee.department is
'What an employee does, which decides what they may do.
- `sales`: Wins clients and contracts.
- `support`: Runs events.
- `management`: Runs the staff and the whole.';
comment on column crm.employee.active        is 'Whether the employee may log in.';
comment on column crm.employee.creation_date is 'When the employee was entered.';
comment on column crm.employee.version is 'Goes up by one with every change. An update that sends it expects the record to be at this version, and is refused if it is not.';

comment on constraint employee_full_name_is_a_name on crm.employee is 'A name has 1 to 200 characters, all on one line.';
comment on constraint employee_email_is_an_address on crm.employee is 'An e-mail address looks like name@example.com.';
comment on constraint employee_department_is_known on crm.employee is 'A department is sales, support or management.';
comment on index crm.employee_email_key is 'Another employee already has this e-mail address.';


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
  constraint client_full_name_is_a_name        check (length(btrim(full_name)) between 1 and 200 and full_name !~ '[[:cntrl:]]'),
  constraint client_email_is_an_address        check (length(email) <= 254 and email ~ '^[^@[:space:][:cntrl:]]+@[^@[:space:][:cntrl:]]+\.[^@[:space:][:cntrl:]]+$'),
  constraint client_email_is_known             check (email is not null or erased_at is not null),
  constraint client_phone_is_a_number          check (phone ~ '^\+?[0-9(][0-9 ().-]{3,29}$'),
  constraint client_company_name_is_a_name     check (length(btrim(company_name)) between 1 and 200 and company_name !~ '[[:cntrl:]]'),
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
comment on column crm.client.version is 'Goes up by one with every change. An update that sends it expects the record to be at this version, and is refused if it is not.';

comment on constraint client_commercial_contact_id_fkey on crm.client is 'The employee still looks after clients: hand them over first.';
comment on constraint client_full_name_is_a_name        on crm.client is 'A name has 1 to 200 characters, all on one line.';
comment on constraint client_email_is_an_address        on crm.client is 'An e-mail address looks like name@example.com.';
comment on constraint client_email_is_known             on crm.client is 'A client needs an e-mail address.';
comment on constraint client_phone_is_a_number          on crm.client is 'A phone number is 4 to 30 digits, spaces, dots, dashes or brackets, and may begin with +.';
comment on constraint client_company_name_is_a_name     on crm.client is 'A company name has 1 to 200 characters, all on one line.';
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

  constraint contract_pkey                      primary key (id),
  constraint contract_client_id_fkey            foreign key (client_id) references crm.client,
  constraint contract_commercial_id_fkey        foreign key (commercial_id) references crm.employee,
  constraint contract_total_is_an_amount        check (total_amount >= 0 and total_amount <> 'NaN'),
  constraint contract_what_remains_is_in_total  check (amount_to_be_paid between 0 and total_amount),
  constraint contract_status_is_known           check (status in ('draft', 'signed', 'cancelled')),
  constraint contract_signed_has_a_date         check (case status when 'draft' then signed_at is null when 'signed' then signed_at is not null else true end)
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
comment on column crm.contract.version is 'Goes up by one with every change. An update that sends it expects the record to be at this version, and is refused if it is not.';

comment on constraint contract_client_id_fkey            on crm.contract is 'The client still has contracts.';
comment on constraint contract_commercial_id_fkey        on crm.contract is 'The employee still looks after contracts: hand their clients over first.';
comment on constraint contract_total_is_an_amount        on crm.contract is 'The total of a contract is an amount of zero euros or more.';
comment on constraint contract_what_remains_is_in_total  on crm.contract is 'What remains to be paid is never less than zero and never more than the total.';
comment on constraint contract_status_is_known           on crm.contract is 'A contract is draft, signed or cancelled.';
comment on constraint contract_signed_has_a_date         on crm.contract is 'A signed contract has the time of its signature, and a draft has none.';


-- payment

create table crm.payment (
  id          integer       generated always as identity,
  contract_id integer       not null,
  amount      numeric(12,2) not null,
  paid_on     date          not null default current_date,
  recorded_by integer       not null default crm.current_employee_id(),

  constraint payment_pkey                primary key (id),
  constraint payment_contract_id_fkey    foreign key (contract_id) references crm.contract,
  constraint payment_recorded_by_fkey    foreign key (recorded_by) references crm.employee,
  constraint payment_amount_is_an_amount check (amount <> 0 and amount <> 'NaN')
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

comment on constraint payment_contract_id_fkey    on crm.payment is 'The contract has payments.';
comment on constraint payment_recorded_by_fkey    on crm.payment is 'The employee has recorded payments.';
comment on constraint payment_amount_is_an_amount on crm.payment is 'A payment is an amount other than zero.';


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
  constraint event_title_is_a_title        check (length(btrim(title)) between 1 and 200 and title !~ '[[:cntrl:]]'),
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
comment on column crm.event.version is 'Goes up by one with every change. An update that sends it expects the record to be at this version, and is refused if it is not.';

comment on constraint event_contract_id_fkey        on crm.event is 'The contract has events.';
comment on constraint event_support_contact_id_fkey on crm.event is 'The employee is the support contact of events.';
comment on constraint event_title_is_a_title        on crm.event is 'A title has 1 to 200 characters, all on one line.';
comment on constraint event_ends_after_it_starts    on crm.event is 'An event ends after it starts.';
comment on constraint event_location_is_a_place     on crm.event is 'A location has 1 to 500 characters.';
comment on constraint event_attendees_are_counted   on crm.event is 'The number of attendees is zero or more.';
comment on constraint event_notes_are_not_too_long  on crm.event is 'Notes have at most 200,000 characters.';
comment on constraint event_status_is_known         on crm.event is 'An event is planned, confirmed, completed or cancelled.';


-- notification

create table crm.notification (
  id           integer     generated always as identity,
  recipient_id integer     not null,
  event_id     integer,
  contract_id  integer,
  kind         text        not null,
  message      text        not null,
  created_at   timestamptz not null default now(),
  read_at      timestamptz,

  constraint notification_pkey               primary key (id),
  constraint notification_recipient_id_fkey  foreign key (recipient_id) references crm.employee on delete cascade,
  constraint notification_event_id_fkey      foreign key (event_id) references crm.event on delete cascade,
  constraint notification_contract_id_fkey   foreign key (contract_id) references crm.contract on delete cascade,
  constraint notification_is_about_something check (num_nonnulls(event_id, contract_id) = 1),
  constraint notification_kind_is_known      check (kind in (
    'event_created', 'event_assigned', 'event_unassigned', 'event_rescheduled', 'event_moved',
    'event_planned', 'event_confirmed', 'event_completed', 'event_cancelled', 'event_deleted',
    'contract_signed', 'contract_cancelled'))
);
alter table crm.notification enable row level security, force row level security;

create index notification_recipient_id_idx on crm.notification (recipient_id, id);
create index notification_unread_idx       on crm.notification (recipient_id, id) where read_at is null;
create index notification_event_id_idx     on crm.notification (event_id);
create index notification_contract_id_idx  on crm.notification (contract_id);

comment on table  crm.notification              is 'What an employee should hear about: written by the database, read by its recipient alone.';
comment on column crm.notification.recipient_id is 'Who is told.';
comment on column crm.notification.event_id     is 'The event it is about, if it is about an event.';
comment on column crm.notification.contract_id  is 'The contract it is about, if it is about a contract.';
comment on column crm.notification.kind is
'What the notification tells of.
- `event_created`: An event was planned.
- `event_assigned`: The recipient is now the support contact of the event.
- `event_unassigned`: The recipient no longer is the support contact of the event.
- `event_rescheduled`: The event begins or ends at another time.
- `event_moved`: The event takes place somewhere else.
- `event_confirmed`: The event will take place.
- `event_completed`: The event has taken place.
- `event_cancelled`: The event will not take place.
- `contract_signed`: A contract was signed.';
comment on column crm.notification.message      is 'What happened, in a sentence.';
comment on column crm.notification.created_at   is 'When it happened.';
comment on column crm.notification.read_at      is 'When the recipient marked it read; empty until then.';

comment on constraint notification_is_about_something on crm.notification is 'A notification is about one event or one contract.';
comment on constraint notification_kind_is_known      on crm.notification is 'A notification is of a kind that the database writes.';


-- What is searched. The indexes hold what these functions say, and the functions are inlined, so that the one serves
-- the other; an inlined text has the default collation, and so has what is in the index. Employees are few: no index.

create function crm_private.client_search_text(client crm.client) returns text
language sql immutable parallel safe
return crm_private.normalize_text(client.full_name || ' ' || coalesce(client.company_name, '') || ' ' || coalesce(client.email, ''));
comment on function crm_private.client_search_text(crm.client) is
  'By what a client is found: name, company and e-mail address, as crm_private.normalize_text writes them.';

create function crm_private.event_search_text(event crm.event) returns text
language sql immutable parallel safe
return crm_private.normalize_text(event.title || ' ' || coalesce(event.location, ''));
comment on function crm_private.event_search_text(crm.event) is
  'By what an event is found, beside its client: title and location, as crm_private.normalize_text writes them.';

create function crm_private.employee_search_text(employee crm.employee) returns text
language sql immutable parallel safe
return crm_private.normalize_text(employee.full_name || ' ' || employee.email);
comment on function crm_private.employee_search_text(crm.employee) is
  'By what an employee is found: name and e-mail address, as crm_private.normalize_text writes them.';

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
comment on type   crm.support_load                 is 'The events of a support employee, or those that nobody runs yet.';
comment on column crm.support_load.employee_id     is 'Who runs them; empty for those that nobody runs yet.';
comment on column crm.support_load.full_name       is 'Their name.';
comment on column crm.support_load.events          is 'How many events begin between the two days.';
comment on column crm.support_load.upcoming_events is 'How many are still to begin, at any time.';
comment on column crm.support_load.next_start      is 'When the next one begins.';
