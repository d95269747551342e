--! Previous: sha1:5b341ed6ab13a15d88c404cb0cfdc78cae3ce088
--! Hash: sha1:bdaa5eaa9204f7f59ac28339794285fb4e1ee44f
--! Message: live

-- Nothing yet.
select 1;
