--! Previous: sha1:80e7e34fa0d205c5ea3dad8be47f2077941771b2
--! Hash: sha1:802673220a16980f0ae542772887df875ed25e19
--! Message: what payments by day serve

-- The migration that is being written: see "Change a rule, a function or a table" in db/README.md.
comment on index crm.payment_paid_on_idx is 'Serves payments of a day, and payments sorted by day, which the API offers.';
