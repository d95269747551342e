-- One's own second factor: beginning, enabling, confirming, disabling, recovery codes, and logging in with it. The table is
-- in auth_second_factor.sql, and what needs a second factor in second_factor_required.sql.

begin;
set local search_path = tap, public;
select plan(140);
call test.load_company();

-- The code of an app, so many steps from now.
create function pg_temp.code(steps integer default 0, secret bytea default '12345678901234567890') returns text
language sql
return identity.totp(secret, floor(extract(epoch from now()) / 30)::bigint + steps);

create function pg_temp.wrong_code() returns text
language sql
return (select min(code) from (values ('000000'), ('111111'), ('222222'), ('333333')) guess (code)
        where code not in (pg_temp.code(-1), pg_temp.code(0), pg_temp.code(1)));

create function pg_temp.log_in(who text, code text default null, password text default null) returns text
language sql
return format($$ select outcome from identity.log_in(%L, %L, uuid_send(gen_random_uuid()), uuid_send(gen_random_uuid()), 'epic', '192.0.2.1', code => %L) $$,
  who || '@epic.example', test.password(coalesce(password, who)), code);

create function pg_temp.call(verb text, variadic arguments text[]) returns text
language sql
return format('select outcome from identity.%I(%s, ''192.0.2.1'')', verb,
  (select string_agg(quote_nullable(argument), ', ' order by nth) from unnest(arguments) with ordinality given (argument, nth)));

create function pg_temp.failures() returns text
language sql
return 'select coalesce(sum(failures), 0) from identity.login_attempt where account <> '''' and address <> ''''';

-- What was written: notifications and history.
create function pg_temp.traces() returns text
language sql
return $$
  select concat_ws(' | ',
    (select string_agg(concat_ws(' ', kind, full_name, new_values), ', ')
     from crm.notification join crm.employee on employee.id = notification.employee_id
     where recipient_id = notification.employee_id),
    (select string_agg(concat_ws(' ', record, action, full_name, old_values, new_values), ', ' order by change.id)
     from audit.change join crm.employee on employee.id = row_id)) $$;
call test.given('dba', 'delete from crm.notification');

create function pg_temp.sessions(who text) returns text
language sql
return format('select string_agg(concat_ws('' '', user_agent, second_factor, revoked_at is null), '', '' order by user_agent) from identity.session where employee_id = test.id(%L)', who);


-- codes of RFC 6238, appendix B, of which an app of six digits shows the end

select is(identity.totp('12345678901234567890', unix_time / 30), code, format('the code of RFC 6238 at %s is right', unix_time))
from (values (59::bigint, '287082'), (1111111109, '081804'), (1111111111, '050471'), (1234567890, '005924'),
             (2000000000, '279037'), (20000000000, '353130')) vector (unix_time, code);


-- begin

