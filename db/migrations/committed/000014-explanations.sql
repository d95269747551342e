--! Previous: sha1:850787a4bd7a12de4cf2e8371660c0e7a3270872
--! Hash: sha1:9db54a9b49c272c92beaa2ecd29760293f6ed291
--! Message: explanations

-- Who may do what, asked beforehand or after a refusal, and answered from the catalogue: an explanation cannot
-- drift from the grants and policies, since it is made of them.

drop function crm.explain_refusal(text, text, integer, text[]);
drop function crm.explain_access(text, text, integer, text[]);
drop function crm.explain_refused_call(text);


-- Access, step by step

create function crm.explain_access(
  record     text,
  verb       text,
  row_id     integer default null,
  columns    text[]  default null,
  new_values jsonb   default null)
returns table (
  step     integer,
  kind     text,
  name     text,
  role     text,
  mode     text,
  clause   text,
  is_mine  boolean,
  holds    boolean,
  sentence text)
language plpgsql stable security invoker
set search_path = ''
as $$
#variable_conflict use_column
declare
  relation  regclass := to_regclass(format('crm.%I', record));
  secured   regclass := access.secured_table(relation);
  asked     text     := case verb when 'read' then 'SELECT' when 'create' then 'INSERT' when 'update' then 'UPDATE' when 'delete' then 'DELETE' end;
  wanted    text[]   := coalesce(columns, array(select jsonb_object_keys(new_values)), '{}');
  unvalued  text[]   := array(select unnest(wanted) except select jsonb_object_keys(new_values));
  misnamed  text[];
  granted   boolean;  -- whether the caller's grants cover what is wanted
  before    jsonb;    -- the row as it is, as far as the caller sees it
  after     jsonb;    -- the row as it would become
  is_gone   boolean := false;
begin
  if asked is null then
    return query select * from access.explain_call(verb || '_' || record);
    if found then
      return;
    end if;
  end if;
  if relation is null or asked is null then
    raise invalid_parameter_value using
      message = format('There is nothing to explain about %s %s.', verb, record),
      hint = 'Verbs: read, create, update, delete. Records: employee, client, contract, payment, event, notification, history.';
  end if;
  misnamed := array(
    select unnest(wanted)
    except
    select attname from pg_catalog.pg_attribute where attrelid = relation and attnum > 0 and not attisdropped);
  if misnamed <> '{}' then
    raise undefined_column using message = format('There is no %s in %s.', array_to_string(misnamed, ', '), record);
  end if;

  granted := case
    when asked = 'DELETE'  then has_table_privilege(relation, asked)
    when wanted = '{}'     then has_any_column_privilege(relation, asked)
    else (select bool_and(has_column_privilege(relation, wish, asked)) from unnest(wanted) wish)
  end;
  if row_id is not null and has_any_column_privilege(relation, 'SELECT') then
    before  := access.row_as_seen(relation, row_id);
    is_gone := before is null;
  end if;
  if asked = 'INSERT' and new_values is not null then
    after := access.row_as_entered(relation, new_values);
  elsif asked = 'UPDATE' then
    after := before || coalesce(new_values, '{}');
  end if;

  return query
  with
  given as (
    select given.*, given.columns is null or wanted <@ given.columns as covers
    from access.grants_on(relation, asked) given
  ),
  -- A row is read before anything is done with it.
  phase (position, privilege) as (
    select 1, 'SELECT' where asked <> 'INSERT'
    union all
    select 2, asked where asked <> 'SELECT'
  ),
  policy as (
    select
      phase.position,
      pol.*,
      used.holds as uses,
      case
        when not pol.is_mine or used.holds is false then null
        when phase.privilege in ('INSERT', 'UPDATE') then pol.is_check_true or access.policy_holds(pol.policy, true, after, unvalued)
        when asked = 'UPDATE' then pol.is_using_true or access.policy_holds(pol.policy, false, after, unvalued)  -- what is written must stay readable
        else true
      end as checks
    from phase
    cross join lateral access.policies_on(secured, phase.privilege) pol
    cross join lateral (
      select case
        when not pol.is_mine then null
        when is_gone         then false
        when phase.privilege = 'INSERT' then true
        else pol.is_using_true or access.policy_holds(pol.policy, false, before)
      end as holds
      offset 0  -- asked once
    ) used
    where row_security_active(secured)
      and (pol.is_mine or phase.privilege = asked and exists (select from given where given.role = pol.role and given.covers))
  ),
  -- 0: no; 1: it depends; 2: yes. Permissive policies are alternatives, restrictive ones conditions.
  graded as (
    select policy.*,
      case uses   when true then 2 when false then 0 else 1 end as use_grade,
      case checks when true then 2 when false then 0 else 1 end as check_grade
    from policy
    where is_mine
  ),
  outcome as (
    select case
      when not granted or is_gone          then 0
      when not row_security_active(secured) then 2
      else (
        select min(least(best.uses, best.checks, best.conditions))
        from phase
        cross join lateral (
          select
            coalesce(max(use_grade)   filter (where is_permissive), 0) as uses,
            coalesce(max(check_grade) filter (where is_permissive), 0) as checks,
            coalesce(min(least(use_grade, check_grade)) filter (where not is_permissive), 2) as conditions
          from graded
          where graded.position = phase.position) best)
    end as grade
  ),
  deciding as (
    select policy.name, policy.sentence
    from policy, outcome
    where case
      when is_gone   then false
      when grade > 0 then is_mine and policy.position = (select max(position) from phase) and (uses and checks) is not false
      when granted   then is_mine and (uses and checks) is false
      else not is_mine
    end
  ),
  -- What is wanted and nobody may write; if somebody may write each of it, then all that is wanted.
  nobodys as (
    select case when written.by_nobody = '{}' then wanted else written.by_nobody end as columns
    from (
      select array(
        select wish from unnest(wanted) wish
        where not exists (select from given where given.columns is null or wish = any (given.columns)))
    ) written (by_nobody)
  ),
  steps as (
    select
      case when given.is_mine then 1 else 3 end as part, 0 as position, false as is_permissive,
      'grant' as kind,
      lower(asked) || coalesce(' (' || array_to_string(given.columns, ', ') || ')', '') as name,
      given.role::text, null as mode, null as clause, given.is_mine,
      case when given.is_mine then given.covers end as holds,
      format('%s may %s%s.', access.role_in_words(given.role), access.act_in_words(verb, given.columns, record),
        case when not given.covers then ', but not ' || (
          select string_agg(wish.name, ', ' order by wish.position)
          from unnest(wanted) with ordinality as wish (name, position)
          where wish.name <> all (given.columns)) end) as sentence
    from given
    where given.is_mine or given.covers
    union all
    select
      case when policy.is_mine then 2 else 4 end, policy.position, policy.is_permissive,
      'policy', policy.name, policy.role, case when policy.is_permissive then 'permissive' else 'restrictive' end,
      case when not uses then 'using' when not checks then 'with check' end, policy.is_mine,
      uses and checks,
      policy.sentence
    from policy
    union all
    select
      5, 0, false,
      'verdict', (select string_agg(deciding.name, ', ' order by deciding.name) from deciding), current_user, null, null, true,
      case outcome.grade when 2 then true when 0 then false end,
      coalesce(
        (select string_agg(deciding.sentence, ' ' order by deciding.name) from deciding),
        case
          when is_gone           then format('There is no %s %s.', record, row_id)
          when outcome.grade > 0 then format('Row-level security does not apply to %s.', current_user)
          else format('Nobody may %s.', access.act_in_words(verb, nullif(nobodys.columns, '{}'), record))
        end)
    from outcome, nobodys
  )
  select (row_number() over (order by part, position, is_permissive, name))::integer, kind, name, role, mode, clause, is_mine, holds, sentence
  from steps
  order by 1;
