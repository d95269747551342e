-- Search in lists: the named filters that look for a text. filters.sql has the others, and says how they are found.
--
-- A page of what contains a frequent word is soon found by reading the list in its order: 20 rows of a word that is in every
-- hundredth are among the first 2,000. What contains a rare word is found by its trigrams. Each filter is the union of
-- both ways, one of which is closed by a condition that is evaluated once. The planner takes a `like` for rare, and would
-- read and sort all; of `strpos(…) > 0` it assumes a third.

create or replace function crm_private.is_frequent(search_index text, search text) returns boolean
language sql stable security definer
set search_path = ''
as $$
  -- A page is 20 rows and the next: in order, 21 / share rows are read, by trigrams share * rows.
  select (crm_private.search_shares(search_index, array[crm_private.like_pattern(search)]))[1] > (
    select sqrt(21 / greatest(class.reltuples, 21))
    from pg_catalog.pg_index index
    join pg_catalog.pg_class class on class.oid = index.indrelid
    where index.indexrelid = format('crm.%I', search_index)::regclass)
$$;
comment on function crm_private.is_frequent(text, text) is
  'Whether so many rows contain the text that a page of them is found sooner by reading rows in order than through the index on what is searched: as crm_private.search_shares says.';

create or replace function crm_private.client_filter_search(search text) returns setof crm.client
language sql stable parallel safe
begin atomic
  select id, full_name, email, phone, company_name, first_contact, last_update, commercial_contact_id, erased_at, version
  from (
    select client.*, true as in_order, crm_private.client_search_text(client) as text from crm.client
    union all
    select client.*, false, null
    from crm_private.clients_containing(search) found (id)
    join crm.client on client.id = found.id
  ) client
  where in_order = (select crm_private.is_frequent('client_search_idx', search))
    and (not in_order or strpos(text, (select crm_private.normalize_text(left(search, 200)))) > 0);
end;
comment on function crm_private.client_filter_search(text) is
  'Only clients whose name, company or e-mail address contains this text, without regard to case and accents.';

create or replace function crm_private.contract_filter_search(search text) returns setof crm.contract
language sql stable parallel safe
begin atomic
  select id, client_id, commercial_id, total_amount, amount_to_be_paid, creation_date, status, signed_at, version, updated_at
  from (
    select contract.*, true as in_order,
      (select crm_private.client_search_text(client) from crm.client where client.id = contract.client_id) as client_text
    from crm.contract
    union all
    select contract.*, false, null
    from crm_private.clients_containing(search) found (id)
    join crm.contract on contract.client_id = found.id
  ) contract
  where in_order = (select crm_private.is_frequent('client_search_idx', search))
    and (not in_order or strpos(client_text, (select crm_private.normalize_text(left(search, 200)))) > 0);
end;
comment on function crm_private.contract_filter_search(text) is
  'Only contracts of the clients that `search` finds among clients.';

create or replace function crm_private.note_filter_search(search text) returns setof crm.note
language sql stable parallel safe
begin atomic
  select id, client_id, contract_id, event_id, author_id, body, created_at, remind_on, done_at, version
  from (
    select note.*, true as in_order, crm_private.note_search_text(note) as text from crm.note
    union all
    select note.*, false, null
    from crm_private.notes_containing(search) found (id)
    join crm.note on note.id = found.id
  ) note
  where in_order = (select crm_private.is_frequent('note_search_idx', search))
    and (not in_order or strpos(text, (select crm_private.normalize_text(left(search, 200)))) > 0);
end;
comment on function crm_private.note_filter_search(text) is
  'Only notes that contain this text, without regard to case and accents.';

create or replace function crm_private.events_of_search(search text) returns setof integer
language sql stable parallel safe
begin atomic
  select crm_private.events_containing(search)
  union
  select event.id
  from crm_private.clients_containing(search) found (id)
  join crm.contract on contract.client_id = found.id
  join crm.event    on event.contract_id = contract.id;
end;
comment on function crm_private.events_of_search(text) is
  'The ids of the events that contain the text, and of those of the clients that do.';

create or replace function crm_private.is_frequent_among_events(search text) returns boolean
language sql stable parallel safe
return crm_private.is_frequent('event_search_idx', search)
    or crm_private.is_frequent('client_search_idx', search);
comment on function crm_private.is_frequent_among_events(text) is
  'crm_private.is_frequent, of the texts of events and of their clients.';

create or replace function crm_private.event_filter_search(search text) returns setof crm.event
language sql stable parallel safe
begin atomic
  select id, contract_id, title, support_contact_id, start_date, end_date, location, attendees, notes, status, version, commercial_id, updated_at
  from (
    select event.*, true as in_order, crm_private.event_search_text(event) as text,
      (select crm_private.client_search_text(client)
       from crm.contract join crm.client on client.id = contract.client_id
       where contract.id = event.contract_id) as client_text
    from crm.event
    union all
    select event.*, false, null, null
    from crm_private.events_of_search(search) found (id)
    join crm.event on event.id = found.id
  ) event
  where in_order = (select crm_private.is_frequent_among_events(search))
    and (not in_order
      or strpos(text, (select crm_private.normalize_text(left(search, 200)))) > 0
      or strpos(client_text, (select crm_private.normalize_text(left(search, 200)))) > 0);
end;
comment on function crm_private.event_filter_search(text) is
  'Only events whose title or location contains this text, without regard to case and accents, and those of the clients that `search` finds among clients.';

create or replace function crm_private.event_filter_mine_and_search(search text) returns setof crm.event
language sql stable parallel safe
begin atomic
  select id, contract_id, title, support_contact_id, start_date, end_date, location, attendees, notes, status, version, commercial_id, updated_at
  from (
    select event.*, true as in_order, support_contact_id as contact_id, null::integer as found_already_of,
      crm_private.event_search_text(event) as text,
      (select crm_private.client_search_text(client)
       from crm.contract join crm.client on client.id = contract.client_id
       where contract.id = event.contract_id) as client_text
    from crm.event
    union all
    select event.*, true, commercial_id, support_contact_id,
      crm_private.event_search_text(event),
      (select crm_private.client_search_text(client)
       from crm.contract join crm.client on client.id = contract.client_id
       where contract.id = event.contract_id)
    from crm.event
    union all
    select event.*, false, (select crm.current_employee_id()), null, null, null
    from crm_private.events_of_search(search) found (id)
    join crm.event on event.id = found.id
    where (select crm.current_employee_id()) in (event.support_contact_id, event.commercial_id)
  ) event
  where in_order = (select crm_private.is_frequent_among_events(search))
    and contact_id = (select crm.current_employee_id())
    and found_already_of is distinct from (select crm.current_employee_id())
    and (not in_order
      or strpos(text, (select crm_private.normalize_text(left(search, 200)))) > 0
      or strpos(client_text, (select crm_private.normalize_text(left(search, 200)))) > 0);
end;
comment on function crm_private.event_filter_mine_and_search(text) is
  'What is in both crm_private.event_filter_mine and crm_private.event_filter_search.';
