-- identity.credential: how an employee proves who they are. No role reads a password; management gives others one for one
-- login. Changing one's own is in auth_change_password.sql, and what a reset brings with it in reset_password.sql.

begin;
set local search_path = tap, public;
select plan(48);
call test.load_company();


-- structure

select test.has_structure('identity.credential',
  array['PRIMARY KEY (employee_id)',
        'FOREIGN KEY (employee_id) REFERENCES crm.employee(id) ON DELETE CASCADE'],
  'employee_id, password_hash, must_change, changed_at');

call test.given('dba', $$ delete from identity.credential where employee_id = test.id('basile') $$);

create function pg_temp.credential(hash text, columns text default 'employee_id, password_hash', more text default '') returns text
language sql
return format('insert into identity.credential (%s) values (test.id(''basile''), %L%s)', columns, hash, more);


-- columns

select test.column_privileges_are(who, verb, 'identity.credential', '', format('%s has no right to %s any column of a credential', test.department_of(who), verb))
from unnest(array['alice', 'chloe']) who, unnest(array['select', 'update']) verb;
select test.column_privileges_are('emma', 'select', 'identity.credential', 'employee_id', 'management reads who has a password, and no more');
select test.column_privileges_are('emma', 'update', 'identity.credential', 'password_hash, must_change, changed_at', 'management replaces a password');
select test.column_privileges_are(who, 'insert', 'identity.credential', '', format('%s enters no passwords', test.department_of(who)))
from unnest(array['alice', 'chloe']) who;
select test.column_privileges_are('emma', 'insert', 'identity.credential', 'employee_id, password_hash',
  'management enters the password of an employee');


-- create

select test.results_in('emma', pg_temp.credential(test.password('once')),
  $$ select (must_change, changed_at = now()) from identity.credential where employee_id = test.id('basile') $$, '(t,t)',
  'management gives a new employee a password for one login');
select test.forbids(who, pg_temp.credential(test.password('once')),
  format('%s cannot give an employee a password', test.department_of(who)))
from unnest(array['alice', 'chloe']) who;
select test.rejects('emma', $$ insert into identity.credential (employee_id, password_hash) values (test.id('alice'), test.password('mine')) $$,
  '23505', 'duplicate key value violates unique constraint "credential_pkey"',
  'management gives no second password to an employee who has one');
select test.rejects('emma', pg_temp.credential(hash),
  '23514', 'A password is stored only as an argon2id hash.',
  format('%s is not stored as a password', what))
from (values ('correct horse battery staple', 'a password in the clear'),
             ('$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW', 'a weaker hash'),
             ('$argon2i$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA', 'a hash that graphics cards like')) bad (hash, what);


-- read

select test.reads('emma', 'select count(employee_id) from identity.credential', (select count(*) from identity.credential)::text,
  'management sees every employee who has a password');


-- update

select test.results_in('emma', $$ update identity.credential set password_hash = test.password('once'), must_change = true, changed_at = now()
                             where employee_id = test.id('alice') $$,
  $$ select (password_hash = identity.password_digest(test.password('once')), must_change, changed_at = now()) from identity.credential where employee_id = test.id('alice') $$,
  '(t,t,t)',
  'management replaces the password of another employee by one for one login');
select test.affects_no_rows('emma', $$ update identity.credential set password_hash = test.password('mine'), must_change = true, changed_at = now()
                                      where employee_id = test.id('emma') $$,
  'management cannot reset their own password');
select test.forbids('emma', format('update identity.credential set password_hash = test.password(''theirs''), %s where employee_id = test.id(''alice'')', more),
  format('management does not give a password %s', what))
from (values ('must_change = false, changed_at = now()', 'that lasts'),
             ('must_change = true, changed_at = now() + interval ''1 year''', 'for one login at any time'),
             ('changed_at = now()', 'that is kept, as the former one was')) bad (more, what);
select test.forbids(who, $$ update identity.credential set password_hash = test.password('once'), must_change = true $$,
  format('%s replaces no password', test.department_of(who)))
from unnest(array['alice', 'chloe']) who;


-- delete

select test.forbids(who, $$ delete from identity.credential $$, format('%s deletes no password', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- behind the grants: what the policies would still refuse if columns were granted by mistake

call test.given('dba', $$ grant select, insert, update, delete on identity.credential to epic_employee $$);

select test.reads(who, 'select count(*) from identity.credential', '0', format('no policy lets %s read a password hash', test.department_of(who)))
from unnest(array['alice', 'chloe']) who;
select test.forbids('emma', pg_temp.credential(test.password('mine'), 'employee_id, password_hash, must_change', ', false'),
  'no policy lets management give a password that lasts');
select test.forbids(who, pg_temp.credential(test.password('once')),
  format('no policy lets %s give a password', test.department_of(who)))
from unnest(array['alice', 'chloe']) who;
select test.affects_no_rows(who, statement, format('no policy lets %s change or delete a credential: %s', test.department_of(who), btrim(statement)))
from unnest(array['alice', 'chloe']) who,
     unnest(array[$$ update identity.credential set must_change = false $$, $$ delete from identity.credential $$]) statement;
select test.affects_no_rows('emma', $$ delete from identity.credential $$, 'no policy lets management delete a password');
select test.forbids('emma', $$ update identity.credential set employee_id = test.id('emma'), must_change = true, changed_at = now()
                              where employee_id = test.id('alice') $$,
  'no policy lets management take over the password of another employee');


-- the owner, whose functions compare passwords, and change the caller's

select test.reads_all('owner', 'identity.credential', 'the owner''s functions compare passwords');
select test.allows('owner', pg_temp.credential(test.password('first'), 'employee_id, password_hash, must_change', ', false'),
  'the owner gives the first manager a password');
select test.allows('owner', $$
    update identity.credential set password_hash = test.password('once'), must_change = true, changed_at = now() where employee_id = test.id('alice') $$,
  'an operator, as the owner, gives an employee a password for one login');
select test.forbids('owner', format('update identity.credential set password_hash = test.password(''theirs''), %s where employee_id = test.id(''alice'')', more),
  format('the owner does not give a password %s outside a session', what))
from (values ('must_change = false, changed_at = now()', 'that lasts'),
             ('must_change = true, changed_at = now() + interval ''1 year''', 'for one login at any time')) bad (more, what);
select test.affects_no_rows('owner', $$
    select identity.set_claims('epic_owner', test.id('alice'), null, 'sales');
    update identity.credential set must_change = true, changed_at = now() where employee_id = test.id('basile') $$,
  'the owner''s functions change no password of another employee within a session');
select test.allows('owner', $$
    select identity.set_claims('epic_owner', test.id('alice'), null, 'sales');
    update identity.credential set must_change = true $$,
  'the owner''s functions change the caller''s password within a session, and no other');
select test.forbids('owner', $$
    select identity.set_claims('epic_owner', test.id('alice'), null, 'sales');
    update identity.credential set employee_id = test.id('basile') $$,
  'the owner cannot give one employee the password of another');
select test.affects_no_rows('owner', $$ delete from identity.credential $$,
  'the owner cannot delete a password');

select * from finish();
rollback;
