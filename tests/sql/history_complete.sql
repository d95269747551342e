-- History is complete: every table of crm, every way of changing a row, every role; and it holds no secrets.

begin;
set local search_path = tap, public;
select plan(21);
call test.load_company();

create function pg_temp.latest(wanted text) returns text
language sql
return format('select %s from crm.history where id = (select max(id) from crm.history)', wanted);


-- every table but notifications, whatever its name (which triggers they have is in catalogue/history.sql)

call test.given('dba', 'create table crm.trial (id integer); alter table crm.trial owner to epic_owner');
call test.given('owner', 'call audit.track(''crm.trial'')');
select test.results_in('dba', 'insert into crm.trial values (7)', $$ select format('%s %s %s', action, record, row_id) from crm.history order by id desc limit 1 $$,
  'insert trial 7', 'a change of a new table is in history');
call test.given('dba', 'drop table crm.trial');

select is_empty(format($$
    select relname
    from pg_class
    where relnamespace = 'crm'::regnamespace and relkind = 'r' and relname <> 'notification'
      and test.summary(test.attempt(%L, format('truncate crm.%%I cascade', relname), compare_data => true)) <>
        format('23514: The %%s records cannot be truncated: history would not know which they were.', relname) $$, who),
  format('%s cannot truncate a table of crm', who))
from unnest(array['dba', 'owner']) who;
select test.rejects('dba', 'truncate crm.payment', '23514',
  'The payment records cannot be truncated: history would not know which they were.',
  'the refusal of truncate says why');
select test.hints('dba', 'truncate crm.payment', 'Delete them instead: delete from crm.payment;',
  'the refusal of truncate hints at delete');
select test.results_in('dba', format($$ set local session_replication_role = replica; %s; reset session_replication_role $$, statement),
  'select string_agg(action, chr(44) order by id) from crm.history', action,
  format('session_replication_role does not switch history off: %s', btrim(statement)))
from (values
  ('insert', $$ insert into crm.payment (contract_id, amount, recorded_by)
                values (test.id('acme_signed'), 1, test.id('alice')) $$),
  ('update', $$ update crm.payment set amount = 1 $$),
  ('delete', $$ delete from crm.payment $$)) attempt (action, statement);

select test.results_in('dba', $$ update crm.payment set amount = amount, id = default $$,
  $$ select string_agg(action || ' ' || (row_id = any (array(select id from crm.payment))), ', ' order by action) from crm.history $$,
  'delete false, insert true', 'a record that is given a new id ends in history, and starts again');
select test.results_in('dba', $$ update crm.client set phone = '01 02 03 04' $$,
  $$ select (count(*) > 2, count(*) = (select count(*) from crm.client), count(distinct row_id) = count(*),
             bool_and(new_values - 'last_update' = '{"phone": "01 02 03 04"}'))
     from crm.history $$, '(t,t,t,t)',
  'of many records changed at once, each is in history once, with the columns that changed');


-- who made a change, by every client

select test.results_in('dba', $$
    set local session authorization epic_authenticator;
    select identity.enter(test.id('alice'), current_setting('test.session')::uuid, 'sales', test.secret('alice'));
    update crm.client set phone = '01 02 03 04' where id = test.id('acme');
    reset session authorization $$,
  pg_temp.latest($$ (action, employee_id = test.id('alice'), database_user) $$), '(update,t,)',
  'a change through the API says which employee made it, and no login')
from set_config('test.session', test.session('alice')::text, true);
select test.results_in('dba', $$ update crm.client set phone = '01 02 03 04' where id = test.id('acme') $$,
  pg_temp.latest('(action, employee_id, database_user = session_user)'), '(update,,t)',
  'a change that a DBA makes says with which login');
select test.results_in('dba', $$
    set local role epic_owner;
    update crm.contract set total_amount = 1 where id = test.id('acme_draft');
    reset role $$,
  pg_temp.latest('(action, employee_id, database_user = session_user)'), '(update,,t)',
  'a DBA who becomes the owner is still named by their login');
