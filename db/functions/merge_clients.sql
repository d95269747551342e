-- Merging two clients who are one: everything moves to the one who stays, the other is gone, and their number leads on.
--
-- History keeps which client was merged into which: a row of each says so, `merged` and `merged_into`.


create or replace function crm_private.merged_into(former_id integer) returns integer
language plpgsql stable security invoker
set search_path = ''
as $$
declare
  found_id integer := former_id;
  next_id  integer;
begin
  loop
    next_id := (
      select (change.new_values ->> 'merged_into')::integer
      from audit.change
      where change.record = 'client' and change.row_id = found_id and change.new_values ? 'merged_into');
    exit when next_id is null;
    found_id := next_id;
  end loop;
  return nullif(found_id, former_id);
end
$$;
comment on function crm_private.merged_into(integer) is
  'The id of the client who stayed when the one of this id was merged, through several mergings if there were; null when it was not.';


create or replace function crm.client_merged_into(former_id integer) returns crm.client
language sql stable security invoker
set search_path = ''
as $$
  select client.* from crm.client where client.id = crm_private.merged_into(former_id)
$$;
comment on function crm.client_merged_into(integer) is
'The client into whom another was merged; null when there is or was no such client, or it was not merged.
- `former_id`: The id of the client who is gone.';


create or replace function crm_private.client_ids(client_id integer) returns integer[]
language sql stable security invoker
set search_path = ''
as $$
  with recursive known (id) as (
    select client_ids.client_id
    union
    select (change.new_values ->> 'merged')::integer
    from known
    join audit.change on change.record = 'client' and change.row_id = known.id and change.new_values ? 'merged'
  )
  select array_agg(id) from known
$$;
comment on function crm_private.client_ids(integer) is
  'The id of a client, and of all who were merged into them.';


create or replace function access.absence_sentence(record text, row_id integer) returns text
language sql stable security invoker
set search_path = ''
as $$
  select case
    when record = 'client' and crm_private.merged_into(row_id) is not null
      then format('Client %s was merged into client %s.', row_id, crm_private.merged_into(row_id))
    else format('There is no %s %s.', record, row_id)
  end
$$;
comment on function access.absence_sentence(text, integer) is
  'What a person reads about a record that is not there, or that they do not see.';


create or replace function access.absence_facts(record text, row_id integer) returns text
language sql stable security invoker
set search_path = ''
as $$
  select coalesce((
    select jsonb_build_object('mergedInto', stayed)::text
    from crm_private.merged_into(row_id) stayed
    where record = 'client' and stayed is not null), '')
$$;
comment on function access.absence_facts(text, integer) is
  'What else is known of a record that is not there: `mergedInto`, the client who stayed, as a JSON object; an empty text where nothing is.';


create or replace function crm.merge_clients(
  client_id integer, merged_client_id integer, dry_run boolean default false,
  version integer default null, merged_version integer default null)
returns crm.client_merge
language plpgsql volatile security definer  -- management writes no client otherwise; the grant of execute is its permission
set search_path = ''
as $$
#variable_conflict use_variable
declare
  kept      crm.client;
  gone      crm.client;
  reference record;
  records   integer;
  moved     crm.moved_records[] := '{}';
  filled    text[];
begin
  perform identity.require_writable_session();
  perform access.require_second_factor('client', 'merge', client_id);
  if client_id = merged_client_id then
    raise check_violation using
      constraint = 'merged_clients_are_two', column = 'merged_client_id', message = 'A client cannot be merged with itself: name two.';
  end if;

  perform from crm.client where id in (client_id, merged_client_id) order by id for update;
  select * into kept from crm.client where id = client_id;
  select * into gone from crm.client where id = merged_client_id;
  if kept.id is null or gone.id is null then
    raise no_data_found using
      constraint = 'client_pkey',
      column = case when kept.id is null then 'client_id' else 'merged_client_id' end,
      message = access.absence_sentence('client', case when kept.id is null then client_id else merged_client_id end),
      detail = access.absence_facts('client', case when kept.id is null then client_id else merged_client_id end);
  end if;
  if coalesce(kept.erased_at, gone.erased_at) is not null then
    raise object_not_in_prerequisite_state using
      constraint = 'merged_clients_are_not_erased',
      column = case when kept.erased_at is not null then 'client_id' else 'merged_client_id' end,
      message = format('The personal data of client %s was erased: it stays apart.',
        case when kept.erased_at is not null then kept.id else gone.id end);
  end if;
  -- A trigger refuses a version that is not the present one.
  update crm.client
  set version = expected.version
  from (values (kept.id, version), (gone.id, merged_version)) expected (id, version)
  where client.id = expected.id and client.version <> expected.version;

  filled := array_remove(array[
    case when kept.company_name is null and gone.company_name is not null then 'company_name' end,
    case when kept.phone is null and gone.phone is not null then 'phone' end,
    case when gone.first_contact < kept.first_contact then 'first_contact' end], null);

  if not dry_run and gone.commercial_contact_id <> kept.commercial_contact_id then
    -- Contracts and events have the sales contact of their client: triggers take them along.
    update crm.client set commercial_contact_id = kept.commercial_contact_id where id = gone.id;
  end if;
  for reference in
    select class.relname as record, attribute.attname as column_name
    from pg_catalog.pg_constraint known
    join pg_catalog.pg_class class on class.oid = known.conrelid
    join pg_catalog.pg_attribute attribute on attribute.attrelid = known.conrelid and attribute.attnum = known.conkey[1]
    where known.contype = 'f' and known.confrelid = 'crm.client'::regclass
    order by class.relname, attribute.attname
  loop
    if dry_run then
      execute format('select count(*) from crm.%I where %I = $1', reference.record, reference.column_name) into records using gone.id;
    else
      execute format('update crm.%1$I set %2$I = $2 where %2$I = $1', reference.record, reference.column_name) using gone.id, kept.id;
      get diagnostics records = row_count;
    end if;
    if records > 0 then
      moved := moved || row(reference.record, records)::crm.moved_records;
    end if;
  end loop;

  if not dry_run then
    if filled <> '{}' then
      update crm.client
      set company_name = coalesce(kept.company_name, gone.company_name),
          phone = coalesce(kept.phone, gone.phone),
          first_contact = least(kept.first_contact, gone.first_contact)
      where id = kept.id;
    end if;
    insert into audit.change (employee_id, session_id, record, row_id, action, new_values)
    values
      (crm.current_employee_id(), identity.current_session_id(), 'client', gone.id, 'update'::audit.action, jsonb_build_object('merged_into', kept.id)),
      (crm.current_employee_id(), identity.current_session_id(), 'client', kept.id, 'update', jsonb_build_object('merged', gone.id));
    delete from crm.client where id = gone.id;
  end if;
  return row(kept.id, gone.id, moved, filled)::crm.client_merge;
end
$$;
comment on function crm.merge_clients(integer, integer, boolean, integer, integer) is
'Merges two clients who are one, in one transaction: the contracts of the other, their events and payments, and the notes move to the one who stays, whose sales contact they get; what is empty there is filled in. The other is gone, and their number leads to the one who stays. A client whose personal data was erased is not merged. It asks for the second factor.
- `client_id`: The client who stays.
- `merged_client_id`: The client who is merged into them.
- `dry_run`: Change nothing, and say what would move.
- `version`: The version that the client who stays is expected to have. It is refused if it is not that.
- `merged_version`: The version that the other is expected to have.';
