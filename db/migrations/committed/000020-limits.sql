--! Previous: sha1:c8e34f48945e6c7c11e6363955994c583a0ef9d9
--! Hash: sha1:d9c7a13b0f1cb1080c5ec350e26cdefc9c8170ff
--! Message: limits

-- Nothing yet.
select 1;
