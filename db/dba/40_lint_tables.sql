-- Lints of tables, views, triggers and constraints.

-- What this database marks as personal data; nothing where it does not.
create function dba.personal_column(out record text, out column_name text, out erased_as text) returns setof record
language plpgsql stable
set search_path = ''
as $$
begin
  if to_regprocedure('audit.personal_columns()') is not null then
    return query execute 'select * from audit.personal_columns()';
  end if;
end
$$;
comment on function dba.personal_column() is
  'The columns of crm that are marked as personal data, which erasing a client clears, and what it leaves there.';


create view dba.lint_of_tables with (security_invoker) as
with linted_table as (
  select * from dba.linted_relation where kind in ('r', 'p')
)


select 'rls_disabled' as name, object,
       'Row-level security is off: a role with a grant reaches every row, whatever the policies say.' as detail
from linted_table
where not has_rls


union all
select 'rls_not_forced', object, format('Row-level security does not hold for its owner, %s.', owner::regrole)
from linted_table
where has_rls and not forces_rls


union all
select 'rls_without_policy', object, 'It has row-level security and not one policy.'
from linted_table
where has_rls and not exists (select from pg_catalog.pg_policy where polrelid = linted_table.oid)


union all
select 'session_not_required', linted_table.object,
       format('Without a proven session employees can: %s.', string_agg(verb.name, ', ' order by verb.nth))
from linted_table
cross join (values
  (1, 'select', '(( SELECT NULLIF(identity.in_session(), false) AS "nullif") IS NOT NULL)'),
  (2, 'insert', '( SELECT identity.in_writable_session() AS in_writable_session)'),
  (3, 'update', '( SELECT identity.in_writable_session() AS in_writable_session)'),
  (4, 'delete', '( SELECT identity.in_writable_session() AS in_writable_session)')) verb (nth, name, required)
where exists (
    select from dba.department
    where case verb.name
            when 'delete' then has_table_privilege(department.role, linted_table.oid, 'delete')
            else has_any_column_privilege(department.role, linted_table.oid, verb.name)
          end)
  and not exists (
    select from dba.policy
    where policy.table_oid = linted_table.oid
      and policy.requires_session
      and policy.role = 'epic_employee'
      and policy.command = verb.name
      and coalesce(policy.check_expression, policy.using_expression) = verb.required)
group by linted_table.object


union all
select 'no_primary_key', object, 'It has no primary key.'
from linted_table
where not exists (select from pg_catalog.pg_index where indrelid = linted_table.oid and indisprimary)


union all
select 'autovacuum_disabled', object, 'Autovacuum is switched off.'
from linted_table
where exists (
  select from pg_options_to_table(options) where option_name = 'autovacuum_enabled' and not option_value::boolean)


union all
select 'view_without_security_invoker', object, format('It reads its tables as its owner, %s.', owner::regrole)
from dba.linted_relation
where kind = 'v'
  and not exists (
    select from pg_options_to_table(options) where option_name = 'security_invoker' and option_value::boolean)


union all
select case relation.kind when 'm' then 'materialized_view_exposed' else 'foreign_table_exposed' end, relation.object,
       format('%s may read it, and no policy applies to it.',
         string_agg(distinct privilege.role, ', ' order by privilege.role))
from dba.linted_relation relation
join dba.api_privilege privilege using (oid)
where relation.kind in ('m', 'f')
  and privilege.kind in ('materialized view', 'foreign table')
group by relation.kind, relation.object


union all
select 'secret_column_exposed', format('%s.%I', relation.object, attribute.attname),
       format('%s may read it.', string_agg(role.name, ', ' order by role.name))
from dba.linted_relation relation
join pg_catalog.pg_attribute attribute on attribute.attrelid = relation.oid
join dba.api_role role                 on has_column_privilege(role.oid, relation.oid, attribute.attnum, 'select')
where relation.kind <> 'S'
  and attribute.attnum > 0
  and not attribute.attisdropped
  and attribute.attname
        ~* '(^|_)(password|passwd|passphrase|hash|digest|salt|secret|token|private_key|api_key|otp|pin|iban|ssn)($|_)'
group by relation.object, attribute.attname


union all
select 'upgrade_blocking_type', format('%s.%I', linted_table.object, attribute.attname),
       format('It is of type %s.', format_type(attribute.atttypid, null))
from linted_table
join pg_catalog.pg_attribute attribute on attribute.attrelid = linted_table.oid
where not attribute.attisdropped
  and attribute.atttypid::regtype::text in (
  'regcollation', 'regconfig', 'regdictionary', 'regnamespace', 'regoper', 'regoperator', 'regproc', 'regprocedure')


