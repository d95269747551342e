-- staging.import_line: employees stage, see and remove their own lines. Imports are in imports.sql.

begin;
set local search_path = tap, public;
select plan(38);
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
select test.results_in(who, pg_temp.stage() || '; delete from staging.import_line',
  format('select count(*) from staging.import_line where employee_id = test.id(%L)', who), '0',
  format('%s removes their own lines', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.affects_no_rows('bruno', 'delete from staging.import_line', 'an employee cannot remove the lines of another');
call test.given('chloe', pg_temp.stage());
call test.given('emma', pg_temp.stage());
select test.reads(who, 'select count(*) from staging.import_line', '1', format('%s sees their own staged lines, and no other', test.department_of(who)))
from unnest(array['chloe', 'emma']) who;
call test.given('dba', $$ delete from staging.import_line where line = 9 $$);


-- the quota

call test.given('dba', $$
  insert into staging.import_line (employee_id, import_id, line, input)
  select test.id('alice'), md5('many ' || line % 5)::uuid, line, '{}' from generate_series(1, 99998) line $$);
select test.allows('alice', pg_temp.stage(), 'an employee stages 100,000 lines, in all their imports');
call test.given('alice', pg_temp.stage());
select test.rejects_with_data('alice', $$ select crm.stage_import(md5('b')::uuid, '[{"line": 1, "values": {}}]') $$,
  '23514', 'staged_lines_are_within_quota', 'lines', '{"maxLines": 100000, "maxMegabytes": 64}',
  'Your imports that have not been run would have more than 100,000 lines, or 64 MB.',
  'a line more than 100,000 is refused to an employee');
select test.allows('bruno', pg_temp.stage(), 'the lines of an employee leave the quota of another as it is');
call test.given('alice', $$ select crm.run_import(md5('a')::uuid, 'client', dry_run => true) $$);
select test.allows('alice', pg_temp.stage(), 'an employee who has run an import stages lines again');
call test.given('dba', 'delete from staging.import_line');

call test.given('dba', 'alter table staging.import_line alter column input set storage external');
call test.given('dba', $$
  insert into staging.import_line (employee_id, import_id, line, input)
  select test.id('alice'), md5('large')::uuid, line, jsonb_build_object('notes', repeat('x', 1048000)) from generate_series(1, 63) line $$);
select test.allows('alice', pg_temp.stage(), 'an employee stages 63 MB');
call test.given('dba', $$
  insert into staging.import_line (employee_id, import_id, line, input)
  select test.id('alice'), md5('large')::uuid, 64, jsonb_build_object('notes', repeat('x', 2000000)) $$);
select test.rejects('alice', pg_temp.stage(), '23514',
  'Your imports that have not been run would have more than 100,000 lines, or 64 MB.', 'more than 64 MB are refused to an employee');
select test.allows('bruno', pg_temp.stage(), 'the megabytes of an employee leave the quota of another as it is');
call test.given('dba', 'delete from staging.import_line');
call test.given('dba', $$
  insert into staging.import_line (employee_id, import_id, line, input, staged_at)
  select test.id('alice'), md5('a')::uuid, line, '{}', now() - age
  from (values (2, interval '25 hours'), (3, interval '23 hours')) staged (line, age) $$);


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
