--! Previous: sha1:4793b52cd7626a8858c183c38bc06642d2ad97a7
--! Hash: sha1:c066b6f56ad2b782e7e6346818767f840c9bb35a
--! Message: search

-- Finding what there is: one search over clients, contracts, events and employees; clients that look like a new one;
-- contracts whose payment is late; and a client who was contacted.


-- What is searched. The indexes hold what these functions say, and the functions are inlined, so that the one serves
-- the other; an inlined text has the default collation, and so has what is in the index. Employees need none: they are
-- few. An index is made while clients and events cannot be changed: seconds, even in a large company.
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion

create function crm.client_search_text(client crm.client) returns text
language sql immutable parallel safe
return crm.folded(client.full_name || ' ' || coalesce(client.company_name, '') || ' ' || coalesce(client.email, ''));
comment on function crm.client_search_text(crm.client) is
  'By what a client is found: name, company and e-mail address, as crm.folded writes them.';

create function crm.event_search_text(event crm.event) returns text
language sql immutable parallel safe
return crm.folded(event.title || ' ' || coalesce(event.location, ''));
comment on function crm.event_search_text(crm.event) is
  'By what an event is found, beside its client: title and location, as crm.folded writes them.';

create function crm.employee_search_text(employee crm.employee) returns text
language sql immutable parallel safe
return crm.folded(employee.full_name || ' ' || employee.email);
comment on function crm.employee_search_text(crm.employee) is
  'By what an employee is found: name and e-mail address, as crm.folded writes them.';

create function crm.phone_digits(phone text) returns text
language sql immutable strict parallel safe
return right(regexp_replace(phone, '[^0-9]', '', 'g'), 9);
comment on function crm.phone_digits(text) is
  'What two ways to write a phone number have in common, +33 6 12 34 56 78 and 06.12.34.56.78: its last nine digits.';

drop index crm.client_search_idx;
create index client_search_idx on crm.client using gin
  ((crm.folded(full_name || ' ' || coalesce(company_name, '') || ' ' || coalesce(email, '')) collate "default") extensions.gin_trgm_ops);
create index event_search_idx on crm.event using gin
  (crm.folded(title || ' ' || coalesce(location, '')) extensions.gin_trgm_ops);
create index client_phone_idx on crm.client (crm.phone_digits(phone));
create index client_email_idx on crm.client (lower(email));


create or replace function crm.client_matches(client crm.client, search text) returns boolean
language sql stable parallel safe
return crm.client_search_text(client) like '%' || regexp_replace(crm.folded(search), '([\\%_])', '\\\1', 'g') || '%';

create function crm.event_matches(event crm.event, search text) returns boolean
language sql stable parallel safe
return crm.event_search_text(event) like '%' || regexp_replace(crm.folded(search), '([\\%_])', '\\\1', 'g') || '%';
comment on function crm.event_matches(crm.event, text) is
  'Whether the text occurs in the event''s title or location, without regard to case, accents, hyphens and apostrophes.';


-- What contains every word. The longest goes through the index, the others sift what it finds: at most 500 of a kind
-- are ranked, so that a word that is everywhere costs no more than another.

create function crm.found_by_words(words text[], kinds text[], department text default null)
returns table (kind text, id integer, place real)
language plpgsql stable security invoker
set search_path = ''
set plan_cache_mode = force_custom_plan  -- what is best depends on the words and the kinds
as $$
declare
  wanted   text := array_to_string(words, ' ');
  whole    text;    -- the same as a pattern
  longest  text;
  anchors  text[];  -- where the longest word may stand
  patterns text[];  -- where each word may stand
