--! Previous: sha1:dbfa9c797bdc992e93f6e9028e51ee214fb58506
--! Hash: sha1:c8e34f48945e6c7c11e6363955994c583a0ef9d9
--! Message: api

-- Nothing yet.
select 1;
