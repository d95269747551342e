-- What the tools are told about a database: the logins of the API, and the role that owns its objects. The defaults are
-- those of Epic Events. For another database:
--
--   alter database shop set dba.api_logins = 'web, web_jobs';
--   alter database shop set dba.owner = 'shop_owner';

create view dba.setting with (security_invoker) as
select
  regexp_split_to_array(coalesce(nullif(btrim(current_setting('dba.api_logins', true)), ''), 'epic_authenticator, epic_worker'), '\s*,\s*') as api_logins,
  coalesce(nullif(btrim(current_setting('dba.owner', true)), ''), 'epic_owner') as owner;
comment on view dba.setting is
  'One row: the logins of the API, and the role that owns its objects. Set by dba.api_logins and dba.owner; by default those of Epic Events.';
