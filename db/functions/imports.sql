-- Imports: many clients, contracts or events at once, all or none. Lines are staged first, some hundreds at a time; one
-- call then writes them with the rights of its caller, so that policies, constraints and triggers say what they always
-- say. A refused line is a problem; with one, or in a dry run, nothing is written.


create or replace function staging.column_of(field text) returns text
language sql immutable parallel safe
set search_path = ''
as $$ select lower(regexp_replace(field, '([A-Z])', '_\1', 'g')) $$;
comment on function staging.column_of(text) is
  'The column of a field of the API: total_amount of totalAmount. The name of a column is left as it is.';


create or replace function staging.field_of(column_name text) returns text
language sql immutable parallel safe
set search_path = ''
as $$
  select string_agg(case nth when 1 then word else upper(left(word, 1)) || substr(word, 2) end, '' order by nth)
  from string_to_table(column_name, '_') with ordinality part (word, nth)
$$;
comment on function staging.field_of(text) is
  'The field of the API that a column is: totalAmount of total_amount.';


create or replace function crm.stage_import(import_id uuid, lines jsonb) returns integer
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  max_lines constant integer := 20000;
  staged integer;
  twice  record;
begin
  select entry ->> 'line' as line, key as field, staging.column_of(key) as column_name into twice
  from jsonb_array_elements(lines) entry
  cross join lateral jsonb_object_keys(case jsonb_typeof(entry -> 'values') when 'object' then entry -> 'values' else '{}' end) key
  where key ~ '[A-Z]' and entry -> 'values' ? staging.column_of(key)
  limit 1;
  if found then
    raise check_violation using
      constraint = 'import_value_is_given_once', column = twice.column_name,
      message = format('Line %s has one value as “%s” and as “%s”: give it once.', twice.line, twice.field, twice.column_name);
  end if;

  insert into staging.import_line (import_id, line, input)
  select stage_import.import_id, (entry ->> 'line')::integer,
         case jsonb_typeof(entry -> 'values')
           when 'object' then (
             select coalesce(jsonb_object_agg(staging.column_of(key), value), '{}') from jsonb_each(entry -> 'values'))
           else entry -> 'values'
         end
  from jsonb_array_elements(lines) entry;

  select count(*) into staged from staging.import_line
  where import_line.import_id = stage_import.import_id;
  if staged > max_lines then
    raise check_violation using
      constraint = 'import_is_not_too_long', column = 'lines',
      message = format('An import has at most %s lines: import one part after the other.', to_char(max_lines, 'FM999,999'));
  end if;
  return staged;
exception when unique_violation then
  raise unique_violation using constraint = 'import_line_pkey', column = 'lines', message = 'The import already has a line of that number.';
end
$$;
comment on function crm.stage_import(uuid, jsonb) is
'Brings lines of an import, some hundreds at a time, and returns how many it has by now: 20,000 at most, and 100,000 (or 64 MB) in all imports of the caller that have not been run. They are kept, visible to the caller alone, until `runImport`, or for a day.
- `import_id`: Names the import: a UUID that the caller draws.
- `lines`: A list of objects: `line`, a number by which problems name it, and `values`, an object of the fields of its record, such as `fullName`. The names of the columns, such as `full_name`, are taken too.';


create or replace function staging.prune_import_lines() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  -- One at a time, to prevent deadlocks.
  if pg_try_advisory_xact_lock('staging.import_line'::regclass::oid::bigint) then
    delete from staging.import_line where staged_at < now() - interval '1 day';
  end if;
  return null;
end
$$;
comment on function staging.prune_import_lines() is
  'Removes the lines of imports that were begun more than a day ago, unless another transaction is at it.';

create or replace trigger import_line_10_prune_abandoned
  before insert on staging.import_line
  for each statement execute function staging.prune_import_lines();
comment on trigger import_line_10_prune_abandoned on staging.import_line is
  'The lines of an import that was not ended are removed by the next import a day later.';


create or replace function staging.check_quota() returns trigger
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  max_lines     constant integer := 100000;
  max_megabytes constant integer := 64;
  staged record;
begin
  select count(*) as lines, coalesce(sum(pg_column_size(input)), 0) as bytes into staged
  from staging.import_line
  where employee_id = (select crm.current_employee_id());
  if staged.lines > max_lines or staged.bytes > max_megabytes * 1048576 then
    raise check_violation using
      constraint = 'staged_lines_are_within_quota', column = 'lines',
      message = format('Your imports that have not been run would have more than %s lines, or %s MB.', to_char(max_lines, 'FM999,999'), max_megabytes),
      detail = jsonb_build_object('maxLines', max_lines, 'maxMegabytes', max_megabytes),
      hint = 'Run one of them first, or wait: lines are removed a day after they came in.';
  end if;
  return null;
