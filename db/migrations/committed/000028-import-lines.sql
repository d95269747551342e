--! Previous: sha1:534634228df5b8a4003b8af674d237612f5f40b0
--! Hash: sha1:974cc7c81e9a913fbe3a6a9c3d9f74372e29dcf0
--! Message: import-lines

-- Imports: many clients, contracts or events at once, all of them or none. Lines are first staged, some hundreds at a
-- time; then one call writes them all with the rights of whoever calls it, so that policies, constraints and triggers
-- say what they always say. A line that is refused is a problem; with one, or in a dry run, nothing is written.
--
-- Here: the lines that wait, and how they are written.


-- Lines that wait

create table access.import_line (
  employee_id integer     not null default crm.current_employee_id(),
  import_id   uuid        not null,
  line        integer     not null,
  given       jsonb       not null,
  staged_at   timestamptz not null default now(),

  constraint import_line_pkey             primary key (employee_id, import_id, line),
  constraint import_line_employee_id_fkey foreign key (employee_id) references crm.employee on delete cascade,
  constraint import_line_is_a_record      check (jsonb_typeof(given) = 'object')
);
alter table access.import_line enable row level security, force row level security;

comment on table  access.import_line             is 'A line of an import that is under way. Removed when the import ends, or with the next one, a day later.';
comment on column access.import_line.employee_id is 'Who imports.';
comment on column access.import_line.import_id   is 'The import, by a number that whoever imports has drawn.';
comment on column access.import_line.line        is 'The number by which problems name the line.';
comment on column access.import_line.given       is 'The values of the line, by column. One that is left out stays as it is, or gets its default.';
comment on column access.import_line.staged_at   is 'When the line came in.';

comment on constraint import_line_employee_id_fkey on access.import_line is 'The employee has an import under way.';
comment on constraint import_line_is_a_record      on access.import_line is 'A line of an import is an object with its values by column.';

create function crm.stage_import(import_id uuid, lines jsonb) returns integer
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  most constant integer := 20000;
  staged integer;
begin
  delete from access.import_line
  where staged_at < now() - interval '1 day';  -- the caller's own: they see no others

  insert into access.import_line (import_id, line, given)
  select stage_import.import_id, (entry ->> 'line')::integer, entry -> 'values'
  from jsonb_array_elements(lines) entry;

  select count(*) into staged from access.import_line
  where import_line.import_id = stage_import.import_id;
  if staged > most then
    raise check_violation using
      message = format('An import has at most %s lines.', to_char(most, 'FM999,999')), hint = 'Import one part after the other.';
  end if;
  return staged;
exception when unique_violation then
  raise unique_violation using message = 'The import already has a line of that number.';
end
$$;
comment on function crm.stage_import(uuid, jsonb) is
'Brings lines of an import, some hundreds at a time, and returns how many it has by now: 20,000 at most. They wait, seen by nobody else, for `runImport`, or for a day.
- `import_id`: Names the import: a UUID that the caller draws.
- `lines`: A list of objects: `line`, a number by which problems name it, and `values`, an object by column, as the database names them.';


-- Writing lines. Each of these writes those from one line to another in one statement, and refuses them all for one.

create function access.write_clients(
  import_id uuid, first_line integer, last_line integer, match_email boolean,
  out created integer, out updated integer, out unchanged integer)
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  unclear record;
  refused integer;
