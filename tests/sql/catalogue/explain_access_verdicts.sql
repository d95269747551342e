-- The verdict of crm.explain_access agrees with what PostgreSQL then does: for each department, record, verb, row and
-- column. Each question is first asked, then tried.

begin;
set local search_path = tap, public;
select plan(9);
call test.load_company();

create temp table employee (who text);
insert into employee values
  ('alice'),   -- sales, with clients, contracts and events of their own; others have some too
  ('basile'),  -- sales, with none
  ('chloe'),   -- support, with events of their own; others have some too
  ('emma');    -- management

create temp table question (
  id         integer generated always as identity,
  record     text,
  verb       text,
  row_id     integer,
  new_values jsonb,
  statement  text
);

-- So that there is history to read.
call test.given('alice', $$ update crm.client set phone = '0102030405' where id = test.id('acme') $$);
call test.given('emma', $$ update crm.employee set full_name = 'Basile B.' where id = test.id('basile') $$);


-- The tables and their columns are read from the catalogue, so that new ones are covered. Values that a column could
-- hold: each row that it could refer to, each value of a closed set, true and false, more and less.

create temp view our_table as
  select oid, relname as name from pg_class where relnamespace = 'crm'::regnamespace and relkind = 'r';

create temp table field as
select our_table.name as record, attname as name, atttypid as type,
  -- What a trigger fills in is granted to nobody.
  attnotnull and not atthasdef and attidentity = '' and exists (
    select from pg_roles department
    where rolname ~ '^epic_' and pg_has_role(department.oid, 'epic_employee', 'member')
      and has_column_privilege(department.oid, our_table.oid, attnum, 'insert')) as is_required,
  (select confrelid from pg_constraint where contype = 'f' and conrelid = our_table.oid and conkey = array[attnum]) as refers_to,
  array(
    select word[1]
    from pg_constraint, pg_get_expr(conbin, conrelid) expression, regexp_matches(expression, $$'(\w+)'::text$$, 'g') word
    where contype = 'c' and conrelid = our_table.oid and conkey = array[attnum] and expression ~ '= ANY \(ARRAY') as words
from our_table
join pg_attribute on attrelid = our_table.oid and attnum > 0 and not attisdropped;

create temp table choice (record text, field text, value jsonb);
do $$
declare
  found_field pg_temp.field;
begin
  for found_field in select * from pg_temp.field loop
    if found_field.refers_to is not null then
      execute format('insert into pg_temp.choice select %L, %L, to_jsonb(id) from %s',
        found_field.record, found_field.name, found_field.refers_to::regclass);
    end if;
  end loop;
end
$$;
insert into choice
select record, name, to_jsonb(word) from field, unnest(words) word
union all
select record, name, value from field, unnest(array['true', 'false']::jsonb[]) value where type = 'boolean'::regtype
union all
select record, name, value from field, unnest(array['1', '-1']::jsonb[]) value where type = 'numeric'::regtype;

-- A row of each record to start from. Where the company has none, rows are generated from the types of the columns,
-- one for each of the employees.

create temp table template (record text, value jsonb);
do $$
declare
  found_record text;
  generated      jsonb;
begin
  for found_record in select name from pg_temp.our_table loop
    execute format('insert into pg_temp.template select %L, to_jsonb(row) from crm.%I row order by id limit 1', found_record, found_record);
    continue when exists (select from pg_temp.template where record = found_record);
    select jsonb_object_agg(name, coalesce(
      (select min(choice.value::text)::jsonb from pg_temp.choice where choice.record = found_record and choice.field = field.name),
      case
        when type = 'text'::regtype then '"something"'
        when type::regtype::text ~ '^(timestamp|date)' then to_jsonb(now())
        when type = 'jsonb'::regtype then '{}'
        else '1'
      end))
    into generated
    from pg_temp.field where field.record = found_record and field.name <> 'id';
    insert into pg_temp.template values (found_record, generated);
    begin
      execute format($sql$
        insert into crm.%1$I (%2$s)
        select %2$s
        from (
          select $1 as value
          union
          select $1 || jsonb_build_object(choice.field, choice.value)
          from pg_temp.choice
          where choice.record = %1$L and choice.value in (select to_jsonb(test.id(who)) from pg_temp.employee)
        ) row, jsonb_populate_record(null::crm.%1$I, row.value) $sql$,
        found_record, (select string_agg(quote_ident(key), ', ') from jsonb_object_keys(generated) key))
      using generated;
    exception when integrity_constraint_violation then
      raise '% (no row of crm.% can be generated: give the company one, in tests/sql/support/03_company.sql)', sqlerrm, found_record;
    end;
  end loop;
end
$$;
update template
set value = template.value || coalesce((
  select jsonb_object_agg(field.name, 'new.' || (template.value ->> field.name))
  from field
  where field.record = template.record and is_required and type = 'text'::regtype and words = '{}'), '{}');


-- Reading, deleting, and writing each column anew: every row of every record, and one that does not exist.

