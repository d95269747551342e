-- Locks after failed logins: of one account from one address, of one account from all addresses, and of one address.
-- Logging in is in auth_log_in.sql.

begin;
set local search_path = tap, public;
select plan(60);
call test.load_company();

-- An attempt with the password of an employee, which is right when it is that of the account.
create function pg_temp.log_in(email text, who text, address inet default '192.0.2.1') returns text
language sql
return format($$ select outcome from identity.log_in(%L, %L, 'token', 'secret', 'epic/1.0', %L) $$, email, test.password(who), address);

create procedure pg_temp.failed(account text, address text, failures numeric, ago interval default '0')
language plpgsql
as $$
begin
  call test.given('dba', format(
    'insert into identity.login_attempt (account, address, failures, last_attempt_at) values (%L, %L, %s, now() - interval %L)',
    case account when '' then ''::bytea else identity.email_digest(account) end,
    case address when '' then ''::bytea else identity.ip_digest(address::inet) end, failures, ago));
end
$$;

-- The counters that are not zero, and for how many seconds they lock, rounded to 15 so that a slow machine does not fail
-- the test.
create function pg_temp.counts() returns text
language sql
return $$
  select string_agg(concat_ws(' ',
    case when account = '' then 'all' else 'one' end, case when address = '' then 'everywhere' else 'here' end, round(failures, 2),
    'for ' || round(extract(epoch from locked_until - clock_timestamp()) / 15) * 15), ', ' order by account = '', address = '')
  from identity.login_attempt where failures > 0 $$;


-- every failure counts three times

select test.results_in('anonymous', pg_temp.log_in(email, 'wrong'), pg_temp.counts(), 'one here 1.00, one everywhere 1.00, all here 1.00',
  format('a failed login counts for “%s”, whether the account exists or not', email))
from unnest(array['alice@epic.example', 'nobody@epic.example', 'gaston@epic.example', '']) email;
select test.results_in('anonymous', pg_temp.log_in('alice@epic.example', 'alice'), pg_temp.counts(), null,
  'a successful login does not count as a failure');
call test.given('anonymous', pg_temp.log_in('alice@epic.example', 'wrong'));
select test.results_in('anonymous', pg_temp.log_in(email, 'wrong', address::inet), $$ select string_agg(round(failures)::text, ' ' order by account, address) from identity.login_attempt $$,
  expected, format('failed logins with %s count %s', what, how))
from (values (' ALICE@epic.example', '192.0.2.1', '2 2 2',     'two spellings of an address', 'together'),
             ('alice@epic.example',  '192.0.2.2', '1 1 2 1 1', 'two places',                  'apart, and together for the account'),
             ('bruno@epic.example',  '192.0.2.1', '2 1 1 1 1', 'two accounts',                'apart, and together for the place')) also (email, address, expected, what, how);
call test.given('dba', 'delete from identity.login_attempt');


-- which network addresses are the same

select is(identity.ip_digest(one) = identity.ip_digest(other), same, format('%s and %s are %s', one, other, case when same then 'one address' else 'two addresses' end))
from (values ('192.0.2.1'::inet,      '192.0.2.2'::inet,        false),
             ('192.0.2.1',            '::ffff:192.0.2.1',       true),
             ('::ffff:192.0.2.1',     '::ffff:192.0.2.2',       false),
             ('2001:db8:1:2::1',      '2001:db8:1:2:ffff::9',   true),
             ('2001:db8:1:2::1',      '2001:db8:1:3::1',        false),
             ('::1',                  '0.0.0.1',                false)) pair (one, other, same);
select is(identity.ip_digest(null), sha256('unknown'), 'callers whose network address is unknown share one');
select is(identity.ip_digest('192.0.2.1'), sha256('192.0.2.1'), 'a network address is stored as a digest');


-- the locks grow

create function pg_temp.locks_for(account text, address text, nth integer, seconds text) returns text
language plpgsql
as $$
begin
  call test.given('dba', 'delete from identity.login_attempt');
  call pg_temp.failed(account, address, nth - 1);
  return test.results_in('anonymous', pg_temp.log_in('alice@epic.example', 'wrong'),
    format($result_query$ select concat(round(failures), ': ', round(extract(epoch from locked_until - clock_timestamp()) / 15) * 15)
                     from identity.login_attempt where (account = '') = %L and (address = '') = %L $result_query$, account = '', address = ''),
    concat(nth, ': ', seconds),
    format('failure %s of %s %s %s', nth, case account when '' then 'all accounts' else 'one account' end,
      case address when '' then 'from everywhere' else 'from one address' end,
      case seconds when '' then 'does not lock yet' else 'locks for ' || seconds || ' seconds' end));
