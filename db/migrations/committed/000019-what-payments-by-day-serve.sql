--! Previous: sha1:f86608c32001a38c178ef71701979d8b85d904f7
--! Hash: sha1:3b7179e752438f847e44ee201451fe393c61cab2
--! Message: what payments by day serve

-- The migration that is being written: see "Change a rule, a function or a table" in db/README.md.
comment on index crm.payment_paid_on_idx is 'Serves payments of a day, and payments sorted by day, which the API offers.';
