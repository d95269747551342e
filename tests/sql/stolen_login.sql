-- What the password of the API's login is worth: nothing. The thief of these tests has it, becomes any role that the login
-- may become, sets any claims, and has seen proofs of others. Without the secret of an access token the thief reads and
-- changes nothing. Replays in other transactions and connections are in tests/server/stolen-login.test.ts.

begin;
set local search_path = tap, public;
select plan(177);
call test.load_company();

call test.given('dba', $$ insert into staging.import_line (employee_id, import_id, line, input) values (test.id('alice'), md5('a')::uuid, 1, '{}') $$);
call test.given('dba', $$ insert into audit.signal (topic) values ('mark') $$);
call test.create_program('alice');
call test.given('alice', $$ update crm.client set phone = '01 02 03 04' where id = test.id('acme') $$);
call test.given('dba', $$ update identity.session set read_only = true where id in (test.session('basile'), test.session('denis'), test.session('felix')) $$);


-- What the thief sets before each statement.

create function pg_temp.claims(
  who text, proof text default '', employee_id text default null, session_id text default null, department text default null,
  read_only text default 'false', second_factor text default 'false')
returns text
language sql
return format($$
  select set_config('jwt.claims.employee_id', %L, true), set_config('jwt.claims.session_id', %L, true),
         set_config('jwt.claims.department', %L, true), set_config('jwt.claims.read_only', %L, true),
         set_config('jwt.claims.second_factor', %L, true), set_config('jwt.claims.proof', %L, true); $$,
  coalesce(employee_id, test.id(who)::text), coalesce(session_id, test.session(who)::text),
  coalesce(department, test.department_of(who)), read_only, second_factor, proof);

-- A proof that identity.enter has made for an employee in this transaction.
create function pg_temp.proof_of(who text) returns text
language plpgsql
as $$
declare
  dba   text := current_setting('role');
  proof text;
begin
  perform test.act_as(who);
  proof := current_setting('jwt.claims.proof');
  perform test.stop_acting(dba);
  return proof;
end
$$;

-- Each employee here reads and writes; so does the first colleague; the second has a read-only session.
create temp table insider (role text, who text, colleague text, reader text, manager text);
insert into insider values
  ('epic_sales',      'alice', 'bruno', 'basile', 'emma'),
  ('epic_support',    'chloe', 'ines',  'denis',  'emma'),
  ('epic_management', 'emma',  'alice', 'felix',  'alice');

create temp table forgery as
select insider.role, forged.what,
       format('select set_config(%L, %L, true);', 'role', insider.role) || forged.claims as prelude
from insider
cross join lateral (values
  ('no claims', ''),
  ('claims without a proof', pg_temp.claims(who)),
  ('a proof that is made up', pg_temp.claims(who, encode(sha256('made up'), 'hex'))),
  ('the proof of a colleague', pg_temp.claims(who, pg_temp.proof_of(colleague))),
  ('the proof of another role', pg_temp.claims(manager, pg_temp.proof_of(manager))),
  ('their own proof, with another employee', pg_temp.claims(who, pg_temp.proof_of(who), employee_id => test.id(colleague)::text)),
  ('their own proof, with another session', pg_temp.claims(who, pg_temp.proof_of(who), session_id => test.session(colleague)::text)),
  ('their own proof, with another department', pg_temp.claims(who, pg_temp.proof_of(who), department => 'other')),
  ('their own proof, with a second factor', pg_temp.claims(who, pg_temp.proof_of(who), second_factor => 'true')),
  ('their own proof, through a program',
   pg_temp.claims(who, pg_temp.proof_of(who)) || $$ select set_config('jwt.claims.service_account', 'program-of-alice', true); $$),
  ('a read-only proof, with the right to write', pg_temp.claims(reader, pg_temp.proof_of(reader), read_only => 'false')),
  ('claims run together', pg_temp.claims(who, pg_temp.proof_of(who),
     employee_id => test.id(who) || ',' || test.session(who), session_id => '')),
  ('claims run together by a line break', pg_temp.claims(who, pg_temp.proof_of(who),
     employee_id => test.id(who) || E'\n' || test.session(who), session_id => ''))
) forged (what, claims);

