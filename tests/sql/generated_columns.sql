-- Columns that no department may write, since the database fills them in.

begin;
set local search_path = tap, public;
select plan(144);
call test.load_company();

create temp table untouchable (relation text, of_whom text, column_name text, value text);
insert into untouchable values
  ('crm.employee',     'basile',        'id',                'default'),
  ('crm.client',       'acme',          'id',                'default'),
  ('crm.contract',     'acme_draft',    'id',                'default'),
  ('crm.payment',      'deposit',       'id',                'default'),
  ('crm.event',        'gala',          'id',                'default'),
  ('crm.notification', 'note_to_alice', 'id',                'default'),
  ('crm.note',         'caterer',       'id',                'default'),
  ('crm.note',         'chairs',        'created_at',        'now()'),
  ('crm.note',         'discount',      'author_id',         $$test.id('bruno')$$),
  ('crm.note',         'caterer',       'client_id',         $$test.id('bistro')$$),
  ('crm.employee',     'basile',        'creation_date',     'now()'),
  ('crm.contract',     'acme_draft',    'creation_date',     'now()'),
  ('crm.client',       'acme',          'last_update',       'now()'),
  ('crm.client',       'acme',          'erased_at',         'now()'),
  ('crm.client',       'acme',          'first_contact',     'now()'),
  ('crm.contract',     'acme_draft',    'signed_at',         'now()'),
  ('crm.contract',     'acme_signed',   'signed_at',         'now()'),
  ('crm.payment',      'deposit',       'recorded_by',       $$test.id('bruno')$$),
  ('crm.contract',     'acme_signed',   'amount_to_be_paid', '0'),
  ('crm.contract',     'acme_draft',    'amount_to_be_paid', '0'),
  ('crm.event',        'gala',          'contract_id',       $$test.id('bistro_signed')$$),
  ('crm.contract',     'acme_draft',    'updated_at',        'now()'),
  ('crm.event',        'gala',          'updated_at',        'now()'),
  ('crm.contract',     'acme_draft',    'client_id',         $$test.id('bistro')$$),
  ('crm.contract',     'acme_draft',    'commercial_id',     $$test.id('bruno')$$),
  ('crm.event',        'gala',          'commercial_id',     $$test.id('bruno')$$),
  ('crm.notification', 'note_to_alice', 'created_at',        'now()'),
  ('crm.notification', 'note_to_alice', 'kind',              $$'event_deleted'$$),
  ('crm.notification', 'note_to_alice', 'subject',           $$'Hush.'$$),
  ('crm.notification', 'note_to_alice', 'old_values',        'null'),
  ('crm.notification', 'note_to_alice', 'new_values',        $$'{"total_amount": "0.00"}'$$);

select test.forbids(who, format('update %s set %s = %s where id = test.id(%L)', relation, column_name, value, of_whom),
  format('%s cannot change %s.%s (%s)', test.department_of(who), relation, column_name, of_whom))
from untouchable, unnest(array['alice', 'chloe', 'emma']) who;

select test.forbids(who, statement, format('%s cannot insert a column that the database fills in: %s', test.department_of(who), btrim(statement)))
from unnest(array['alice', 'chloe', 'emma']) who,
     unnest(array[
       $$ insert into crm.employee (full_name, email, department, creation_date) values ('Joël', 'joel@epic.example', 'sales', now()) $$,
       $$ insert into crm.client (full_name, email, last_update) values ('Zoé', 'zoe@new.example', now()) $$,
       $$ insert into crm.contract (client_id, total_amount, creation_date) values (test.id('acme'), 1, now()) $$,
       $$ insert into crm.contract (client_id, total_amount, amount_to_be_paid) values (test.id('acme'), 1, 0) $$,
       $$ insert into crm.contract (client_id, total_amount, commercial_id) values (test.id('acme'), 1, test.id('alice')) $$,
       $$ insert into crm.contract (client_id, total_amount, signed_at) values (test.id('acme'), 1, now()) $$,
       $$ insert into crm.event (contract_id, title, start_date, end_date, commercial_id) values (test.id('acme_signed'), 'Concert', '2030-01-01', '2030-01-02', test.id('alice')) $$,
       $$ insert into crm.contract (client_id, total_amount, updated_at) values (test.id('acme'), 1, now()) $$,
       $$ insert into crm.event (contract_id, title, start_date, end_date, updated_at) values (test.id('acme_signed'), 'Concert', '2030-01-01', '2030-01-02', now()) $$,
       $$ insert into crm.payment (contract_id, amount, recorded_by) values (test.id('acme_signed'), 1, test.id('alice')) $$]) statement;

-- An id is an identity that is always generated: without the override PostgreSQL refuses before it looks at grants.
select test.forbids(who, format('insert into %s (id) overriding system value values (-7)', relation),
  format('%s cannot choose an id in %s', test.department_of(who), relation))
from unnest(array['alice', 'chloe', 'emma']) who,
     (select distinct relation from untouchable) tables;

select * from finish();
rollback;
