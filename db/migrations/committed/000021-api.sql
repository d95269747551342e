--! Previous: sha1:b26d5b10b9bfdf55654aa982edf4b4b396c4ca99
--! Hash: sha1:e80044c1ea3697ea120f80e9d7b56ddefdd66690
--! Message: api

-- Comments that the API takes apart: a list at the end describes the values of a closed set, or the arguments of a
-- function. The rest describes the column or function itself.

comment on column crm.employee.department is
'What an employee does, which decides what they may do.
- `sales`: Wins clients and contracts.
- `support`: Runs events.
- `management`: Runs the staff and the whole.';

comment on column crm.contract.status is
'How far the contract has come. It never goes back.
- `draft`: Not signed yet.
- `signed`: Signed: it is paid, and events are organised under it.
- `cancelled`: Called off, before or after it was signed.';

comment on column crm.event.status is
'How far the event has come.
- `planned`: Entered, and not confirmed yet.
- `confirmed`: It will take place.
- `completed`: It has taken place.
- `cancelled`: It will not take place.';

comment on column crm.notification.kind is
'What the notification tells of.
- `event_created`: An event was planned.
- `event_assigned`: The recipient is now the support contact of the event.
- `event_unassigned`: The recipient no longer is the support contact of the event.
- `event_rescheduled`: The event begins or ends at another time.
- `event_moved`: The event takes place somewhere else.
- `event_confirmed`: The event will take place.
- `event_completed`: The event has taken place.
- `event_cancelled`: The event will not take place.
- `contract_signed`: A contract was signed.';

comment on column crm.history.action is
'What was done to the record.
- `insert`: It was created.
- `update`: It was changed.
- `delete`: It was deleted.
- `prune`: None of these: what is old was removed from history itself.';


comment on function crm.deactivate_employee(integer, integer) is
'Deactivates an employee and ends their sessions. Clients and open events are handed over to a named colleague in the same transaction.
- `hand_over_to`: The colleague. Needed only by an employee who has clients or open events.';

comment on function crm.erase_client(integer, boolean) is
'Erases a client''s personal data (name, e-mail address, phone number) on request, in the record and in its history. The company, the contracts and the events stay. It cannot be undone.
- `confirm`: Must be true.';

comment on function crm.explain_access(text, text, integer, text[], jsonb) is
'Whether the caller may read, create, update or delete a record, step by step: each grant and policy in the order PostgreSQL asks them, those of other roles after the caller''s own, and last the verdict. A business verb is answered for what it writes, or, if it is a permission itself (erase a client), by who may call it. Constraints and triggers are not asked. A verb, record or column that there is not is an error.
- `record`: The kind of record: employee, client, contract, payment, event, notification or history.
- `verb`: read, create, update or delete; or a business verb, such as erase of a client.
- `row_id`: Which one. Without it, what depends on the row stays open.
- `columns`: The columns that are to be written, as the database names them. The answer is for these.
- `new_values`: What is to be written, by column. The answer is also for what the row would become.';

comment on function crm.explain_refusal(text, text, integer, text[], jsonb) is
'Why something was refused: whether the caller sees the row at all, the policies and their sentences, and whom to ask, if there is anyone.
- `record`: The kind of record, as in `explainAccess`.
- `verb`: What was refused, as in `explainAccess`.
- `row_id`: Which record it was about.
- `columns`: The columns that were to be written, as the database names them.
- `new_values`: What was to be written, by column.';


comment on function crm.correct_payment(integer, date) is
'Takes back a payment that was recorded by mistake, with an entry of the opposite amount, which it returns: of today, unless another day is given. The payment itself stays in the ledger.
- `corrected_on`: The day of the entry.';

comment on function crm.hand_over_client(integer, integer) is
'Gives a client, and the contracts of that client, to another active sales employee.
- `to_employee_id`: The colleague.';

comment on function crm.mark_notifications_read(integer) is
'Marks my unread notifications as read, all of them or those up to an id (what came in since then stays unread), and returns them.
- `up_to`: The id of the latest that I have seen.';
