-- Personal data: which columns hold it, and all there is about a person, for the person who asks.


-- The one list of them: crm.erase_client clears these columns, history forgets them, crm.export_client names them, and
-- `epic-server policies lint` finds a column that it forgets.
create or replace function audit.personal_columns(out record text, out column_name text, out erased_as text)
returns setof record
language sql immutable parallel safe
set search_path = ''
as $$
  values
    ('client', 'full_name', 'Erased client'),
    ('client', 'email',     null),
    ('client', 'phone',     null),
    ('note',   'body',      'Erased note')
$$;
comment on function audit.personal_columns() is
  'The columns of crm that are personal data of a client, and what stands there once it is erased.';


create or replace function audit.redact(record text, "values" jsonb) returns jsonb
language sql immutable parallel safe
set search_path = ''
as $$
  select redact."values" - array(
    select known.column_name from audit.personal_columns() known where known.record = redact.record)
$$;
comment on function audit.redact(text, jsonb) is
  'What history keeps of a record when the personal data of the client is erased: all but the personal columns.';


create or replace function crm_private.erased_values(record text) returns text
language sql immutable parallel safe
set search_path = ''
as $$
  select string_agg(format('%I = %L', known.column_name, known.erased_as), ', ')
  from audit.personal_columns() known
  where known.record = erased_values.record
$$;
comment on function crm_private.erased_values(text) is
  'What an update sets to clear the personal columns of a record.';


create or replace function crm_private.notifications_about(ids jsonb) returns jsonb
language plpgsql stable security definer  -- a notification is read by its recipient alone
set search_path = ''
as $$
declare
  reference record;
  part      jsonb;
  known     jsonb := '{}';
begin
  if not identity.in_session() then
    return null;
  end if;
  for reference in
    select column_name, target from crm_private.references_within('notification')
  loop
    execute format(
      'select jsonb_object_agg(id, to_jsonb(notification)) from crm.notification where %I in (select jsonb_array_elements_text($1)::integer)',
      reference.column_name)
    into part using coalesce(ids -> reference.target, '[]');
    known := known || coalesce(part, '{}');
  end loop;
  return (select coalesce(jsonb_agg(value order by key::integer), '[]') from jsonb_each(known));
end
$$;
comment on function crm_private.notifications_about(jsonb) is
  'The notifications about records, which are given as an object of their ids by kind.';


create or replace function crm_private.references_within(record text, out column_name text, out target text)
returns setof record
language sql stable parallel safe
set search_path = ''
as $$
  select attribute.attname, referred.relname
  from pg_catalog.pg_constraint known
  join pg_catalog.pg_class referring on referring.oid = known.conrelid
  join pg_catalog.pg_class referred  on referred.oid = known.confrelid
  join pg_catalog.pg_attribute attribute on attribute.attrelid = known.conrelid and attribute.attnum = known.conkey[1]
  where known.contype = 'f'
    and referring.relnamespace = 'crm'::regnamespace
    and referring.relname = references_within.record
    and referred.relname <> 'employee'  -- what belongs to an employee is not the client's
$$;
comment on function crm_private.references_within(text) is
  'The columns by which a record of crm belongs to another one, and to which; employees are left out.';


create or replace function crm.export_client(client_id integer) returns json  -- which keeps the order of its keys
language plpgsql volatile security invoker  -- a mutation of the API: it leaves the company
set search_path = ''
as $$
#variable_conflict use_variable
declare
  ids       jsonb := jsonb_build_object('client', jsonb_build_array(client_id));
  before    jsonb := '{}';
  names     text[];
  parts     json[];
  reference record;
  part      jsonb;
  records   json;
begin
  perform identity.require_writable_session();
  perform access.require_second_factor('client', 'export', client_id);
  if not exists (select from crm.client where id = client_id) then
    raise no_data_found using
      constraint = 'client_pkey', column = 'client_id', message = access.absence_sentence('client', client_id),
      detail = access.absence_facts('client', client_id);
  end if;

  -- The client, and what refers to what was found, until there is no more.
  while ids <> before loop
    before := ids;
    for reference in
      select class.relname as record, belongs.column_name, belongs.target
      from pg_catalog.pg_class class
      cross join lateral crm_private.references_within(class.relname) belongs
      where class.relnamespace = 'crm'::regnamespace and class.relname <> 'notification'
      order by class.relname, belongs.column_name
    loop
      execute format(
        'select jsonb_agg(distinct id order by id) from (
           select id from crm.%1$I where %2$I in (select jsonb_array_elements_text($1)::integer)
           union select jsonb_array_elements_text($2)::integer) every (id)',
        reference.record, reference.column_name)
      into part using ids -> reference.target, coalesce(ids -> reference.record, '[]');
      if part is not null then
        ids := ids || jsonb_build_object(reference.record, part);
      end if;
    end loop;
  end loop;

  for reference in
    select key as record, value
    from jsonb_each(ids)
    order by array_position(array['client', 'contract', 'payment', 'event', 'note'], key), key
  loop
    execute format(
      'select json_agg(to_json(found) order by id) from crm.%I found where id in (select jsonb_array_elements_text($1)::integer)', reference.record)
    into records using reference.value;
    names := names || reference.record;
    parts := parts || case reference.record when 'client' then records -> 0 else records end;
  end loop;
  names := names || array['former_ids', 'notification', 'history', 'personal_columns', 'exported_at'];
  parts := parts || array[
    to_json(array_remove(crm_private.client_ids(client_id), client_id)),
    crm_private.notifications_about(ids)::json,
    (
      select json_agg(to_json(history) order by history.id)
      from crm.history
      join (
        select key as record, jsonb_array_elements_text(value)::integer as id from jsonb_each(ids)
        union
        select 'client', unnest(crm_private.client_ids(client_id))
        union
        select 'note', crm_private.note_ids(crm_private.client_ids(client_id))) known
        on history.record = known.record and history.row_id = known.id),
    (
      select json_object_agg(marked.record, marked.columns order by marked.record)
      from (
        select known.record, json_agg(known.column_name) as columns
        from audit.personal_columns() known
        group by known.record) marked),
    to_json(now())];
  return (
    select json_object_agg(known.name, known.part order by known.place)
    from unnest(names, parts) with ordinality known (name, part, place));
end
$$;
comment on function crm.export_client(integer) is
  'All there is about a client, for the person who asks for it: the record, what belongs to it, and the history and the notifications of these, with the columns that are personal data. It asks for the second factor.';
