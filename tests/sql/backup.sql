-- epic_backup, the login of backups: it reads every row, past row-level security or by policies, and changes nothing.

begin;
set local search_path = tap, public;
select plan(9);
call test.load_company();

create temp view dumped as
  select pg_class.oid, pg_class.oid::regclass::text as name, relkind
  from pg_class
  join test.our_schema on our_schema.oid = relnamespace
  where relkind in ('r', 'p', 'S');

create function pg_temp.rows_read_by(role text, target text) returns bigint
language plpgsql
as $$
declare
  tester text := current_setting('role');
  found  bigint;
begin
  perform set_config('role', role, true);
  execute format('select count(*) from %s', target) into found;
  perform set_config('role', tester, true);
  return found;
end
$$;

create temp view read_in_part as
  select name, pg_temp.rows_read_by('epic_backup', name) as found, pg_temp.rows_read_by('none', name) as there
  from dumped
  where pg_temp.rows_read_by('epic_backup', name) <> pg_temp.rows_read_by('none', name);


-- reading

select cmp_ok((select sum(pg_temp.rows_read_by('none', name)) from dumped), '>', 100::numeric, 'there is something to read');
select is_empty('table read_in_part', 'backups read every row of every table, and the position of every sequence');

alter role epic_backup nobypassrls;
select throws_ok($$ select pg_temp.rows_read_by('epic_backup', 'crm.client') from set_config('row_security', 'off', true) $$, '42501',
  'query would be affected by row-level security policy for table "client"',
  'without policies and with row-level security they are refused, rather than given nothing');

do $$
declare
  target regclass;
begin
  for target in
    select oid from dumped where relkind = 'r' and name !~ '^graphile_migrate' order by name
  loop
    call dba.close_table(target);
  end loop;
end
$$;
select is_empty('table read_in_part', 'where they cannot bypass row-level security, a policy on each table lets them read every row');
select is((select count(distinct polrelid) from pg_policy where polname = 'backup_read_all'),
  (select count(*) from dumped where relkind = 'r' and name !~ '^graphile_migrate'), 'each table has such a policy then');

alter role epic_backup bypassrls;
call dba.close_table('crm.client');
select is_empty($$ select polname from pg_policy where polrelid = 'crm.client'::regclass $$,
  'where they bypass row-level security there is no such policy');


-- changing

select is_empty(
  $$ select name, statement
     from dumped
     cross join unnest(array['delete from %s where false', 'truncate %s', 'insert into %s default values']) statement
     where relkind = 'r' and test.permits('epic_backup', format(statement, name))
     union all
     select name, 'columns' from dumped
     where relkind = 'r' and has_any_column_privilege('epic_backup', oid, 'insert, update, references')
     union all
     select name, 'sequence' from dumped
     where case when relkind = 'S' then has_sequence_privilege('epic_backup', oid, 'usage, update') end $$,
  'backups change no row, and take no number from a sequence');
select is_empty(
  $$ select oid::regprocedure from pg_proc
     where pronamespace in (select oid from test.our_schema where name not in ('dba', 'extensions'))
       and has_schema_privilege('epic_backup', pronamespace, 'usage') and has_function_privilege('epic_backup', oid, 'execute') $$,
  'backups call no function of ours');
select is_empty(
  $$ select rolname from pg_roles
     where rolname <> 'epic_backup' and not rolsuper
       and (pg_has_role('epic_backup', oid, 'member') or rolname like 'epic\_%' and pg_has_role(oid, 'epic_backup'::regrole, 'member')) $$,
  'backups become no other role, and no role of ours becomes them');

select * from finish();
rollback;
