--! Previous: sha1:b371cd345379eeaa3424c9985378c28a43c8dff3
--! Hash: sha1:bc7f4915015ac06f1dbc9461dd2622d41e1b95dd
--! Message: live

-- Live: what those who subscribe to notifications and events are told, and how they miss nothing.
--
-- Every change that somebody can subscribe to writes a signal, which says what changed and not how: each subscriber
-- reads the record anew, under their own policies. The channel epic_signal only rings; whoever was not listening finds
-- the signals in the table.
--
-- Ids are given when a row is written, but rows are seen when their transaction commits: signal 10 may appear after
-- signal 11. Hence a signal also keeps its transaction, and the snapshot in which it was written. Whoever has seen it has
-- seen what that snapshot sees; what they may have missed was written by the transactions that were still running then.

create type audit.topic as enum ('notification', 'event', 'mark');
comment on type audit.topic is
  'What a signal is about: a notification, an event; or nothing, where it only marks a position.';

create table audit.signal (
  id             bigint       generated always as identity,
  created_at     timestamptz  not null default now(),
  transaction_id xid8         not null default pg_current_xact_id(),
  snapshot       pg_snapshot  not null default pg_current_snapshot(),
  topic          audit.topic  not null,
  recipient_id   integer,
  row_id         integer,
  action         audit.action,

  constraint signal_pkey primary key (id)
);
alter table audit.signal enable row level security, force row level security;

create index signal_transaction_id_idx on audit.signal (transaction_id);
create index signal_created_at_idx     on audit.signal (created_at);

comment on table  audit.signal                is 'That a notification was written or an event changed, for those who subscribe. Kept for audit.signal_age().';
comment on column audit.signal.id             is 'A position: whoever gives it hears of everything they have not seen since.';
comment on column audit.signal.created_at     is 'When the transaction began that wrote it.';
comment on column audit.signal.transaction_id is 'The transaction that wrote it.';
comment on column audit.signal.snapshot       is 'Which transactions were done when it was written, as that transaction saw it.';
comment on column audit.signal.topic          is '`notification`, `event`, or `mark` for a mere position.';
comment on column audit.signal.recipient_id   is 'Who may know of it; empty for every employee. No foreign key: it is gone in days.';
comment on column audit.signal.row_id         is 'The id of the notification or event; empty for a mark.';
comment on column audit.signal.action         is '`insert`, `update` or `delete`; empty for a mark.';


-- How long signals are kept. Everything that asks, asks here.

create function audit.signal_age() returns interval
language sql immutable parallel safe
return interval '8 days';
comment on function audit.signal_age() is
  'How long a signal is kept. A position is good for a day less, so that not even a transaction that ran for a day has its signals removed before those that came after.';

create function audit.prune_signals() returns void
language plpgsql volatile security invoker
set search_path = ''
as $$
begin
  -- One at a time: two transactions that wait for one another's rows might never end.
  if pg_try_advisory_xact_lock('audit.signal'::regclass::oid::bigint) then
    delete from audit.signal where created_at < now() - audit.signal_age();
  end if;
end
$$;
comment on function audit.prune_signals() is
  'Removes the signals that are older than audit.signal_age(), unless another transaction is at it. Called whenever events change, which is most of what there is to signal.';


-- Writing them: one statement for all that a statement changed, and one ring of the bell for each who may hear it.

create function audit.signal_notifications() returns trigger
language plpgsql security invoker  -- whoever writes notifications, which is crm.notify_employees, writes signals too
set search_path = ''
as $$
begin
  insert into audit.signal (topic, recipient_id, row_id, action)
  select 'notification', recipient_id, id, 'insert' from written order by id;
  perform pg_notify('epic_signal', format('notification %s', recipient_id))
  from (select distinct recipient_id from written) told;
  return null;
end
$$;
comment on function audit.signal_notifications() is
  'Writes a signal for each new notification, and rings for its recipient.';

create trigger notification_95_signals_new
  after insert on crm.notification
  referencing new table as written
  for each statement execute function audit.signal_notifications();
comment on trigger notification_95_signals_new on crm.notification is
  'Whoever subscribes to their notifications hears of a new one.';


create function audit.signal_events() returns trigger
language plpgsql security definer  -- whoever changes events writes no signals
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    insert into audit.signal (topic, row_id, action)
    select 'event', id, 'insert' from written order by id;
  elsif tg_op = 'UPDATE' then
    insert into audit.signal (topic, row_id, action)
    select 'event', id, 'update' from (table written except table replaced) changed order by id;
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
  'Writes a signal for each event that was entered, changed or deleted, and rings once for all.';

create trigger event_95_signals_new
  after insert on crm.event
  referencing new table as written
  for each statement execute function audit.signal_events();
create trigger event_95_signals_changed
  after update on crm.event
  referencing old table as replaced new table as written
  for each statement execute function audit.signal_events();
create trigger event_95_signals_deleted
  after delete on crm.event
  referencing old table as removed
  for each statement execute function audit.signal_events();
comment on trigger event_95_signals_new     on crm.event is 'Whoever subscribes to events hears of a new one.';
comment on trigger event_95_signals_changed on crm.event is 'Whoever subscribes to events hears of it when one changes.';
comment on trigger event_95_signals_deleted on crm.event is 'Whoever subscribes to events hears of it when one is deleted.';


