-- Lints of functions and extensions: each rule clean, broken and fixed.

begin;
set local search_path = tap, public;
select plan(8);


select test.lint_finds('functions', 'mutable_search_path',
  'crm_private.normalize_text(text)', 'It looks names up along the search_path of its caller.',
  'alter function crm_private.normalize_text(text) reset search_path',
  $$ alter function crm_private.normalize_text(text) set search_path = '' $$);

select test.lint_finds('functions', 'mutable_search_path',
  'crm_private.normalize_text(text)', 'Its search_path=crm, public.',
  'alter function crm_private.normalize_text(text) set search_path = crm, public',
  'alter function crm_private.normalize_text(text) set search_path = pg_catalog, pg_temp');

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
