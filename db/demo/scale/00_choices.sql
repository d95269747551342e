-- A company of millions of rows, loaded by `epic-server demo --scale` and by benchmarks into an empty database, by an
-- administrator. Each value is computed from the seed and the id of its row alone: the same seed gives the same rows,
-- with dates relative to today, and any range of any table can be written by itself, on several connections at once.
-- Each of them runs these files, which define temporary functions, and then some of the fill functions.
-- Triggers stand aside. What they would have kept is written here, and checked by tests/server/scaled-company.test.ts.
-- History, signals and mail are left out, as they are for what was imported before a database went into service.

-- Size

create or replace function pg_temp.setting(name text) returns integer
language sql stable
return current_setting('demo.' || name)::integer;

-- Midnight in Paris: what was done was done before it, so that the time of day makes no difference. Times are computed in
-- seconds since 1970: the arithmetic of intervals would take longer than all the rest.
create or replace function pg_temp.today() returns double precision
language sql stable
return extract(epoch from date_trunc('day', now(), 'Europe/Paris'));


-- Chance


-- A number of 62 bits for each seed, id, and value that is chosen.
create or replace function pg_temp.chance(seed integer, id integer, choice integer) returns bigint
language sql immutable
return hashint8extended(id, seed * 100::bigint + choice) & 4611686018427387903;

create or replace function pg_temp.chosen(list text[], chance bigint) returns text
language sql immutable
return list[1 + chance % cardinality(list)];

-- From 0 to 1.
create or replace function pg_temp.portion(chance bigint) returns double precision
language sql immutable
return (chance & 1048575) / 1048576.0::double precision;

create or replace function pg_temp.syllable(chance bigint) returns text
language sql immutable
return pg_temp.chosen(array['bar', 'cal', 'des', 'fon', 'gra', 'lan', 'mar', 'nor', 'per', 'que', 'ros', 'sau', 'tre', 'val', 'vil', 'yer'], chance);

-- One of 4,096 words.
create or replace function pg_temp.rare_word(chance bigint) returns text
language sql immutable
return pg_temp.syllable(chance) || pg_temp.syllable(chance / 16) || pg_temp.syllable(chance / 256);


-- Employees: 60 % in sales, then support, then management. One of sales looks after a fifth of all clients, one of
-- support runs a fifth of the events. The last of both departments has left.


create or replace function pg_temp.salespeople(employees integer) returns integer
language sql immutable
return employees * 3 / 5;

create or replace function pg_temp.supporters(employees integer) returns integer
language sql immutable
return employees / 4;

create or replace function pg_temp.sales_contact(seed integer, client integer, employees integer) returns integer
language sql immutable
return case
  when pg_temp.chance(seed, client, 1) % 5 = 0 then 1
  else 2 + pg_temp.chance(seed, client, 2) % (pg_temp.salespeople(employees) - 2)
end;

create or replace function pg_temp.supporter(seed integer, event integer, employees integer) returns integer
language sql immutable
return pg_temp.salespeople(employees) + case
  when pg_temp.chance(seed, event, 3) % 5 = 0 then 1
  else 2 + pg_temp.chance(seed, event, 4) % (pg_temp.supporters(employees) - 2)
end;