select test.results_in('authenticator', prelude || $$ select set_config('test.seen', concat(
    identity.in_session(), identity.in_writable_session(), crm.current_employee_id(), crm.current_department(), identity.current_session_id()), true) $$,
  $$ current_setting('test.seen') $$, 'ff',
  format('as %s with %s the thief is in no session', role, what))
from forgery;
select test.results_in('authenticator', format('select set_config(%L, %L, true);', 'role', role) || pg_temp.claims(who, pg_temp.proof_of(who)) || $$
    select set_config('test.seen', concat(identity.in_session(), identity.in_writable_session(), crm.current_employee_id()), true) $$,
  $$ current_setting('test.seen') $$, 'tt' || test.id(who),
  format('as %s with what identity.enter has set, within its transaction, %s is in their session', role, who))
from insider;


-- every table and view, as it is deployed

create temp table relation as
select oid, oid::regclass::text as name, relkind = 'r' as is_table
from pg_class
where relkind in ('r', 'v') and relnamespace in ('crm'::regnamespace, 'identity'::regnamespace, 'audit'::regnamespace, 'staging'::regnamespace);

create function pg_temp.statement(verb text, relation oid, role text default null) returns text
language plpgsql
as $$
declare
  columns text[] := array(
    select attname from pg_attribute
    where attrelid = relation and attnum > 0 and not attisdropped and attgenerated = '' and attidentity = ''
      and (role is null or verb in ('insert', 'update') and has_column_privilege(role, relation, attnum, verb))
    order by attnum);
  example jsonb;
begin
  execute format('select to_jsonb(t) from %s t limit 1', relation::regclass) into example;
  return case verb
    when 'select' then format('select from %s', relation::regclass)
    when 'delete' then format('delete from %s', relation::regclass)
    when 'update' then format('update %s set %I = default', relation::regclass, coalesce(columns[array_upper(columns, 1)], 'id'))
    when 'insert' then format('insert into %1$s (%2$s) select %2$s from jsonb_populate_record(null::%1$s, %3$L)', relation::regclass,
      (select string_agg(quote_ident(name), ', ') from unnest(coalesce(nullif(columns, '{}'), '{id}')) name), example)
  end;
end
$$;

select is_empty(format($$
    select relation.name, verb, (attempt).rows
    from relation
    cross join unnest(array['select', 'insert', 'update', 'delete']) verb
    cross join lateral test.attempt('authenticator', %L || pg_temp.statement(verb, relation.oid, %L)) attempt
    where (attempt).state is null and (attempt).rows > 0 $$, prelude, role),
  format('as %s with %s the thief reads and changes no row of any table or view', role, what))
from forgery;


-- the same behind all grants and policies, where nothing but the session is required

create temp table gated as
select distinct policy.table_oid as oid, policy.table_oid::regclass::text as name from dba.policy where requires_session;

do $$
declare
  gated record;
begin
  for gated in select * from pg_temp.gated loop
    execute format('grant select, insert, update, delete on %s to epic_employee', gated.name);
    execute format('create policy trial_opening on %s for all to epic_employee using (true)', gated.name);
    execute format('alter table %s disable trigger user', gated.name);
  end loop;
end
$$;

create function pg_temp.expected(verb text, relation oid) returns text
language sql
return case
  when verb in ('select', 'delete') then '0 rows'
  else format('42501: new row violates row-level security policy "employee_%s_in_session" for table "%s"',
    case verb when 'insert' then 'create' else verb end, (select relname from pg_class where oid = relation))
end;

create temp view outcome as
select gated.name, verb, forgery.role, forgery.what, pg_temp.expected(verb, gated.oid) as expected,
       test.summary(test.attempt('authenticator', forgery.prelude || pg_temp.statement(verb, gated.oid))) as outcome
from gated
cross join unnest(array['select', 'insert', 'update', 'delete']) verb
cross join forgery;

select is_empty(format('select name, verb, outcome from outcome where role = %L and what = %L and outcome is distinct from expected', role, what),
  format('as %s with %s, and everything else opened, the session is required of every statement on every table', role, what))
