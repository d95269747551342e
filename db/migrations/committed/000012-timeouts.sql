--! Previous: sha1:19a1ad483f0467900075ae4094e6be06e2b07848
--! Hash: sha1:63ed5b35e12f6d73a02094ed8c495c284c89d498
--! Message: timeouts

-- What holds for the API's login if it has switched its timeouts off.

alter table identity.configuration
  add column statement_timeout                   interval not null default '15 seconds',
  add column lock_timeout                        interval not null default '5 seconds',
  add column idle_in_transaction_session_timeout interval not null default '30 seconds';

comment on column identity.configuration.statement_timeout is
  'What identity.enter sets where the API''s login has none: it may switch off its own.';
comment on column identity.configuration.lock_timeout is
  'As statement_timeout, for waiting for a lock.';
comment on column identity.configuration.idle_in_transaction_session_timeout is
  'As statement_timeout, for a transaction that waits for its next statement.';
