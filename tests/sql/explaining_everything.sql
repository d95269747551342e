-- The verdict of crm.explain_access and what PostgreSQL then does agree: for somebody of every kind, every record, every
-- verb, every row and every column. First it is asked, then it is tried.

begin;
set local search_path = tap, public;
select plan(9);
call test.open_the_company();

create temp table anybody (who text);
insert into anybody values
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


-- Reading, deleting, and writing each column anew: every row of every record, and one that does not exist.

do $$
declare
  found_record text;
begin
  foreach found_record in array array['employee', 'client', 'contract', 'payment', 'event', 'notification'] loop
    execute format($sql$
      insert into question (record, verb, row_id, new_values, statement)
      select %1$L, verb, row.id, null, format(statement, row.id)
      from (select id from crm.%1$I union all select -1) row,
           (values ('read',   'select from crm.%1$I where id = %%s'),
                   ('delete', 'delete from crm.%1$I where id = %%s')) act (verb, statement)
      $sql$, found_record);
    execute format($sql$
      insert into question (record, verb, row_id, new_values, statement)
      select %1$L, 'update', row.id, jsonb_build_object(attname, to_jsonb(row) -> attname),
        format('update crm.%1$I set %%I = %%s where id = %%s', attname, case when attname = 'id' then 'default' else attname end, row.id)
      from crm.%1$I row,
           (select attname from pg_attribute where attrelid = 'crm.%1$I'::regclass and attnum > 0 and not attisdropped) attribute
      $sql$, found_record);
  end loop;
end
$$;
insert into question (record, verb, row_id, new_values, statement)
select 'history', 'read', id, null, format('select from crm.history where id = %s', id)
from audit.change;


-- Writing what makes a difference to a policy.

insert into question (record, verb, row_id, new_values, statement)
select record, 'update', test.id(called), jsonb_build_object(column_name, value),
  format('update crm.%I set %I = %L where id = %s', record, column_name, value, test.id(called))
from (
  select 'contract', contract, 'status', status
  from unnest(array['acme_draft', 'acme_signed', 'bistro_draft', 'bistro_signed']) contract,
       unnest(array['draft', 'signed', 'cancelled']) status
  union all
  select 'client', client, 'commercial_contact_id', test.id(contact)::text
  from unnest(array['acme', 'paul', 'bistro']) client, unnest(array['alice', 'bruno', 'basile']) contact
  union all
  select 'event', event, 'support_contact_id', test.id(contact)::text
  from unnest(array['gala', 'picnic', 'banquet', 'reunion']) event, unnest(array['chloe', 'denis']) contact
  union all
  select 'event', event, 'status', 'cancelled'
  from unnest(array['gala', 'picnic', 'banquet']) event
  union all
  select 'employee', who, 'active', 'false' from unnest(array['basile', 'ines', 'emma']) who
) change (record, called, column_name, value);


-- Creating: for every row that it could belong to, with each column that anybody could think of.

create function pg_temp.creation(record text, new_values jsonb) returns text
language sql
return (
  select format('insert into crm.%I (%s) overriding system value select %s from jsonb_populate_record(null::crm.%I, %L)',
    record, columns, columns, record, new_values)
  from (select string_agg(quote_ident(key), ', ') from jsonb_object_keys(new_values) key) list (columns));

insert into question (record, verb, row_id, new_values, statement)
select record, 'create', null, proposal.new_values, pg_temp.creation(record, proposal.new_values)
from (
  select 'client', jsonb_build_object('full_name', 'Zoé', 'email', 'zoe@new.example') || more
  from unnest(array['{}', '{"phone": "0102030405"}', '{"company_name": "New"}', '{"first_contact": "2026-01-01"}',
    format('{"commercial_contact_id": %s}', test.id('alice')), '{"last_update": "2026-01-01"}', '{"erased_at": null}', '{"id": 9999}']::jsonb[]) more
  union all
  select 'contract', jsonb_build_object('client_id', client.id, 'total_amount', 10) || more
  from crm.client, unnest(array['{}', '{"status": "draft"}', '{"status": "signed"}', '{"amount_to_be_paid": 10}', '{"signed_at": null}',
    format('{"commercial_id": %s}', test.id('alice')), '{"creation_date": "2026-01-01"}', '{"id": 9999}']::jsonb[]) more
  union all
  select 'payment', jsonb_build_object('contract_id', contract.id, 'amount', amount) || more
  from crm.contract, unnest(array[1, -1]) amount,
       unnest(array['{}', '{"paid_on": "2026-01-01"}', format('{"recorded_by": %s}', test.id('alice')), '{"id": 9999}']::jsonb[]) more
  union all
  select 'event', jsonb_build_object('contract_id', contract.id, 'title', 'New', 'start_date', now(), 'end_date', now() + interval '1 hour') || more
  from crm.contract,
       unnest(array['{}', '{"location": "Lyon"}', '{"attendees": 5}', '{"notes": "New"}', '{"status": "planned"}', '{"support_contact_id": null}',
         format('{"support_contact_id": %s}', test.id('chloe')), '{"id": 9999}']::jsonb[]) more
  union all
  select 'employee', jsonb_build_object('full_name', 'Zoé', 'email', 'zoe@epic.example', 'department', 'sales') || more
  from unnest(array['{}', '{"active": true}', '{"creation_date": "2026-01-01"}', '{"id": 9999}']::jsonb[]) more
  union all
  select 'notification', jsonb_build_object('recipient_id', test.id(who), 'kind', 'event_created', 'subject', 'New', 'event_id', test.id('gala'))
  from unnest(array['alice', 'emma']) who
) proposal (record, new_values);


