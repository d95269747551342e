--! Previous: sha1:8a3202e47bc14f04d33f1ec893a65d133fb408fb
--! Hash: sha1:545acbe82a45f8f535646097863e75e1f0441d4e
--! Message: api

-- Nothing yet.
select 1;