begin
  -- One or two letters stand at the beginning of a word: anywhere, they are in everything, and in no index.
  select
    string_agg(word, ' ' order by position),
    array_agg(case when length(word) < 3 then '% ' else '%' end || word || '%'),
    (array_agg(word order by length(word) desc, position))[1]
  into whole, patterns, longest
  from (
    select regexp_replace(typed, '([\\%_])', '\\\1', 'g') as word, position
    from unnest(words) with ordinality typed (typed, position)
  ) escaped;
  anchors := case when length(longest) < 3 then array[longest || '%', '% ' || longest || '%'] else array['%' || longest || '%'] end;

  return query
  (
    select 'client', client.id,
      case
        when wanted in (crm.folded(client.full_name), crm.folded(client.company_name), crm.folded(client.email)) then -1
        when crm.folded(client.full_name) like whole || '%' then 0
        when ' ' || crm.folded(client.full_name) like '% ' || whole || '%' then 1
        else 2
      end::real
    from crm.client
    where 'client' = any (kinds)
      and crm.client_search_text(client) like any (anchors)
      and ' ' || crm.client_search_text(client) like all (patterns)
      and client.erased_at is null
    limit 500
  )
  union all
  (
    select 'employee', employee.id,
      case
        when wanted in (crm.folded(employee.full_name), crm.folded(employee.email)) then -1
        when crm.folded(employee.full_name) like whole || '%' then 0
        when ' ' || crm.folded(employee.full_name) like '% ' || whole || '%' then 1
        else 2
      end::real
    from crm.employee
    where 'employee' = any (kinds)
      and ' ' || crm.employee_search_text(employee) like all (patterns)
      and (found_by_words.department is null or (employee.department = found_by_words.department and employee.active))
    limit 500
  )
  union all
  (
    select 'contract', contract.id, 3::real
    from crm.client
    join crm.contract on contract.client_id = client.id
    where 'contract' = any (kinds)
      and crm.client_search_text(client) like any (anchors)
      and ' ' || crm.client_search_text(client) like all (patterns)
      and client.erased_at is null
    limit 500
  )
  union all
  (
    select 'event', event.id,
      case
        when crm.folded(event.title) = wanted then -1
        when crm.folded(event.title) like whole || '%' then 0
        when ' ' || crm.folded(event.title) like '% ' || whole || '%' then 1
        when ' ' || crm.event_search_text(event) like all (patterns) then 2
        else 3
      end::real
    from (
        select named.id from crm.event named where crm.event_search_text(named) like any (anchors)
        union
        select bought.id
        from crm.client
        join crm.contract     on contract.client_id = client.id
        join crm.event bought on bought.contract_id = contract.id
        where crm.client_search_text(client) like any (anchors)
          and client.erased_at is null
      ) candidate
    join crm.event    on event.id = candidate.id
    join crm.contract on contract.id = event.contract_id
    join crm.client   on client.id = contract.client_id
    where 'event' = any (kinds)
      and concat(' ', crm.event_search_text(event),
            case when client.erased_at is null then ' ' || crm.client_search_text(client) end) like all (patterns)
    limit 500
  );
end
$$;
comment on function crm.found_by_words(text[], text[], text) is
  'The records of these kinds that contain all these words (as crm.folded writes them): contracts and events also through their client. The place is -1 where the words are a whole name or title, and grows with the distance from its beginning. With a department, of the employees only those who are active in it.';


-- What is spelt like the words: with one letter wrong, missing or too many, or two letters swapped. Words that have most
-- of their trigrams in common are alike; swapped letters leave too few, so they are tried out.

create function crm.swapped(word text) returns text[]
language sql immutable strict parallel safe
return array(
  select '%' || regexp_replace(
      overlay(word placing reverse(substr(word, nth, 2)) from nth for 2), '([\\%_])', '\\\1', 'g') || '%'
  from generate_series(1, length(word) - 1) nth);
comment on function crm.swapped(text) is
  'The patterns of the word with two neighbouring letters swapped, once for each two.';

create function crm.likeness(words text[], found text) returns real
language sql immutable parallel safe
return (
  select min(greatest(extensions.word_similarity(word, found), case when found like any (crm.swapped(word)) then 0.9 end))
  from unnest(words) word);
comment on function crm.likeness(text[], text) is
  'How much the word that is spelt least like any in the text is like one: from 0 to 1.';

create function crm.found_by_spelling(words text[], kinds text[], department text default null)
returns table (kind text, id integer, place real)
language plpgsql stable security invoker
set search_path = ''
set pg_trgm.word_similarity_threshold = 0.4
set plan_cache_mode = force_custom_plan
as $$
declare
  longest text   := (select word from unnest(words) word order by length(word) desc limit 1);
  swapped text[] := crm.swapped(longest);
