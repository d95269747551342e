-- Signals: the change feed of the subscriptions to notifications and events.
--
-- Every change of one writes a signal, which says what changed, not how: each subscriber reads the record under their own
-- policies. NOTIFY epic_signal only wakes the servers.
--
-- Ids are given when a row is written, rows become visible when their transaction commits: signal 10 may appear after
-- signal 11. Hence a signal keeps its transaction and the snapshot in which it was written. A subscriber at a position
-- has seen what that snapshot sees; what it may have missed was written by transactions that were still running then.


create or replace function audit.signal_retention() returns interval
language sql immutable parallel safe
return interval '8 days';
comment on function audit.signal_retention() is
  'How long a signal is kept. A position is valid for a day less: even the signals of a transaction that ran for a day are kept for as long as later ones.';


create or replace function audit.prune_signals() returns void
language plpgsql volatile security invoker
set search_path = ''
as $$
begin
  -- One at a time, to prevent deadlocks.
  if pg_try_advisory_xact_lock('audit.signal'::regclass::oid::bigint) then
    delete from audit.signal where created_at < now() - audit.signal_retention();
  end if;
end
$$;
comment on function audit.prune_signals() is
  'Removes the signals that are older than audit.signal_retention(), unless another transaction is at it. Called whenever events change, which is most of what there is to signal.';


create or replace function audit.signal_notifications() returns trigger
language plpgsql security invoker  -- the triggers that write notifications run as the owner already
set search_path = ''
as $$
begin
  insert into audit.signal (topic, recipient_id, row_id, action)
  select 'notification', recipient_id, id, 'insert' from written order by id;
  perform pg_notify('epic_signal', format('notification %s', recipient_id))
  from (select distinct recipient_id from written) recipient;
  return null;
end
$$;
comment on function audit.signal_notifications() is
  'Writes a signal for each new notification, and wakes the servers for its recipient.';

create or replace trigger notification_95_signal
  after insert on crm.notification
  referencing new table as written
  for each statement execute function audit.signal_notifications();
comment on trigger notification_95_signal on crm.notification is
  'Subscribers to their notifications are sent a new one.';


create or replace function audit.signal_events() returns trigger
language plpgsql security definer  -- no department writes signals
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    insert into audit.signal (topic, row_id, action)
    select 'event', id, 'insert' from written order by id;
  elsif tg_op = 'UPDATE' then
    insert into audit.signal (topic, row_id, action)
    select 'event', coalesce(written.id, replaced.id), 'update'
    from written
    full join replaced on replaced.id = written.id  -- never a nested loop, as in audit.record_change
    where written.version is distinct from replaced.version  -- counts changes, and is cheaper to compare than the row
    order by 2;
  else
    insert into audit.signal (topic, row_id, action)
    select 'event', id, 'delete' from removed order by id;
  end if;
  if found then
    perform pg_notify('epic_signal', 'event');
    perform audit.prune_signals();
  end if;
  return null;
end
$$;
comment on function audit.signal_events() is
  'Writes a signal for each event that was entered, changed or deleted, and wakes the servers once for all.';

create or replace trigger event_95_signal_insert
  after insert on crm.event
  referencing new table as written
  for each statement execute function audit.signal_events();
comment on trigger event_95_signal_insert     on crm.event is 'Subscribers to events are sent a new one.';

create or replace trigger event_95_signal_update
  after update on crm.event
  referencing old table as replaced new table as written
  for each statement execute function audit.signal_events();
comment on trigger event_95_signal_update on crm.event is 'Subscribers to events are sent one that changes.';

create or replace trigger event_95_signal_delete
  after delete on crm.event
  referencing old table as removed
  for each statement execute function audit.signal_events();
comment on trigger event_95_signal_delete on crm.event is 'Subscribers to events are told of one that is deleted.';


-- Positions


