--! Previous: sha1:545acbe82a45f8f535646097863e75e1f0441d4e
--! Hash: sha1:003caded24c9ec1a1fb608d9187985adfc868ca2
--! Message: limits

-- Nothing yet.
select 1;
