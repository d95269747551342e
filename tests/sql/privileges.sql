-- Which schemas and tables each role may use, tried: a schema by naming something in it, a table by statements that touch
-- no row. Which columns the departments write is in the files of the tables.

begin;
set local search_path = tap, public;
select plan(7);


-- schemas

select bag_eq(
  $$ select role, name
     from test.api_role, (table test.our_schema union all select null, 'public') tried
     where test.permits(role, format('select from %I.none_such', name)) $$,
  $$ values ('epic_worker', 'crm'), ('epic_worker', 'crm_private'), ('epic_worker', 'graphile_worker'),
            ('epic_authenticator', 'identity'), ('epic_anonymous', 'identity')
     union all
     select role, schema
     from dba.department, unnest(array['crm', 'crm_private', 'access', 'staging', 'identity', 'audit', 'extensions']) schema $$,
  'each role uses the schemas that it needs, and none of dba or public');
select is_empty(
  $$ select role, name
     from test.api_role, (table test.our_schema union all select null, 'public') tried
     where test.permits(role, format('create table %I.none_such ()', name)) $$,
  'no role creates objects in any schema');
select is_empty($$ select role from test.api_role where test.permits(role, 'create schema none_such') $$,
  'no role creates schemas');
select is_empty($$ select role from test.api_role where test.permits(role, 'create temp table none_such ()') $$,
  'no role creates temporary tables');


-- tables

create temp view tried_table as
  select pg_class.oid, pg_class.oid::regclass::text as name, relkind = 'v' as is_view
  from pg_class
  join test.our_schema on our_schema.oid = relnamespace
  where relkind in ('r', 'p', 'v')
    and our_schema.name <> 'dba';

create function pg_temp.columns_permitted(role text, relation regclass, statement text) returns text
language sql
return (
  select case when bool_and(is_permitted) then 'all' else string_agg(name, ', ' order by position) filter (where is_permitted) end
  from (
    select attname as name, attnum as position, test.permits(role, format(statement, relation, attname,
        -- a default may call what the role may not
        case when attgenerated <> '' or attidentity = 'a' then 'default' else 'null' end)) as is_permitted
    from pg_attribute
    where attrelid = relation and attnum > 0 and not attisdropped
      and (statement !~ '^insert' or attgenerated = '')) tried);

create temp view table_use as
  select role, tried_table.name as table_name, verb, columns
  from test.api_role
  cross join tried_table
  cross join lateral (
    select 'select' as verb, pg_temp.columns_permitted(role, oid, 'select %2$I from %1$s where false') as columns
    union all
    select 'insert', pg_temp.columns_permitted(role, oid, 'insert into %1$s (%2$I) overriding system value select null where false')
    where not is_view
    union all
    select 'update', pg_temp.columns_permitted(role, oid, 'update %1$s set %2$I = %3$s where false')
    where not is_view
    union all
    select whole, 'all' from unnest(array['delete from %s where false', 'truncate %s']) statement
    cross join lateral split_part(statement, ' ', 1) whole
    where not is_view and test.permits(role, format(statement, oid::regclass))) tried
  where columns is not null;

select bag_eq(
  $$ select table_name, role, string_agg(verb, ', ' order by verb)
     from table_use where role in (select role from dba.department) group by table_name, role $$,
  $$ select table_name, role, verbs
     from dba.department,
          (values ('audit.change',         'select'),
                  ('audit.signal',         'insert, select'),
                  ('identity.service_account', 'select, update'),
                  ('identity.session',         'select, update'),
                  ('crm.history',          'select'),
                  ('crm.my_session',       'select'),
                  ('crm.note',             'delete, insert, select, update'),
                  ('crm.notification',     'select, update'),
                  ('crm.service_account',  'select'),
                  ('crm_private.daily_total', 'select'),
                  ('staging.import_line',  'delete, insert, select')) every (table_name, verbs)
     union all
     values ('crm.client',      'epic_sales',      'insert, select, update'),
            ('crm.client',      'epic_support',    'select'),
            ('crm.client',      'epic_management', 'select, update'),
            ('crm.contract',    'epic_sales',      'insert, select, update'),
            ('crm.contract',    'epic_support',    'select'),
            ('crm.contract',    'epic_management', 'delete, insert, select, update'),
            ('crm.payment',     'epic_sales',      'insert, select'),
            ('crm.payment',     'epic_support',    'select'),
            ('crm.payment',     'epic_management', 'insert, select'),
            ('crm.event',       'epic_sales',      'insert, select'),
            ('crm.event',       'epic_support',    'select, update'),
            ('crm.event',       'epic_management', 'delete, insert, select, update'),
            ('crm.employee',    'epic_sales',      'select'),
            ('crm.employee',    'epic_support',    'select'),
            ('crm.employee',    'epic_management', 'delete, insert, select, update'),
            ('identity.credential', 'epic_management', 'insert, select, update') $$,
  'each department does this to tables, and nothing else');
select is_empty($$ select * from table_use where role in ('epic_anonymous', 'epic_authenticator') $$,
  'no table is used before a session is entered');
select bag_eq(
  $$ select table_name, verb, columns from table_use where role = 'epic_worker' $$,
  $$ values ('crm.employee', 'select', 'id, full_name, email'),
            ('crm.notification', 'select', 'id, recipient_id, kind, event_id, contract_id, employee_id, subject, old_values, new_values, created_at, note_id'),
            ('graphile_worker._private_jobs', 'select', 'all'),
            ('graphile_worker._private_jobs', 'update', 'payload, run_at, attempts, max_attempts, last_error, locked_at, locked_by'),
            ('graphile_worker._private_jobs', 'delete', 'all'),
            ('graphile_worker._private_job_queues', 'select', 'all'),
            ('graphile_worker._private_job_queues', 'update', 'locked_at, locked_by'),
            ('graphile_worker._private_tasks', 'select', 'all'),
            ('graphile_worker._private_tasks', 'insert', 'identifier') $$,
  'the worker reads what an e-mail needs, and takes jobs');

select * from finish();
rollback;
