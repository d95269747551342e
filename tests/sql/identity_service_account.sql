-- identity.service_account and crm.service_account: programs that act for an employee. Management lists and revokes all of them,
-- the others their own; an operator creates them. What opens a session is in authenticate_service.sql, what the session of a
-- program may do in sessions_of_programs.sql.

begin;
set local search_path = tap, public;
select plan(105);
call test.load_company();


-- structure

select test.has_structure('identity.service_account',
  array['PRIMARY KEY (name)',
        'FOREIGN KEY (owner_id) REFERENCES crm.employee(id) ON DELETE CASCADE'],
  'name, owner_id, modulus, audience, read_only, created_at');

call test.create_program('alice');
call test.create_program('basile');
call test.create_program('chloe', read_only => true);
call test.create_program('emma');

create function pg_temp.valid() returns text
language sql immutable
return $$ select string_agg(name, ', ' order by name) from identity.service_account where revoked_at is null $$;
create function pg_temp.open() returns text
language sql immutable
return $$ select string_agg(service_account, ', ' order by service_account) from identity.session where service_account is not null and revoked_at is null $$;
create function pg_temp.create(
  name text default 'backup-job', owner text default 'alice@epic.example', modulus bytea default test.program_modulus(), expires_at timestamptz default null)
returns text
language sql stable
return format('select identity.create_service_account(%L, %L, %L, %L, false, %L)', name, owner, modulus, 'epic-server', expires_at);


-- grants