begin
  if length(longest) < 3 then
    return;  -- everything is spelt like it
  end if;
  return query
  select close.kind, close.id, (5 - close.likeness)::real
  from (
    (
      select 'client', client.id, spelt.likeness
      from crm.client
      cross join lateral crm.likeness(words, crm.client_search_text(client)) spelt (likeness)
      where 'client' = any (kinds)
        and (crm.client_search_text(client) operator(extensions.%>) longest or crm.client_search_text(client) like any (swapped))
        and client.erased_at is null
      order by spelt.likeness desc
      limit 100
    )
    union all
    (
      select 'employee', employee.id, spelt.likeness
      from crm.employee
      cross join lateral crm.likeness(words, crm.employee_search_text(employee)) spelt (likeness)
      where 'employee' = any (kinds)
        and (found_by_spelling.department is null
             or (employee.department = found_by_spelling.department and employee.active))
      order by spelt.likeness desc
      limit 100
    )
    union all
    (
      select 'contract', contract.id, spelt.likeness
      from crm.client
      cross join lateral crm.likeness(words, crm.client_search_text(client)) spelt (likeness)
      join crm.contract on contract.client_id = client.id
      where 'contract' = any (kinds)
        and (crm.client_search_text(client) operator(extensions.%>) longest or crm.client_search_text(client) like any (swapped))
        and client.erased_at is null
      order by spelt.likeness desc
      limit 100
    )
    union all
    (
      select 'event', event.id, spelt.likeness
      from crm.event
      cross join lateral crm.likeness(words, crm.event_search_text(event)) spelt (likeness)
      where 'event' = any (kinds)
        and (crm.event_search_text(event) operator(extensions.%>) longest or crm.event_search_text(event) like any (swapped))
      order by spelt.likeness desc
      limit 100
    )
  ) close (kind, id, likeness)
  where close.likeness >= 0.4::real;
end
$$;
comment on function crm.found_by_spelling(text[], text[], text) is
  'As crm.found_by_words, for records where every word is spelt like one of theirs; events by their own words alone. The place grows with the difference.';


create function crm.search(text text, kinds text[] default null, department text default null)
returns table (
  kind      text,
  id        integer,
  title     text,
  detail    text,
  closeness text)
language plpgsql stable security invoker
set search_path = ''
as $$
declare
  asked      text[] := coalesce(kinds, '{client,contract,event,employee}');
  its_number integer := substring(btrim(text) from '^#?([0-9]{1,9})$');
  its_phone  text := case when btrim(text) ~ '^\+?[0-9(][0-9 ().-]{5,29}$' then crm.phone_digits(text) end;
  words      text[] := array(
    select word
    from regexp_split_to_table(crm.folded(left(text, 200)), '[[:space:]]+') with ordinality typed (word, position)
    where word <> ''
    order by position
    limit 8);
begin
  return query
  with contained as materialized (
    select any_kind.kind, its_number as id, -3::real as place
    from unnest(asked) any_kind (kind)
    where its_number is not null
    union all
    select 'client', client.id, -2::real
    from crm.client
    where 'client' = any (asked) and crm.phone_digits(client.phone) = its_phone
    union all
    select words_found.* from crm.found_by_words(words, asked, search.department) words_found
  ),
  found as (
    select contained.kind, contained.id, min(contained.place) as place
    from contained
    group by 1, 2
    union all
    select spelt.*
    from crm.found_by_spelling(words, asked, search.department) spelt
    where not exists (select from contained)
  ),
  best as (
    select *
    from found
    order by place, array_position(array['client', 'employee', 'event', 'contract'], found.kind), found.id desc
    limit 100
  )
  select best.kind, best.id, shown.title, shown.detail,
    case when best.place < 0 then 'exact' when best.place <= 3 then 'contains' else 'similar' end
  from best
  cross join lateral (
    select client.full_name::text, concat_ws(', ', client.company_name, client.email)
    from crm.client
    where best.kind = 'client' and client.id = best.id
    union all
    select employee.full_name, concat_ws(', ', employee.department, employee.email, case when not employee.active then 'has left' end)
    from crm.employee
    where best.kind = 'employee' and employee.id = best.id
      and (search.department is null or (employee.department = search.department and employee.active))
    union all
    select coalesce(client.company_name, client.full_name),
      concat_ws(', ', contract.status, crm.euros(contract.total_amount),
        case when contract.status = 'signed' and contract.amount_to_be_paid > 0 then crm.euros(contract.amount_to_be_paid) || ' to be paid' end)
    from crm.contract
    join crm.client on client.id = contract.client_id
    where best.kind = 'contract' and contract.id = best.id
    union all
    select event.title,
      concat_ws(', ', event.start_date::date, event.location, coalesce(client.company_name, client.full_name))
    from crm.event
    join crm.contract on contract.id = event.contract_id
    join crm.client   on client.id = contract.client_id
    where best.kind = 'event' and event.id = best.id
  ) shown (title, detail)
  order by best.place, array_position(array['client', 'employee', 'event', 'contract'], best.kind), best.id desc;
