--! Previous: sha1:a433ca62f943b3b82f5ee693f6e86272b2cb972b
--! Hash: sha1:19a1ad483f0467900075ae4094e6be06e2b07848
--! Message: service accounts

-- squawk-ignore-file constraint-missing-not-valid, adding-foreign-key-constraint, require-concurrent-index-creation, adding-field-with-default
-- Service accounts: programs that act for an employee, and prove who they are with a private key.

-- current.sql may be applied several times
-- squawk-ignore ban-drop-column
alter table audit.change drop column if exists service_account;
-- squawk-ignore ban-drop-column
alter table identity.session drop column if exists service_account;
-- squawk-ignore ban-drop-table
drop table if exists identity.used_assertion;
-- squawk-ignore ban-drop-table
drop table if exists identity.service_account cascade;

create table identity.service_account (
  name         text        not null,
  owner_id     integer     not null,
  modulus      bytea       not null,
  audience     text        not null,
  read_only    boolean     not null default false,
  created_at   timestamptz not null default now(),
  last_used_at timestamptz,
  expires_at   timestamptz,
  revoked_at   timestamptz,

  constraint service_account_pkey          primary key (name),
  constraint service_account_owner_id_fkey foreign key (owner_id) references crm.employee on delete cascade,
  constraint service_account_name_is_plain check (name ~ '^[a-z][a-z0-9-]{1,62}$'),
  constraint service_account_key_is_rsa    check (length(modulus) in (256, 384, 512) and get_byte(modulus, 0) >= 128)
);
alter table identity.service_account enable row level security, force row level security;

create index service_account_owner_id_idx on identity.service_account (owner_id);

comment on table  identity.service_account              is 'Programs that act for an employee, their owner. A program signs an assertion with its private key; only the public key is here.';
comment on column identity.service_account.name         is 'What the program is called: the `iss` and `sub` of its assertions.';
comment on column identity.service_account.owner_id     is 'The employee as whom it acts.';
comment on column identity.service_account.modulus      is 'Its public key: the modulus of RSA, big-endian. The exponent is 65537.';
comment on column identity.service_account.audience     is 'The `aud` of its assertions: the server that it was created for.';
comment on column identity.service_account.read_only    is 'Whether its sessions write nothing.';
comment on column identity.service_account.created_at   is 'When it was created, last where a name was used again.';
comment on column identity.service_account.last_used_at is 'When it last opened a session.';
comment on column identity.service_account.expires_at   is 'From when on it opens no session; null: until it is revoked.';
comment on column identity.service_account.revoked_at   is 'When it was revoked, by management, its owner or an operator, or as its owner was deactivated or moved.';
comment on constraint service_account_name_is_plain on identity.service_account is
  'A service account has a name of 2 to 63 lower-case letters, digits and hyphens, like backup-job.';
comment on constraint service_account_key_is_rsa on identity.service_account is
  'The public key of a service account is an RSA key of 2048, 3072 or 4096 bits.';
comment on index identity.service_account_owner_id_idx is 'Serves the service accounts of an employee: listing them, and revoking them when the employee leaves or moves.';


create table identity.used_assertion (
  service_account text        not null,
  id_hash         bytea       not null,
  expires_at      timestamptz not null,

  constraint used_assertion_pkey                 primary key (service_account, id_hash),
  constraint used_assertion_service_account_fkey foreign key (service_account) references identity.service_account on delete cascade
);
alter table identity.used_assertion enable row level security, force row level security;

create index used_assertion_expires_at_idx on identity.used_assertion (expires_at);

comment on table  identity.used_assertion            is 'Assertions that have opened a session, so that none opens two. Forgotten when they expire.';
comment on column identity.used_assertion.id_hash    is 'SHA-256 of the `jti` of the assertion.';
comment on column identity.used_assertion.expires_at is 'When the assertion expires.';
comment on index identity.used_assertion_expires_at_idx is 'Serves the policy by which expired assertions are deleted.';


alter table identity.session
  add column service_account text,
  add constraint session_service_account_fkey foreign key (service_account) references identity.service_account on delete cascade;

create index session_service_account_idx on identity.session (service_account);

comment on column identity.session.service_account is 'The service account that opened it; null: the employee logged in.';
comment on index identity.session_service_account_idx is 'Serves the sessions of a service account: ending them, and removing expired ones.';


-- The claim counts beside employee_id, which is null unless all claims are proven.
alter table audit.change
  add column service_account text default nullif(current_setting('jwt.claims.service_account', true), '');

comment on column audit.change.service_account is 'The service account through which the employee did it; null: they did it themselves. No foreign key: history outlives it.';
