-- Search: records by words, and clients that resemble a new one.


-- Loads pg_trgm: only then may its owner give a function one of its settings.
select extensions.show_limit();


-- What is searched. These are inlined, and say what the indexes client_search_idx, event_search_idx and note_search_idx hold, so that the one
-- serves the other. Employees are few: they need no index.

create or replace function crm_private.client_search_text(client crm.client) returns text
language sql immutable parallel safe
return crm_private.normalize_text(client.full_name || ' ' || coalesce(client.company_name, '') || ' ' || coalesce(client.email, ''));
comment on function crm_private.client_search_text(crm.client) is
  'By what a client is found: name, company and e-mail address, as crm_private.normalize_text writes them.';

create or replace function crm_private.event_search_text(event crm.event) returns text
language sql immutable parallel safe
return crm_private.normalize_text(event.title || ' ' || coalesce(event.location, ''));
comment on function crm_private.event_search_text(crm.event) is
  'By what an event is found, beside its client: title and location, as crm_private.normalize_text writes them.';

create or replace function crm_private.note_search_text(note crm.note) returns text
language sql immutable parallel safe
return crm_private.normalize_text(note.body);
comment on function crm_private.note_search_text(crm.note) is
  'By what a note is found: its text, as crm_private.normalize_text writes it.';

create or replace function crm_private.employee_search_text(employee crm.employee) returns text
language sql immutable parallel safe
return crm_private.normalize_text(employee.full_name || ' ' || employee.email);
comment on function crm_private.employee_search_text(crm.employee) is
  'By what an employee is found: name and e-mail address, as crm_private.normalize_text writes them.';


-- An index on what a function computes serves a query only where no policy with a condition stands before it, since such a
-- function might leak rows. The functions of these look-ups therefore act as the owner, check the session themselves, and
-- return ids alone: the caller reads the records, as their policies allow.

create or replace function crm_private.like_pattern(search text) returns text
language sql immutable parallel safe
return '%' || regexp_replace(crm_private.normalize_text(left(search, 200)), '([\\%_])', '\\\1', 'g') || '%';
comment on function crm_private.like_pattern(text) is
  'The pattern of what contains a text, of which the first 200 characters count.';

create or replace function crm_private.clients_containing(search text) returns setof integer
language plpgsql stable security definer
rows 50
set search_path = ''
set plan_cache_mode = force_custom_plan  -- what is best depends on the text
as $$
begin
  return query
  select client.id from crm.client
  where crm_private.client_search_text(client) like crm_private.like_pattern(search)
    and (select identity.in_session());
end
$$;
comment on function crm_private.clients_containing(text) is
  'The ids of the clients in whose name, company or e-mail address the text occurs, without regard to case, accents, hyphens and apostrophes.';

create or replace function crm_private.events_containing(search text) returns setof integer
language plpgsql stable security definer
rows 50
set search_path = ''
set plan_cache_mode = force_custom_plan  -- what is best depends on the text
as $$
begin
  return query
  select event.id from crm.event
  where crm_private.event_search_text(event) like crm_private.like_pattern(search)
    and (select identity.in_session());
end
$$;
comment on function crm_private.events_containing(text) is
  'The ids of the events in whose title or location the text occurs, without regard to case, accents, hyphens and apostrophes.';

create or replace function crm_private.notes_containing(search text) returns setof integer
language plpgsql stable security definer
rows 50
set search_path = ''
set plan_cache_mode = force_custom_plan  -- what is best depends on the text
as $$
begin
  return query
  select note.id from crm.note
  where crm_private.note_search_text(note) like crm_private.like_pattern(search)
    and (select identity.in_session());
end
$$;
comment on function crm_private.notes_containing(text) is
  'The ids of the notes in which the text occurs, without regard to case, accents, hyphens and apostrophes.';

