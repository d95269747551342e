-- History is append-only: no role rewrites, deletes or truncates it, not even the owner or a superuser. Only the personal
-- data of an erased client is ever removed from an entry.

begin;
set local search_path = tap, public;
select plan(70);
call test.load_company();

call test.given('alice', $$ update crm.client set full_name = 'Anaïs Dupont', phone = '01 02 03 04', company_name = 'Acme'
                            where id = test.id('acme') $$);
insert into test.name select 'entry_of_client', max(id) from audit.change;
call test.given('emma', $$ update crm.contract set total_amount = 1200 where id = test.id('acme_draft') $$);
insert into test.name select 'entry_of_contract', max(id) from audit.change;
call test.given('alice', $$ update crm.note set body = 'Anaïs likes Lyon' where id = test.id('caterer') $$);
insert into test.name select 'entry_of_note', max(id) from audit.change;
call test.given('alice', $$ insert into crm.note (client_id, body) values (test.id('acme'), 'Anaïs') $$);
insert into test.name select 'deleted', max(id) from crm.note;
call test.given('alice', $$ delete from crm.note where id = test.id('deleted') $$);
insert into test.name select 'entry_of_deleted', max(id) from audit.change;
call test.given('chloe', $$ update crm.note set body = 'Fifty chairs' where id = test.id('chairs') $$);
insert into test.name select 'entry_of_chairs', max(id) from audit.change;
call test.given('bruno', $$ insert into crm.note (client_id, body) values (test.id('bistro'), 'Béa') $$);
insert into test.name select 'other_note', max(id) from crm.note;
insert into test.name select 'entry_of_other_note', max(id) from audit.change;

create function pg_temp.redact(entry text) returns text
language sql
return format('update audit.change set old_values = audit.redact(record, old_values), new_values = audit.redact(record, new_values) where id = test.id(%L)', entry);

create function pg_temp.stays(entry text, record text, row_name text) returns text
language sql
return format('History is not rewritten: entry %s, about %s %s, stays as it is.', test.id(entry), record, test.id(row_name));


-- not rewritten

select test.rejects('dba', format('update audit.change set %s where id = test.id(%L)', change, 'entry_of_contract'), '23514',
  pg_temp.stays('entry_of_contract', 'contract', 'acme_draft'),
  format('a superuser cannot rewrite an entry of history: %s', change))
from unnest(array[
  'id = default', 'changed_at = now() - interval ''1 hour''', 'transaction_id = ''1''', 'employee_id = test.id(''alice'')',
  'employee_id = null', 'session_id = null', 'database_user = ''nobody''', 'record = ''client''',
  'row_id = test.id(''bistro_draft'')', 'action = ''insert''', 'old_values = null', 'new_values = null',
  'new_values = new_values || ''{"total_amount": 1300}''', 'new_values = new_values - ''total_amount''',
  'old_values = audit.redact(record, old_values)', 'record = record']) change;
select test.rejects('dba', format('update audit.change set %s where record = %L', change, 'client'), '23514',
  pg_temp.stays('entry_of_client', 'client', 'acme'),
  format('a superuser cannot redact the history of a client who was not erased: %s', change))
from unnest(array[
  'old_values = audit.redact(record, old_values), new_values = audit.redact(record, new_values)', 'new_values = null']) change;
select test.rejects('dba', pg_temp.redact(entry), '23514', pg_temp.stays(entry, 'note', row_name),
  format('nor that of a note about them: %s', row_name))
from (values ('entry_of_note', 'caterer'), ('entry_of_deleted', 'deleted'), ('entry_of_chairs', 'chairs')) note (entry, row_name);
select test.hints('dba', 'update audit.change set employee_id = null',
  'Only the personal data of a client is ever taken out of it: select crm.erase_client(ID, confirm => true);',
  'the refusal of an update hints at crm.erase_client');
select test.rejects('owner', $$ update audit.change set new_values = '{}' where id = test.id('entry_of_client') $$, '23514',
  pg_temp.stays('entry_of_client', 'client', 'acme'),
  'the owner cannot rewrite the history of a client who was not erased');
select test.rejects('dba', format('set local session_replication_role = replica; %s', statement), '23514', sentence,
  format('session_replication_role does not switch these triggers off: %s', statement))
from (values
  (format('update audit.change set employee_id = null where id = %s', test.id('entry_of_contract')),
   pg_temp.stays('entry_of_contract', 'contract', 'acme_draft')),
  ('delete from audit.change', 'History is not deleted.'),
  ('truncate audit.change',    'History is not truncated.')) attempt (statement, sentence);


-- not deleted, not truncated

select test.rejects(who, statement, '23514', 'History is not deleted.', format('%s cannot delete history: %s', who, statement))
from unnest(array['dba', 'owner']) who,
     unnest(array['delete from audit.change', 'delete from audit.change where false',
                  'delete from audit.change where record = ''client''']) statement;
