--! Previous: sha1:45f80705b3b95c91b3e907ac2138e10c5071fd57
--! Hash: sha1:ebc19583482aa58d343ca7c5c6990571f4dc25a1
--! Message: password digests

-- What is kept of a password is not what logs in: a digest of the hash, as auth.password_digest makes it.

alter table auth.credential no force row level security;
alter table auth.credential disable trigger user;
update auth.credential
set password_hash = regexp_replace(password_hash, '[^$]*$', '') || encode(sha256(convert_to(password_hash, 'UTF8')), 'base64');
alter table auth.credential enable trigger user;
alter table auth.credential force row level security;

comment on column auth.credential.password_hash is
  'The algorithm, parameters and salt of argon2id in PHC string format, and in place of the hash its SHA-256: who reads it cannot log in with it.';
