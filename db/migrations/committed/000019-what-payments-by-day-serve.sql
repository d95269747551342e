--! Previous: sha1:bc46280f4acd0438ee6dec500157006ad99b3ffa
--! Hash: sha1:8d5716b5b065b86c41f4ba28a925eeca27c822b5
--! Message: what payments by day serve

-- The migration that is being written: see "Change a rule, a function or a table" in db/README.md.
comment on index crm.payment_paid_on_idx is 'Serves payments of a day, and payments sorted by day, which the API offers.';
