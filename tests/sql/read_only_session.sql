-- Read-only sessions, and tokens that only read. PostgreSQL refuses to write in their transactions; the policies refuse it
-- too, since a thief who has the API's login and such a token may leave the read-only transaction.

begin;
set local search_path = tap, public;
select plan(83);
call test.load_company();
call test.given('dba', $$ update identity.session set read_only = true where id in (test.session('alice'), test.session('chloe'), test.session('emma')) $$);

-- As the API enters. test.act_as enters as for the own credential, in a transaction that PostgreSQL lets write.
create function pg_temp.in_session(who text, statement text, secret bytea default null) returns text
language sql
return format('select identity.enter(%L, %L, %L, %L); ', test.id(who), test.session(who), test.department_of(who), coalesce(secret, test.secret(who)))
  || statement;

-- What their departments may do.
create temp table attempt as
select who, format(statement, test.id('acme'), test.id('acme_signed'), test.id('gala'), test.id('bruno'), test.id('felix')) as statement
from (values
  ('alice', 'update crm.client set phone = null where id = %1$s'),
  ('alice', 'insert into crm.contract (client_id, total_amount) values (%1$s, 100)'),
  ('alice', 'select crm.record_contact(%1$s)'),
  ('alice', 'update crm.notification set read_at = now()'),
  ('alice', $$insert into crm.note (client_id, body) values (%1$s, 'New')$$),
  ('alice', 'update crm.note set remind_on = null'),
  ('alice', 'update identity.session set revoked_at = now()'),
  ('alice', $$insert into audit.signal (topic) values ('mark')$$),
  ('alice', $$select crm.stage_import(gen_random_uuid(), '[{"line": 1, "values": {}}]')$$),
  ('chloe', 'update crm.event set notes = null where id = %3$s'),
  ('emma',  $$insert into crm.employee (full_name, email, department) values ('Joe', 'joe@epic.example', 'sales')$$),
  ('emma',  'update crm.employee set phone = null where id = %4$s'),
  ('emma',  'update crm.contract set total_amount = 1e6 where id = %2$s'),
  ('emma',  'insert into crm.payment (contract_id, amount) values (%2$s, 1)'),
  ('emma',  'select crm.cancel_contract(%2$s)'),
  ('emma',  'select crm.hand_over_client(%1$s, %4$s)'),
  ('emma',  'select crm.deactivate_employee(%5$s)'),
  ('emma',  $$select crm.reset_password(%4$s, test.password('mine'))$$)) attempt (who, statement);


-- the transaction

