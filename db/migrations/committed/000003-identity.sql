--! Previous: sha1:d94da24d8b7c1330d757ee97ad6d7cd68d708e57
--! Hash: sha1:1bcc20fc83614cc1c6a79ea3818cbf65324346b2
--! Message: identity

-- Credentials and sessions: who a person is. What they may do is in db/policies.
--
-- The API hashes passwords (argon2id); a stored hash never leaves the database. To log in, the API asks for the parameters
-- and the salt, hashes what was typed, and hands the result to identity.log_in, which compares.

create table identity.credential (
  employee_id   integer     not null,
  password_hash text        not null,
  must_change   boolean     not null default true,
  changed_at    timestamptz not null default now(),

  constraint credential_pkey               primary key (employee_id),
  constraint credential_employee_id_fkey   foreign key (employee_id) references crm.employee on delete cascade,
  constraint credential_password_is_hashed check (password_hash like '$argon2id$v=19$%$%$%')
);
alter table identity.credential enable row level security, force row level security;

comment on table identity.credential is 'How an employee proves who they are.';
comment on column identity.credential.password_hash is 'Argon2id, in PHC string format.';
comment on column identity.credential.must_change   is 'True while the password is a one-time password, chosen by someone else.';
comment on column identity.credential.changed_at    is 'When the password was last set.';
comment on constraint credential_password_is_hashed on identity.credential is 'A password is stored only as an argon2id hash.';


-- Keyed by digests of what was typed, known or not, so that an attempt costs and answers the same.
create table identity.login_attempt (
  account         bytea       not null,
  address         bytea       not null,
  failures        numeric     not null default 0,
  last_attempt_at timestamptz not null default now(),
  locked_until    timestamptz,
  succeeded_at    timestamptz,

  constraint login_attempt_pkey primary key (account, address)
);
alter table identity.login_attempt enable row level security, force row level security;

create index login_attempt_last_attempt_at_idx on identity.login_attempt (last_attempt_at);

comment on table  identity.login_attempt                 is 'Failed logins, by account, by address, and by both. Forgotten after a day, or after 30 days where the account has logged in.';
comment on column identity.login_attempt.account         is 'SHA-256 of the e-mail address typed, known or not; empty for any account.';
comment on column identity.login_attempt.address         is 'SHA-256 of the network address, of IPv6 the first 64 bits; empty for any address. Not secret: there are few addresses.';
comment on column identity.login_attempt.failures        is 'Failures since the last success; of an address with any account, less one for each minute between them.';
comment on column identity.login_attempt.last_attempt_at is 'When it was last counted.';
comment on column identity.login_attempt.locked_until    is 'Until when logging in is refused.';
comment on column identity.login_attempt.succeeded_at    is 'When this account last logged in from this address.';

comment on index identity.login_attempt_last_attempt_at_idx is 'Serves removing failed logins that are old enough to be forgotten.';


create table identity.session (
  id           uuid        not null default gen_random_uuid(),
  employee_id  integer     not null,
  user_agent   text,
  created_at   timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  expires_at   timestamptz not null default now() + interval '30 days',
  revoked_at   timestamptz,

  constraint session_pkey             primary key (id),
  constraint session_employee_id_fkey foreign key (employee_id) references crm.employee on delete cascade
);
alter table identity.session enable row level security, force row level security;

create index session_employee_id_idx on identity.session (employee_id);
create index session_expires_at_idx  on identity.session (expires_at);

comment on table  identity.session              is 'A login that lasts until it expires, is logged out or is revoked.';
comment on column identity.session.user_agent   is 'The program that logged in.';
comment on column identity.session.last_used_at is 'When the session was last refreshed.';
comment on column identity.session.expires_at   is 'Thirty days after the last refresh.';
comment on column identity.session.revoked_at   is 'When the session was ended before its time.';

comment on index identity.session_employee_id_idx is 'Serves the sessions of an employee: listing and ending them, and removing expired ones at login.';
comment on index identity.session_expires_at_idx  is 'Serves the policy by which expired sessions are deleted at login.';


create table identity.refresh_token (
  token_hash bytea       not null,
  session_id uuid        not null,
  issued_at  timestamptz not null default now(),
  used_at    timestamptz,

  constraint refresh_token_pkey            primary key (token_hash),
  constraint refresh_token_session_id_fkey foreign key (session_id) references identity.session on delete cascade
);
alter table identity.refresh_token enable row level security, force row level security;

create index refresh_token_session_id_idx on identity.refresh_token (session_id);

comment on table  identity.refresh_token            is 'Every refresh token of a session, so that one used twice is noticed.';
comment on column identity.refresh_token.token_hash is 'SHA-256 of the token.';
comment on column identity.refresh_token.used_at    is 'When it was exchanged for the next one.';

comment on index identity.refresh_token_session_id_idx is 'Serves the refresh tokens of a session: whether a later one was used, and deleting them with it.';
