-- What was deployed, for servers that ask whether the database is as new as they are.


create or replace function identity.deployed_release(out migration text, out digest text)
language sql stable security definer  -- anonymous callers read neither table
set search_path = ''
as $$
  select
    (select max(filename) from graphile_migrate.migrations),
    (select applied.digest from deployment.applied where applied.name = 'release')
$$;
comment on function identity.deployed_release() is
  'The file name of the last migration applied, such as 000006.sql (the number tells, the rest may be missing), and the digest of the functions, tools and policies deployed last, as SHA-256 in hexadecimal; null where none was recorded.';
