-- identity.refresh: a refresh token is exchanged once for the next one. A replayed token ends the session.

begin;
set local search_path = tap, public;
select plan(27);
call test.load_company();

create function pg_temp.refresh(token text, wanted text default 'outcome') returns text
language sql
return format($$ select %s from identity.refresh(%L, 'next', uuid_send(gen_random_uuid())) $$, wanted, token);

create function pg_temp.given_token(who text) returns void
language plpgsql
as $$
begin
  call test.given('dba', format('insert into identity.refresh_token (token_hash, session_id) values (%L, test.session(%L))', who, who));
end
$$;

do $$ begin perform pg_temp.given_token(who) from unnest(array['alice', 'bruno', 'basile', 'chloe', 'denis', 'ines']) who; end $$;
call test.given('dba', $$ update identity.session set last_used_at = now() - interval '20 days', expires_at = now() + interval '10 days' $$);


-- once

select test.reads('anonymous', pg_temp.refresh('alice', '(outcome, session_id, employee_id, department, must_change_password)'),
  format('(rotated,%s,%s,sales,f)', test.session('alice'), test.id('alice')),
  'a refresh returns the session and the employee of the token');
select test.reads('anonymous', pg_temp.refresh('ines', '(outcome, must_change_password)'), '(rotated,t)',
  'a refresh returns that a one-time password must be changed');
select test.results_in('anonymous', pg_temp.refresh('alice'),
  $$ select string_agg(concat(encode(token_hash, 'escape'), case when used_at is null then ' unused' else ' used' end), ', ' order by token_hash)
     from identity.refresh_token where session_id = test.session('alice') $$,
  'alice used, next unused',
  'a refresh marks the token as used, and adds the next one to the session');
select test.results_in('anonymous', pg_temp.refresh('alice'),
  $$ select (last_used_at = now(), expires_at = now() + interval '30 days', revoked_at) from identity.session where id = test.session('alice') $$,
  '(t,t,)',
  'a refresh extends the session to thirty days');

call test.given('anonymous', pg_temp.refresh('denis'));
select test.reads('anonymous', $$ select outcome from identity.refresh('next', 'after next', 'another secret') $$, 'rotated',
  'the next token is exchanged in its turn');


-- concurrent use

call test.given('dba', $$ update identity.refresh_token set used_at = now() - interval '9 seconds' where token_hash = 'bruno' $$);
select test.reads('anonymous', pg_temp.refresh('bruno', '(outcome, session_id, employee_id, department, must_change_password)'),
  format('(concurrent,%s,%s,sales,f)', test.session('bruno'), test.id('bruno')),
  'a token that was used within ten seconds returns the session and the employee');
select test.results_in('anonymous', pg_temp.refresh('bruno'),
  $$ select (revoked_at, expires_at < now() + interval '11 days', (select count(*) from identity.refresh_token where session_id = session.id))
     from identity.session where id = test.session('bruno') $$,
  '(,t,1)',
  'a token that was used within ten seconds adds no further token, and the session stays open');


-- a replay within ten seconds, after the next token was used

call test.given('dba', $$
  insert into identity.refresh_token (token_hash, session_id, used_at) values ('after bruno', test.session('bruno'), now() - interval '8 seconds') $$);
select test.reads('anonymous', pg_temp.refresh('bruno', '(outcome, session_id, employee_id, department, must_change_password)'),
  '(refused,,,,)',
  'a token that was used within ten seconds is refused once the next token was used');
select test.results_in('anonymous', pg_temp.refresh('bruno'),
  $$ select string_agg(employee_id::text, ', ') from identity.session where revoked_at = now() $$, test.id('bruno')::text,
  'a token that is replayed after the next one was used ends the session');
select test.reads('anonymous', pg_temp.refresh('after bruno'), 'concurrent',
  'the token that was used last may still be used concurrently');
call test.given('dba', $$ delete from identity.refresh_token where token_hash = 'after bruno' $$);
call test.given('dba', $$ insert into identity.refresh_token (token_hash, session_id, used_at) values ('of chloe', test.session('chloe'), now()) $$);
select test.reads('anonymous', pg_temp.refresh('bruno'), 'concurrent',
  'the tokens of other sessions do not count');
call test.given('dba', $$ delete from identity.refresh_token where token_hash = 'of chloe' $$);


-- a replay after ten seconds

call test.given('dba', $$ update identity.refresh_token set used_at = now() - interval '11 seconds' where token_hash = 'bruno' $$);
select test.reads('anonymous', pg_temp.refresh('bruno', '(outcome, session_id, employee_id, department, must_change_password)'),
  '(refused,,,,)',
  'a token that was used more than ten seconds ago is refused');
select test.results_in('anonymous', pg_temp.refresh('bruno'),
  $$ select (revoked_at = now(), (select count(*) from identity.refresh_token where session_id = session.id))
     from identity.session where id = test.session('bruno') $$,
  '(t,1)',
  'a replayed token ends the session');
select test.results_in('anonymous', pg_temp.refresh('bruno'),
  $$ select count(*) from identity.session where revoked_at is not null $$, '1',
  'a replayed token ends no other session');


-- refusals

select test.reads('anonymous', pg_temp.refresh(token, '(outcome, session_id, employee_id, department, must_change_password)'),
  '(refused,,,,)', format('%s is refused', what))
from (values ('unknown', 'an unknown token'), (null, 'no token')) bad (token, what);

call test.given('dba', $$ update identity.session set revoked_at = now() where id = test.session('alice') $$);
call test.given('dba', $$ update identity.session set expires_at = now() where id = test.session('basile') $$);
call test.given('dba', $$
  set local session_replication_role = replica;
  update crm.employee set active = false where id = test.id('chloe');
  set local session_replication_role = origin $$);
select test.reads('anonymous', pg_temp.refresh(who, '(outcome, session_id, employee_id, department, must_change_password)'),
  '(refused,,,,)', format('%s is refused', what))
from (values ('alice', 'the token of a session that was logged out'),
             ('basile', 'the token of an expired session'),
             ('chloe', 'the token of a deactivated employee')) bad (who, what);
select test.results_in('anonymous', pg_temp.refresh(who),
  format($$ select count(*) from identity.refresh_token where session_id = test.session(%L) and used_at is null $$, who), '1',
  format('a refused token stays unused (%s)', who))
from unnest(array['alice', 'basile', 'chloe']) who;

-- a session that ended for a reason that its employee should hear of

call test.given('emma', $$ select crm.reset_password(test.id('ines'), test.password('once')) $$);
select test.rejects_with_data('anonymous', pg_temp.refresh('ines'), 'EP401', 'password_reset', '', null, 'Your password was reset by Emma.',
  'a refresh is told who reset the password');
call test.given('dba', $$ insert into identity.session (employee_id, user_agent) values (test.id('denis'), 'another') $$);
call test.given('dba', $$ insert into identity.refresh_token (token_hash, session_id) select 'elsewhere', id from identity.session where user_agent = 'another' $$);
call test.given('denis', $$ select identity.change_password(test.password('denis'), test.password('new'), null) $$);
select test.rejects_with_data('anonymous', pg_temp.refresh('elsewhere'), 'EP401', 'password_changed', '', null, 'Your password was changed.',
  'a refresh is told that the password was changed elsewhere');
select test.reads('anonymous', pg_temp.refresh('denis', 'session_id is not null'), 'true', 'the session in which the password was changed goes on');

select test.forbids(who, $$ select identity.refresh('denis', 'mine', 'mine') $$, format('%s cannot refresh from within a session', test.department_of(who)))
from unnest(array['denis', 'emma']) who;

select * from finish();
rollback;
