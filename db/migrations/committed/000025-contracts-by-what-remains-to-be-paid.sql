--! Previous: sha1:e503f01d583e84f2521163cb2e9a7b2e2cfe522d
--! Hash: sha1:2c35156a0257d030c0c73c0a45de9bf5d1e32565
--! Message: contracts by what remains to be paid

-- squawk-ignore-file require-concurrent-index-creation
-- Contracts by what remains to be paid: the largest debt first.

create index if not exists contract_amount_to_be_paid_idx     on crm.contract (amount_to_be_paid, id);
create index if not exists contract_own_amount_to_be_paid_idx on crm.contract (commercial_id, amount_to_be_paid, id);

comment on index crm.contract_amount_to_be_paid_idx is
  'Serves contracts sorted by what remains to be paid.';
comment on index crm.contract_own_amount_to_be_paid_idx is
  'Serves the contracts of a sales employee (condition mine) sorted by what remains to be paid.';
