--! Previous: sha1:bdaa5eaa9204f7f59ac28339794285fb4e1ee44f
--! Hash: sha1:0c781aaf79107f4ece91045bd50dcbb1afbd82d8
--! Message: queue

-- Nothing yet.
select 1;
