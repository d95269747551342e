--! Previous: sha1:c8990a527d224af7e1d7d93448c9e6d865605e30
--! Hash: sha1:509c36d1fccd4c653091a18c5511e9a13f92fc84
--! Message: rules

-- The rules that hold for everyone and that one row alone cannot tell.
-- The comment on a trigger states its rule; what a person reads when it is broken adds the particulars.
--
-- A function is `security definer` only where it must lock or write rows that its caller may not:
-- db/policies says, for the role epic_owner, which.


-- client: the time of the last change is kept here, and a sales contact is an active sales employee.

create function crm.client_is_stamped() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.last_update := now();
  return new;
end
$$;

create trigger client_10_is_stamped
  before update on crm.client
  for each row execute function crm.client_is_stamped();
comment on trigger client_10_is_stamped on crm.client is
  'The time of the last change is kept by the database.';


create function crm.client_has_a_sales_contact() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  contact crm.employee;
begin
  select * into contact from crm.employee where id = new.commercial_contact_id for share;
  if not found then
    raise no_data_found using message = format('There is no employee %s.', coalesce(new.commercial_contact_id::text, '(nobody)'));
  end if;
  if contact.department <> 'sales' or not contact.active then
    raise check_violation using
      message = format('%s cannot look after clients: a sales contact is an active sales employee.', contact.full_name),
      hint = 'List those who can: epic employee list --department sales';
  end if;
  return new;
end
$$;

create trigger client_20_has_a_sales_contact
  before insert or update of commercial_contact_id on crm.client
  for each row execute function crm.client_has_a_sales_contact();
comment on trigger client_20_has_a_sales_contact on crm.client is
  'The sales contact of a client is an active sales employee.';


create function crm.contracts_follow_their_client() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  update crm.contract
  set commercial_id = new.commercial_contact_id
  where client_id = new.id
    and commercial_id <> new.commercial_contact_id;
  return null;
end
$$;

create trigger client_30_contracts_follow
  after update of commercial_contact_id on crm.client
  for each row execute function crm.contracts_follow_their_client();
comment on trigger client_30_contracts_follow on crm.client is
  'The contracts of a client follow it to its new sales contact.';


-- contract: what is derived is kept here, and the status only goes forward.

create function crm.contract_is_kept() returns trigger
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
      raise no_data_found using message = format('There is no client %s.', new.client_id);
    end if;
    new.amount_to_be_paid := new.total_amount;
  elsif new.total_amount is distinct from old.total_amount then
    new.amount_to_be_paid := old.amount_to_be_paid + new.total_amount - old.total_amount;
    if new.amount_to_be_paid < 0 and new.total_amount >= 0 then  -- a total below zero has a sentence of its own
      raise check_violation using message = format(
        'Contract %s already has %s of payments: its total cannot be less.', old.id, crm.euros(old.total_amount - old.amount_to_be_paid));
    end if;
  end if;
  if new.status = 'signed' and new.signed_at is null then
    new.signed_at := now();
  end if;
  return new;
end
$$;

create trigger contract_10_is_kept
  before insert or update on crm.contract
  for each row execute function crm.contract_is_kept();
comment on trigger contract_10_is_kept on crm.contract is
  'The sales contact, what remains to be paid and the time of signature are kept by the database.';


create function crm.contract_status_goes_forward() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if (old.status, new.status) in (('draft', 'signed'), ('draft', 'cancelled'), ('signed', 'cancelled')) then
    return new;
  end if;
  raise check_violation using
    message = format('Contract %s is %s: it cannot become %s.', old.id, replace(old.status, 'draft', 'a draft'), replace(new.status, 'draft', 'a draft')),
    hint = 'A contract goes from draft to signed to cancelled, or from draft to cancelled, and never back.';
end
$$;

create trigger contract_20_status_goes_forward
  before update of status on crm.contract
  for each row when (new.status <> old.status and new.status in ('draft', 'signed', 'cancelled'))
  execute function crm.contract_status_goes_forward();
comment on trigger contract_20_status_goes_forward on crm.contract is
  'A contract goes from draft to signed to cancelled, or from draft to cancelled, and never back.';


-- payment: at most what remains, for a signed contract. The contract is locked first, so that of two who pay
-- the last euro at the same moment the second is told what remains.

create function crm.payment_fits_its_contract() returns trigger
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
  if paid.status <> 'signed' then
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

create trigger payment_10_fits_its_contract
  before insert on crm.payment
  for each row execute function crm.payment_fits_its_contract();
