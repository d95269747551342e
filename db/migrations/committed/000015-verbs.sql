--! Previous: sha1:9db54a9b49c272c92beaa2ecd29760293f6ed291
--! Hash: sha1:5951983e562c85ae53582b29584faaa90f3c8262
--! Message: verbs

-- Business verbs: what the departments do, each a function with a name of its own. They run with the rights of
-- whoever calls them: the policies decide, statement by statement. What is refused is refused in a sentence.


-- What a verb writes, in the words of crm.explain_access. A permission that is asked about beforehand and one that was
-- refused are the same question.

create function access.written_by(record text, verb text, out statement text, out columns text[], out new_values jsonb)
returns setof record
language sql immutable strict parallel safe
set search_path = ''
as $$
  select known.statement, known.columns::text[], known.new_values::jsonb
  from (values
    ('contract', 'sign',       'update', null,                      '{"status": "signed"}'),
    ('contract', 'cancel',     'update', null,                      '{"status": "cancelled"}'),
    ('payment',  'record',     'create', '{contract_id,amount}',    null),
    ('payment',  'correct',    'create', null,                      '{"amount": -0.01}'),
    ('event',    'assign',     'update', '{support_contact_id}',    null),
    ('event',    'unassign',   'update', null,                      '{"support_contact_id": null}'),
    ('client',   'hand_over',  'update', '{commercial_contact_id}', null),
    ('employee', 'deactivate', 'update', null,                      '{"active": false}')
  ) known (record, verb, statement, columns, new_values)
  where known.record = written_by.record and known.verb = written_by.verb
$$;
comment on function access.written_by(text, text) is
  'What a business verb (sign a contract) does to its record: create or update, and which columns and values it writes; no rows for any other verb.';


alter function crm.explain_access(text, text, integer, text[], jsonb) set schema access;
alter function access.explain_access(text, text, integer, text[], jsonb) rename to explain_statement;
comment on function access.explain_statement(text, text, integer, text[], jsonb) is
  'As crm.explain_access, for reading, creating, updating and deleting, and for a function whose call is the permission.';

create function crm.explain_access(
  record     text,
  verb       text,
  row_id     integer default null,
  columns    text[]  default null,
  new_values jsonb   default null)
returns table (
  step     integer,
  kind     text,
  name     text,
  role     text,
  mode     text,
  clause   text,
  is_mine  boolean,
  holds    boolean,
  sentence text)
language plpgsql stable security invoker
set search_path = ''
as $$
declare
  statement text  := verb;
  written   text[] := columns;
  given     jsonb := new_values;
  known     record;
begin
  select * into known from access.written_by(record, verb);
  if found then
    statement := known.statement;
    given     := coalesce(known.new_values || given, known.new_values, given);
    written   := columns || known.columns || array(select jsonb_object_keys(given));
  end if;
  return query select * from access.explain_statement(record, statement, row_id, written, given);
end
$$;
comment on function crm.explain_access(text, text, integer, text[], jsonb) is
  'Whether the caller may read, create, update or delete a record, step by step: each grant and policy in the order PostgreSQL asks them, those of other roles after the caller''s own, and last the verdict. A business verb (sign a contract) is answered for what it writes; one that is a permission itself (erase a client) by who may call it. With columns, the answer is for these; with new_values, also for what the row would become. Holds is null where it depends on a row or a value that was not given. Constraints and triggers are not asked. Raises 22023 for a verb or record that there is not, 42703 for such a column.';


-- A refusal that reads the same in psql and in the API.

create function access.refuse(record text, verb text, row_id integer, new_values jsonb default null) returns void
language plpgsql stable security invoker
set search_path = ''
as $$
declare
  refusal record;
begin
  select * into refusal from crm.explain_refusal(record, verb, row_id, new_values => refuse.new_values);
  if not refusal.is_visible then
    raise no_data_found using message = format('There is no %s %s.', record, row_id);
  end if;
  raise insufficient_privilege using
    message = format('You may not %s %s.', replace(verb, '_', ' '), coalesce(record || ' ' || row_id, 'this ' || record)),
    detail = refusal.sentence,
    hint = coalesce(refusal.contact, 'Nobody else may either.'),
    constraint = coalesce(refusal.policy, '');
end
$$;
comment on function access.refuse(text, text, integer, jsonb) is
  'Raises that the caller may not do this to a record: P0002 when they do not see it, otherwise 42501 with the sentence of the policy as its detail, whom to ask as its hint, and the policy as its constraint.';


-- Contracts and their payments