select test.column_privileges_are(who, 'select', 'identity.service_account', 'name, owner_id, read_only, created_at, last_used_at, expires_at, revoked_at',
  format('%s reads every column of a service account but the key and the audience', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.column_privileges_are(who, 'update', 'identity.service_account', 'revoked_at', format('%s can only revoke a service account', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.column_privileges_are(who, 'insert', 'identity.service_account', '', format('%s creates no service account', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.forbids(who, 'delete from identity.service_account', format('%s deletes no service account', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.forbids(who, pg_temp.create(), format('%s creates no service account by the function for operators', who))
from unnest(array['alice', 'emma', 'program of emma', 'anonymous', 'authenticator']) who;
select test.forbids(who, format('select from %s', relation), format('%s reads no %s', who, relation))
from unnest(array['anonymous', 'authenticator', 'worker']) who, unnest(array['identity.service_account', 'crm.service_account']) relation;


-- read

select test.reads(who, $$ select string_agg(name, ', ' order by name) from crm.service_account $$, seen, format('%s sees %s', who, what))
from (values ('alice',            'program-of-alice',                                                      'the service account that acts for them, and no other'),
             ('bruno',            '',                                                                      'no service account: none acts for them'),
             ('chloe',            'program-of-chloe',                                                      'the service account that acts for them, and no other'),
             ('emma',             'program-of-alice, program-of-basile, program-of-chloe, program-of-emma', 'every service account'),
             ('program of alice', 'program-of-alice',                                                      'the service account that it is')) people (who, seen, what);
select test.reads('emma', $$ select (owner_id = test.id('chloe'), read_only, created_at = now(), last_used_at, expires_at) from crm.service_account where name = 'program-of-chloe' $$,
  '(t,t,t,,)', 'management sees whose a service account is, that it only reads, and when it was created and used');
call test.given('dba', $$
  update identity.service_account set expires_at = now() where name = 'program-of-alice';
  update identity.service_account set expires_at = now() + interval '1 second', last_used_at = now() where name = 'program-of-basile' $$);
select test.reads('emma', $$ select string_agg(name || coalesce((expires_at - last_used_at)::text, ''), ', ' order by name) from crm.service_account where name ~ 'alice|basile' $$,
  'program-of-basile00:00:01', 'a service account that has expired is not listed, and one that expires later is');
call test.given('dba', $$ update identity.service_account set expires_at = null, last_used_at = null $$);
call test.given('dba', $$ update identity.service_account set revoked_at = now() where name = 'program-of-chloe' $$);
select test.reads('emma', $$ select string_agg(name, ', ' order by name) from crm.service_account $$, 'program-of-alice, program-of-basile, program-of-emma',
  'a service account that was revoked is not listed');
call test.given('dba', $$
  update identity.service_account set revoked_at = null;
  update identity.session set revoked_at = null $$);


-- revoke

select test.results_in(who, format('select crm.revoke_service_account(%L)', name), pg_temp.valid(), rest, format('%s revokes %s', who, name))
from (values ('alice',            'program-of-alice', 'program-of-basile, program-of-chloe, program-of-emma'),
             ('chloe',            'program-of-chloe', 'program-of-alice, program-of-basile, program-of-emma'),
             ('emma',             'program-of-alice', 'program-of-basile, program-of-chloe, program-of-emma'),
             ('emma',             'program-of-emma',  'program-of-alice, program-of-basile, program-of-chloe'),
             ('program of alice', 'program-of-alice', 'program-of-basile, program-of-chloe, program-of-emma')) good (who, name, rest);
select test.rejects(who, format('select crm.revoke_service_account(%L)', name), 'P0002',
  format('You see no service account %s, or it has ended already.', name), format('%s cannot revoke %s', who, what))
from (values ('alice', 'program-of-basile', 'the service account of a colleague'),
             ('chloe', 'program-of-emma',  'the service account of a manager'),
             ('emma',  'nobody',           'one that does not exist'),
             ('emma',  null,               'none')) bad (who, name, what);
select test.reads('alice', $$ select (name, owner_id = test.id('alice')) from crm.revoke_service_account('program-of-alice') $$, '(program-of-alice,t)',
  'revoking a service account returns it');
select test.results_in('emma', $$ select crm.revoke_service_account('program-of-alice') $$, pg_temp.open(), 'program-of-basile, program-of-chloe, program-of-emma',
  'revoking a service account ends its sessions, and no others');
select test.results_in('emma', $$ select crm.revoke_service_account('program-of-alice') $$, $$ select revoked_at is null from identity.session where id = test.session('alice') $$, 'true',
  'revoking a service account leaves the sessions of its owner open');
select test.results_in('emma', $$ select crm.revoke_service_account('program-of-alice') $$,
  $$ select string_agg(concat_ws(' ', row_id = test.id('alice'), employee_id = test.id('emma'), action, old_values, new_values), ', ')
     from audit.change where record = 'employee' and employee_id is not null $$,
  't t update {"service_account": "program-of-alice"} {"service_account": null}',
  'revoking a service account is in the history of its owner');
select test.forbids(who, format('update identity.service_account set revoked_at = %s where name = %L', moment, 'program-of-' || who),
  format('%s revokes a service account as of now, and not %s', test.department_of(who), what))
from unnest(array['alice', 'chloe']) who,
     (values ($$ now() + interval '1 hour' $$, 'later'), ($$ now() - interval '1 hour' $$, 'before')) bad (moment, what);
select test.results_in(who, 'update identity.service_account set revoked_at = now()', pg_temp.valid(), rest,
  format('%s who revoke without naming an account revoke their own', test.department_of(who)))
from (values ('alice', 'program-of-basile, program-of-chloe, program-of-emma'),
             ('chloe', 'program-of-alice, program-of-basile, program-of-emma')) good (who, rest);
call test.given('dba', $$ update identity.session set revoked_at = now() - interval '1 hour' where user_agent = 'program of alice' $$);
select test.results_in('emma', $$ select crm.revoke_service_account('program-of-alice') $$,
  $$ select now() - revoked_at from identity.session where user_agent = 'program of alice' $$, '01:00:00',
  'a session that had ended already keeps its time when its service account is revoked');
select test.forbids('emma', format($$ update identity.service_account set revoked_at = %s where name = 'program-of-alice' $$, moment),
  format('management revokes a service account as of now, and not %s', what))
from (values ($$ now() + interval '1 hour' $$, 'later'), ($$ now() - interval '1 hour' $$, 'before')) bad (moment, what);
call test.given('dba', $$ update identity.service_account set revoked_at = now() - interval '1 hour' where name in ('program-of-alice', 'program-of-chloe') $$);
select test.affects_no_rows(who, format('update identity.service_account set revoked_at = now() where name = %L', name),
  format('a service account that was revoked cannot be revoked again: %s', who))
from (values ('alice', 'program-of-alice'), ('chloe', 'program-of-chloe'), ('emma', 'program-of-alice')) bad (who, name);
select test.rejects('alice', $$ select crm.revoke_service_account('program-of-alice') $$, 'P0002',
  'You see no service account program-of-alice, or it has ended already.', 'a service account that was revoked has ended');


-- the owner leaves or moves

select test.results_in('dba', $$
    update identity.service_account set revoked_at = now() - interval '1 hour' where name = 'program-of-basile';
    update crm.employee set department = 'support' where id = test.id('basile') $$,
  $$ select now() - revoked_at from identity.service_account where name = 'program-of-basile' $$, '01:00:00',
  'a service account that was revoked keeps its time when its owner moves');

select test.results_in('emma', statement, pg_temp.valid(), 'program-of-emma', format('%s revokes the service accounts of the employee, and no others', what))
from (values ($$ update crm.employee set active = false where id = test.id('basile') $$,         'deactivating an employee'),
             ($$ update crm.employee set department = 'support' where id = test.id('basile') $$, 'moving an employee to another department')) change (statement, what);
select test.results_in('emma', statement, pg_temp.valid(), 'program-of-basile, program-of-emma', format('%s revokes no service account', what))
from (values ($$ update crm.employee set active = true, department = 'sales' where id = test.id('basile') $$, 'what changes neither the account nor the department'),
             ($$ update crm.employee set phone = '+33 1 23 45 67 89' where id = test.id('basile') $$,         'a new telephone number'),
             ($$ update crm.employee set active = true where id = test.id('gaston') $$,                      'activating an employee')) change (statement, what);
select test.results_in('emma', $$ update crm.employee set department = 'support' where id = test.id('basile') $$, pg_temp.open(), 'program-of-emma',
  'the sessions of a service account end with it when its owner moves');
select test.results_in('emma', $$ delete from crm.employee where id = test.id('ines') $$, $$ select count(*) from crm.employee where id = test.id('ines') $$, '0',
  'an employee can be deleted');
call test.create_program('ines');
select test.results_in('emma', $$ delete from crm.employee where id = test.id('ines') $$,
  $$ select (count(*), (select count(*) from identity.session where service_account = 'program-of-ines')) from identity.service_account where owner_id = test.id('ines') $$, '(0,0)',
  'the service accounts of an employee are deleted with them, and so are their sessions');


-- create

select test.results_in('owner', pg_temp.create(expires_at => now() + interval '1 day'),
  $$ select (owner_id = test.id('alice'), modulus = test.program_modulus(), audience, read_only, created_at = now(), last_used_at, expires_at = now() + interval '1 day', revoked_at)
     from identity.service_account where name = 'backup-job' $$, '(t,t,epic-server,f,t,,t,)',
  'an operator creates a service account of an employee');
select test.results_in('owner', $$ insert into identity.service_account (name, owner_id, modulus, audience)
    values ('by-hand', test.id('alice'), test.program_modulus(), 'epic-server') $$,
  $$ select read_only from identity.service_account where name = 'by-hand' $$, 'false',
  'a service account that an operator enters by hand writes, unless it says that it only reads');
select test.allows('owner', pg_temp.create(owner => ' ALICE@epic.example '), 'the owner of a service account is named by an e-mail address as typed');
select test.results_in('owner', pg_temp.create(),
  $$ select string_agg(concat_ws(' ', row_id = test.id('alice'), action, old_values, new_values), ', ')
     from audit.change where record = 'employee' and new_values ->> 'service_account' = 'backup-job' $$,
  't update {"service_account": null} {"service_account": "backup-job"}',
  'a new service account is in the history of its owner');
select test.rejects('owner', pg_temp.create(owner => owner), 'P0002',
  format('There is no active employee with %s.', owner), format('a service account belongs to an active employee, and not to %s', owner))
from unnest(array['nobody@epic.example', 'gaston@epic.example']) owner;
select test.rejects('owner', pg_temp.create(expires_at => now()), '22023',
  'The service account would have expired already.', 'a service account that has expired already is not created');
select test.rejects('owner', pg_temp.create(name => 'program-of-basile'), '23505',
  'There is a service account program-of-basile already.', 'a name that is in use is refused');
call test.given('dba', $$
  update identity.service_account set last_used_at = now(), created_at = now() - interval '1 year', read_only = true, audience = 'elsewhere', modulus = set_byte(modulus, 9, 9) $$);
select test.results_in('owner', pg_temp.create(name => 'program-of-alice', owner => 'basile@epic.example', expires_at => now() + interval '1 day'),
  $$ select (owner_id = test.id('basile'), modulus = test.program_modulus(), audience, read_only, created_at = now(), last_used_at, expires_at = now() + interval '1 day', revoked_at)
     from identity.service_account where name = 'program-of-alice' $$, '(t,t,epic-server,f,t,,t,)',
  'the name of a service account that was revoked can be used again');
select test.results_in('owner', pg_temp.create(name => 'program-of-alice'), pg_temp.open(), 'program-of-basile, program-of-emma, program-of-ines',
  'the sessions of a service account that was revoked stay ended when its name is used again');
call test.given('dba', $$ update identity.service_account set expires_at = now() where name = 'program-of-basile' $$);
select test.allows('owner', pg_temp.create(name => 'program-of-basile'), 'the name of a service account that has expired can be used again');

select test.rejects('owner', pg_temp.create(name => name), '23514',
  'A service account has a name of 2 to 63 lower-case letters, digits and hyphens, like backup-job.', format('a service account cannot be called %s', to_json(name)))
from unnest(array['', 'a', 'Backup', 'backup job', '-backup', '9backup', E'backup\n', 'a' || repeat('b', 63)]) name;
select test.allows('owner', pg_temp.create(name => name), format('a service account can be called %s', name))
from unnest(array['ab', 'a-1', 'a' || repeat('b', 62)]) name;
select test.rejects('owner', pg_temp.create(modulus => modulus), '23514',
  'The public key of a service account is an RSA key of 2048, 3072 or 4096 bits.', format('a key cannot be %s', what))
from (values (substr(test.program_modulus(), 1, 128),   'of 1024 bits'),
             (test.program_modulus() || '\x00'::bytea,  'of 2056 bits'),
             (set_byte(test.program_modulus(), 0, 127), 'of 2047 bits')) bad (modulus, what);
select test.allows('owner', pg_temp.create(modulus => modulus), format('a key can be of %s bits', length(modulus) * 8))
from (values (test.program_modulus() || substr(test.program_modulus(), 1, 128)), (test.program_modulus() || test.program_modulus())) good (modulus);


-- behind the grants: what the policies would still refuse if columns were granted by mistake

call test.given('dba', $$ grant select, insert, update, delete on identity.service_account to epic_employee $$);

select test.forbids(who, $$ insert into identity.service_account (name, owner_id, modulus, audience) values ('mine', crm.current_employee_id(), test.program_modulus(), 'epic-server') $$,
  format('no policy lets %s create a service account', test.department_of(who)))
from unnest(array['basile', 'chloe', 'emma']) who;
select test.affects_no_rows(who, 'delete from identity.service_account', format('no policy lets %s delete a service account', test.department_of(who)))
from unnest(array['basile', 'chloe', 'emma']) who;
call test.given('dba', $$ update identity.service_account set revoked_at = null where name in ('program-of-basile', 'program-of-chloe') $$);
select test.forbids(who, $$ update identity.service_account set owner_id = test.id('emma'), revoked_at = now() $$,
  format('no policy lets %s give a service account away', test.department_of(who)))
from unnest(array['basile', 'chloe']) who;
select test.affects_no_rows('basile', $$ update identity.service_account set revoked_at = now() where owner_id <> test.id('basile') $$,
  'no policy lets sales revoke the service account of a colleague');


-- the owner of the database

select test.reads_all('owner', 'identity.service_account', 'the owner''s functions read service accounts');
select test.affects_no_rows('owner', 'delete from identity.service_account', 'the owner deletes no service account');

select * from finish();
rollback;
