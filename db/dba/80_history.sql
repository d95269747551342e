-- Removing old history. Entries younger than audit.minimum_retention() are always kept.
--
--   select dba.prune_history(older_than => '5 years');
--
-- Nothing else removes it. What was removed, by whom and when is in history itself, and stays there:
--
--   select * from crm.history where action = 'prune';

create function dba.prune_history(older_than interval) returns bigint
language plpgsql volatile security invoker  -- only superusers and members of epic_owner may use this schema
set search_path = ''
as $$
declare
  cutoff timestamptz := now() - older_than;
  found  bigint;
begin
  if older_than is null or cutoff > now() - audit.minimum_retention() then
    raise check_violation using
      message = format('History is kept for at least %s.', audit.minimum_retention()),
      hint = format('Prune what is older: select dba.prune_history(older_than => %L);', audit.minimum_retention());
  end if;

  lock table audit.change in share update exclusive mode;  -- one pruning at a time; changes go on being recorded
  select count(*) into found from audit.change where changed_at < cutoff and action <> 'prune';
  if found > 0 then
    -- The trace comes first: a trigger compares with it what is deleted.
    insert into audit.change (record, row_id, action, old_values)
    values ('history', 0, 'prune', jsonb_build_object('rows', found, 'before', cutoff));
    delete from audit.change where changed_at < cutoff and action <> 'prune';
  end if;
  return found;
end
$$;
comment on function dba.prune_history(interval) is
  'Removes the history of longer ago than that, with a trace of it in history, and gives the number of entries that went. Refuses less than audit.minimum_retention().';
