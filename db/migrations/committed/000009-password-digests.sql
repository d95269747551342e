--! Previous: sha1:1ab80740a33cec9017e8d8b6ee3e9f3431960264
--! Hash: sha1:fc1da965079fb8aeb2c990a0a0e950f89352eb6e
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
