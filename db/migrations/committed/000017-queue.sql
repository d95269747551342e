--! Previous: sha1:391bfd17c244c951c9c2b4739f1a6e88ea9e5d70
--! Hash: sha1:266883fba0bb3727d0b5871f126e45ca59cfe130
--! Message: queue

-- Nothing yet.
select 1;
