--! Previous: sha1:f744fb0ee6c1600e226ef9f4c43cec440ab27f53
--! Hash: sha1:a900e47435e0a8115723fbda3dcd00b3856ccbc9
--! Message: queue

-- Nothing yet.
select 1;