create or replace function crm_private.clients_with_phone(digits text) returns setof integer
language sql stable security definer
rows 1
set search_path = ''
as $$
  select client.id from crm.client
  where crm_private.phone_digits(client.phone) = digits
    and (select identity.in_session())
$$;
comment on function crm_private.clients_with_phone(text) is
  'The ids of the clients with this phone number, as crm_private.phone_digits writes it.';

create or replace function crm_private.clients_with_email(emails text[]) returns table (email text, id integer)
language sql stable security definer
rows 100
set search_path = ''
as $$
  select lower(client.email), client.id
  from (select distinct lower(email) from unnest(emails) email) wanted (email)
  join crm.client on lower(client.email) = wanted.email
  where (select identity.in_session())
$$;
comment on function crm_private.clients_with_email(text[]) is
  'The ids of the clients with one of these e-mail addresses, each with its address in lower case.';

create or replace function crm_private.clients_spelt_like(name text) returns setof integer
language plpgsql stable security definer
rows 50
set search_path = ''
set pg_trgm.word_similarity_threshold = 0.6
set plan_cache_mode = force_custom_plan
as $$
begin
  return query
  select client.id from crm.client
  where crm_private.client_search_text(client) operator(extensions.%>) crm_private.normalize_text(left(name, 200))
    and (select identity.in_session());
end
$$;
comment on function crm_private.clients_spelt_like(text) is
  'The ids of the clients whose name, company or e-mail address has words spelt much like the name.';


-- How frequent words are, and so where to look for them, is read from statistics.
create or replace function crm_private.search_shares(search_index text, patterns text[]) returns double precision[]
language plpgsql stable security definer  -- statistics of an index are its owner's
set search_path = ''
as $$
declare
  common text[];
  shares real[];
  others text[];
begin
  if not identity.in_session() then
    return null;
  end if;
  select most_common_vals::text::text[], most_common_freqs, histogram_bounds::text::text[] into common, shares, others
  from pg_catalog.pg_stats
  where schemaname = 'crm' and tablename = search_index;
  return array(
    select coalesce((select sum(known.share) from unnest(common, shares) known (text, share) where ' ' || known.text like pattern), 0)
      + coalesce((select avg((' ' || other like pattern)::integer) from unnest(others) other), 0)
        * (1 - coalesce((select sum(known) from unnest(shares) known), 0))
    from unnest(patterns) with ordinality each (pattern, nth)
    order by nth);
end
$$;
comment on function crm_private.search_shares(text, text[]) is
  'Which share of the rows match each pattern, with a space before their text: as the statistics of this index of schema crm say, which ANALYZE makes.';


-- Exact: every word occurs. What is so frequent that a hundred are among the latest 5,000 is looked for there; if it is not, and
-- if it is rarer, through its trigrams. Of an event one word may be in its own text and the next in its client's: of the
-- rarest word, 2,000 events and 2,000 clients are tried.
create or replace function crm_private.search_exact(words text[], kinds text[], department text default null)
returns table (kind text, id integer, rank real)
language plpgsql stable security definer
set search_path = ''
set plan_cache_mode = force_custom_plan  -- what is best depends on the words and the kinds
set enable_seqscan = off  -- a rare word is not in the first thousand rows
as $$
declare
  wanted        text := array_to_string(words, ' ');
  whole         text;    -- the same as a pattern
  patterns      text[];  -- where each word may stand
  anchors       text[];  -- where the rarest may stand
  others        text[];  -- where the others may stand that have trigrams
  client_share  double precision;
  event_share   double precision;
  latest_client integer;
  latest_event  integer;
  latest_note   integer;
