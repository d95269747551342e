--! Previous: sha1:e6cd74b2281b624c6feb6fe38b8f7375ac8f569b
--! Hash: sha1:4c0165e3214afff93a23be77e826261ade9bf961
--! Message: imports-without-twins

-- Imports, continued: nobody is imported twice by mistake, and nothing that was staged lies about.
--
-- Clients are never deleted, so a file that is imported a second time would leave a twin of everybody for good.


drop function crm.run_import(uuid, text, boolean, boolean);

create function crm.run_import(
  import_id uuid, record text, match_email boolean default false, dry_run boolean default false, even_known boolean default false)
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
    raise invalid_parameter_value using message = 'Clients are imported, and matched by their e-mail address; contracts and events are imported.';
  end if;
  if match_email and even_known then
    raise invalid_parameter_value using message = 'Clients who are known are either changed or created again, not both.';
  end if;
  if not has_any_column_privilege(format('crm.%I', record), 'insert') then
    perform access.refuse(record, 'create', null);
  end if;
  select key into unknown
  from access.import_line staged
  cross join lateral jsonb_object_keys(staged.given) key
  where staged.import_id = run_import.import_id and key <> all (columns)
  limit 1;
  if found then
    raise undefined_column using
      message = format('No %s is imported with “%s”.', record, unknown), hint = format('There are %s.', array_to_string(columns, ', '));
  end if;

  if not match_email and not even_known then  -- before there are those of this import
    known := array(
      select row(staged.line, 'email', case count(*)
        when 1 then format('Client %s has this e-mail address: %s.', min(client.id), min(client.full_name))
        else format('%s clients have this e-mail address, client %s among them.', count(*), min(client.id))
      end)::crm.import_problem
      from access.import_line staged
      join crm.client on lower(client.email) = lower(staged.given ->> 'email')
      where staged.import_id = run_import.import_id
      group by staged.line);
  end if;

  begin
    -- From the first to the last of whatever the caller has staged: it is only to be wide enough.
    outcome := access.write_lines(run_import.import_id, record, match_email, min(staged.line), max(staged.line))
    from access.import_line staged;

    outcome.problems := array(
      select problem
      from (
        select
          found.line, found.column_name,
          coalesce(found.message, (select refusal.sentence from crm.explain_refusal(record, 'create') refusal)) as message
        from unnest(outcome.problems || known) found
        union all
        select twin.line, 'email', format('Line %s has the same e-mail address.', twin.first_line)
        from (
          select staged.line, min(staged.line) over (partition by lower(staged.given ->> 'email')) as first_line
          from access.import_line staged
          where not even_known and staged.import_id = run_import.import_id and staged.given ->> 'email' is not null
        ) twin
        where twin.line > twin.first_line
      ) problem (line, column_name, message)
      order by problem.line, problem.column_name, problem.message);

    if dry_run or cardinality(outcome.problems) > 0 then
      raise exception using errcode = 'UNDO0';
    end if;
  exception when sqlstate 'UNDO0' then
    null;  -- nothing was written
  end;
  delete from access.import_line staged where staged.import_id = run_import.import_id;
  return outcome;
end
$$;
comment on function crm.run_import(uuid, text, boolean, boolean, boolean) is
'Ends an import: writes all its lines, or, when anything stands in the way of one of them, none. Whoever calls it needs the same permissions as for one record after the other. The lines are gone afterwards.
- `import_id`: The import whose lines were staged.
- `record`: What they are: client, contract or event.
- `match_email`: For clients: those whose e-mail address is known are changed, not created again.
- `dry_run`: Write nothing, and say what would come of it.
- `even_known`: For clients: those whose e-mail address is known, or occurs twice, are created all the same. Otherwise that is a problem.';


-- Lines that nobody came back for: whoever imports next removes them, not only their own.

-- squawk-ignore require-concurrent-index-creation
create index import_line_staged_at_idx on access.import_line (staged_at);  -- few wait: it is made at once

create function access.prune_import_lines() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  -- One at a time: two transactions that wait for one another's rows might never end.
  if pg_try_advisory_xact_lock('access.import_line'::regclass::oid::bigint) then
    delete from access.import_line where staged_at < now() - interval '1 day';
  end if;
  return null;
end
$$;
comment on function access.prune_import_lines() is
  'Removes the lines of imports that were begun more than a day ago, unless another transaction is at it.';

create trigger import_line_10_prunes_abandoned
  before insert on access.import_line
  for each statement execute function access.prune_import_lines();
comment on trigger import_line_10_prunes_abandoned on access.import_line is
  'Lines of an import that was never ended are gone when anybody imports a day later.';

comment on table access.import_line is
  'A line of an import that is under way. Removed when the import ends, or with the next one of anybody, a day later.';

create or replace function crm.stage_import(import_id uuid, lines jsonb) returns integer
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  most constant integer := 20000;
  staged integer;
begin
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


-- Whoever might be the new client is looked for by a name no longer than names are: a longer one took seconds.

select extensions.show_limit();  -- loads pg_trgm: only then may its owner give a function a setting of it

create or replace function crm.similar_clients(new_name text, new_email text default null, new_phone text default null)
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
      extensions.similarity(crm.folded(client.full_name), crm.folded(left(new_name, 200)))
  ) same (email, phone, likeness)
  where client.id in (
      select known.id from crm.client known where lower(known.email) = lower(new_email)
      union all
      select known.id from crm.client known where crm.phone_digits(known.phone) = crm.phone_digits(new_phone)
      union all
      select known.id from crm.client known where crm.client_search_text(known) operator(extensions.%>) crm.folded(left(new_name, 200))
    )
    and (same.email or same.phone or same.likeness >= 0.55)
    and client.erased_at is null
  order by same.email desc, same.phone desc, same.likeness desc, client.id
  limit 8
$$;
