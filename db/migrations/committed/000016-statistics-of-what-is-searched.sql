--! Previous: sha1:8bd47ecc1fca741f4384bb76d4a668bcb2c4b5cb
--! Hash: sha1:1462b81be2a56da158898d6fe76e25e2620167f4
--! Message: statistics of what is searched

-- The migration that is being written: see "Change a rule, a function or a table" in db/README.md.

-- Of what is searched more is sampled than of a column: whether a word is frequent is read from it.
alter index crm.client_search_idx alter column 1 set statistics 1000;
alter index crm.event_search_idx alter column 1 set statistics 1000;
