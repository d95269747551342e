--! Previous: sha1:a18771df852c49d9226d2bb33f0fb49fa2ab97f0
--! Hash: sha1:66189cabf65ee46369f140dbc5cb35531d2ee5fa
--! Message: identity

-- Nothing yet.
select 1;