begin
  if not identity.in_session() or cardinality(words) = 0 then
    return;
  end if;
  -- One or two letters stand at the beginning of a word: anywhere, they are in everything, and in no index.
  select
    string_agg(word, ' ' order by position),
    array_agg(case when length(word) < 3 then '% ' else '%' end || word || '%' order by position)
  into whole, patterns
  from (
    select regexp_replace(typed, '([\\%_])', '\\\1', 'g') as word, position
    from unnest(words) with ordinality typed (typed, position)
  ) escaped;
  select
    exp(sum(ln(greatest(in_client, 1e-6)))), exp(sum(ln(least(greatest(in_client + in_event, 1e-6), 1)))),
    array_agg(pattern order by length(pattern) < 5, in_client + in_event, length(pattern) desc, position)
  into client_share, event_share, anchors
  from unnest(patterns, crm_private.search_shares('client_search_idx', patterns), crm_private.search_shares('event_search_idx', patterns))
    with ordinality each (pattern, in_client, in_event, position);
  others := array(select pattern from unnest(anchors[2:]) pattern where pattern !~ '^% ' limit 2);
  anchors := case when anchors[1] like '\% %' then array[substr(anchors[1], 3), anchors[1]] else anchors[:1] end;
  if client_share > 0.01 then
    latest_client := (select max(client.id) from crm.client) - 5000;
  end if;
  if event_share > 0.01 then
    latest_event := (select max(event.id) from crm.event) - 5000;
  end if;
  if 'note' = any (kinds)
    and 0.01 < (select exp(sum(ln(greatest(share, 1e-6)))) from unnest(crm_private.search_shares('note_search_idx', patterns)) share)
  then
    latest_note := (select max(note.id) from crm.note) - 5000;
  end if;

  return query
  with latest_client_found as materialized (
    select client.id
    from crm.client
    where client.id > latest_client
      and ' ' || crm_private.client_search_text(client) like all (patterns)
      and client.erased_at is null
    limit 200
  ),
  client_found as materialized (
    select latest_client_found.id from latest_client_found
    union all
    (
      select client.id
      from crm.client
      where (select count(*) < 20 from latest_client_found)
        and kinds && '{client,contract,event}'
        and crm_private.client_search_text(client) like any (anchors)
        and (others[1] is null or crm_private.client_search_text(client) like others[1])
        and (others[2] is null or crm_private.client_search_text(client) like others[2])
        and ' ' || crm_private.client_search_text(client) like all (patterns)
        and client.erased_at is null
      limit 200
    )
  ),
  latest_event_found as materialized (
    select event.id
    from crm.event
    join crm.contract on contract.id = event.contract_id
    join crm.client   on client.id = contract.client_id
    where 'event' = any (kinds)
      and event.id > latest_event
      and concat(' ', crm_private.event_search_text(event),
            case when client.erased_at is null then ' ' || crm_private.client_search_text(client) end) like all (patterns)
    limit 100
  ),
  event_alike as materialized (  -- every word in their own text, or every word in their client's
    select latest_event_found.id from latest_event_found
    union
    (
      select event.id
      from crm.event
      where 'event' = any (kinds)
        and (select count(*) < 20 from latest_event_found)
        and crm_private.event_search_text(event) like any (anchors)
        and (others[1] is null or crm_private.event_search_text(event) like others[1])
        and (others[2] is null or crm_private.event_search_text(event) like others[2])
        and ' ' || crm_private.event_search_text(event) like all (patterns)
      limit 100
    )
    union
    (
      select event.id
      from client_found
      join crm.contract on contract.client_id = client_found.id
      join crm.event    on event.contract_id = contract.id
      where 'event' = any (kinds)
      limit 100
    )
  ),
  is_mixed as (
    select 'event' = any (kinds) and cardinality(words) > 1 and (select count(*) < 20 from event_alike) as tried
  ),
  event_found as (
    select event_alike.id from event_alike
    union
    (
      select event.id
      from (
        select event.id, event.contract_id, crm_private.event_search_text(event) as text
        from crm.event
        where (select tried from is_mixed)
          and crm_private.event_search_text(event) like any (anchors)
        limit 2000
      ) event
      join crm.contract on contract.id = event.contract_id
      join crm.client   on client.id = contract.client_id
      where concat(' ', event.text, case when client.erased_at is null then ' ' || crm_private.client_search_text(client) end) like all (patterns)
      limit 100
    )
    union
    (
      select event.id
      from (
        select client.id, crm_private.client_search_text(client) as text
        from crm.client
        where (select tried from is_mixed)
          and crm_private.client_search_text(client) like any (anchors)
          and client.erased_at is null
        limit 2000
      ) client
      join crm.contract on contract.client_id = client.id
      join crm.event    on event.contract_id = contract.id
      where concat(' ', crm_private.event_search_text(event), ' ', client.text) like all (patterns)
      limit 100
    )
  ),
  latest_note_found as materialized (
    select note.id
    from crm.note
    where note.id > latest_note
      and ' ' || crm_private.note_search_text(note) like all (patterns)
    limit 100
  ),
  note_found as (
    select latest_note_found.id from latest_note_found
    union
    (
      select note.id
      from crm.note
      where 'note' = any (kinds)
        and (select count(*) < 20 from latest_note_found)
        and crm_private.note_search_text(note) like any (anchors)
        and (others[1] is null or crm_private.note_search_text(note) like others[1])
        and (others[2] is null or crm_private.note_search_text(note) like others[2])
        and ' ' || crm_private.note_search_text(note) like all (patterns)
      limit 100
    )
  )
  select 'client', client.id,
    case
      when wanted in (normal.full_name, normal.company_name, crm_private.normalize_text(client.email)) then -1
      when normal.full_name like whole || '%' or normal.company_name like whole || '%' then 0
      when ' ' || crm_private.client_search_text(client) like '% ' || whole || '%' then 1
      else 2
    end::real
  from client_found
  join crm.client on client.id = client_found.id
  cross join lateral (
    select crm_private.normalize_text(client.full_name), crm_private.normalize_text(client.company_name)
    offset 0  -- once
  ) normal (full_name, company_name)
  where 'client' = any (kinds)
  union all
  (
    select 'employee', employee.id,
      case
        when wanted in (crm_private.normalize_text(employee.full_name), crm_private.normalize_text(employee.email)) then -1
        when crm_private.normalize_text(employee.full_name) like whole || '%' then 0
        when ' ' || crm_private.normalize_text(employee.full_name) like '% ' || whole || '%' then 1
        else 2
      end::real
    from crm.employee
    where 'employee' = any (kinds)
      and ' ' || crm_private.employee_search_text(employee) like all (patterns)
      and (search_exact.department is null or (employee.department = search_exact.department and employee.active))
    limit 200
  )
  union all
  (
    select 'contract', contract.id, 3::real
    from client_found
    join crm.contract on contract.client_id = client_found.id
    where 'contract' = any (kinds)
    limit 200
  )
  union all
  select 'event', event.id,
    case
      when normal.title = wanted then -1
      when normal.title like whole || '%' then 0
      when ' ' || normal.title like '% ' || whole || '%' then 1
      when ' ' || crm_private.event_search_text(event) like all (patterns) then 2
      else 3
    end::real
  from event_found
  join crm.event on event.id = event_found.id
  cross join lateral (select crm_private.normalize_text(event.title) offset 0) normal (title)
  union all
  select 'note', note_found.id, 3::real
  from note_found;
