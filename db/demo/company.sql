-- The demo company: Epic Events on an ordinary day. Loaded by `epic-server demo` into an empty database, by an
-- administrator, in one transaction. The same every time, with dates relative to today.
-- Rows are written one at a time so that each is written by the employee who would have done it: triggers,
-- history and notifications are the real ones.

do $$
declare
  -- where the server is behind Paris, it is not tomorrow there yet, and no payment is dated in the future
  today constant date := least((now() at time zone 'Europe/Paris')::date, current_date);

  first_names constant text[] := array[
    'Adèle', 'Benoît', 'Capucine', 'Damien', 'Estelle', 'François', 'Gaëlle', 'Henri', 'Isabelle', 'Jérôme',
    'Karine', 'Loïc', 'Margaux', 'Noël', 'Océane', 'Pascal', 'Quitterie', 'Rémi', 'Solène', 'Thierry',
    'Ursula', 'Valentin', 'Wendy', 'Xavier', 'Yasmine', 'Zacharie', 'Anaïs', 'Cédric', 'Delphine', 'Éric'];
  last_names constant text[] := array[
    'Aubert', 'Blanchard', 'Chevalier', 'Delaunay', 'Étienne', 'Faure', 'Guérin', 'Huet', 'Imbert', 'Joly',
    'Klein', 'Lefèvre', 'Meunier', 'Navarro', 'Ollivier', 'Perrot', 'Quéméner', 'Renaud', 'Schmitt', 'Tessier',
    'Ugolini', 'Vasseur', 'Weber', 'Ximénès', 'Yvon', 'Zimmermann', 'Barbier', 'Caron', 'Dumas', 'Ferrand'];
  trades constant text[] := array[
    'Vignobles', 'Atelier', 'Groupe', 'Maison', 'Transports', 'Cabinet', 'Éditions', 'Laboratoires',
    'Banque', 'Assurances', 'Biscuiterie', 'Chantiers', 'Papeterie', 'Verrerie', 'Moulins', 'Brasserie'];
  houses constant text[] := array[
    'Armor', 'Belleville', 'Clairval', 'du Lac', 'Estérel', 'Fontenay', 'Grandlieu', 'Hautecombe', 'Île-de-Sein', 'Jura',
    'Kerguelen', 'Lubéron', 'Montclar', 'Noirmoutier', 'Ombrosa', 'Périgord', 'Queyras', 'Rochebrune', 'Sologne', 'Trianon'];
  occasions constant text[] := array[
    'Annual seminar', 'Gala dinner', 'Product launch', 'Charity evening', 'Garden party',
    'Anniversary evening', 'Board retreat', 'Client reception', 'Team day', 'Award ceremony'];
  places constant text[] := array[
    'Château de Chantilly, Chantilly', 'Palais Brongniart, Paris', 'Les Salons de l''Aveyron, Paris', 'Palais de la Bourse, Bordeaux',
    'Cité des Congrès, Nantes', 'La Sucrière, Lyon', 'Villa Arson, Nice', 'Le Couvent des Jacobins, Rennes',
    'Palais du Pharo, Marseille', 'Le Tripostal, Lille', 'Château de Pourtalès, Strasbourg', 'Halle aux Grains, Toulouse'];
  reminders constant text[] := array[
    'Call about the caterer: she is back from holiday.', 'Send the revised quote, with the second day.', 'Ask the venue for a second cloakroom.',
    'Prefers to be called in the morning.', 'The deposit was promised for this week.', E'Fire safety certificate\nThe venue sends it by post; scan it for the insurer.',
    'Met at the trade fair; likes the garden party.', 'Wants one invoice for each department.', 'The band needs parking for a van.',
    'New assistant: Claire, mornings only.', 'Check the discount with management.', 'Microphones were missing last time.',
    'Send the photographs of the last gala.', 'Legal department asks for our insurance certificate.', 'Two guests in wheelchairs: ramp at the side entrance.'];

  sales_ids    integer[];
  support_ids  integer[];
  manager_ids  integer[];
  signed_ids   integer[] := '{}';
  row_         record;
  actor        integer;
  given_name   text;
  family_name  text;
  total        numeric(12,2);
  entered      timestamptz;
  state        text;
  new_id       integer;
  starts       timestamptz;
  supporter    integer;
