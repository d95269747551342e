-- The named filters of the API's lists, each inlined into the query, so that an index serves it: those whose name
-- is <table>_filter_<filter>, in crm_private. A function of a row is the condition on it; one that returns rows of the table
-- says which ones to show. The other argument is what the filter is given: without one it is switched on by true. The
-- comment is its description. Those that search for a text are in search_filters.sql. Of two that return rows there is one more
-- function, <table>_filter_<first>_and_<second>, in the order of the alphabet; <name>_by_<column> stands in for one where the list
-- is sorted by that column first.
-- Where an argument is named `me`, the API gives (select crm.current_employee_id()), which is evaluated once: within the
-- function a subquery would keep PostgreSQL from inlining it.


create or replace function crm_private.employee_filter_ids(employee crm.employee, ids integer[]) returns boolean
language sql immutable parallel safe
return employee.id = any (ids);
comment on function crm_private.employee_filter_ids(crm.employee, integer[]) is
  'Only the employees with one of these ids.';


create or replace function crm_private.client_filter_ids(client crm.client, ids integer[]) returns boolean
language sql immutable parallel safe
return client.id = any (ids);
comment on function crm_private.client_filter_ids(crm.client, integer[]) is
  'Only the clients with one of these ids.';

create or replace function crm_private.client_filter_mine(client crm.client, me integer) returns boolean
language sql immutable parallel safe
return client.commercial_contact_id = me;
comment on function crm_private.client_filter_mine(crm.client, integer) is
  'Only the clients whose sales contact I am.';

create or replace function crm_private.client_filter_current(client crm.client) returns boolean
language sql immutable parallel safe
return client.erased_at is null;
comment on function crm_private.client_filter_current(crm.client) is
  'Only clients whose personal data has not been erased.';

create or replace function crm_private.client_filter_not_contacted_since(client crm.client, "time" timestamptz) returns boolean
language sql immutable parallel safe
return client.last_update < "time" and client.erased_at is null;
comment on function crm_private.client_filter_not_contacted_since(crm.client, timestamptz) is
  'Only clients whom nobody has contacted, and whose record nobody has changed, since this time.';

create or replace function crm_private.client_filter_first_contact_from(client crm.client, day date) returns boolean
language sql immutable parallel safe
return client.first_contact >= day;
comment on function crm_private.client_filter_first_contact_from(crm.client, date) is
  'Only clients of a first contact on this day or later.';

create or replace function crm_private.client_filter_first_contact_to(client crm.client, day date) returns boolean
language sql immutable parallel safe
return client.first_contact <= day;
comment on function crm_private.client_filter_first_contact_to(crm.client, date) is
  'Only clients of a first contact on this day or earlier.';


create or replace function crm_private.contract_filter_ids(contract crm.contract, ids integer[]) returns boolean
language sql immutable parallel safe
return contract.id = any (ids);
comment on function crm_private.contract_filter_ids(crm.contract, integer[]) is
  'Only the contracts with one of these ids.';

create or replace function crm_private.contract_filter_mine(contract crm.contract, me integer) returns boolean
language sql immutable parallel safe
return contract.commercial_id = me;
comment on function crm_private.contract_filter_mine(crm.contract, integer) is
  'Only the contracts whose sales contact I am.';

create or replace function crm_private.contract_filter_unsigned(contract crm.contract) returns boolean
language sql immutable parallel safe
return contract.status = 'draft';
comment on function crm_private.contract_filter_unsigned(crm.contract) is
  'Only contracts that are still drafts.';

create or replace function crm_private.contract_filter_unpaid(contract crm.contract) returns boolean
language sql immutable parallel safe
return contract.status = 'signed' and contract.amount_to_be_paid > 0;
comment on function crm_private.contract_filter_unpaid(crm.contract) is
  'Only signed contracts with an amount that remains to be paid.';

create or replace function crm_private.contract_filter_overdue(contract crm.contract) returns boolean
language sql stable parallel safe
return crm.contract_is_overdue(contract);
comment on function crm_private.contract_filter_overdue(crm.contract) is
  'Only contracts whose payment is late: signed more than 30 days ago, with an amount that remains to be paid.';