create function crm.sign_contract(contract_id integer) returns crm.contract
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  signed crm.contract;
begin
  update crm.contract
  set status = 'signed'
  where id = sign_contract.contract_id
  returning * into signed;
  if not found then  -- nothing was done: a policy hides the row, and that is a refusal like any other
    raise insufficient_privilege;
  end if;
  return signed;
exception when insufficient_privilege then
  perform access.refuse('contract', 'sign', contract_id);
end
$$;
comment on function crm.sign_contract(integer) is
  'Signs a draft: from now on it is paid, and events are planned under it.';


create function crm.cancel_contract(contract_id integer) returns crm.contract
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  cancelled crm.contract;
begin
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
  'Cancels a contract, for good. Its payments and events stay as they are.';


create function crm.record_payment(contract_id integer, amount numeric, paid_on date default null) returns crm.payment
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


create function crm.correct_payment(payment_id integer, corrected_on date default null) returns crm.payment
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
      message = format('Payment %s is a correction itself.', wrong.id),
      hint = 'To undo it, record the payment again.';
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
  'Takes back a payment that was recorded by mistake, with an entry of the opposite amount, which it returns: of today, unless another day is given. The payment itself stays in the ledger.';


-- Who looks after what

create function crm.assign_support(event_id integer, employee_id integer) returns crm.event
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  assigned crm.event;
begin
  update crm.event
  set support_contact_id = assign_support.employee_id
  where id = assign_support.event_id
  returning * into assigned;
  if not found then
    raise insufficient_privilege;
  end if;
  return assigned;
exception when insufficient_privilege then
  perform access.refuse('event', 'assign', event_id);
end
$$;
comment on function crm.assign_support(integer, integer) is
  'Has an active support employee run an event, in place of whoever ran it until now.';


create function crm.unassign_support(event_id integer) returns crm.event
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  unassigned crm.event;
begin
  update crm.event
  set support_contact_id = null
  where id = unassign_support.event_id
  returning * into unassigned;
  if not found then
    raise insufficient_privilege;
  end if;
  return unassigned;
exception when insufficient_privilege then
  perform access.refuse('event', 'unassign', event_id);
end
$$;
comment on function crm.unassign_support(integer) is
  'Leaves an event without a support contact until the next one is assigned.';


create function crm.hand_over_client(client_id integer, to_employee_id integer) returns crm.client
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  handed_over crm.client;
begin
  update crm.client
  set commercial_contact_id = to_employee_id
  where id = hand_over_client.client_id
  returning * into handed_over;
  if not found then
    raise insufficient_privilege;
  end if;
  return handed_over;
exception when insufficient_privilege then
  perform access.refuse('client', 'hand_over', client_id);
end
$$;
comment on function crm.hand_over_client(integer, integer) is
  'Gives a client, and the contracts of that client, to another active sales employee.';


create or replace function crm.deactivate_employee(employee_id integer, hand_over_to integer default null) returns crm.employee
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  leaver crm.employee;
begin
  -- To lock a row for an update one needs the right to update it: this asks for it before anything else.
  perform from crm.employee where id = deactivate_employee.employee_id for no key update;
  if not found then
    raise insufficient_privilege;
  end if;

  if hand_over_to = deactivate_employee.employee_id then
    raise check_violation using message = 'Nobody can hand over to themselves: name a colleague.';
  end if;
  if hand_over_to is not null and not exists (select from crm.employee where id = hand_over_to) then
    raise no_data_found using message = format('There is no employee %s.', hand_over_to);
  end if;

  if hand_over_to is not null then
    update crm.client
    set commercial_contact_id = hand_over_to
    where commercial_contact_id = deactivate_employee.employee_id and erased_at is null;
    update crm.event
    set support_contact_id = hand_over_to
    where support_contact_id = deactivate_employee.employee_id and status in ('planned', 'confirmed');
  end if;

  update crm.employee
  set active = false
  where id = deactivate_employee.employee_id
  returning * into leaver;
  return leaver;
exception when insufficient_privilege then
  perform access.refuse('employee', 'deactivate', employee_id);
end
$$;


-- Notifications

create function crm.mark_notifications_read(up_to integer default null) returns setof crm.notification
language sql volatile security invoker
set search_path = ''
as $$
  with marked as (
    update crm.notification
    set read_at = now()
    where recipient_id = (select crm.current_employee_id())
      and read_at is null
      and id <= coalesce(up_to, 2147483647)
    returning *
  )
  select * from marked order by id
$$;
comment on function crm.mark_notifications_read(integer) is
  'Marks my unread notifications as read, all of them or those up to an id (what came in since then stays unread), and returns them.';