end
$$;
comment on function crm.explain_access(text, text, integer, text[], jsonb) is
  'Whether the caller may read, create, update or delete a record, step by step: each grant and policy in the order PostgreSQL asks them, those of other roles after the caller''s own, and last the verdict. A verb that is a function (erase a client) is answered by who may call it. With columns, the answer is for these; with new_values, also for what the row would become. Holds is null where it depends on a row or a value that was not given. Constraints and triggers are not asked. Raises 22023 for a verb or record that there is not, 42703 for such a column.';


-- After a refusal

create function access.responsible_for(
  record text, row_id integer, new_values jsonb,
  out employee_id integer, out department text, out sentence text)
language plpgsql stable security invoker
set search_path = ''
as $$
begin
  -- One statement for each kind of record: each plans, anew for every role, only what it reads.
  case
    when record = 'client' or record = 'contract' and row_id is null then
      select employee.id, employee.department, format('Client %s is looked after by %s.', client.id, employee.full_name)
      into employee_id, department, sentence
      from crm.client
      join crm.employee on employee.id = client.commercial_contact_id
      where client.id = case record when 'client' then row_id else (new_values ->> 'client_id')::integer end
        and employee.active;
    when record = 'contract' or record in ('event', 'payment') and row_id is null then
      select employee.id, employee.department, format('Contract %s is looked after by %s.', contract.id, employee.full_name)
      into employee_id, department, sentence
      from crm.contract
      join crm.employee on employee.id = contract.commercial_id
      where contract.id = case record when 'contract' then row_id else (new_values ->> 'contract_id')::integer end
        and employee.active;
    when record = 'event' then
      select employee.id, employee.department, format('Event %s is run by %s.', event.id, employee.full_name)
      into employee_id, department, sentence
      from crm.event
      join crm.employee on employee.id = event.support_contact_id
      where event.id = row_id
        and employee.active;
    else
      null;
  end case;
end
$$;
comment on function access.responsible_for(text, integer, jsonb) is
  'The employee who looks after a record, or, for one that is to be created, after what it belongs to; their department; and a sentence that says so.';


create function crm.explain_refusal(
  record     text,
  verb       text,
  row_id     integer default null,
  columns    text[]  default null,
  new_values jsonb   default null,
  out is_visible boolean,
  out policy     text,
  out sentence   text,
  out contact    text)
language sql stable security invoker
set search_path = ''
as $$
  with
  answer as materialized (
    select * from crm.explain_access(record, verb, row_id, columns, new_values)
  ),
  -- Who could do it: those whose grants cover it, the caller's own colleagues among them.
  able as (
    select answer.role, answer.is_mine from answer where answer.kind = 'grant' and answer.holds is not false
  )
  select
    seen.is_visible,
    verdict.name,
    verdict.sentence,
    case when seen.is_visible then coalesce(
      (select responsible.sentence
       from access.responsible_for(record, row_id, new_values) responsible
       where responsible.employee_id <> crm.current_employee_id()
         and exists (select from able where able.role = 'epic_' || responsible.department)),
      (select 'Ask ' || string_agg(lower(access.role_in_words(able.role)), ' or ' order by able.role) || '.' from able where not able.is_mine))
    end
  from answer verdict
  cross join lateral (
    select case
      when row_id is null or verdict.name is not null then true
      else access.row_as_seen(to_regclass(format('crm.%I', record)), row_id) is not null
    end
    offset 0  -- looked at once
  ) seen (is_visible)
  where verdict.kind = 'verdict'
$$;
comment on function crm.explain_refusal(text, text, integer, text[], jsonb) is
  'Why something was refused: whether the caller sees the row at all, the policies and their sentences, and whom to ask, if there is anyone.';