select test.results_in('authenticator', pg_temp.in_session(who, $$ select set_config('test.seen', count(*)::text, true) from crm.client $$),
  $$ current_setting('test.seen') $$, '3', format('%s read in a read-only session', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select is((test.attempt('authenticator', pg_temp.in_session(who, statement), compare_data => true)).state, '25006',
  format('PostgreSQL refuses what %s write in a read-only session: %s', test.department_of(who), statement))
from attempt;
select is((test.attempt('authenticator', pg_temp.in_session('emma', statement), compare_data => true)).state, '25001',
  format('the transaction of a read-only session cannot be made writable: %s', statement))
from unnest(array[
  $$ select set_config('transaction_read_only', 'off', true) $$,
  'set transaction read write',
  $$ select set_config('transaction_read_only', 'off', true), crm.cancel_contract(test.id('acme_signed')) $$]) statement;
select test.rejects('authenticator', pg_temp.in_session('emma', $$
    with allowed as (select set_config('transaction_read_only', 'off', true))
    update crm.contract set total_amount = 1e6 from allowed where id = test.id('acme_signed') $$),
  '25006', 'cannot execute UPDATE in a read-only transaction',
  'a statement that writes is refused before it makes the transaction writable');


-- a thief, who enters in a savepoint, notes the claims and their proof, rolls back, and sets them by hand

create function pg_temp.steals(who text, statement text, read_only text default null, secret bytea default null) returns text
language sql
return format($$
  do $do$
  declare
    claim text;
    noted text[];
  begin
    begin
      perform identity.enter(%1$L, %2$L, %3$L, %4$L);
      noted := array(select current_setting(name) from unnest(%5$L::text[]) with ordinality setting (name, place) order by place);
      raise 'roll back to the savepoint';
    exception when raise_exception then
      null;
    end;
    for nth in 1..cardinality(noted) loop
      perform set_config((%5$L::text[])[nth], noted[nth], true);
    end loop;
    perform set_config('jwt.claims.read_only', coalesce(%6$L, current_setting('jwt.claims.read_only')), true);
  end
  $do$; $$,
  test.id(who), test.session(who), test.department_of(who), coalesce(secret, test.secret(who)),
  array['jwt.claims.employee_id', 'jwt.claims.session_id', 'jwt.claims.department', 'jwt.claims.read_only', 'jwt.claims.second_factor',
        'jwt.claims.proof', 'role'], read_only) || statement;

select test.results_in('authenticator', pg_temp.steals('bruno', format('update crm.client set phone = null where id = %s', test.id('bistro'))),
  $$ select count(*) from crm.client where phone is null $$, '1', 'claims set by hand with their proof are as good as entered, in a session that may write');
select test.forbids('authenticator', pg_temp.steals(who, statement),
  format('the policies refuse what %s write with the claims of a read-only session: %s', test.department_of(who), statement))
from attempt;
select test.affects_no_rows('authenticator', pg_temp.steals('emma', statement),
  format('the policies let no row be deleted with the claims of a read-only session: %s', statement))
from unnest(array['delete from crm.event', 'delete from crm.contract', 'delete from crm.employee']) statement;
select test.rejects('authenticator', pg_temp.steals('emma', statement), '25006', 'This session is read-only.',
  format('a function that acts as the owner refuses a read-only session: %s', statement))
from unnest(array[
  format('select crm.erase_client(%s, true)', test.id('acme')),
  format('select crm.merge_clients(%s, %s)', test.id('acme'), test.id('bistro')),
  format('select crm.export_client(%s)', test.id('acme')),
  format('select identity.change_password(%L, %L, null)', test.password('emma'), test.password('new'))]) statement;
select test.forbids('authenticator', pg_temp.steals('emma', 'update crm.contract set total_amount = 1e6', read_only => 'false'),
  'claims that were changed to those of a session that may write have no proof');


-- a token that only reads

create function pg_temp.token(who text, secret bytea) returns text
language sql
return format('select identity.create_read_only_token(%L, sha256(%L))', test.secret(who), secret);

select test.results_in(who, pg_temp.token(who, 'read'),
  $$ select (session_id, expires_at, read_only) from identity.access_token where secret_hash = sha256('read') $$,
  format('(%s,"%s",t)', test.session(who), expires_at),
  format('a token that only reads is of the session of the caller, and expires when the caller''s token does (%s)', who))
from unnest(array['bruno', 'emma']) who
join identity.access_token on secret_hash = sha256(test.secret(who));
select test.rejects('bruno', format('select identity.create_read_only_token(%L, sha256(%L))', secret, 'read'), 'EP401', 'This session has ended.',
  format('a token is not made with %s', what))
from (values (test.secret('alice'), 'the secret of another''s token'), ('unknown', 'no secret of a token'), (null, 'no secret')) bad (secret, what);
select test.forbids('anonymous', pg_temp.token('bruno', 'read'), 'an anonymous request makes no token');

call test.given('bruno', pg_temp.token('bruno', 'read'));
select test.results_in('authenticator', pg_temp.in_session('bruno', $$ select set_config('test.seen', count(*)::text, true) from crm.client $$, 'read'),
  $$ current_setting('test.seen') $$, '3', 'a token that only reads reads');
select is((test.attempt('authenticator', pg_temp.in_session('bruno', write, 'read'), compare_data => true)).state, '25006',
  format('PostgreSQL refuses what is written with a token that only reads: %s', write))
from format('update crm.client set phone = null where id = %s', test.id('bistro')) write;
select test.forbids('authenticator', pg_temp.steals('bruno', write, secret => 'read'),
  'the policies refuse what is written with the claims of a token that only reads')
from format('update crm.client set phone = null where id = %s', test.id('bistro')) write;
select test.rejects('authenticator', pg_temp.steals('bruno', 'select identity.log_out()', secret => 'read'), '25006', 'This session is read-only.',
  'a token that only reads does not end a session that may write');
select test.results_in('authenticator', pg_temp.in_session('bruno', $$ select set_config('test.seen', read_only::text, true) from crm.my_session where current $$, secret),
  $$ current_setting('test.seen') $$, read_only, format('an employee sees that the session %s', what))
from (values (convert_to('read', 'UTF8'), 'true', 'is asked with a token that only reads'), (test.secret('bruno'), 'false', 'may write')) token (secret, read_only, what);
call test.given('bruno', 'select identity.log_out()');
select test.rejects('authenticator', pg_temp.in_session('bruno', 'select', 'read'), 'EP401', 'This session has ended.',
  'a token that only reads ends with its session');


-- what a read-only session does

select test.results_in('alice', 'select identity.log_out()', $$ select string_agg(employee_id::text, ' ') from identity.session where revoked_at = now() and user_agent = 'tests' and employee_id <> test.id('bruno') $$,
  test.id('alice')::text, 'logging out ends a read-only session');
select test.reads('alice', 'select read_only from crm.my_session', 'true', 'an employee sees that a session is read-only');
select test.reads('alice', 'select identity.read_only_refusal()', 'This session is read-only.', 'a read-only session says that it is');
select test.reads(who, 'select coalesce(identity.read_only_refusal(), ''none'')', 'none', format('there is no such refusal %s', what))
from (values ('denis', 'in a session that may write'), ('dba', 'outside a session')) other (who, what);

-- positions of subscriptions: a mark is written with the token

call test.given('dba', 'delete from audit.signal');
select test.results_in('anonymous', format($$ select identity.log_in('denis@epic.example', %L, 'refresh', 'access', 'epic', null, %L) $$,
    test.password('denis'), read_only),
  $$ select string_agg(topic::text, ' ') from audit.signal $$, marks,
  format('logging in writes %s', what))
from (values (true, 'mark', 'a mark for a read-only session'), (false, null, 'no mark for another session')) login (read_only, marks, what);
-- explanations

select test.reads(who, format($$ select concat_ws(' ', holds, coalesce(name, '–'), sentence) from crm.explain_access(%s) where kind = 'verdict' $$, question), verdict,
  format('%s is told in a read-only session about %s: %s', test.department_of(who), question, verdict))
from (values
  ('alice', $$ 'client', 'update', test.id('acme') $$,           'f session_is_read_only This session is read-only.'),
  ('alice', $$ 'contract', 'create' $$,                          'f session_is_read_only This session is read-only.'),
  ('emma',  $$ 'client', 'erase', test.id('acme') $$,            'f session_is_read_only This session is read-only.'),
  ('emma',  $$ 'contract', 'cancel', test.id('acme_signed') $$,  'f session_is_read_only This session is read-only.'),
  ('alice', $$ 'client', 'read', test.id('acme') $$,             't employee_read_all Every employee reads every client.'),
  ('emma',  $$ 'client', 'export', test.id('acme') $$,           'f session_is_read_only This session is read-only.'),
  ('emma',  $$ 'client', 'merge', test.id('acme') $$,            'f session_is_read_only This session is read-only.'),
  ('alice', $$ 'client', 'erase', test.id('acme') $$,            'f erase_client Only management may do this.'),
  ('alice', $$ 'client', 'update', 0 $$,                         'f – There is no client 0.')) asked (who, question, verdict);
select test.reads('alice', format($$ select (message, policy, reason, contact_department) from crm.explain_refusal('client', 'update', %s) $$, test.id('acme')),
  format('("You may not update client %s.",session_is_read_only,"This session is read-only.",)', test.id('acme')),
  'a refusal by the session names no one who may');
select test.reads('emma', format($$ select (policy, contact_id, contact_department) from crm.explain_refusal('event', 'update', %s) $$, test.id('gala')),
  '(session_is_read_only,,)', 'a refusal by the session does not name the employee who looks after the record');

select * from finish();
rollback;
