-- How the tests of tests/sql speak. Load the files of this folder once, in order, as a superuser:
--
--   cat tests/sql/support/*.sql | psql --dbname epic_test --set ON_ERROR_STOP=1
--   pg_prove --dbname epic_test tests/sql/*.sql
--
-- The database is an empty one, deployed from db/. Every test file undoes all it did.
--
-- Each assertion names who acts, as somebody of the company in 03_company.sql, who enters their session through
-- auth.enter like any request of the API; or as `stranger` (a request without a session), `login` (the API's login
-- on its own), `worker` (epic_worker), `owner` (epic_owner) or `dba` (whoever runs the tests). What it does is undone at once, so that
-- assertions do not depend on one another; only `call test.given(…)` leaves something behind, until the end of the file.

set search_path = tap, public;

drop schema if exists test cascade;
create schema test;
grant usage on schema test to public;

comment on schema test is 'Helpers of tests/sql. No part of the product; may be dropped at any time.';


-- Who and what the tests talk about, by name: ids are given by the database, and no test knows one.

create table test.name (
  name text    primary key,
  id   integer not null
);
grant select on test.name to public;

create function test.id(called text) returns integer
language plpgsql stable
as $$
declare
  found_id integer;
begin
  select id into strict found_id from test.name where name = called;
  return found_id;
exception when no_data_found then
  raise 'The tests know nobody and nothing called %.', called;
end
$$;

create function test.team(who text) returns text
language sql stable
return (select department from crm.employee where id = test.id(who));

create function test.session(who text) returns uuid
language sql stable
return (select session.id from auth.session where session.employee_id = test.id(who) and user_agent = 'tests');


-- Acting as somebody.

create function test.become(who text) returns void
language plpgsql
as $$
declare
  me     crm.employee;
  ticket uuid;
begin
  case who
    when 'dba' then
      null;
    when 'owner' then
      perform set_config('role', 'epic_owner', true);
    when 'login' then
      perform set_config('role', 'epic_authenticator', true);
    when 'worker' then
      perform set_config('role', 'epic_worker', true);
    when 'stranger' then
      perform set_config('role', 'epic_authenticator', true);
      perform auth.enter(null, null, null);
    else
      select * into me from crm.employee where id = test.id(who);
      ticket := test.session(who);
      perform set_config('role', 'epic_authenticator', true);
      perform auth.enter(me.id, ticket, me.department, for_own_credential => true);
  end case;
end
$$;

create function test.become_dba_again(role text) returns void
language sql
begin atomic
  select set_config('role', role, true),
         set_config('jwt.claims.employee_id', '', true),
         set_config('jwt.claims.session_id', '', true),
         set_config('jwt.claims.department', '', true);
end;

create procedure test.given(who text, statement text)
language plpgsql
as $$
declare
  dba text := current_setting('role');
begin
  perform test.become(who);
  execute statement;
  perform test.become_dba_again(dba);
end
$$;
comment on procedure test.given(text, text) is
  'Somebody does something, and it stays done until the file ends.';


-- Everything that is in the records, in sessions, in history and on the queue, in one word. The function is written here from the
-- catalogue, once, rather than looked up each time: it is called for every refusal.

do $$
declare
  everything text;
begin
  select string_agg(format('select %L || t::text from %s t', oid::regclass, oid::regclass), ' union all ')
  into everything
  from pg_class
  where relkind = 'r'
    and relnamespace in ('crm'::regnamespace, 'auth'::regnamespace, 'audit'::regnamespace, 'graphile_worker'::regnamespace);

  execute format('create function test.fingerprint() returns text language plpgsql as %L', format(
    'begin return (select md5(string_agg(line, chr(10) order by line)) from (%s) everything (line)); end', everything));
end
$$;


-- What comes of an attempt: how many rows it touched and what `witness` (a query, asked by the DBA) then says; or
-- how it was refused, with the sentence that a person would read and the facts that a program would. Then it is undone.

create type test.outcome as (
  rows      bigint,
  answer    text,
  untouched boolean,
  state     text,
  kind      text,
  field     text,
  facts     text,
  sentence  text,
  hint      text
);

create function test.attempt(who text, statement text, witness text default null, watched boolean default false)
returns test.outcome
language plpgsql
as $$
declare
  dba           text    := current_setting('role');
  before        text    := case when watched then test.fingerprint() end;
  acting        boolean := false;
  in_schema     text;
  in_table      text;
  outcome       test.outcome;
begin
  begin
    perform test.become(who);
    acting := true;
    execute statement;
    get diagnostics outcome.rows = row_count;
    perform test.become_dba_again(dba);
    if watched then
      outcome.untouched := test.fingerprint() = before;
    end if;
    if witness is not null then
      execute format('select (%s)::text', witness) into outcome.answer;
    end if;
    raise exception using errcode = 'UNDO0';
  exception
    when sqlstate 'UNDO0' then
      null;
    when others then
      if not acting then
        raise;  -- whoever cannot even begin proves nothing
      end if;
      get stacked diagnostics
        outcome.state    = returned_sqlstate,
        outcome.kind     = constraint_name,
        outcome.field    = column_name,
        outcome.facts    = pg_exception_detail,
        outcome.sentence = message_text,
        outcome.hint     = pg_exception_hint,
        in_schema        = schema_name,
        in_table         = table_name;
      outcome.sentence := coalesce(crm_private.rule_sentence(in_schema, in_table, outcome.kind), outcome.sentence);
  end;
  if watched and outcome.state is not null then
    outcome.untouched := test.fingerprint() = before;
  end if;
  return outcome;
end
$$;

create function test.summary(outcome test.outcome) returns text
language sql immutable
return case
  when outcome.state is not null then concat_ws(': ', outcome.state, outcome.sentence)
  when outcome.rows = 1          then '1 row'
  else outcome.rows || ' rows'
end || case when not outcome.untouched then ', and something changed' else '' end;


-- The assertions.

create function test.allows(who text, statement text, description text) returns text
language sql
return is(test.summary(test.attempt(who, statement)), '1 row', description);
comment on function test.allows(text, text, text) is
  'The statement succeeds and touches one row.';

create function test.leaves(who text, statement text, witness text, expected text, description text) returns text
language plpgsql
as $$
declare
  outcome test.outcome := test.attempt(who, statement, witness);
begin
  return is(case when outcome.state is null then outcome.answer else test.summary(outcome) end, expected, description);
end
$$;
comment on function test.leaves(text, text, text, text, text) is
  'The statement succeeds, and what the witness then says is as expected.';

create function test.reads(who text, query text, expected text, description text) returns text
language plpgsql
as $$
declare
  outcome test.outcome;
begin
  outcome := test.attempt(who, format('select set_config(%L, (%s)::text, true)', 'test.read', query),
                          $witness$ current_setting('test.read') $witness$);
  return is(case when outcome.state is null then outcome.answer else test.summary(outcome) end, expected, description);
end
$$;
comment on function test.reads(text, text, text, text) is
  'The query, asked by somebody, says what is expected; nothing reads as an empty text.';

create function test.reads_all(who text, relation regclass, description text) returns text
language plpgsql
as $$
declare
  everything bigint;
begin
  execute format('select count(*) from %s', relation) into strict everything;
  if everything = 0 then
    return fail(description || ' (there is nothing to read)');
  end if;
  return test.reads(who, format('select count(*) from %s', relation), everything::text, description);
end
$$;
comment on function test.reads_all(text, regclass, text) is
  'Somebody reads every row there is.';

create function test.touches_nothing(who text, statement text, description text) returns text
language sql
return is(test.summary(test.attempt(who, statement, watched => true)), '0 rows', description);
comment on function test.touches_nothing(text, text, text) is
  'The statement finds no row that it may touch, and nothing changes.';

create function test.forbids(who text, statement text, description text) returns text
language plpgsql
as $$
declare
  outcome test.outcome := test.attempt(who, statement, watched => true);
begin
  return is(
    case when outcome.state = '42501' and outcome.untouched then '42501' else test.summary(outcome) end,
    '42501', description);
end
$$;
comment on function test.forbids(text, text, text) is
  'A grant or a policy refuses the statement (insufficient_privilege), and nothing changes.';

create function test.denies(
  who text, statement text, sentence text, reason text, contact text, policy text, description text)
returns text
language plpgsql
as $$
declare
  outcome test.outcome := test.attempt(who, statement, watched => true);
  person  crm.employee;
begin
  if contact in (select name from test.name) then
    select * into person from crm.employee where id = test.id(contact);
  end if;
  return is(
    concat_ws(E'\n', test.summary(outcome), outcome.facts, outcome.hint, outcome.kind),
    concat_ws(E'\n',
      '42501: ' || sentence,
      jsonb_strip_nulls(jsonb_build_object(
        'reason', reason,
        'contact', case when contact is not null then jsonb_build_object(
          'id', person.id, 'fullName', person.full_name, 'department', coalesce(person.department, contact)) end)),
      concat_ws(' ', reason, 'Ask ' || coalesce(person.full_name, contact) || '.'),
      policy),
    description);
end
$$;
comment on function test.denies(text, text, text, text, text, text, text) is
  'A verb is refused with exactly this sentence, this reason, whom to ask (an employee, as the tests call them, or a department, or null) and the name of the policy, and nothing changes.';

create function test.refuses(who text, statement text, state text, sentence text, description text) returns text
language sql
return is(test.summary(test.attempt(who, statement, watched => true)), concat_ws(': ', state, sentence), description);
comment on function test.refuses(text, text, text, text, text) is
  'A rule refuses the statement, with exactly this SQLSTATE and this sentence, and nothing changes.';

create function test.raises(
  who text, statement text, state text, kind text, field text, facts jsonb, sentence text, description text)
returns text
language plpgsql
as $$
declare
  outcome test.outcome := test.attempt(who, statement, watched => true);
begin
  return is(
    concat_ws(E'\n', test.summary(outcome), 'kind: ' || outcome.kind, 'field: ' || outcome.field, nullif(outcome.facts, '')),
    concat_ws(E'\n', concat_ws(': ', state, sentence), 'kind: ' || coalesce(kind, ''), 'field: ' || coalesce(field, ''), facts::text),
    description);
end
$$;
comment on function test.raises(text, text, text, text, text, jsonb, text, text) is
  'A rule refuses the statement, with exactly this SQLSTATE, this stable name (kind), this column, these facts (null: none) and this sentence, and nothing changes.';

create function test.advises(who text, statement text, hint text, description text) returns text
language sql
return is((test.attempt(who, statement)).hint, hint, description);
comment on function test.advises(text, text, text, text) is
  'The refusal comes with exactly this hint.';


-- Columns, one after the other: what somebody may read, enter or change in a table, whatever the row.

create function test.columns_open_to(who text, verb text, relation regclass) returns text
language plpgsql
as $$
declare
  found_column text;
  statement    text;
  outcome      test.outcome;
  open_columns text[] := '{}';
begin
  for found_column in
    select attname from pg_attribute
    where attrelid = relation and attnum > 0 and not attisdropped and (verb <> 'insert' or attgenerated = '')
    order by attnum
  loop
    statement := format(
      case verb
        when 'select' then 'select %2$I from %1$s where false'
        when 'insert' then 'insert into %1$s (%2$I) overriding system value select null where false'
        when 'update' then 'update %1$s set %2$I = default where false'
      end, relation, found_column);
    outcome := test.attempt(who, statement);
    if outcome.state is null then
      open_columns := open_columns || found_column;
    elsif outcome.state <> '42501' then
      raise '%: %', statement, test.summary(outcome);
    end if;
  end loop;
  return array_to_string(open_columns, ', ');
end
$$;

create function test.opens(who text, verb text, relation regclass, columns text, description text) returns text
language sql
return is(test.columns_open_to(who, verb, relation), columns, description);
comment on function test.opens(text, text, regclass, text, text) is
  'Somebody is granted the verb (select, insert, update) on exactly these columns of the table, in its order.';


-- The shape of a table: what one row cannot tell.

create function test.has_structure(relation regclass, keys text[], required text) returns text
language sql
return is(
  format(E'%s\nnot null: %s',
    (select string_agg(pg_get_constraintdef(oid), E'\n' order by contype desc, pg_get_constraintdef(oid) collate "C")
     from pg_constraint where conrelid = relation and contype in ('p', 'f')),
    (select string_agg(attname, ', ' order by attnum)
     from pg_attribute where attrelid = relation and attnum > 0 and attnotnull)),
  format(E'%s\nnot null: %s',
    (select string_agg(key, E'\n' order by key ~ '^PRIMARY' desc, key collate "C") from unnest(keys) key),
    required),
  format('%s has these keys, refers to these records, and must have these columns', relation));
comment on function test.has_structure(regclass, text[], text) is
  'A table has exactly these keys, as pg_get_constraintdef writes them, and exactly these columns that cannot be null.';

reset search_path;
