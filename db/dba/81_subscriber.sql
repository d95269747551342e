-- Moving to another PostgreSQL by logical replication, as for a major upgrade: docs/operations.md, "Upgrading PostgreSQL".
--
-- What a trigger writes on the publisher is replicated too. Those that are `enable always` fire for the subscription as well: history
-- would hold every change twice, and the queue jobs that were delivered long ago.

create procedure dba.prepare_subscriber()
language plpgsql
set search_path = ''
as $$
declare
  found record;
begin
  if exists (select from crm.employee) then
    raise object_not_in_prerequisite_state using
      message = 'This database holds records: only one that was just deployed becomes a subscriber.',
      hint = 'Create an empty database, deploy the release of the publisher to it, and call this there.';
  end if;

  execute format('revoke connect on database %I from epic_authenticator, epic_worker', current_database());

  for found in
    select tgrelid::regclass as target, tgname as name
    from pg_catalog.pg_trigger
    where tgenabled = 'A'
  loop
    execute format('alter table %s disable trigger %I', found.target, found.name);
  end loop;

  -- What the deployment wrote comes from the publisher.
  execute (
    select 'truncate ' || string_agg(pg_class.oid::regclass::text, ', ')
    from pg_catalog.pg_class
    join dba.schema on schema.oid = relnamespace
    where relkind = 'r');
end
$$;
comment on procedure dba.prepare_subscriber() is
  'Makes a database that was just deployed the empty copy that a subscription fills: triggers that would fire for it are disabled, the rows of the deployment removed, and the logins of the API shut out. For a superuser; dba.finish_subscriber ends it.';


create procedure dba.finish_subscriber()
language plpgsql
set search_path = ''
as $$
declare
  found record;
  last  bigint;
begin
  if exists (
    select from pg_catalog.pg_subscription
    where subdbid = (select oid from pg_catalog.pg_database where datname = current_database()))
  then
    raise object_not_in_prerequisite_state using
      message = 'A subscription still writes here.',
      hint = 'When it has received everything: drop subscription …';
  end if;

  -- Replication leaves sequences where they are.
  for found in
    select class.oid::regclass as target, attname as name, sequence.oid::regclass as sequence
    from pg_catalog.pg_depend
    join pg_catalog.pg_class sequence  on sequence.oid = objid and sequence.relkind = 'S'
    join pg_catalog.pg_class class     on class.oid = refobjid
    join pg_catalog.pg_attribute       on attrelid = class.oid and attnum = refobjsubid
    join dba.schema                    on schema.oid = class.relnamespace
    where classid = 'pg_catalog.pg_class'::regclass and deptype in ('a', 'i')
    order by sequence.oid::regclass::text
  loop
    execute format('select max(%I) from %s', found.name, found.target) into last;
    if last > coalesce(pg_catalog.pg_sequence_last_value(found.sequence), 0) then
      raise object_not_in_prerequisite_state using
        message = format('The sequence %s is behind its table, which has %s.', found.sequence, last),
        hint = 'Set every sequence to where it was on the publisher: a number that was given before must not be given again.';
    end if;
  end loop;

  for found in
    select tgrelid::regclass as target, tgname as name
    from pg_catalog.pg_trigger
    where tgenabled = 'D'
  loop
    execute format('alter table %s enable always trigger %I', found.target, found.name);
  end loop;

  execute format('grant connect on database %I to epic_authenticator, epic_worker', current_database());
end
$$;
comment on procedure dba.finish_subscriber() is
  'Makes a database that a subscription has filled one of its own again: enables the triggers that dba.prepare_subscriber disabled, and lets the logins of the API in. Refuses while there is a subscription, or a sequence that would give a number again.';
