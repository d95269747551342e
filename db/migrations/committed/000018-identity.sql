--! Previous: sha1:65cea49b9e5857f2cbbf3f33f580c0cea61dc26c
--! Hash: sha1:32e87115cb942c2682b6cc88f69c0702123aa6b8
--! Message: identity

-- Nothing yet.
select 1;
