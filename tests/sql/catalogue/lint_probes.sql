-- What other tools for row-level security look for, tried on this database: one change for each kind of fault, and the rule
-- that finds it. docs/lint-coverage.md says which rule of pgrls each number is, and which are left out.

begin;
set local search_path = tap, public;
select plan(58);

-- A tight table to spoil, which sales read and write.
create schema probe;
grant usage on schema probe to epic_sales, epic_support;
create table probe.doc (
  id        integer primary key,
  owner_id  integer not null references crm.employee,
  status    text not null check (status in ('draft', 'done')),
  ssn       text
);
alter table probe.doc enable row level security, force row level security;
grant select (id, owner_id, status), insert (owner_id, status), update (status) on probe.doc to epic_sales;
create policy sales_read_own on probe.doc for select to epic_sales
  using (owner_id = (select crm.current_employee_id()));
create policy sales_create_own on probe.doc for insert to epic_sales
  with check (owner_id = (select crm.current_employee_id()));
create policy sales_update_own on probe.doc for update to epic_sales
  using (owner_id = (select crm.current_employee_id()))
  with check (owner_id = (select crm.current_employee_id()));
create role probe_login login;
create role probe_backup;

-- The findings of a rule, in the view of its subject alone, after a change that is undone again.
create function pg_temp.finds(change text, rule text) returns boolean
language plpgsql
as $$
declare
  subject name;
  before  text[];
  after   text[];
  query   text;
begin
  select relname into subject from pg_class
  where relnamespace = 'dba'::regnamespace and relname ~ '^lint_of_' and pg_get_viewdef(oid) ~ format('''%s''', rule);
  query := format('select array_agg(object::text) from dba.%I where name = %L', subject, rule);
  execute query into before;
  begin
    execute change;
    execute query into after;
    raise exception using errcode = 'P0UND';
  exception when sqlstate 'P0UND' then
    return not coalesce(after, '{}') <@ coalesce(before, '{}');
  end;
end
$$;

