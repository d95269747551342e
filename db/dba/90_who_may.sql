-- Who may do this to that record?
--
--   select department, full_name, holds, policy, rule_sentence from dba.who_may('contract', 'sign', 7);

create function dba.who_may(
  record text, verb text, id integer default null, columns text[] default null, new_values jsonb default null)
returns setof crm.access_answer
language sql stable security invoker  -- only superusers and members of epic_owner may use this schema
set search_path = ''
as $$
  select answer.*
  from (
    select array_agg(answer order by answer.department, answer.full_name, answer.employee_id) as list
    from access.answer_all(record, verb, id, columns, new_values) answer
  ) answers
  cross join lateral unnest(access.try_as_caller(answers.list, record, verb, id, columns, new_values)) answer
$$;
comment on function dba.who_may(text, text, integer, text[], jsonb) is
  'As crm.who_may, for a DBA: of any record, those that only some employees read among them.';
