-- identity.refresh_token: no role of the API reads or writes it. The functions of identity do, as the owner.

begin;
set local search_path = tap, public;
select plan(31);
call test.load_company();


-- structure

select test.has_structure('identity.refresh_token',
  array['PRIMARY KEY (token_hash)',
        'FOREIGN KEY (session_id) REFERENCES identity.session(id) ON DELETE CASCADE'],
  'token_hash, session_id, issued_at');

call test.given('dba', $$ insert into identity.refresh_token (token_hash, session_id) values ('fresh', test.session('alice')) $$);
call test.given('dba', $$ insert into identity.refresh_token (token_hash, session_id, used_at) values ('used', test.session('alice'), now()) $$);


-- grants

select test.column_privileges_are(who, privilege, 'identity.refresh_token', '',
  format('%s has no right to %s any column of identity.refresh_token', test.department_of(who), privilege))
from unnest(array['alice', 'chloe', 'emma']) who, unnest(array['select', 'insert', 'update']) privilege;
select test.forbids(who, 'delete from identity.refresh_token', format('%s cannot delete from identity.refresh_token', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- behind the grants: what the policies would still refuse if columns were granted by mistake

call test.given('dba', $$ grant select, insert, update, delete on identity.refresh_token to epic_employee $$);

select test.reads(who, 'select count(*) from identity.refresh_token', '0', format('no policy lets %s read identity.refresh_token', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.forbids(who, $$ insert into identity.refresh_token (token_hash, session_id) values ('mine', gen_random_uuid()) $$,
  format('no policy lets %s insert into identity.refresh_token', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.affects_no_rows(who, statement, format('no policy lets %s change identity.refresh_token: %s', test.department_of(who), statement))
from unnest(array['alice', 'chloe', 'emma']) who,
     unnest(array['update identity.refresh_token set used_at = now()', 'delete from identity.refresh_token']) statement;


-- the owner, whose functions issue and exchange tokens

select test.reads_all('owner', 'identity.refresh_token', 'the owner''s functions read refresh tokens');
select test.allows('owner', $$ update identity.refresh_token set used_at = now() $$,
  'the owner''s functions mark a refresh token as used');
select test.forbids('owner', $$ update identity.refresh_token set issued_at = now() where token_hash = 'fresh' $$,
  'the owner cannot change a refresh token otherwise than by using it');
select test.affects_no_rows('owner', $$ update identity.refresh_token set used_at = null where token_hash = 'used' $$,
  'the owner cannot make a used refresh token unused');
select test.affects_no_rows('owner', $$ delete from identity.refresh_token $$,
  'the owner cannot delete a refresh token while its session lasts, so that its second use is noticed');
select test.results_in('dba', $$ delete from identity.session where id = test.session('alice') $$,
  'select count(*) from identity.refresh_token', '0',
  'the refresh tokens of a session are deleted with it');

select * from finish();
rollback;
