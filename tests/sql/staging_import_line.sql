-- staging.import_line: employees stage, see and remove their own lines. Imports are in imports.sql.

begin;
set local search_path = tap, public;
select plan(27);
call test.load_company();


-- structure

select test.has_structure('staging.import_line',
  array['PRIMARY KEY (employee_id, import_id, line)',
        'FOREIGN KEY (employee_id) REFERENCES crm.employee(id) ON DELETE CASCADE'],
  'employee_id, import_id, line, input, staged_at');

create function pg_temp.stage(columns text default '', column_values text default '') returns text
language sql
return format('insert into staging.import_line (import_id, line, input%s) values (%L, 9, %L%s)', columns, md5('a')::uuid, '{}', column_values);

call test.given('dba', $$
  insert into staging.import_line (employee_id, import_id, line, input, staged_at)
  select test.id('alice'), md5('a')::uuid, line, '{}', now() - age
  from (values (2, interval '25 hours'), (3, interval '23 hours')) staged (line, age) $$);


-- columns

select test.column_privileges_are(who, 'select', 'staging.import_line', 'employee_id, import_id, line, input, staged_at',
  format('%s reads every column of a staged line', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.column_privileges_are(who, 'insert', 'staging.import_line', 'import_id, line, input',
  format('%s inserts the import, the number and the input of a line', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.column_privileges_are(who, 'update', 'staging.import_line', '',
  format('%s cannot change a staged line', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- rows

select test.reads('alice', 'select count(*) from staging.import_line', '2', 'an employee sees their own staged lines');
select test.reads(who, 'select count(*) from staging.import_line', '0', format('%s sees no staged line of another employee', test.department_of(who)))
from unnest(array['bruno', 'chloe', 'emma']) who;
select test.results_in(who, pg_temp.stage(), 'select count(*) from staging.import_line where employee_id = ' || test.id(who) || ' and line = 9', '1',
  format('%s stages a line in their own name', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.forbids('bruno', pg_temp.stage(', employee_id', ', test.id(''alice'')'),
  'an employee has no right to stage lines for another');
select test.results_in('alice', 'delete from staging.import_line', 'select count(*) from staging.import_line', '0',
  'an employee removes their own lines');
select test.affects_no_rows('bruno', 'delete from staging.import_line', 'an employee cannot remove the lines of another');


-- behind the grants: what the policies would still refuse if columns were granted by mistake

call test.given('dba', 'grant insert, update on staging.import_line to epic_employee');
select test.forbids('bruno', pg_temp.stage(', employee_id', ', test.id(''alice'')'),
  'no policy lets an employee stage lines for another');
select test.affects_no_rows('alice', $$ update staging.import_line set input = '{}' $$,
  'no policy lets an employee change a staged line');


-- the owner, whose functions remove the lines of abandoned imports

select test.reads('owner', 'select line from staging.import_line', '2', 'the owner sees only lines that are older than a day');
select test.allows('owner', 'delete from staging.import_line', 'the owner deletes a line that is older than a day');
select test.affects_no_rows('owner', $$ update staging.import_line set input = '{}' $$, 'the owner cannot change a staged line');
select test.forbids('owner', pg_temp.stage(), 'the owner cannot stage lines');
call test.given('dba', 'alter policy owner_read_old on staging.import_line using (true)');
select test.results_in('owner', 'delete from staging.import_line', 'select string_agg(line::text, $$,$$) from staging.import_line', '3',
  'the owner deletes only old lines, even if it could see all of them');

select * from finish();
rollback;
