--! Previous: sha1:b36cf2973135750c7294ef7789c0b15f03a769ba
--! Hash: sha1:5504e0ce875a8fb31e9cb652256423ca9bfa8fc9
--! Message: api

-- Nothing yet.
select 1;
