--! Previous: sha1:03c301b1061557d51604a905159dc80767ab6daa
--! Hash: sha1:8a3202e47bc14f04d33f1ec893a65d133fb408fb
--! Message: identity

-- Nothing yet.
select 1;
