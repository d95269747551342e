-- identity.access_token: no role of the API reads or writes it. The functions of identity do, as the owner.

begin;
set local search_path = tap, public;
select plan(31);
call test.load_company();


-- structure

select test.has_structure('identity.access_token',
  array['PRIMARY KEY (secret_hash)',
        'FOREIGN KEY (session_id) REFERENCES identity.session(id) ON DELETE CASCADE'],
  'secret_hash, session_id, expires_at, read_only');

call test.given('dba', $$ insert into identity.access_token values ('expired', test.session('alice'), now() - interval '1 second') $$);


-- grants

select test.column_privileges_are(who, privilege, 'identity.access_token', '',
  format('%s has no right to %s any column of identity.access_token', test.department_of(who), privilege))
from unnest(array['alice', 'chloe', 'emma']) who, unnest(array['select', 'insert', 'update']) privilege;
select test.forbids(who, 'delete from identity.access_token', format('%s cannot delete from identity.access_token', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- behind the grants: what the policies would still refuse if columns were granted by mistake

call test.given('dba', $$ grant select, insert, update, delete on identity.access_token to epic_employee $$);

select test.reads(who, 'select count(*) from identity.access_token', '0', format('no policy lets %s read identity.access_token', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.forbids(who, $$ insert into identity.access_token values ('mine', gen_random_uuid(), now()) $$,
  format('no policy lets %s insert into identity.access_token', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.affects_no_rows(who, statement, format('no policy lets %s change identity.access_token: %s', test.department_of(who), statement))
from unnest(array['alice', 'chloe', 'emma']) who,
     unnest(array['update identity.access_token set expires_at = now()', 'delete from identity.access_token']) statement;


-- the owner, whose functions issue access tokens

select test.reads_all('owner', 'identity.access_token', 'the owner''s functions look access tokens up');
select test.allows('owner', $$ insert into identity.access_token values ('new', test.session('alice'), now()) $$,
  'the owner''s functions issue an access token');
select test.affects_no_rows('owner', $$ update identity.access_token set expires_at = 'infinity' $$,
  'the owner cannot change an access token');
select test.results_in('owner', $$ delete from identity.access_token $$,
  $$ select count(*) = (select count(*) from crm.employee where active) from identity.access_token $$, 'true',
  'the owner''s functions delete expired access tokens, and no other');
select test.results_in('dba', $$ delete from identity.session where id = test.session('alice') $$,
  $$ select count(*) from identity.access_token where secret_hash in ('expired', sha256(test.secret('alice'))) $$, '0',
  'the access tokens of a session are deleted with it');
select test.results_in('anonymous', $$
    select identity.log_in('alice@epic.example', test.password('alice'), 'token', 'secret', 'epic', null) $$,
  $$ select (count(*), min(expires_at) = now() + interval '15 minutes') from identity.access_token where secret_hash = 'secret' $$, '(1,t)',
  'logging in issues an access token of fifteen minutes');

select * from finish();
rollback;
