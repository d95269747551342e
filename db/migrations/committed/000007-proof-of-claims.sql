--! Previous: sha1:26bdd200032f7f52496ae4a865d767107d09a001
--! Hash: sha1:ad03ce166e3770be66da86b06e9e996c4f57013a
--! Message: proof of claims

-- squawk-ignore-file constraint-missing-not-valid

-- The database does not trust its API: claims count only with a proof, which takes the secret of an access token.

create function identity.random_block() returns bytea
language sql volatile
return uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
comment on function identity.random_block() is
  'A block of SHA-256, 64 bytes, 488 bits of them random.';

create table identity.proof_key (
  id         boolean     not null default true,
  inner_key  bytea       not null default identity.random_block(),
  outer_key  bytea       not null default identity.random_block(),
  created_at timestamptz not null default now(),

  constraint proof_key_pkey           primary key (id),
  constraint proof_key_is_one         check (id),
  constraint proof_key_is_long_enough check (length(inner_key) = 64 and length(outer_key) = 64)
);
alter table identity.proof_key enable row level security, force row level security;

comment on table  identity.proof_key            is 'The key with which claims are proven: one row. Only epic_owner reads it.';
comment on column identity.proof_key.id         is 'Always true: there is one key.';
comment on column identity.proof_key.inner_key  is 'Of the inner hash of HMAC-SHA-256: one block of 64 random bytes.';
comment on column identity.proof_key.outer_key  is 'Of the outer hash: one block of 64 random bytes.';
comment on column identity.proof_key.created_at is 'When the key was drawn.';
comment on constraint proof_key_is_one         on identity.proof_key is 'There is one key.';
comment on constraint proof_key_is_long_enough on identity.proof_key is 'Each half of the key is one block of SHA-256.';

alter table identity.proof_key no force row level security;
insert into identity.proof_key default values;
alter table identity.proof_key force row level security;


create table identity.access_token (
  secret_hash bytea       not null,
  session_id  uuid        not null,
  expires_at  timestamptz not null,

  constraint access_token_pkey            primary key (secret_hash),
  constraint access_token_session_id_fkey foreign key (session_id) references identity.session on delete cascade
);
alter table identity.access_token enable row level security, force row level security;

create index access_token_session_id_idx on identity.access_token (session_id);

comment on table  identity.access_token             is 'The access tokens of a session. A token carries a secret, which identity.enter asks for.';
comment on column identity.access_token.secret_hash is 'SHA-256 of the secret, 32 random bytes.';
comment on column identity.access_token.expires_at  is 'Fifteen minutes after it was issued.';
comment on index  identity.access_token_session_id_idx is 'Serves the access tokens of a session: clearing away expired ones, and deleting them with it.';


create table identity.configuration (
  id               boolean  not null default true,
  session_lifetime interval not null default '90 days',

  constraint configuration_pkey   primary key (id),
  constraint configuration_is_one check (id)
);
alter table identity.configuration enable row level security, force row level security;

comment on table  identity.configuration                  is 'What an administrator decides about sessions: one row, changed as epic_owner.';
comment on column identity.configuration.id               is 'Always true: there is one row.';
comment on column identity.configuration.session_lifetime is 'How long a session lasts at most, however often it is refreshed.';
comment on constraint configuration_is_one on identity.configuration is 'There is one configuration.';

alter table identity.configuration no force row level security;
insert into identity.configuration default values;
alter table identity.configuration force row level security;


alter table identity.session
  add column read_only     boolean     not null default false,
  add column second_factor boolean     not null default false,
  add column ends_at       timestamptz not null default now() + interval '90 days';

comment on column identity.session.expires_at    is 'Thirty days after the last refresh, and never after ends_at.';
comment on column identity.session.read_only     is 'Whether it was opened for reading only: its transactions write nothing.';
comment on column identity.session.second_factor is 'Whether it was opened with a second factor.';
comment on column identity.session.ends_at       is 'When the session ends, however often it is refreshed: identity.log_in sets it as identity.configuration says.';


alter table audit.change
  add constraint change_by_the_api_names_an_employee
  check (employee_id is not null or database_user not in ('epic_authenticator', 'epic_worker'));
comment on constraint change_by_the_api_names_an_employee on audit.change is
  'A change through the API is made by an employee in a session.';
