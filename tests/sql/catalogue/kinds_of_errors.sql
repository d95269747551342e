-- What a person can be refused with has a kind: a constraint has a name and a sentence, and a function that raises names the rule.

begin;
set local search_path = tap, public;
select plan(4);

-- Each raise of a function of ours, but for those that only pass on what was caught.
create temp view raised as
select format('%s.%s', nspname, proname) as name, found[1] as text
from pg_proc
join pg_namespace on pg_namespace.oid = pronamespace
cross join regexp_matches(prosrc, '\mraise\s+(?!notice|warning|debug|log|info)([^;]+);', 'g') found
where nspowner = to_regrole('epic_owner') and nspname not in ('dba', 'graphile_worker');

select cmp_ok((select count(*) from raised), '>', 60::bigint, 'functions raise errors');

-- A bare insufficient_privilege is caught by the same function, which has access.refuse explain it.
select set_eq($$ select name from raised where text !~ '\mconstraint\s*=' and btrim(text) <> 'insufficient_privilege' $$,
  array['access.answer_all', 'access.try_statement',                                                 -- undo a trial
        'audit.read_position',                                                                      -- catches what it raises
        'crm.changes',                                                                              -- on a standby: the primary is asked
        'crm.run_import',                                                                           -- undoes a dry run
        'staging.write_lines'],                                                                     -- becomes a problem of a line
  'an error that a function raises has a kind');
select is_empty($$
    select name from raised
    where btrim(text) = 'insufficient_privilege'
      and name not in (
        select format('%s.%s', nspname, proname) from pg_proc join pg_namespace on pg_namespace.oid = pronamespace
        where prosrc ~ 'exception when insufficient_privilege then\s+perform access\.refuse\(') $$,
  'a refusal without a kind is explained by the function that raises it');

-- Of the rules on values, those without a field are about a record, or the whole of the records, as it is.
select set_eq($$ select distinct (regexp_match(text, 'constraint = ''(\w+)'''))[1] from raised
                 where text ~ '^(check_violation|invalid_parameter_value|unique_violation|no_data_found|foreign_key_violation)' and text !~ '\mcolumn\s*=' $$,
  array['employee_keeps_an_active_manager', 'records_are_not_truncated', 'history_is_not_rewritten', 'history_is_not_deleted', 'history_is_not_truncated'],
  'a rule on a value has a field');

select * from finish();
rollback;
