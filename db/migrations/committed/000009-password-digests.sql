--! Previous: sha1:7b5ed7c41440e111a9a9888b0b34e22e36d087a8
--! Hash: sha1:d0eabdfd5b4e687e0f8db88b4911bd22c08a5d8a
--! Message: password digests

-- What is kept of a password is not what logs in: a digest of the hash, as identity.password_digest makes it.

alter table identity.credential no force row level security;
alter table identity.credential disable trigger user;
update identity.credential
set password_hash = regexp_replace(password_hash, '[^$]*$', '') || encode(sha256(convert_to(password_hash, 'UTF8')), 'base64');
alter table identity.credential enable trigger user;
alter table identity.credential force row level security;

comment on column identity.credential.password_hash is
  'The algorithm, parameters and salt of argon2id in PHC string format, and in place of the hash its SHA-256: who reads it cannot log in with it.';
