-- identity.change_password, identity.my_password_parameters and identity.log_out.

begin;
set local search_path = tap, public;
select plan(27);
call test.load_company();

create function pg_temp.change_password(who text, next text default 'new') returns text
language sql
return format('select outcome from identity.change_password(%L, %L, %L)', test.password(who), test.password(next), '192.0.2.1');

create function pg_temp.failures() returns text
language sql
return 'select coalesce(sum(failures), 0) from identity.login_attempt where account <> '''' and address <> ''''';


-- change

select test.reads(who, pg_temp.change_password(who), 'changed', format('%s changes their own password', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma', 'ines']) who;
select test.results_in('ines', pg_temp.change_password('ines'),
  $$ select (password_hash = identity.password_digest(test.password('new')), must_change, changed_at = now()) from identity.credential where employee_id = test.id('ines') $$,
  '(t,f,t)',
  'a changed password is no longer for one login only');
select test.results_in('alice', pg_temp.change_password('alice'),
  $$ select string_agg(employee_id::text, ', ') from identity.credential where password_hash = identity.password_digest(test.password('new')) $$, test.id('alice')::text,
  'changing a password changes no other employee''s');
select test.reads(who, $$ select parameters from identity.my_password_parameters('192.0.2.1') where retry_at is null $$, '$argon2id$v=19$m=19456,t=2,p=1$c2FsdC1vZi0' || who,
  format('%s reads the parameters and the salt of their password, and not the hash', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;

select test.rejects('alice', format('select identity.change_password(%L, %L, null)', test.password('alice'), 'correct horse battery staple'),
  '23514', 'A password is stored only as an argon2id hash.',
  'a new password is not stored in the clear');


-- with a wrong current password

select test.reads('alice', pg_temp.change_password('bruno'), 'refused',
  'a password is not changed without the current one');
select test.results_in('alice', pg_temp.change_password('bruno'),
  $$ select count(*) from identity.credential where password_hash = identity.password_digest(test.password('new')) or password_hash = identity.password_digest(test.password('alice')) $$, '1',
  'a wrong current password leaves the password as it was');
select test.results_in('alice', pg_temp.change_password('bruno'), pg_temp.failures(), '1',
  'a wrong current password counts as a failed login');
select test.results_in('emma', pg_temp.change_password('bruno'),
  $$ select string_agg(encode(account, 'hex') || ' ' || encode(address, 'hex'), ', ' order by account, address) from identity.login_attempt where failures = 1 $$,
  (select string_agg(encode(account, 'hex') || ' ' || encode(address, 'hex'), ', ' order by account, address)
   from identity.attempt_counters('emma@epic.example', '192.0.2.1')),
  'a wrong current password counts for the account and the network address');

do $$ begin for nth in 1..5 loop call test.given('alice', pg_temp.change_password('bruno')); end loop; end $$;
select test.results_in('dba', 'select', pg_temp.failures(), '5',
  'wrong current passwords add up');
select test.reads('alice', $$ select (outcome, retry_at > now()) from identity.change_password(test.password('alice'), test.password('new'), '192.0.2.1') $$,
  '(locked,t)',
  'a locked account does not compare the right current password, and returns when to try again');
select test.results_in('alice', pg_temp.change_password('alice'),
  $$ select count(*) from identity.credential where password_hash = identity.password_digest(test.password('new')) $$, '0',
  'a locked account does not change the password');
select test.reads('alice', $$ select retry_at > now() from identity.my_password_parameters('192.0.2.1') $$, 'true',
  'identity.my_password_parameters returns the end of the lock');
select test.reads('anonymous',
  format($$ select outcome from identity.log_in('alice@epic.example', %L, 'token', 'secret', 'epic', '192.0.2.1') $$, test.password('alice')), 'locked',
  'wrong current passwords lock logging in too');
call test.given('dba', $$ update identity.login_attempt set locked_until = clock_timestamp() $$);
select test.results_in('alice', pg_temp.change_password('alice'), pg_temp.failures(), '0',
  'a changed password resets the failures');


-- the other sessions

call test.given('dba', $$
  insert into identity.session (employee_id, user_agent, revoked_at)
  values (test.id('alice'), 'another', null), (test.id('alice'), 'ended', now() - interval '1 day') $$);
select test.results_in('alice', pg_temp.change_password('alice'),
  $$ select string_agg(concat(full_name, ' ', user_agent), ', ')
    from identity.session join crm.employee on employee.id = employee_id where revoked_at = now() $$,
  'Alice another',
  'changing a password ends the employee''s other open sessions, but not the current one or a colleague''s');
select test.results_in('alice', pg_temp.change_password('bruno'),
  $$ select count(*) from identity.session where revoked_at = now() $$, '0',
  'a refused change of a password ends no session');


-- log out

select test.results_in('alice', 'select identity.log_out()',
  $$ select string_agg(concat(full_name, ' ', user_agent), ', ')
    from identity.session join crm.employee on employee.id = employee_id where revoked_at = now() $$,
  'Alice tests',
  'logging out ends the current session, and no other');
select test.affects_no_rows('alice', 'update identity.session set revoked_at = now() where id = ' || quote_literal(test.session('emma')),
  'an employee cannot end a session of a colleague by hand');
select test.rejects('alice',
  format($$ select set_config('jwt.claims.session_id', %L, true); select identity.log_out() $$, test.session('emma')),
  '42501', 'This is done in a session only.',
  'an employee cannot log a colleague out');
select test.results_in('dba',
  $$ select identity.set_claims('none', employee_id, id, null) from identity.session where user_agent = 'ended';
     select identity.log_out() $$,
  $$ select count(*) from identity.session where revoked_at = now() $$, '0',
  'logging out leaves the end of an ended session as it was');


-- behind the policies: what the function would still not do if they were opened by mistake

call test.given('dba', $$ alter policy owner_update_needed on identity.credential using (true) with check (true) $$);
call test.given('dba', $$ update identity.credential set password_hash = test.password('alice') where employee_id = test.id('bruno') $$);
select test.results_in('alice', pg_temp.change_password('alice'),
  $$ select string_agg(employee_id::text, ', ') from identity.credential where password_hash = identity.password_digest(test.password('new')) $$, test.id('alice')::text,
  'changing a password does not change that of a colleague who has the same, even if the policy allowed it');

select * from finish();
rollback;