end
$$;
comment on function crm_private.search_exact(text[], text[], text) is
  'The records of these kinds that contain all these words (as crm_private.normalize_text writes them): contracts and events also through their client; of what is frequent, the latest. The rank is -1 where the words are a whole name or title, and grows with the distance from its beginning. With a department, of the employees only those who are active in it.';


-- Fuzzy: one letter wrong, missing or too many, or two neighbours swapped. Similar words share most of their trigrams;
-- swapped letters share too few, so each swap is tried.
create or replace function crm_private.transpositions(word text) returns text[]
language sql immutable strict parallel safe
return array(
  select '%' || regexp_replace(
      overlay(word placing reverse(substr(word, nth, 2)) from nth for 2), '([\\%_])', '\\\1', 'g') || '%'
  from generate_series(1, length(word) - 1) nth);
comment on function crm_private.transpositions(text) is
  'The patterns of the word with two neighbouring letters swapped, once for each two.';


create or replace function crm_private.lowest_word_similarity(words text[], found text) returns real
language sql immutable parallel safe
return (
  select min(greatest(extensions.word_similarity(word, found), case when found like any (crm_private.transpositions(word)) then 0.9 end))
  from unnest(words) word);
comment on function crm_private.lowest_word_similarity(text[], text) is
  'How much the word that is spelt least like any in the text is like one: from 0 to 1.';


