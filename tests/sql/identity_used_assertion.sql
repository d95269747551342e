-- identity.used_assertion: no role of the API reads or writes it. identity.authenticate_service does, as the owner.

begin;
set local search_path = tap, public;
select plan(28);
call test.load_company();


-- structure

select test.has_structure('identity.used_assertion',
  array['PRIMARY KEY (service_account, id_hash)',
        'FOREIGN KEY (service_account) REFERENCES identity.service_account(name) ON DELETE CASCADE'],
  'service_account, id_hash, expires_at');

call test.create_program('alice');
call test.given('dba', $$
  insert into identity.used_assertion values ('program-of-alice', 'expired', now() - interval '1 second'),
                                         ('program-of-alice', 'valid',   now() + interval '1 minute') $$);


-- grants

select test.column_privileges_are(who, privilege, 'identity.used_assertion', '',
  format('%s has no right to %s any column of identity.used_assertion', test.department_of(who), privilege))
from unnest(array['alice', 'chloe', 'emma']) who, unnest(array['select', 'insert', 'update']) privilege;
select test.forbids(who, 'delete from identity.used_assertion', format('%s cannot delete from identity.used_assertion', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- behind the grants: what the policies would still refuse if columns were granted by mistake

call test.given('dba', $$ grant select, insert, update, delete on identity.used_assertion to epic_employee $$);

select test.reads(who, 'select count(*) from identity.used_assertion', '0', format('no policy lets %s read identity.used_assertion', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.forbids(who, $$ insert into identity.used_assertion values ('program-of-alice', 'mine', now()) $$,
  format('no policy lets %s insert into identity.used_assertion', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.affects_no_rows(who, statement, format('no policy lets %s change identity.used_assertion: %s', test.department_of(who), statement))
from unnest(array['alice', 'chloe', 'emma']) who,
     unnest(array['update identity.used_assertion set expires_at = now()', 'delete from identity.used_assertion']) statement;


-- the owner, whose functions note which assertions were used

select test.reads_all('owner', 'identity.used_assertion', 'the owner''s functions look used assertions up');
select test.affects_no_rows('owner', $$ update identity.used_assertion set expires_at = 'infinity' $$,
  'the owner cannot change a used assertion');
select test.results_in('owner', $$ delete from identity.used_assertion $$,
  $$ select string_agg(encode(id_hash, 'escape'), ' ') from identity.used_assertion $$, 'valid',
  'the owner''s functions delete expired assertions, and no other');

select * from finish();
rollback;