end
$$;
comment on function crm.search(text, text[], text) is
'Finds clients (by name, company, e-mail address or phone number), contracts (by their client), events (by title, location or client) and employees (by name or e-mail address), the best first. What is found contains every word, without regard to case, accents, hyphens and apostrophes; a number also finds the records of that id. If nothing does, what is spelt much like it is found instead. A client whose personal data was erased is found by number alone.
- `text`: What to look for: words, or a number. One or two letters are looked for at the beginning of a word.
- `kinds`: Only these kinds of record. All of them by default.
- `department`: Of employees, only those who are active in this department: `sales`, `support` or `management`.';


-- Whether a new client is already there.

create function crm.similar_clients(new_name text, new_email text default null, new_phone text default null)
returns table (
  id                 integer,
  full_name          text,
  company_name       text,
  email              text,
  phone              text,
  commercial_contact text,
  same_email         boolean,
  same_phone         boolean,
  close_name         boolean)
language sql stable security invoker
set search_path = ''
set pg_trgm.word_similarity_threshold = 0.6
as $$
  select client.id, client.full_name, client.company_name, client.email, client.phone, employee.full_name,
    same.email, same.phone, same.likeness >= 0.55
  from crm.client
  join crm.employee on employee.id = client.commercial_contact_id
  cross join lateral (
    select
      coalesce(lower(client.email) = lower(new_email), false),
      coalesce(crm.phone_digits(client.phone) = crm.phone_digits(new_phone), false),
      extensions.similarity(crm.folded(client.full_name), crm.folded(new_name))
  ) same (email, phone, likeness)
  where client.id in (
      select known.id from crm.client known where lower(known.email) = lower(new_email)
      union all
      select known.id from crm.client known where crm.phone_digits(known.phone) = crm.phone_digits(new_phone)
      union all
      select known.id from crm.client known where crm.client_search_text(known) operator(extensions.%>) crm.folded(new_name)
    )
    and (same.email or same.phone or same.likeness >= 0.55)
    and client.erased_at is null
  order by same.email desc, same.phone desc, same.likeness desc, client.id
  limit 8
$$;
comment on function crm.similar_clients(text, text, text) is
'Clients who might be the one that is about to be entered, the likeliest first, eight at most: with the same e-mail address, the same phone number however it is written, or nearly the same name.
- `new_name`: First and last name of the new client.
- `new_email`: Their e-mail address.
- `new_phone`: Their phone number.';


-- Contracts whose payment is late. There is no due date: what is signed is to be paid within 30 days.

create function crm.contract_is_overdue(contract crm.contract) returns boolean
language sql stable parallel safe
return contract.status = 'signed' and contract.amount_to_be_paid > 0 and contract.signed_at < now() - interval '30 days';
comment on function crm.contract_is_overdue(crm.contract) is
  'Whether its payment is late: it was signed more than 30 days ago, and something remains to be paid.';


-- The clients of a first contact in a period.

create index client_first_contact_idx on crm.client (first_contact);


-- Whoever has spoken with a client says so, and last_update is the day that it was.

create or replace function access.written_by(record text, verb text, out statement text, out columns text[], out new_values jsonb)
returns setof record
language sql immutable strict parallel safe
set search_path = ''
as $$
  select known.statement, known.columns::text[], known.new_values::jsonb
  from (values
    ('contract', 'sign',       'update', null,                      '{"status": "signed"}'),
    ('contract', 'cancel',     'update', null,                      '{"status": "cancelled"}'),
    ('payment',  'record',     'create', '{contract_id,amount}',    null),
    ('payment',  'correct',    'create', null,                      '{"amount": -0.01}'),
    ('event',    'assign',     'update', '{support_contact_id}',    null),
    ('event',    'unassign',   'update', null,                      '{"support_contact_id": null}'),
    ('client',   'hand_over',  'update', '{commercial_contact_id}', null),
    ('client',   'contact',    'update', '{full_name}',             null),
    ('employee', 'deactivate', 'update', null,                      '{"active": false}')
  ) known (record, verb, statement, columns, new_values)
  where known.record = written_by.record and known.verb = written_by.verb
$$;

create function crm.record_contact(client_id integer) returns crm.client
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  contacted crm.client;
begin
  -- Nothing changes but last_update, which a trigger keeps.
  update crm.client
  set full_name = full_name
  where id = record_contact.client_id
  returning * into contacted;
  if not found then
    raise insufficient_privilege;
  end if;
  return contacted;
exception when insufficient_privilege then
  perform access.refuse('client', 'contact', client_id);
end
$$;
comment on function crm.record_contact(integer) is
  'Records that a client was contacted today, and changes nothing else about them: `lastUpdate` is now.';

comment on column crm.client.last_update is 'When this record last changed, or the client was last contacted; kept by the database.';
