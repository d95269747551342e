-- crm.export_client: all there is about a client, for the person who asks for it.

begin;
set local search_path = tap, public;
select plan(28);
call test.load_company();

call test.given('alice', $$ update crm.client set full_name = 'Anaïs Dupont' where id = test.id('acme') $$);
call test.given('emma', $$ update crm.event set title = 'Garden gala' where id = test.id('gala') $$);
call test.given('chloe', $$ insert into crm.note (client_id, body) values (test.id('bistro'), 'Likes jazz') $$);

create function pg_temp.export(who text default 'acme') returns text
language sql
return format('crm.export_client(%s)::jsonb', test.id(who));

create function pg_temp.ids(part text, names text[]) returns text
language sql
return (select coalesce(string_agg(id::text, ',' order by id), '') from unnest(names) name cross join lateral test.id(name) id);


-- who may export

select test.forbids(who, 'select ' || pg_temp.export(), format('%s cannot export a client', test.department_of(who))) from unnest(array['alice', 'chloe']) who;
select test.reads(who, $$ (select concat_ws(' ', message, reason) from access.explain_refused_call('export_client', jsonb_build_object('client_id', test.id('acme')))) $$,
  format('You may not export the data of client %s. Only management may do this.', test.id('acme')), format('%s is told who may', test.department_of(who)))
from unnest(array['alice', 'chloe']) who;
select test.rejects('emma', 'select crm.export_client(-1)', 'P0002', 'There is no client -1.', 'a client who does not exist is not exported');


-- what is exported

select test.reads('emma', format($$ (select string_agg(key, ' ') from json_object_keys(crm.export_client(%s)) key) $$, test.id('acme')),
  'client contract payment event note former_ids notification history personal_columns exported_at', 'an export has every kind of record, the client first');
select test.reads('emma', format($$ (select %s -> 'client' = to_jsonb(client) from crm.client where id = test.id('acme')) $$, pg_temp.export()), 'true', 'the record of the client, whole');
select test.reads('emma', format($$ (select string_agg(each ->> 'id', ',' order by (each ->> 'id')::integer) from jsonb_array_elements(%s -> %L) each) $$, pg_temp.export(), part),
  pg_temp.ids(part, names), format('the records of the client, and no others: %s', part))
from (values
  ('contract', array['acme_draft', 'acme_signed', 'acme_cancelled']), ('payment', array['deposit']), ('event', array['gala', 'picnic']),
  ('note', array['caterer', 'chairs', 'discount'])) expected (part, names);
select test.reads('emma', format($$ (select bool_and(each = to_jsonb(event)) from jsonb_array_elements(%s -> 'event') each join crm.event on event.id = (each ->> 'id')::integer) $$, pg_temp.export()),
  'true', 'each of them whole');
select test.reads('emma', format($$ (select string_agg(each ->> 'id', ',' order by (each ->> 'id')::integer) from jsonb_array_elements(%s -> 'notification') each
                                      where each ->> 'kind' in ('contract_signed', 'event_assigned', 'event_created')) $$, pg_temp.export()),
  pg_temp.ids('', array['note_to_alice', 'note_to_chloe', 'note_to_emma']), 'the notifications about them, of every recipient');
select test.reads('emma', format($$ (select string_agg(distinct each ->> 'record', ', ') from jsonb_array_elements(%s -> 'history') each) $$, pg_temp.export()),
  'client, event', 'the history of the client and of what belongs to them');
select test.reads('emma', format('%s -> %L', pg_temp.export(), 'personal_columns'),
  '{"note": ["body"], "client": ["full_name", "email", "phone"]}', 'which columns are personal data');
select test.reads('emma', format($$ (%s ->> 'exported_at')::timestamptz = now() $$, pg_temp.export()), 'true', 'when it was exported');
select test.reads('emma', format($$ concat(%s -> 'contract', ' ', %1$s -> 'note') $$, pg_temp.export('paul')), ' ', 'a client without contracts has none');
select test.reads('emma', format($$ (%s ->> 'notification') $$, pg_temp.export('paul')), '[]', 'nor notifications');
select test.reads('emma', format($$ %s -> 'former_ids' $$, pg_temp.export()), '[]', 'nor former numbers');
call test.given('alice', $$ delete from crm.note where id = test.id('caterer') $$);
select test.reads('emma', format($$ (select string_agg(concat_ws(' ', each ->> 'row_id', each -> 'old_values' ->> 'body'), ', ')
                                      from jsonb_array_elements(%s -> 'history') each where each ->> 'record' = 'note') $$, pg_temp.export()),
  format(E'%s Call about the caterer\nShe is back on Monday.', test.id('caterer')), 'the history of a note about them that was deleted');


-- who was merged into them

call test.given('emma', $$ select crm.merge_clients(test.id('acme'), test.id('bistro')) $$);
select test.reads('emma', format($$ %s -> 'former_ids' $$, pg_temp.export()), format('[%s]', test.id('bistro')), 'the numbers of those who were merged into the client');
select test.reads('emma', format($$ (select count(*) from jsonb_array_elements(%s -> 'history') each where each -> 'old_values' ->> 'full_name' = 'Béa Colin') $$, pg_temp.export()),
  '1', 'and their history');
select test.rejects('emma', 'select ' || pg_temp.export('bistro'), 'P0002', format('Client %s was merged into client %s.', test.id('bistro'), test.id('acme')),
  'a client who was merged is exported by the number of the one who stays');


-- what is erased

call test.given('emma', $$ select crm.erase_client(test.id('acme'), confirm => true) $$);
select test.reads('emma', format($$ %s::text ~ 'Anaïs|anais@|03 04 05|Béa|bea@|caterer|jazz' $$, pg_temp.export()), 'false', 'nothing personal is exported of a client who was erased');
select is(audit.redact('client', '{"full_name": "a", "email": "b", "phone": "c", "company_name": "d"}'), '{"company_name": "d"}', 'history forgets what is marked of a client');
select is(audit.redact('note', '{"body": "a", "phone": "b"}'), '{"phone": "b"}', 'and of a note');
select is(audit.redact('event', '{"title": "a", "body": "b"}'), '{"title": "a", "body": "b"}', 'and nothing of what is not marked');
select is(crm_private.erased_values('client'), 'full_name = ''Erased client'', email = NULL, phone = NULL', 'erasing sets what is marked');

select * from finish();
rollback;
