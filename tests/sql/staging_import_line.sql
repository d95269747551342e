-- staging.import_line: its structure.

begin;
set local search_path = tap, public;
select plan(1);


select test.has_structure('staging.import_line',
  array['PRIMARY KEY (employee_id, import_id, line)',
        'FOREIGN KEY (employee_id) REFERENCES crm.employee(id) ON DELETE CASCADE'],
  'employee_id, import_id, line, input, staged_at');

select * from finish();
rollback;