end
$$;
comment on function staging.check_quota() is
  'Refuses lines of imports beyond what an employee may have staged: 100,000 lines and 64 MB, as they are stored.';

create or replace trigger import_line_20_check_quota
  after insert on staging.import_line
  for each statement execute function staging.check_quota();
comment on trigger import_line_20_check_quota on staging.import_line is
  'An employee has at most 100,000 lines, and 64 MB, in imports that have not been run.';


-- Each of these writes a range of lines in one statement, or refuses them all.
create or replace function staging.write_clients(
  import_id uuid, first_line integer, last_line integer, match_email boolean,
  out created integer, out updated integer, out unchanged integer)
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  emails  text[];
  unclear record;
  refused integer;
  refusal crm.refusal;
begin
  if match_email then
    emails := array(
      select staged.input ->> 'email' from staging.import_line staged
      where staged.import_id = write_clients.import_id and staged.line between first_line and last_line);
  end if;

  select staged.line, min(known.id) as one, count(*) as clients into unclear
  from staging.import_line staged
  join crm_private.clients_with_email(emails) known on known.email = lower(staged.input ->> 'email')
  where staged.import_id = write_clients.import_id
    and staged.line between first_line and last_line
  group by staged.line
  having count(*) > 1
  limit 1;
  if found then
    raise unique_violation using
      constraint = 'client_email_is_unambiguous', column = 'email',
      message = format('%s clients have this e-mail address, client %s among them.', unclear.clients, unclear.one);
  end if;

  with line as materialized (
    select staged.line, client.id, wanted.*,
           (wanted.full_name, wanted.phone, wanted.company_name)
             is distinct from (client.full_name, client.phone, client.company_name) as differs
    from staging.import_line staged
    left join crm_private.clients_with_email(emails) known on known.email = lower(staged.input ->> 'email')
    left join crm.client on client.id = known.id
    cross join lateral (
      -- Over the client that there is: what the line does not give stays as it is.
      select full_name, email, phone, company_name, first_contact from jsonb_populate_record(client, staged.input)
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
    select * into refusal from crm.explain_refusal('client', 'update', refused);
    raise insufficient_privilege using
      constraint = coalesce(refusal.policy, ''), column = 'email',
      message = concat_ws(' ', refusal.message, refusal.reason, 'Ask ' || coalesce(refusal.contact_name, refusal.contact_department) || '.');
  end if;
end
$$;
comment on function staging.write_clients(uuid, integer, integer, boolean) is
  'Writes these lines of an import as clients, all or none: those with a known e-mail address over the client that has it, if that is asked for.';


create or replace function staging.write_contracts(
  import_id uuid, first_line integer, last_line integer,
  out created integer)
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  emails  text[] := array(
    select staged.input ->> 'client_email' from staging.import_line staged
    where staged.import_id = write_contracts.import_id and staged.line between first_line and last_line);
  unclear record;
begin
  select staged.input ->> 'client_email' as email, count(known.id) as clients into unclear
  from staging.import_line staged
  left join crm_private.clients_with_email(emails) known on known.email = lower(staged.input ->> 'client_email')
  where staged.import_id = write_contracts.import_id
    and staged.line between first_line and last_line
    and staged.input ->> 'client_email' is not null
  group by staged.line, staged.input
  having count(known.id) <> 1
  limit 1;
  if found then
    if unclear.clients > 1 then
      raise unique_violation using
        constraint = 'client_email_is_unambiguous', column = 'client_email',
        message = format('%s clients have the e-mail address %s: give the id of one.', unclear.clients, unclear.email);
    end if;
    raise no_data_found using
      constraint = 'contract_client_id_fkey', column = 'client_email',
      message = format('There is no client with the e-mail address %s.', unclear.email);
  end if;

  insert into crm.contract (client_id, total_amount)
  select coalesce(known.id, wanted.client_id), wanted.total_amount
  from staging.import_line staged
  cross join lateral (
    select client_id, total_amount from jsonb_populate_record(null::crm.contract, staged.input)
  ) wanted
  left join crm_private.clients_with_email(emails) known on known.email = lower(staged.input ->> 'client_email')
  where staged.import_id = write_contracts.import_id
    and staged.line between first_line and last_line
  order by staged.line;
  get diagnostics created = row_count;
end
$$;
comment on function staging.write_contracts(uuid, integer, integer) is
  'Writes these lines of an import as contracts, all or none. A client may be named by e-mail address.';


create or replace function staging.write_events(
  import_id uuid, first_line integer, last_line integer,
  out created integer)
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  unknown text;
begin
  select staged.input ->> 'support_contact_email' into unknown
  from staging.import_line staged
  where staged.import_id = write_events.import_id
    and staged.line between first_line and last_line
    and staged.input ->> 'support_contact_email' is not null
    and not exists (
      select from crm.employee where lower(employee.email) = lower(staged.input ->> 'support_contact_email'))
  limit 1;
  if found then
    raise no_data_found using
      constraint = 'event_support_contact_id_fkey', column = 'support_contact_email',
      message = format('There is no employee with the e-mail address %s.', unknown);
  end if;

  insert into crm.event (contract_id, title, start_date, end_date, location, attendees, notes, support_contact_id)
  select contract_id, title, start_date, end_date, location, coalesce(attendees, 0), notes,
         coalesce(employee.id, wanted.support_contact_id)
  from staging.import_line staged
  cross join lateral (
    select contract_id, title, start_date, end_date, location, attendees, notes, support_contact_id
    from jsonb_populate_record(null::crm.event, staged.input)
  ) wanted
  left join crm.employee on lower(employee.email) = lower(staged.input ->> 'support_contact_email')
  where staged.import_id = write_events.import_id
    and staged.line between first_line and last_line
  order by staged.line;
  get diagnostics created = row_count;
end
$$;
comment on function staging.write_events(uuid, integer, integer) is
  'Writes these lines of an import as events, all or none. A support contact may be named by e-mail address.';


create or replace function staging.problem_column(record text, broken_rule text, input jsonb) returns text
language plpgsql stable security invoker
set search_path = ''
as $$
declare
  each record;
begin
  for each in select key, jsonb_build_object(key, value) as alone from jsonb_each(input) loop
    begin
      execute format('select jsonb_populate_record(null::crm.%I, $1)', record) using each.alone;
    exception when data_exception then
      return each.key;
    end;
  end loop;
  return (
    select attname
    from pg_catalog.pg_constraint
    join pg_catalog.pg_attribute on attrelid = conrelid and attnum = any (conkey)
    where conrelid = to_regclass(format('crm.%I', record))
      and conname = broken_rule
    order by input ? attname desc, case when input ? attname then -attnum else attnum end
    limit 1);
end
$$;
comment on function staging.problem_column(text, text, jsonb) is
  'The column that a line is refused for: the first whose value cannot be read, or else, of those that the broken constraint is about, the last that the line has.';


create or replace function staging.has_api_format(value text, type regtype) returns boolean
language sql immutable parallel safe
set search_path = ''
as $$
  select case type
    when 'date'::regtype        then value ~ '^\d{4}-\d{2}-\d{2}$'
    when 'timestamptz'::regtype then value ~* '^\d{4}-\d{2}-\d{2}[t ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?(z|[+-]\d{2}(:?\d{2})?)$'
    when 'numeric'::regtype     then value ~ '^[+-]?\d+(\.\d{1,2})?$'
    when 'integer'::regtype     then value ~ '^[+-]?\d+$'
    else true
  end
$$;
comment on function staging.has_api_format(text, regtype) is
  'Whether a value of an import has the form that the API takes for its type. PostgreSQL alone would read more: tomorrow, infinity, 1_000, and it would round an amount.';


create or replace function staging.write_lines(
  import_id uuid, record text, match_email boolean, first_line integer, last_line integer)
returns crm.import_outcome
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  outcome   crm.import_outcome := row(0, 0, 0, '{}', record);
  part      crm.import_outcome;
  size      integer := greatest((last_line - first_line + 1) / 10, 1);
  state     text;
  rule      text;
  in_table  text;
  in_column text;
  sentence  text;
  line      staging.import_line;
  problem   crm.import_problem;
begin
  select entry.key into in_column
  from staging.import_line staged
  cross join lateral jsonb_each_text(staged.input) entry
  join pg_catalog.pg_attribute on attrelid = format('crm.%I', record)::regclass and attname = entry.key
  where staged.import_id = write_lines.import_id
    and staged.line between first_line and last_line
    and not staging.has_api_format(entry.value, atttypid)
  limit 1;
  if found then
    raise data_exception using column = in_column;
  end if;

  if record = 'client' then
    select * into outcome.created, outcome.updated, outcome.unchanged
    from staging.write_clients(import_id, first_line, last_line, match_email);
  elsif record = 'contract' then
    outcome.created := staging.write_contracts(import_id, first_line, last_line);
  else
    outcome.created := staging.write_events(import_id, first_line, last_line);
  end if;
  return outcome;
exception when others then
  get stacked diagnostics
    state     = returned_sqlstate,
    rule      = constraint_name,
    in_table  = table_name,  -- empty where a trigger raised the rule
    in_column = column_name,
    sentence  = message_text;
  if state !~ '^(22...|23...|42501|P0002)$' then
    raise;  -- not caused by a line
  end if;
  if first_line < last_line then  -- bisect: the lines that are not refused are written
    for start in first_line .. last_line by size loop
      part := staging.write_lines(import_id, record, match_email, start, least(start + size - 1, last_line));
      outcome.created   := outcome.created + part.created;
      outcome.updated   := outcome.updated + part.updated;
      outcome.unchanged := outcome.unchanged + part.unchanged;
      outcome.problems  := outcome.problems || part.problems;
    end loop;
    return outcome;
  end if;

  select * into line from staging.import_line staged where staged.import_id = write_lines.import_id and staged.line = first_line;
  problem.line := first_line;
  problem.column_name := coalesce(nullif(in_column, ''), staging.problem_column(record, rule, line.input));
  -- A trigger looks for the record that is referred to before the column is found to be empty.
  if state in ('23503', 'P0002') and line.input ->> problem.column_name is null then
    state := '23502';
  end if;
  problem.code := case
    when state = '42501' then 'FORBIDDEN'
    when state in ('23503', 'P0002') then 'NOT_FOUND'
    when state = '23505' then 'CONFLICT'
    else 'INVALID'
  end;
  problem.kind := case
    when state = '23502' then 'missing'
    when state like '22%' then 'value_unreadable'
    else nullif(rule, '')
  end;
  problem.message := case
    when state = '23502' then 'This is missing.'
    when state = '42501' and in_column = '' then null  -- one sentence for all of them: see crm.run_import
    when state like '22%' then 'This cannot be read.'
    else coalesce(crm_private.rule_sentence('crm', in_table, rule), sentence)
  end;
  outcome.problems := array[problem];
  return outcome;
end
$$;
comment on function staging.write_lines(uuid, text, boolean, integer, integer) is
  'Writes the lines of an import from one number to another; of those that are refused, says why. A problem without a message is a policy''s refusal.';


create or replace function crm.run_import(
  import_id uuid, record text, match_email boolean default false, dry_run boolean default false, allow_duplicates boolean default false)
returns crm.import_outcome
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  columns  text[] := case record
    when 'client'   then array['full_name', 'email', 'phone', 'company_name', 'first_contact']
    when 'contract' then array['client_id', 'client_email', 'total_amount']
    when 'event'    then array['contract_id', 'title', 'start_date', 'end_date', 'location', 'attendees', 'notes',
                               'support_contact_id', 'support_contact_email']
  end;
  unknown  text;
  known    crm.import_problem[] := '{}';
  outcome  crm.import_outcome;
begin
  if columns is null or match_email and record <> 'client' then
    raise invalid_parameter_value using
      constraint = 'import_is_of_importable_records', column = 'record',
      message = 'Clients are imported, and matched by their e-mail address; contracts and events are imported.';
  end if;
  if match_email and allow_duplicates then
    raise invalid_parameter_value using
      constraint = 'import_treats_known_clients_one_way', column = 'allow_duplicates',
      message = 'Clients who are known are either changed or created again, not both.';
  end if;
  if not has_any_column_privilege(format('crm.%I', record), 'insert') then
    perform access.refuse(record, 'create', null);
  end if;
  select key into unknown
  from staging.import_line staged
  cross join lateral jsonb_object_keys(staged.input) key
  where staged.import_id = run_import.import_id and key <> all (columns)
  limit 1;
  if found then
    raise undefined_column using
      constraint = 'import_columns_are_known', column = unknown,
      message = format('No %s is imported with “%s”: there are %s.', record, staging.field_of(unknown),
        (select string_agg(staging.field_of(name), ', ' order by nth) from unnest(columns) with ordinality each (name, nth)));
  end if;

  if not match_email and not allow_duplicates then  -- before there are those of this import
    known := array(
      select row(staged.line, 'email', case count(*)
        when 1 then format('Client %s has this e-mail address: %s.', min(client.id), min(client.full_name))
        else format('%s clients have this e-mail address, client %s among them.', count(*), min(client.id))
      end, 'CONFLICT', 'client_is_known', null)::crm.import_problem
      from staging.import_line staged
      join crm_private.clients_with_email(array(
        select twin.input ->> 'email' from staging.import_line twin where twin.import_id = run_import.import_id)) with_email
        on with_email.email = lower(staged.input ->> 'email')
      join crm.client on client.id = with_email.id
      where staged.import_id = run_import.import_id
      group by staged.line);
    known := known || array(
      select row(staged.line, 'phone', format('Client %s has this name and phone number.', min(client.id)),
                 'CONFLICT', 'client_is_known', null)::crm.import_problem
      from staging.import_line staged
      cross join lateral crm_private.clients_with_phone(crm_private.phone_digits(staged.input ->> 'phone')) with_phone (id)
      join crm.client on client.id = with_phone.id
      where staged.import_id = run_import.import_id
        and crm_private.normalize_text(client.full_name) = crm_private.normalize_text(staged.input ->> 'full_name')
        and staged.line not in (select problem.line from unnest(known) problem)
      group by staged.line);
  end if;

  if record = 'event' then  -- the rule would name the event of the first line, which is not kept either
    with twin as (
      select staged.line, min(staged.line) over (partition by planned.*) as first_line
      from staging.import_line staged
      cross join lateral (
        values (staged.input ->> 'contract_id', lower(staged.input ->> 'title'), staged.input ->> 'start_date', staged.input ->> 'end_date')
      ) planned
      where staged.import_id = run_import.import_id
        and planned.* is not null
    ),
    left_out as (
      delete from staging.import_line staged
      using twin
      where staged.import_id = run_import.import_id and staged.line = twin.line and twin.line > twin.first_line
      returning staged.line, twin.first_line
    )
    select coalesce(array_agg(row(left_out.line, 'title', format('Line %s is the same event.', left_out.first_line),
                                  'CONFLICT', 'event_is_planned_once', null)::crm.import_problem), '{}')
    into known
    from left_out;
  end if;

  begin
    -- From the first to the last of whatever the caller has staged: it is only to be wide enough.
    outcome := staging.write_lines(run_import.import_id, record, match_email, min(staged.line), max(staged.line))
    from staging.import_line staged;

    outcome.problems := array(
      select problem
      from (
        select
          found.line, found.column_name,
          coalesce(found.message, (select refusal.reason from crm.explain_refusal(record, 'create') refusal)) as message,
          found.code,
          coalesce(found.kind, (select refusal.policy from crm.explain_refusal(record, 'create') refusal)) as kind,
          staging.field_of(found.column_name) as field
        from unnest(outcome.problems || known) found
        union all
        select twin.line, twin.column_name, format('Line %s has the same %s.', twin.first_line, twin.what),
               'CONFLICT', 'line_is_repeated', staging.field_of(twin.column_name)
        from (
          select staged.line, same.*, min(staged.line) over (partition by same.what, same.value) as first_line
          from staging.import_line staged
          cross join lateral (
            values
              ('email', 'e-mail address', lower(staged.input ->> 'email')),
              ('phone', 'name and phone number',
                crm_private.normalize_text(staged.input ->> 'full_name') || ' ' || nullif(crm_private.phone_digits(staged.input ->> 'phone'), ''))
          ) same (column_name, what, value)
          where record = 'client' and not allow_duplicates and staged.import_id = run_import.import_id
            and same.value is not null
            and (same.column_name = 'email' or not match_email)
        ) twin
        where twin.line > twin.first_line
      ) problem (line, column_name, message, code, kind, field)
      order by problem.line, problem.column_name, problem.message);

    if dry_run or cardinality(outcome.problems) > 0 then
      raise exception using errcode = 'UNDO0';
    end if;
  exception when sqlstate 'UNDO0' then
    null;  -- nothing was written
  end;
  delete from staging.import_line staged where staged.import_id = run_import.import_id;
  return outcome;
end
$$;
comment on function crm.run_import(uuid, text, boolean, boolean, boolean) is
'Ends an import: writes all its lines, or, when anything stands in the way of one of them, none. It takes the same permissions as creating the records one by one. The lines are gone afterwards.
- `import_id`: The import whose lines were staged.
- `record`: What they are: client, contract or event.
- `match_email`: For clients: those whose e-mail address is known are changed, not created again.
- `dry_run`: Write nothing, and say what would come of it.
- `allow_duplicates`: For clients: those whose e-mail address, or name and phone number, is known or occurs twice are created all the same. Otherwise that is a problem.';