-- In a large table the trigrams of a word are in most rows. There one half of the word has to be right, as one wrong letter
-- leaves it; 1,000 rows of each half are compared.
create or replace function crm_private.search_fuzzy(words text[], kinds text[], department text default null)
returns table (kind text, id integer, rank real)
language plpgsql stable security definer
set search_path = ''
set pg_trgm.word_similarity_threshold = 0.4
set plan_cache_mode = force_custom_plan
set enable_seqscan = off
as $$
declare
  longest text   := (select word from unnest(words) word order by length(word) desc limit 1);
  swapped text[] := crm_private.transpositions(longest);
  halved  text   := (select word from unnest(words) word where word ~ '^[[:alnum:]]{4,}$' order by length(word) desc limit 1);
  middle  integer := length(halved) / 2;
  first_half  text[] := case when length(halved) < 6 then array[left(halved, 2) || '%', '% ' || left(halved, 2) || '%']
                             else array['%' || left(halved, middle) || '%'] end;
  second_half text[] := case when length(halved) < 6 then array['%' || right(halved, 2), '%' || right(halved, 2) || ' %']
                             else array['%' || substr(halved, middle + 1) || '%', (crm_private.transpositions(halved))[middle]] end;
  is_large     boolean;
  client_from  integer;  -- of what is frequent the latest are compared
  event_from   integer;
