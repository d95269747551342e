-- Row-level security itself: without a policy that opens it, a table shows nothing and takes nothing, even from its owner
-- and from a role that holds every grant.

begin;
set local search_path = tap, public;
select plan((select count(*)::integer * 2 from dba.mutation_table where has_rows and is_ours));

create function pg_temp.without_policies(relation regclass, role name) returns text
language plpgsql
as $$
declare
  policy name;
  seen   bigint;
begin
  for policy in select polname from pg_policy where polrelid = relation loop
    execute format('drop policy %I on %s', policy, relation);
  end loop;
  execute format('alter table %s disable trigger user', relation);
  execute format('grant usage on schema %s to %I', (select relnamespace::regnamespace from pg_class where oid = relation), role);
  execute format('grant all on %s to %I', relation, role);
  perform set_config('role', role, true);
  execute format('select count(*) from %s', relation) into seen;
  return format('%s rows, %s', seen, test.error_of(format('insert into %s default values', relation)));
end
$$;

create function pg_temp.closed(relation regclass, role name) returns text
language plpgsql
as $$
declare
  outcome text;
begin
  outcome := pg_temp.without_policies(relation, role);
  raise exception using errcode = 'UNDO0', message = outcome;
exception when sqlstate 'UNDO0' then
  return sqlerrm;
end
$$;

select is(pg_temp.closed(oid, role), '0 rows, 42501', format('%s opens nothing to %s without a policy', name, role))
from dba.mutation_table, unnest(array['epic_owner', 'epic_sales']) role
where has_rows and is_ours;

select * from finish();
rollback;
