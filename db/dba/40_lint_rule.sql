-- Every rule: its level, why it matters, and what to do. ERROR: a role may access what it must not. WARN: something is
-- misleading or slow. INFO: worth knowing. ERROR and WARN fail
-- `epic-server policies lint`.

create view dba.lint_rule with (security_invoker) as
select *
from (values


  -- roles

  ('privileged_api_role', 'ERROR',
   'Superusers and roles with bypassrls are asked no policy; one that creates roles can make itself a way in.',
   'alter role … nosuperuser nobypassrls nocreaterole nocreatedb noreplication'),
  ('predefined_api_role', 'ERROR',
   'PostgreSQL''s own roles (pg_read_all_data, pg_execute_server_program, …) open tables, files or programs.',
   'revoke pg_… from …'),
  ('owning_api_role', 'ERROR',
   'An owner changes policies, drops tables and grants itself what it likes.',
   'alter … owner to epic_owner; and keep epic_owner out of every role of the API'),
  ('login_inherits_rights', 'ERROR',
   'What the login inherits, it may do before auth.enter has checked the session.',
   'alter role … noinherit; from PostgreSQL 16 on: grant … to … with inherit false'),
  ('logins_not_separate', 'ERROR',
   'The API and the job queue log in apart, so that the password of one does not open what is for the other.',
   'revoke … from …; see db/roles.sql'),
  ('login_with_api_role', 'WARN',
   'Who can become a department has its grants; only the proof of a session stands between them and its rows.',
   'Give people logins of the application; revoke epic_… from the login, or alter role … nologin'),
  ('login_without_timeout', 'WARN',
   'A request that runs away, waits for a lock or forgets its transaction would hold rows and a connection for ever.',
   'Run db/roles.sql again; alter role … in database … reset …'),
  ('owner_mismatch', 'WARN',
   'What another role owns escapes forced row-level security and deploys: in db/, epic_owner owns everything.',
   'alter … owner to epic_owner'),


  -- tables, views, triggers and constraints

  ('rls_disabled', 'ERROR',
   'Without row-level security a grant opens every row, and policies are ornaments.',
   'alter table … enable row level security, force row level security'),
  ('session_not_required', 'ERROR',
   'The API''s login can become any department. What stands between it and the rows is the proof of a session.',
   'call dba.require_session(…) in the table''s policy file'),
  ('rls_not_forced', 'ERROR',
   'The owner is asked no policy, and neither are the security definer functions that run as the owner.',
   'alter table … force row level security'),
  ('rls_without_policy', 'WARN',
   'Only a superuser sees a row of it: its policy file is missing, or was never deployed.',
   'Write db/policies/<table>.sql, or drop the table'),
  ('no_primary_key', 'WARN',
   'Rows cannot be told apart: not by the API, not by history, not by logical replication.',
   'alter table … add constraint …_pkey primary key (…)'),
  ('autovacuum_disabled', 'WARN',
   'The table grows with every update, and its statistics go stale.',
   'alter table … reset (autovacuum_enabled)'),
  ('view_without_security_invoker', 'ERROR',
   'A view reads its tables with the rights of its owner unless told otherwise: its reader''s policies are not asked.',
   'alter view … set (security_invoker = true)'),
  ('materialized_view_exposed', 'ERROR',
   'A materialized view is a copy without policies, made with the rights of its owner.',
   'revoke all on … from …; read it through a security definer function that checks, or through a view'),
  ('foreign_table_exposed', 'ERROR',
   'A foreign table has no policies; the other server sees one login for all roles.',
   'revoke all on … from …'),
  ('secret_column_exposed', 'ERROR',
   'Its name says that it holds a secret, and the API may read it.',
   'revoke select on … from …; grant select on the other columns by name'),
  ('missing_audit_trigger', 'ERROR',
   'A change of this record would leave no trace in history.',
   'Give it the trigger …_90_record_change that the other tables have, enabled always'),
  ('disabled_trigger', 'ERROR',
   'The rule that the trigger keeps does not hold.',
   'alter table … enable trigger …, after checking the rows that were written meanwhile'),
  ('constraint_not_valid', 'WARN',
   'The constraint says something of the table that may not be true, and PostgreSQL does not rely on it.',
   'alter table … validate constraint …'),
  ('upgrade_blocking_type', 'WARN',
   'The column stores object numbers that change with the next major version: pg_upgrade refuses to run.',
   'alter table … alter column … type text'),


  -- policies

  ('policy_without_role', 'ERROR',
   'Without `to`, a policy is for every role there is, and for each that will be made.',
   'alter policy … on … to …'),
  ('policy_for_all_commands', 'WARN',
   'One expression for reading, creating, changing and deleting seldom says what was meant of each.',
   'Write a policy for each verb'),
  ('policy_without_comment', 'WARN',
   'The comment is what a refused person reads, and what a reviewer compares the expression with.',
   'comment on policy … on … is ''…'''),
  ('multiple_permissive_policies', 'WARN',
   'Any of them is enough, so none can be read on its own, and indexes do not serve the OR that joins them.',
   'Write one policy for the role and the verb, or make the narrower one restrictive'),
  ('policy_without_grant', 'WARN',
   'The policy opens nothing, whatever it says: PostgreSQL asks for the grant first.',
   'grant … on … to …, or drop the policy'),
  ('grant_without_policy', 'WARN',
   'The grant opens nothing as long as row-level security holds, and everything the day it does not.',
   'revoke … on … from …, or write the policy'),
  ('always_true_write_policy', 'WARN',
   'Every row may be written: right only where the specification says "any".',
   'Say in using and with check which rows are meant; if it is every row, say why in db/dba/41_suppression.sql'),
  ('per_row_function_call', 'WARN',
   'PostgreSQL calls the function once for each row, and cannot use an index with it.',
   'Wrap it: (select crm.current_employee_id())'),
  ('policy_column_without_index', 'WARN',
   'Every statement under the policy filters by the column, and reads the whole table to do it.',
   'create index on … (…)'),
  ('leaky_index', 'WARN',
   'It does not serve a role that sees only part of the table: what is not leakproof is called after the policies.',
   'Index what compares leakproof (text, integer, timestamptz; not numeric, jsonb, enums, trigrams), or drop it'),


  -- grants

  ('grant_to_public', 'ERROR',
   'PUBLIC is every role of the cluster, also of other applications and of those yet to come.',
   'revoke … on … from public; then grant to those who need it'),
  ('execute_granted_to_public', 'ERROR',
   'PostgreSQL gives EXECUTE on a new function to PUBLIC unless it is taken back.',
   'revoke execute on function … from public; see db/policies/00_schemas_and_functions.sql'),
  ('grant_with_grant_option', 'ERROR',
   'Who may pass a grant on decides who may do what, instead of db/policies.',
   'revoke grant option for … on … from …; for a membership: revoke admin option for … from …'),
  ('grant_bypassing_rls', 'ERROR',
   'TRUNCATE, REFERENCES, TRIGGER and MAINTAIN ask no policy, and neither do sequences.',
   'revoke … on … from …'),
  ('table_wide_write_grant', 'WARN',
   'A grant without columns includes ids, dates that the database keeps, and every column that is added later.',
   'revoke … on … from …; grant … (columns) on … to …'),
  ('create_granted', 'ERROR',
   'Who creates objects puts functions and tables where others find them first.',
   'revoke create, temporary on … from …'),
  ('dba_tools_granted', 'ERROR',
   'The tools of a DBA and the ledger of migrations are no business of the API.',
   'revoke all on … from …'),
  ('grant_without_comment', 'WARN',
   'A grant has no comment of its own: what is granted must say what it is; a table''s policies say the rest.',
   'comment on … is ''…'''),
  ('default_privileges_open', 'ERROR',
   'What is created tomorrow would be open before anybody has decided that it should be.',
   'alter default privileges for role … revoke … from …'),
  ('system_privilege', 'ERROR',
   'PostgreSQL''s own functions, catalogues, settings, languages and servers reach files, passwords and other databases.',
   'revoke … on … from …'),
  ('large_object_granted', 'INFO',
   'Large objects ask no policy and fill the disk. PostgreSQL lets every role make them, and only a superuser forbids it.',
   'As a superuser, in this database: revoke execute on function … from …; or run db/superuser.sql'),
  ('other_database_granted', 'INFO',
   'A login that was stolen looks around in it and fills it. PostgreSQL lets every role connect to any database.',
   'As its owner: revoke connect on database … from …; on a cluster that others use, refuse the logins in pg_hba.conf'),


  -- functions and extensions

  ('mutable_search_path', 'WARN',
   'The caller decides what the names in it mean; of a security definer function, that makes the caller its owner.',
   'alter function … set search_path = '''''),
  ('security_definer_exposed', 'WARN',
   'The function acts as its owner: what it checks itself is all that is checked.',
   'Make it security invoker; if it must be definer, say in db/dba/41_suppression.sql what it checks'),
  ('leakproof_function', 'ERROR',
   'A function that claims to be leakproof is called before the policies, with rows that the caller must not see.',
   'alter function … not leakproof'),
  ('extension_in_exposed_schema', 'WARN',
   'Every function of the extension can be called by PUBLIC; the schema is all that stands before it.',
   'alter extension … set schema …; if the functions are harmless, say why in db/dba/41_suppression.sql'),
  ('outdated_extension', 'WARN',
   'The server''s files are newer than what is installed in the database: corrections of the extension are missing.',
   'alter extension … update'),


  -- comments: what the API shows

  ('type_without_comment', 'WARN',
   'What functions of schema crm return is in the API, and its comment is the description there.',
   'comment on type … is ''…'''),
  ('column_without_comment', 'WARN',
   'The columns of schema crm are fields of the API, and their comments are the descriptions there.',
   'comment on column … is ''…'''),
  ('argument_without_comment', 'WARN',
   'The arguments of a function are described by a list at the end of its comment, or by a column of that name.',
   'End the comment on the function with lines like: - `argument`: What it is.'),
  ('value_without_comment', 'WARN',
   'A closed set is an enum of the API; its values are described by a list at the end of the comment on the column.',
   'End the comment on the column with lines like: - `value`: What it means.'),
  ('comment_not_a_sentence', 'WARN',
   'People read it: in the API, in its explorer and in docs/data-model.md.',
   'Write a sentence, with a full stop'),


  -- indexes

  ('unindexed_foreign_key', 'WARN',
   'Deleting or changing the row referred to reads the whole table, and locks for as long.',
   'create index on … (…)'),
  ('duplicate_index', 'WARN',
   'It costs every write and serves no query that the other does not.',
   'drop index …'),
  ('invalid_index', 'WARN',
   'It costs writes and serves nothing; if it is unique, it guards nothing. Often left by create index concurrently.',
   'reindex index concurrently …, or drop index …'),
  ('unused_index', 'INFO',
   'It costs every write. Reports of a month''s end, rare deletions and other replicas may still need it.',
   'Look at pg_stat_user_indexes over a month, on every replica; then drop index …'),


  -- suppressions

  ('stale_suppression', 'WARN',
   'It suppresses nothing, and would hide the next finding of that name.',
   'Take it out of db/dba/41_suppression.sql')


) rule (name, level, why, fix);
comment on view dba.lint_rule is
  'Every rule of dba.lint: its level (ERROR, WARN or INFO), why it matters, and what to do about a finding.';