comment on trigger payment_10_fits_its_contract on crm.payment is
  'A payment is for a signed contract and is at most what remains to be paid; a correction is at most what was paid.';


create function crm.payment_reduces_what_remains() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  update crm.contract
  set amount_to_be_paid = amount_to_be_paid - new.amount
  where id = new.contract_id;
  return null;
end
$$;

create trigger payment_20_reduces_what_remains
  after insert on crm.payment
  for each row execute function crm.payment_reduces_what_remains();
comment on trigger payment_20_reduces_what_remains on crm.payment is
  'What remains to be paid of a contract is its total less its payments.';


-- event: under a signed contract, run by an active support employee.

create function crm.event_has_a_signed_contract() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  found_status text;
begin
  select status into found_status from crm.contract where id = new.contract_id for share;
  if not found then
    raise no_data_found using message = format('There is no contract %s.', new.contract_id);
  end if;
  if found_status <> 'signed' then
    raise check_violation using
      message = format('Contract %s is %s: an event needs a signed contract.', new.contract_id, replace(found_status, 'draft', 'a draft')),
      hint = case found_status
        when 'draft' then format('Sign it first: epic contract sign %s', new.contract_id)
        else 'Create another contract: epic contract create'
      end;
  end if;
  return new;
end
$$;

create trigger event_10_has_a_signed_contract
  before insert on crm.event
  for each row execute function crm.event_has_a_signed_contract();
comment on trigger event_10_has_a_signed_contract on crm.event is
  'An event needs a signed contract.';


create function crm.event_has_a_support_contact() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  contact crm.employee;
begin
  select * into contact from crm.employee where id = new.support_contact_id for share;
  if not found then
    raise no_data_found using message = format('There is no employee %s.', new.support_contact_id);
  end if;
  if contact.department <> 'support' or not contact.active then
    raise check_violation using
      message = format('%s cannot run events: a support contact is an active support employee.', contact.full_name),
      hint = 'List those who can: epic employee list --department support';
  end if;
  return new;
end
$$;

create trigger event_20_has_a_support_contact
  before insert or update of support_contact_id on crm.event
  for each row when (new.support_contact_id is not null)
  execute function crm.event_has_a_support_contact();
comment on trigger event_20_has_a_support_contact on crm.event is
  'The support contact of an event is an active support employee.';


-- employee: there is always an active manager, and nobody leaves with clients or events in their hands.

create function crm.employee_keeps_a_manager() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  -- Locked in a fixed order, so that two managers cannot remove one another at the same moment.
  perform from crm.employee where department = 'management' and active order by id for update;
  if not exists (select from crm.employee where department = 'management' and active and id <> old.id) then
    raise check_violation using
      message = format('%s is the last active manager and can be neither deleted, deactivated nor moved.', old.full_name),
      hint = 'Create another manager first: epic employee create --department management';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end
$$;

create trigger employee_10_keeps_a_manager_when_changed
  before update of active, department on crm.employee
  for each row when (old.active and old.department = 'management' and (not new.active or new.department <> 'management'))
  execute function crm.employee_keeps_a_manager();
comment on trigger employee_10_keeps_a_manager_when_changed on crm.employee is
  'The last active manager can be neither deactivated nor moved.';

create trigger employee_10_keeps_a_manager_when_deleted
  before delete on crm.employee
  for each row when (old.active and old.department = 'management')
  execute function crm.employee_keeps_a_manager();
comment on trigger employee_10_keeps_a_manager_when_deleted on crm.employee is
  'The last active manager cannot be deleted.';


create function crm.employee_leaves_nothing_behind() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  clients integer;
  events  integer;
begin
  select count(*) into clients from crm.client where commercial_contact_id = old.id and erased_at is null;
  select count(*) into events  from crm.event  where support_contact_id = old.id and status in ('planned', 'confirmed');
  if clients + events > 0 then
    raise check_violation using
      message = format('%s still looks after %s.', old.full_name,
        concat_ws(' and ',
          case when clients > 0 then clients || case clients when 1 then ' client' else ' clients' end end,
          case when events > 0 then events || case events when 1 then ' open event' else ' open events' end end)),
      hint = format('Hand them over to a colleague: epic employee deactivate %s --handover-to ID', old.id);
  end if;
  return new;
end
$$;

create trigger employee_20_leaves_nothing_behind
  before update of active, department on crm.employee
  for each row when (old.active and not new.active or new.department <> old.department)
  execute function crm.employee_leaves_nothing_behind();
comment on trigger employee_20_leaves_nothing_behind on crm.employee is
  'An employee who looks after clients or open events is deactivated or moved only after handing them over.';
