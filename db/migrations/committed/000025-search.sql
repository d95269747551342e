--! Previous: sha1:19118702c89b6fe0bfe43c90eeb3f87a04192966
--! Hash: sha1:684334aef6e4ad87edb29730167ee53ceb6dd821
--! Message: search

-- One search over clients, contracts, events and employees; clients who look like a new one; contracts whose payment is
-- late; and a client who was contacted.

-- An index is made while clients cannot be changed: seconds, even in a large company.
-- squawk-ignore-file require-concurrent-index-creation


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
    select employee.full_name,
      concat_ws(', ', employee.department, employee.email, case when not employee.active then 'has left' end)
    from crm.employee
    where best.kind = 'employee' and employee.id = best.id
      and (search.department is null or (employee.department = search.department and employee.active))
    union all
    select coalesce(client.company_name, client.full_name),
      concat_ws(', ', contract.status, crm.euros(contract.total_amount),
        case when contract.status = 'signed' and contract.amount_to_be_paid > 0
          then crm.euros(contract.amount_to_be_paid) || ' to be paid' end)
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

create index client_email_idx on crm.client (lower(email));

select extensions.show_limit();  -- loads pg_trgm: only then may its owner give a function a setting of it

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
