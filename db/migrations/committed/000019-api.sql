--! Previous: sha1:66189cabf65ee46369f140dbc5cb35531d2ee5fa
--! Hash: sha1:ce62aa94800a5677946ea1d137f82a7742b66f32
--! Message: api

-- Nothing yet.
select 1;
