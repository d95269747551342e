--! Previous: sha1:3ff462c12b2d5b5e1d36e013a72e15ca3953ca06
--! Hash: sha1:63c9a3471543b77cc3d4ff0810999e54be101417
--! Message: queue

-- Nothing yet.
select 1;
