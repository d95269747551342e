-- Requires the second factor of a role, for one verb on one table.

create procedure dba.require_second_factor(target regclass, role text, verb text)
language plpgsql
set search_path = ''
as $$
declare
  condition record;
begin
  for condition in select * from access.second_factor_conditions(role, verb) loop
    execute format('create policy %I on %s as restrictive for %s to %I %s with check (%s)',
      condition.name, target,
      case verb when 'create' then 'insert' else verb end, role,
      case verb when 'update' then 'using (true)' end,
      condition.expression);
    execute format('comment on policy %I on %s is %L', condition.name, target, condition.sentence);
  end loop;
end
$$;
comment on procedure dba.require_second_factor(regclass, text, text) is
  'Adds the restrictive policies by which a role creates or updates rows of a table only with its second factor confirmed, if it has one, and only once it has one, if its department needs one. For policy files, after dba.close_table.';
