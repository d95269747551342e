--! Previous: sha1:5a98c3b3190c7f208a47bf0ce614362b505c1741
--! Hash: sha1:fe46526023ea20cf826bb4c712905c5de1e5c2ff
--! Message: timeouts

-- What holds for the API's login if it has switched its timeouts off.

alter table auth.configuration
  add column statement_timeout                   interval not null default '15 seconds',
  add column lock_timeout                        interval not null default '5 seconds',
  add column idle_in_transaction_session_timeout interval not null default '30 seconds';

comment on column auth.configuration.statement_timeout is
  'What auth.enter sets where the API''s login has none: it may switch off its own.';
comment on column auth.configuration.lock_timeout is
  'As statement_timeout, for waiting for a lock.';
comment on column auth.configuration.idle_in_transaction_session_timeout is
  'As statement_timeout, for a transaction that waits for its next statement.';
