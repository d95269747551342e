--! Previous: sha1:aeee60bc9677f7cb19a698e2a52f2675f49eff6f
--! Hash: sha1:a025addbdad069eefeb760d22faf353ad265d617
--! Message: api

-- Nothing yet.
select 1;