begin
  if length(longest) < 3  -- everything is spelt like it
    or not identity.in_session()
  then
    return;
  end if;
  select class.reltuples > 100000 into is_large
  from pg_catalog.pg_class class
  where class.oid = 'crm.client'::regclass;
  if is_large then
    client_from := (
      select case when max(share) > 0.02 then (select max(client.id) - 1000 from crm.client) else 0 end
      from unnest(crm_private.search_shares('client_search_idx', first_half || second_half)) share);
    event_from := (
      select case when max(share) > 0.02 then (select max(event.id) - 1000 from crm.event) else 0 end
      from unnest(crm_private.search_shares('event_search_idx', first_half || second_half)) share);
  end if;

  return query
  with similar_client as (
    select client.id, crm_private.client_search_text(client) as text
    from crm.client
    where not is_large
      and kinds && '{client,contract}'
      and (crm_private.client_search_text(client) operator(extensions.%>) longest
           or crm_private.client_search_text(client) like any (swapped))
      and client.erased_at is null
    union
    (
      select client.id, crm_private.client_search_text(client)
      from crm.client
      where is_large
        and kinds && '{client,contract}'
        and client.id > client_from
        and (client_from > 0 or crm_private.client_search_text(client) like any (first_half))
        and '' || crm_private.client_search_text(client) like any (first_half)  -- through no index
        and client.erased_at is null
      limit 1000
    )
    union
    (
      select client.id, crm_private.client_search_text(client)
      from crm.client
      where is_large
        and kinds && '{client,contract}'
        and client.id > client_from
        and (client_from > 0 or crm_private.client_search_text(client) like any (second_half))
        and '' || crm_private.client_search_text(client) like any (second_half)  -- through no index
        and client.erased_at is null
      limit 1000
    )
  ),
  similar_event as (
    select event.id, crm_private.event_search_text(event) as text
    from crm.event
    where not is_large
      and 'event' = any (kinds)
      and (crm_private.event_search_text(event) operator(extensions.%>) longest
           or crm_private.event_search_text(event) like any (swapped))
    union
    (
      select event.id, crm_private.event_search_text(event)
      from crm.event
      where is_large
        and 'event' = any (kinds)
        and event.id > event_from
        and (event_from > 0 or crm_private.event_search_text(event) like any (first_half))
        and '' || crm_private.event_search_text(event) like any (first_half)  -- through no index
      limit 1000
    )
    union
    (
      select event.id, crm_private.event_search_text(event)
      from crm.event
      where is_large
        and 'event' = any (kinds)
        and event.id > event_from
        and (event_from > 0 or crm_private.event_search_text(event) like any (second_half))
        and '' || crm_private.event_search_text(event) like any (second_half)  -- through no index
      limit 1000
    )
  ),
  closest_client as materialized (
    select similar_client.*
    from similar_client
    order by similar_client.text like any (swapped) desc,
      extensions.word_similarity(array_to_string(words, ' '), similar_client.text) desc
    limit 100
  ),
  closest_event as (
    select similar_event.*
    from similar_event
    order by similar_event.text like any (swapped) desc,
      extensions.word_similarity(array_to_string(words, ' '), similar_event.text) desc
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
    select 'employee', employee.id, crm_private.employee_search_text(employee)
    from crm.employee
    where 'employee' = any (kinds)
      and (search_fuzzy.department is null
           or (employee.department = search_fuzzy.department and employee.active))
  )
  select candidate.kind, candidate.id, (5 - spelt.similarity)::real
  from candidate
  cross join lateral crm_private.lowest_word_similarity(words, candidate.text) spelt (similarity)
  where (extensions.word_similarity(longest, candidate.text) >= 0.4::real or candidate.text like any (swapped))  -- cheap, and so first
    and spelt.similarity >= 0.4::real;
end
$$;
comment on function crm_private.search_fuzzy(text[], text[], text) is
  'As crm_private.search_exact, for records where every word is spelt like one of theirs; events by their own words alone. The rank grows with the difference.';


create or replace function crm.search(text text, kinds text[] default null, department text default null)
returns setof crm.search_result
language plpgsql stable security invoker
set search_path = ''
as $$
declare
  asked      text[] := coalesce(kinds, '{client,contract,event,employee,note}');
  typed      text := btrim(left(text, 200));
  its_number integer := substring(typed from '^#?([0-9]{1,9})$');
  its_phone  text := case when typed ~ '^\+?[0-9(][0-9 ().-]{5,29}$' then crm_private.phone_digits(typed) end;
  words      text[] := array(
    select word
    from regexp_split_to_table(crm_private.normalize_text(typed), '[[:space:]]+') with ordinality each (word, position)
    where word <> ''
    order by position
    limit 8);
