-- dba.policy_condition: what the policies of a table come to for one role and verb.

begin;
set local search_path = tap, public;
select plan(7);

create function pg_temp.conditions(relation regclass, role_name name, verb text) returns setof text
language sql
begin atomic
  select format('%s: %s', depends_on, regexp_replace(regexp_replace(condition, ' AS "?\w+"?', '', 'g'), '\s+', ' ', 'g'))
  from dba.policy_condition(relation, role_name, verb);
end;

select set_eq($$ select pg_temp.conditions('crm.client', 'epic_support', 'select') $$,
  array['nothing: (( SELECT NULLIF(identity.in_session(), false)) IS NOT NULL)'],
  'who reads every client is asked for a session, which depends on no row');
select set_eq($$ select pg_temp.conditions('crm.client', 'epic_sales', 'update') $$,
  array['nothing: (( SELECT NULLIF(identity.in_session(), false)) IS NOT NULL)',
        'nothing: ( SELECT identity.in_writable_session())',
        'row: ((commercial_contact_id = ( SELECT crm.current_employee_id())))',
        'new row: ((commercial_contact_id = ( SELECT crm.current_employee_id())))'],
  'sales update their own clients, which they read first, and hand none over');
select set_eq($$ select pg_temp.conditions('crm.contract', 'epic_management', 'delete') $$,
  array['nothing: (( SELECT NULLIF(identity.in_session(), false)) IS NOT NULL)',
        'nothing: ( SELECT identity.in_writable_session())',
        'row: ((status = ''draft''::text))'],
  'management deletes drafts');
select set_eq($$ select pg_temp.conditions('crm.contract', 'epic_management', 'insert') $$,
  array['nothing: ( SELECT identity.in_writable_session())', 'new row: ((status = ''draft''::text))'],
  'of an insert only the new row is checked');

create policy trial_other on crm.contract for delete to epic_management using (id < 0);
select set_has($$ select pg_temp.conditions('crm.contract', 'epic_management', 'delete') $$,
  $$ values ('row: ((id < 0)) or ((status = ''draft''::text))') $$,
  'of several permissive policies one is enough');
create policy trial_any on crm.contract for delete to epic_employee using (true);
select set_hasnt($$ select pg_temp.conditions('crm.contract', 'epic_management', 'delete') $$,
  $$ values ('row: ((id < 0)) or ((status = ''draft''::text))') $$,
  'one that is always true, of a role that the department inherits from, leaves nothing to ask');
create policy trial_never on crm.contract as restrictive to public using (id <> 0);
select set_has($$ select pg_temp.conditions('crm.contract', 'epic_management', 'delete') $$, $$ values ('row: (id <> 0)') $$,
  'a restrictive policy for every verb and role is asked too');

select * from finish();
rollback;
