-- auth.session, auth.refresh_token and auth.login_attempt: who is logged in, and who tried.
-- Nobody reads or writes them; the functions of auth do, within the limits that the policies set their owner.

begin;
set local search_path = tap, public;
select plan(81);
call test.open_the_company();

call test.given('dba', $$ insert into auth.refresh_token (token_hash, session_id) values ('fresh', test.session('alice')) $$);
call test.given('dba', $$ insert into auth.refresh_token (token_hash, session_id, used_at) values ('used', test.session('alice'), now()) $$);
call test.given('dba', $$ insert into auth.login_attempt (email_digest, failures) values ('someone', 3) $$);
call test.given('dba', $$ update auth.session set expires_at = now() - interval '1 second' where employee_id = test.id('denis') $$);

create temp table ours (relation regclass);
insert into ours values ('auth.session'), ('auth.refresh_token'), ('auth.login_attempt');


-- nobody reads or writes them

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
       $$ insert into auth.refresh_token (token_hash, session_id) values ('mine', gen_random_uuid()) $$,
       $$ insert into auth.login_attempt (email_digest) values ('') $$]) statement;
select test.touches_nothing(who, statement, format('no policy lets %s do it: %s', test.team(who), btrim(statement)))
from unnest(array['alice', 'chloe', 'emma']) who,
     unnest(array[
       $$ update auth.session set revoked_at = null $$,       $$ delete from auth.session $$,
       $$ update auth.refresh_token set used_at = now() $$,   $$ delete from auth.refresh_token $$,
       $$ update auth.login_attempt set locked_until = null $$, $$ delete from auth.login_attempt $$]) statement;


-- the owner, whose functions read and write them

select test.reads_all('owner', relation, format('the owner''s functions read %s', relation)) from ours;

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