begin
  if exists (select from crm.employee) then
    raise exception 'The database is not empty: the demo company is only loaded into a new one.';
  end if;


  -- employees

  insert into crm.employee (full_name, email, phone, department, creation_date)
  select full_name, crm_private.normalize_text(replace(full_name, ' ', '.')) || '@epicevents.example',
         '+33 1 99 00 10 ' || lpad(nth::text, 2, '0'), department, today - interval '2 years' + nth * interval '9 days'
  from (values
    (1, 'Camille Laurent', 'management'), (2, 'Hugo Bernard', 'management'), (3, 'Nadia Rousseau', 'management'),
    (4, 'Alice Martin', 'sales'), (5, 'Bastien Leroy', 'sales'), (6, 'Chloé Moreau', 'sales'),
    (7, 'David Petit', 'sales'), (8, 'Élise Garnier', 'sales'), (9, 'Farid Benali', 'sales'), (10, 'Gérard Fabre', 'sales'),
    (11, 'Inès Dubois', 'support'), (12, 'Julien Roux', 'support'), (13, 'Karim Haddad', 'support'),
    (14, 'Léa Fontaine', 'support'), (15, 'Marc Vidal', 'support')) staff (nth, full_name, department)
  order by nth;

  update crm.employee set active = false where full_name = 'Gérard Fabre';

  select array_agg(id order by id) into manager_ids from crm.employee where department = 'management';
  select array_agg(id order by id) into sales_ids   from crm.employee where department = 'sales' and active;
  select array_agg(id order by id) into support_ids from crm.employee where department = 'support';


  -- 80 clients: every eighth a private person

  for i in 0..79 loop
    actor := sales_ids[1 + i % 6];
    perform identity.set_claims(current_setting('role'), actor, null, null);
    given_name  := first_names[1 + i % 30];
    family_name := last_names[1 + (i * 7 + i / 30) % 30];
    insert into crm.client (full_name, email, phone, company_name, first_contact)
    values (
      given_name || ' ' || family_name,
      crm_private.normalize_text(given_name || '.' || family_name) || case when i % 8 = 7 then '@courriel.example' else '@' || replace(crm_private.normalize_text(trades[1 + i % 16] || ' ' || houses[1 + (i * 3 + i / 16) % 20]), ' ', '-') || '.example' end,
      format('+33 %s %s %s %s %s', 1 + i % 5, lpad((i * 37 % 100)::text, 2, '0'), lpad((i * 53 % 100)::text, 2, '0'), lpad((i * 71 % 100)::text, 2, '0'), lpad((i * 89 % 100)::text, 2, '0')),
      case when i % 8 <> 7 then trades[1 + i % 16] || ' ' || houses[1 + (i * 3 + i / 16) % 20] end,
      today - 400 + i * 4);
  end loop;


  -- 150 contracts: three of ten drafts, one cancelled, the rest signed and paid not at all, in part or in full

  for i in 0..149 loop
    select id, commercial_contact_id into row_ from crm.client order by id offset (i * 11) % 80 limit 1;
    perform identity.set_claims(current_setting('role'), row_.commercial_contact_id, null, null);
    total   := 2500 + (i * 7919 % 500) * 150 + case i % 3 when 0 then 0 when 1 then 90 else 49.50 end;
    entered := today - 300 + i * 2 + time '09:30';
    state   := case when i % 10 in (1, 4, 8) then 'draft' when i % 10 = 6 then 'cancelled' else 'signed' end;
    insert into crm.contract (client_id, total_amount, creation_date, status, signed_at)
    values (row_.id, total, entered, state, case when state <> 'draft' then least(entered + (3 + i % 12) * interval '1 day', now()) end)
    returning id into new_id;

    if state = 'signed' then
      signed_ids := signed_ids || new_id;
      if i % 5 > 0 then
        insert into crm.payment (contract_id, amount, paid_on) values (new_id, round(total * 0.3, 2), least(entered::date + 15, today));
      end if;
      if i % 5 > 2 then
        insert into crm.payment (contract_id, amount, paid_on) values (new_id, total - round(total * 0.3, 2), least(entered::date + 60, today));
      end if;
    end if;
  end loop;


  -- 100 events, from four months ago to five months ahead; of those to come, one in four has no support contact yet

  for i in 0..99 loop
    select contract.id, contract.commercial_id, coalesce(client.company_name, client.full_name) as client_name into row_
    from crm.contract join crm.client on client.id = contract.client_id
    where contract.id = signed_ids[1 + (i * 13) % array_length(signed_ids, 1)];
    starts    := (today - 120 + (i * 27) / 10 + time '10:00' + (i % 5) * interval '2 hours') at time zone 'Europe/Paris';
    supporter := support_ids[1 + i % 5];

    perform identity.set_claims(current_setting('role'), row_.commercial_id, null, null);
    insert into crm.event (contract_id, title, start_date, end_date, location, attendees, notes)
    values (
      row_.id, occasions[1 + i % 10] || ' – ' || row_.client_name, starts, starts + (3 + i % 6) * interval '1 hour',
      places[1 + i % 12], 20 + (i * 17 % 40) * 10,
      case i % 4 when 0 then 'Vegetarian menu for a quarter of the guests.' when 1 then 'Sound check two hours before.' when 2 then 'The client brings the decoration.' end)
    returning id into new_id;

    if starts < now() or i % 4 > 0 then
      perform identity.set_claims(current_setting('role'), manager_ids[1 + i % 3], null, null);
      update crm.event set support_contact_id = supporter where id = new_id;
      perform identity.set_claims(current_setting('role'), supporter, null, null);
      update crm.event
      set status = case when i % 17 = 16 then 'cancelled' when starts < now() then 'completed' when i % 3 = 0 then 'confirmed' else status end
      where id = new_id;
    end if;
  end loop;


  -- 15 notes: five about clients, contracts and events each; some to follow up, some done

  for i in 0..14 loop
    select case i % 3 when 0 then client.id end as client_id, case i % 3 when 1 then contract.id end as contract_id,
           case i % 3 when 2 then event.id end as event_id,
           case i % 3 when 2 then coalesce(event.support_contact_id, event.commercial_id) else client.commercial_contact_id end as author_id
    into row_
    from crm.client
    left join crm.contract on contract.id = signed_ids[1 + i] and i % 3 = 1
    left join crm.event    on event.id = 60 + i and i % 3 = 2
    where client.id = coalesce(contract.client_id, 1 + i / 3);

    perform identity.set_claims(current_setting('role'), row_.author_id, null, null);
    insert into crm.note (client_id, contract_id, event_id, body, created_at, remind_on, done_at)
    values (
      row_.client_id, row_.contract_id, row_.event_id, reminders[1 + i], now() - (20 - i) * interval '1 day',
      case i % 5 when 0 then today when 1 then today - 2 when 2 then today + 6 end,
      case when i in (6, 11) then now() - interval '1 day' end);
  end loop;
  perform identity.set_claims(current_setting('role'), null, null, null);


  -- What was notified long ago has been read; the triggers that keep these times stand aside for it.

  set local session_replication_role = replica;
  update crm.notification
  set created_at = least(event.start_date - interval '30 days', now() - notification.id * interval '1 minute')
  from crm.event
  where event.id = notification.event_id;
  update crm.notification set read_at = created_at + interval '5 hours' where created_at < today - interval '2 days' or id % 3 = 0;
  set local session_replication_role = origin;


  -- No notifications of what happened before the demo began.

  delete from graphile_worker._private_jobs;
end
$$;