begin
  select staged.line, min(client.id) as one, count(*) as clients into unclear
  from access.import_line staged
  join crm.client on lower(client.email) = lower(staged.given ->> 'email')
  where match_email
    and staged.import_id = write_clients.import_id
    and staged.line between first_line and last_line
  group by staged.line
  having count(*) > 1
  limit 1;
  if found then
    raise check_violation using
      message = format('%s clients have this e-mail address, client %s among them.', unclear.clients, unclear.one), column = 'email';
  end if;

  with line as materialized (
    select staged.line, client.id, wanted.*,
           (wanted.full_name, wanted.phone, wanted.company_name)
             is distinct from (client.full_name, client.phone, client.company_name) as differs
    from access.import_line staged
    left join crm.client on match_email and lower(client.email) = lower(staged.given ->> 'email')
    cross join lateral (
      -- Over the client that there is: what the line does not give stays as it is.
      select full_name, email, phone, company_name, first_contact from jsonb_populate_record(client, staged.given)
    ) wanted
    where staged.import_id = write_clients.import_id
      and staged.line between first_line and last_line
  ),
  changed as (
    update crm.client
    set full_name = line.full_name, phone = line.phone, company_name = line.company_name
    from line
    where client.id = line.id and line.differs
    returning client.id
  ),
  entered as (
    insert into crm.client (full_name, email, phone, company_name, first_contact)
    select full_name, email, phone, company_name, coalesce(first_contact, current_date)
    from line
    where line.id is null
    order by line.line
    returning id
  )
  select
    (select count(*) from entered),
    (select count(*) from changed),
    (select count(*) from line where not line.differs),  -- a new one has a name, and differs from nothing
    (select min(line.id) from line where line.differs and line.id not in (select id from changed))
  into created, updated, unchanged, refused;

  if refused is not null then  -- a policy hid it from the update
    raise insufficient_privilege using column = 'email', message = coalesce(
      (select sentence from access.responsible_for('client', refused, null)), format('You may not change client %s.', refused));
  end if;
end
$$;


create function access.write_contracts(
  import_id uuid, first_line integer, last_line integer,
  out created integer)
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  unclear record;
begin
  select staged.given ->> 'client_email' as email, count(client.id) as clients into unclear
  from access.import_line staged
  left join crm.client on lower(client.email) = lower(staged.given ->> 'client_email')
  where staged.import_id = write_contracts.import_id
    and staged.line between first_line and last_line
    and staged.given ->> 'client_email' is not null
  group by staged.line, staged.given
  having count(client.id) <> 1
  limit 1;
  if found then
    raise check_violation using column = 'client_email', message = case unclear.clients
      when 0 then format('There is no client with the e-mail address %s.', unclear.email)
      else format('%s clients have the e-mail address %s: give the id of one.', unclear.clients, unclear.email)
    end;
  end if;

  insert into crm.contract (client_id, total_amount)
  select coalesce(client.id, wanted.client_id), wanted.total_amount
  from access.import_line staged
  cross join lateral (
    select client_id, total_amount from jsonb_populate_record(null::crm.contract, staged.given)
  ) wanted
  left join crm.client on lower(client.email) = lower(staged.given ->> 'client_email')
  where staged.import_id = write_contracts.import_id
    and staged.line between first_line and last_line
  order by staged.line;
  get diagnostics created = row_count;
end
$$;


create function access.write_events(
  import_id uuid, first_line integer, last_line integer,
  out created integer)
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  unknown text;
begin
  select staged.given ->> 'support_contact_email' into unknown
  from access.import_line staged
  where staged.import_id = write_events.import_id
    and staged.line between first_line and last_line
    and staged.given ->> 'support_contact_email' is not null
    and not exists (
      select from crm.employee where lower(employee.email) = lower(staged.given ->> 'support_contact_email'))
  limit 1;
  if found then
    raise check_violation using
      message = format('There is no employee with the e-mail address %s.', unknown), column = 'support_contact_email';
  end if;

  insert into crm.event (contract_id, title, start_date, end_date, location, attendees, notes, support_contact_id)
  select contract_id, title, start_date, end_date, location, coalesce(attendees, 0), notes,
         coalesce(employee.id, wanted.support_contact_id)
  from access.import_line staged
  cross join lateral (
    select contract_id, title, start_date, end_date, location, attendees, notes, support_contact_id
    from jsonb_populate_record(null::crm.event, staged.given)
  ) wanted
  left join crm.employee on lower(employee.email) = lower(staged.given ->> 'support_contact_email')
  where staged.import_id = write_events.import_id
    and staged.line between first_line and last_line
  order by staged.line;
  get diagnostics created = row_count;
end
$$;


comment on function access.write_clients(uuid, integer, integer, boolean) is
  'Writes these lines of an import as clients, all or none: those with a known e-mail address over the client that has it, if that is asked for.';
comment on function access.write_contracts(uuid, integer, integer) is
  'Writes these lines of an import as contracts, all or none. A client may be named by e-mail address.';
comment on function access.write_events(uuid, integer, integer) is
  'Writes these lines of an import as events, all or none. A support contact may be named by e-mail address.';