end
$$;
select pg_temp.locks_for('alice@epic.example', '192.0.2.1', nth, seconds)
from (values (1, ''), (4, ''), (5, '15'), (6, '30'), (7, '60'), (8, '120'),
             (12, '1920'), (13, '3600'), (14, '3600'), (1000, '3600')) growth (nth, seconds);
select pg_temp.locks_for('alice@epic.example', '', nth, seconds)
from (values (49, ''), (50, '15'), (51, '30'), (1000, '3600')) growth (nth, seconds);
select pg_temp.locks_for('', '192.0.2.1', nth, seconds)
from (values (99, ''), (100, '15'), (101, '30'), (1000, '3600')) growth (nth, seconds);
call test.given('dba', 'delete from identity.login_attempt');


-- whom they lock out

create function pg_temp.locked(account text, address text, who text, come_from inet, outcome text, description text) returns text
language plpgsql
as $$
begin
  call test.given('dba', 'delete from identity.login_attempt where succeeded_at is null');
  call test.given('dba', format(
    'insert into identity.login_attempt (account, address, failures, locked_until) values (%L, %L, 7, now() + interval ''1 hour'')
     on conflict on constraint login_attempt_pkey do update set locked_until = excluded.locked_until',
    case account when '' then ''::bytea else identity.email_digest(account) end,
    case address when '' then ''::bytea else identity.ip_digest(address::inet) end));
  return test.reads('anonymous', pg_temp.log_in(who || '@epic.example', who, come_from), outcome, description);
end
$$;
select pg_temp.locked('alice@epic.example', '192.0.2.1', who, come_from, outcome, format('%s from %s address is %s when the account is locked from one address', whose, which, outcome))
from (values ('alice', '192.0.2.1'::inet, 'locked', 'the account', 'the same'),
             ('alice', '192.0.2.2',       'ok',     'the account', 'another'),
             ('bruno', '192.0.2.1',       'ok',     'another account', 'the same')) who (who, come_from, outcome, whose, which);
select pg_temp.locked('alice@epic.example', '', 'alice', '192.0.2.2', 'locked', 'an account that is locked from all addresses is locked from another one');
select pg_temp.locked('alice@epic.example', '', 'bruno', '192.0.2.1', 'ok', 'an account that is locked does not lock another account');
select pg_temp.locked('', '192.0.2.1', who, '192.0.2.1', 'locked', format('a locked address is locked for %s', who)) from unnest(array['alice', 'bruno']) who;
select pg_temp.locked('', '192.0.2.1', 'alice', '192.0.2.2', 'ok', 'a locked address does not lock another address');

call test.given('dba', 'delete from identity.login_attempt');
call pg_temp.failed('alice@epic.example', '192.0.2.7', 0);
call test.given('dba', $$ update identity.login_attempt set succeeded_at = now() - interval '29 days' $$);
select pg_temp.locked('alice@epic.example', '', 'alice', '192.0.2.7', 'ok',
  'an employee logs in from an address of the last 30 days, even if failures elsewhere lock the account');
select pg_temp.locked('alice@epic.example', '', 'alice', '192.0.2.8', 'locked', 'an employee cannot log in from a new address while failures lock the account');
select pg_temp.locked('', '192.0.2.7', 'alice', '192.0.2.7', 'locked', 'an employee cannot log in from a known address that is locked itself');
select pg_temp.locked('alice@epic.example', '192.0.2.7', 'alice', '192.0.2.7', 'locked', 'an employee cannot log in from a known address where they failed themselves');
call test.given('dba', $$ update identity.login_attempt set succeeded_at = now() - interval '31 days', locked_until = null, last_attempt_at = now() $$);
select pg_temp.locked('alice@epic.example', '', 'alice', '192.0.2.7', 'locked', 'an address is no longer known after 30 days');
call test.given('dba', 'delete from identity.login_attempt');


-- while a lock holds

call pg_temp.failed('alice@epic.example', '192.0.2.1', 4);
call test.given('anonymous', pg_temp.log_in('alice@epic.example', 'wrong'));
select test.reads('anonymous', $$ select (outcome, session_id, employee_id, department, must_change_password, retry_at > now())
                                 from identity.log_in('alice@epic.example', test.password('alice'), 'token', 'secret', 'epic/1.0', '192.0.2.1') $$,
  '(locked,,,,,t)',
  'a locked login does not compare the right password, and returns when to try again');
