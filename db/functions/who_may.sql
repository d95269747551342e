-- Who may do something to a record: crm.explain_access, asked for every active employee.
--
-- The claims of each are set and proven in turn, in a subtransaction that always ends in a rollback, so that the caller's
-- own are back before anything is returned. The caller never acts as another person: what comes back is who, which policy
-- and its sentence, never a row. A security definer function may not change the role, so expressions are evaluated as
-- epic_owner, and those that could differ for the role stay open (access.is_evaluable_for).


create or replace function access.personal_policies(relation regclass, command text, for_role name) returns setof oid
language sql stable
set search_path = ''
as $$
  select pol.policy
  from unnest(array['SELECT', command]) phase (privilege)
  cross join lateral access.policies_on(relation, phase.privilege, for_role) pol
  where pol.is_mine
    and access.is_evaluable_for(pol.policy, for_role)
    and exists (
      select from access.functions_in(pol.policy) used (oid)
      join pg_catalog.pg_proc function on function.oid = used.oid
      where function.provolatile <> 'i' and function.pronamespace <> 'pg_catalog'::regnamespace)
$$;
comment on function access.personal_policies(regclass, text, name) is
  'The policies of a role for a command, and for reading, whose value depends on the person: they read claims.';


create or replace function access.policy_values(policies oid[]) returns text
language sql stable
set search_path = ''
as $$
  select format('select concat_ws('','', %s)', string_agg(distinct format(
    '(select coalesce((%s)::text, ''-'') from jsonb_populate_record(null::%s, $%s) %I)',
    side.expression, class.oid::regclass, side.parameter, class.relname), ', '))
  from pg_catalog.pg_policy pol
  join pg_catalog.pg_class class on class.oid = pol.polrelid
  cross join lateral (values
    (pg_get_expr(pol.polqual, pol.polrelid), 1),
    (pg_get_expr(pol.polqual, pol.polrelid), 2),
    (pg_get_expr(pol.polwithcheck, pol.polrelid), 2)) side (expression, parameter)
  where pol.oid = any (policies) and side.expression is not null
$$;
comment on function access.policy_values(oid[]) is
  'The query for what the expressions of policies come to with the present claims, for a row as it is ($1) and as it would become ($2). People of one department for whom that is the same get the same answer.';


create or replace function access.answers(record text, verb text, row_id integer, columns text[], new_values jsonb)
returns setof crm.access_answer
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  asked      record;
  relation   regclass;
  base       regclass;
  before     jsonb;
  after      jsonb;
  department record;
  person     record;
  policies   oid[];
  values_query text;
  is_call    boolean;
  value      text;
  verdicts   jsonb;  -- by the values of the policies
  people     integer[];
  their      text[];
begin
  select * into asked from access.statement_of(record, verb, columns, new_values);
  is_call  := asked.function_name is not null;
  relation := to_regclass(format('crm.%I', record));
  base     := access.base_table(relation);
  if row_id is not null and relation is not null then
    before := access.visible_row(relation, row_id);
    if before is null and access.reads_all(base, current_user) then
      raise no_data_found using
        constraint = record || '_pkey', column = 'row_id', message = format('There is no %s %s.', record, row_id);
    end if;
  end if;

  for department in
    select employee.department as name, 'epic_' || employee.department as role
    from crm.employee group by employee.department order by employee.department
  loop
    policies := array(
      select access.personal_policies(base,
        case asked.verb when 'create' then 'INSERT' when 'update' then 'UPDATE' when 'delete' then 'DELETE' else 'SELECT' end,
        department.role));
    values_query := access.policy_values(policies);
    verdicts := '{}';
    people   := '{}';
    their    := '{}';
    for person in
      select employee.id from crm.employee where employee.active and employee.department = department.name order by employee.id
    loop
      people := people || person.id;
      if policies = '{}' and not is_call and verdicts <> '{}' then
        their := their || value;
        continue;
      end if;
      perform identity.set_claims(current_setting('role'), person.id, null, department.name, second_factor => true);
      if is_call then
        value := (select unmet.name from access.unmet_second_factor_condition(verb) unmet);
      elsif policies <> '{}' then
        after := case asked.verb
          when 'create' then access.row_with_defaults(relation, asked.new_values)
          else before || coalesce(asked.new_values, '{}')
        end;
        execute values_query into value using coalesce(before, '{}'), coalesce(after, '{}');
      end if;
      value := coalesce(value, '');
      their := their || value;
      if not verdicts ? value then
        verdicts := verdicts || jsonb_build_object(value, (
          select jsonb_build_object('holds', step.holds, 'policy', step.name, 'sentence', step.sentence)
          from access.explain_verb(record, verb, department.role, row_id, columns, new_values) step
          where step.kind = 'verdict'));
      end if;
    end loop;
    return query
    with answer as (
      select employee.id, employee.full_name, verdicts -> answered.value as verdict
      from unnest(people, their) answered (employee_id, value)
      join crm.employee on employee.id = answered.employee_id
    ),
    -- One answer for the department, unless the policies ask who it is and the answers differ, or it is one person's.
    line as (
      select null::integer as id, null::text as full_name, cardinality(people) as size, min(answer.verdict::text)::jsonb as verdict
      from answer
      having count(distinct answer.verdict) = 1 and (cardinality(people) > 1 or policies = '{}')
      union all
      select answer.id, answer.full_name, 1, answer.verdict
      from answer
      where (select count(distinct other.verdict) from answer other) > 1 or cardinality(people) = 1 and policies <> '{}'
    )
    select department.name, line.id, line.full_name, line.size,
      (line.verdict ->> 'holds')::boolean, line.verdict ->> 'policy', line.verdict ->> 'sentence',
      null::text, null::text, null::text, line.verdict ->> 'holds' is not null
    from line
    order by line.full_name, line.id;
  end loop;
