--! Previous: sha1:52d6680fe3cfddf25740a304d4b7effcb39125f5
--! Hash: sha1:3d7f68e30eecc9f4c3ece3fde96ebf3c9135cc77
--! Message: api

-- Nothing yet.
select 1;
