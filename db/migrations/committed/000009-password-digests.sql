--! Previous: sha1:fd179164ffd21edf5484d4c33029dbf639bf4cc2
--! Hash: sha1:9835b563e2f85174fd4db7189a742dbb7240cbff
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