select test.results_in('alice', $$ update crm.client set phone = '01 02 03 04' where id = test.id('acme') $$,
  pg_temp.latest($$ (action, employee_id = test.id('alice'), database_user = session_user) $$), '(update,t,t)',
  'a DBA who acts as an employee, as these tests do, is named beside them');
select test.results_in('owner', $$
    insert into crm.employee (full_name, email, department) values ('First', 'first@epic.example', 'management') $$,
  pg_temp.latest('(record, action, employee_id)'), '(employee,insert,)',
  'the first manager, created outside a session, is in history');
select test.results_in('emma', $$ select crm.deactivate_employee(test.id('alice'), hand_over_to => test.id('bruno')) $$,
  $$ select (count(*) > 5, count(distinct record), count(distinct transaction_id),
             min(transaction_id) = pg_current_xact_id()::text::bigint)
     from crm.history $$,
  '(t,4,1,t)',
  'changes of one transaction share its id in history');


-- never in history: passwords, tokens, and what they are stored as

create function pg_temp.secrets() returns setof text
language sql
begin atomic
  select distinct secret
  from (
    select password_hash from identity.credential
    union all select split_part(password_hash, '$', 5) from identity.credential
    union all select split_part(password_hash, '$', 6) from identity.credential
    union all select encode(token_hash, format) from identity.refresh_token, unnest(array['hex', 'base64', 'escape']) format
    union all select encode(account, format) from identity.login_attempt, unnest(array['hex', 'base64', 'escape']) format
    union all select word from unnest(array['argon2', 'hash', 'token']) word
  ) known (secret)
  where length(secret) >= 5;
end;
create function pg_temp.leaked() returns setof text
language sql
return (select string_agg(secret, ', ') from pg_temp.secrets() secret
        where exists (select from audit.change where position(secret in change::text) > 0));

call test.given('emma', $$ insert into crm.employee (full_name, email, department)
                           values ('Joël', 'joel@epic.example', 'sales') $$);
call test.given('emma', $$ insert into identity.credential (employee_id, password_hash)
                           select id, test.password('joel') from crm.employee where full_name = 'Joël' $$);
call test.given('anonymous', $$ select identity.log_in('joel@epic.example', test.password('wrong'), 'a-first-token', 'a-secret', 'tests', null) $$);
call test.given('anonymous', $$ select identity.log_in('joel@epic.example', test.password('joel'), 'a-first-token', 'a-secret', 'tests', null) $$);
call test.given('anonymous', $$ select identity.refresh('a-first-token', 'a-second-token', 'another-secret') $$);
call test.given('alice', $$ select identity.change_password(test.password('alice'), test.password('secret'), null) $$);
call test.given('alice', $$ update crm.client set phone = '01 02 03 04' where id = test.id('acme') $$);
call test.given('bruno', $$ select identity.log_out() $$);
call test.given('emma', $$ select crm.reset_password(test.id('denis'), test.password('another-secret')) $$);

select ok((select count(*) > 40 from pg_temp.secrets()), 'the test data holds more than 40 secrets to search for');
select set_eq($$ select concat_ws(' ', record, action, new_values ->> 'password') from crm.history $$,
  array['employee insert', 'client update', 'employee update changed', 'employee update reset'],
  'a changed and a reset password are in history; creating a credential, logging in and out and refreshing are not');
select set_eq($$ select format('%s of employee %s by %s: %s', new_values ->> 'password', row_id, employee_id, new_values - 'password')
                 from crm.history where new_values ? 'password' $$,
  array[format('changed of employee %1$s by %1$s: {}', test.id('alice')), format('reset of employee %s by %s: {}', test.id('denis'), test.id('emma'))],
  'history says whose password it was and who set it, and nothing else');
select is_empty('select leaked from pg_temp.leaked() leaked where leaked is not null',
  'no password, hash or token is anywhere in history');
call test.given('alice', $$ update crm.client set company_name = 'a-second-token' where id = test.id('acme') $$);
select isnt_empty('select leaked from pg_temp.leaked() leaked where leaked is not null',
  'a secret in history would be found');

select * from finish();
rollback;
