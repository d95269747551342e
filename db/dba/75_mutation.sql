-- All mutants, and the control.

create view dba.mutation with (security_invoker) as
select kind, object, name, sql from dba.policy_mutation
union all
select kind, object, name, sql from dba.grant_mutation
union all
select kind, object, name, sql from dba.rule_mutation
union all
select kind, object, name, sql from dba.function_mutation
union all
select 'control', 'nothing', 'nothing is changed', 'select';
comment on view dba.mutation is
  'Every mutant: what kind of change, of which object, its name, which stays as long as the object does, and the statements that make it. The control changes nothing, and no test may notice it.';
