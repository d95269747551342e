-- Events: of signed contracts, from a month to a year after the signature, more in June than in December. Most contracts
-- have one, some have none, and some have ten.

create or replace function pg_temp.event_stride(chance bigint) returns integer
language sql immutable
return case when chance % 20 = 0 then 64 when chance % 20 < 6 then 8 else 1 end;

-- Which of the signed contracts, counted from 0.
create or replace function pg_temp.signed_of(seed integer, event integer, events integer, contracts integer) returns integer
language sql immutable
return trunc((event - 1)::double precision * (contracts / 20 * 13) / events
    / pg_temp.event_stride(pg_temp.chance(seed, event, 21)))
  * pg_temp.event_stride(pg_temp.chance(seed, event, 21));

create or replace function pg_temp.fill_event(first integer, last integer) returns void
language plpgsql
as $$
declare
  seed      constant integer := pg_temp.setting('seed');
  contracts constant integer := pg_temp.setting('contracts');
  clients   constant integer := pg_temp.setting('clients');
  events    constant integer := pg_temp.setting('events');
  employees constant integer := pg_temp.setting('employees');
  today     constant double precision := pg_temp.today();
begin
  insert into crm.event (id, contract_id, commercial_id, title, support_contact_id, start_date, end_date, location, attendees, notes, status, updated_at)
  overriding system value
  select id, contract_id, pg_temp.sales_contact(seed, client_id, employees),
    pg_temp.chosen(array[
        'Annual seminar', 'Gala dinner', 'Product launch', 'Charity evening', 'Garden party',
        'Anniversary evening', 'Board retreat', 'Client reception', 'Team day', 'Award ceremony'], detail)
      || ' – ' || coalesce(pg_temp.company(seed, client_id), pg_temp.client_name(seed, client_id)),
    case when start_date <= today or fate >= 5 then pg_temp.supporter(seed, id, employees) end,
    to_timestamp(start_date),
    to_timestamp(start_date + 3600 * (2 + detail / 10 % 8)),
    case when detail / 80 % 50 > 0 then pg_temp.chosen(array[
        'Château de Chantilly, Chantilly', 'Palais Brongniart, Paris', 'Les Salons de l''Aveyron, Paris', 'Palais de la Bourse, Bordeaux',
        'Cité des Congrès, Nantes', 'La Sucrière, Lyon', 'Villa Arson, Nice', 'Le Couvent des Jacobins, Rennes',
        'Palais du Pharo, Marseille', 'Le Tripostal, Lille', 'Château de Pourtalès, Strasbourg', 'Halle aux Grains, Toulouse',
        'Place Bellecour, Lyon', 'Place Stanislas, Nancy', 'Place de la Bourse, Bordeaux'], detail / 4000)
      else 'Domaine de ' || initcap(pg_temp.rare_word(detail / 4000)) end,
    20 + detail / 60000 % 40 * 10,
    (array[null, 'Vegetarian menu for a quarter of the guests.', 'Sound check two hours before.', 'The client brings the decoration.'])[1 + detail / 2400000 % 4],
    case
      when fate >= 97 then 'cancelled'
      when start_date <= today then 'completed'
      when fate >= 60 then 'confirmed'
      else 'planned'
    end,
    to_timestamp(least(today, start_date))
  from (
    select id, contract_id, fate, detail,
      pg_temp.client_of(seed, contract_id, contracts, clients) as client_id,
      -- the sine of the time of year brings days nearer to each other in June; whole hours, from 7 to 18 in UTC
      3600 * (7 + detail / 7 % 12) + 86400 * trunc(day - 12 * sin(2 * pi() * (day - 164) / 365.25)) as start_date
    from (
      select id, contract_id, pg_temp.chance(seed, id, 18) % 100 as fate, pg_temp.chance(seed, id, 19) as detail,
        pg_temp.contract_signed(seed, contract_id, contracts, today) / 86400
          + 30 + 325 * pg_temp.portion(pg_temp.chance(seed, id, 20)) as day
      from (
        select id, pg_temp.contract_at(seed, signed / 13, 7 + signed % 13) as contract_id
        from (
          select id, pg_temp.signed_of(seed, id, events, contracts) as signed
          from generate_series(first, last) id
          offset 0
        ) numbered
        offset 0
      ) signed_contract
      offset 0
    ) planned
    offset 0
  ) event;
end
$$;
