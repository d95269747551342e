--! Previous: sha1:e0414f0ef69ff01994523a3dec21d30f3bc9654d
--! Hash: sha1:1ce2c0f00458c5375d1bdce6ce0f7d0aff0bb304
--! Message: deployed-policies

-- So that the API can tell whether the policies in the database are those that it comes with. A deployment leaves the
-- digest of its files in the comment of schema dba, which it makes anew.

create function auth.deployed_policies() returns text
language plpgsql stable
set search_path = ''
as $$
begin
  return substring(
    pg_catalog.obj_description(pg_catalog.to_regnamespace('dba'), 'pg_namespace') from '[0-9a-f]{64}');
end
$$;
comment on function auth.deployed_policies() is
  'The digest of the policy files that were deployed last, as SHA-256 in hexadecimal; null when nobody wrote it down.';
