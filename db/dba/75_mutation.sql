-- All mutants, and the control.

create view dba.mutation with (security_invoker) as
select kind, object, name, sql, equivalence from dba.policy_mutation
union all
select kind, object, name, sql, equivalence from dba.grant_mutation
union all
select kind, object, name, sql, equivalence from dba.rule_mutation
union all
select kind, object, name, sql, equivalence from dba.function_mutation
union all
select 'control', 'nothing', 'nothing is changed', 'select', null;
comment on view dba.mutation is
  'Every mutant: what kind of change, of which object, its name, which stays as long as the object does, the statements that make it, and the condition under which it changes nothing for any role of the API. The control changes nothing, and no test may notice it.';
