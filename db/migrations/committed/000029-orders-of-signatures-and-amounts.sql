--! Previous: sha1:280f78a52b596f1a0fdf080da8629458f002febf
--! Hash: sha1:38b7448bd9901ba01d8554731c5eb5c74fbed3ee
--! Message: orders of signatures and amounts

-- squawk-ignore-file require-concurrent-index-creation
-- Contracts by when they were signed, and payments by their amount. The index of signatures that there is leaves out what is not
-- signed: it serves the reports, and lists of signed contracts alone.

create index if not exists contract_signing_idx     on crm.contract (signed_at, id);
create index if not exists contract_own_signing_idx on crm.contract (commercial_id, signed_at, id);
create index if not exists payment_amount_idx       on crm.payment (amount, id);

comment on index crm.contract_signing_idx is
  'Serves contracts sorted by when they were signed, and those signed in a period.';
comment on index crm.contract_own_signing_idx is
  'Serves the contracts of a sales employee (condition mine) sorted by when they were signed, and those signed in a period.';
comment on index crm.payment_amount_idx is
  'Serves payments sorted by their amount.';
