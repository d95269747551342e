-- What changed after a position: the feed of programs that keep a copy of the records, read from history.
--
-- Ids are given when an entry is written, entries become visible when their transaction commits: 104 may appear after 105.
-- Hence a position holds a snapshot, as that of a signal: what it sees has been given, what was still running has not. A
-- page reads from one snapshot to another, in the order of transactions; a position within it also holds how far.
--
-- A position is an object, in base64:
--   database  which one it is of: in another, transactions are counted anew
--   latest    transaction and id of the latest entry that there was: where it is gone, the database was set back, or history pruned
--   since     when that was written, or the one before while pages are read: history is needed from then on
--   seen      the snapshot whose changes have been given
--   upTo      the snapshot up to which pages are being read, and
--   after     transaction and id of the last entry that was looked at; both null between


create or replace function audit.database_mark() returns text
language sql stable
set search_path = ''
as $$
  select left(md5(system_identifier || '/' || (select oid from pg_catalog.pg_database where datname = current_database())), 8)
  from pg_control_system()
$$;
comment on function audit.database_mark() is
  'Tells this database from one that was restored elsewhere.';


create or replace function audit.present_position() returns jsonb
language plpgsql stable security invoker  -- before 18 a function in SQL keeps a plan with the policies of the first role of a transaction
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'database', audit.database_mark(),
      'latest',   array[coalesce(latest.transaction_id, '0')::text, coalesce(latest.id, 0)::text],
      'since',    coalesce(latest.changed_at, '-infinity'),
      -- After a crash a database may assign the ids of later transactions again, so they count as not seen.
      'seen',     audit.clamp_snapshot(present.snapshot, (coalesce(latest.transaction_id, '0')::text::bigint + 1)::text::xid8),
      'upTo',     null,
      'after',    null)
    from (select pg_current_snapshot() as snapshot offset 0) present
    left join lateral (
      select change.transaction_id, change.id, change.changed_at
      from audit.change
      where change.transaction_id < pg_snapshot_xmax(present.snapshot)
      order by change.transaction_id desc, change.id desc
      limit 1
    ) latest on true);
end
$$;
comment on function audit.present_position() is
  'The position of a caller who has been given everything.';


create or replace function audit.read_position("position" text) returns jsonb
language plpgsql stable security invoker
set search_path = ''
as $$
declare
  known  jsonb;
  needed timestamptz;  -- a transaction that ran for a day may have written earlier
