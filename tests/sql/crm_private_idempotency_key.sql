-- crm_private.idempotency_key: no role of the API reads or writes it. The functions of idempotency.sql do, as the owner.

begin;
set local search_path = tap, public;
select plan(45);
call test.load_company();


-- structure

select test.has_structure('crm_private.idempotency_key',
  array['PRIMARY KEY (employee_id, service_account, key_hash, field)',
        'FOREIGN KEY (employee_id) REFERENCES crm.employee(id) ON DELETE CASCADE'],
  'employee_id, service_account, key_hash, field, fingerprint, created_at');

create procedure pg_temp.insert_key(whose text, name text, age interval default '0', answer text default '[]')
language sql
as $$
  insert into crm_private.idempotency_key (employee_id, service_account, key_hash, field, fingerprint, answer, created_at)
  values (test.id(whose), '', sha256(convert_to(name, 'UTF8')), 0, '', answer::json, now() - age)
$$;

select test.rejects('dba', $$ call pg_temp.insert_key('alice', 'long', answer => to_json(repeat('a', 65536))::text) $$,
  '23514', 'An answer of more than 64 kB is not kept.', 'an answer has at most 64 kB');
select test.rejects('dba', $$
  insert into crm_private.idempotency_key (employee_id, service_account, key_hash, field, fingerprint)
  values (test.id('alice'), '', 'the key itself', 0, '') $$,
  '23514', 'Of a key only its SHA-256 is kept.', 'the key itself is not kept');

call pg_temp.insert_key('alice', 'recent', '23 hours');
call pg_temp.insert_key('alice', 'old', '24 hours');
call pg_temp.insert_key('bruno', 'recent', '23 hours');


-- grants

select test.column_privileges_are(who, privilege, 'crm_private.idempotency_key', '',
  format('%s has no right to %s any column of crm_private.idempotency_key', test.department_of(who), privilege))
from unnest(array['alice', 'chloe', 'emma']) who, unnest(array['select', 'insert', 'update']) privilege;
select test.forbids(who, statement, format('%s has no right to: %s', who, statement))
from unnest(array['alice', 'chloe', 'emma', 'anonymous', 'authenticator', 'worker']) who,
     unnest(array['select from crm_private.idempotency_key', 'delete from crm_private.idempotency_key', 'truncate crm_private.idempotency_key']) statement;


-- behind the grants: what the policies would still refuse if columns were granted by mistake

call test.given('dba', $$ grant select, insert, update, delete on crm_private.idempotency_key to epic_employee $$);

select test.reads(who, 'select count(*) from crm_private.idempotency_key', '0', format('no policy lets %s read crm_private.idempotency_key', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.forbids(who, $$ insert into crm_private.idempotency_key (employee_id, service_account, key_hash, field, fingerprint) values (test.id('alice'), '', sha256(''), 0, '') $$,
  format('no policy lets %s insert into crm_private.idempotency_key', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.affects_no_rows(who, statement, format('no policy lets %s change crm_private.idempotency_key: %s', test.department_of(who), statement))
from unnest(array['alice', 'chloe', 'emma']) who,
     unnest(array['update crm_private.idempotency_key set answer = null', 'delete from crm_private.idempotency_key']) statement;


-- the owner, whose functions keep the keys

select test.reads_all('owner', 'crm_private.idempotency_key', 'the owner''s functions look keys up');
select test.results_in('owner', 'delete from crm_private.idempotency_key', $$ select count(*) from crm_private.idempotency_key $$, '2',
  'the owner''s functions delete keys after a day, and not before');
select test.forbids('owner', $$ insert into crm_private.idempotency_key (employee_id, service_account, key_hash, field, fingerprint) values (test.id('alice'), '', sha256(''), 0, '') $$,
  'outside a session no key is claimed');

select * from finish();
rollback;