select test.rejects('dba', statement, '23514', 'History is not truncated.', format('dba cannot truncate history: %s', statement))
from unnest(array['truncate audit.change', 'truncate audit.change restart identity cascade']) statement;
select test.forbids('owner', 'truncate audit.change', 'the owner has no right to truncate history');
select test.hints('dba', statement,
  'What is older than 1 year can be pruned, which leaves a trace: select dba.prune_history(older_than => ''1 year'');',
  format('the refusal hints at dba.prune_history: %s', statement))
from unnest(array['delete from audit.change', 'truncate audit.change']) statement;
select test.forbids(who, statement, format('%s has no right to change history: %s', test.department_of(who), statement))
from unnest(array['alice', 'chloe', 'emma']) who,
     unnest(array['delete from audit.change', 'update audit.change set new_values = null', 'truncate audit.change']) statement;
select test.forbids(who, statement, format('%s has no right to change history: %s', who, statement))
from unnest(array['authenticator', 'anonymous']) who,
     unnest(array['delete from audit.change', 'update audit.change set new_values = null', 'truncate audit.change']) statement;

call test.given('dba', 'grant truncate on audit.change to epic_owner, epic_employee');
select test.rejects(who, 'truncate audit.change', '23514', 'History is not truncated.',
  format('%s could not truncate history even if it were granted', who))
from unnest(array['owner', 'emma']) who;


-- except the personal data of an erased client: the trigger checks the client, not which function updates

call test.given('dba', $$ update crm.client set full_name = 'Erased client', email = null, phone = null, erased_at = now()
                          where id = test.id('acme') $$);

select test.results_in(who, $$ update audit.change
    set old_values = audit.redact(record, old_values), new_values = audit.redact(record, new_values)
    where record = 'client' and row_id = test.id('acme') $$,
  $$ select (count(*),
             count(*) filter (where new_values ?| array['full_name', 'email', 'phone']),
             count(*) filter (where old_values ?| array['full_name', 'email', 'phone']),
             count(*) filter (where new_values ->> 'company_name' = 'Acme'))
     from audit.change where record = 'client' $$, '(2,0,0,1)',
  format('%s redacts the history of an erased client', who))
from unnest(array['dba', 'owner']) who;
select test.rejects('dba', format('update audit.change set %s where id = test.id(%L)', change, 'entry_of_client'), '23514',
  pg_temp.stays('entry_of_client', 'client', 'acme'),
  format('the history of an erased client cannot be changed otherwise: %s', change))
from unnest(array[
  'new_values = audit.redact(record, new_values)',
  'old_values = audit.redact(record, old_values), new_values = new_values - array[''full_name'', ''phone'', ''company_name'']',
  'old_values = audit.redact(record, old_values), new_values = audit.redact(record, new_values) || ''{"full_name": "Somebody else"}''',
  'old_values = audit.redact(record, old_values), new_values = audit.redact(record, new_values), employee_id = null',
  'old_values = audit.redact(record, old_values), new_values = audit.redact(record, new_values), changed_at = now() - interval ''1 day''']) change;
select test.rejects('dba', $$ update audit.change
    set old_values = audit.redact(record, old_values), new_values = audit.redact(record, new_values)
    where record = 'contract' $$,
  '23514', pg_temp.stays('entry_of_contract', 'contract', 'acme_draft'),
  'the history of other records cannot be redacted');
select test.results_in(who, pg_temp.redact(entry),
  format($$ select concat_ws(' ', old_values ? 'body', new_values ? 'body') from audit.change where id = test.id(%L) $$, entry), seen,
  format('%s redacts the history of a note about an erased client: %s', who, entry))
from unnest(array['dba', 'owner']) who, (values ('entry_of_note', 'f f'), ('entry_of_deleted', 'f')) note (entry, seen);
select test.rejects('dba', format('update audit.change set new_values = %L where id = test.id(%L)', '{}', 'entry_of_note'), '23514',
  pg_temp.stays('entry_of_note', 'note', 'caterer'), 'the history of such a note cannot be changed otherwise');
select test.rejects('dba', pg_temp.redact(entry), '23514', pg_temp.stays(entry, 'note', row_name),
  format('the history of notes about something, or someone, else cannot be redacted: %s', row_name))
from (values ('entry_of_chairs', 'chairs'), ('entry_of_other_note', 'other_note')) note (entry, row_name);
select test.results_in('emma', $$ select crm.erase_client(test.id('paul'), confirm => true) $$,
  $$ select (action, new_values ? 'erased_at', employee_id = test.id('emma'))
     from audit.change where record = 'client' and row_id = test.id('paul') order by id desc limit 1 $$, '(update,t,t)',
  'erasing a client is recorded in its history with who did it');

select * from finish();
rollback;
