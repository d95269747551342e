--! Previous: sha1:dcca0d2d73d464de9db43d5098e4d799b1209f5a
--! Hash: sha1:4416d15e5bfad9eb1fdb00047f938ee8b3556a4f
--! Message: statistics of what is searched

-- The migration that is being written: see "Change a rule, a function or a table" in db/README.md.

-- Of what is searched more is sampled than of a column: whether a word is frequent is read from it.
alter index crm.client_search_idx alter column 1 set statistics 1000;
alter index crm.event_search_idx alter column 1 set statistics 1000;
