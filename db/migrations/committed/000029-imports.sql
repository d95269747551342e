--! Previous: sha1:974cc7c81e9a913fbe3a6a9c3d9f74372e29dcf0
--! Hash: sha1:e6cd74b2281b624c6feb6fe38b8f7375ac8f569b
--! Message: imports

-- Imports, continued: what comes of them.


-- What these triggers refuse, they refuse for one column: now they say which, so that a problem has its place.

create or replace function crm.contract_is_kept() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    select client.commercial_contact_id into new.commercial_id
    from crm.client
    where client.id = new.client_id
    for share;  -- so that a hand-over under way cannot be missed
    if not found then
      raise no_data_found using message = format('There is no client %s.', new.client_id), column = 'client_id';
    end if;
    new.amount_to_be_paid := new.total_amount;
  elsif new.total_amount is distinct from old.total_amount then
    new.amount_to_be_paid := old.amount_to_be_paid + new.total_amount - old.total_amount;
    if new.amount_to_be_paid < 0 and new.total_amount >= 0 then  -- a total below zero has a sentence of its own
      raise check_violation using message = format(
        'Contract %s already has %s of payments: its total cannot be less.', old.id, crm.euros(old.total_amount - old.amount_to_be_paid));
    end if;
  end if;
  if new.status = 'signed' and new.signed_at is null then
    new.signed_at := now();
  end if;
  return new;
end
$$;


create or replace function crm.event_has_a_signed_contract() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  found_status text;
begin
  select status into found_status from crm.contract where id = new.contract_id for share;
  if not found then
    raise no_data_found using message = format('There is no contract %s.', new.contract_id), column = 'contract_id';
  end if;
  if found_status <> 'signed' then
    raise check_violation using
      column = 'contract_id',
      message = format('Contract %s is %s: an event needs a signed contract.', new.contract_id, replace(found_status, 'draft', 'a draft')),
      hint = case found_status
        when 'draft' then format('Sign it first: epic contract sign %s', new.contract_id)
        else 'Create another contract: epic contract create'
      end;
  end if;
  return new;
end
$$;


create or replace function crm.event_has_a_support_contact() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  contact crm.employee;
begin
  select * into contact from crm.employee where id = new.support_contact_id for share;
  if not found then
    raise no_data_found using message = format('There is no employee %s.', new.support_contact_id), column = 'support_contact_id';
  end if;
  if contact.department <> 'support' or not contact.active then
    raise check_violation using
      column = 'support_contact_id',
      message = format('%s cannot run events: a support contact is an active support employee.', contact.full_name),
      hint = 'List those who can: epic employee list --department support';
  end if;
  return new;
end
$$;


create type crm.import_problem as (
  line        integer,
  column_name text,
  message     text
);
comment on type   crm.import_problem             is 'Why a line of an import cannot be written.';
comment on column crm.import_problem.line        is 'The number of the line.';
comment on column crm.import_problem.column_name is 'The column that it is about, if it is about one.';
comment on column crm.import_problem.message     is 'What is wrong, in a sentence.';

create type crm.import_outcome as (
  created   integer,
  updated   integer,
  unchanged integer,
  problems  crm.import_problem[]
);
comment on type   crm.import_outcome           is 'What came of an import: with a problem, or in a dry run, nothing was written.';
comment on column crm.import_outcome.created   is 'How many records were created, or would be.';
comment on column crm.import_outcome.updated   is 'How many records were changed, or would be.';
comment on column crm.import_outcome.unchanged is 'How many records were the same already.';
comment on column crm.import_outcome.problems  is 'Everything that stands in the way, by line.';


create function access.problem_column(record text, broken_rule text, given jsonb) returns text
language plpgsql stable security invoker
set search_path = ''
as $$
declare
  each record;
begin
  for each in select key, jsonb_build_object(key, value) as alone from jsonb_each(given) loop
    begin
      execute format('select jsonb_populate_record(null::crm.%I, $1)', record) using each.alone;
    exception when data_exception then
      return each.key;
    end;
  end loop;
  return (
    select attname
    from pg_catalog.pg_constraint
    join pg_catalog.pg_attribute on attrelid = conrelid and attnum = conkey[1]
    where conrelid = to_regclass(format('crm.%I', record))
      and conname = broken_rule
      and cardinality(conkey) = 1);
end
$$;
comment on function access.problem_column(text, text, jsonb) is
  'The column that a line is refused for: the first whose value cannot be read, or else the one that the broken constraint is about.';