-- Positions

create function audit.seen_by(snapshot pg_snapshot, transaction_id xid8) returns pg_snapshot
language sql immutable parallel safe
set search_path = ''
as $$
  -- A database that crashes may give the numbers of later transactions again, so they count as not seen.
  select format('%s:%s:%s', least(pg_snapshot_xmin(snapshot), transaction_id), least(pg_snapshot_xmax(snapshot), transaction_id),
    (select string_agg(running::text, ',' order by running) from pg_snapshot_xip(snapshot) running where running < transaction_id)
  )::pg_snapshot
$$;
comment on function audit.seen_by(pg_snapshot, xid8) is
  'What whoever is given a signal of that transaction and snapshot has seen for certain.';

create function audit.signal_position() returns bigint
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  latest record;
begin
  select id, created_at, transaction_id, audit.seen_by(snapshot, transaction_id) as seen into latest
  from audit.signal order by id desc limit 1;
  if latest.created_at > now() - interval '1 day'
    and pg_snapshot_xmin(latest.seen) <= pg_snapshot_xmax(pg_current_snapshot())  -- as in audit.seen_at
    -- Nothing that has happened would be told again.
    and not exists (
      select from audit.signal
      where transaction_id >= pg_snapshot_xmin(latest.seen)
        and not pg_visible_in_snapshot(transaction_id, latest.seen)
        and transaction_id <> latest.transaction_id)
  then
    return latest.id;
  end if;
  insert into audit.signal (topic) values ('mark') returning id into latest.id;
  return latest.id;
end
$$;
comment on function audit.signal_position() is
  'The present position, good for days: the latest signal, or where that is not good enough, a mark. Who gives it later hears of everything since.';

create function audit.seen_at("position" bigint) returns pg_snapshot
language plpgsql stable security invoker
set search_path = ''
as $$
declare
  seen pg_snapshot := (
    select audit.seen_by(snapshot, transaction_id) from audit.signal
    where id = seen_at.position
      and created_at > now() - (audit.signal_age() - interval '1 day')
      and pg_snapshot_xmin(snapshot) <= pg_snapshot_xmax(pg_current_snapshot()));  -- written by this cluster, not restored from another
begin
  if seen is null then
    raise exception using errcode = 'EP410',
      message = format('Position %s is too old, or never was one: what has happened since is no longer known.', seen_at.position),
      hint = 'Ask for subscriptionPosition, read the records anew, then subscribe after that position.';
  end if;
  return seen;
end
$$;
comment on function audit.seen_at(bigint) is
  'What whoever is at a position has seen for certain. Raises EP410 when that is no longer known.';


create function audit.signals_between(
  topic audit.topic, seen pg_snapshot, now_seen pg_snapshot, beyond bigint default 0, after bigint default null)
returns table (id bigint, row_id integer, action audit.action)
language sql stable security invoker
rows 100
set search_path = ''
as $$
  select signal.id, signal.row_id, signal.action
  from audit.signal
  where signal.topic = signals_between.topic
    and signal.id > signals_between.beyond
    and signal.transaction_id >= pg_snapshot_xmin(seen)
    and not pg_visible_in_snapshot(signal.transaction_id, seen)
    and pg_visible_in_snapshot(signal.transaction_id, now_seen)
    -- Whoever has seen a signal has seen those before it of the same transaction.
    and (
      signals_between.after is null
      or signal.id > signals_between.after
      or signal.transaction_id <> (select position.transaction_id from audit.signal position where position.id = signals_between.after)
    )
  order by signal.id
  limit 1000
$$;
comment on function audit.signals_between(audit.topic, pg_snapshot, pg_snapshot, bigint, bigint) is
  'The signals of a topic that the one snapshot does not see and the other does, in order, at most a thousand: those with an id beyond the given one, and none that whoever is at the position `after` has seen for certain.';


-- Sockets are closed at once when the session ends that they belong to. The channel names the employee; a session's id
-- is a secret.

create function auth.ring_for_sessions() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform pg_notify('epic_session', to_jsonb(coalesce(new, old)) ->> tg_argv[0]);
  return null;
end
$$;
comment on function auth.ring_for_sessions() is
  'Sends the employee''s id, which is in the column that the trigger names, on the channel epic_session.';

create trigger session_95_rings_when_revoked
  after update of revoked_at on auth.session
  for each row when (old.revoked_at is null and new.revoked_at is not null)
  execute function auth.ring_for_sessions('employee_id');
create trigger session_95_rings_when_deleted
  after delete on auth.session
  for each row execute function auth.ring_for_sessions('employee_id');
create trigger employee_95_rings_when_moved
  after update of department on crm.employee
  for each row when (old.department <> new.department)
  execute function auth.ring_for_sessions('id');
comment on trigger session_95_rings_when_revoked on auth.session is 'The subscriptions of a session that was ended are closed at once.';
comment on trigger session_95_rings_when_deleted on auth.session is 'The subscriptions of a session that is gone are closed at once.';
comment on trigger employee_95_rings_when_moved on crm.employee is 'The subscriptions of an employee who moves to another department are closed at once.';
