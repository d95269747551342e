--! Previous: sha1:5504e0ce875a8fb31e9cb652256423ca9bfa8fc9
--! Hash: sha1:f99b3692765d0b735f99824cb29219965d33849b
--! Message: limits

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