from forgery;

select is_empty(format($$
    select gated.name, verb, test.summary(attempt)
    from gated
    cross join unnest(array['insert', 'update', 'delete']) verb
    cross join lateral test.attempt('authenticator', %L || pg_temp.statement(verb, gated.oid)) attempt
    where test.summary(attempt) <> pg_temp.expected(verb, gated.oid) $$,
    format('select set_config(%L, %L, true);', 'role', role) || pg_temp.claims(reader, pg_temp.proof_of(reader), read_only => 'true')),
  format('as %s with a read-only session whose transaction was made writable, and everything else opened, no statement writes', role))
from insider;
select is_empty(format($$
    select gated.name, test.summary(attempt)
    from gated
    cross join lateral test.attempt('authenticator', %L || pg_temp.statement('select', gated.oid)) attempt
    where test.summary(attempt) !~ '^[1-9][0-9]* rows?$' $$,
    format('select set_config(%L, %L, true);', 'role', role) || pg_temp.claims(reader, pg_temp.proof_of(reader), read_only => 'true')),
  format('as %s a read-only session reads', role))
from insider;


-- functions that act as the owner

select test.affects_no_rows('authenticator', prelude || call, format('as a manager with %s the thief finds nothing with: %s', what, call))
from forgery,
     unnest(array[
       $$ select from crm_private.clients_containing('a') $$,
       $$ select from crm_private.events_containing('a') $$,
       $$ select from crm_private.notes_containing('a') $$,
       $$ select from crm_private.is_frequent('client_search_idx', 'a') frequent where frequent is not null $$,
       $$ select from crm_private.clients_spelt_like('Durand') $$,
       $$ select from crm_private.clients_with_phone(crm_private.phone_digits('+33 6 07 08 09 10')) $$,
       $$ select from crm_private.clients_with_email('{paul@home.example}') $$,
       $$ select from crm_private.search_exact('{durand}', '{client,contract,event,employee,note}') $$,
       $$ select from crm_private.search_fuzzy('{durant}', '{client,contract,event,employee,note}') $$]) call
where role = 'epic_management' and what in ('no claims', 'the proof of another role');
select test.allows('emma', call, format('within a session something is found with: %s', call))
from unnest(array[
       $$ select from crm_private.clients_containing('durand') $$,
       $$ select from crm_private.events_containing('gala') $$,
       $$ select from crm_private.notes_containing('chairs') $$,
       $$ select from crm_private.is_frequent('client_search_idx', 'a') frequent where frequent is not null $$,
       $$ select from crm_private.clients_spelt_like('Durand') $$,
       $$ select from crm_private.clients_with_phone(crm_private.phone_digits('+33 6 07 08 09 10')) $$,
       $$ select from crm_private.clients_with_email('{paul@home.example}') $$,
       $$ select from crm_private.search_exact('{durand}', '{client}') $$,
       $$ select from crm_private.search_fuzzy('{durant}', '{client}') $$]) call;
select test.rejects('authenticator', prelude || call, '42501', 'This is done in a session only.', format('the thief neither erases, merges nor exports a client: %s', call))
from unnest(array[$$ select crm.erase_client(test.id('acme'), true) $$, $$ select crm.merge_clients(test.id('acme'), test.id('bistro')) $$,
            $$ select crm.export_client(test.id('acme')) $$]) call, forgery where role = 'epic_management' and what = 'the proof of another role';
select test.results_in('authenticator', prelude || $$
    select set_config('test.seen', coalesce(crm_private.notifications_about(jsonb_build_object('contract', jsonb_build_array(test.id('acme_signed'))))::text, 'nothing'), true) $$,
  $$ current_setting('test.seen') $$, 'nothing', 'the thief reads no notification about a contract')
from forgery where role = 'epic_management' and what = 'the proof of another role';
select test.results_in('emma', $$
    select set_config('test.seen', (crm_private.notifications_about(jsonb_build_object('contract', jsonb_build_array(test.id('acme_signed')))) -> 0 ->> 'id'), true) $$,
  $$ current_setting('test.seen') = test.id('note_to_alice')::text $$, 'true', 'within a session there is one');