do $$
declare
  found_record text;
begin
  for found_record in select name from pg_temp.our_table loop
    execute format($sql$
      insert into question (record, verb, row_id, new_values, statement)
      select %1$L, verb, row.id, null, format(statement, row.id)
      from (select id from crm.%1$I union all select -1) row,
           (values ('read',   'select from crm.%1$I where id = %%s'),
                   ('delete', 'delete from crm.%1$I where id = %%s')) act (verb, statement)
      $sql$, found_record);
    execute format($sql$
      insert into question (record, verb, row_id, new_values, statement)
      select %1$L, 'update', row.id, jsonb_build_object(field.name, to_jsonb(row) -> field.name),
        format('update crm.%1$I set %%I = %%s where id = %%s', field.name, case when field.name = 'id' then 'default' else field.name end, row.id)
      from crm.%1$I row, pg_temp.field
      where field.record = %1$L
      union all
      select %1$L, 'update', row.id, jsonb_build_object(choice.field, choice.value),
        format('update crm.%1$I set %%I = %%L where id = %%s', choice.field, choice.value #>> '{}', row.id)
      from crm.%1$I row, pg_temp.choice
      where choice.record = %1$L
      $sql$, found_record);
  end loop;
end
$$;
insert into question (record, verb, row_id, new_values, statement)
select 'history', 'read', id, null, format('select from crm.history where id = %s', id)
from audit.change;


-- Creating: what a row needs, for every row that it could belong to; and with each other column.

create function pg_temp.creation(record text, new_values jsonb) returns text
language sql
return (
  select format('insert into crm.%I (%s) overriding system value select %s from jsonb_populate_record(null::crm.%I, %L)',
    record, columns, columns, record, new_values)
  from (select string_agg(quote_ident(key), ', ') from jsonb_object_keys(new_values) key) list (columns));

create temp view proposal as
with recursive
needed as (
  select template.record, coalesce(jsonb_object_agg(field.name, template.value -> field.name) filter (where is_required), '{}') as value
  from template join field on field.record = template.record
  group by 1
),
-- One needed column after the other takes each of its choices.
chosen as (
  select needed.record, needed.value, array(
      select distinct choice.field from choice join field on field.record = choice.record and field.name = choice.field
      where choice.record = needed.record and is_required order by 1) as open
  from needed
  union all
  select chosen.record, chosen.value || jsonb_build_object(choice.field, choice.value), chosen.open[2:]
  from chosen
  join choice on choice.record = chosen.record and choice.field = chosen.open[1]
),
base as (
  select record, value from chosen where open = '{}'
)
select record, value as new_values from base
union all
select base.record, base.value || jsonb_build_object(field.name,
    case when field.name = 'id' then '9999' else template.value -> field.name end)
from base
join template on template.record = base.record
join field on field.record = base.record
where not is_required
union all
select base.record, base.value || jsonb_build_object(choice.field, choice.value)
from base
join choice on choice.record = base.record
join field on field.record = choice.record and field.name = choice.field
where not is_required;

insert into question (record, verb, row_id, new_values, statement)
select record, 'create', null, proposal.new_values, pg_temp.creation(record, proposal.new_values)
from (select distinct * from proposal) proposal;


-- Calling.

insert into question (record, verb, row_id, new_values, statement)
values ('client',   'erase',      null, null, $$ select crm.erase_client(test.id('bistro'), true) $$),
       ('client',   'export',     null, null, $$ select crm.export_client(test.id('bistro')) $$),
       ('client',   'merge',      null, null, $$ select crm.merge_clients(test.id('bistro'), test.id('acme')) $$),
       ('employee', 'deactivate', null, null, $$ select crm.deactivate_employee(test.id('basile')) $$);

insert into question (record, verb, row_id, new_values, statement)
select 'contract', verb, contract.id, null, format('select crm.%s_contract(%s)', verb, contract.id)
from (select id from crm.contract union all select -1) contract, unnest(array['sign', 'cancel']) verb
union all
select 'payment', 'record', null, jsonb_build_object('contract_id', contract.id, 'amount', amount),
  format('select crm.record_payment(%s, %s)', contract.id, amount)
from crm.contract, unnest(array[1, -1]) amount
union all
select 'payment', 'correct', payment.id, null, format('select crm.correct_payment(%s)', payment.id)
from (select id from crm.payment union all select -1) payment
union all
select 'event', verb, event.id, null, format('select crm.%s_support(%s%s)', verb, event.id, contact)
from (select id from crm.event union all select -1) event,
     (values ('assign', ', ' || test.id('denis')), ('unassign', '')) act (verb, contact)
union all
select 'note', verb, note.id, null, format('select crm.%s_note(%s)', verb, note.id)
from (select id from crm.note union all select -1) note, unnest(array['finish', 'reopen']) verb
union all
select 'client', 'hand_over', client.id, null, format('select crm.hand_over_client(%s, %s)', client.id, test.id('basile'))
from (select id from crm.client union all select -1) client
union all
select 'employee', 'deactivate', employee.id, null, format('select crm.deactivate_employee(%s)', employee.id)
from (select id from crm.employee union all select -1) employee
union all
select 'employee', 'activate', employee.id, null, format('select crm.activate_employee(%s)', employee.id)
from (select id from crm.employee union all select -1) employee
union all
select 'employee', 'move', employee.id, null, format('select crm.move_employee(%s, %L)', employee.id, 'support')
from (select id from crm.employee union all select -1) employee
union all
-- Their own is refused by a policy of another table, which no explanation of the call tells.
select 'employee', 'reset_password', employee.id, null, format('select crm.reset_password(%s, %L)', employee.id, test.password('once'))
from (select id from crm.employee where id <> test.id('emma') union all select -1) employee
union all
select 'client', 'contact', client.id, null, format('select crm.record_contact(%s)', client.id)
from (select id from crm.client union all select -1) client;

-- What can be allowed: what a department is granted, and the business verbs.

create temp view possible as
  select distinct our_table.name::text as record, verb
  from our_table, (values ('read', 'select'), ('create', 'insert'), ('update', 'update'), ('delete', 'delete')) act (verb, privilege),
       pg_roles department
  where pg_has_role(department.oid, 'epic_employee', 'member') and department.rolname ~ '^epic_' and not rolsuper
    and case privilege when 'delete' then has_table_privilege(department.oid, our_table.oid, privilege)
                       else has_any_column_privilege(department.oid, our_table.oid, privilege) end
  union
  select 'history', 'read'
  union
  select record, verb from access.business_verbs();


-- Asked, then tried. What a constraint or a trigger refuses proves nothing about permission: it is left out.

create temp table answer (who text, question integer, general boolean, verdict boolean);
grant select on question to public;
grant insert on answer to public;

do $$
declare
  employee text;
begin
  for employee in select who from employee loop
    call test.given(employee, format($sql$
      insert into pg_temp.answer
      select %L, question.id, false, access.holds
      from pg_temp.question
      cross join lateral crm.explain_access(record, verb, row_id, new_values => question.new_values) access
      where access.kind = 'verdict' $sql$, employee));
    call test.given(employee, format($sql$
      insert into pg_temp.answer
      select %L, question.id, true, access.holds
      from (select min(id) as id, record, verb, row_id from pg_temp.question where verb in ('create', 'update') group by 2, 3, 4) question
      cross join lateral crm.explain_access(record, verb, row_id) access
      where access.kind = 'verdict' $sql$, employee));
  end loop;
end
$$;

create function pg_temp.reality(who text, statement text) returns text
language sql
return (
  select case
    when state in ('42501', '428C9')          then 'refused'
    when state is not null                    then 'against a rule'
    when rows = 0                             then 'refused'
    else 'done'
  end
  from test.attempt(who, statement));

create temp table trial as
select answer.who, question.*, answer.verdict, pg_temp.reality(answer.who, question.statement) as reality
from answer join question on question.id = answer.question
where not answer.general;

select is((select count(*) from trial), (select count(*) from employee, question), 'every question has one answer for each employee');
select is_empty($$ select who, statement from trial where verdict is null $$,
  'the verdict on a given row and given values is always yes or no');
select is_empty($$ select who, statement, verdict, reality from trial where verdict and reality = 'refused' $$,
  'an action whose verdict is yes is not refused');
select is_empty($$ select who, statement, verdict, reality from trial where not verdict and reality = 'done' $$,
  'an action whose verdict is no is not done');
select set_eq(
  $$ select distinct record, verb from trial where verdict and reality = 'done' $$,
  $$ select record, verb from possible $$,
  'every verb of every record that a department may do was allowed and done at least once');
select set_eq(
  $$ select distinct record, verb from trial where not verdict and reality = 'refused' $$,
  $$ select distinct record, verb from question $$,
  'every verb of every record was refused by the verdict and by PostgreSQL at least once');
select set_eq(
  $$ select distinct record, key from trial, jsonb_object_keys(new_values) key where verb = 'update' and not verdict and reality = 'refused' $$,
  $$ select distinct record, key from question, jsonb_object_keys(new_values) key where verb = 'update' $$,
  'an update of every column was refused by the verdict and by PostgreSQL at least once');


-- Without values, a verdict must hold for all of them.

create temp table general as
select answer.who, record, verb, question.row_id, answer.verdict, bool_or(trial.verdict) as in_some_case
from answer
join question on question.id = answer.question
join trial using (who, record, verb)
where answer.general
  and trial.row_id is not distinct from question.row_id
group by 1, 2, 3, 4, 5;

select is_empty($$ select * from general where not verdict and in_some_case $$, 'a verdict of no without values means that no values are allowed');
select is_empty($$ select * from general where verdict and not in_some_case $$, 'a verdict of yes without values means that some values are allowed');

select * from finish();
rollback;
