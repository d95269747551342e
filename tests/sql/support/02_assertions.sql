-- The assertions of tests/sql. Load the files of this folder once, in order, as a superuser:
--
--   cat tests/sql/support/*.sql | psql --dbname epic_test --set ON_ERROR_STOP=1
--   pg_prove --dbname epic_test tests/sql/*.sql tests/sql/catalogue/*.sql
--
-- The database is empty and deployed from db/. Every test file rolls back. Those of tests/sql try what happens; those of
-- tests/sql/catalogue read what the catalogue says, and what is made from it.
--
-- Each assertion names who acts: an employee of the company in 03_company.sql, who enters their session through
-- identity.enter like any request of the API; `program of …`, one of them through a service account (05_programs.sql);
-- `anonymous` (a request without a session), `authenticator` (the API's login before it enters a session), `worker`
-- (epic_worker), `owner` (epic_owner) or `dba` (the role that runs the tests). Its effects are undone at once, so that
-- assertions do not depend on one another; only `call test.given(…)` lasts until the end of the file.

set search_path = tap, public;

drop schema if exists test cascade;
create schema test;
grant usage on schema test to public;

comment on schema test is 'Helpers of tests/sql. No part of the product; may be dropped at any time.';


-- The employees and records of the tests, by name: ids are generated, and no test knows one.

create table test.name (
  name text    primary key,
  id   integer not null
);
grant select on test.name to public;

create function test.id(wanted text) returns integer
language plpgsql stable
as $$
declare
  found_id integer;
begin
  select id into strict found_id from test.name where name = wanted;
  return found_id;
exception when no_data_found then
  raise 'The tests have no employee and no record named %.', wanted;
end
$$;

create function test.department_of(who text) returns text
language sql stable
return (select department from crm.employee where id = test.id(who));

create function test.session(who text) returns uuid
language sql stable
return (
  select session.id from identity.session
  where session.employee_id = test.id(regexp_replace(who, '^program of ', ''))
    and session.user_agent = case when who like 'program of %' then who else 'tests' end);


create function test.secret(who text) returns bytea
language sql immutable
return convert_to('secret of ' || who, 'UTF8');
comment on function test.secret(text) is
  'The secret of the access token of an employee of the tests.';


-- Acting as an employee or a role.

create function test.act_as(who text) returns void
language plpgsql
as $$
declare
  me     crm.employee;
  session_id uuid;
begin
  case who
    when 'dba' then
      null;
    when 'owner' then
      perform set_config('role', 'epic_owner', true);
    when 'authenticator' then
      perform set_config('role', 'epic_authenticator', true);
    when 'worker' then
      perform set_config('role', 'epic_worker', true);
    when 'anonymous' then
      perform set_config('role', 'epic_authenticator', true);
      perform identity.enter(null, null, null, null);
    else
      select * into me from crm.employee where id = test.id(regexp_replace(who, '^program of ', ''));
      session_id := test.session(who);
      perform set_config('role', 'epic_authenticator', true);
      perform identity.enter(me.id, session_id, me.department, test.secret(who), for_own_credential => true);
  end case;
end
$$;

create function test.stop_acting(role text) returns void
language sql
begin atomic
  select set_config('role', role, true),
         set_config('jwt.claims.employee_id', '', true),
         set_config('jwt.claims.session_id', '', true),
         set_config('jwt.claims.department', '', true),
         set_config('jwt.claims.proof', '', true);
end;

create procedure test.given(who text, statement text)
language plpgsql
as $$
declare
  dba text := current_setting('role');
begin
  perform test.act_as(who);
  execute statement;
  perform test.stop_acting(dba);
end
$$;
comment on procedure test.given(text, text) is
  'Runs a statement as an actor; its effects last until the end of the file.';


-- A digest of all records, sessions, history and jobs. It is called for every refusal, so its query is generated from the
-- catalogue once.

do $$
declare
  query text;
begin
  select string_agg(format('select %L || t::text from %s t', oid::regclass, oid::regclass), ' union all ')
  into query
  from pg_class
  where relkind = 'r'
    and relnamespace in ('crm'::regnamespace, 'identity'::regnamespace, 'audit'::regnamespace, 'graphile_worker'::regnamespace);

  execute format('create function test.fingerprint() returns text language plpgsql as %L', format(
    'begin return (select md5(string_agg(line, chr(10) order by line)) from (%s) t (line)); end', query));
end
$$;


-- The outcome of an attempt: how many rows it affected and the result of `result_query`, run by the DBA afterwards; or the
-- error, with its sentence and its facts. The attempt is rolled back.

create type test.outcome as (
  rows      bigint,
  result    text,
  unchanged boolean,
  state     text,
  kind      text,
  field     text,
  facts     text,
  sentence  text,
  hint      text
);

create function test.attempt(who text, statement text, result_query text default null, compare_data boolean default false)
returns test.outcome
language plpgsql
as $$
declare
  dba           text    := current_setting('role');
  before        text    := case when compare_data then test.fingerprint() end;
  acting        boolean := false;
  in_schema     text;
  in_table      text;
  outcome       test.outcome;
begin
  begin
    perform test.act_as(who);
    acting := true;
    execute statement;
    get diagnostics outcome.rows = row_count;
    perform test.stop_acting(dba);
    if compare_data then
      outcome.unchanged := test.fingerprint() = before;
    end if;
    if result_query is not null then
      execute format('select (%s)::text', result_query) into outcome.result;
    end if;
    raise exception using errcode = 'UNDO0';
  exception
    when sqlstate 'UNDO0' then
      null;
    when others then
      if not acting then
        raise;  -- not caused by the statement
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
  if compare_data and outcome.state is not null then
    outcome.unchanged := test.fingerprint() = before;
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
end || case when not outcome.unchanged then ', and something changed' else '' end;


-- The assertions.

create function test.allows(who text, statement text, description text) returns text
language sql
return is(test.summary(test.attempt(who, statement)), '1 row', description);
comment on function test.allows(text, text, text) is
  'The statement succeeds and affects one row.';

create function test.results_in(who text, statement text, result_query text, expected text, description text) returns text
language plpgsql
as $$
declare
  outcome test.outcome := test.attempt(who, statement, result_query);
begin
  return is(case when outcome.state is null then outcome.result else test.summary(outcome) end, expected, description);
end
$$;
comment on function test.results_in(text, text, text, text, text) is
  'The statement succeeds, and the result query then returns what is expected.';

create function test.reads(who text, query text, expected text, description text) returns text
language plpgsql
as $$
declare
  outcome test.outcome;
begin
  outcome := test.attempt(who, format('select set_config(%L, (%s)::text, true)', 'test.read', query),
                          $result_query$ current_setting('test.read') $result_query$);
  return is(case when outcome.state is null then outcome.result else test.summary(outcome) end, expected, description);
end
$$;
comment on function test.reads(text, text, text, text) is
  'The query returns what is expected; null reads as an empty text.';

create function test.reads_all(who text, relation regclass, description text) returns text
language plpgsql
as $$
declare
  total bigint;
begin
  execute format('select count(*) from %s', relation) into strict total;
  if total = 0 then
    return fail(description || ' (there is nothing to read)');
  end if;
  return test.reads(who, format('select count(*) from %s', relation), total::text, description);
end
$$;
comment on function test.reads_all(text, regclass, text) is
  'Every row of the relation is visible.';

create function test.affects_no_rows(who text, statement text, description text) returns text
language sql
return is(test.summary(test.attempt(who, statement, compare_data => true)), '0 rows', description);
comment on function test.affects_no_rows(text, text, text) is
  'The statement succeeds, affects no row, and nothing changes.';

create function test.forbids(who text, statement text, description text) returns text
language plpgsql
as $$
declare
  outcome test.outcome := test.attempt(who, statement, compare_data => true);
begin
  return is(
    case when outcome.state = '42501' and outcome.unchanged then '42501' else test.summary(outcome) end,
    '42501', description);
end
$$;
comment on function test.forbids(text, text, text) is
  'A grant or a policy refuses the statement (insufficient_privilege), and nothing changes.';

create function test.forbids_with_reason(
  who text, statement text, sentence text, reason text, contact text, policy text, description text)
returns text
language plpgsql
as $$
declare
  outcome test.outcome := test.attempt(who, statement, compare_data => true);
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
          'id', person.id, 'fullName', person.full_name, 'department', coalesce(person.department, contact),
          'email', person.email, 'phone', person.phone) end)),
      concat_ws(' ', reason, 'Ask ' || coalesce(person.full_name, contact) || '.'),
      policy),
    description);
end
$$;
comment on function test.forbids_with_reason(text, text, text, text, text, text, text) is
  'A business verb is refused with exactly this sentence, reason, contact (the name of an employee, a department, or null) and policy, and nothing changes.';

create function test.rejects(who text, statement text, state text, sentence text, description text) returns text
language sql
return is(test.summary(test.attempt(who, statement, compare_data => true)), concat_ws(': ', state, sentence), description);
comment on function test.rejects(text, text, text, text, text) is
  'A rule rejects the statement with exactly this SQLSTATE and sentence, and nothing changes.';

create function test.rejects_with_data(
  who text, statement text, state text, kind text, field text, facts jsonb, sentence text, description text)
returns text
language plpgsql
as $$
declare
  outcome test.outcome := test.attempt(who, statement, compare_data => true);
begin
  return is(
    concat_ws(E'\n', test.summary(outcome), 'kind: ' || outcome.kind, 'field: ' || outcome.field, nullif(outcome.facts, '')),
    concat_ws(E'\n', concat_ws(': ', state, sentence), 'kind: ' || coalesce(kind, ''), 'field: ' || coalesce(field, ''), facts::text),
    description);
end
$$;
comment on function test.rejects_with_data(text, text, text, text, text, jsonb, text, text) is
  'A rule rejects the statement with exactly this SQLSTATE, stable name (kind), column, facts (null: none) and sentence, and nothing changes.';

create function test.hints(who text, statement text, hint text, description text) returns text
language sql
return is((test.attempt(who, statement)).hint, hint, description);
comment on function test.hints(text, text, text, text) is
  'The error has exactly this hint.';


-- Privileges, tried as a role: by statements that touch nothing.

create view test.our_schema as
  select oid, nspname::text as name from pg_namespace where nspowner = (select oid from pg_roles where rolname = 'epic_owner');

create view test.api_role as
  select role from dba.department
  union all
  select unnest(array['epic_anonymous', 'epic_authenticator', 'epic_worker']);

create function test.permits(role text, statement text) returns boolean
language plpgsql
as $$
begin
  perform set_config('role', role, true);
  execute statement;
  raise exception using errcode = 'UNDO0';
exception
  when insufficient_privilege then
    return false;
  when others then
    return true;
end
$$;
comment on function test.permits(text, text) is
  'Whether a role has the privileges that a statement needs, whatever else the statement ends in. Its effects are undone.';


-- Column privileges, tried column by column.

create function test.permitted_columns(who text, verb text, relation regclass) returns text
language plpgsql
as $$
declare
  found_column text;
  written      text;
  statement    text;
  outcome      test.outcome;
  open_columns text[] := '{}';
begin
  for found_column, written in
    -- a default may call what the role may not
    select attname, case when attgenerated <> '' or attidentity = 'a' then 'default' else 'null' end from pg_attribute
    where attrelid = relation and attnum > 0 and not attisdropped and (verb <> 'insert' or attgenerated = '')
    order by attnum
  loop
    statement := format(
      case verb
        when 'select' then 'select %2$I from %1$s where false'
        when 'insert' then 'insert into %1$s (%2$I) overriding system value select null where false'
        when 'update' then 'update %1$s set %2$I = %3$s where false'
      end, relation, found_column, written);
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

create function test.column_privileges_are(who text, verb text, relation regclass, columns text, description text) returns text
language sql
return is(test.permitted_columns(who, verb, relation), columns, description);
comment on function test.column_privileges_are(text, text, regclass, text, text) is
  'The privilege (select, insert, update) is granted on exactly these columns of the table, in its order.';


-- Keys and not-null columns, tried on a row behind the triggers and checks of its table.

create function test.error_of(statement text) returns text
language plpgsql
as $$
declare
  broken name;
begin
  execute statement;
  raise exception using errcode = 'UNDO0';
exception
  when sqlstate 'UNDO0' then
    return null;
  when others then
    get stacked diagnostics broken = constraint_name;
    return concat_ws(' ', sqlstate, nullif(broken, ''));
end
$$;
comment on function test.error_of(text) is
  'The SQLSTATE of a statement and the constraint that it breaks; null when it succeeds. Its effects are undone.';

create procedure test.insert_any_row(relation regclass)
language plpgsql
as $$
begin
  set local session_replication_role = replica;
  execute (
    select format('insert into %s (%s) values (%s)', relation,
      string_agg(quote_ident(attname), ', ' order by attnum),
      string_agg(case format_type(atttypid, null)
        when 'boolean'                  then 'true'
        when 'text'                     then quote_literal('any')
        when 'bytea'                    then quote_literal('any')
        when 'jsonb'                    then quote_literal('{}')
        when 'text[]'                   then quote_literal('{}')
        when 'uuid'                     then 'gen_random_uuid()'
        when 'interval'                 then quote_literal('1 day')
        when 'timestamp with time zone' then 'now()'
        when 'date'                     then 'current_date'
        when 'pg_snapshot'              then quote_literal('1:1:')
        when 'audit.action'             then quote_literal('insert')
        else quote_literal('1')
      end, ', ' order by attnum))
    from pg_attribute
    where attrelid = relation and attnum > 0 and not attisdropped and attgenerated = '');
  set local session_replication_role = origin;
end
$$;
comment on procedure test.insert_any_row(regclass) is
  'Inserts a row with some value in each column, which refers to nothing; for a table without triggers and checks.';

create function test.tried_structure(relation regclass, keys text[]) returns text
language plpgsql
as $$
declare
  obstacle text;
  has_rows boolean;
  columns  text;
  tried    text;
begin
  execute format('alter table %s disable trigger user', relation);
  for obstacle in
    select format('drop constraint %I', conname) from pg_constraint where conrelid = relation and contype = 'c'
    union all
    select format('alter %I drop identity', attname) from pg_attribute where attrelid = relation and attidentity <> ''
  loop
    execute format('alter table %s %s', relation, obstacle);
  end loop;
  execute format('select exists (select from %s)', relation) into has_rows;
  if not has_rows then
    call test.insert_any_row(relation);
  end if;
  select string_agg(quote_ident(attname), ', ' order by attnum) into columns
  from pg_attribute where attrelid = relation and attnum > 0 and not attisdropped and attgenerated = '';

  select concat_ws(E'\n',
    string_agg(format('%s: %s', key, test.error_of(
      case when referring.column_name is null
        then format('set local session_replication_role = replica; insert into %1$s (%2$s) select %2$s from %1$s limit 1',
               relation, columns)
        else format('update %1$s set %2$I = %3$s where ctid = (select min(ctid) from %1$s)', relation, referring.column_name,
               case referring.type when 'integer' then '-1' when 'uuid' then 'gen_random_uuid()' else quote_literal('none such') end)
      end)), E'\n' order by n),
    'not null: ' || (
      select string_agg(attname, ', ' order by attnum)
      from pg_attribute
      where attrelid = relation and attnum > 0 and not attisdropped and attgenerated = ''
        and test.error_of(format('update %s set %I = null', relation, attname)) = '23502'))
  into tried
  from unnest(keys) with ordinality listed (key, n)
  left join lateral (
    select attname as column_name, format_type(atttypid, null) as type
    from pg_attribute
    where attrelid = relation and attname = substring(key from '^FOREIGN KEY \((\w+)\)')) referring on true;
  raise exception using errcode = 'UNDO0', message = tried;
exception when sqlstate 'UNDO0' then
  return sqlerrm;
end
$$;
comment on function test.tried_structure(regclass, text[]) is
  'What refuses a second row with the same primary key, a reference to a record that does not exist, and a null: each tried on a row, behind the triggers and checks of the table.';

create function test.has_structure(relation regclass, keys text[], required text) returns text
language sql
return is(
  concat_ws(E'\n',
    (select string_agg(pg_get_constraintdef(oid), E'\n' order by contype desc, pg_get_constraintdef(oid) collate "C")
     from pg_constraint where conrelid = relation and contype in ('p', 'f')),
    test.tried_structure(relation, keys)),
  concat_ws(E'\n',
    (select string_agg(key, E'\n' order by key ~ '^PRIMARY' desc, key collate "C") from unnest(keys) key),
    (select string_agg(format('%s: %s', key,
       case when key ~ '^PRIMARY' then format('23505 %s_pkey', (select relname from pg_class where oid = relation))
            else '23503 ' || (
              select conname from pg_constraint
              where conrelid = relation and contype = 'f' and pg_get_constraintdef(oid) = key)
       end), E'\n' order by n)
     from unnest(keys) with ordinality listed (key, n)),
    'not null: ' || required),
  format('%s has these keys, refers to these records, and must have these columns', relation));
comment on function test.has_structure(regclass, text[], text) is
  'A table has exactly these keys, as pg_get_constraintdef writes them, and exactly these columns that cannot be null; each refuses a row that breaks it.';

reset search_path;
