-- Lints of functions and extensions: each rule clean, broken and fixed.

begin;
set local search_path = tap, public;
select plan(12);


select test.lint_finds('functions', 'mutable_search_path',
  'crm_private.normalize_text(text)', 'It looks names up along the search_path of its caller.',
  'alter function crm_private.normalize_text(text) reset search_path',
  $$ alter function crm_private.normalize_text(text) set search_path = '' $$);

select test.lint_finds('functions', 'mutable_search_path',
  'crm_private.normalize_text(text)', 'Its search_path=crm, public.',
  'alter function crm_private.normalize_text(text) set search_path = crm, public',
  'alter function crm_private.normalize_text(text) set search_path = pg_catalog, pg_temp');

select test.lint_finds('functions', 'immutable_claim_reader',
  'crm.current_employee_id()', 'It reads a claim, and a plan keeps what it gave another caller.',
  'alter function crm.current_employee_id() immutable',
  'alter function crm.current_employee_id() stable');

select test.lint_finds('functions', 'immutable_claim_reader',
  'crm.trial()', 'It reads a claim, and a plan keeps what it gave another caller.',
  $$ create function crm.trial() returns text language plpgsql immutable
       as 'begin return current_setting(''jwt.claims.department'', true); end' $$,
  'alter function crm.trial() stable');
drop function crm.trial();

-- An empty path leaves temporary types first, such as one that is called text.
create role epic_trial;
do $$ begin execute format('grant temporary on database %I to epic_trial', current_database()); end $$;
select test.lint_finds('functions', 'temporary_objects_first',
  'crm.trial()', 'epic_trial may create temporary objects, and it looks there first.',
  $$ create function crm.trial() returns text language plpgsql security definer set search_path = ''
       as 'begin return ''a''::text; end';
     revoke execute on function crm.trial() from public;
     grant execute on function crm.trial() to epic_trial $$,
  'alter function crm.trial() set search_path = pg_catalog, pg_temp');
select is_empty(
  $$ select * from dba.lint_of_functions where name = 'temporary_objects_first' $$,
  'temporary_objects_first: not where no caller may create temporary objects');
drop function crm.trial();

select test.lint_finds('functions', 'security_definer_exposed',
  'crm.deactivate_employee(integer,integer)', 'epic_employee may call it, and it acts as epic_owner.',
  'alter function crm.deactivate_employee(integer, integer) security definer',
  'alter function crm.deactivate_employee(integer, integer) security invoker');

select test.lint_finds('functions', 'security_definer_exposed',
  'crm_private.notify_employees(integer[],text,text,integer,integer,jsonb,jsonb)', 'epic_anonymous may call it, and it acts as epic_owner.',
  'grant execute on function crm_private.notify_employees(integer[], text, text, integer, integer, jsonb, jsonb) to epic_anonymous',
  'revoke execute on function crm_private.notify_employees(integer[], text, text, integer, integer, jsonb, jsonb) from epic_anonymous');

select test.lint_finds('functions', 'leakproof_function',
  'crm_private.normalize_text(text)', 'It is called on rows that a policy would have hidden.',
  'alter function crm_private.normalize_text(text) leakproof',
  'alter function crm_private.normalize_text(text) not leakproof');

select test.lint_finds('functions', 'extension_in_exposed_schema',
  'extension citext',
  format('%s may use schema extensions, where it is.', (
    select string_agg(role, ', ' order by role collate "C")
    from (select role from dba.department union all select 'epic_employee') roles)),
  'create extension citext with schema extensions',
  'alter extension citext set schema public');

select test.lint_finds('functions', 'outdated_extension',
  'extension unaccent', 'It is at version 0.9; the server has 1.1.',
  $$ update pg_extension set extversion = '0.9' where extname = 'unaccent' $$,
  $$ update pg_extension set extversion = '1.1' where extname = 'unaccent' $$);


select test.lint_covers('functions');

select * from finish();
rollback;
