-- identity.proof_key: the key of the proofs is read by the functions of identity, as the owner, and replaced by an administrator.

begin;
set local search_path = tap, public;
select plan(37);
call test.load_company();


-- structure

select test.has_structure('identity.proof_key', array['PRIMARY KEY (id)'], 'id, inner_key, outer_key, created_at');
select test.results_in('dba', 'update identity.proof_key set created_at = default', $$
    select (length(inner_key), length(outer_key), inner_key <> outer_key, created_at = now(), count(*) over ()) from identity.proof_key $$,
  '(64,64,t,t,1)', 'there is one key, of two blocks of 64 bytes that differ');
select test.results_in('dba', 'delete from identity.proof_key; insert into identity.proof_key default values',
  'select (id, length(inner_key), length(outer_key)) from identity.proof_key', '(t,64,64)', 'a key that is lost is drawn anew');
select test.rejects('dba', 'insert into identity.proof_key (id) values (false)', '23514', 'There is one key.', 'there is no second key');
select test.rejects('dba', format('update identity.proof_key set %I = %L', half, repeat('x', size)), '23514',
  'Each half of the key is one block of SHA-256.', format('%s is not of %s bytes', half, size))
from unnest(array['inner_key', 'outer_key']) half, unnest(array[63, 65]) size;


-- grants

select test.column_privileges_are(who, privilege, 'identity.proof_key', '',
  format('%s has no right to %s any column of identity.proof_key', test.department_of(who), privilege))
from unnest(array['alice', 'chloe', 'emma']) who, unnest(array['select', 'insert', 'update']) privilege;
select test.forbids(who, 'delete from identity.proof_key', format('%s cannot delete from identity.proof_key', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- behind the grants: what the policies would still refuse if columns were granted by mistake

call test.given('dba', $$ grant select, insert, update, delete on identity.proof_key to epic_employee $$);

select test.reads(who, 'select count(*) from identity.proof_key', '0', format('no policy lets %s read identity.proof_key', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.forbids(who, $$ insert into identity.proof_key default values $$,
  format('no policy lets %s insert into identity.proof_key', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.affects_no_rows(who, statement, format('no policy lets %s change identity.proof_key: %s', test.department_of(who), statement))
from unnest(array['alice', 'chloe', 'emma']) who,
     unnest(array['update identity.proof_key set id = true', 'delete from identity.proof_key']) statement;


-- the owner

select test.reads_all('owner', 'identity.proof_key', 'the owner''s functions read the key');
select test.allows('owner', 'update identity.proof_key set created_at = now()', 'the owner replaces the key');
select test.affects_no_rows('owner', 'delete from identity.proof_key', 'the owner cannot delete the key');
select test.forbids('owner', 'delete from identity.proof_key; insert into identity.proof_key default values', 'the owner adds no key');
call test.given('dba', $$
  select set_config('test.inner_key', inner_key::text, true), set_config('test.outer_key', outer_key::text, true) from identity.proof_key $$);
select test.results_in('owner', 'call dba.replace_proof_key()', $$
    select (inner_key::text <> current_setting('test.inner_key'), outer_key::text <> current_setting('test.outer_key'), created_at = now())
    from identity.proof_key $$, '(t,t,t)',
  'dba.replace_proof_key replaces the key');

select * from finish();
rollback;