select test.reads(who, pg_temp.call('begin_second_factor', test.password(who)), 'ok', format('%s begins a second factor', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.reads('emma', $$ select length(secret) from identity.begin_second_factor(test.password('emma'), null) $$, '20',
  'a secret has 20 bytes');
select test.results_in('emma', $$ select set_config('test.secret', encode(secret, 'hex'), true) from identity.begin_second_factor(test.password('emma'), null) $$,
  $$ select string_agg(concat_ws(' ', employee_id = test.id('emma'), encode(secret, 'hex') = current_setting('test.secret'), enabled_at is null), ', ') from identity.second_factor $$,
  't t t',
  'the secret that was begun is kept, for the caller and not yet enabled');
select test.results_in('emma', $$
    select identity.begin_second_factor(test.password('emma'), null);
    select set_config('test.secret', encode(secret, 'hex'), true) from identity.begin_second_factor(test.password('emma'), null) $$,
  $$ select string_agg(concat_ws(' ', encode(secret, 'hex') = current_setting('test.secret'), created_at = now()), ', ') from identity.second_factor $$, 't t',
  'beginning again forgets the former secret');
select test.reads('emma', format('select concat(outcome, secret) from identity.begin_second_factor(%s, null)', password), 'password_refused',
  format('a second factor is not begun with %s', what))
from (values ('test.password(''alice'')', 'the password of another'), ('null', 'no password')) bad (password, what);
select test.results_in('emma', pg_temp.call('begin_second_factor', test.password('alice')), $$ select count(*) from identity.second_factor $$, '0',
  'a wrong password draws no secret');
select test.results_in('emma', pg_temp.call('begin_second_factor', test.password('alice')), pg_temp.failures(), '1',
  'beginning with a wrong password counts as a failed login');
select test.results_in('emma', pg_temp.call('begin_second_factor', test.password('emma')), pg_temp.traces(), '',
  'beginning is not in the history, and no notification');
select test.reads('anonymous', pg_temp.log_in('emma'), 'ok', 'a person without a second factor logs in without a code');
select test.results_in('anonymous', pg_temp.log_in('emma', '123456'), $$ select second_factor from identity.session where user_agent = 'epic' $$, 'false',
  'a code of a person without a second factor is ignored');


-- enable

select test.rejects_with_data('emma', pg_temp.call('enable_second_factor', pg_temp.code()), '55000', 'second_factor_is_begun', '', null,
  'No secret has been given to your authenticator app: begin with that.', 'a second factor is not enabled before it is begun');
call test.given('dba', $$
  insert into identity.second_factor (employee_id, secret, created_at)
  values (test.id('emma'), '12345678901234567890', now() - interval '1 hour') $$);
call test.given('dba', $$ insert into identity.session (employee_id, user_agent) values (test.id('emma'), 'another') $$);
select test.results_in('emma', pg_temp.call('begin_second_factor', test.password('emma')),
  $$ select (secret <> '12345678901234567890', created_at = now()) from identity.second_factor $$, '(t,t)',
  'a second factor that was begun may be begun again');
select test.reads('anonymous', pg_temp.log_in('emma'), 'ok', 'a second factor that is only begun is not asked for');
select test.results_in('emma', pg_temp.call('enable_second_factor', pg_temp.code()),
  $$ select (enabled_at = now(), last_step = floor(extract(epoch from now()) / 30)) from identity.second_factor $$, '(t,t)',
  'the code of the app enables the second factor');
select test.results_in('emma', pg_temp.call('enable_second_factor', pg_temp.code()), pg_temp.sessions('emma'), 'another f t, tests t t',
  'enabling confirms this session, and leaves others open without the second factor');
select test.results_in('emma', pg_temp.call('enable_second_factor', pg_temp.code()),
  $$ select string_agg(distinct employee_id || ' ' || second_factor, ', ') from identity.session where employee_id <> test.id('emma') and second_factor $$, null,
  'enabling confirms no session of another');
select test.results_in('emma', pg_temp.call('enable_second_factor', pg_temp.code()), pg_temp.traces(),
  'second_factor_enabled Emma | employee update Emma {"second_factor": "enabled"}',
  'enabling is in the history and notified, without the secret');
select test.reads('emma', pg_temp.call('enable_second_factor', code), 'code_refused', format('%s does not enable the second factor', what))
from (values (pg_temp.wrong_code(), 'a wrong code'), (null, 'no code'), (pg_temp.code(2), 'a code of a minute later'),
             (pg_temp.code(-2), 'a code of a minute ago')) bad (code, what);
select test.results_in('emma', pg_temp.call('enable_second_factor', pg_temp.wrong_code()),
  $$ select (enabled_at is null, last_step, (select count(*) from identity.recovery_code), (select bool_or(second_factor) from identity.session)) from identity.second_factor $$, '(t,0,0,f)',
  'a wrong code changes nothing about the second factor');
select test.results_in('emma', pg_temp.call('enable_second_factor', pg_temp.wrong_code()), pg_temp.failures(), '1',
  'enabling with a wrong code counts as a failed login');
select test.reads('emma', pg_temp.call('enable_second_factor', code), 'ok', format('%s is accepted', what))
from (values (pg_temp.code(-1), 'the code of the step before'), (pg_temp.code(1), 'the code of the step after'),
             (overlay(pg_temp.code() placing ' ' from 4 for 0), 'a code with a space')) near (code, what);
select test.reads('emma', format($$ select cardinality(recovery_codes) || ' ' || (
      select count(*) from unnest(recovery_codes) code where code ~ '^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$') || ' ' || (
      select count(distinct code) from unnest(recovery_codes) code)
    from identity.enable_second_factor(%L, null) $$, pg_temp.code()), '10 10 10',
  'enabling returns ten recovery codes of 16 characters');
select test.results_in('emma', format($$ select set_config('test.codes', array_to_string(recovery_codes, ' '), true) from identity.enable_second_factor(%L, null) $$, pg_temp.code()),
  $$ select (count(*), bool_and(length(code_hash) = 32), count(*) filter (where code_hash = identity.recovery_code_hash(replace(code, '-', ''))))
     from identity.recovery_code left join string_to_table(current_setting('test.codes'), ' ') code on identity.recovery_code_hash(replace(code, '-', '')) = code_hash $$,
  '(10,t,10)',
  'of recovery codes only digests are kept');

call test.given('dba', $$ insert into identity.second_factor (employee_id, secret) values (test.id('bruno'), '12345678901234567890') $$);
select test.results_in('emma', pg_temp.call('enable_second_factor', pg_temp.code()),
  $$ select string_agg(full_name, ', ') from identity.second_factor join crm.employee on id = employee_id where enabled_at is not null $$, 'Emma',
  'enabling enables the second factor of no other');
call test.given('dba', $$ delete from identity.second_factor where employee_id = test.id('bruno') $$);
call test.given('emma', pg_temp.call('enable_second_factor', pg_temp.code(-1)));
call test.given('dba', 'delete from crm.notification');
call test.given('dba', 'delete from identity.recovery_code');
call test.given('dba', $$
  insert into identity.recovery_code
  select test.id('emma'), identity.recovery_code_hash(code) from unnest(array['ABCDEFGHIJKLMNOP', 'BCDEFGHIJKLMNOPQ', 'OOIIBBAAAAAAAAAA']) code $$);
create temp table before as select count(*) as changes from audit.change;


-- when it is enabled

select test.rejects_with_data('emma', statement, '55000', 'second_factor_is_not_enabled', '',
  jsonb_build_object('since', now()), 'Your second factor is enabled already.',
  format('a second factor that is enabled is not begun or enabled again: %s', statement))
from unnest(array[pg_temp.call('begin_second_factor', test.password('emma')), pg_temp.call('enable_second_factor', pg_temp.code())]) statement;
select test.rejects_with_data('alice', statement, '55000', 'second_factor_is_enabled', '', null, 'You have no second factor.',
  format('a person without a second factor has none to confirm or to change: %s', statement))
from unnest(array[
  pg_temp.call('confirm_second_factor', pg_temp.code()),
  pg_temp.call('disable_second_factor', test.password('alice'), pg_temp.code()),
  pg_temp.call('replace_recovery_codes', pg_temp.code())]) statement;


-- logging in

select test.reads('anonymous', pg_temp.log_in('emma', code), 'ok', format('%s logs in', what))
from (values (pg_temp.code(), 'the code of the app'), (pg_temp.code(1), 'the code of the step after'),
             ('ABCDEFGHIJKLMNOP', 'a recovery code'), (' abcd-efgh ijkl-mnop ', 'a recovery code as a person types it'),
             ('0O1I-8BAA-AAAA-AAAA', 'a recovery code with digits for the letters that look like them')) right_ (code, what);
select test.results_in('anonymous', pg_temp.log_in('emma', pg_temp.code()),
  $$ select (employee_id = test.id('emma'), second_factor) from identity.session where user_agent = 'epic' $$, '(t,t)',
  'a login with a code opens a session with the second factor');
select test.reads('anonymous', pg_temp.log_in('emma'), 'second_factor_required', 'the right password without a code is told that one is needed');
select test.reads('anonymous', pg_temp.log_in('emma', code, 'alice'), 'refused', format('a wrong password with %s is refused as any', what))
from (values (null, 'no code'), (pg_temp.code(), 'the right code'), (pg_temp.wrong_code(), 'a wrong code')) any_code (code, what);
select test.reads('anonymous', pg_temp.log_in('emma', code), 'refused', format('%s is refused as a wrong password is', what))
from (values (pg_temp.wrong_code(), 'a wrong code'), ('', 'an empty code'), (pg_temp.code(-1), 'the code that enabled it'),
             (pg_temp.code(-2), 'a code of a minute ago'), (pg_temp.code(2), 'a code of a minute later'),
             ('BBCDEFGHIJKLMNOP', 'a recovery code that was not drawn')) bad (code, what);
select test.results_in('anonymous', pg_temp.log_in('emma', code), $$ select count(*) from identity.session where user_agent = 'epic' $$, '0',
  format('%s opens no session', what))
from (values (pg_temp.wrong_code(), 'a wrong code'), (null, 'no code')) bad (code, what);
select test.results_in('anonymous', pg_temp.log_in('emma', pg_temp.wrong_code()), pg_temp.failures(), '1', 'a wrong code counts as a failed login');
call test.given('anonymous', pg_temp.log_in('emma', pg_temp.wrong_code()));
select test.results_in('anonymous', pg_temp.log_in('emma'), pg_temp.failures(), '1',
  'the right password without a code does not make the wrong codes forgotten, and is no failure');
select test.results_in('anonymous', pg_temp.log_in('emma', pg_temp.code()), pg_temp.failures(), '0',
  'the right password with the right code makes the wrong codes forgotten');
select test.results_in('emma', format('select identity.change_password(test.password(''emma''), test.password(''new''), %L)', '192.0.2.1'), pg_temp.failures(), '0',
  'changing the password in a confirmed session makes the wrong codes forgotten');
call test.given('dba', $$ update identity.session set second_factor = false $$);
select test.results_in('emma', format('select identity.change_password(test.password(''emma''), test.password(''new''), %L)', '192.0.2.1'), pg_temp.failures(), '1',
  'changing the password in a session that is not confirmed does not make the wrong codes forgotten');
select test.results_in('emma', format('select identity.change_password(test.password(''alice''), test.password(''new''), %L)', '192.0.2.1'), pg_temp.failures(), '2',
  'a wrong current password counts as a failed login in a session that is not confirmed');
call test.given('dba', 'delete from identity.login_attempt');

call test.given('anonymous', pg_temp.log_in('emma', pg_temp.code()));
select test.reads('anonymous', pg_temp.log_in('emma', code), 'refused', format('a code is accepted once: %s', what))
from (values (pg_temp.code(), 'the same'), (pg_temp.code(-1), 'an earlier one')) used (code, what);
select test.reads('anonymous', pg_temp.log_in('emma', pg_temp.code(1)), 'ok', 'the next code is accepted');
call test.given('anonymous', pg_temp.log_in('emma', 'ABCDEFGHIJKLMNOP'));
select test.reads('anonymous', pg_temp.log_in('emma', 'ABCDEFGHIJKLMNOP'), 'refused', 'a recovery code is accepted once');
select test.results_in('dba', 'select', pg_temp.traces(),
  'recovery_code_used Emma {"left": 2} | employee update Emma {"second_factor": "enabled"}',
  'the owner of a recovery code that was used is told how many are left');
call test.given('dba', 'delete from crm.notification');
call test.given('dba', $$ insert into identity.second_factor (employee_id, secret, enabled_at) values (test.id('felix'), '09876543210987654321', now()) $$);
select test.reads('anonymous', pg_temp.log_in('felix', code), 'refused', format('%s of another is refused', what))
from (values (pg_temp.code(1), 'a code'), ('BCDEFGHIJKLMNOPQ', 'a recovery code')) others (code, what);
call test.given('dba', $$ update identity.second_factor set last_step = 0 $$);
select test.results_in('anonymous', pg_temp.log_in('felix', pg_temp.code(secret => '09876543210987654321')),
  $$ select last_step from identity.second_factor where employee_id = test.id('emma') $$, '0', 'a login remembers the code of no other');
call test.given('dba', $$ insert into identity.recovery_code values (test.id('felix'), identity.recovery_code_hash('BCDEFGHIJKLMNOPQ')) $$);
select test.results_in('anonymous', pg_temp.log_in('felix', 'BCDEFGHIJKLMNOPQ'),
  $$ select new_values ->> 'left' from crm.notification where recipient_id = test.id('felix') $$, '0', 'only one''s own recovery codes are counted');
call test.given('dba', $$ delete from identity.recovery_code where employee_id = test.id('felix') $$);


-- confirm

select test.results_in('emma', pg_temp.call('confirm_second_factor', code), pg_temp.sessions('emma'), 'another f t, epic t t, epic t t, tests t t',
  format('%s confirms the second factor in this session, and in no other', what))
from (values (pg_temp.code(), 'the code of the app'), ('BCDE-FGHI-JKLM-NOPQ', 'a recovery code')) right_ (code, what);
select test.reads('emma', pg_temp.call('confirm_second_factor', code), 'code_refused', format('%s does not confirm the second factor', what))
from (values (pg_temp.wrong_code(), 'a wrong code'), (null, 'no code')) bad (code, what);
select test.results_in('emma', pg_temp.call('confirm_second_factor', pg_temp.wrong_code()), pg_temp.sessions('emma'), 'another f t, epic t t, epic t t, tests f t',
  'a wrong code leaves the session without the second factor');
select test.results_in('emma', pg_temp.call('confirm_second_factor', pg_temp.wrong_code()), pg_temp.failures(), '1',
  'confirming with a wrong code counts as a failed login');
select test.results_in('emma', pg_temp.call('confirm_second_factor', pg_temp.code()),
  $$ select last_step = floor(extract(epoch from now()) / 30) from identity.second_factor where employee_id = test.id('emma') $$, 'true',
  'a code that confirmed is used up');


-- when the account is locked

do $$ begin for nth in 1..5 loop call test.given('emma', pg_temp.call('confirm_second_factor', pg_temp.wrong_code())); end loop; end $$;
select test.reads('emma', replace(statement, 'select outcome', 'select (outcome, retry_at > now())'), '(locked,t)',
  format('while the account is locked, no code is compared: %s', statement))
from unnest(array[
  pg_temp.call('confirm_second_factor', pg_temp.code()),
  pg_temp.call('disable_second_factor', test.password('emma'), pg_temp.code()),
  pg_temp.call('replace_recovery_codes', pg_temp.code())]) statement;
select test.results_in('emma', pg_temp.call('confirm_second_factor', pg_temp.code()), 'select ((select last_step from identity.second_factor where employee_id = test.id(''emma'')), max(failures)) from identity.login_attempt', '(0,5)',
  'while the account is locked, no code is used up or counted');
select test.reads('anonymous', pg_temp.log_in('emma', pg_temp.code()), 'locked', 'wrong codes lock logging in too');
call test.given('dba', 'delete from identity.login_attempt');


-- disable

select test.results_in('emma', pg_temp.call('disable_second_factor', test.password('emma'), pg_temp.code()),
  $$ select (string_agg(full_name, ', '), (select count(*) from identity.recovery_code)) from identity.second_factor join crm.employee on id = employee_id $$, '(Felix,0)',
  'disabling removes the second factor and the recovery codes of the caller, and of no other');
select test.reads('emma', pg_temp.call('disable_second_factor', test.password('emma'), 'BCDEFGHIJKLMNOPQ'), 'ok', 'a recovery code disables the second factor too');
call test.given('dba', $$ update identity.session set second_factor = true where employee_id in (test.id('emma'), test.id('felix')) $$);
select test.results_in('emma', pg_temp.call('disable_second_factor', test.password('emma'), pg_temp.code()),
  $$ select string_agg(distinct full_name, ', ') from identity.session join crm.employee on employee.id = employee_id where second_factor $$, 'Felix',
  'disabling leaves no session of the caller confirmed, and those of others as they were');
select test.results_in('emma', pg_temp.call('disable_second_factor', test.password('emma'), pg_temp.code()), pg_temp.traces(),
  'second_factor_disabled Emma | employee update Emma {"second_factor": "enabled"}, employee update Emma {"second_factor": "disabled"}',
  'disabling is in the history and notified');
select test.reads('emma', format('select outcome from identity.disable_second_factor(%s, %L, null)', password, code), outcome, format('a second factor is not disabled with %s', what))
from (values ('test.password(''emma'')',  pg_temp.wrong_code(), 'code_refused',     'a wrong code'),
             ('test.password(''emma'')',  null,                 'code_refused',     'no code'),
             ('test.password(''alice'')', pg_temp.code(),       'password_refused', 'the password of another'),
             ('null',                     pg_temp.code(),       'password_refused', 'no password')) bad (password, code, outcome, what);
select test.results_in('emma', pg_temp.call('disable_second_factor', test.password('alice'), pg_temp.code()),
  format('(%s) || '' '' || (select last_step from identity.second_factor where employee_id = test.id(''emma''))', pg_temp.failures()), '1 0',
  'disabling with a wrong password counts as a failed login, and uses no code up');
select test.results_in('emma', pg_temp.call('disable_second_factor', test.password('emma'), pg_temp.wrong_code()),
  format('(%s) || '' '' || (select count(*) from identity.second_factor)', pg_temp.failures()), '1 2',
  'disabling with a wrong code counts as a failed login, and removes nothing');


-- recovery codes

select test.results_in('emma', pg_temp.call('replace_recovery_codes', pg_temp.code()),
  $$ select (count(*), count(*) filter (where code_hash = identity.recovery_code_hash('BCDEFGHIJKLMNOPQ')), min(employee_id) = test.id('emma')) from identity.recovery_code $$,
  '(10,0,t)',
  'new recovery codes replace the former ones');
call test.given('dba', $$ insert into identity.recovery_code values (test.id('felix'), sha256('felix')) $$);
select test.results_in('emma', pg_temp.call('replace_recovery_codes', pg_temp.code()),
  $$ select count(*) from identity.recovery_code where code_hash = sha256('felix') $$, '1',
  'new recovery codes replace those of no other');
select test.reads('emma', format('select cardinality(recovery_codes) from identity.replace_recovery_codes(%L, null)', pg_temp.code()), '10',
  'new recovery codes are returned once');
select test.results_in('emma', pg_temp.call('replace_recovery_codes', pg_temp.code()), pg_temp.traces(),
  'recovery_codes_replaced Emma | employee update Emma {"second_factor": "enabled"}, employee update Emma {"recovery_codes": "replaced"}',
  'new recovery codes are in the history and notified, without the codes');
select test.reads('emma', format('select concat(outcome, recovery_codes) from identity.replace_recovery_codes(%L, null)', code), 'code_refused', format('%s draws no recovery codes', what))
from (values (pg_temp.wrong_code(), 'a wrong code'), (null, 'no code')) bad (code, what);
select test.results_in('emma', pg_temp.call('replace_recovery_codes', pg_temp.wrong_code()),
  format('(%s) || '' '' || (select count(*) from identity.recovery_code where employee_id = test.id(''emma''))', pg_temp.failures()), '1 2',
  'a wrong code counts as a failed login, and leaves the recovery codes');


-- one's own state

select test.reads('emma', $$ select (enabled_at = now(), recovery_codes_left, is_required) from crm.my_second_factor() $$, '(t,2,f)',
  'a person sees since when their second factor is enabled, and how many recovery codes are left');
select test.reads('alice', 'select crm.my_second_factor()', '(,0,f)', 'a person without a second factor sees that there is none');
call test.given('owner', $$ update identity.configuration set second_factor_required_for = '{sales,support}' $$);
select test.reads(who, 'select crm.my_second_factor()', format('(,0,%s)', required), format('%s sees whether it needs a second factor', test.department_of(who)))
from (values ('alice', 't'), ('chloe', 't')) state (who, required);
select test.reads('felix', 'select (crm.my_second_factor()).is_required', 'false', 'management sees that it needs none');
call test.given('owner', $$ update identity.configuration set second_factor_required_for = default $$);
select test.forbids('anonymous', 'select crm.my_second_factor()', 'a request without a session sees no second factor');


-- in a session that may not write, or none

call test.given('dba', $$ update identity.session set read_only = true where id = test.session('emma') $$);
select test.rejects('emma', statement, '25006', 'This session is read-only.',
  format('a read-only session changes no second factor: %s', statement))
from unnest(array[
  pg_temp.call('confirm_second_factor', pg_temp.code()),
  pg_temp.call('disable_second_factor', test.password('emma'), pg_temp.code()),
  pg_temp.call('replace_recovery_codes', pg_temp.code())]) statement;
call test.given('dba', $$ update identity.session set read_only = false where id = test.session('emma') $$);
select test.forbids(who, statement, format('%s has no second factor to change: %s', who, statement))
from unnest(array['anonymous', 'authenticator', 'worker']) who,
     unnest(array[
       pg_temp.call('begin_second_factor', test.password('emma')),
       pg_temp.call('enable_second_factor', pg_temp.code()),
       pg_temp.call('confirm_second_factor', pg_temp.code()),
       pg_temp.call('disable_second_factor', test.password('emma'), pg_temp.code()),
       pg_temp.call('replace_recovery_codes', pg_temp.code())]) statement;


-- an operator

create function pg_temp.reset(who text) returns text
language sql
return format('select identity.reset_second_factor(test.id(%L))', who);

select test.results_in('owner', pg_temp.reset('emma'),
  $$ select (string_agg(full_name, ', '), (select count(*) from identity.recovery_code where employee_id = test.id('emma')))
     from identity.second_factor join crm.employee on id = employee_id $$, '(Felix,0)',
  'an operator removes the second factor of an employee, and of no other');
call test.given('dba', $$ update identity.session set revoked_at = now() - interval '1 day' where user_agent = 'another' $$);
select test.results_in('owner', pg_temp.reset('emma'),
  $$ select string_agg(distinct full_name || ' ' || user_agent, ', ') from identity.session join crm.employee on employee.id = employee_id where revoked_at = now() $$,
  'Emma epic, Emma tests', 'removing a second factor ends the open sessions of the employee, and no other');
select test.results_in('owner', pg_temp.reset('emma'), pg_temp.traces(),
  'second_factor_reset Emma | employee update Emma {"second_factor": "enabled"}, employee update Emma {"second_factor": "reset"}',
  'removing a second factor is in the history, and the employee is told');
select test.rejects_with_data('owner', pg_temp.reset('alice'), '55000', 'second_factor_is_enabled', '', null,
  format('Employee %s has no second factor.', test.id('alice')), 'a second factor that there is not cannot be removed');
select test.forbids(who, pg_temp.reset('emma'), format('%s cannot remove a second factor', who))
from unnest(array['alice', 'chloe', 'emma', 'felix', 'anonymous', 'authenticator', 'worker']) who;

select * from finish();
rollback;
