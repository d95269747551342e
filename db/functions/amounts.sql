-- How amounts are written in the sentences of rules.


create or replace function crm_private.format_euros(amount numeric) returns text
language sql immutable strict parallel safe
set search_path = ''
as $$ select replace(to_char(amount, 'FM999,999,999,999,990.00'), ',', ' ') || ' €' $$;
comment on function crm_private.format_euros(numeric) is
  'An amount for people to read: 12 500.00 €.';