create or replace function audit.clamp_snapshot(snapshot pg_snapshot, transaction_id xid8) returns pg_snapshot
language sql immutable parallel safe
set search_path = ''
as $$
  -- After a crash a database may assign the ids of later transactions again, so they count as not seen.
  select format('%s:%s:%s', least(pg_snapshot_xmin(snapshot), transaction_id), least(pg_snapshot_xmax(snapshot), transaction_id),
    (select string_agg(running::text, ',' order by running) from pg_snapshot_xip(snapshot) running where running < transaction_id)
  )::pg_snapshot
$$;
comment on function audit.clamp_snapshot(pg_snapshot, xid8) is
  'The snapshot that a subscriber has certainly seen who was given a signal of that transaction and snapshot.';


create or replace function audit.current_position() returns bigint
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  latest record;
begin
  select id, created_at, transaction_id, audit.clamp_snapshot(snapshot, transaction_id) as seen into latest
  from audit.signal order by id desc limit 1;
  if latest.created_at > now() - interval '1 day'
    and pg_snapshot_xmin(latest.seen) <= pg_snapshot_xmax(pg_current_snapshot())  -- as in audit.position_snapshot
    -- No signal would be sent again; or a few would, where no mark can be written.
    and (current_setting('transaction_read_only') = 'on' or not exists (
      select from audit.signal
      where transaction_id >= pg_snapshot_xmin(latest.seen)
        and not pg_visible_in_snapshot(transaction_id, latest.seen)
        and transaction_id <> latest.transaction_id))
  then
    return latest.id;
  end if;
  insert into audit.signal (topic) values ('mark') returning id into latest.id;
  return latest.id;
end
$$;
comment on function audit.current_position() is
  'The current position, valid for days: the latest signal, or a mark where that would not do. A read-only transaction writes no mark: its session was given one with its token. A subscriber who gives it later is sent everything since.';


create or replace function audit.position_snapshot("position" bigint) returns pg_snapshot
language plpgsql stable security invoker
set search_path = ''
as $$
declare
  seen pg_snapshot := (
    select audit.clamp_snapshot(snapshot, transaction_id) from audit.signal
    where id = position_snapshot.position
      and created_at > now() - (audit.signal_retention() - interval '1 day')
      and pg_snapshot_xmin(snapshot) <= pg_snapshot_xmax(pg_current_snapshot()));  -- written by this cluster, not restored from another
begin
  if seen is null then
    raise exception using errcode = 'EP410',
      constraint = 'position_too_old', column = 'after',
      message = format('Position %s is too old, or never was one: what has happened since is no longer known.', position_snapshot.position),
      hint = 'Ask for subscriptionPosition, read the records anew, then subscribe after that position.';
  end if;
  return seen;
end
$$;
comment on function audit.position_snapshot(bigint) is
  'The snapshot that a subscriber at a position has certainly seen. Raises EP410 when that is no longer known.';


create or replace function audit.signals_between(
  topic audit.topic, from_snapshot pg_snapshot, to_snapshot pg_snapshot, after_id bigint default 0, "position" bigint default null)
returns table (id bigint, row_id integer, action audit.action)
language sql stable security invoker
rows 100
set search_path = ''
as $$
  select signal.id, signal.row_id, signal.action
  from audit.signal
  where signal.topic = signals_between.topic
    and signal.id > signals_between.after_id
    and signal.transaction_id >= pg_snapshot_xmin(from_snapshot)
    and not pg_visible_in_snapshot(signal.transaction_id, from_snapshot)
    and pg_visible_in_snapshot(signal.transaction_id, to_snapshot)
    -- A subscriber who has seen a signal has seen the earlier ones of the same transaction.
    and (
      signals_between.position is null
      or signal.id > signals_between.position
      or signal.transaction_id <> (select position.transaction_id from audit.signal position where position.id = signals_between.position)
    )
  order by signal.id
  limit 1000
$$;
comment on function audit.signals_between(audit.topic, pg_snapshot, pg_snapshot, bigint, bigint) is
  'The signals of a topic that the one snapshot does not see and the other does, in order, at most a thousand: those with an id after `after_id`, and none that a subscriber at the position has certainly seen.';
