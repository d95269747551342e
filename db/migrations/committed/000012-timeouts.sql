--! Previous: sha1:01c8ad0f99f7318357c7ad7566a12d8c893c538a
--! Hash: sha1:27ff817ad3fbb6256ad060a1e47113816242bd2a
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
