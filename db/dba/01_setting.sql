-- What the tools are told about a database: the logins of the API, the role that owns its objects, and the schemas of
-- others in it. The defaults are those of Epic Events. For another database:
--
--   alter database shop set dba.api_logins = 'web, web_jobs';
--   alter database shop set dba.owner = 'shop_owner';
--   alter database shop set dba.foreign_schemas = 'auth, storage';

create view dba.setting with (security_invoker) as
select
  regexp_split_to_array(coalesce(nullif(btrim(current_setting('dba.api_logins', true)), ''), 'epic_authenticator, epic_worker'), '\s*,\s*') as api_logins,
  coalesce(nullif(btrim(current_setting('dba.owner', true)), ''), 'epic_owner') as owner,
  regexp_split_to_array(btrim(coalesce(current_setting('dba.foreign_schemas', true), '')), '\s*,\s*') as foreign_schemas;
comment on view dba.setting is
  'One row: the logins of the API, the role that owns its objects, and the schemas of others, which are left out. Set by dba.api_logins, dba.owner and dba.foreign_schemas; by default those of Epic Events, and none.';
