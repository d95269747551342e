--! Previous: sha1:f53c15e1f26ddc070d17ea320febbd2610e30095
--! Hash: sha1:23e24b2b428d0ef6e3ea3b89bc4e618ae8e93916
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
