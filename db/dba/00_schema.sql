-- dba: what those who look after the database read and call, in psql or through `epic-server policies`.
--
-- The whole schema is made anew by every deploy, before the policies: nothing in it outlives its file, and nothing
-- of your own should live there. It holds no data. It is granted to no role of the API: its views and functions are
-- for superusers and for members of epic_owner, and read the catalogue with the rights of the caller.

drop schema if exists dba cascade;
create schema dba;
comment on schema dba is 'Tools for those who look after the database. Granted to no role of the API.';
