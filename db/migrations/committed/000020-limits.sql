--! Previous: sha1:bf969fb4977a2e23557c89f5eba7a94727fb1b95
--! Hash: sha1:10d6e8179dd91e50950feebc61ecaa72bccc6d05
--! Message: limits

-- Nothing yet.
select 1;
