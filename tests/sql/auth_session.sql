-- auth.session, auth.refresh_token and auth.login_attempt: who is logged in, and who tried.
-- Everybody sees and ends their own sessions. For the rest, nobody reads or writes them; the functions of auth do,
-- within the limits that the policies set their owner.

begin;
set local search_path = tap, public;
select plan(96);
call test.open_the_company();


-- structure

select test.has_structure('auth.session',
  array['PRIMARY KEY (id)',
        'FOREIGN KEY (employee_id) REFERENCES crm.employee(id) ON DELETE CASCADE'],
  'id, employee_id, created_at, last_used_at, expires_at');

call test.given('dba', $$ insert into auth.refresh_token (token_hash, session_id) values ('fresh', test.session('alice')) $$);
call test.given('dba', $$ insert into auth.refresh_token (token_hash, session_id, used_at) values ('used', test.session('alice'), now()) $$);
call test.given('dba', $$ insert into auth.login_attempt (account, address, failures, last_attempt_at)
  values ('someone', '', 3, now() - interval '23 hours'), ('someone', 'else', 3, now() - interval '25 hours') $$);
call test.given('dba', $$ update auth.session set expires_at = now() - interval '1 second' where employee_id = test.id('denis') $$);

create temp table ours (relation regclass);
insert into ours values ('auth.refresh_token'), ('auth.login_attempt');


-- one's own sessions

select test.opens(who, 'select', 'auth.session', 'id, user_agent, created_at, last_used_at, expires_at, revoked_at',
  format('%s reads all of a session but whose it is', test.team(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.opens(who, 'update', 'auth.session', 'revoked_at', format('%s can do no more to a session than end it', test.team(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.opens(who, 'insert', 'auth.session', '', format('%s opens no session', test.team(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.forbids(who, 'delete from auth.session', format('%s deletes no session', test.team(who)))
from unnest(array['alice', 'chloe', 'emma']) who;

select test.reads(who, 'select string_agg(id::text, chr(32)) from auth.session', test.session(who)::text,
  format('%s sees their own session and no other', who))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.leaves(who, 'update auth.session set revoked_at = now()',
  'select string_agg(employee_id::text, chr(32)) from auth.session where revoked_at = now()', test.id(who)::text,
  format('%s ends their own session and no other', who))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.forbids('alice', format('update auth.session set revoked_at = %s', moment),
  format('a session is ended now, and not %s', what))
from (values ($$ now() + interval '1 hour' $$, 'later'), ($$ now() - interval '1 hour' $$, 'before')) bad (moment, what);
call test.given('dba', $$ insert into auth.session (employee_id, user_agent, revoked_at) values (test.id('alice'), 'ended', now() - interval '1 hour') $$);
select test.touches_nothing('alice', $$ update auth.session set revoked_at = null where user_agent = 'ended' $$,
  'a session that has ended is not opened again');
select test.touches_nothing('alice', $$ update auth.session set revoked_at = now() where user_agent = 'ended' $$,
  'nor does it end a second time');
call test.given('dba', $$ delete from auth.session where user_agent = 'ended' $$);


-- nobody reads or writes the rest

select test.opens(who, verb, relation, '', format('%s has no right to %s any column of %s', test.team(who), verb, relation))
from unnest(array['alice', 'chloe', 'emma']) who, ours, unnest(array['select', 'insert', 'update']) verb;
select test.forbids(who, format('delete from %s', relation), format('%s deletes nothing from %s', test.team(who), relation))
from unnest(array['alice', 'chloe', 'emma']) who, ours;


-- behind the grants: what the policies would still refuse if columns were granted by mistake

call test.given('dba', $$ grant select, insert, update, delete on auth.session, auth.refresh_token, auth.login_attempt to epic_employee $$);

select test.reads(who, format('select count(*) from %s', relation), '0', format('no policy lets %s read %s', test.team(who), relation))
from unnest(array['alice', 'chloe', 'emma']) who, ours;
select test.forbids(who, statement, format('no policy lets %s do it: %s', test.team(who), btrim(statement)))
from unnest(array['alice', 'chloe', 'emma']) who,
     unnest(array[
       $$ insert into auth.session (employee_id) values (test.id('emma')) $$,
       $$ update auth.session set employee_id = test.id('denis'), revoked_at = now() $$,
       $$ update auth.session set expires_at = now() + interval '1 year' $$,
       $$ insert into auth.refresh_token (token_hash, session_id) values ('mine', gen_random_uuid()) $$,
       $$ insert into auth.login_attempt (account, address) values ('', '') $$]) statement;
select test.touches_nothing(who, statement, format('no policy lets %s do it: %s', test.team(who), btrim(statement)))
from unnest(array['alice', 'chloe', 'emma']) who,
     unnest(array[
       $$ update auth.session set revoked_at = null where employee_id <> crm.current_employee_id() $$, $$ delete from auth.session $$,
       $$ update auth.refresh_token set used_at = now() $$,   $$ delete from auth.refresh_token $$,
       $$ update auth.login_attempt set locked_until = null $$, $$ delete from auth.login_attempt $$]) statement;


-- the owner, whose functions read and write them

select test.reads_all('owner', relation, format('the owner''s functions read %s', relation))
from (table ours union all values ('auth.session'::regclass)) tables (relation);
select test.leaves('owner', 'delete from auth.login_attempt', $$ select string_agg(failures || encode(address, 'escape'), chr(32)) from auth.login_attempt $$, '3',
  'the owner''s functions forget attempts after a day, and not before');

select test.allows('owner', $$ delete from auth.session $$,
  'the owner''s functions clear expired sessions away, and no others');
select test.allows('owner', $$ update auth.refresh_token set used_at = now() $$,
  'a refresh token is used once');
select test.forbids('owner', $$ update auth.refresh_token set issued_at = now() where token_hash = 'fresh' $$,
  'a refresh token is changed only by being used');
select test.touches_nothing('owner', $$ update auth.refresh_token set used_at = null where token_hash = 'used' $$,
  'a used refresh token stays used');
select test.touches_nothing('owner', $$ delete from auth.refresh_token $$,
  'a refresh token is remembered as long as its session, so that its second use is noticed');
select test.leaves('dba', $$ delete from auth.session where id = test.session('alice') $$,
  'select count(*) from auth.refresh_token', '0',
  'the refresh tokens of a session go with it');

select * from finish();
rollback;
