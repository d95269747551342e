-- crm.reset_password: management gives a password for one login to somebody who has forgotten theirs.

begin;
set local search_path = tap, public;
select plan(18);
call test.open_the_company();

create function pg_temp.reset(who text) returns text
language sql
return format('select full_name from crm.reset_password(test.id(%L), test.password(''once''))', who);


-- who may

select test.reads('emma', pg_temp.reset('alice'), 'Alice', 'management resets a password, and is told whose');
select test.reads('emma', pg_temp.reset('felix'), 'Felix', 'also that of another manager');
select test.leaves('emma', pg_temp.reset('alice'),
  $$ select (password_hash = test.password('once'), must_change, changed_at = now()) from auth.credential where employee_id = test.id('alice') $$,
  '(t,t,t)',
  'the new one is for one login');
select test.leaves('emma', pg_temp.reset('alice'),
  $$ select string_agg(employee_id::text, ', ') from auth.credential where password_hash = test.password('once') $$, test.id('alice')::text,
  'and nobody else has got it');
select test.forbids(who, pg_temp.reset('alice'), format('%s resets nobody''s', test.team(who)))
from unnest(array['alice', 'bruno', 'chloe']) who;
create function pg_temp.refuses_their_own(description text) returns text
language sql
return test.raises('emma', pg_temp.reset('emma'), '42501', 'management_reset_others', '',
  jsonb_build_object('reason', (
    select obj_description(oid, 'pg_policy') from pg_policy
    where polrelid = 'auth.credential'::regclass and polname = 'management_reset_others')),
  format('You may not reset the password of employee %s.', test.id('emma')), description);
select pg_temp.refuses_their_own('nobody resets their own, not even management');
call test.given('dba', $$ create policy management_reset_others on auth.session for select to epic_owner using (true) $$);
select pg_temp.refuses_their_own('whatever other policies are called');
call test.given('dba', $$ drop policy management_reset_others on auth.session $$);
select test.refuses('emma', $$ select crm.reset_password(0, test.password('once')) $$, 'P0002', 'There is no employee 0.',
  'there must be somebody');
select test.refuses('emma', $$ select crm.reset_password(test.id('alice'), 'correct horse battery staple') $$,
  '23514', 'A password is stored only as an argon2id hash.',
  'nor is this a way to store a password in the clear');

call test.given('dba', $$ delete from auth.credential where employee_id = test.id('basile') $$);
select test.leaves('emma', pg_temp.reset('basile'),
  $$ select (password_hash = test.password('once'), must_change) from auth.credential where employee_id = test.id('basile') $$, '(t,t)',
  'whoever had no password gets their first');


-- what it brings with it

call test.given('dba', $$
  insert into auth.session (employee_id, user_agent, revoked_at)
  values (test.id('alice'), 'another', null), (test.id('alice'), 'ended', now() - interval '1 day') $$);
select test.leaves('emma', pg_temp.reset('alice'),
  $$ select string_agg(concat(full_name, ' ', user_agent), ', ' order by user_agent)
     from auth.session join crm.employee on employee.id = employee_id where revoked_at = now() $$,
  'Alice another, Alice tests',
  'it ends the sessions of whoever it is, and no one else''s');

call test.given('dba', $$
  insert into auth.login_attempt (account, address, failures, locked_until)
  select account, address, 7, now() + interval '1 hour'
  from unnest(array['alice@epic.example', 'bruno@epic.example']) email, auth.attempt_counters(email, '192.0.2.1')
  on conflict do nothing $$);
select test.leaves('emma', pg_temp.reset('alice'),
  $$ select string_agg(failures::text, ' ') from auth.login_attempt
     where account = auth.email_digest('alice@epic.example') and locked_until is null $$, '0 0',
  'it forgets the failed logins of whoever it is, here and everywhere');
select test.leaves('emma', pg_temp.reset('alice'),
  $$ select string_agg(failures::text, ' ') from auth.login_attempt
     where account <> auth.email_digest('alice@epic.example') and locked_until is not null $$, '7 7 7',
  'and neither those of a colleague nor those of an address');

call test.given('emma', pg_temp.reset('alice'));
select test.reads('stranger', $$ select (outcome, must_change_password) from auth.log_in('alice@epic.example', test.password('once'), 'token', 'epic', '192.0.2.9') $$,
  '(ok,t)',
  'with the new one one logs in, and must change it');
select test.reads('stranger', $$ select outcome from auth.log_in('alice@epic.example', test.password('alice'), 'token', 'epic', '192.0.2.9') $$,
  'refused',
  'with the former one no longer');

select test.leaves('bruno', format('select auth.change_password(%L, %L, null)', test.password('bruno'), test.password('new')),
  $$ select count(*) from auth.session where revoked_at = now() and employee_id = test.id('bruno') $$, '0',
  'a password that one changes oneself leaves one logged in');

select * from finish();
rollback;