begin
  begin
    if length("position") > 20000 then
      raise data_exception;
    end if;
    known := convert_from(decode("position", 'base64'), 'utf8')::jsonb;
    needed := (known ->> 'since')::timestamptz - interval '1 day';
    if needed is null
      or (known ->> 'seen')::pg_snapshot is null
      or (known #>> '{latest,0}')::xid8 is null
      or (known #>> '{latest,1}')::bigint is null
      or ((known ->> 'upTo')::pg_snapshot is null) <> ((known #>> '{after,1}')::bigint is null)
      or ((known ->> 'upTo')::pg_snapshot is null) <> ((known #>> '{after,0}')::xid8 is null)
    then
      raise data_exception;
    end if;
  exception when data_exception or program_limit_exceeded then
    raise check_violation using
      constraint = 'position_is_known', column = 'after',
      message = 'That is no position of changes.',
      hint = 'Send the position that came with the changes before, as it is.';
  end;
  if known ->> 'database' is distinct from audit.database_mark()
    or (known #>> '{latest,1}')::bigint > 0 and not exists (
      select from audit.change
      where change.id = (known #>> '{latest,1}')::bigint and change.transaction_id = (known #>> '{latest,0}')::xid8)
    or needed < (
      select (change.old_values ->> 'before')::timestamptz
      from audit.change
      where change.record = 'history' and change.row_id = 0
      order by change.id desc
      limit 1)
  then
    raise exception using errcode = 'EP410',
      constraint = 'position_expired', column = 'after',
      message = 'What has changed since this position is no longer known.',
      hint = 'Start again: ask for changes without a position, read all records, then go on from the position that you were given.';
  end if;
  return known;
end
$$;
comment on function audit.read_position(text) is
  'A position that a caller gives. Raises EP410 when what came after it is no longer known: history was pruned, the database restored or set back, or the caller no longer reads the entry that it names.';


create or replace function crm.changes(after text default null, first integer default null, records text[] default null)
returns crm.change_page
language plpgsql stable security invoker
set search_path = ''
as $$
#variable_conflict use_column
declare
  most      constant integer := coalesce(first, 50);
  looked_at constant integer := 10000;  -- at most, whatever they are
  present   constant jsonb   := audit.present_position();
  known     jsonb;
  seen      pg_snapshot;
  up_to     pg_snapshot;
  last_xid  xid8;
  last_id   bigint;
  matches   integer;
  last      jsonb;
  page      crm.change_page;
begin
  if pg_is_in_recovery() then
    raise read_only_sql_transaction using message = 'A standby does not know which transactions still run: the primary is asked.';
  end if;
  if most not between 1 and 1000 then
    raise check_violation using
      constraint = 'page_size', column = 'first',
      message = format('A page has 1 to 1,000 changes: first cannot be %s.', most),
      hint = 'Read page after page: each has the position of the next.';
  end if;
  if after is null then
    return row('{}'::crm.change[], translate(encode(convert_to(present::text, 'utf8'), 'base64'), E'\n', ''), false)::crm.change_page;
  end if;

  known := audit.read_position(after);
  if known ->> 'upTo' is null then
    known := jsonb_set(known, '{upTo}', present -> 'seen');
    known := jsonb_set(known, '{latest}', present -> 'latest');
  end if;
  seen     := known ->> 'seen';
  up_to    := known ->> 'upTo';
  last_xid := coalesce((known #>> '{after,0}')::xid8, pg_snapshot_xmin(seen));
  last_id  := coalesce((known #>> '{after,1}')::bigint, 0);

  with match as materialized (
    select *, row_number() over (order by transaction_id, id) as place
    from (
      select transaction_id, id, record, row_id, changed_at
      from audit.change
      where (transaction_id, id) > (last_xid, last_id)
      order by transaction_id, id
      limit looked_at
    ) entry
    where pg_visible_in_snapshot(transaction_id, up_to)
      and not pg_visible_in_snapshot(transaction_id, seen)
      and record <> 'history'
      and (records is null or record = any (records))
    order by transaction_id, id
    limit most + 1
  ),
  -- A look-up for each, whatever the planner makes of limits that it does not know.
  changed as materialized (
    select record, row_id, changed_at, place,
      case record when 'client'   then (select client.id   from crm.client   where client.id   = row_id) end as client_id,
      case record when 'contract' then (select contract.id from crm.contract where contract.id = row_id) end as contract_id,
      case record when 'payment'  then (select payment.id  from crm.payment  where payment.id  = row_id) end as payment_id,
      case record when 'event'    then (select event.id    from crm.event    where event.id    = row_id) end as event_id,
      case record when 'note'     then (select note.id     from crm.note     where note.id     = row_id) end as note_id,
      case record when 'employee' then (select employee.id from crm.employee where employee.id = row_id) end as employee_id
    from (
      select record, row_id, max(changed_at) as changed_at, max(place) as place
      from match
      where place <= most
      group by record, row_id
    ) each_once
  )
  select
    (select count(*) from match),
    (select jsonb_build_array(transaction_id::text, id::text) from match where place = most),
    coalesce((
      select array_agg(
        row(record, row_id, changed_at,
          coalesce(client_id, contract_id, payment_id, event_id, note_id, employee_id) is null,
          client_id, contract_id, payment_id, event_id, note_id, employee_id)::crm.change
        order by place)
      from changed), '{}')
  into matches, last, page.entries;

  if matches <= most then
    select jsonb_build_array(transaction_id::text, id::text) into last
    from audit.change
    where (transaction_id, id) > (last_xid, last_id)
    order by transaction_id, id
    offset looked_at - 1
    limit 1;
  end if;
  page.has_more := last is not null;
  known := case
    when page.has_more then jsonb_set(known, '{after}', last)
    else known || jsonb_build_object('seen', known -> 'upTo', 'upTo', null, 'after', null, 'since', coalesce(
      (select change.changed_at from audit.change where change.id = (known #>> '{latest,1}')::bigint), '-infinity'))
  end;
  page."position" := translate(encode(convert_to(known::text, 'utf8'), 'base64'), E'\n', '');
  return page;
end
$$;
comment on function crm.changes(text, integer, text[]) is
'What changed after a position: each record that was created, changed or deleted since, of those whose history the caller may read. Without a position there are no entries, and the position is the present one. What changes meanwhile may be given twice; nothing is left out.
- `after`: The `position` that came with the changes before.
- `first`: At most this many changes: 50 by default, 1,000 at most. Several of one record are one entry.
- `records`: Only these kinds of record. All of them by default.';
