--! Previous: sha1:0c781aaf79107f4ece91045bd50dcbb1afbd82d8
--! Hash: sha1:b36cf2973135750c7294ef7789c0b15f03a769ba
--! Message: identity

-- Nothing yet.
select 1;
