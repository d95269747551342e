-- Contracts: of 20 with successive ids 6 are drafts, 1 is cancelled and 13 are signed, in a random order, so that the
-- nth signed contract can be found by computing.

create or replace function pg_temp.contract_position(seed integer, contract integer) returns bigint
language sql immutable
return (7 * (contract - 1) + pg_temp.chance(seed, (contract - 1) / 20, 11) % 20) % 20;

-- The contract of that position among the 20: 7 times 3 is 1 modulo 20.
create or replace function pg_temp.contract_at(seed integer, twenty integer, place integer) returns integer
language sql immutable
return twenty * 20 + 1 + 3 * (20 + place - pg_temp.chance(seed, twenty, 11) % 20) % 20;

-- Three of four contracts are the latest clients', some are those of a client for years, and a few clients have many.
create or replace function pg_temp.client_of(seed integer, contract integer, contracts integer, clients integer) returns integer
language sql immutable
return 1 + trunc((contract - 1)::double precision * clients / contracts * case
  when pg_temp.chance(seed, contract, 12) % 20 < 10 then 1
  when pg_temp.chance(seed, contract, 12) % 20 < 19 then pg_temp.portion(pg_temp.chance(seed, contract, 13))
  else pg_temp.portion(pg_temp.chance(seed, contract, 13)) ^ 2
end)::integer;

-- Over five years.
create or replace function pg_temp.contract_created(contract integer, contracts integer, today double precision) returns double precision
language sql immutable
return today - 3600 - 1826 * 86400 * (1 - contract::double precision / contracts);

create or replace function pg_temp.contract_signed(seed integer, contract integer, contracts integer, today double precision) returns double precision
language sql immutable
return least(today, pg_temp.contract_created(contract, contracts, today)
  + 20 * 86400 * pg_temp.portion(pg_temp.chance(seed, contract, 14)));

create or replace function pg_temp.contract_total(seed integer, contract integer) returns numeric
language sql immutable
return 2500 + pg_temp.chance(seed, contract, 15) % 1500 * 50.50;

-- Of the signed a third is paid in full at once, a third in two parts, a sixth in part, and a sixth not at all.
create or replace function pg_temp.contract_paid(seed integer, contract integer) returns text
language sql immutable
return pg_temp.chosen(array['at once', 'at once', 'in two parts', 'in two parts', 'in part', 'not'], pg_temp.chance(seed, contract, 16));

create or replace function pg_temp.contract_deposit(seed integer, contract integer) returns numeric
language sql immutable
return round(pg_temp.contract_total(seed, contract) * 0.3, 2);

create or replace function pg_temp.fill_contract(first integer, last integer) returns void
language plpgsql
as $$
declare
  seed      constant integer := pg_temp.setting('seed');
  contracts constant integer := pg_temp.setting('contracts');
  clients   constant integer := pg_temp.setting('clients');
  employees constant integer := pg_temp.setting('employees');
  today     constant double precision := pg_temp.today();
begin
  insert into crm.contract (id, client_id, commercial_id, total_amount, amount_to_be_paid, creation_date, status, signed_at, updated_at)
  overriding system value
  select id, client_id,
    pg_temp.sales_contact(seed, client_id, employees),
    total,
    case when status = 'signed' then total - case pg_temp.contract_paid(seed, id)
        when 'not' then 0
        when 'in part' then pg_temp.contract_deposit(seed, id)
        else total
      end
      else total
    end,
    to_timestamp(pg_temp.contract_created(id, contracts, today)),
    status,
    case when status = 'signed' then to_timestamp(pg_temp.contract_signed(seed, id, contracts, today)) end,
    to_timestamp(case when status = 'signed' then pg_temp.contract_signed(seed, id, contracts, today)
      else pg_temp.contract_created(id, contracts, today) end)
  from (
    select id,
      pg_temp.client_of(seed, id, contracts, clients) as client_id,
      pg_temp.contract_total(seed, id) as total,
      case when pg_temp.contract_position(seed, id) < 6 then 'draft'
           when pg_temp.contract_position(seed, id) = 6 then 'cancelled'
           else 'signed' end as status
    from generate_series(first, last) id
    offset 0
  ) contract;
end
$$;

-- For a range of contracts; the id of a payment follows from that of its contract.
create or replace function pg_temp.fill_payment(first integer, last integer) returns void
language plpgsql
as $$
declare
  seed      constant integer := pg_temp.setting('seed');
  contracts constant integer := pg_temp.setting('contracts');
  clients   constant integer := pg_temp.setting('clients');
  employees constant integer := pg_temp.setting('employees');
  today     constant double precision := pg_temp.today();
begin
  insert into crm.payment (id, contract_id, amount, paid_on, recorded_by)
  overriding system value
  select 2 * contract_id - 2 + part, contract_id,
    case
      when paid = 'at once' then total
      when part = 1 then deposit
      else total - deposit
    end,
    least(
      to_timestamp(pg_temp.contract_signed(seed, contract_id, contracts, today) + 86400 * (30 * part - pg_temp.chance(seed, contract_id, 17) % 20)),
      to_timestamp(today - 86400))::date,
    pg_temp.sales_contact(seed, pg_temp.client_of(seed, contract_id, contracts, clients), employees)
  from (
    select contract_id,
      pg_temp.contract_paid(seed, contract_id) as paid,
      pg_temp.contract_total(seed, contract_id) as total,
      pg_temp.contract_deposit(seed, contract_id) as deposit
    from generate_series(first, last) contract_id
    where pg_temp.contract_position(seed, contract_id) > 6
    offset 0
  ) contract
  join (values (1), (2)) payment (part) on part <= case paid when 'not' then 0 when 'in two parts' then 2 else 1 end;
end
$$;