-- Calling.

insert into question (record, verb, row_id, new_values, statement)
values ('client',   'erase',      null, null, $$ select crm.erase_client(test.id('bistro'), true) $$),
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
select 'client', 'hand_over', client.id, null, format('select crm.hand_over_client(%s, %s)', client.id, test.id('basile'))
from (select id from crm.client union all select -1) client
union all
select 'employee', 'deactivate', employee.id, null, format('select crm.deactivate_employee(%s)', employee.id)
from (select id from crm.employee union all select -1) employee;


-- Asked, then tried. What a constraint or a trigger refuses proves nothing about permission: it is left out.

create temp table answer (who text, question integer, general boolean, verdict boolean);
grant select on question to public;
grant insert on answer to public;

do $$
declare
  somebody text;
begin
  for somebody in select who from anybody loop
    call test.given(somebody, format($sql$
      insert into pg_temp.answer
      select %L, question.id, false, access.holds
      from pg_temp.question
      cross join lateral crm.explain_access(record, verb, row_id, new_values => question.new_values) access
      where access.kind = 'verdict' $sql$, somebody));
    call test.given(somebody, format($sql$
      insert into pg_temp.answer
      select %L, question.id, true, access.holds
      from (select min(id) as id, record, verb, row_id from pg_temp.question where verb in ('create', 'update') group by 2, 3, 4) question
      cross join lateral crm.explain_access(record, verb, row_id) access
      where access.kind = 'verdict' $sql$, somebody));
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

select is((select count(*) from trial), (select count(*) from anybody, question), 'every question has one answer for everybody');
select is_empty($$ select who, statement from trial where verdict is null $$,
  'the verdict on a given row and given values is always yes or no');
select is_empty($$ select who, statement, verdict, reality from trial where verdict and reality = 'refused' $$,
  'what is allowed is not refused');
select is_empty($$ select who, statement, verdict, reality from trial where not verdict and reality = 'done' $$,
  'what is refused cannot be done');
select set_eq(
  $$ select distinct record, verb from trial where verdict and reality = 'done' $$,
  $$ values ('employee', 'read'), ('employee', 'create'), ('employee', 'update'), ('employee', 'delete'), ('employee', 'deactivate'),
            ('client', 'read'), ('client', 'create'), ('client', 'update'), ('client', 'erase'), ('client', 'hand_over'),
            ('contract', 'read'), ('contract', 'create'), ('contract', 'update'), ('contract', 'delete'), ('contract', 'sign'), ('contract', 'cancel'),
            ('payment', 'read'), ('payment', 'create'), ('payment', 'record'), ('payment', 'correct'),
            ('event', 'read'), ('event', 'create'), ('event', 'update'), ('event', 'delete'), ('event', 'assign'), ('event', 'unassign'),
            ('notification', 'read'), ('notification', 'update'),
            ('history', 'read') $$,
  'of all that anybody may do, something was allowed and done');
select set_eq(
  $$ select distinct record, verb from trial where not verdict and reality = 'refused' $$,
  $$ select distinct record, verb from question $$,
  'of every record and verb, something was refused both ways');
select set_eq(
  $$ select distinct record, key from trial, jsonb_object_keys(new_values) key where verb = 'update' and not verdict and reality = 'refused' $$,
  $$ select distinct record, key from question, jsonb_object_keys(new_values) key where verb = 'update' $$,
  'of every column, an update was refused both ways');


-- Asked without values, the answer is never surer than it can be.

create temp table general as
select answer.who, record, verb, question.row_id, answer.verdict, bool_or(trial.verdict) as in_some_case
from answer
join question on question.id = answer.question
join trial using (who, record, verb)
where answer.general
  and trial.row_id is not distinct from question.row_id
group by 1, 2, 3, 4, 5;

select is_empty($$ select * from general where not verdict and in_some_case $$, 'no means that nothing of the kind is allowed');
select is_empty($$ select * from general where verdict and not in_some_case $$, 'yes means that something of the kind is allowed');

select * from finish();
rollback;
