--! Previous: sha1:58ac1fada797dd54edf2bf8d7a087a9529f51bc7
--! Hash: sha1:850787a4bd7a12de4cf2e8371660c0e7a3270872
--! Message: corrections

-- A correction may still be entered after a contract was cancelled: that is when money is paid back.

create or replace function crm.payment_fits_its_contract() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  paid crm.contract;
begin
  select * into paid from crm.contract where id = new.contract_id for no key update;
  if not found then
    raise no_data_found using message = format('There is no contract %s.', new.contract_id);
  end if;
  if paid.status <> 'signed' and new.amount > 0 then
    raise check_violation using
      message = format('Contract %s is %s: only a signed contract is paid.', paid.id, replace(paid.status, 'draft', 'a draft'));
  end if;
  if new.amount > paid.amount_to_be_paid then
    raise check_violation using
      message = format('Contract %s has %s left to pay: %s is more than that.', paid.id, crm.euros(paid.amount_to_be_paid), crm.euros(new.amount));
  end if;
  if paid.amount_to_be_paid - new.amount > paid.total_amount then
    raise check_violation using
      message = format('Contract %s has %s of payments: a correction of %s is more than that.',
        paid.id, crm.euros(paid.total_amount - paid.amount_to_be_paid), crm.euros(-new.amount));
  end if;
  return new;
end
$$;
