--! Previous: sha1:916038fb43c8ffb1db2d7f584894e537ef486d03
--! Hash: sha1:ba0e5ae33570566f24c00e0c3a1d55e8efd1c616
--! Message: statistics of what is searched

-- The migration that is being written: see "Change a rule, a function or a table" in db/README.md.

-- Of what is searched more is sampled than of a column: whether a word is frequent is read from it.
alter index crm.client_search_idx alter column 1 set statistics 1000;
alter index crm.event_search_idx alter column 1 set statistics 1000;