select ok(pg_temp.finds(change, rule), format('%s: %s', number, rule))
from (values
  ('SEC001', 'rls_disabled', 'alter table probe.doc disable row level security'),
  ('SEC002', 'rls_not_forced', 'alter table probe.doc no force row level security'),
  ('SEC003', 'policy_without_role', 'alter policy sales_read_own on probe.doc to public'),
  ('SEC004', 'open_without_claim', 'alter policy sales_read_own on probe.doc
     using ((select crm.current_employee_id()) is null or owner_id = (select crm.current_employee_id()))'),
  ('SEC005', 'policy_ignores_row', 'alter policy sales_read_own on probe.doc using ((select crm.current_employee_id()) is not null)'),
  ('SEC006', 'false_policy', 'create policy sales_create_more on probe.doc for insert to epic_sales'),
  ('SEC006', 'always_true_write_policy', 'create policy sales_update_more on probe.doc for update to epic_sales using (true)'),
  ('SEC007', 'session_not_required', 'call dba.close_table(''crm.payment''); grant select on crm.payment to epic_employee;
     create policy employee_read_all on crm.payment for select to epic_employee using (true)'),
  ('SEC008', 'policy_disagrees', 'alter policy sales_read_own on probe.doc using (true)'),
  ('SEC009', 'rls_without_policy', 'create table probe.bare (id integer); alter table probe.bare enable row level security'),
  ('SEC010', 'false_policy', 'alter policy sales_read_own on probe.doc using (false)'),
  ('SEC011', 'open_without_claim', 'alter policy sales_read_own on probe.doc using (owner_id = 1 or true)'),
  ('SEC012', 'idle_restrictive_policy', 'create table probe.bare (id integer); alter table probe.bare enable row level security;
     create policy floor on probe.bare as restrictive to epic_sales using (id > 0)'),
  ('SEC014', 'security_definer_exposed', 'create function probe.all_docs() returns setof probe.doc language sql security definer
     set search_path = pg_catalog, pg_temp as ''select * from probe.doc''; grant execute on function probe.all_docs() to epic_sales'),
  ('SEC015', 'mutable_search_path', 'create function probe.all_docs() returns setof probe.doc language sql security definer
     as ''select * from probe.doc'''),
  ('SEC016', 'bypassing_role', 'alter role probe_backup bypassrls; grant select on probe.doc to probe_backup'),
  ('SEC017', 'leakproof_function', 'create function probe.same(text) returns text language sql immutable leakproof return $1'),
  ('SEC018', 'policy_by_database_role', 'alter policy sales_read_own on probe.doc using (status = current_user)'),
  ('SEC019', 'claim_must_be_set', 'alter policy sales_read_own on probe.doc using (owner_id = (select current_setting(''app.id'')::integer))'),
  ('SEC020', 'always_true_write_policy', 'alter policy sales_update_own on probe.doc with check (true)'),
  ('SEC021', 'policy_for_one_value', 'alter policy sales_read_own on probe.doc using (owner_id = 1)'),
  ('SEC022', 'grant_without_policy', 'drop policy sales_create_own on probe.doc; drop policy sales_update_own on probe.doc'),
  ('SEC023', 'policy_for_bypassing_role', 'alter role probe_backup bypassrls; alter policy sales_read_own on probe.doc to probe_backup'),
  ('SEC024', 'claim_without_prefix', 'alter policy sales_read_own on probe.doc using (owner_id = (select current_setting(''tenant_id'', true)::integer))'),
  ('SEC025', 'policy_reads_open_table', 'create table probe.team (doc_id integer); alter policy sales_read_own on probe.doc
     using (id in (select doc_id from probe.team))'),
  ('SEC026', 'policy_by_pattern', 'alter policy sales_read_own on probe.doc using (status like current_setting(''app.status'', true))'),
  ('SEC027', 'owner_column_ignored', 'drop policy sales_create_own on probe.doc; drop policy sales_update_own on probe.doc;
     alter policy sales_read_own on probe.doc using (status = ''done'')'),
  ('SEC028', 'always_true_write_policy', 'alter policy sales_create_own on probe.doc with check (true)'),
  ('SEC029', 'bypassing_role', 'alter role probe_backup bypassrls; grant probe_backup to probe_login'),
  ('SEC030', 'nullable_policy_key', 'alter table probe.doc alter owner_id drop not null'),
  ('SEC031', 'restrictive_without_effect', 'create policy floor on probe.doc as restrictive for select to epic_sales using (true)'),
  ('SEC032', 'rls_disabled', 'alter table probe.doc disable row level security'),
  ('SEC035', 'unique_reveals_rows', 'alter table probe.doc add unique (status)'),
  ('SEC036', 'subquery_not_bound', 'alter policy sales_read_own on probe.doc
     using (exists (select from crm.employee where department = ''management''))'),
  ('SEC038', 'open_without_claim', 'alter policy sales_read_own on probe.doc
     using (not ((select current_setting(''app.id'', true)) is not null) or owner_id = 1)'),
  ('SEC039', 'write_before_login', 'create policy anonymous_create_any on probe.doc for insert to epic_anonymous with check (id > 0)'),
  ('SEC040', 'check_forgets_owner', 'alter policy sales_update_own on probe.doc with check (status in (''draft'', ''done''))'),
  ('SEC041', 'rls_disabled', 'create table probe.log (id integer) partition by list (id); alter table probe.log enable row level security;
     create table probe.log_1 partition of probe.log for values in (1); grant select on probe.log_1 to epic_sales'),
  ('SEC042', 'security_definer_exposed', 'create function probe.all_docs() returns setof probe.doc language sql security definer
     set search_path = pg_catalog, pg_temp as ''select * from probe.doc''; grant execute on function probe.all_docs() to epic_anonymous'),
  ('SEC043', 'rls_disabled', 'create table probe.doc_old () inherits (probe.doc); grant select on probe.doc_old to epic_sales'),
  ('SEC044', 'default_privileges_open', 'alter default privileges in schema probe grant select on tables to public'),
  ('SEC045', 'secret_column_exposed', 'grant select (ssn) on probe.doc to epic_anonymous'),
  ('SEC046', 'immutable_claim_reader', 'create function probe.caller() returns text language sql immutable
     as ''select current_setting(''''app.id'''', true)'''),
  ('SEC047', 'reference_reveals_rows', 'create table probe.part (doc_id integer references probe.doc);
     grant insert on probe.part to epic_support'),
  ('SEC048', 'rls_not_forced', 'alter table probe.doc no force row level security; grant epic_owner to probe_login'),
  ('SEC049', 'rls_disabled', 'alter table probe.doc disable row level security'),
  ('SEC053', 'foreign_table_exposed', 'create foreign data wrapper probe; create server probe foreign data wrapper probe;
     create foreign table probe.far (id integer) server probe; grant select on probe.far to epic_sales'),
  ('SEC054', 'materialized_view_exposed', 'create materialized view probe.docs as select * from probe.doc; grant select on probe.docs to epic_sales'),
  ('PERF001', 'per_row_function_call', 'alter policy sales_read_own on probe.doc using (owner_id = crm.current_employee_id())'),
  ('PERF002', 'volatile_policy', 'alter policy sales_read_own on probe.doc using (id > random())'),
  ('PERF003', 'policy_column_without_index', 'alter policy sales_read_own on probe.doc using (status = ''done'')'),
  ('PERF004', 'wrapped_policy_column', 'create index on probe.doc (status);
     alter policy sales_read_own on probe.doc using (lower(status) = ''done'')'),
  ('HYG002', 'placeholder_policy', 'alter policy sales_read_own on probe.doc rename to todo_later'),
  ('HYG003', 'duplicate_policy', 'create policy sales_read_too on probe.doc for select to epic_sales
     using (owner_id = (select crm.current_employee_id()))'),
  ('VIEW001', 'view_without_security_invoker', 'create view probe.docs as select * from probe.doc'),
  ('VIEW003', 'materialized_view_exposed', 'create materialized view probe.docs as select * from probe.doc; grant select on probe.docs to epic_sales'),
  ('VIEW004', 'security_definer_exposed', 'create function probe.all_docs() returns setof probe.doc language sql security definer
     set search_path = pg_catalog, pg_temp as ''select * from probe.doc''; grant execute on function probe.all_docs() to epic_sales;
     create view probe.docs with (security_invoker) as select * from probe.all_docs()')
) probe (number, rule, change);


select is_empty(
  $$ select name, object from dba.lint_of_conditions where object ~ 'probe\.' $$,
  'the table is tight before it is spoiled, and after');

select * from finish();
rollback;
