-- The company of the tests: small, with one of each case that a rule distinguishes.
--
--   sales       Alice looks after Acme and Paul, a private person; Bruno after Bistro; Basile is new and has none
--   support     Chloe runs the gala and ran the reunion; Denis runs the banquet; Ines is new, with a one-time password
--   management  Emma, Felix
--   left        Gaston (sales), Hector (support)
--
--   acme_draft       1000 €
--   acme_signed      5000 €, 2000 € of them paid (deposit)    gala (Chloe), picnic (no support contact)
--   acme_cancelled    700 €, after it was signed
--   bistro_draft      400 €
--   bistro_signed     800 €                                   banquet (Denis), reunion (Chloe, completed)
--
--   notes: Alice's about Acme (caterer, to follow up in a week), Chloe's about the gala (chairs, done), Emma's about
--   acme_signed (discount)
--
--   one notification each for Alice (acme_signed), Chloe (gala) and Emma (picnic)
--
-- Every active employee has a session, and all have a password. History is empty. The names are arguments of test.id().

create function test.password(who text) returns text
language sql immutable
return '$argon2id$v=19$m=19456,t=2,p=1$c2FsdC1vZi0' || who || '$aGFzaC1vZi0' || who;
comment on function test.password(text) is
  'What the API would send as the hash of an employee''s password.';

create procedure test.set_id(name text, id integer)
language sql
begin atomic
  insert into test.name (name, id) values (name, id);
end;

create procedure test.load_company()
language plpgsql
as $$
declare
  long_ago constant timestamptz := '2020-02-02 10:00 Europe/Paris';
  new_id   integer;
