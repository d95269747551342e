import type { ChangeByHand } from '../changes-by-hand.ts';

/** Changes that only a person can revert. */
export const objects: ChangeByHand[] = [
  {
    what: 'the body of a function is changed',
    sql: `create or replace function crm_private.format_euros(amount numeric) returns text
            language sql immutable strict parallel safe set search_path = '' as $$ select 'a lot' $$`,
    finds: ['changed function crm_private.format_euros(numeric): body'],
  },
  {
    what: 'a function acts with the rights of its owner',
    sql: 'alter function crm_private.normalize_text(text) security definer',
    finds: ['changed function crm_private.normalize_text(text): security definer'],
  },
  {
    what: 'a function belongs to somebody else',
    sql: 'alter function crm.current_department() owner to current_user',
    finds: ['changed function crm.current_department(): owner'],
  },
  {
    what: 'a function depends on the search_path of its caller',
    sql: 'alter function identity.log_out() reset search_path',
    finds: ['changed function identity.log_out(): settings'],
  },
  {
    what: 'a function is said to be immutable',
    sql: 'alter function crm.current_employee_id() immutable',
    finds: ['changed function crm.current_employee_id(): volatility'],
  },
  {
    what: 'a function is added',
    sql: 'create function crm.backdoor() returns integer language sql security definer return 1',
    finds: ['extra function crm.backdoor()'],
  },
  {
    what: 'a trigger is switched off',
    sql: 'alter table crm.contract disable trigger contract_20_check_status',
    finds: ['changed trigger contract_20_check_status on crm.contract: enabled'],
  },
  {
    what: 'a foreign key is no longer enforced',
    sql: 'alter table identity.refresh_token disable trigger all',
    finds: [
      'changed table constraint refresh_token_session_id_fkey on identity.refresh_token: enforced by',
    ],
  },
  {
    what: 'a trigger is added',
    sql: `create trigger backdoor before insert on crm.client
            for each row execute function suppress_redundant_updates_trigger()`,
    finds: ['extra trigger backdoor on crm.client'],
  },
  {
    what: 'a constraint is dropped',
    sql: 'alter table crm.event drop constraint event_ends_after_it_starts',
    finds: ['missing table constraint event_ends_after_it_starts on crm.event'],
  },
  {
    what: 'a constraint no longer holds for the rows that are there',
    sql: `do $$
          declare
            definition text := (select pg_get_constraintdef(oid) from pg_constraint where conname = 'payment_amount_is_an_amount');
          begin
            alter table crm.payment drop constraint payment_amount_is_an_amount;
            execute format('alter table crm.payment add constraint payment_amount_is_an_amount %s not valid', definition);
          end
          $$`,
    finds: [
      'changed table constraint payment_amount_is_an_amount on crm.payment: comment, definition',
    ],
  },
  {
    what: 'an index is dropped',
    sql: 'drop index crm.contract_client_id_idx',
    finds: ['missing index crm.contract_client_id_idx'],
  },
  {
    what: 'a view is read with the rights of its owner',
    sql: 'alter view crm.history reset (security_invoker)',
    finds: ['changed view crm.history: options'],
  },
  {
    what: 'every new table is granted',
    sql: 'alter default privileges for role epic_owner in schema crm grant select on tables to public',
    finds: ['extra default privileges for role epic_owner in schema crm on tables'],
  },
  {
    what: 'a table is added',
    sql: 'create table crm.notes (id serial primary key, note text not null check (note <> $$$$))',
    finds: ['extra table crm.notes'],
  },
  {
    what: 'a view is added',
    sql: 'create view crm.leak as select * from identity.credential',
    finds: ['extra view crm.leak'],
  },
  {
    what: 'a schema is added',
    sql: 'create schema elsewhere create table copy_of_client (name text)',
    finds: ['extra schema elsewhere', 'extra table elsewhere.copy_of_client'],
  },
  {
    what: 'a column gets another default',
    sql: `alter table crm.client alter first_contact set default 'yesterday'`,
    finds: ['changed table column crm.client.first_contact: default'],
  },
  {
    what: 'a column gets another type',
    sql: 'alter table identity.refresh_token alter issued_at type timestamptz(3)',
    finds: ['changed table column identity.refresh_token.issued_at: type'],
  },
  {
    what: 'a column is added',
    sql: 'alter table crm.event add secret text',
    finds: ['extra table column crm.event.secret', 'changed table crm.event: columns'],
  },
  {
    what: 'a table belongs to somebody else',
    sql: 'alter table crm.notification owner to current_user',
    finds: ['changed table crm.notification: owner'],
  },
  {
    what: 'a table does not survive a crash',
    sql: 'alter table identity.login_attempt set unlogged',
    finds: ['changed table identity.login_attempt: persistence'],
  },
  {
    what: 'a table is no longer cleaned up',
    sql: 'alter table crm.client set (autovacuum_enabled = false)',
    finds: ['changed table crm.client: options'],
  },
  {
    what: 'an owner loses a privilege of its own',
    sql: 'revoke insert on crm.employee from epic_owner',
    finds: ['missing grant insert on table crm.employee to its owner'],
  },
  {
    what: 'a sequence is granted',
    sql: 'grant update on sequence crm.client_id_seq to epic_sales',
    finds: ['extra grant update on sequence crm.client_id_seq to epic_sales'],
  },
  {
    what: 'a sequence counts otherwise',
    sql: 'alter sequence crm.payment_id_seq increment 2',
    finds: ['changed sequence crm.payment_id_seq: seqincrement'],
  },
  {
    what: 'an extension is added',
    sql: 'create extension citext schema public',
    finds: ['extra extension citext'],
  },
  {
    what: 'a rule does something else instead',
    sql: 'create rule silence as on delete to crm.payment do instead nothing',
    finds: ['extra rule silence on crm.payment'],
  },
  {
    what: 'an event trigger is added',
    sql: `create function public.ignore() returns event_trigger language plpgsql as $$ begin end $$;
          create event trigger listener on sql_drop execute function public.ignore()`,
    finds: ['extra event trigger listener', 'extra function public.ignore()'],
  },
  {
    what: 'the records are published',
    sql: 'create publication everything for table crm.client',
    finds: ['extra publication everything'],
  },
  {
    what: 'a foreign server is added',
    sql: 'create foreign data wrapper nothing; create server elsewhere foreign data wrapper nothing',
    finds: ['extra foreign-data wrapper nothing', 'extra server elsewhere'],
  },
  {
    what: 'a cast is added',
    sql: 'create cast (text as uuid) with inout as implicit',
    finds: ['extra cast (text AS uuid)'],
  },
  {
    what: 'a type is added',
    sql: `create type crm.mood as enum ('good', 'bad')`,
    finds: ['extra type crm.mood'],
  },
  {
    what: 'a large object is stored',
    sql: 'select lo_create(4242)',
    finds: ['extra large object 4242'],
  },
  {
    what: 'a rule loses the sentence that people read',
    sql: 'comment on constraint event_attendees_are_counted on crm.event is null',
    finds: ['changed table constraint event_attendees_are_counted on crm.event: comment'],
  },
  {
    what: 'a migration is applied that is not in db/',
    sql: `insert into graphile_migrate.migrations (hash, previous_hash, filename)
          select 'sha1:0', max(hash), '999999.sql'
          from graphile_migrate.migrations`,
    finds: ['extra migration 999999.sql'],
  },
  {
    what: 'a function of PostgreSQL is granted',
    sql: 'grant execute on function pg_read_file(text) to epic_sales',
    finds: ['extra grant execute on function pg_catalog.pg_read_file(text) to epic_sales'],
  },
  {
    what: 'a catalogue of PostgreSQL is granted',
    sql: 'grant select (rolpassword) on pg_authid to epic_support',
    finds: ['extra grant select on table column pg_catalog.pg_authid.rolpassword to epic_support'],
  },
  {
    what: 'a function of PostgreSQL is taken from PUBLIC',
    sql: 'revoke execute on function pg_sleep(double precision) from public',
    finds: ['missing grant execute on function pg_catalog.pg_sleep(double precision) to public'],
  },
  {
    what: 'a function of PostgreSQL is altered',
    sql: 'alter function pg_catalog.upper(text) leakproof',
    finds: ['changed function pg_catalog.upper(text): definition'],
  },
  {
    what: 'a language is closed',
    sql: 'revoke usage on language plpgsql from public',
    finds: ['missing grant usage on language plpgsql to public'],
  },
  {
    what: 'the database is described otherwise',
    sql: `do $$ begin execute format('comment on database %I is %L', current_database(), 'Mine.'); end $$`,
    finds: ['changed database itself: comment'],
  },
];
