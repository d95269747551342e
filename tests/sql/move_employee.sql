-- crm.move_employee: an employee with clients or open events is moved only with a hand-over to a colleague, in one
-- transaction. crm.activate_employee.

begin;
set local search_path = tap, public;
select plan(19);
call test.load_company();

create function pg_temp.move(who text, department text, colleague text default null) returns text
language sql
return format('select crm.move_employee(test.id(%L), %L, %s)', who, department,
  case when colleague is null then 'null' else format('test.id(%L)', colleague) end);


-- who may move and activate

select test.forbids_with_reason(who, pg_temp.move('basile', 'support'), format('You may not move employee %s.', test.id('basile')),
  'Management changes, moves and deactivates employees.', 'management', 'management_update_any',
  format('%s cannot move an employee', test.department_of(who)))
from unnest(array['alice', 'chloe']) who;
select test.forbids_with_reason(who, 'select crm.activate_employee(test.id(''gaston''))', format('You may not activate employee %s.', test.id('gaston')),
  'Management changes, moves and deactivates employees.', 'management', 'management_update_any',
  format('%s cannot activate an employee', test.department_of(who)))
from unnest(array['alice', 'chloe']) who;
select test.results_in('emma', pg_temp.move('basile', 'support'),
  $$ select department from crm.employee where id = test.id('basile') $$, 'support',
  'management moves an employee without clients and events');
select test.results_in('emma', 'select crm.activate_employee(test.id(''gaston''))',
  $$ select active from crm.employee where id = test.id('gaston') $$, 'true',
  'management activates a deactivated employee');


-- with a hand-over

select test.rejects_with_data('emma', statement, '23514', 'employee_hands_over_first', 'hand_over_to',
  jsonb_build_object('employeeId', test.id('alice'), 'clients', 2, 'events', 0, 'department', department),
  'Alice still looks after 2 clients: hand them over to a colleague.',
  format('an employee with clients is not moved: %s', btrim(statement)))
from (values
  ('support', pg_temp.move('alice', 'support')),
  ('management', $$ update crm.employee set department = 'management' where id = test.id('alice') $$)) moved (department, statement);
select test.rejects_with_data('emma', pg_temp.move('chloe', 'sales'), '23514', 'employee_hands_over_first', 'hand_over_to',
  jsonb_build_object('employeeId', test.id('chloe'), 'clients', 0, 'events', 1, 'department', 'sales'),
  'Chloe still looks after 1 open event: hand them over to a colleague.', 'an employee with an open event is not moved');
select test.results_in('emma', pg_temp.move('alice', 'support', 'bruno'),
  $$ select (department, (select count(*) from crm.client where commercial_contact_id = test.id('alice')),
             (select count(*) from crm.contract where commercial_id = test.id('alice')))
     from crm.employee where id = test.id('alice') $$, '(support,0,0)',
  'moving with a colleague hands over the clients and their contracts');
select test.results_in('emma', pg_temp.move('chloe', 'sales', 'denis'),
  $$ select string_agg(title, ', ' order by title) from crm.event where support_contact_id = test.id('denis') $$, 'Banquet, Gala',
  'moving with a colleague hands over the open events, and not the completed ones');
select test.rejects_with_data('emma', pg_temp.move('alice', 'support', 'alice'), '23514', 'employee_hands_over_to_a_colleague', 'hand_over_to', null,
  'An employee cannot hand over to themselves: name a colleague.', 'an employee cannot hand over to themselves');
select test.rejects_with_data('emma', 'select crm.move_employee(test.id(''alice''), ''support'', -1)', 'P0002', 'employee_pkey', 'hand_over_to', null,
  'There is no employee -1.', 'an employee cannot hand over to one who does not exist');
select test.rejects_with_data('emma', pg_temp.move('alice', 'support', 'chloe'), '23514', 'client_has_an_active_sales_contact', 'commercial_contact_id', null,
  'Chloe cannot look after clients: a sales contact is an active sales employee.', 'clients cannot be handed over to support');


-- where to, and what follows

select test.rejects_with_data('emma', pg_temp.move('basile', 'catering'), '23514', 'employee_department_is_known', '', null,
  crm_private.rule_sentence('crm', 'employee', 'employee_department_is_known'), 'an employee cannot be moved to an unknown department');
call test.given('dba', $$ update crm.employee set active = false where department = 'management' and id <> test.id('emma') $$);
select test.rejects_with_data('emma', pg_temp.move('emma', 'sales'), '23514', 'employee_keeps_an_active_manager', '', null,
  'Emma is the last active manager and can be neither deleted, deactivated nor moved.', 'the last active manager is not moved');
select test.rejects('emma', 'select crm.move_employee(-1, ''sales'')', 'P0002', 'There is no employee -1.', 'an employee who does not exist cannot be moved');
select test.rejects('emma', 'select crm.activate_employee(-1)', 'P0002', 'There is no employee -1.', 'an employee who does not exist cannot be activated');
select test.allows('emma', pg_temp.move('basile', 'sales'), 'moving an employee to their own department is not an error');

select * from finish();
rollback;