begin
  if exists (select from crm.employee) then
    raise 'These tests need a database without records: create an empty one and deploy db/ to it.';
  end if;


  -- employees, their passwords and their sessions

  insert into crm.employee (full_name, email, department, active, creation_date)
  select full_name, lower(full_name) || '@epic.example', department, active, long_ago
  from (values
    (1, 'Alice',  'sales',      true),
    (2, 'Bruno',  'sales',      true),
    (3, 'Basile', 'sales',      true),
    (4, 'Chloe',  'support',    true),
    (5, 'Denis',  'support',    true),
    (6, 'Ines',   'support',    true),
    (7, 'Emma',   'management', true),
    (8, 'Felix',  'management', true),
    (9, 'Gaston', 'sales',      false),
    (10, 'Hector', 'support',   false)) staff (nth, full_name, department, active)
  order by nth;
  insert into test.name (name, id) select lower(full_name), id from crm.employee;

  insert into identity.credential (employee_id, password_hash, must_change)
  select id, test.password(name), name = 'ines' from test.name;
  insert into identity.session (employee_id, user_agent)
  select id, 'tests' from crm.employee where active;
  insert into identity.access_token (secret_hash, session_id, expires_at)
  select sha256(test.secret(name)), session.id, now() + interval '15 minutes'
  from identity.session join test.name on name.id = session.employee_id;


  -- clients

  insert into crm.client (full_name, email, phone, company_name, commercial_contact_id, first_contact, last_update)
  select full_name, email, phone, company_name, test.id(contact), long_ago, long_ago
  from (values
    (1, 'Anaïs Durand', 'anais@acme.example',  '+33 1 02 03 04 05', 'Acme Événements', 'alice'),
    (2, 'Paul Privé',   'paul@home.example',   '+33 6 07 08 09 10', null,              'alice'),
    (3, 'Béa Colin',    'bea@bistro.example',  null,                'Bistro 100%_sûr', 'bruno')
  ) book (nth, full_name, email, phone, company_name, contact)
  order by nth;
  insert into test.name (name, id) select split_part(split_part(email, '@', 2), '.', 1), id from crm.client where company_name is not null;
  insert into test.name (name, id) select 'paul', id from crm.client where company_name is null;


  -- contracts, and what has been paid

  insert into crm.contract (client_id, total_amount, creation_date, updated_at) values (test.id('acme'), 1000, long_ago, long_ago) returning id into new_id;
  call test.set_id('acme_draft', new_id);
  insert into crm.contract (client_id, total_amount, creation_date, status, signed_at, updated_at)
    values (test.id('acme'), 5000, long_ago, 'signed', long_ago, long_ago) returning id into new_id;
  call test.set_id('acme_signed', new_id);
  insert into crm.contract (client_id, total_amount, creation_date, status, signed_at, updated_at)
    values (test.id('acme'), 700, long_ago, 'cancelled', long_ago, long_ago) returning id into new_id;
  call test.set_id('acme_cancelled', new_id);
  insert into crm.contract (client_id, total_amount, creation_date, updated_at) values (test.id('bistro'), 400, long_ago, long_ago) returning id into new_id;
  call test.set_id('bistro_draft', new_id);
  insert into crm.contract (client_id, total_amount, creation_date, status, signed_at, updated_at)
    values (test.id('bistro'), 800, long_ago, 'signed', long_ago, long_ago) returning id into new_id;
  call test.set_id('bistro_signed', new_id);

  insert into crm.payment (contract_id, amount, paid_on, recorded_by)
    values (test.id('acme_signed'), 2000, long_ago, test.id('alice')) returning id into new_id;
  call test.set_id('deposit', new_id);


  -- events

  insert into crm.event (title, contract_id, support_contact_id, start_date, end_date, location, attendees, status, updated_at)
  select title, test.id(contract), contact_id, starts, starts + interval '5 hours', place, guests, state, long_ago
  from (values
    (1, 'Gala',    'acme_signed',   'chloe', now() + interval '30 days', 'Paris', 100, 'planned'),
    (2, 'Picnic',  'acme_signed',   null,    now() + interval '40 days', null,      0, 'planned'),
    (3, 'Banquet', 'bistro_signed', 'denis', now() + interval '50 days', 'Lyon',   60, 'confirmed'),
    (4, 'Reunion', 'bistro_signed', 'chloe', long_ago,                   'Nice',   20, 'completed')
  ) calendar (nth, title, contract, contact, starts, place, guests, state)
  cross join lateral (select case when contact is not null then test.id(contact) end) support (contact_id)
  order by nth;
  insert into test.name (name, id) select lower(title), id from crm.event;


  -- notes

  insert into crm.note (client_id, body, author_id, created_at, remind_on)
    values (test.id('acme'), E'Call about the caterer\nShe is back on Monday.', test.id('alice'), long_ago, current_date + 7)
    returning id into new_id;
  call test.set_id('caterer', new_id);
  insert into crm.note (event_id, body, author_id, created_at, done_at)
    values (test.id('gala'), 'Forty chairs more', test.id('chloe'), long_ago, long_ago) returning id into new_id;
  call test.set_id('chairs', new_id);
  insert into crm.note (contract_id, body, author_id, created_at)
    values (test.id('acme_signed'), 'No further discount', test.id('emma'), long_ago) returning id into new_id;
  call test.set_id('discount', new_id);


  -- remove the notifications and the history of the above

  delete from crm.notification;
  insert into crm.notification (recipient_id, kind, contract_id)
    values (test.id('alice'), 'contract_signed', test.id('acme_signed')) returning id into new_id;
  call test.set_id('note_to_alice', new_id);
  insert into crm.notification (recipient_id, kind, event_id)
    values (test.id('chloe'), 'event_assigned', test.id('gala')) returning id into new_id;
  call test.set_id('note_to_chloe', new_id);
  insert into crm.notification (recipient_id, kind, event_id)
    values (test.id('emma'), 'event_created', test.id('picnic')) returning id into new_id;
  call test.set_id('note_to_emma', new_id);
  alter table audit.change disable trigger change_20_check_delete;
  delete from audit.change;
  alter table audit.change enable always trigger change_20_check_delete;
end
$$;
comment on procedure test.load_company() is
  'Fills the empty database with the company of the tests, until the end of the transaction.';

grant execute on all routines in schema test to public;