begin
  return query
  with contained as materialized (
    select any_kind.kind, its_number as id, -3::real as rank
    from unnest(asked) any_kind (kind)
    where its_number is not null
    union all
    select 'client', client.id, -2::real
    from crm.client
    where 'client' = any (asked) and client.id in (select crm_private.clients_with_phone(its_phone))
    union all
    select 'employee', employee.id, -2::real
    from crm.employee
    where 'employee' = any (asked) and crm_private.phone_digits(employee.phone) = its_phone
    union all
    select words_found.* from crm_private.search_exact(words, asked, search.department) words_found
  ),
  found as (
    select contained.kind, contained.id, min(contained.rank) as rank
    from contained
    group by 1, 2
    union all
    select spelt.*
    from crm_private.search_fuzzy(words, asked, search.department) spelt
    where not exists (select from contained)
  ),
  best as (
    select *
    from found
    order by rank, array_position(array['client', 'employee', 'event', 'contract', 'note'], found.kind), found.id desc
  )
  select best.kind, best.id, shown.title, shown.detail,
    case when best.rank < 0 then 'exact' when best.rank <= 3 then 'contains' else 'similar' end
  from best
  cross join lateral (
    select client.full_name::text, concat_ws(', ', client.company_name, client.email)
    from crm.client
    where best.kind = 'client' and client.id = best.id
    union all
    select employee.full_name,
      concat_ws(', ', employee.department, employee.email, employee.phone, case when not employee.active then 'has left' end)
    from crm.employee
    where best.kind = 'employee' and employee.id = best.id
      and (search.department is null or (employee.department = search.department and employee.active))
    union all
    select coalesce(client.company_name, client.full_name),
      concat_ws(', ', contract.status, crm_private.format_euros(contract.total_amount),
        case when contract.status = 'signed' and contract.amount_to_be_paid > 0
          then crm_private.format_euros(contract.amount_to_be_paid) || ' to be paid' end)
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
    union all
    select crm_private.note_title(note.body),
      concat_ws(', ',
        case when note.client_id is not null then 'client ' when note.contract_id is not null then 'contract ' else 'event ' end
          || coalesce(note.client_id, note.contract_id, note.event_id),
        crm_private.note_about(note), author.full_name,
        case when note.done_at is not null then 'done' else 'to follow up on ' || note.remind_on end)
    from crm.note
    join crm.employee author on author.id = note.author_id
    where best.kind = 'note' and note.id = best.id
  ) shown (title, detail)
  order by best.rank, array_position(array['client', 'employee', 'event', 'contract', 'note'], best.kind), best.id desc
  limit 100;
end
$$;
comment on function crm.search(text, text[], text) is
'Finds clients (by name, company, e-mail address or phone number), contracts (by their client), events (by title, location or client), employees (by name, e-mail address or phone number) and notes (by their text), the best first, 100 at most. What is found contains every word, without regard to case, accents, hyphens and apostrophes; a number also finds the records of that id. Of what very many contain, the latest are found. If nothing does, what is spelt much like it is found instead, notes excepted. A client whose personal data was erased is found by number alone.
- `text`: What to look for: words, or a number. One or two letters are looked for at the beginning of a word.
- `kinds`: Only these kinds of record. All of them by default.
- `department`: Of employees, only those who are active in this department: `sales`, `support` or `management`.';


create or replace function crm.similar_clients(new_name text, new_email text default null, new_phone text default null)
returns setof crm.similar_client
language sql stable security invoker
set search_path = ''
as $$
  select client.id, client.full_name, client.company_name, client.email, client.phone, employee.full_name,
    same.email, same.phone, same.similarity >= 0.55
  from crm.client
  join crm.employee on employee.id = client.commercial_contact_id
  cross join lateral (
    select
      coalesce(lower(client.email) = lower(new_email), false),
      coalesce(crm_private.phone_digits(client.phone) = crm_private.phone_digits(new_phone), false),
      extensions.similarity(crm_private.normalize_text(client.full_name), crm_private.normalize_text(left(new_name, 200)))
  ) same (email, phone, similarity)
  where client.id in (
      select known.id from crm_private.clients_with_email(array[new_email]) known
      union all
      select crm_private.clients_with_phone(crm_private.phone_digits(new_phone))
      union all
      select crm_private.clients_spelt_like(new_name)
    )
    and (same.email or same.phone or same.similarity >= 0.55)
    and client.erased_at is null
  order by same.email desc, same.phone desc, same.similarity desc, client.id
  limit 8
$$;
comment on function crm.similar_clients(text, text, text) is
'Clients who might be the one that is about to be entered, the likeliest first, eight at most: with the same e-mail address, the same phone number however it is written, or nearly the same name.
- `new_name`: First and last name of the new client.
- `new_email`: Their e-mail address.
- `new_phone`: Their phone number.';
