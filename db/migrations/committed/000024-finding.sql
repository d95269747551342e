--! Previous: sha1:62aa16e79d03044e121cb3f37118e3cd8fe5e8e4
--! Hash: sha1:19118702c89b6fe0bfe43c90eeb3f87a04192966
--! Message: finding

-- Finding records by words: what is searched, what contains the words, and what is spelt like them. crm.search, in the next
-- migration, is made of it.


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
  ((crm.folded(full_name || ' ' || coalesce(company_name, '') || ' ' || coalesce(email, '')) collate "default")
   extensions.gin_trgm_ops);
create index event_search_idx on crm.event using gin
  (crm.folded(title || ' ' || coalesce(location, '')) extensions.gin_trgm_ops);
create index client_phone_idx on crm.client (crm.phone_digits(phone));


create function crm.client_matches(client crm.client, search text) returns boolean
language sql stable parallel safe
return crm.client_search_text(client) like '%' || regexp_replace(crm.folded(search), '([\\%_])', '\\\1', 'g') || '%';
comment on function crm.client_matches(crm.client, text) is
  'Whether the text occurs in the client''s name, company or e-mail address, without regard to case, accents, hyphens and apostrophes.';

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
  anchors := case when length(longest) < 3 then array[longest || '%', '% ' || longest || '%']
                  else array['%' || longest || '%'] end;

  return query
  (
    select 'client', client.id,
      case
        when wanted in (crm.folded(client.full_name), crm.folded(client.company_name), crm.folded(client.email)) then -1
        when crm.folded(client.full_name) like whole || '%' or crm.folded(client.company_name) like whole || '%' then 0
        when ' ' || crm.client_search_text(client) like '% ' || whole || '%' then 1
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
    from crm.event
    join crm.contract on contract.id = event.contract_id
    join crm.client   on client.id = contract.client_id
    where 'event' = any (kinds)
      and crm.event_search_text(event) like any (anchors)
      and concat(' ', crm.event_search_text(event),
            case when client.erased_at is null then ' ' || crm.client_search_text(client) end) like all (patterns)
    limit 500
  )
  union all
  (
    select 'event', event.id, 3::real
    from crm.client
    join crm.contract on contract.client_id = client.id
    join crm.event    on event.contract_id = contract.id
    where 'event' = any (kinds)
      and crm.client_search_text(client) like any (anchors)
      and concat(' ', crm.event_search_text(event), ' ', crm.client_search_text(client)) like all (patterns)
      and client.erased_at is null
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

select extensions.show_limit();  -- loads pg_trgm: only then may its owner give a function a setting of it

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
  with closest_client as materialized (
    select client.id, crm.client_search_text(client) as text
    from crm.client
    where kinds && '{client,contract}'
      and (crm.client_search_text(client) operator(extensions.%>) longest
           or crm.client_search_text(client) like any (swapped))
      and client.erased_at is null
    order by crm.client_search_text(client) like any (swapped) desc,
      extensions.word_similarity(array_to_string(words, ' '), crm.client_search_text(client)) desc
    limit 100
  ),
  closest_event as (
    select event.id, crm.event_search_text(event) as text
    from crm.event
    where 'event' = any (kinds)
      and (crm.event_search_text(event) operator(extensions.%>) longest
           or crm.event_search_text(event) like any (swapped))
    order by crm.event_search_text(event) like any (swapped) desc,
      extensions.word_similarity(array_to_string(words, ' '), crm.event_search_text(event)) desc
    limit 100
  ),
  candidate as (
    select 'client' as kind, closest_client.id, closest_client.text
    from closest_client
    where 'client' = any (kinds)
    union all
    select 'contract', contract.id, closest_client.text
    from closest_client
    join crm.contract on contract.client_id = closest_client.id
    where 'contract' = any (kinds)
    union all
    select 'event', closest_event.id, closest_event.text
    from closest_event
    union all
    select 'employee', employee.id, crm.employee_search_text(employee)
    from crm.employee
    where 'employee' = any (kinds)
      and (found_by_spelling.department is null
           or (employee.department = found_by_spelling.department and employee.active))
  )
  select candidate.kind, candidate.id, (5 - spelt.likeness)::real
  from candidate
  cross join lateral crm.likeness(words, candidate.text) spelt (likeness)
  where spelt.likeness >= 0.4::real;
end
$$;
comment on function crm.found_by_spelling(text[], text[], text) is
  'As crm.found_by_words, for records where every word is spelt like one of theirs; events by their own words alone. The place grows with the difference.';
