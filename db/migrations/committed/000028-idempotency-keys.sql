--! Previous: sha1:f767759143d77b2b3f7d507ba2f0abf6a12c89fc
--! Hash: sha1:280f78a52b596f1a0fdf080da8629458f002febf
--! Message: idempotency keys

-- squawk-ignore-file constraint-missing-not-valid, adding-foreign-key-constraint, require-concurrent-index-creation
-- Idempotency keys: requests that were sent with one, so that the same request sent again changes nothing more.

-- current.sql may be applied several times
-- squawk-ignore ban-drop-table
drop table if exists crm_private.idempotency_key;

create table crm_private.idempotency_key (
  employee_id     integer     not null,
  service_account text        not null,
  key_hash        bytea       not null,
  field           integer     not null,
  fingerprint     bytea       not null,
  answer          json,  -- not jsonb: the repeated answer has its keys in the same order
  created_at      timestamptz not null default now(),

  constraint idempotency_key_pkey             primary key (employee_id, service_account, key_hash, field),
  constraint idempotency_key_employee_id_fkey foreign key (employee_id) references crm.employee on delete cascade,
  constraint idempotency_key_hash_is_sha256   check (length(key_hash) = 32),
  constraint idempotency_key_answer_is_short  check (octet_length(answer::text) <= 65536)
);
alter table crm_private.idempotency_key enable row level security, force row level security;

create index idempotency_key_created_at_idx on crm_private.idempotency_key (created_at);

comment on table  crm_private.idempotency_key                 is 'The mutations of the last day that were sent with the header `Idempotency-Key`: one that is sent again is answered from here. Written in the transaction of the mutation, so that a key is here if and only if its mutation was committed.';
comment on column crm_private.idempotency_key.employee_id     is 'Whose request it was.';
comment on column crm_private.idempotency_key.service_account is 'The service account that sent it for them; empty: they themselves, in whichever session.';
comment on column crm_private.idempotency_key.key_hash        is 'The SHA-256 of the key; the key itself is not kept.';
comment on column crm_private.idempotency_key.field           is 'Which of the mutations of the request, counted from 0: each is a transaction of its own.';
comment on column crm_private.idempotency_key.fingerprint     is 'An HMAC of the request with the key: without the key, nothing of the request can be guessed from it.';
comment on column crm_private.idempotency_key.answer          is 'The rows that the mutation returned. Empty where they are not kept: they are too long, held a secret, or the personal data of a client was erased since.';
comment on column crm_private.idempotency_key.created_at      is 'When the mutation was made. A day later its key is forgotten.';
comment on constraint idempotency_key_hash_is_sha256 on crm_private.idempotency_key is
  'Of a key only its SHA-256 is kept.';
comment on constraint idempotency_key_answer_is_short on crm_private.idempotency_key is
  'An answer of more than 64 kB is not kept.';
comment on index crm_private.idempotency_key_created_at_idx is 'Serves the forgetting of keys that are a day old.';
