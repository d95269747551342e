-- payment: at most what remains to be paid, and what remains follows.
--
-- The contract is locked first, so that of two concurrent payments of the same last amount the second is refused. A
-- correction may be entered after a contract was cancelled, which is when money is paid back.


create or replace function crm_private.payment_check_amount() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  paid crm.contract;
begin
  select * into paid from crm.contract where id = new.contract_id for no key update;
  if not found then
    raise no_data_found using
      constraint = 'payment_contract_id_fkey', column = 'contract_id', message = format('There is no contract %s.', new.contract_id);
  end if;
  if new.amount = 0 then  -- before the policies, which know of payments and corrections only
    raise check_violation using
      constraint = 'payment_amount_is_an_amount', column = 'amount',
      message = crm_private.rule_sentence('crm', 'payment', 'payment_amount_is_an_amount');
  end if;
  if paid.status <> 'signed' and new.amount > 0 then
    raise check_violation using
      constraint = 'payment_needs_a_signed_contract', column = 'contract_id',
      message = format('Contract %s is %s: only a signed contract is paid.', paid.id, replace(paid.status, 'draft', 'a draft')),
      detail = jsonb_build_object('contractId', paid.id, 'status', paid.status);
  end if;
  if new.amount > paid.amount_to_be_paid then
    raise check_violation using
      constraint = 'payment_is_at_most_what_remains', column = 'amount',
      message = format('Contract %s has %s left to pay: %s is more than that.',
        paid.id, crm_private.format_euros(paid.amount_to_be_paid), crm_private.format_euros(new.amount)),
      detail = jsonb_build_object('contractId', paid.id, 'amountToBePaid', paid.amount_to_be_paid::text);
  end if;
  if paid.amount_to_be_paid - new.amount > paid.total_amount then
    raise check_violation using
      constraint = 'payment_correction_is_at_most_what_was_paid', column = 'amount',
      message = format('Contract %s has %s of payments: a correction of %s is more than that.',
        paid.id, crm_private.format_euros(paid.total_amount - paid.amount_to_be_paid), crm_private.format_euros(-new.amount)),
      detail = jsonb_build_object('contractId', paid.id, 'paid', (paid.total_amount - paid.amount_to_be_paid)::text);
  end if;
  return new;
end
$$;

create or replace trigger payment_10_check_amount
  before insert on crm.payment
  for each row execute function crm_private.payment_check_amount();
comment on trigger payment_10_check_amount on crm.payment is
  'A payment is for a signed contract and is at most what remains to be paid; a correction is at most what was paid.';


create or replace function crm_private.payment_update_balance() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  sales integer;
begin
  update crm.contract
  set amount_to_be_paid = amount_to_be_paid - new.amount
  where id = new.contract_id
  returning commercial_id into sales;

  insert into crm_private.daily_total (subject, day, employee_id, records, amount)  -- see totals.sql
  values ('paid', new.paid_on, sales, 1, new.amount);
  if random() < 0.002 then
    perform crm_private.fold_daily_total('paid', new.paid_on);
  end if;
  return null;
end
$$;

create or replace trigger payment_20_update_balance
  after insert on crm.payment
  for each row execute function crm_private.payment_update_balance();
comment on trigger payment_20_update_balance on crm.payment is
  'What remains to be paid of a contract is its total less its payments, and a payment counts in the totals of its day.';


create or replace function crm.record_payment(contract_id integer, amount numeric, paid_on date default null) returns crm.payment
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  recorded crm.payment;
begin
  insert into crm.payment (contract_id, amount, paid_on)
  values (record_payment.contract_id, record_payment.amount, coalesce(record_payment.paid_on, current_date))
  returning * into recorded;
  return recorded;
exception when insufficient_privilege then
  perform access.refuse('payment', 'record', null,
    jsonb_build_object('contract_id', record_payment.contract_id, 'amount', record_payment.amount));
end
$$;
comment on function crm.record_payment(integer, numeric, date) is
  'Records money received for a signed contract, today unless another day is given. A negative amount takes back what was recorded before, which is up to management.';


create or replace function crm.correct_payment(payment_id integer, corrected_on date default null) returns crm.payment
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  wrong      crm.payment;
  correction crm.payment;
begin
  select * into wrong from crm.payment where id = correct_payment.payment_id;
  if not found then
    raise insufficient_privilege;
  end if;
  if wrong.amount < 0 then
    raise check_violation using
      constraint = 'payment_is_no_correction', column = 'payment_id',
      message = format('Payment %s is a correction itself: to undo it, record the payment again.', wrong.id);
  end if;
  insert into crm.payment (contract_id, amount, paid_on)
  values (wrong.contract_id, -wrong.amount, coalesce(corrected_on, current_date))
  returning * into correction;
  return correction;
exception when insufficient_privilege then
  perform access.refuse('payment', 'correct', payment_id);
end
$$;
comment on function crm.correct_payment(integer, date) is
'Takes back a payment that was recorded by mistake, with an entry of the opposite amount, which it returns: of today, unless another day is given. The payment itself stays in the ledger.
- `corrected_on`: The day of the entry.';