end
$$;
comment on function access.answers(text, text, integer, text[], jsonb) is
  'The answers of crm.who_may, without rules. Leaves the claims of the last person that it asked for: access.who_may takes them back.';


create or replace function access.try_statement(
  record text, verb text, row_id integer, new_values jsonb, out rules text, out rule text, out sentence text)
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  target      text := format('crm.%I', record);
  columns     text := (select string_agg(quote_ident(key), ', ') from jsonb_object_keys(new_values) key);
  -- Null where it is not known what would be written.
  statement   text := case verb
    when 'create' then 'insert into ' || target || ' (' || columns || ') select ' || columns || ' from jsonb_populate_record(null::' || target || ', $2)'
    when 'update' then 'update ' || target || ' set (' || columns || ') = (select ' || columns || ' from jsonb_populate_record(null::' || target || ', $2)) where id = $1'
    when 'delete' then 'delete from ' || target || ' where id = $1'
  end;
  changed     integer;
  state       text;
  schema_name text;
  table_name  text;
begin
  rules := 'untried';
  if statement is null then
    return;
  end if;
  begin
    perform set_config('lock_timeout', '100ms', true);
    execute statement using row_id, new_values;
    get diagnostics changed = row_count;
    set constraints all immediate;
    raise exception using errcode = 'EP000', message = 'The trial is undone.';
  exception when others then
    get stacked diagnostics
      state = returned_sqlstate, rule = constraint_name, sentence = message_text, schema_name = schema_name, table_name = table_name;
    rules := case
      when state = 'EP000' and changed = 1 then 'kept'
      when state ~ '^(22|23|P0)' or state = '55000' then 'broken'
      -- Not the rules: rights that the caller lacks, another transaction that holds the row, a read-only transaction.
      else 'untried'
    end;
    rule     := case rules when 'broken' then rule end;
    sentence := case rules when 'broken' then coalesce(crm_private.rule_sentence(schema_name, table_name, rule), sentence) end;
  end;
end
$$;
comment on function access.try_statement(text, text, integer, jsonb) is
  'Runs a statement on one record with the rights of the caller, and undoes it at once: whether constraints and triggers refuse it, which, and their sentence. `untried` where it is not known what would be written, where the caller may not write it, in a read-only transaction, and where another transaction holds the row for more than 100 ms.';


create or replace function access.with_rules(answers crm.access_answer[], rules text, rule text, sentence text) returns crm.access_answer[]
language sql immutable
set search_path = ''
as $$
  select array_agg(row(answer.department, answer.employee_id, answer.full_name, answer.people, answer.holds, answer.policy, answer.sentence,
    case when answer.holds then with_rules.rules end,
    case when answer.holds then with_rules.rule end,
    case when answer.holds then with_rules.sentence end,
    answer.holds is not null and (not answer.holds or with_rules.rules <> 'untried'))::crm.access_answer order by answer.position)
  from unnest(answers) with ordinality
    answer (department, employee_id, full_name, people, holds, policy, sentence, rules, rule, rule_sentence, is_complete, position)
