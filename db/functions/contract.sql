-- contract: derived columns, the order of its statuses, and the verbs.


create or replace function crm_private.contract_set_derived() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    select client.commercial_contact_id into new.commercial_id
    from crm.client
    where client.id = new.client_id
    for share;  -- so that a hand-over under way cannot be missed
    if not found then
      raise no_data_found using
        constraint = 'contract_client_id_fkey', column = 'client_id', message = access.absence_sentence('client', new.client_id),
        detail = access.absence_facts('client', new.client_id);
    end if;
    new.amount_to_be_paid := new.total_amount;
  elsif new.total_amount is distinct from old.total_amount then
    new.amount_to_be_paid := old.amount_to_be_paid + new.total_amount - old.total_amount;
    if new.amount_to_be_paid < 0 and new.total_amount >= 0 then  -- a total below zero has a sentence of its own
      raise check_violation using
        constraint = 'contract_total_covers_payments', column = 'total_amount',
        message = format('Contract %s already has %s of payments: its total cannot be less.',
          old.id, crm_private.format_euros(old.total_amount - old.amount_to_be_paid)),
        detail = jsonb_build_object('contractId', old.id, 'paid', (old.total_amount - old.amount_to_be_paid)::text);
    end if;
  end if;
  if new.status = 'signed' and new.signed_at is null then
    new.signed_at := now();
  end if;
  return new;
end
$$;

create or replace trigger contract_10_set_derived
  before insert or update on crm.contract
  for each row execute function crm_private.contract_set_derived();
comment on trigger contract_10_set_derived on crm.contract is
  'The sales contact, what remains to be paid and the time of signature are kept by the database.';


create or replace function crm_private.contract_move_events() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  update crm.event
  set commercial_id = new.commercial_id
  where contract_id = new.id
    and commercial_id <> new.commercial_id;
  return null;
end
$$;

create or replace trigger contract_30_move_events
  after update of commercial_id on crm.contract
  for each row when (new.commercial_id <> old.commercial_id)
  execute function crm_private.contract_move_events();
comment on trigger contract_30_move_events on crm.contract is
  'The events of a contract follow it to its new sales contact.';


create or replace function crm_private.contract_refuse_repetition(contract crm.contract, status text) returns void
language plpgsql stable security invoker
set search_path = ''
as $$
begin
  if contract.status = contract_refuse_repetition.status and contract.status in ('signed', 'cancelled') then
    raise object_not_in_prerequisite_state using
      constraint = format('contract_is_not_%s_yet', contract.status), column = 'status',
      message = format('Contract %s is %s already.', contract.id, contract.status),
      detail = jsonb_build_object('since', case contract.status
        when 'signed' then contract.signed_at
        else (
          select max(changed_at)
          from crm.history
          where record = 'contract' and row_id = contract.id and new_values ->> 'status' = 'cancelled')
      end);
  end if;
end
$$;
comment on function crm_private.contract_refuse_repetition(crm.contract, text) is
  'Raises 55000 when a contract is signed or cancelled already, with since when.';


create or replace function crm_private.contract_check_status() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform crm_private.contract_refuse_repetition(old, new.status);
  if old.status = new.status
    or (old.status, new.status) in (('draft', 'signed'), ('draft', 'cancelled'), ('signed', 'cancelled'))
  then
    return new;
  end if;
  raise check_violation using
    constraint = 'contract_status_goes_forward', column = 'status',
    message = format('Contract %s is %s: it cannot become %s.',
      old.id, replace(old.status, 'draft', 'a draft'), replace(new.status, 'draft', 'a draft')),
    hint = 'A contract goes from draft to signed to cancelled, or from draft to cancelled, and never back.';
end
$$;

create or replace trigger contract_20_check_status
  before update of status on crm.contract
  for each row when (new.status in ('draft', 'signed', 'cancelled'))
  execute function crm_private.contract_check_status();
comment on trigger contract_20_check_status on crm.contract is
  'A contract goes from draft to signed to cancelled, or from draft to cancelled, and never back.';


create or replace function crm.sign_contract(contract_id integer) returns crm.contract
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  signed crm.contract;
begin
  select * into signed from crm.contract where id = sign_contract.contract_id;
  perform crm_private.contract_refuse_repetition(signed, 'signed');
  update crm.contract
  set status = 'signed'
  where id = sign_contract.contract_id
  returning * into signed;
  if not found then  -- a policy hides the row
    raise insufficient_privilege;
  end if;
  return signed;
exception when insufficient_privilege then
  perform access.refuse('contract', 'sign', contract_id);
end
$$;
comment on function crm.sign_contract(integer) is
  'Signs a draft: from now on it is paid, and events are planned under it.';


create or replace function crm.cancel_contract(contract_id integer) returns crm.contract
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  cancelled crm.contract;
begin
  select * into cancelled from crm.contract where id = cancel_contract.contract_id;
  perform crm_private.contract_refuse_repetition(cancelled, 'cancelled');
  update crm.contract
  set status = 'cancelled'
  where id = cancel_contract.contract_id
  returning * into cancelled;
  if not found then
    raise insufficient_privilege;
  end if;
  return cancelled;
exception when insufficient_privilege then
  perform access.refuse('contract', 'cancel', contract_id);
end
$$;
comment on function crm.cancel_contract(integer) is
  'Cancels a contract, for good. Its payments and events stay as they are: those still planned or confirmed are to be cancelled too.';


-- There is no due date: a signed contract is to be paid within 30 days.
create or replace function crm.contract_is_overdue(contract crm.contract) returns boolean
language sql stable parallel safe
return contract.status = 'signed' and contract.amount_to_be_paid > 0 and contract.signed_at < now() - interval '30 days';
comment on function crm.contract_is_overdue(crm.contract) is
  'Whether its payment is late: it was signed more than 30 days ago, and something remains to be paid.';
