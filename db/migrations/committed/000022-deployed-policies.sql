--! Previous: sha1:e80044c1ea3697ea120f80e9d7b56ddefdd66690
--! Hash: sha1:4793b52cd7626a8858c183c38bc06642d2ad97a7
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