create or replace function crm_private.contract_filter_created_from(contract crm.contract, "time" timestamptz) returns boolean
language sql immutable parallel safe
return contract.creation_date >= "time";
comment on function crm_private.contract_filter_created_from(crm.contract, timestamptz) is
  'Only contracts entered at this time or later.';

create or replace function crm_private.contract_filter_created_to(contract crm.contract, "time" timestamptz) returns boolean
language sql immutable parallel safe
return contract.creation_date < "time";
comment on function crm_private.contract_filter_created_to(crm.contract, timestamptz) is
  'Only contracts entered before this time.';


create or replace function crm_private.event_filter_ids(event crm.event, ids integer[]) returns boolean
language sql immutable parallel safe
return event.id = any (ids);
comment on function crm_private.event_filter_ids(crm.event, integer[]) is
  'Only the events with one of these ids.';

-- Two index scans that are merged in the order of the list: an `or` would read and sort all. PostgreSQL merges tables, not
-- subqueries with a condition of their own: so the conditions stand outside the `union all`, and what differs is a column.
create or replace function crm_private.event_filter_mine() returns setof crm.event
language sql stable parallel safe
begin atomic
  select id, contract_id, title, support_contact_id, start_date, end_date, location, attendees, notes, status, version, commercial_id, updated_at
  from (
    select event.*, support_contact_id as contact_id, null::integer as found_already_of from crm.event
    union all
    select event.*, commercial_id, support_contact_id from crm.event
  ) contacts
  where contact_id = (select crm.current_employee_id())
    and found_already_of is distinct from (select crm.current_employee_id());
end;
comment on function crm_private.event_filter_mine() is
  'Only the events whose support or sales contact I am.';

-- An equality would leave the support contact out of the order that the index has, and PostgreSQL would sort.
create or replace function crm_private.event_filter_mine_by_support_contact_id() returns setof crm.event
language sql stable parallel safe
begin atomic
  select id, contract_id, title, support_contact_id, start_date, end_date, location, attendees, notes, status, version, commercial_id, updated_at
  from (
    select event.*, support_contact_id as run_by, (select crm.current_employee_id()) as sold_by, null::integer as found_already_of from crm.event
    union all
    select event.*, (select crm.current_employee_id()), commercial_id, support_contact_id from crm.event
  ) contacts
  where run_by between (select crm.current_employee_id()) and (select crm.current_employee_id())
    and sold_by = (select crm.current_employee_id())
    and found_already_of is distinct from (select crm.current_employee_id());
end;
comment on function crm_private.event_filter_mine_by_support_contact_id() is
  'As crm_private.event_filter_mine, for a list that is sorted by support contact.';

create or replace function crm_private.contracts_of_client(client_id integer) returns integer[]
language sql stable parallel safe
return array(select id from crm.contract where contract.client_id = contracts_of_client.client_id);
comment on function crm_private.contracts_of_client(integer) is
  'The ids of the contracts of a client: few, and as an array looked up once for a statement.';

create or replace function crm_private.event_filter_client_id(event crm.event, client_id integer) returns boolean
language sql stable parallel safe
return event.contract_id = any (crm_private.contracts_of_client(client_id));
comment on function crm_private.event_filter_client_id(crm.event, integer) is
  'Only events under the contracts of this client.';

create or replace function crm_private.event_filter_without_support(event crm.event) returns boolean
language sql immutable parallel safe
return event.support_contact_id is null;
comment on function crm_private.event_filter_without_support(crm.event) is
  'Only events that nobody supports yet.';

create or replace function crm_private.event_filter_open(event crm.event) returns boolean
language sql immutable parallel safe
return event.status in ('planned', 'confirmed');
comment on function crm_private.event_filter_open(crm.event) is
  'Only events that are planned or confirmed.';

