-- dba: the tools of DBAs, in psql or through `epic-server policies`.
--
-- The whole schema is dropped and created by every deploy, before the policies: put nothing of your own there. It holds no data. It is granted to no role of the API: its views and functions are
-- for superusers and for members of epic_owner, and read the catalogue with the rights of the caller.

drop schema if exists dba cascade;
create schema dba;
comment on schema dba is 'Tools for those who look after the database. Granted to no role of the API.';
