-- How failed logins lock: one account from one address soon, one account from everywhere later, one address that
-- tries every account later still. What logging in does otherwise is in logging_in.sql.

begin;
set local search_path = tap, public;
select plan(60);
call test.open_the_company();

-- An attempt with somebody's password, which is right when it is one's own; here and there are two addresses.
create function pg_temp.log_in(email text, who text, address inet default '192.0.2.1') returns text
language sql
return format($$ select outcome from auth.log_in(%L, %L, 'token', 'epic/1.0', %L) $$, email, test.password(who), address);

create procedure pg_temp.failed(account text, address text, failures numeric, ago interval default '0')
language plpgsql
as $$
begin
  call test.given('dba', format(
    'insert into auth.login_attempt (account, address, failures, last_attempt_at) values (%L, %L, %s, now() - interval %L)',
    case account when '' then ''::bytea else auth.email_digest(account) end,
    case address when '' then ''::bytea else auth.ip_digest(address::inet) end, failures, ago));
end
$$;

-- The counts that are not zero, and for how many seconds they lock: to a quarter of a minute, so that a slow machine
-- is not a reason to fail.
create function pg_temp.counts() returns text
language sql
return $$
  select string_agg(concat_ws(' ',
    case when account = '' then 'all' else 'one' end, case when address = '' then 'everywhere' else 'here' end, round(failures, 2),
    'for ' || round(extract(epoch from locked_until - clock_timestamp()) / 15) * 15), ', ' order by account = '', address = '')
  from auth.login_attempt where failures > 0 $$;


-- every failure is counted three times

select test.leaves('stranger', pg_temp.log_in(email, 'wrong'), pg_temp.counts(), 'one here 1.00, one everywhere 1.00, all here 1.00',
  format('a failure is counted for %s, known or not', email))
from unnest(array['alice@epic.example', 'nobody@epic.example', 'gaston@epic.example', '']) email;
select test.leaves('stranger', pg_temp.log_in('alice@epic.example', 'alice'), pg_temp.counts(), null,
  'a success is not');
call test.given('stranger', pg_temp.log_in('alice@epic.example', 'wrong'));
select test.leaves('stranger', pg_temp.log_in(email, 'wrong', address::inet), $$ select string_agg(round(failures)::text, ' ' order by account, address) from auth.login_attempt $$,
  expected, format('%s are counted %s', what, how))
from (values (' ALICE@epic.example', '192.0.2.1', '2 2 2',     'two spellings of an address', 'together'),
             ('alice@epic.example',  '192.0.2.2', '1 1 2 1 1', 'two places',                  'apart, and together for the account'),
             ('bruno@epic.example',  '192.0.2.1', '2 1 1 1 1', 'two accounts',                'apart, and together for the place')) also (email, address, expected, what, how);
call test.given('dba', 'delete from auth.login_attempt');


-- what an address is

select is(auth.ip_digest(one) = auth.ip_digest(other), same, format('%s and %s are %s', one, other, case when same then 'one address' else 'two addresses' end))
from (values ('192.0.2.1'::inet,      '192.0.2.2'::inet,        false),
             ('192.0.2.1',            '::ffff:192.0.2.1',       true),
             ('::ffff:192.0.2.1',     '::ffff:192.0.2.2',       false),
             ('2001:db8:1:2::1',      '2001:db8:1:2:ffff::9',   true),
             ('2001:db8:1:2::1',      '2001:db8:1:3::1',        false),
             ('::1',                  '0.0.0.1',                false)) pair (one, other, same);
select is(auth.ip_digest(null), sha256('unknown'), 'callers whose address is not known share one');
select is(auth.ip_digest('192.0.2.1'), sha256('192.0.2.1'), 'only a digest of an address is stored');


-- the locks grow

