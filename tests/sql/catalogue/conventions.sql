-- Conventions that hold for every object of our schemas. New objects need no change here.

begin;
set local search_path = tap, public;
select plan(32);

create temp view our_schema as
  select oid, nspname from pg_namespace where nspowner = (select oid from pg_roles where rolname = 'epic_owner') and nspname !~ '^(graphile_|extensions$)';

create temp view our_table as
  select pg_class.oid, pg_class.oid::regclass::text as name, relrowsecurity, relforcerowsecurity
  from pg_class join our_schema on our_schema.oid = relnamespace
  where relkind in ('r', 'p');

create temp view our_policy as
  select pg_policy.*, our_table.name as table_name from pg_policy join our_table on our_table.oid = polrelid;

create temp view our_function as
  select pg_proc.*, format('%s.%s', nspname, proname) as name
  from pg_proc join our_schema on our_schema.oid = pronamespace;


-- row-level security

select isnt_empty('select from our_table', 'our schemas have tables to test');

select is_empty('select name from our_table where not relrowsecurity',
  'every table has row-level security');
select is_empty('select name from our_table where not relforcerowsecurity',
  'every table forces row-level security on the owner');
select is_empty($$ select oid::regclass from pg_class
                   where relkind in ('v', 'm') and relnamespace in (select oid from our_schema)
                     and not coalesce(reloptions, '{}') && array['security_invoker=true', 'security_invoker=on'] $$,
  'every view is a security_invoker view');
select is_empty($$ select oid::regclass from pg_class
                   where relkind in ('m', 'f') and relnamespace in (select oid from our_schema) $$,
  'our schemas have no materialized views and no foreign tables, which have no row-level security');


-- policies

select is_empty($$ select table_name, polname from our_policy where polroles = '{0}' or cardinality(polroles) <> 1 $$,
  'every policy is for exactly one role');
select is_empty($$ select table_name, polname from our_policy where obj_description(oid, 'pg_policy') is null $$,
  'every policy has a comment');
select is_empty($$ select table_name, polname from our_policy
                   where split_part(polname, '_', 1) <> substr(polroles[1]::regrole::text, length('epic_') + 1) $$,
  'the name of every policy begins with its role');
select is_empty($$ select table_name, polname from our_policy where polcmd = '*' $$,
  'every policy is for one verb');
select is_empty($$ select table_name, polname from our_policy where not polpermissive and polname !~ '_(in_session|once_enrolled|with_second_factor)$' $$,
  'every policy is permissive, but for those that require a session or a second factor');
select is_empty($$ select table_name, polroles, polcmd from our_policy where polpermissive group by 1, 2, 3 having count(*) > 1 $$,
  'no role has two permissive policies for one verb of one table');
select set_eq($$ select concat_ws(' ', table_name, polname, obj_description(oid, 'pg_policy'),
                   dba.pretty_expression(pg_get_expr(polwithcheck, polrelid)))
                 from our_policy where polname ~ '_(once_enrolled|with_second_factor)$' $$,
  $$ select concat_ws(' ', target, name, sentence, expression)
     from unnest(array['identity.credential', 'crm.employee']) target, unnest(array['create', 'update']) verb,
          access.second_factor_conditions('epic_management', verb) $$,
  'management needs the second factor to create and change employees and credentials, and policies ask for nothing else');
select is_empty($$
    select department, our_table.name, verb
    from (select role from dba.department) departments (department),
         our_table,
         (values ('select', 'r'::"char"), ('insert', 'a'), ('update', 'w'), ('delete', 'd')) verbs (verb, code)
    where case verb
            when 'delete' then has_table_privilege(department, our_table.oid, verb)
            else has_any_column_privilege(department, our_table.oid, verb)
          end
       <> exists (
            select from our_policy
            where polrelid = our_table.oid and polcmd = code and polpermissive and pg_has_role(department, polroles[1], 'usage')) $$,
  'every department that has a grant has a policy for it, and the other way round');


-- grants

create temp view our_grant as
  select pg_class.oid::regclass::text as target, acl.*
  from pg_class
  cross join lateral (
    select (aclexplode(relacl)).*
    union all
    select (aclexplode(attacl)).* from pg_attribute where attrelid = pg_class.oid) acl
  where relnamespace in (select oid from our_schema) and acl.grantee <> relowner;

select is_empty($$ select target, privilege_type from our_grant where grantee = 0 $$,
  'nothing is granted to PUBLIC');
select is_empty($$ select target, privilege_type from our_grant where is_grantable $$,
  'no grant has a grant option');
select is_empty($$ select target, privilege_type from our_grant where privilege_type not in ('SELECT', 'INSERT', 'UPDATE', 'DELETE') $$,
  'no role is granted truncate, references or trigger');
select is_empty($$ select target, grantee::regrole from our_grant
                   where grantee not in (select role::regrole from (select role from dba.department union all values ('epic_employee'), ('epic_backup')) roles)
                     and (target, grantee, privilege_type) not in (
                       ('crm.employee',     'epic_worker'::regrole, 'SELECT'),
                       ('crm.notification', 'epic_worker'::regrole, 'SELECT')) $$,
  'only the departments and backups have grants on tables, and the worker what an e-mail needs');