create function access.write_lines(
  import_id uuid, record text, match_email boolean, first_line integer, last_line integer)
returns crm.import_outcome
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  outcome crm.import_outcome := row(0, 0, 0, '{}');
  part    crm.import_outcome;
  size    integer := greatest((last_line - first_line + 1) / 10, 1);
  state   text;
  rule    text;
  text_of text;
  place   text;
  line    access.import_line;
begin
  if record = 'client' then
    select * into outcome.created, outcome.updated, outcome.unchanged
    from access.write_clients(import_id, first_line, last_line, match_email);
  elsif record = 'contract' then
    outcome.created := access.write_contracts(import_id, first_line, last_line);
  else
    outcome.created := access.write_events(import_id, first_line, last_line);
  end if;
  return outcome;
exception when others then
  get stacked diagnostics
    state   = returned_sqlstate,
    rule    = constraint_name,
    text_of = message_text,
    place   = column_name;
  if state !~ '^(22...|23...|42501|P0002)$' then
    raise;  -- that is no fault of a line
  end if;
  if first_line < last_line then  -- which of them is it? The others are written meanwhile, as if it were not there.
    for start in first_line .. last_line by size loop
      part := access.write_lines(import_id, record, match_email, start, least(start + size - 1, last_line));
      outcome.created   := outcome.created + part.created;
      outcome.updated   := outcome.updated + part.updated;
      outcome.unchanged := outcome.unchanged + part.unchanged;
      outcome.problems  := outcome.problems || part.problems;
    end loop;
    return outcome;
  end if;

  select * into line from access.import_line staged where staged.import_id = write_lines.import_id and staged.line = first_line;
  outcome.problems := array[row(
    first_line,
    coalesce(nullif(place, ''), access.problem_column(record, rule, line.given)),
    case
      when state = '23502' then 'This is missing.'
      when state = '42501' and place = '' then null  -- one sentence for all of them: see crm.run_import
      when state like '22%' then 'This cannot be read.'
      else coalesce(crm.rule_sentence('crm', record, rule), text_of)
    end)::crm.import_problem];
  return outcome;
end
$$;
comment on function access.write_lines(uuid, text, boolean, integer, integer) is
  'Writes the lines of an import from one number to another; of those that are refused, says why. A problem without a message is a policy''s refusal.';


create function crm.run_import(import_id uuid, record text, match_email boolean default false, dry_run boolean default false)
returns crm.import_outcome
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  known   text[] := case record
    when 'client'   then array['full_name', 'email', 'phone', 'company_name', 'first_contact']
    when 'contract' then array['client_id', 'client_email', 'total_amount']
    when 'event'    then array['contract_id', 'title', 'start_date', 'end_date', 'location', 'attendees', 'notes',
                               'support_contact_id', 'support_contact_email']
  end;
  unknown text;
  outcome crm.import_outcome;
begin
  if known is null or match_email and record <> 'client' then
    raise invalid_parameter_value using message = 'Clients are imported, and matched by their e-mail address; contracts and events are imported.';
  end if;
  if not has_any_column_privilege(format('crm.%I', record), 'insert') then
    perform access.refuse(record, 'create', null);
  end if;
  select key into unknown
  from access.import_line staged
  cross join lateral jsonb_object_keys(staged.given) key
  where staged.import_id = run_import.import_id and key <> all (known)
  limit 1;
  if found then
    raise undefined_column using
      message = format('No %s is imported with “%s”.', record, unknown), hint = format('There are %s.', array_to_string(known, ', '));
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
        from unnest(outcome.problems) found
        union all
        select twin.line, 'email', format('Line %s has the same e-mail address.', twin.first_line)
        from (
          select staged.line, min(staged.line) over (partition by lower(staged.given ->> 'email')) as first_line
          from access.import_line staged
          where match_email and staged.import_id = run_import.import_id and staged.given ->> 'email' is not null
        ) twin
        where twin.line > twin.first_line
      ) problem (line, column_name, message)
      order by problem.line, problem.column_name);

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
comment on function crm.run_import(uuid, text, boolean, boolean) is
'Ends an import: writes all its lines, or, when anything stands in the way of one of them, none. Whoever calls it needs the same permissions as for one record after the other. The lines are gone afterwards.
- `import_id`: The import whose lines were staged.
- `record`: What they are: client, contract or event.
- `match_email`: For clients: those whose e-mail address is known are changed, not created again.
- `dry_run`: Write nothing, and say what would come of it.';

comment on schema access is
  'How access is explained, what crm.explain_access is made of; and imports under way. Never exposed.';
