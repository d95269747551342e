-- auth.refresh: a refresh token is exchanged for the next one, once. One that is used twice ends the session.

begin;
set local search_path = tap, public;
select plan(24);
call test.open_the_company();

create function pg_temp.refresh(token text, wanted text default 'outcome') returns text
language sql
return format($$ select %s from auth.refresh(%L, 'next') $$, wanted, token);

create function pg_temp.given_token(who text) returns void
language plpgsql
as $$
begin
  call test.given('dba', format('insert into auth.refresh_token (token_hash, session_id) values (%L, test.session(%L))', who, who));
end
$$;

do $$ begin perform pg_temp.given_token(who) from unnest(array['alice', 'bruno', 'basile', 'chloe', 'denis', 'ines']) who; end $$;
call test.given('dba', $$ update auth.session set last_used_at = now() - interval '20 days', expires_at = now() + interval '10 days' $$);


-- once

select test.reads('stranger', pg_temp.refresh('alice', '(outcome, session_id, employee_id, department, must_change_password)'),
  format('(rotated,%s,%s,sales,f)', test.session('alice'), test.id('alice')),
  'a refresh token tells whose it is, and is exchanged');
select test.reads('stranger', pg_temp.refresh('ines', '(outcome, must_change_password)'), '(rotated,t)',
  'a refresh says that a one-time password must still be changed');
select test.leaves('stranger', pg_temp.refresh('alice'),
  $$ select string_agg(concat(encode(token_hash, 'escape'), case when used_at is null then ' unused' else ' used' end), ', ' order by token_hash)
     from auth.refresh_token where session_id = test.session('alice') $$,
  'alice used, next unused',
  'the token is used, and the next one belongs to the same session');
select test.leaves('stranger', pg_temp.refresh('alice'),
  $$ select (last_used_at = now(), expires_at = now() + interval '30 days', revoked_at) from auth.session where id = test.session('alice') $$,
  '(t,t,)',
  'a refreshed session lasts for another thirty days');

call test.given('stranger', pg_temp.refresh('denis'));
select test.reads('stranger', $$ select outcome from auth.refresh('next', 'after next') $$, 'rotated',
  'the next token is as good as the first');


-- twice at the same moment

call test.given('dba', $$ update auth.refresh_token set used_at = now() - interval '9 seconds' where token_hash = 'bruno' $$);
select test.reads('stranger', pg_temp.refresh('bruno', '(outcome, session_id, employee_id, department, must_change_password)'),
  format('(concurrent,%s,%s,sales,f)', test.session('bruno'), test.id('bruno')),
  'a token that was exchanged a moment ago still tells whose it is');
select test.leaves('stranger', pg_temp.refresh('bruno'),
  $$ select (revoked_at, expires_at < now() + interval '11 days', (select count(*) from auth.refresh_token where session_id = session.id))
     from auth.session where id = test.session('bruno') $$,
  '(,t,1)',
  'and gets no second successor, and does the session no harm');


-- twice within the ten seconds, but the next one has been used since

call test.given('dba', $$
  insert into auth.refresh_token (token_hash, session_id, used_at) values ('after bruno', test.session('bruno'), now() - interval '8 seconds') $$);
select test.reads('stranger', pg_temp.refresh('bruno', '(outcome, session_id, employee_id, department, must_change_password)'),
  '(refused,,,,)',
  'a token that was exchanged a moment ago is refused once the next one has been used too');
select test.leaves('stranger', pg_temp.refresh('bruno'),
  $$ select string_agg(employee_id::text, ', ') from auth.session where revoked_at = now() $$, test.id('bruno')::text,
  'which ends the session: there is no race that it could be');
select test.reads('stranger', pg_temp.refresh('after bruno'), 'concurrent',
  'the one that was exchanged last still has its moment');
call test.given('dba', $$ delete from auth.refresh_token where token_hash = 'after bruno' $$);
call test.given('dba', $$ insert into auth.refresh_token (token_hash, session_id, used_at) values ('of chloe', test.session('chloe'), now()) $$);
select test.reads('stranger', pg_temp.refresh('bruno'), 'concurrent',
  'it does not matter what becomes of the tokens of other sessions');
call test.given('dba', $$ delete from auth.refresh_token where token_hash = 'of chloe' $$);


-- twice

call test.given('dba', $$ update auth.refresh_token set used_at = now() - interval '11 seconds' where token_hash = 'bruno' $$);
select test.reads('stranger', pg_temp.refresh('bruno', '(outcome, session_id, employee_id, department, must_change_password)'),
  '(refused,,,,)',
  'a token that was exchanged before is refused');
select test.leaves('stranger', pg_temp.refresh('bruno'),
  $$ select (revoked_at = now(), (select count(*) from auth.refresh_token where session_id = session.id))
     from auth.session where id = test.session('bruno') $$,
  '(t,1)',
  'a token used twice ends the session, for whoever stole it and for whom it was stolen from');
select test.leaves('stranger', pg_temp.refresh('bruno'),
  $$ select count(*) from auth.session where revoked_at is not null $$, '1',
  'and ends no one else''s session');


-- never

select test.reads('stranger', pg_temp.refresh(token, '(outcome, session_id, employee_id, department, must_change_password)'),
  '(refused,,,,)', format('%s is refused', what))
from (values ('unknown', 'an unknown token'), (null, 'no token')) bad (token, what);

call test.given('dba', $$ update auth.session set revoked_at = now() where id = test.session('alice') $$);
call test.given('dba', $$ update auth.session set expires_at = now() where id = test.session('basile') $$);
call test.given('dba', $$
  set local session_replication_role = replica;
  update crm.employee set active = false where id = test.id('chloe');
  set local session_replication_role = origin $$);
select test.reads('stranger', pg_temp.refresh(who, '(outcome, session_id, employee_id, department, must_change_password)'),
  '(refused,,,,)', format('%s is refused', what))
from (values ('alice', 'the token of a session that was logged out'),
             ('basile', 'the token of an expired session'),
             ('chloe', 'the token of a deactivated employee')) bad (who, what);
select test.leaves('stranger', pg_temp.refresh(who),
  format($$ select count(*) from auth.refresh_token where session_id = test.session(%L) and used_at is null $$, who), '1',
  format('and stays what it was (%s)', who))
from unnest(array['alice', 'basile', 'chloe']) who;

select test.forbids(who, $$ select auth.refresh('denis', 'mine') $$, format('%s refreshes nothing from within a session', test.team(who)))
from unnest(array['denis', 'emma']) who;

select * from finish();
rollback;