create or replace function crm_private.event_filter_upcoming(event crm.event) returns boolean
language sql stable parallel safe
return event.start_date >= now() and event.status in ('planned', 'confirmed');
comment on function crm_private.event_filter_upcoming(crm.event) is
  'Only events that are still to begin, planned or confirmed.';

create or replace function crm_private.event_filter_from(event crm.event, "time" timestamptz) returns boolean
language sql immutable parallel safe
return event.start_date >= "time";
comment on function crm_private.event_filter_from(crm.event, timestamptz) is
  'Only events that begin at this time or later.';

create or replace function crm_private.event_filter_to(event crm.event, "time" timestamptz) returns boolean
language sql immutable parallel safe
return event.start_date < "time";
comment on function crm_private.event_filter_to(crm.event, timestamptz) is
  'Only events that begin before this time.';


create or replace function crm_private.payment_filter_ids(payment crm.payment, ids integer[]) returns boolean
language sql immutable parallel safe
return payment.id = any (ids);
comment on function crm_private.payment_filter_ids(crm.payment, integer[]) is
  'Only the payments with one of these ids.';

create or replace function crm_private.payment_filter_client_id(payment crm.payment, client_id integer) returns boolean
language sql stable parallel safe
return payment.contract_id = any (crm_private.contracts_of_client(client_id));
comment on function crm_private.payment_filter_client_id(crm.payment, integer) is
  'Only payments for the contracts of this client.';

-- From the contracts, or from the payments in the order of the list: PostgreSQL knows how many are whose.
create or replace function crm_private.payment_filter_mine() returns setof crm.payment
language sql stable parallel safe
begin atomic
  select payment.id, payment.contract_id, payment.amount, payment.paid_on, payment.recorded_by
  from crm.payment
  join crm.contract on contract.id = payment.contract_id
  where contract.commercial_id = (select crm.current_employee_id());
end;
comment on function crm_private.payment_filter_mine() is
  'Only payments for the contracts whose sales contact I am.';

create or replace function crm_private.payment_filter_paid_from(payment crm.payment, day date) returns boolean
language sql immutable parallel safe
return payment.paid_on >= day;
comment on function crm_private.payment_filter_paid_from(crm.payment, date) is
  'Only payments that arrived on this day or later.';

create or replace function crm_private.payment_filter_paid_to(payment crm.payment, day date) returns boolean
language sql immutable parallel safe
return payment.paid_on <= day;
comment on function crm_private.payment_filter_paid_to(crm.payment, date) is
  'Only payments that arrived on this day or earlier.';


create or replace function crm_private.note_filter_ids(note crm.note, ids integer[]) returns boolean
language sql immutable parallel safe
return note.id = any (ids);
comment on function crm_private.note_filter_ids(crm.note, integer[]) is
  'Only the notes with one of these ids.';

create or replace function crm_private.note_filter_mine(note crm.note, me integer) returns boolean
language sql immutable parallel safe
return note.author_id = me;
comment on function crm_private.note_filter_mine(crm.note, integer) is
  'Only the notes that I wrote.';

create or replace function crm_private.note_filter_open(note crm.note) returns boolean
language sql immutable parallel safe
return note.done_at is null;
comment on function crm_private.note_filter_open(crm.note) is
  'Only notes that are not done.';

create or replace function crm_private.note_filter_due(note crm.note, day date) returns boolean
language sql immutable parallel safe
return note.remind_on <= day and note.done_at is null;
comment on function crm_private.note_filter_due(crm.note, date) is
  'Only notes that are not done and were to be followed up on this day or earlier.';


create or replace function crm_private.notification_filter_ids(notification crm.notification, ids integer[]) returns boolean
language sql immutable parallel safe
return notification.id = any (ids);
comment on function crm_private.notification_filter_ids(crm.notification, integer[]) is
  'Only the notifications with one of these ids.';

create or replace function crm_private.notification_filter_unread(notification crm.notification) returns boolean
language sql immutable parallel safe
return notification.read_at is null;
comment on function crm_private.notification_filter_unread(crm.notification) is
  'Only notifications that I have not read.';