-- Erasing and exporting go by the marks; the constraint …_stays_erased keeps what was erased.

union all
select 'personal_data_forgotten', format('crm.%I.%I', forgotten.record, forgotten.column_name),
       string_agg(forgotten.detail, ' ' order by forgotten.detail)
from (
  select marked.record, marked.column_name, case
      when attribute.attnum is null then 'It is marked as personal, and there is no such column.'
      when attribute.attnotnull and marked.erased_as is null then 'It cannot be left empty, and nothing is to stand there once it is erased.'
      when attribute.attnum <> all (kept.conkey) then format('The constraint %s does not keep it erased.', kept.conname)
    end
  from dba.personal_column() marked
  left join pg_catalog.pg_attribute attribute
    on attribute.attrelid = to_regclass(format('crm.%I', marked.record)) and attribute.attname = marked.column_name and not attribute.attisdropped
  left join pg_catalog.pg_constraint kept on kept.conrelid = attribute.attrelid and kept.conname = marked.record || '_stays_erased'
  union all
  select recorded.name, attribute.attname, case
      when attribute.attnum = any (kept.conkey) then format('The constraint %s keeps it erased, and nothing erases it.', kept.conname)
      else 'It holds text about a client, which is neither erased nor named in an export.'
    end
  from (select distinct record as name from dba.personal_column()) recorded
  join pg_catalog.pg_attribute attribute on attribute.attrelid = to_regclass(format('crm.%I', recorded.name))
  join pg_catalog.pg_type type on type.oid = attribute.atttypid
  left join pg_catalog.pg_constraint kept on kept.conrelid = attribute.attrelid and kept.conname = recorded.name || '_stays_erased'
  where attribute.attnum > 0
    and not attribute.attisdropped
    and (type.typcategory = 'S' or type.typname in ('json', 'jsonb'))
    and not exists (select from dba.personal_column() marked where marked.record = recorded.name and marked.column_name = attribute.attname)
) forgotten (record, column_name, detail)
where forgotten.detail is not null
group by forgotten.record, forgotten.column_name


-- What writes history is a function of schema audit that mentions audit.change. A trigger with a condition, for some
-- columns only, or not enabled always (a session can say that it is a replica), would miss a change. The bits of
-- tgtype: 4 insert, 8 delete, 16 update.

union all
select 'missing_audit_trigger', linted_table.object,
       format('No trigger writes history for: %s.', string_agg(verb.name, ', ' order by verb.bit))
from linted_table
cross join (values ('insert', 4), ('delete', 8), ('update', 16)) verb (name, bit)
where linted_table.schema_name = 'crm'
  and not exists (
    select from pg_catalog.pg_trigger trigger
    join pg_catalog.pg_proc function on function.oid = trigger.tgfoid
    where trigger.tgrelid = linted_table.oid
      and trigger.tgenabled = 'A'
      and trigger.tgtype & verb.bit <> 0
      and trigger.tgqual is null
      and cardinality(trigger.tgattr::smallint[]) = 0
      and function.pronamespace = to_regnamespace('audit')
      and function.prosrc ~ '\maudit\.change\M')
group by linted_table.object


-- A foreign key is kept by triggers of PostgreSQL's own, which carry its name in place of theirs.

union all
select distinct 'disabled_trigger', format('%I on %s', coalesce(reference.conname, trigger.tgname), relation.object),
       case trigger.tgenabled
         when 'R' then 'It fires only on a replica.'
         else 'It is switched off.'
       end || case when trigger.tgisinternal then ' It keeps a constraint.' else '' end
from pg_catalog.pg_trigger trigger
join dba.linted_relation relation on relation.oid = trigger.tgrelid
left join pg_catalog.pg_constraint reference on reference.oid = trigger.tgconstraint and trigger.tgisinternal
where trigger.tgenabled not in ('O', 'A')


union all
select 'constraint_not_valid', format('%I on %s', constraint_.conname, linted_table.object),
       'Rows that were there before it were never checked, or none is.'
from pg_catalog.pg_constraint constraint_
join linted_table on linted_table.oid = constraint_.conrelid
where not constraint_.convalidated
   -- PostgreSQL 18 has constraints that are not enforced.
   or not coalesce((to_jsonb(constraint_) ->> 'conenforced')::boolean, true);
comment on view dba.lint_of_tables is
  'Findings about tables, views, triggers and constraints.';
