--! Previous: sha1:ce62aa94800a5677946ea1d137f82a7742b66f32
--! Hash: sha1:4dd6018498dce75813a4452c519212187d9149e0
--! Message: limits

-- Nothing yet.
select 1;
