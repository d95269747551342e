--! Previous: sha1:a025addbdad069eefeb760d22faf353ad265d617
--! Hash: sha1:4c92816c71ccd3915cb6b7ac8e1d2e03b68979ce
--! Message: limits

-- Nothing yet.
select 1;