select test.results_in('anonymous', pg_temp.log_in('alice@epic.example', 'wrong'), pg_temp.counts(), 'one here 5.00 for 15, one everywhere 1.00, all here 1.00',
  'a locked login does not count, so that attempts do not prolong the lock');
select test.reads('anonymous', $$ select retry_at > now() from identity.password_parameters('alice@epic.example', '192.0.2.1') $$, 'true',
  'identity.password_parameters returns the end of the lock');
select test.reads('anonymous', $$ select retry_at is null from identity.password_parameters('alice@epic.example', '192.0.2.2') $$, 'true',
  'identity.password_parameters returns no lock for another address');
call test.given('dba', 'update identity.login_attempt set locked_until = clock_timestamp()');
select test.reads('anonymous', pg_temp.log_in('alice@epic.example', 'alice'), 'ok', 'the right password opens a session after the lock');


-- what resets the counters

select test.results_in('anonymous', pg_temp.log_in('alice@epic.example', 'alice'),
  $$ select string_agg(concat_ws(' ', failures, locked_until is null, succeeded_at = now()), ', ' order by account, address) from identity.login_attempt $$, (
  select string_agg(case when account = '' then '1 f' when address = '' then '0 t' else '0 t t' end, ', ' order by account, address)
  from identity.attempt_counters('alice@epic.example', '192.0.2.1')),
  'a success resets the counters of the account, not that of the address, and is remembered for the address');

call test.given('dba', 'delete from identity.login_attempt');
call pg_temp.failed('bruno@epic.example', '192.0.2.1', 3);
call pg_temp.failed('alice@epic.example', '192.0.2.2', 3);
select test.results_in('anonymous', pg_temp.log_in('alice@epic.example', 'alice'), pg_temp.counts(), 'one here 3.00, one here 3.00',
  'a success resets neither the counters of another account at the same address, nor those of the account at another');

call test.given('dba', 'delete from identity.login_attempt');
call pg_temp.failed('', '192.0.2.1', 90, '10 minutes');
call pg_temp.failed('alice@epic.example', '', 30, '10 minutes');
call pg_temp.failed('alice@epic.example', '192.0.2.1', 3, '10 minutes');
select test.results_in('anonymous', pg_temp.log_in('alice@epic.example', 'wrong'), pg_temp.counts(), 'one here 4.00, one everywhere 31.00, all here 81.00',
  'the counter of an address loses one failure a minute, that of an account none');
call test.given('dba', $$ update identity.login_attempt set last_attempt_at = now() - interval '4 hours' $$);
select test.results_in('anonymous', pg_temp.log_in('alice@epic.example', 'wrong'), pg_temp.counts(), 'one here 4.00, one everywhere 31.00, all here 1.00',
  'the counter of an address does not go below zero');
call test.given('dba', $$ update identity.login_attempt set last_attempt_at = now() - interval '25 hours', succeeded_at = now() - interval '29 days' where account <> '' $$);
select test.results_in('anonymous', pg_temp.log_in('alice@epic.example', 'wrong'), pg_temp.counts(), 'one here 1.00, one everywhere 1.00, all here 1.00',
  'all counters start again after a day');

call test.given('dba', 'delete from identity.login_attempt');
call test.given('dba', $$ insert into identity.login_attempt (account, address, last_attempt_at, succeeded_at) values
  ('failed today',     '', now() - interval '23 hours', null),
  ('failed yesterday', '', now() - interval '25 hours', null),
  ('in this month',    '', now() - interval '29 days',  now() - interval '29 days'),
  ('in last month',    '', now() - interval '31 days',  now() - interval '31 days') $$);
select test.results_in('anonymous', pg_temp.log_in('alice@epic.example', who),
  $$ select string_agg(encode(account, 'escape'), ', ' order by account) from identity.login_attempt where account in ('failed today', 'failed yesterday', 'in this month', 'in last month') $$,
  'failed today, in this month',
  format('%s deletes counters of more than a day ago, or 30 days where the account has logged in', what))
from (values ('alice', 'a success'), ('wrong', 'a failure')) attempts (who, what);
call test.given('dba', 'alter policy owner_delete_old on identity.login_attempt using (true)');
select test.results_in('anonymous', pg_temp.log_in('alice@epic.example', 'alice'),
  $$ select count(*) from identity.login_attempt where encode(account, 'escape') = 'failed today' $$, '1',
  'logging in deletes no counter of today, even if the policy allowed it');

select * from finish();
rollback;