select is_empty($$ select relname, acl.grantee::regrole
                   from pg_class cross join lateral aclexplode(relacl) acl
                   where relnamespace in (select oid from our_schema) and relkind <> 'S'
                     and privilege_type in ('INSERT', 'UPDATE') and acl.grantee <> relowner $$,
  'insert and update are granted by column');

select is_empty($$ select our_table.name, attname, department.role
                   from our_table
                   join pg_attribute on attrelid = our_table.oid and (attidentity <> '' or attname in ('creation_date', 'created_at'))
                   cross join dba.department
                   where has_column_privilege(department.role, our_table.oid, attnum, 'insert') or has_column_privilege(department.role, our_table.oid, attnum, 'update') $$,
  'no department may write a generated id or the time of creation');

select is_empty($$ select target, privilege_type from our_grant
                   where target not in (select name from our_table) and privilege_type <> 'SELECT' $$,
  'views are only read');


-- functions

select is_empty($$ select name from our_function cross join lateral aclexplode(coalesce(proacl, acldefault('f', proowner))) acl
                   where acl.grantee = 0 $$,
  'no function is executable by PUBLIC');
select test.results_in('owner', $$ create function crm.trial() returns integer language sql return 1 $$,
  $$ has_function_privilege('epic_sales', 'crm.trial()', 'execute') or has_function_privilege('epic_anonymous', 'crm.trial()', 'execute') $$,
  'false', 'a new function is executable by no role until it is granted');
select is_empty($$ select name from our_function
                   where prosqlbody is null and not 'search_path=""' = any (coalesce(proconfig, '{}')) $$,
  'no function depends on the search_path of its caller');
select set_eq(
  $$ select name from our_function where prosecdef and prorettype <> 'trigger'::regtype $$,
  array['identity.in_session', 'identity.restore_timeouts', 'identity.set_claims', 'identity.open_session', 'identity.log_out', 'identity.create_read_only_token',
        'crm_private.clients_containing', 'crm_private.events_containing', 'crm_private.notes_containing', 'crm_private.remind_of_notes', 'crm_private.claim_idempotency_key', 'crm_private.keep_answer', 'crm_private.release_idempotency_key', 'crm_private.forget_idempotency_keys', 'crm_private.is_frequent', 'crm_private.clients_spelt_like',
        'crm_private.clients_with_phone', 'crm_private.clients_with_email', 'crm_private.search_exact', 'crm_private.search_shares', 'crm_private.search_fuzzy', 'identity.password_parameters', 'identity.my_password_parameters',
        'identity.log_in', 'identity.authenticate_service', 'identity.refresh', 'identity.change_password',
        'identity.second_factor_confirmed', 'identity.second_factor_enrolled', 'identity.begin_second_factor', 'identity.enable_second_factor',
        'identity.confirm_second_factor', 'identity.disable_second_factor', 'identity.replace_recovery_codes', 'crm.my_second_factor', 'identity.deployed_release', 'crm_private.events_mentioning', 'crm_private.notes_mentioning', 'crm_private.notify_employees', 'crm.erase_client', 'crm.merge_clients', 'crm_private.notifications_about',
        'access.answer_all', 'access.who_may'],
  'only the listed functions are security definer');
select is_empty($$ select name from our_function
                   where prorettype <> 'trigger'::regtype and obj_description(oid, 'pg_proc') is null $$,
  'every function that is not a trigger function has a comment');


-- owners

select is_empty($$
    select oid::regclass::text from pg_class where relnamespace in (select oid from our_schema) and relowner <> 'epic_owner'::regrole
    union all
    select name from our_function where proowner <> 'epic_owner'::regrole $$,
  'epic_owner owns every table, view, sequence and function');


-- comments of rules

select is_empty($$
    select conrelid::regclass, conname
    from pg_constraint
    where connamespace = 'crm'::regnamespace
      and (contype in ('c', 'u', 'x') or contype = 'f' and confdeltype <> 'c' and conname !~ '^notification_')
      and obj_description(oid, 'pg_constraint') is null $$,
  'every constraint that a person can break has a comment, the sentence of its error');
select is_empty($$ select indexrelid::regclass from pg_index
                   where indrelid in (select oid from our_table) and indisunique and not indisprimary
                     and obj_description(indexrelid, 'pg_class') is null $$,
  'every unique index has a comment, the sentence of its error');
select is_empty($$ select index from dba.index_use
                   where relation in (select name from our_table) and serves is null and not used_by @> '{primary key}' $$,
  'every index but that of a primary key has a comment, what it serves');
select is_empty($$ select tgrelid::regclass, tgname from pg_trigger
                   where tgrelid in (select oid from our_table) and not tgisinternal
                     and (obj_description(oid, 'pg_trigger') is null or tgenabled not in ('O', 'A')) $$,
  'every trigger is enabled and has a comment');


-- keys: which ones, each table's own file says with test.has_structure

select is_empty($$ select name from our_table
                   where not exists (select from pg_constraint where conrelid = our_table.oid and contype = 'p') $$,
  'every table has a primary key');

select is_empty($$ select conrelid::regclass, conname from pg_constraint
                   where conrelid in (select oid from our_table) and contype = 'f'
                     and not exists (select from pg_index where indrelid = conrelid and indkey[0] = conkey[1]) $$,
  'every foreign key has an index');

select * from finish();
rollback;
