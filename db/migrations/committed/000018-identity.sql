--! Previous: sha1:63c9a3471543b77cc3d4ff0810999e54be101417
--! Hash: sha1:52d6680fe3cfddf25740a304d4b7effcb39125f5
--! Message: identity

-- Nothing yet.
select 1;
