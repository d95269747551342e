-- crm.who_may answers the same as crm.explain_access, for every employee, record, verb and row.

begin;
set local search_path = tap, public;
select plan(6);
call test.load_company();
call test.given('alice', $$ update crm.client set phone = '0102030405' where id = test.id('acme') $$);  -- so that there is history

create temp table question (record text, verb text, row_id integer, new_values jsonb);
do $$
declare
  found_record text;
begin
  for found_record in
    select relname from pg_class where relnamespace = 'crm'::regnamespace and relkind = 'r'
  loop
    execute format('insert into question select %1$L, verb, id, null::jsonb from crm.%1$I, unnest(array[''read'', ''update'', ''delete'']) verb
                    union all select %1$L, ''create'', null, null::jsonb', found_record);
    execute format('insert into question select %1$L, ''create'', null, to_jsonb(row) - ''id'' from crm.%1$I row', found_record);
    execute format('insert into question select %1$L, ''update'', id, jsonb_build_object(key, value) from crm.%1$I row, jsonb_each(to_jsonb(row))', found_record);
    execute format('insert into question select %1$L, verb, id, null::jsonb from crm.%1$I, access.business_verbs() business where business.record = %1$L', found_record);
  end loop;
end
$$;
insert into question select 'history', 'read', id, null from audit.change;
grant select on question to public;
create temp table answer (employee_id integer, record text, verb text, row_id integer, new_values jsonb, holds boolean, policy text, sentence text);
create temp table expected (like answer);
grant insert, select on answer, expected to public;

call test.given('emma', $$
  insert into pg_temp.answer
  select employee.id, question.*, found.holds, found.policy, found.sentence
  from pg_temp.question
  cross join lateral crm.who_may(question.record, question.verb, question.row_id, null, question.new_values) found
  join crm.employee on employee.active and employee.department = found.department and employee.id = coalesce(found.employee_id, employee.id) $$);
do $$
declare
  who text;
begin
  for who in select lower(full_name) from crm.employee where active loop
    call test.given(who, format($sql$
      insert into pg_temp.expected
      select %s, question.*, step.holds, step.name, step.sentence
      from pg_temp.question
      cross join lateral crm.explain_access(question.record, question.verb, question.row_id, null, question.new_values) step
      where step.kind = 'verdict' $sql$, test.id(who)));
  end loop;
end
$$;
-- crm.explain_access does not say which policy hides a row, only that there is none.
update expected set policy = null, sentence = null where sentence ~ '^There is no ';
update answer set policy = null, sentence = null
where (employee_id, record, verb, row_id) in (select employee_id, record, verb, row_id from expected where sentence is null);

select is((select count(*) from (select distinct record, verb from expected) asked) > 25, true, 'it is asked about every record and verb');
select set_eq('select distinct holds from expected', array[true, false, null], 'some may, some may not, and some answers stay open');
select is_empty($$ select employee_id, record, verb, row_id, new_values, policy, sentence from expected where holds
                   except select employee_id, record, verb, row_id, new_values, policy, sentence from answer where holds $$,
  'who is told that they may is named as one who may, by the same policy and sentence');
select is_empty($$ select employee_id, record, verb, row_id, new_values, policy, sentence from answer where holds
                   except select employee_id, record, verb, row_id, new_values, policy, sentence from expected where holds $$,
  'who is named as one who may is told that they may');
select is_empty($$ select * from expected where record <> 'history' except select * from answer $$,
  'every answer is the one that the employee gets, to the word');
select is_empty($$ select * from expected where record = 'history' except select * from answer where holds is not null
                   except select * from expected where (employee_id, row_id) in (select employee_id, row_id from answer where record = 'history' and holds is null) $$,
  'an answer about history stays open where epic_owner does not read the row, and is otherwise the same');

select * from finish();
rollback;