create function pg_temp.locks_for(account text, address text, nth integer, seconds text) returns text
language plpgsql
as $$
begin
  call test.given('dba', 'delete from auth.login_attempt');
  call pg_temp.failed(account, address, nth - 1);
  return test.leaves('stranger', pg_temp.log_in('alice@epic.example', 'wrong'),
    format($witness$ select concat(round(failures), ': ', round(extract(epoch from locked_until - clock_timestamp()) / 15) * 15)
                     from auth.login_attempt where (account = '') = %L and (address = '') = %L $witness$, account = '', address = ''),
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
call test.given('dba', 'delete from auth.login_attempt');


-- whom they lock out

create function pg_temp.locked(account text, address text, who text, come_from inet, outcome text, description text) returns text
language plpgsql
as $$
begin
  call test.given('dba', 'delete from auth.login_attempt where succeeded_at is null');
  call test.given('dba', format(
    'insert into auth.login_attempt (account, address, failures, locked_until) values (%L, %L, 7, now() + interval ''1 hour'')
     on conflict on constraint login_attempt_pkey do update set locked_until = excluded.locked_until',
    case account when '' then ''::bytea else auth.email_digest(account) end,
    case address when '' then ''::bytea else auth.ip_digest(address::inet) end));
  return test.reads('stranger', pg_temp.log_in(who || '@epic.example', who, come_from), outcome, description);
end
$$;
select pg_temp.locked('alice@epic.example', '192.0.2.1', who, come_from, outcome, format('%s from %s address is %s when it is locked', whose, which, outcome))
from (values ('alice', '192.0.2.1'::inet, 'locked', 'the account', 'the same'),
             ('alice', '192.0.2.2',       'ok',     'the account', 'another'),
             ('bruno', '192.0.2.1',       'ok',     'another account', 'the same')) who (who, come_from, outcome, whose, which);
select pg_temp.locked('alice@epic.example', '', 'alice', '192.0.2.2', 'locked', 'an account that is locked everywhere is locked everywhere');
select pg_temp.locked('alice@epic.example', '', 'bruno', '192.0.2.1', 'ok', 'and is no other');
select pg_temp.locked('', '192.0.2.1', who, '192.0.2.1', 'locked', format('an address that is locked is locked for %s', who)) from unnest(array['alice', 'bruno']) who;
select pg_temp.locked('', '192.0.2.1', 'alice', '192.0.2.2', 'ok', 'and is no other');

call test.given('dba', 'delete from auth.login_attempt');
call pg_temp.failed('alice@epic.example', '192.0.2.7', 0);
call test.given('dba', $$ update auth.login_attempt set succeeded_at = now() - interval '29 days' $$);
select pg_temp.locked('alice@epic.example', '', 'alice', '192.0.2.7', 'ok',
  'where somebody has logged in within 30 days, they still do, whatever fails elsewhere');
select pg_temp.locked('alice@epic.example', '', 'alice', '192.0.2.8', 'locked', 'and nowhere else');
select pg_temp.locked('', '192.0.2.7', 'alice', '192.0.2.7', 'locked', 'but not when that address itself is locked');
select pg_temp.locked('alice@epic.example', '192.0.2.7', 'alice', '192.0.2.7', 'locked', 'nor when it was there that they failed');
call test.given('dba', $$ update auth.login_attempt set succeeded_at = now() - interval '31 days', locked_until = null, last_attempt_at = now() $$);
select pg_temp.locked('alice@epic.example', '', 'alice', '192.0.2.7', 'locked', 'nor after 30 days');
call test.given('dba', 'delete from auth.login_attempt');


-- while a lock holds

call pg_temp.failed('alice@epic.example', '192.0.2.1', 4);
call test.given('stranger', pg_temp.log_in('alice@epic.example', 'wrong'));
select test.reads('stranger', $$ select (outcome, session_id, employee_id, department, must_change_password, retry_at > now())
                                 from auth.log_in('alice@epic.example', test.password('alice'), 'token', 'epic/1.0', '192.0.2.1') $$,
  '(locked,,,,,t)',
  'even the right password is not compared, and one is told when to try again');
select test.leaves('stranger', pg_temp.log_in('alice@epic.example', 'wrong'), pg_temp.counts(), 'one here 5.00 for 15, one everywhere 1.00, all here 1.00',
  'attempts are not counted, so that the lock ends whatever others do');
select test.reads('stranger', $$ select retry_at > now() from auth.password_parameters('alice@epic.example', '192.0.2.1') $$, 'true',
  'one is told before anything is hashed');
select test.reads('stranger', $$ select retry_at is null from auth.password_parameters('alice@epic.example', '192.0.2.2') $$, 'true',
  'and elsewhere that there is no lock');
call test.given('dba', 'update auth.login_attempt set locked_until = clock_timestamp()');
select test.reads('stranger', pg_temp.log_in('alice@epic.example', 'alice'), 'ok', 'after the lock the right password opens a session');


-- what is forgotten

select test.leaves('stranger', pg_temp.log_in('alice@epic.example', 'alice'),
  $$ select string_agg(concat_ws(' ', failures, locked_until is null, succeeded_at = now()), ', ' order by account, address) from auth.login_attempt $$, (
  select string_agg(case when account = '' then '1 f' when address = '' then '0 t' else '0 t t' end, ', ' order by account, address)
  from auth.attempt_counters('alice@epic.example', '192.0.2.1')),
  'a success forgets the failures of the account, but not those of the address; and is remembered where it was');

call test.given('dba', 'delete from auth.login_attempt');
call pg_temp.failed('bruno@epic.example', '192.0.2.1', 3);
call pg_temp.failed('alice@epic.example', '192.0.2.2', 3);
select test.leaves('stranger', pg_temp.log_in('alice@epic.example', 'alice'), pg_temp.counts(), 'one here 3.00, one here 3.00',
  'it forgets neither those of a colleague at the same address, nor one''s own at another');

call test.given('dba', 'delete from auth.login_attempt');
call pg_temp.failed('', '192.0.2.1', 90, '10 minutes');
call pg_temp.failed('alice@epic.example', '', 30, '10 minutes');
call pg_temp.failed('alice@epic.example', '192.0.2.1', 3, '10 minutes');
select test.leaves('stranger', pg_temp.log_in('alice@epic.example', 'wrong'), pg_temp.counts(), 'one here 4.00, one everywhere 31.00, all here 81.00',
  'an address loses a failure a minute, an account none');
call test.given('dba', $$ update auth.login_attempt set last_attempt_at = now() - interval '4 hours' $$);
select test.leaves('stranger', pg_temp.log_in('alice@epic.example', 'wrong'), pg_temp.counts(), 'one here 4.00, one everywhere 31.00, all here 1.00',
  'and never more than it had');
call test.given('dba', $$ update auth.login_attempt set last_attempt_at = now() - interval '25 hours', succeeded_at = now() - interval '29 days' where account <> '' $$);
select test.leaves('stranger', pg_temp.log_in('alice@epic.example', 'wrong'), pg_temp.counts(), 'one here 1.00, one everywhere 1.00, all here 1.00',
  'after a day all begin again');

call test.given('dba', 'delete from auth.login_attempt');
call test.given('dba', $$ insert into auth.login_attempt (account, address, last_attempt_at, succeeded_at) values
  ('failed today',     '', now() - interval '23 hours', null),
  ('failed yesterday', '', now() - interval '25 hours', null),
  ('in this month',    '', now() - interval '29 days',  now() - interval '29 days'),
  ('in last month',    '', now() - interval '31 days',  now() - interval '31 days') $$);
select test.leaves('stranger', pg_temp.log_in('alice@epic.example', who),
  $$ select string_agg(encode(account, 'escape'), ', ' order by account) from auth.login_attempt where account in ('failed today', 'failed yesterday', 'in this month', 'in last month') $$,
  'failed today, in this month',
  format('%s clears away what is more than a day old, or a month where somebody has logged in', what))
from (values ('alice', 'a success'), ('wrong', 'a failure')) attempts (who, what);
call test.given('dba', 'alter policy owner_delete_old on auth.login_attempt using (true)');
select test.leaves('stranger', pg_temp.log_in('alice@epic.example', 'alice'),
  $$ select count(*) from auth.login_attempt where encode(account, 'escape') = 'failed today' $$, '1',
  'even if its policy were opened by mistake, nothing of today would be cleared away');

select * from finish();
rollback;
