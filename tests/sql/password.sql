-- One's own password and session: auth.change_password, auth.my_password_parameters, auth.log_out.

begin;
set local search_path = tap, public;
select plan(27);
call test.open_the_company();

create function pg_temp.change_password(who text, next text default 'new') returns text
language sql
return format('select outcome from auth.change_password(%L, %L, %L)', test.password(who), test.password(next), '192.0.2.1');

create function pg_temp.failures() returns text
language sql
return 'select coalesce(sum(failures), 0) from auth.login_attempt where account <> '''' and address <> ''''';


-- change

select test.reads(who, pg_temp.change_password(who), 'changed', format('%s changes their own password', test.team(who)))
from unnest(array['alice', 'chloe', 'emma', 'ines']) who;
select test.leaves('ines', pg_temp.change_password('ines'),
  $$ select (password_hash = test.password('new'), must_change, changed_at = now()) from auth.credential where employee_id = test.id('ines') $$,
  '(t,f,t)',
  'a password that one chose oneself is no longer for one login only');
select test.leaves('alice', pg_temp.change_password('alice'),
  $$ select string_agg(employee_id::text, ', ') from auth.credential where password_hash = test.password('new') $$, test.id('alice')::text,
  'changing one''s password changes nobody else''s');
select test.reads(who, $$ select parameters from auth.my_password_parameters('192.0.2.1') where retry_at is null $$, '$argon2id$v=19$m=19456,t=2,p=1$c2FsdC1vZi0' || who,
  format('%s learns with which salt to hash the current password, and not the hash', test.team(who)))
from unnest(array['alice', 'chloe', 'emma']) who;

select test.refuses('alice', format('select auth.change_password(%L, %L, null)', test.password('alice'), 'correct horse battery staple'),
  '23514', 'A password is stored only as an argon2id hash.',
  'a new password is not stored in the clear');


-- with the wrong current one

select test.reads('alice', pg_temp.change_password('bruno'), 'refused',
  'a password is not changed without the current one');
select test.leaves('alice', pg_temp.change_password('bruno'),
  $$ select count(*) from auth.credential where password_hash = test.password('new') or password_hash = test.password('alice') $$, '1',
  'after a wrong one the password is what it was');
select test.leaves('alice', pg_temp.change_password('bruno'), pg_temp.failures(), '1',
  'a wrong one counts as a failed login');
select test.leaves('emma', pg_temp.change_password('bruno'),
  $$ select string_agg(encode(account, 'hex') || ' ' || encode(address, 'hex'), ', ' order by account, address) from auth.login_attempt where failures = 1 $$,
  (select string_agg(encode(account, 'hex') || ' ' || encode(address, 'hex'), ', ' order by account, address)
   from auth.attempt_counters('emma@epic.example', '192.0.2.1')),
  'it is counted for whoever typed it, and where');

do $$ begin for nth in 1..5 loop call test.given('alice', pg_temp.change_password('bruno')); end loop; end $$;
select test.leaves('dba', 'select', pg_temp.failures(), '5',
  'failures add up');
select test.reads('alice', $$ select (outcome, retry_at > now()) from auth.change_password(test.password('alice'), test.password('new'), '192.0.2.1') $$,
  '(locked,t)',
  'after too many the right one is not compared either, and one is told when to try again');
select test.leaves('alice', pg_temp.change_password('alice'),
  $$ select count(*) from auth.credential where password_hash = test.password('new') $$, '0',
  'nor is the password changed');
select test.reads('alice', $$ select retry_at > now() from auth.my_password_parameters('192.0.2.1') $$, 'true',
  'one is told before anything is hashed');
select test.reads('stranger',
  format($$ select outcome from auth.log_in('alice@epic.example', %L, 'token', 'epic', '192.0.2.1') $$, test.password('alice')), 'locked',
  'the lock is the one that logging in meets');
call test.given('dba', $$ update auth.login_attempt set locked_until = clock_timestamp() $$);
select test.leaves('alice', pg_temp.change_password('alice'), pg_temp.failures(), '0',
  'a success forgets the failures');


-- the sessions of the old password

call test.given('dba', $$
  insert into auth.session (employee_id, user_agent, revoked_at)
  values (test.id('alice'), 'another', null), (test.id('alice'), 'ended', now() - interval '1 day') $$);
select test.leaves('alice', pg_temp.change_password('alice'),
  $$ select string_agg(concat(full_name, ' ', user_agent), ', ')
    from auth.session join crm.employee on employee.id = employee_id where revoked_at = now() $$,
  'Alice another',
  'changing a password ends one''s other open sessions, but not the one in which it was changed, or a colleague''s');
select test.leaves('alice', pg_temp.change_password('bruno'),
  $$ select count(*) from auth.session where revoked_at = now() $$, '0',
  'failing to change it ends none');


-- log out

select test.leaves('alice', 'select auth.log_out()',
  $$ select string_agg(concat(full_name, ' ', user_agent), ', ')
    from auth.session join crm.employee on employee.id = employee_id where revoked_at = now() $$,
  'Alice tests',
  'logging out ends the session in which it is done, and no other');
select test.touches_nothing('alice', 'update auth.session set revoked_at = now() where id = ' || quote_literal(test.session('emma')),
  'nobody ends a session of a colleague by hand');
select test.leaves('alice',
  format($$ select set_config('jwt.claims.session_id', %L, true); select auth.log_out() $$, test.session('emma')),
  $$ select count(*) from auth.session where revoked_at = now() $$, '0',
  'nobody logs a colleague out');
select test.leaves('dba',
  $$ select set_config('jwt.claims.employee_id', employee_id::text, true), set_config('jwt.claims.session_id', id::text, true)
     from auth.session where user_agent = 'ended';
     select auth.log_out() $$,
  $$ select count(*) from auth.session where revoked_at = now() $$, '0',
  'a session that has ended stays ended since then');


-- behind the policies: what the function would still not do if they were opened by mistake

call test.given('dba', $$ alter policy owner_update_own on auth.credential using (true) with check (true) $$);
call test.given('dba', $$ update auth.credential set password_hash = test.password('alice') where employee_id = test.id('bruno') $$);
select test.leaves('alice', pg_temp.change_password('alice'),
  $$ select string_agg(employee_id::text, ', ') from auth.credential where password_hash = test.password('new') $$, test.id('alice')::text,
  'changing one''s password does not change that of a colleague who has the same');

select * from finish();
rollback;