$$;
comment on function access.with_rules(crm.access_answer[], text, text, text) is
  'The answers, with what the rules say of what is permitted.';


create or replace function access.answer_all(record text, verb text, row_id integer, columns text[], new_values jsonb)
returns setof crm.access_answer
language plpgsql stable security definer  -- no employee sets the claims of another
set search_path = ''
as $$
declare
  answers crm.access_answer[];
  asked   record;
  trial   record;
begin
  begin
    answers := array(select answer from access.answers(record, verb, row_id, columns, new_values) answer);
    raise exception using errcode = 'EP000', message = 'The claims are the caller''s again.';
  exception when sqlstate 'EP000' then
    null;
  end;

  select * into asked from access.statement_of(record, verb, columns, new_values);
  if asked.verb <> 'read' and true = any (select answer.holds from unnest(answers) answer) then
    select * into trial from access.try_statement(record, asked.verb, row_id, asked.new_values);
    answers := access.with_rules(answers, trial.rules, trial.rule, trial.sentence);
  else
    answers := access.with_rules(answers, case asked.verb when 'read' then 'kept' else 'untried' end, null, null);
  end if;
  return query select * from unnest(answers);
end
$$;
comment on function access.answer_all(text, text, integer, text[], jsonb) is
  'As crm.who_may, outside a session too, and with rules tried as epic_owner. For epic_owner, its members and superusers alone.';


create or replace function access.who_may(record text, verb text, row_id integer, columns text[], new_values jsonb)
returns setof crm.access_answer
language plpgsql stable security definer  -- access.answer_all is for the owner
set search_path = ''
as $$
begin
  if not identity.in_session() then
    raise insufficient_privilege using constraint = 'no_session', message = 'This is done in a session only.';
  end if;
  -- Whom a private row belongs to is for management alone.
  if row_id is not null and crm.current_department() <> 'management' and exists (
    select from access.explain_statement(record, 'read', current_setting('role'), row_id) step
    where step.kind = 'verdict' and not step.holds)
  then
    raise no_data_found using
      constraint = record || '_pkey', column = 'row_id', message = format('There is no %s %s.', record, row_id);
  end if;
  return query select * from access.answer_all(record, verb, row_id, columns, new_values);
end
$$;
comment on function access.who_may(text, text, integer, text[], jsonb) is
  'As crm.who_may, with rules tried as epic_owner. Raises 42501 outside a session, and P0002 about a row that the caller does not read, unless they are of management.';


create or replace function access.try_as_caller(
  answers crm.access_answer[], record text, verb text, row_id integer, columns text[], new_values jsonb)
returns crm.access_answer[]
language plpgsql stable security invoker
set search_path = ''
as $$
declare
  asked record;
  trial record;
begin
  select * into asked from access.statement_of(record, verb, columns, new_values);
  if asked.function_name is not null or not exists (select from unnest(answers) answer where answer.rules = 'untried') then
    return answers;
  end if;
  select * into trial from access.try_statement(record, asked.verb, row_id, asked.new_values);
  return access.with_rules(answers, trial.rules, trial.rule, trial.sentence);
end
$$;
comment on function access.try_as_caller(crm.access_answer[], text, text, integer, text[], jsonb) is
  'The answers, with the rules that epic_owner could not try tried as the caller, who may be permitted what it is not.';


create or replace function crm.who_may(
  record     text,
  verb       text,
  row_id     integer default null,
  columns    text[]  default null,
  new_values jsonb   default null)
returns setof crm.access_answer
language sql stable security invoker
set search_path = ''
as $$
  select answer.*
  from (
    select array_agg(answer order by answer.department, answer.full_name, answer.employee_id) as list
    from access.who_may(record, verb, row_id, columns, new_values) answer
  ) answers
  cross join lateral unnest(access.try_as_caller(answers.list, record, verb, row_id, columns, new_values)) answer
$$;
comment on function crm.who_may(text, text, integer, text[], jsonb) is
'Which of the active employees may read, create, update or delete a record: what `explainAccess` would tell each of them in a session that may write, with their second factor if they have one. One answer for a department whose people all get the same, otherwise one for each person. What is permitted is tried as well, and undone, so that a rule that would refuse it is named. About a record that only some may read, management alone may ask.
- `record`: The kind of record.
- `verb`: What is to be done to it.
- `row_id`: Which one. Without it, what depends on the row stays open.
- `columns`: The columns that are to be written, as the database names them.
- `new_values`: What is to be written, by column.';