select test.rejects('authenticator', prelude || $$ select identity.change_password(test.password('emma'), test.password('me'), null) $$,
  '42501', 'This is done in a session only.', 'the thief changes no password')
from forgery where role = 'epic_management' and what = 'the proof of another role';
select test.rejects('authenticator', prelude || call, '42501', 'This is done in a session only.',
  format('the thief changes no second factor: %s', call))
from forgery,
     unnest(array[
       $$ select identity.begin_second_factor(test.password('emma'), null) $$,
       $$ select identity.enable_second_factor('123456', null) $$,
       $$ select identity.confirm_second_factor('123456', null) $$,
       $$ select identity.disable_second_factor(test.password('emma'), '123456', null) $$,
       $$ select identity.replace_recovery_codes('123456', null) $$]) call
where role = 'epic_management' and what = 'the proof of another role';
select test.results_in('authenticator', prelude || $$
    select set_config('test.seen', concat_ws(' ', identity.second_factor_confirmed(), identity.second_factor_enrolled(), crm.my_second_factor()), true) $$,
  $$ current_setting('test.seen', true) $$, 'f f (,0,f)', 'the thief has confirmed no second factor, and learns of none')
from forgery where role = 'epic_management' and what = 'the proof of another role';
select test.rejects('authenticator', prelude || call, '42501', 'This is done in a session only.',
  format('as a manager with %s the thief is not told who may: %s', what, call))
from forgery,
     unnest(array[
       $$ select from crm.who_may('notification', 'read', test.id('note_to_emma')) $$,
       $$ select from access.who_may('notification', 'read', test.id('note_to_emma'), null, null) $$]) call
where role = 'epic_management' and what in ('no claims', 'the proof of another role');
select test.results_in('authenticator', prelude || $$ select set_config('test.seen', concat_ws(' ', rules, rule), true)
    from access.try_statement('contract', 'update', test.id('acme_signed'), '{"status": "signed"}') $$,
  $$ current_setting('test.seen', true) $$, 'untried', 'the thief tries nothing')
from forgery where role = 'epic_management' and what = 'the proof of another role';
select test.rejects('authenticator', prelude || $$ select crm_private.claim_idempotency_key(sha256('key'), 0, 'request') $$,
  '42501', 'This is done in a session only.', 'the thief claims no idempotency key, and learns of none')
from forgery where role = 'epic_management' and what = 'the proof of another role';
call test.given('emma', $$ select crm_private.claim_idempotency_key(sha256('key'), 0, 'request') $$);
select test.results_in('authenticator', prelude || call, $$ select (answer, created_at = now()) from crm_private.idempotency_key $$, '(,t)',
  format('the thief changes no idempotency key: %s', call))
from forgery,
     unnest(array[
       $$ select crm_private.keep_answer(sha256('key'), 0, '[]') $$,
       $$ select crm_private.release_idempotency_key(sha256('key'), 0) $$]) call
where role = 'epic_management' and what = 'the proof of another role';
select test.rejects('authenticator', prelude || $$ select identity.log_out() $$,
  '42501', 'This is done in a session only.', 'the thief ends no session')
from forgery where role = 'epic_management' and what = 'the proof of another role';
select test.rejects('authenticator', prelude || $$ select identity.create_read_only_token(test.secret('emma'), 'mine') $$,
  'EP401', 'This session has ended.', 'the thief gets no token, even for the secret of one')
from forgery where role = 'epic_management' and what = 'the proof of another role';
select test.results_in('authenticator', prelude || $$ select set_config('test.seen', parameters, true) from identity.my_password_parameters(null) $$,
  $$ current_setting('test.seen', true) $$, '', 'the thief learns no parameters of a password')
from forgery where role = 'epic_management' and what = 'the proof of another role';


-- history

select test.rejects('dba', $$ insert into audit.change (record, row_id, action, database_user) values ('client', 1, 'update', 'epic_authenticator') $$,
  '23514', 'A change through the API is made by an employee in a session.', 'history holds no change of the API that names no employee');

select * from finish();
rollback;
