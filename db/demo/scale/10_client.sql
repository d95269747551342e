-- Clients, with names and companies that are made of few words, some of them frequent.

-- Every fiftieth has a rare name.
create or replace function pg_temp.family_name(chance bigint) returns text
language sql immutable
return case
  when chance % 50 = 0 then initcap(pg_temp.rare_word(chance / 50))
  else pg_temp.chosen(array[
    'Aubert', 'Blanchard', 'Chevalier', 'Delaunay', 'Étienne', 'Faure', 'Guérin', 'Huet', 'Imbert', 'Joly',
    'Klein', 'Lefèvre', 'Meunier', 'Navarro', 'Ollivier', 'Perrot', 'Quéméner', 'Renaud', 'Schmitt', 'Tessier',
    'Ugolini', 'Vasseur', 'Weber', 'Ximénès', 'Yvon', 'Zimmermann', 'Barbier', 'Caron', 'Dumas', 'Ferrand'], chance / 50)
end;

create or replace function pg_temp.given_name(chance bigint) returns text
language sql immutable
return pg_temp.chosen(array[
  'Adèle', 'Benoît', 'Capucine', 'Damien', 'Estelle', 'François', 'Gaëlle', 'Henri', 'Isabelle', 'Jérôme',
  'Karine', 'Loïc', 'Margaux', 'Noël', 'Océane', 'Pascal', 'Quitterie', 'Rémi', 'Solène', 'Thierry',
  'Ursula', 'Valentin', 'Wendy', 'Xavier', 'Yasmine', 'Zacharie', 'Anaïs', 'Cédric', 'Delphine', 'Éric'], chance);

create or replace function pg_temp.client_name(seed integer, client integer) returns text
language sql immutable
return pg_temp.given_name(pg_temp.chance(seed, client, 5)) || ' ' || pg_temp.family_name(pg_temp.chance(seed, client, 6));

-- One trade in 16 is a bank's, but for the private persons, an eighth: 14 % of the clients are banks.
create or replace function pg_temp.company(seed integer, client integer) returns text
language sql immutable
return case when pg_temp.chance(seed, client, 7) % 8 > 0 then
  case
    when pg_temp.chance(seed, client, 8) % 100 < 16 then 'Banque'
    else pg_temp.chosen(array[
      'Vignobles', 'Atelier', 'Groupe', 'Maison', 'Transports', 'Cabinet', 'Éditions', 'Laboratoires',
      'Assurances', 'Biscuiterie', 'Chantiers', 'Papeterie', 'Verrerie', 'Moulins', 'Brasserie'], pg_temp.chance(seed, client, 8) / 100)
  end || ' ' ||
  case
    when pg_temp.chance(seed, client, 9) % 4 = 0 then initcap(pg_temp.rare_word(pg_temp.chance(seed, client, 9) / 4))
    else pg_temp.chosen(array[
      'Armor', 'Belleville', 'Clairval', 'du Lac', 'Estérel', 'Fontenay', 'Grandlieu', 'Hautecombe', 'Île-de-Sein', 'Jura',
      'Kerguelen', 'Lubéron', 'Montclar', 'Noirmoutier', 'Ombrosa', 'Périgord', 'Queyras', 'Rochebrune', 'Sologne', 'Trianon'],
      pg_temp.chance(seed, client, 9) / 4)
  end
end;

create or replace function pg_temp.fill_client(first integer, last integer) returns void
language plpgsql
as $$
declare
  seed      constant integer := pg_temp.setting('seed');
  clients   constant integer := pg_temp.setting('clients');
  employees constant integer := pg_temp.setting('employees');
  today     constant double precision := pg_temp.today();
begin
  insert into crm.client (id, full_name, email, phone, company_name, first_contact, last_update, commercial_contact_id)
  overriding system value
  select id, full_name,
    translate(lower(split_part(full_name, ' ', 2) collate "C"), 'Éàâéèëêïîôùûç', 'eaaeeeeiiouuc') || id
      || '@' || pg_temp.syllable(detail) || pg_temp.syllable(detail / 16) || '.example',
    '+33 ' || 1 + detail % 5 || ' ' || to_char(detail / 5 % 100000000, 'FM00 00 00 00'),
    pg_temp.company(seed, id),
    to_timestamp(known_since)::date,
    to_timestamp(known_since + (today - known_since) * pg_temp.portion(detail / 100)),
    pg_temp.sales_contact(seed, id, employees)
  from (
    select id,
      pg_temp.client_name(seed, id) as full_name,
      pg_temp.chance(seed, id, 10) as detail,
      -- over six years, of which the first was before the first contract
      today - 3600 - 2100 * 86400 * (1 - (id - 1)::double precision / clients) as known_since
    from generate_series(first, last) id
    offset 0
  ) client;
end
$$;
