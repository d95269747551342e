--! Previous: sha1:a900e47435e0a8115723fbda3dcd00b3856ccbc9
--! Hash: sha1:6f7808a4504c912c010a232e2c80e727082faba1
--! Message: identity

-- Nothing yet.
select 1;
